//! What is told of the commands of a step that has other ones.

use super::difference_tests::{FLOW, told};

/// What is told of the step `Test` whose script is another one, without the event and the name.
pub(super) fn of_script(before: &str, after: &str) -> Vec<String> {
    let text = |script: &str| {
        format!("pipelines:\n  branches:\n    main:\n      - step:\n          name: Test\n          script:\n{script}")
    };
    let indented = |line: &str| format!("            {}{line}\n", if line.starts_with(['-', ' ']) { "" } else { "- " });
    let lines = |script: &str| script.lines().map(indented).collect::<String>();
    let changes = told(&text(&lines(before)), &text(&lines(after)));
    changes.iter().map(|line| line.replace("push to main: `Test` ", "")).collect()
}

#[test]
fn a_check_that_is_dropped_or_forgiven_is_weaker() {
    let before = "npm ci\nnpm test\nnpm audit\nkubectl rollout status d/x";
    let told = |after: &str| of_script(before, after);
    assert_eq!(
        told("npm ci\nnpm test || true\nnpm audit\nkubectl rollout status d/x"),
        ["weaker: goes on now where `npm test` fails"]
    );
    assert_eq!(told("npm ci\nnpm test\nkubectl rollout status d/x"), ["weaker: no longer runs `npm audit`"]);
    assert_eq!(told("npm ci\nnpm test\nnpm audit"), ["weaker: no longer runs `kubectl rollout status d/x`"]);
    let stays = format!("set +e\n{before}");
    assert_eq!(of_script(before, &stays), ["weaker: goes on where a command fails now: `set +e`"]);
    assert_eq!(
        of_script(before, &format!("exit 0\n{before}")),
        ["weaker: may end before its last command now: `exit 0`"]
    );
    assert_eq!(of_script("npm test || true", "npm test"), ["stops now where `npm test` fails"]);
    assert_eq!(of_script(before, &format!("{before}\nexit 0")), ["runs `exit 0` too"]);
}

#[test]
fn a_check_whose_failure_is_not_heard_of_is_weaker() {
    for after in ["npm test | tee log", "npm test 2>&1 | tee log", "'npm test &'"] {
        assert_eq!(of_script("npm test", after), ["weaker: goes on now where `npm test` fails"], "{after}");
    }
    assert_eq!(of_script("npm test | tee log", "npm test"), ["stops now where `npm test` fails"]);
    assert_eq!(of_script("npm test", "'npm test || exit 1'"), ["runs `npm test || exit 1` in place of `npm test`"]);
    let found = of_script("npm test", "'[ -n \"$A\" ] && npm test'");
    assert_eq!(found[0], "weaker: runs `npm test` only in some cases now");
    assert_eq!(
        of_script("set -o pipefail", "set +o pipefail"),
        ["weaker: runs `set +o pipefail` in place of `set -o pipefail`"]
    );
    let goes_on = "weaker: goes on where a command fails now: `set -u +e`";
    assert_eq!(of_script("make\ndate", "set -u +e\nmake\ndate"), [goes_on]);
    assert_eq!(of_script("make", "set -u +e\nmake"), ["runs `set -u +e` too"], "the step ends as it does");
    let asked = of_script("make\ndate", "set +e\nmake\nrc=$?\nset -e\ndate\nexit $rc");
    assert!(!asked.iter().any(|text| text.starts_with("weaker")), "{asked:?}");
}

#[test]
fn a_scan_that_no_longer_fails_is_weaker() {
    for after in ["trivy image --exit-code 0 app", "trivy image app"] {
        let found = of_script("trivy image --exit-code 1 app", after);
        assert!(found.len() == 1 && found[0].starts_with("weaker: runs `trivy image"), "{found:?}");
    }
    let stricter = of_script("trivy image --exit-code 0 app", "trivy image --exit-code 1 app");
    assert!(stricter.len() == 1 && !stricter[0].starts_with("weaker"), "{stricter:?}");
}

