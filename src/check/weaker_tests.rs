//! What is told as weaker of a step whose checks are others, or are told to fail on less, and what is not.

use super::command_tests::of_script;
use super::difference_tests::told;

#[test]
fn another_task_of_the_same_program_is_no_check_in_its_place() {
    for (before, after) in [
        ("mvn -B verify", "mvn -B compile"),
        ("go test ./...", "go vet ./..."),
        ("cargo test", "cargo check"),
        ("python -m pytest", "python -m pip list"),
    ] {
        let lost = format!("weaker: no longer runs `{before}`");
        assert_eq!(of_script(before, after), [lost, format!("runs `{after}` too")]);
    }
    // What another line checks is not lost.
    let found = of_script("npm run test", "npm run build\nnpm run test:ci");
    assert!(!found.iter().any(|text| text.starts_with("weaker: no longer")), "{found:?}");
}

#[test]
fn a_check_that_can_fail_no_longer_is_weaker() {
    for (before, after) in [
        ("black --check .", "black ."),
        ("cargo clippy -- -D warnings", "cargo clippy"),
        ("gitleaks detect", "gitleaks detect --exit-code 0"),
        ("pytest", "pytest --collect-only"),
        ("curl -f https://x", "curl https://x"),
    ] {
        let text = format!("runs `{after}` in place of `{before}`");
        assert_eq!(of_script(before, after), [format!("weaker: {text}")]);
        let back = of_script(after, before);
        assert!(!back.iter().any(|text| text.starts_with("weaker")), "{back:?}");
    }
}

#[test]
fn a_check_that_does_as_much_is_not_weaker() {
    for (before, after) in [
        ("mvn verify", "mvn install"),
        ("mvn verify", "mvn deploy"),
        ("./gradlew test", "./gradlew build"),
        ("go test ./...", "gotestsum ./..."),
        ("cargo test", "cargo nextest run"),
        ("bundle exec rspec", "bin/rspec"),
        ("npm run lint", "npx eslint ."),
        ("curl -f https://x", "curl --fail-with-body https://x"),
    ] {
        let found = of_script(before, after);
        assert!(!found.iter().any(|text| text.starts_with("weaker")), "{before}: {found:?}");
    }
}

#[test]
fn what_set_says_is_lost_where_it_held_by_nothing_else() {
    for (before, after) in
        [("set -ex", "set -e"), ("set -ex", "set -euo pipefail"), ("set -eux", "set -eu"), ("set -ex", "date")]
    {
        let found = of_script(&format!("{before}\nuptime\ndate"), &format!("{after}\nuptime\ndate"));
        assert!(!found.iter().any(|text| text.starts_with("weaker")), "{before} => {after}: {found:?}");
    }
    let piped = of_script("set -euo pipefail\ndate", "set -e\ndate");
    assert_eq!(piped, ["weaker: no longer runs `set -euo pipefail`"]);
}

#[test]
fn a_check_that_comes_behind_what_it_was_for_is_weaker() {
    let (scan, push) = ("trivy image --exit-code 1 r/a:1", "docker push r/a:1");
    let told = of_script(&format!("{scan}\n{push}"), &format!("{push}\n{scan}"));
    assert_eq!(told, [format!("weaker: now pushes `r/a:1` before it runs `{scan}`")]);
    let back = of_script(&format!("{push}\n{scan}"), &format!("{scan}\n{push}"));
    assert_eq!(back, ["runs its commands in another order"]);
}

#[test]
fn a_loop_that_asks_for_it_is_the_check() {
    let again =
        "- |\n  for i in 1 2 3; do\n    if curl --fail https://x; then exit 0; fi\n    sleep 5\n  done\n  exit 1";
    let again = again.replace("\n  ", "\n              ");
    let found = of_script("curl --fail --retry 5 https://x", &again);
    assert!(found.iter().any(|text| text.contains("has the loop")), "{found:?}");
    assert!(!found.iter().any(|text| text.starts_with("weaker")), "{found:?}");
    let open = again.replace("exit 1", "echo late");
    let found = of_script("curl --fail --retry 5 https://x", &open);
    assert!(found.iter().any(|text| text.starts_with("weaker: no longer runs `curl")), "{found:?}");
}

/// What is told of a step of main whose keys are others.
fn of_step(before: &str, after: &str) -> Vec<String> {
    let text =
        |keys: &str| format!("image: a:1\npipelines:\n  branches:\n    main:\n      - step: {{name: S, {keys}}}\n");
    told(&text(before), &text(after)).into_iter().map(|line| line.replace("push to main: `S` ", "")).collect()
}

#[test]
fn after_the_script_no_failure_is_heard_of() {
    let after = |text: &str| format!("script: [npm test], after-script: ['{text}']");
    let found = of_step(&after("helm rollback a"), &after("helm rollback a || true"));
    assert_eq!(found, ["runs `helm rollback a || true` in place of `helm rollback a`"]);
}

#[test]
fn a_switch_of_a_pipe_is_told_with_its_values() {
    let call = |pipe: &str, variables: &str| format!("script: [{{pipe: {pipe}, variables: {{{variables}}}}}]");
    let snyk = |variables: &str| call("snyk/snyk-scan:1.0.1", variables);
    let found = of_step(&snyk("A: x"), &snyk("A: x, DONT_BREAK_BUILD: 'true'"));
    assert_eq!(found, ["weaker: sets `DONT_BREAK_BUILD` of `snyk/snyk-scan` to `true` now"]);
    let trivy = |variables: &str| call("aquasecurity/trivy-pipe:1.0.0", variables);
    let found = of_step(&trivy("exitCode: '1'"), &trivy("exitCode: '0'"));
    assert_eq!(found, ["weaker: sets `exitCode` of `aquasecurity/trivy-pipe` to `0`, before to `1`"]);
    let slack = |variables: &str| call("atlassian/slack-notify:2.3.0", variables);
    let found = of_step(&slack("MESSAGE: a"), &slack("SKIP: 'true'"));
    assert_eq!(
        found,
        [
            "no longer sets `MESSAGE` of `atlassian/slack-notify`, before `a`",
            "sets `SKIP` of `atlassian/slack-notify` to `true` now"
        ]
    );
    let gate = "script: [npm test, {pipe: sonarsource/sonarcloud-quality-gate:0.1.6}]";
    let found = of_step(gate, "script: [npm test]");
    assert_eq!(found, ["weaker: no longer runs the pipe `sonarsource/sonarcloud-quality-gate:0.1.6`"]);
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
