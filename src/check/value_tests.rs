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
            vec!["weaker: is skipped now where only `a` changed; before, it ran only where `a` changed"],
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
            "definitions: {{services: {{db: {service}}}, caches: {{c: a}}}}\npipelines: {{default: [step: {{services: [db], caches: [c], script: [date]}}]}}\n"
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
    assert_eq!(told(child, &inline), [format!("push to main and push to any other branch: {due}")]);
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

/// A file with these lines before its pipelines, and these keys of its only step.
fn with(head: &str, keys: &str) -> String {
    format!("image: a:1\n{head}pipelines: {{branches: {{main: [{{step: {{name: T{keys}, script: [make]}}}}]}}}}\n")
}

#[test]
fn what_needs_no_definition_is_what_was_or_is() {
    let cache = |head: &str| with(head, ", caches: [node]");
    let own = cache("definitions: {caches: {node: ~/.npm}}\n");
    let text = |is: &str, was: &str| format!("every event: the cache `node` has the `path` `{is}`, before `{was}`");
    assert_eq!(told(&cache(""), &own), [text("~/.npm", "node_modules")]);
    assert_eq!(told(&own, &cache("")), [text("node_modules", "~/.npm")]);
    let docker = |memory: &str| {
        with(&format!("definitions: {{services: {{docker: {{memory: {memory}}}}}}}\n"), ", services: [docker]")
    };
    let none = with("", ", services: [docker]");
    let memory = "every event: the service `docker` has the `memory` `3072`, before `1024`";
    assert!(told(&none, &docker("3072")).contains(&memory.to_owned()));
    assert_eq!(told(&none, &docker("1024")), [""; 0]);
}

#[test]
fn a_cache_is_its_path_or_a_map_with_it() {
    let cache = |definition: &str| with(&format!("definitions: {{caches: {{n: {definition}}}}}\n"), ", caches: [n]");
    let (short, long) = (cache("~/.n"), cache("{path: ~/.n}"));
    assert_eq!([told(&short, &long), told(&long, &short)], [[""; 0], [""; 0]]);
    let keyed = cache("{path: ~/.n, key: {files: [a]}}");
    assert_eq!(told(&short, &keyed), ["every event: the cache `n` has `key` now"]);
    assert_eq!(told(&keyed, &short), ["every event: the cache `n` has no `key` any more"]);
}

#[test]
fn what_holds_where_nothing_is_said_is_no_change() {
    for keys in [", size: 1x", ", max-time: 120"] {
        assert_eq!(told(&with("", ""), &with("", keys)), [""; 0], "{keys}");
    }
    assert_eq!(told(&with("options: {size: 2x}\n", ""), &with("options: {size: 2x}\n", ", size: 1x")).len(), 1);
    assert_eq!(told(&with("", ", runs-on: self.hosted"), &with("", ", runs-on: [self.hosted]")), [""; 0]);
}

#[test]
fn a_value_of_the_file_is_told_where_a_step_takes_it() {
    let all = |depth: &str| format!("clone: {{depth: {depth}}}\n");
    assert_eq!(told(&with(&all("full"), ""), &with("", ", clone: {depth: full}")), [""; 0]);
    assert_eq!(told(&with(&all("1"), ", clone: {depth: 2}"), &with(&all("3"), ", clone: {depth: 2}")), [""; 0]);
    let text = "every event: a step that sets no `clone` has the `clone.depth` `3`, before `1`";
    assert_eq!(told(&with(&all("1"), ""), &with(&all("3"), "")), [text]);
    let cache = |path: &str| with(&format!("definitions: {{caches: {{n: {path}}}}}\n"), "");
    assert_eq!(told(&cache("a"), &cache("b")), [""; 0], "no step has it");
}

#[test]
fn how_often_a_step_is_run_again_is_told() {
    let tried = |count: &str| with("", &format!(", on-fail: {{strategy: retry{count}}}"));
    let text = |text: &str| vec![format!("push to main: `T` {text}")];
    let (once, often) = (tried(""), tried(", maxRetryCount: 9"));
    assert_eq!(told(&with("", ""), &once), text("is run again once now where it fails"));
    assert_eq!(told(&once, &often), text("is run again up to 9 times where it fails, before once"));
    assert_eq!(told(&often, &with("", "")), text("is not run again any more where it fails, before up to 9 times"));
    assert_eq!(told(&once, &tried(", maxRetryCount: 1")), [""; 0]);
}

#[test]
fn blanks_in_an_expression_say_nothing() {
    let state = |text: &str| with("", &format!(", condition: {{state: '{text}'}}"));
    assert_eq!(told(&state("X == \"a b\""), &state("X==\"a b\"")), [""; 0]);
    assert_eq!(told(&state("X == \"a b\""), &state("X == \"ab\"")).len(), 1);
}

#[test]
fn files_that_made_a_step_run_and_make_it_be_skipped_now_are_told() {
    let files = |key: &str| with("", &format!(", condition: {{changesets: {{{key}: [a, b]}}}}"));
    let (include, exclude) = (files("includePaths"), files("excludePaths"));
    let text = "`T` is skipped now where only `a` and `b` changed; before, it ran only where `a` and `b` changed";
    assert_eq!(told(&include, &exclude), [format!("weaker: push to main: {text}")]);
    assert!(told(&exclude, &include)[0].contains("`T` runs now only where `a` and `b` changed"));
}

#[test]
fn pipelines_that_are_only_shared_are_compared() {
    let file = |keys: &str| {
        format!(
            "export: true\ndefinitions:\n  pipelines:\n    rel:\n      - step: {{name: T, script: [npm test]}}\n      - step: {{name: P{keys}, deployment: production, script: [make]}}\n"
        )
    };
    let found = told(&file(", trigger: manual"), &file(""));
    let text = "weaker: shared pipeline rel: `P` was behind a gate, now is not";
    assert!(found.contains(&text.to_owned()), "{found:?}");
}