#[test]
fn a_check_behind_other_words_still_runs() {
    for after in ["timeout 60 npm test", "CI=1 npm test", "npx nyc npm test", "sudo npm test"] {
        let in_place = format!("runs `{after}` in place of `npm test`");
        assert_eq!(of_script("npm test", after), [in_place]);
        assert_eq!(of_script("npm test", &format!("{after} || true")), ["weaker: goes on now where `npm test` fails"]);
    }
    let found = of_script("npm ci\nnpm test", "sh -c 'npm ci && npm test'");
    assert!(!found.iter().any(|text| text.contains("no longer runs")), "{found:?}");
    assert_eq!(of_script("npm test", "echo npm test")[0], "weaker: no longer runs `npm test`");
    assert_eq!(of_script("npm test\nnpm test", "npm test"), ["runs `npm test` less often"]);
}

#[test]
fn a_check_that_one_event_loses_is_told_of_that_event() {
    let text =
        |script: &str| format!("pipelines:\n  default:\n    - step:\n        name: T\n        script: [{script}]");
    assert_eq!(
        told(&text("npm test"), &text("'[ \"$BITBUCKET_BRANCH\" != main ] || npm test'")),
        ["weaker: push to any other branch: `T` no longer runs `npm test`"]
    );
}

#[test]
fn a_command_in_a_function_that_is_called_is_the_same() {
    let function = |call: &str| format!("- |\n    t() {{\n      npm test\n    }}\n    {call}");
    let group = of_script("npm test", "'npm test || { echo no; }'");
    assert_eq!(group, ["weaker: goes on now where `npm test` fails", "runs `echo no` too"]);
    assert_eq!(of_script("npm test", &function("t")), [""; 0]);
    assert_eq!(of_script(&function("t"), "npm test"), [""; 0]);
    assert_eq!(of_script("npm test", "(npm test)"), [""; 0]);
    assert_eq!(of_script("npm test", &function("t || true")), ["weaker: goes on now where `npm test` fails"]);
    assert_eq!(of_script("npm test", &function("date"))[0], "weaker: no longer runs `npm test`");
    assert_eq!(of_script("npm test", &function("trap t EXIT")).iter().filter(|text| text.contains("npm")).count(), 0);
}

#[test]
fn what_a_new_step_does_is_told() {
    let text = |more: &str| format!("pipelines:\n  default:\n    - step: {{name: T, script: [make]}}\n{more}");
    let step = "    - step:\n        name: D\n        deployment: production\n        script: [kubectl set image d/a a=r/a:latest]\n";
    assert_eq!(
        told(&text(""), &text(step))[0],
        "push to main and push to any other branch: `D` is new: it deploys `r/a:latest` to `production`, with no gate"
    );
    assert_eq!(
        told(&text(step), &text(""))[0],
        "weaker: push to main and push to any other branch: `D` is gone: it deploys `r/a:latest` to `production`, with no gate"
    );
}

#[test]
fn a_failure_that_no_longer_ends_the_script_is_told() {
    assert_eq!(of_script("npm test", "npm test && date\nid")[0], "weaker: goes on now where `npm test` fails");
    assert_eq!(of_script("npm ci\nnpm test", "npm ci && npm test"), [""; 0]);
    assert_eq!(
        of_script("npm test", "trap 'exit 0' EXIT\nnpm test"),
        ["weaker: goes on where a command fails now: `trap 'exit 0' EXIT`"]
    );
    assert_eq!(of_script("set -e\nnpm test", "npm test"), [""; 0]);
    assert_eq!(of_script("set +e\nid\nset -e\nnpm test", "set +e\nid\nnpm test"), ["weaker: no longer runs `set -e`"]);
}

