//! What is told of the values that steps, services and caches are given.

use super::difference_tests::told;

/// What is told where the keys of a step change.
fn of_step(before: &str, after: &str) -> Vec<String> {
    let text = |keys: &str| {
        let keys: String = keys.lines().map(|line| format!("          {line}\n")).collect();
        format!(
            "pipelines:\n  branches:\n    main:\n      - step:\n          name: T\n          script: [date]\n{keys}"
        )
    };
    let found = told(&text(before), &text(after)).into_iter();
    found.map(|line| line.replace("push to main: `T` ", "")).collect()
}

#[test]
fn values_below_keys_are_told_by_their_paths() {
    for (before, after, due) in [
        ("clone: {depth: 1}", "clone: {depth: full}", vec!["has the `clone.depth` `full`, before `1`"]),
        ("clone: {depth: 1}", "clone: {depth: 1, lfs: true}", vec!["has the `clone.lfs` `true` now"]),
        ("clone: {depth: 1, lfs: true}", "clone: {depth: 1}", vec!["has no `clone.lfs` any more, before `true`"]),
        ("artifacts: [a/**, b]", "artifacts: [b, c]", vec!["has `c` instead of `a/**` under `artifacts`"]),
        ("artifacts: [a]", "artifacts: {paths: [a, b]}", vec!["has `b` now under `artifacts`"]),
        (
            "artifacts: [a]",
            "artifacts: {download: false, paths: [a, b]}",
            vec!["has `b` now under `artifacts.paths`", "has the `artifacts.download` `false` now"],
        ),
        ("runs-on: [self.hosted, linux]", "runs-on: [self.hosted]", vec!["has `linux` no longer under `runs-on`"]),
        ("artifacts: [a, b]", "artifacts: {paths: [b, a]}", vec![]),
        (
            "condition: {changesets: {includePaths: [a/**]}}",
            "condition: {changesets: {includePaths: [b/**, c]}}",
            vec!["has another condition: `b/**`, `c` instead of `a/**`"],
        ),
        (
            "condition: {changesets: {includePaths: [a]}}",
            "condition: {changesets: {excludePaths: [a]}}",
            vec!["has another condition"],
        ),
    ] {
        assert_eq!(of_step(before, after), due, "{before} -> {after}");
    }
}

#[test]
fn too_much_to_tell_is_told_as_one() {
    let many = |value: usize| {
        let keys: String = (0..9).map(|key| format!("k{key}: {value}, ")).collect();
        format!("artifacts: {{{keys}}}")
    };
    assert_eq!(of_step(&many(1), &many(2)), ["has other values under `artifacts`"]);
}

#[test]
fn a_definition_is_told_by_what_it_has_otherwise_and_no_value_of_a_variable_is() {
    let text = |service: &str| {
        format!(
            "definitions: {{services: {{db: {service}}}, caches: {{c: a}}}}\npipelines: {{default: [step: {{services: [db], script: [date]}}]}}\n"
        )
    };
    for (before, after, due) in [
        ("{memory: 512}", "{memory: 2048}", vec!["has the `memory` `2048`, before `512`"]),
        ("{image: pg:1}", "{image: pg:2}", vec!["runs in `pg:2`, before in `pg:1`"]),
        (
            "{image: pg, variables: {PASSWORD: one, A: b}}",
            "{image: pg, variables: {PASSWORD: two, B: b}}",
            vec!["has the variable `B` instead of the variable `A`", "has another value of `PASSWORD`"],
        ),
        (
            "{image: {name: pg, username: one, password: two}}",
            "{image: {name: pg, username: one, password: three}}",
            vec!["pulls its image with other settings"],
        ),
    ] {
        let due: Vec<String> = due.iter().map(|due| format!("every event: the service `db` {due}")).collect();
        assert_eq!(told(&text(before), &text(after)), due, "{before} -> {after}");
    }
    let cached = text("{image: pg}");
    let due = "every event: the cache `c` has the `path` `b`, before `a`";
    assert_eq!(told(&cached, &cached.replace("c: a", "c: b")), [due]);
}
