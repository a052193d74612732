//! What is told of events that only one of two files tells apart.

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