#[test]
fn commands_are_told_by_their_text() {
    assert_eq!(of_script("make a\nmake b\ndate", "make b\nmake a\ndate"), ["runs its commands in another order"]);
    assert_eq!(of_script("npm ci\ndate", "npm ci"), ["no longer runs `date`"]);
    assert_eq!(of_script("npm ci && date", "npm  ci\n'date'"), [""; 0]);
    assert_eq!(of_script("make a", "make a\nuname\ndate\nid\nwhoami"), ["runs `uname`, `date`, `id` and 1 more too"]);
    assert_eq!(
        of_script("kubectl -n one apply -f x", "kubectl -n two apply -f x"),
        ["runs `kubectl -n two apply -f x` in place of `kubectl -n one apply -f x`"]
    );
    let long = |tag: &str| {
        format!("docker run --rm -v $PWD:/src -w /src --network host r.example/tools:{tag} ./check.sh --all --strict")
    };
    assert_eq!(
        of_script(&long("1"), &long("2")),
        [
            "runs `docker run … host r.example/tools:2 ./check.sh …` in place of `docker run … host r.example/tools:1 ./check.sh …`"
        ]
    );
    let block = "- |\n    if [ -n \"$A\" ]; then\n      date\n    fi";
    assert_eq!(of_script("- date", block), ["has the branch `if [ -n \"$A\" ]` now"]);
}

#[test]
fn what_a_pipe_is_given_is_told() {
    let pipe = |version: &str, value: &str| {
        format!(
            "pipelines:\n  branches:\n    main:\n      - step:\n          name: Test\n          script:\n            - pipe: a/b:{version}\n              variables: {{X: {value}}}\n"
        )
    };
    let found = told(&pipe("1.0.0", "one"), &pipe("1.1.0", "two"));
    assert_eq!(
        found,
        [
            "push to main: `Test` runs `a/b:1.1.0` in place of `a/b:1.0.0`",
            "push to main: `Test` sets `X` of `a/b` to `two`, before to `one`"
        ]
    );
}

#[test]
fn what_several_events_share_is_told_below_all_their_names() {
    let text = |names: &str, image: &str| {
        let all: String = names.split(' ').map(|name| format!("    {name}:\n      - step: *t\n")).collect();
        format!(
            "definitions:\n  steps:\n    - step: &t {{name: T, image: 'a:{image}', script: [make]}}\npipelines:\n  custom:\n{all}"
        )
    };
    let found = |names: &str| -> Vec<String> {
        let all = told(&text(names, "1"), &text(names, "2"));
        all.into_iter().filter(|line| !line.starts_with("anchors")).collect()
    };
    let told = "`T` runs in `a:2`, before in `a:1`";
    assert_eq!(found("x"), [format!("custom pipeline x: {told}")]);
    assert_eq!(found("x y z"), [format!("custom pipeline x, custom pipeline y and custom pipeline z: {told}")]);
    assert_eq!(
        found("a b c d e f g"),
        [format!(
            "custom pipeline a, custom pipeline b, custom pipeline c, custom pipeline d and 3 other events: {told}"
        )]
    );
}

#[test]
fn every_key_of_a_step_is_compared() {
    let with = |keys: &str| STEPS_FOR_KEYS.replace("name: T", &format!("name: T{keys}"));
    let one = |keys: &str| told(&with(""), &with(keys));
    assert_eq!(one(", concurrency-group: x"), ["push to main: `T` has the `concurrency-group` `x` now"]);
    assert_eq!(one(", auth: {system: {scopes: [write:repository]}}"), ["push to main: `T` has `auth` now"]);
    assert_eq!(one(", oidc: {audiences: [x]}"), ["push to main: `T` gets an OIDC token now"]);
    assert_eq!(
        told(STEPS_FOR_KEYS, &format!("options: {{oidc: true}}\n{STEPS_FOR_KEYS}")),
        ["every event: each step gets an OIDC token now"]
    );
}

const STEPS_FOR_KEYS: &str = "pipelines: {branches: {main: [{step: {name: T, script: [make]}}]}}\n";

#[test]
fn a_credential_is_said_in_no_part() {
    let secret = "q7Zt19kfuWq7Zt19kfuWq7Zt19kfuW";
    let long =
        format!("export BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=x API_TOKEN={secret} && make");
    for with in [&long, "export DB_PASSWORD='aB3dd9  &&  Qzz1x'", "npm test --token 'aB3\"dd9Qzz'"] {
        for (before, after) in [("date", with), (with, "date"), (with, "export X=1")] {
            let told = of_script(before, after).join("\n");
            for part in ["q7Zt", "aB3", "Qzz"] {
                assert!(!told.contains(part), "{told}");
            }
        }
    }
}

