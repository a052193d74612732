//! What `pipewright check` is asked for, by the command line and by settings, and what it says of the rest.

use insta::assert_snapshot;

use crate::support::{Ended, pipewright};

/// A file with a credential, of another workflow.
const SECRET: &str = "image: acme/build:1.4.0\npipelines:\n  default:\n    - step:\n        script: ['curl -u a:s3cr3tXpa55word9 https://x.example']\n";

fn run(settings: &str, arguments: &[&str]) -> Ended {
    let run = pipewright().file("f.yml", SECRET).file("pipewright.yaml", settings).args(["check", "f.yml"]);
    run.args(["--format", "short"]).args(arguments.iter().copied()).run()
}

#[test]
fn the_command_line_goes_before_the_settings_for_what_it_names() {
    let found = |settings: &str, arguments: &[&str]| {
        let ended = run(settings, arguments);
        (ended.code, ended.out.contains("[release-flow]"), ended.out.contains("[no-inline-secret]"))
    };
    assert_eq!(found("policy: none\n", &[]), (Some(0), false, false));
    assert_eq!(found("policy: none\n", &["--layer", "policy"]), (Some(1), true, true));
    assert_eq!(found("policy: none\n", &["--only", "no-inline-secret"]), (Some(1), false, true));
    let off = "rules: {no-inline-secret: off}\n";
    assert_eq!(found(off, &["--layer", "policy"]), (Some(1), true, false), "the rule is not named");
    assert_eq!(found(off, &["--only", "no-inline-secret"]), (Some(1), false, true));
    let warning = "rules: {no-inline-secret: warning}\n";
    assert_eq!(found(warning, &["--only", "no-inline-secret"]), (Some(0), false, true), "a severity is no switch");
}

#[test]
fn a_rule_with_a_severity_stays_on_without_the_policy() {
    let ended = run("policy: none\nrules: {no-inline-secret: warning}\n", &[]);
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.out.lines().count() == 1 && ended.out.contains("warning: ") && ended.out.contains("[no-inline-secret]"),
        "{}",
        ended.out
    );
    // A comment about a rule of the policy that is off is not idle: nobody looked.
    let comments = SECRET.replace("image:", "# pipewright: allow pinned-image -- ours\nimage:");
    let run =
        pipewright().file("f.yml", comments).file("pipewright.yaml", "policy: none\nrules: {no-inline-secret: note}\n");
    let ended = run.args(["check", "f.yml", "--format", "short"]).run();
    assert_eq!(ended.out.lines().count(), 1, "{}", ended.out);
}

