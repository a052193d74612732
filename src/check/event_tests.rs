//! What is told of events that only one of two files tells apart, and of steps that an event passes over.

use super::difference_tests::told;

/// A file whose sections have pipelines of one step each: `branches main=npm test, default=npm ci`.
fn file(sections: &str) -> String {
    let mut text = "image: a:1\npipelines:\n".to_owned();
    for section in sections.split("; ") {
        let (name, pipelines) = section.split_once(": ").unwrap();
        let one = |script: &str| format!("[step: {{name: T, script: [{script}]}}]\n");
        if name == "default" {
            text.push_str(&format!("  default: {}", one(pipelines)));
            continue;
        }
        text.push_str(&format!("  {name}:\n"));
        for pipeline in pipelines.split(" | ") {
            let (pattern, script) = pipeline.split_once(" = ").unwrap();
            text.push_str(&format!("    '{pattern}': {}", one(script)));
        }
    }
    text
}

fn between(before: &str, after: &str) -> Vec<String> {
    told(&file(before), &file(after))
}

#[test]
fn any_other_branch_is_compared_by_names_with_a_slash_and_without() {
    let (default, star) = ("default: npm test", "branches: * = npm test");
    let lost = "weaker: push to any other branch: nothing runs any more but for `*`; it ran 1 step";
    assert_eq!(between(default, star), [lost]);
    assert_eq!(between(star, default), ["push to any other branch: now runs `T`"]);
    let both = "default: npm test; branches: * = npm ci";
    let gone = "weaker: push to any other branch: nothing runs any more; it ran 1 step";
    assert_eq!(between(both, "branches: * = npm ci"), [gone]);
    assert_eq!(between("branches: * = npm ci", both), ["push to any other branch: now runs `T`"]);
    for all in ["branches: ** = npm test", "branches: {*,**/*} = npm test"] {
        assert_eq!([between(default, all), between(all, default)], [[""; 0], [""; 0]], "{all}");
    }
    // Each part is told below its own pattern.
    let parts = between(default, "branches: * = npm test | */** = npm test --all");
    assert_eq!(parts, ["push to */**: `T` runs `npm test --all` in place of `npm test`"]);
}

#[test]
fn all_parts_that_still_run_are_named() {
    let (before, after) = ("tags: v* = npm test", "tags: v{1,2}.* = npm test");
    let lost = |parts: &str| format!("weaker: push of tag v*: nothing runs any more but for {parts}; it ran 1 step");
    let of_tags = |after: &str| between(before, after).into_iter().filter(|line| line.contains("push of")).collect();
    let found: Vec<String> = of_tags(after);
    assert_eq!(found, [lost("`v1.*` and `v2.*`")]);
    let found: Vec<String> = of_tags("tags: v{1,2,3,4,5}.* = npm test");
    assert_eq!(found, [lost("`v1.*`, `v2.*`, `v3.*` and 2 more")]);
    // What had a pipeline of its own before is no part.
    let both = "tags: v* = npm test | v1.* = npm ci";
    assert_eq!(between(both, "tags: v1.* = npm ci")[0], lost("").replace(" but for ", ""));
}

#[test]
fn merge_queues_are_compared_by_their_destinations() {
    let queue = |pattern: &str, script: &str| format!("merge-queues: {pattern} = {script}");
    let none = "branches: x = date";
    let change = "merge queue of main: `T` runs `npm test --all` in place of `npm test`";
    assert_eq!(between(&queue("main", "npm test"), &queue("main", "npm test --all")), [change]);
    assert_eq!(between(&queue("main", "npm test"), &queue("*", "npm test")), ["merge queue of *: now runs `T`"]);
    let both = |queue: &str| format!("{none}; {queue}");
    let lost = "weaker: merge queue of main: nothing runs any more; it ran 1 step";
    assert_eq!(between(&both(&queue("main", "npm test")), none), [lost]);
}

/// The pipelines of main and of other branches with these keys of a step after another one.
fn conditioned(key: &str) -> String {
    let steps =
        format!("\n      - step: {{name: A, script: [npm ci]}}\n      - step: {{name: B{key}, script: [npm test]}}\n");
    format!("image: a:1\npipelines:\n  default:{steps}  branches:\n    main:{steps}")
}