#[test]
fn what_a_script_becomes_is_told_as_it_is() {
    assert_eq!(of_script("npm test", "npm test; true"), ["runs `true` too"]);
    assert_eq!(
        of_script("npm test\nuptime", "exit 0\nnpm test\nuptime"),
        ["weaker: may end before its last command now: `exit 0`"]
    );
    assert_eq!(of_script("uptime", "exit 0\nuptime"), ["weaker: may end before its last command now: `exit 0`"]);
    assert_eq!(
        of_script("echo 'a && npm test'", "echo 'a && date'"),
        ["runs `echo 'a && date'` in place of `echo 'a && npm test'`"]
    );
    assert_eq!(
        of_script("echo \"$T\"", "echo '$T'"),
        ["no longer reads the variable `T`", "no longer runs `echo \"$T\"`", "runs `echo '$T'` too"]
    );
    let block = |body: &str| format!("- |\n    cat > r.sh <<X\n    {body}\n    X\n    make");
    assert_eq!(of_script(&block("npm test"), &block("exit 0")), ["has other text in a here-document"]);
    let pushes = |after: &str| {
        let text =
            FLOW.replace("docker push r/x:$BITBUCKET_COMMIT]", &format!("'docker push r/x:$BITBUCKET_COMMIT{after}']"));
        told(FLOW, &text)
    };
    assert_eq!(
        pushes(" || true"),
        ["weaker: push to main: `Image` goes on now where `docker push r/x:$BITBUCKET_COMMIT` fails"]
    );
}

#[test]
fn a_safeguard_that_stands_elsewhere_is_told_with_its_place() {
    let steps = |one: &str, two: &str, after: &str| {
        format!(
            "pipelines:\n  branches:\n    main:\n      - step: {{name: A, script: [{one}]{after}}}\n      - step: {{name: B, script: [{two}]}}\n"
        )
    };
    let before = steps("make, npm test", "date", "");
    assert_eq!(
        told(&before, &steps("make", "date, npm test", "")),
        [
            "push to main: `A` no longer runs `npm test`, which another step runs",
            "push to main: `B` runs `npm test` too"
        ]
    );
    assert_eq!(
        told(&before, &steps("make", "date", ", after-script: [npm test]")),
        ["weaker: push to main: `A` runs `npm test` after its script now, where a failure stops nothing"]
    );
}

#[test]
fn thousands_of_other_commands_end_soon() {
    let many = |word: &str| (0..3000).map(|at| format!("{word} {at} {}\n", "a b c ".repeat(20))).collect::<String>();
    assert!(!of_script(&many("make one"), &many("make two")).is_empty());
}

#[test]
fn what_runs_the_same_is_no_change_however_it_is_written() {
    let plain = "docker build -t a/b:$BITBUCKET_COMMIT .\ndocker push a/b:$BITBUCKET_COMMIT";
    let variable = "IMAGE=a/b:$BITBUCKET_COMMIT\ndocker build -t $IMAGE .\ndocker push $IMAGE";
    let function = "'ship() { docker build -t a/b:$1 .; docker push a/b:$1; }'\nship $BITBUCKET_COMMIT";
    for (one, other) in [(plain, variable), (plain, function), (variable, function)] {
        assert_eq!([of_script(one, other), of_script(other, one)], [[""; 0], [""; 0]], "{one} / {other}");
    }
    let more = of_script(plain, &variable.replace("push", "pull"));
    assert!(more.iter().any(|line| line.contains("no longer pushes")), "{more:?}");
    // Where it goes, and who hears of its failure, is told.
    assert!(!of_script("T=test\nnpm test", "T=test\n'npm $T > log'").is_empty());
    assert!(of_script("npm test", "T=test\n'npm $T || true'")[0].starts_with("weaker: "));
}

#[test]
fn one_check_in_the_place_of_another_of_its_kind_is_no_loss() {
    for (before, after) in [("pytest", "python -m pytest"), ("mvn test", "mvn verify"), ("npm audit", "trivy fs .")] {
        assert_eq!(of_script(before, after), [format!("runs `{after}` in place of `{before}`")]);
    }
    let found = of_script("npm test", "npm run test:unit");
    assert!(found.contains(&"runs `npm run test:unit` in place of `npm test`".to_owned()), "{found:?}");
    for after in ["npm run lint", "curl https://x/test", "printf test"] {
        assert!(of_script("npm test", after).contains(&"weaker: no longer runs `npm test`".to_owned()), "{after}");
    }
}

