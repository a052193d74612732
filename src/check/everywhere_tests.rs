//! Rules ask the same of every pipeline and of every name, wherever it stands.

use super::Checker;
use crate::finding::{Layer, Severity};
use crate::settings::Settings;

/// `rule: message` of each finding below the policy.
fn told(text: &str) -> Vec<String> {
    let layers = [Layer::Syntax, Layer::Schema, Layer::Semantic];
    let found = Checker::new(Settings::default()).with_layers(&layers).check(text).findings;
    found.into_iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

/// A step in a merge queue, and the same in a pipeline that others import.
fn elsewhere(step: &str) -> [String; 2] {
    [
        format!("image: node:20.1\npipelines:\n  merge-queues:\n    main:\n      - step:\n{step}"),
        format!("export: true\nimage: node:20.1\ndefinitions:\n  pipelines:\n    build:\n      - step:\n{step}"),
    ]
}

#[test]
fn commands_of_merge_queues_and_of_shared_pipelines_are_followed() {
    let script = |keys: &str, command: &str| format!("          {keys}\n          script:\n            - {command}\n");
    for (step, due) in [
        (script("size: 1x", "docker build -t app ."), "docker-service: `docker build` has no docker to talk to"),
        (
            script("services: [docker]", "docker run --privileged x"),
            "docker-runtime: `--privileged` is refused on version 2 of the runtime, which the step has",
        ),
        (
            script("services: [docker]", "docker push acme/app:1"),
            "image-at-hand: `docker push` pushes `acme/app:1`, which this step has neither built nor pulled: each step has a \
             docker of its own",
        ),
        (
            script("clone: {enabled: false}", "npm ci"),
            "cloned-history: `npm ci` needs files of the repository, and the step clones none",
        ),
        (
            script("size: 1x", "ssh me@h 'docker run -d acme/app:$BITBUCKET_COMMIT'"),
            "remote-variable: `$BITBUCKET_COMMIT` is left to the other machine, where it is empty",
        ),
    ] {
        for text in elsewhere(&step) {
            assert_eq!(told(&text), [due], "{text}");
        }
    }
    // A merge that is made for the run has all commits.
    let [queue, shared] = elsewhere(&script("clone: {depth: 1}", "git describe --tags"));
    assert_eq!((told(&queue).len(), told(&shared).len()), (0, 1));
}

#[test]
fn a_command_that_shows_its_help_asks_no_daemon() {
    let text = |command: &str| format!("image: a:1\npipelines:\n  default:\n    - step: {{script: [{command}]}}\n");
    assert_eq!(told(&text("docker run --help")), [""; 0]);
    assert_eq!(told(&text("docker run x --help")).len(), 1, "the help is the container's");
}

#[test]
fn names_that_yaml_takes_for_something_else_are_told_wherever_they_are_free() {
    let step = "pipelines:\n  default:\n    - step: {script: [date]}\n";
    let custom = |step: &str| {
        format!("pipelines:\n  custom:\n    a:\n      - step: {{script: [date]}}\n    b:\n      - step: {step}\n")
    };
    for (text, name) in [
        (format!("definitions:\n  services:\n    no: {{image: 'a:1'}}\n{step}"), "no"),
        (format!("definitions:\n  services:\n    db: {{image: 'a:1', variables: {{ON: a}}}}\n{step}"), "ON"),
        (format!("definitions:\n  caches: {{1: vendor}}\n{step}"), "1"),
        (format!("definitions:\n  agents: {{2024: {{prompt: a}}}}\n{step}"), "2024"),
        (format!("definitions:\n  imports: {{1.10: other:main}}\n{step}"), "1.10"),
        (format!("definitions:\n  pipelines:\n    yes:\n      - step: {{script: [date]}}\n{step}"), "yes"),
        (custom("{script: [{pipe: 'a/b:1.0.0', variables: {off: a}}]}"), "off"),
        (custom("{type: pipeline, custom: a, input-variables: {NO: a}}"), "NO"),
    ] {
        let told: Vec<String> = told(&text).into_iter().filter(|line| line.starts_with("quoted-key")).collect();
        assert_eq!(told.len(), 1, "{text}");
        assert!(told[0].contains(&format!("`{name}` is a ")), "{told:?}");
    }
    let quoted = format!("definitions:\n  services:\n    'no': {{image: 'a:1', variables: {{N: a, YES_: b}}}}\n{step}");
    assert_eq!(told(&quoted), [""; 0]);
}

#[test]
fn each_member_of_a_group_is_held_against_all_before_it() {
    let group = |names: &[&str]| {
        let steps: String =
            names.iter().map(|name| format!("        - step: {{deployment: {name}, script: [date]}}\n")).collect();
        format!("image: a:1\npipelines:\n  custom:\n    x:\n      - parallel:\n{steps}")
    };
    let found = |names: &[&str]| {
        let found = Checker::new(Settings::default()).with_layers(&[Layer::Semantic]).check(group(names)).findings;
        let found = found.into_iter().filter(|finding| finding.rule == "one-environment-type");
        found.map(|finding| (finding.severity, finding.message)).collect::<Vec<_>>()
    };
    let differ = |one: &str, other: &str| format!("`{one}` and `{other}` are of different types, in one group");
    assert_eq!(found(&["test", "qa", "production"]), [(Severity::Error, differ("production", "test"))]);
    assert_eq!(
        found(&["test", "prod-eu", "staging"]),
        [(Severity::Warning, differ("prod-eu", "test")), (Severity::Error, differ("staging", "test"))]
    );
    assert_eq!(found(&["prod-eu", "prod-us", "production"]), []);
}

#[test]
fn a_variable_that_is_glued_to_a_hash_is_cut_off() {
    let text = |line: &str| format!("image: a:1\npipelines:\n  default:\n    - step:\n        script:\n{line}\n");
    let command = |line: &str| told(&text(&format!("          - {line}")));
    let value = |value: &str| {
        told(&text(&format!("          - pipe: a/b:1.0.0\n            variables:\n              M: {value}")))
    };
    let command_cut = ["whole-command: what follows `#` is a comment, and the command ends before it"];
    assert_eq!(command("echo Build #$BITBUCKET_BUILD_NUMBER"), command_cut);
    assert_eq!(command("./notify.sh Build #${BITBUCKET_BUILD_NUMBER} is done"), command_cut);
    assert_eq!(
        value("Build #$BITBUCKET_BUILD_NUMBER"),
        ["whole-command: what follows `#` is a comment, and the value ends before it"]
    );
    assert_eq!(value("Build #42").len(), 1);
    for whole in ["Build # $X is set elsewhere", "\"Build #$X\"", "'a' #$X", "don't # remark"] {
        assert_eq!(value(whole), [""; 0], "{whole}");
    }
}

#[test]
fn what_follows_from_another_finding_is_not_told() {
    let step = |keys: &str| format!("image: a:1\npipelines:\n  default:\n    - step: {{{keys}script: [date]}}\n");
    let services = step("services: [a, b, c, d], ");
    assert!(
        told(&services).iter().all(|line| line.starts_with("known-service")),
        "what is not defined takes no memory"
    );
    for (keyword, keys) in [("services", "services: [a], "), ("caches", "caches: [a], ")] {
        let text = format!("definitions:\n  {keyword}: {{<<: *x}}\n{}", step(keys));
        assert_eq!(told(&text), ["defined-alias: `*x` names no anchor that stands before it"]);
        let text = format!("definitions:\n  steps: [*x]\n{}", step(keys));
        assert_eq!(told(&text).len(), 2, "another key hides no name");
    }
    assert_eq!(told(&step("artifacts: {download: ['']}, ")), ["not-empty: an item of `download` is empty"]);
    let pipe = "image: a:1\npipelines:\n  default:\n    - pipe: a/b:1.0.0\n      variables: {A: b}\n";
    assert_eq!(
        told(pipe),
        ["known-key: a pipe stands where an item of a pipeline should: it is an item of a step's `script`"]
    );
}

#[test]
fn a_plain_word_is_a_credential_where_a_variable_stands() {
    let found = |text: &str| {
        let found = Checker::new(Settings::default()).check(text).findings.into_iter();
        found.filter(|finding| finding.rule == "no-inline-secret").count()
    };
    let step = |keys: &str| format!("pipelines:\n  default:\n    - step: {{{keys}, script: [date]}}\n");
    for keys in ["permissions: {id-token: write}", "with: {github-token: deployment}"] {
        assert_eq!(found(&step(keys)), 0, "{keys}");
    }
    for keys in [
        "with: {github-token: k9Zt41xq}",
        "env: {api_token: deployment}",
        "DEPLOY_TOKEN: deployment",
        "image: {name: 'a:1', username: me, password: orchard}",
    ] {
        assert_eq!(found(&step(keys)), 1, "{keys}");
    }
    let service = "definitions:\n  services:\n    db: {image: 'a:1', variables: {db_password: orchard}}\n";
    assert_eq!(found(&format!("{service}{}", step("services: [db]"))), 1);
}