#[test]
fn where_no_rule_is_left_nothing_is_accepted() {
    let rules: String = pipewright::cli::rules()
        .iter()
        .filter(|meta| meta.layer.word() == "syntax")
        .map(|meta| format!("  {}: off\n", meta.id))
        .collect();
    assert_snapshot!(run(&format!("rules:\n{rules}"), &["--layer", "syntax"]).block(), @r"
    --- stderr
    error: no rule is left to check: the settings switch all of them off
    hint: name a rule with `--only`, which goes before the settings, or take it out of `rules`
    --- exit 2
    ");
    let without = pipewright().file("f.yml", SECRET).args(["check", "f.yml", "--only", "known-settings"]).run();
    assert_snapshot!(without.block(), @r"
    --- stderr
    error: no rule is left to check: `known-settings` is about pipewright.yaml
    hint: name that file to check it
    --- exit 2
    ");
    let with = pipewright().file("f.yml", SECRET).file("pipewright.yaml", "main-branch: trunk\n");
    let out = with.args(["check", "f.yml", "--only", "known-settings"]).run().out;
    assert_eq!(out, "accepted: pipewright.yaml: no findings\n");
}

#[test]
fn junit_tells_of_rules_that_ran_alone() {
    let cases = |settings: &str, file: &str, arguments: &[&str]| -> Vec<String> {
        let run = pipewright().file("f.yml", SECRET).file("pipewright.yaml", settings);
        let out = run.args(["check", file, "--format", "junit"]).args(arguments.iter().copied()).run().out;
        let names = out.lines().filter_map(|line| line.split("testcase name=\"").nth(1)?.split('"').next());
        names.map(str::to_owned).collect()
    };
    let has = |cases: &[String], rule: &str| cases.iter().any(|case| case == rule);
    let all = cases("", "f.yml", &[]);
    assert!(has(&all, "build-once") && has(&all, "known-key") && !has(&all, "known-settings"), "{all:?}");
    let some = cases("rules: {build-once: off}\n", "f.yml", &[]);
    assert_eq!(some.len(), all.len() - 1, "{some:?}");
    let none = cases("policy: none\nrules: {pinned-pipe: note}\n", "f.yml", &[]);
    assert!(!has(&none, "build-once") && has(&none, "pinned-pipe") && has(&none, "known-key"), "{none:?}");
    let without = cases("policy: none\n", "f.yml", &[]);
    assert!(!has(&without, "pinned-pipe") && has(&without, "suppression-used"), "comments are looked at: {without:?}");
    assert_eq!(cases("", "pipewright.yaml", &[]), ["known-settings"]);
}

#[test]
fn what_is_doubtful_in_the_settings_is_a_finding_like_any_other() {
    let run = |settings: &str, arguments: &[&str]| {
        let run =
            pipewright().file("f.yml", SECRET).file("pipewright.yaml", settings).args(["check", "--layer", "schema"]);
        run.args(arguments.iter().copied()).run()
    };
    let doubtful = "file: f.yml\n";
    assert_snapshot!(run(doubtful, &["--format", "short"]).block(), @r"
    pipewright.yaml:1:7: warning: Bitbucket reads `bitbucket-pipelines.yml` alone [known-settings]
    --- stderr
    --- exit 0
    ");
    assert_eq!(run(doubtful, &["--fail-on", "warning"]).code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&run(doubtful, &["--format", "json"]).out).expect("JSON");
    assert_eq!((&json["files"][1]["path"], &json["summary"]["warnings"]), (&"pipewright.yaml".into(), &1.into()));
    for format in ["sarif", "junit", "code-insights", "github"] {
        assert!(run(doubtful, &["--format", format]).out.contains("pipewright.yaml"), "{format}");
    }
    assert_eq!(run(doubtful, &["--only", "known-key"]).out, "accepted: f.yml: no findings\n");
    let twice = run(doubtful, &["--format", "short", "f.yml", "./pipewright.yaml"]);
    assert_eq!(twice.out.lines().count(), 1, "{}", twice.out);
    assert_eq!(run(&format!("{doubtful}rules: {{known-settings: off}}\n"), &["--format", "short"]).out, "");
    let graver = run(&format!("{doubtful}rules: {{known-settings: error}}\n"), &["--format", "short"]);
    assert_eq!((graver.code, graver.out.as_str()), (Some(2), ""), "{}", graver.err);
    // Seen from a folder below, as the other paths are.
    let below = pipewright().file(".git/HEAD", "").file("f.yml", SECRET).file("pipewright.yaml", doubtful).at("sub");
    let out = below.args(["check", "--layer", "schema", "--format", "short"]).run().out;
    assert!(out.starts_with("../pipewright.yaml:1:7: "), "{out}");
}

#[test]
fn what_a_severity_hides_is_counted() {
    let text = "pipelines: {custom: {all: [step: {script: [make], max-time: soon, retries: 2}]}}\n";
    let run = |severity: &str, arguments: &[&str]| {
        let run = pipewright().file("a.yml", text).file("pipewright.yaml", "rules: {known-key: warning}\n");
        let run = run.args(["check", "--layer", "schema", "--severity", severity, "a.yml"]);
        let out = run.args(arguments.iter().copied()).run().out;
        out.lines().last().unwrap_or_default().to_owned()
    };
    assert_eq!(run("warning", &[]), "refused: a.yml: 1 error, 1 warning");
    assert_eq!(run("error", &[]), "refused: a.yml: 1 error, and 1 finding hidden by `--severity`");
    assert_eq!(run("error", &["--only", "known-key"]), "accepted: a.yml: 1 finding hidden by `--severity`");
}