#[test]
fn tests_that_are_left_out_or_pass_whatever_they_find_are_weaker() {
    for (before, more) in
        [("mvn -B test", "-DskipTests"), ("npx jest", "--passWithNoTests"), ("gradle build", "-x test")]
    {
        let after = format!("{before} {more}");
        assert_eq!(of_script(before, &after), [format!("weaker: runs `{after}` in place of `{before}`")]);
        assert!(!of_script(&after, before)[0].starts_with("weaker"), "{after}");
    }
}

#[test]
fn what_a_step_that_is_gone_checked_is_told() {
    let file =
        |more: &str| format!("pipelines:\n  branches:\n    main:\n    - step: {{name: A, script: [make]}}\n{more}");
    let step = |key: &str| format!("    - step: {{{key}script: [npm ci, npm test]}}\n");
    let gone = |key: &str| told(&file(&step(key)), &file(""));
    assert_eq!(gone("name: T, "), ["weaker: push to main: `T` is gone: it runs `npm test`"]);
    assert_eq!(gone(""), ["weaker: push to main: a step without a name is gone: it runs `npm ci` and `npm test`"]);
    let report = file("    - step: {name: R, script: [npm run report]}\n");
    assert_eq!(
        told(&report, &file(""))[0],
        "weaker: push to main: `R` is gone: it runs `npm run report`, which is not followed"
    );
}

#[test]
fn an_anchor_whose_edit_means_nothing_reaches_nothing() {
    let file = |script: &str| {
        format!(
            "definitions: {{steps: [step: &t {{name: T, script: [{script}]}}]}}\npipelines:\n  default: [step: *t]\n  custom: {{x: [step: *t]}}\n"
        )
    };
    assert_eq!(told(&file("npm test"), &file("(npm test)")), [""; 0]);
    assert!(told(&file("npm test"), &file("npm ci")).iter().any(|line| line.starts_with("anchors: ")));
}

#[test]
fn commands_in_other_surroundings_are_compared_by_what_they_stop() {
    let goes_on = ["weaker: goes on now where `pytest` fails"];
    let before = "pytest\nruff check .\nuptime";
    for (after, told) in [
        ("'pytest && ruff check .'\nuptime", &goes_on[..]),
        ("bash -ec 'pytest; ruff check .'\nuptime", &[]),
        ("bash -c 'pytest; ruff check .'\nuptime", &goes_on),
        ("'eval \"pytest; ruff check .\"'\nuptime", &[]),
        ("'(pytest; ruff check .)'\nuptime", &[]),
        ("'v() { pytest; ruff check .; }; v'\nuptime", &[]),
        ("'v() { pytest; ruff check .; }; v || exit 1'\nuptime", &goes_on),
    ] {
        assert_eq!(of_script(before, after), told, "{after}");
    }
    let group = of_script(before, "'(pytest; ruff check .) || exit 1'\nuptime");
    assert_eq!(group, [goes_on[0], "runs `exit 1` too"]);
}

#[test]
fn an_effect_that_is_lost_is_weaker_unless_it_is_made_otherwise() {
    let both = "docker build -t r/a:1 .\ndocker push r/a:1";
    assert_eq!(of_script(both, "docker build -t r/a:1 .")[0], "weaker: no longer pushes `r/a:1`");
    let copies = of_script("docker pull r/a:1\ndocker tag r/a:1 r/a:2\ndocker push r/a:2", "crane copy r/a:1 r/a:2");
    assert!(!copies.iter().any(|text| text.starts_with("weaker: no longer")), "{copies:?}");
    // What is not followed may run it.
    let hidden = of_script("npx jest", "./verify.sh");
    assert!(hidden.contains(&"no longer runs `npx jest`, unless what is not followed does".to_owned()), "{hidden:?}");
}
