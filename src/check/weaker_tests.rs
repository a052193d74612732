//! What is told as weaker of a step whose checks are others, or are told to fail on less, and what is not.

use super::difference_tests::told;

/// What is told of a step of main whose keys are others.
fn of_step(before: &str, after: &str) -> Vec<String> {
    let text =
        |keys: &str| format!("image: a:1\npipelines:\n  branches:\n    main:\n      - step: {{name: S, {keys}}}\n");
    told(&text(before), &text(after)).into_iter().map(|line| line.replace("push to main: `S` ", "")).collect()
}

#[test]
fn fewer_paths_are_fewer_runs() {
    let paths = |paths: &str| format!("condition: {{changesets: {{includePaths: [{paths}]}}}}, script: [npm test]");
    let found = of_step(&paths("src/**, test/**"), &paths("src/**"));
    assert_eq!(found, ["weaker: runs in fewer cases now: its condition has `test/**` no longer"]);
    assert_eq!(of_step(&paths("src/**"), &paths("src/**, test/**")), ["has another condition: `test/**` now"]);
    let within = of_step(&paths("src/a/**, src/**"), &paths("src/**"));
    assert_eq!(within, ["has another condition: `src/a/**` no longer"]);
    let same = of_step(&paths("src/**"), &paths("src/**/*"));
    assert_eq!(same, ["has another condition: `src/**/*` instead of `src/**`"]);
}

#[test]
fn a_gate_that_moves_onto_what_it_held_back_is_kept() {
    let file = |first: &str, second: &str| {
        format!(
            "image: a:1\npipelines:\n  tags:\n    release-*:\n      - step: {{name: T, script: [npm test]}}\n{first}      - step: {{name: Go, {second}deployment: production, script: [kubectl set image d/a a=r/x:$BITBUCKET_TAG]}}\n"
        )
    };
    let ask = "      - step: {name: Ask, trigger: manual, script: [echo ok]}\n";
    let weaker = |found: Vec<String>| found.into_iter().filter(|line| line.starts_with("weaker")).collect::<Vec<_>>();
    assert_eq!(weaker(told(&file(ask, ""), &file("", "trigger: manual, "))), [""; 0]);
    let open = weaker(told(&file(ask, ""), &file("", "")));
    assert!(open.iter().any(|line| line.contains("`Go` was behind a gate, now is not")), "{open:?}");
}
