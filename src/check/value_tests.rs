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
        (
            "runs-on: [self.hosted, linux, gpu]",
            "runs-on: [self.hosted, linux]",
            vec!["has `gpu` no longer under `runs-on`"],
        ),
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

#[test]
fn a_test_that_went_to_another_step_is_kept_where_that_runs() {
    let text = |test: &str, main: &str, pull: &str| {
        format!(
            "definitions:\n  steps:\n    - step: &t {{ name: T, script: [{test}] }}\npipelines:\n  branches:\n    main:\n      - step: *t\n{main}  \
             pull-requests:\n    a:\n      - step: *t\n{pull}"
        )
    };
    let before = text("go vet, go test", "", "");
    let lines = |main: &str, pull: &str| -> Vec<String> {
        let found = told(&before, &text("go vet", main, pull)).into_iter();
        found.filter(|line| line.contains("no longer")).collect()
    };
    let unit = |keys: &str| format!("      - step: {{ name: U, script: [go test]{keys} }}\n");
    let kept = "`T` no longer runs `go test`, which another step runs";
    let lost = "`T` no longer runs `go test`";
    let both = "push to main and pull request from a";
    assert_eq!(lines(&unit(""), &unit("")), [format!("{both}: {kept}")]);
    let in_main = [format!("push to main: {kept}"), format!("weaker: pull request from a: {lost}")];
    assert_eq!(lines(&unit(""), ""), in_main);
    // A test that may be skipped, waits for a person, is ignored where it fails or comes last is not the same test.
    for less in [", condition: {changesets: {includePaths: [a]}}", ", trigger: manual", ", on-fail: {strategy: ignore}"]
    {
        assert_eq!(lines(&unit(""), &unit(less)), in_main, "{less}");
    }
    assert_eq!(lines(&unit(""), &unit("").replace("step:", "final:")), in_main);
}

#[test]
fn what_starts_or_is_started_is_told_by_where_it_comes_from() {
    let import = |source: &str| {
        format!(
            "definitions: {{imports: {{qa: {source}}}}}\npipelines: {{pull-requests: {{a: {{import: checks@qa}}}}}}\n"
        )
    };
    let due =
        "pull request from a: now runs `checks@qa` from `suite:v2`, before from `suite:v1`; neither can be seen here";
    assert_eq!(told(&import("suite:v1"), &import("suite:v2")), [due]);
    let agent = |ask: &str| {
        format!(
            "definitions: {{agents: {{a: {{prompt: Look., permissions: {{on-ask: {ask}}}}}}}}}\npipelines: {{default: [step: {{script: [agent: a]}}]}}\n"
        )
    };
    let due = "every event: the agent `a` has the `permissions.on-ask` `allow`, before `deny`";
    assert_eq!(told(&agent("deny"), &agent("allow")), [due]);
    let child = "pipelines:\n  default:\n    - step: {script: [date]}\n    - step: {name: C, type: pipeline, custom: c}\n  custom:\n    c:\n      - step: {name: D, script: [make all]}\n";
    let inline = child.replace("{name: C, type: pipeline, custom: c}", "{name: D, script: [make all]}");
    let due = "`C` is gone; the steps of its child pipeline stand in its place";
    let events = ["push to main", "push to any other branch"];
    assert_eq!(told(child, &inline), events.map(|event| format!("{event}: {due}")));
}

#[test]
fn a_gate_that_moves_to_the_step_behind_it_is_no_loss() {
    let text = |ask: &str, go: &str| {
        format!(
            "pipelines:\n  tags:\n    release-*:\n      - step: {{name: A, script: [date]}}\n      - step: {{name: Ask{ask}, script: [date]}}\n      \
             - step: {{name: Go, deployment: production{go}, script: [kubectl apply -f k]}}\n"
        )
    };
    let gate = ", trigger: manual";
    assert_eq!(
        told(&text(gate, ""), &text("", gate)),
        [
            "push of tag release-*: `Ask` was behind a gate, now is not",
            "push of tag release-*: `Go` waits for a person itself now"
        ]
    );
    let lost = told(&text(gate, ""), &text("", ""));
    assert!(
        lost.iter().any(|line| line == "weaker: push of tag release-*: `Go` was behind a gate, now is not"),
        "{lost:?}"
    );
}