#[test]
fn a_condition_that_surely_holds_is_none_and_one_that_fails_skips() {
    let with = |state: &str| conditioned(&format!(", condition: {{state: '{state}'}}"));
    let (plain, main) = (conditioned(""), with("BITBUCKET_BRANCH == \"main\""));
    let skipped = "weaker: push to any other branch: `B` is skipped now: its condition does not hold";
    assert_eq!(told(&plain, &main), [skipped]);
    assert_eq!(told(&main, &plain), ["push to any other branch: `B` is not skipped any more: it runs `npm test`"]);
    let pull_request = told(&plain, &with("BITBUCKET_PR_DESTINATION_BRANCH == \"main\""));
    let of_both = skipped.replace("push to any", "push to main and push to any");
    assert_eq!(pull_request, [of_both]);
    assert_eq!(told(&plain, &with("BITBUCKET_PR_ID == \"\"")), [""; 0]);
    let files = ", condition: {state: 'BITBUCKET_PR_ID == \"\"', changesets: {includePaths: [a]}}";
    assert!(told(&plain, &conditioned(files))[0].ends_with("`B` may be skipped now: it has a condition"));
}

#[test]
fn a_final_step_that_is_skipped_makes_no_other_one_final() {
    let file = |key: &str| {
        format!(
            "image: a:1\npipelines:\n  tags:\n    v1:\n      - step: {{name: A, script: [date]}}\n      - final: {{name: F{key}, script: [date]}}\n"
        )
    };
    let found = told(&file(""), &file(", condition: {state: 'BITBUCKET_TAG == \"\"'}"));
    assert_eq!(found[0], "weaker: push of tag v1: `F` is skipped now: its condition does not hold");
    assert!(!found.iter().any(|line| line.contains("is the final step")), "{found:?}");
}

#[test]
fn a_gate_that_is_dropped_behind_another_one_is_told() {
    let file = |ask: &str, own: &str| {
        format!(
            "image: a:1\npipelines:\n  tags:\n    release-*:\n      - step: {{name: A, script: [date]}}\n      - step: {{name: Ask{ask}, script: [date]}}\n      - step: {{name: P{own}, deployment: production, script: [make]}}\n"
        )
    };
    let gate = ", trigger: manual";
    let text = "push of tag release-*: `P` no longer waits for a person itself, only for the gate before it";
    assert_eq!(told(&file(gate, gate), &file(gate, "")), [format!("weaker: {text}")]);
    // One gate in the place of another is one gate.
    assert_eq!(told(&file("", gate), &file(gate, "")), ["push of tag release-*: `Ask` is behind a gate now"]);
}

#[test]
fn what_a_child_is_given_decides_its_conditions() {
    let file = |given: &str| {
        format!(
            "image: a:1\npipelines:\n  custom:\n    v:\n      - step: {{name: one, condition: {{state: 'X == \"z\"'}}, script: [date]}}\n      - step: {{name: two, condition: {{state: 'X != \"z\"'}}, script: [date]}}\n    w:\n      - step: {{name: call, type: pipeline, custom: v, input-variables: {{X: {given}}}}}\n"
        )
    };
    let found = told(&file("z"), &file("y"));
    let text = |line: &str| format!("custom pipeline w: {line}");
    assert!(
        found.contains(&format!("weaker: {}", text("`one` is skipped now: its condition does not hold"))),
        "{found:?}"
    );
    assert!(found.contains(&text("`two` is not skipped any more")), "{found:?}");
    let found = told(&file("z"), &file("$ANY"));
    assert!(found.iter().any(|line| line.contains("`one` may be skipped now")), "{found:?}");
}

#[test]
fn the_values_of_a_pipes_list_have_an_order() {
    let file = |list: &str| {
        format!(
            "image: a:1\npipelines:\n  branches:\n    main:\n      - step: {{name: T, script: [{{pipe: 'a/b:1', variables: {{X: [{list}]}}}}]}}\n"
        )
    };
    assert_eq!(told(&file("a, b"), &file("b, a")), ["push to main: `T` sets `X` of `a/b` otherwise"]);
    assert_eq!(told(&file("a, b"), &file("a, b")), [""; 0]);
}
