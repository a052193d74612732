//! Which files `pipewright check` means, and what they are called.

use crate::support::pipewright;

const FINE: &str = "image: acme/build:1.4.0\npipelines: {custom: {all: [step: {script: [date]}]}}\n";

#[test]
fn a_file_that_is_named_twice_is_checked_once() {
    let run = pipewright().file("f.yml", FINE).file("d/e/g.yml", FINE).say(FINE);
    let arguments = ["f.yml", "./f.yml", "d/../f.yml", ".", "d/e", "d/e/g.yml", "-", "-"];
    let ended = run.args(["check", "--layer", "schema"]).args(arguments).run();
    assert_eq!(ended.out, "3 files: 3 accepted: no findings\n", "{}", ended.err);
}

#[test]
fn a_repository_within_the_repository_has_no_paths_of_its_own() {
    let paths = |outer: &str, at: &str, arguments: &[&str]| -> Vec<String> {
        let run = pipewright().file(outer, "").file("lib/.git/HEAD", "").file("other/.git", "gitdir: x\n");
        let run = run.file("lib/bitbucket-pipelines.yml", "a: 1\n").file("other/bitbucket-pipelines.yml", "a: 1\n");
        let run = run.at(at).args(["check", "--layer", "schema", "--only", "known-key", "--format", "code-insights"]);
        let report: serde_json::Value =
            serde_json::from_str(&run.args(arguments.iter().copied()).run().out).expect("JSON");
        let annotations = report["annotations"].as_array().expect("a list");
        let told = |annotation: &serde_json::Value| {
            let (path, id) = (annotation["path"].as_str(), annotation["external_id"].as_str());
            let (path, id) = (path.expect("a path"), id.expect("an id"));
            assert!(id.ends_with(&format!("-{path}")), "{id}");
            path.to_owned()
        };
        annotations.iter().map(told).collect()
    };
    let both = ["lib/bitbucket-pipelines.yml", "other/bitbucket-pipelines.yml"];
    for outer in [".git/HEAD", "no-repository"] {
        assert_eq!(paths(outer, ".", &["lib", "other"]), both, "{outer}");
        assert_eq!(paths(outer, "lib", &[]), ["bitbucket-pipelines.yml"], "{outer}");
    }
    assert_eq!(paths(".git/HEAD", "below", &["../lib", "../other"]), both);
    assert_eq!(paths("no-repository", "below", &["../lib"]), ["../lib/bitbucket-pipelines.yml"], "it lies outside");
}

#[cfg(unix)]
#[test]
fn a_backslash_in_a_name_is_a_letter() {
    for (format, name) in
        [("sarif", "back%5Cslash.yml"), ("github", "file=back\\slash.yml"), ("code-insights", "back\\\\slash.yml")]
    {
        let run = pipewright().file("back\\slash.yml", "a: 1\n");
        let out = run.args(["check", "--layer", "schema", "--format", format, "back\\slash.yml"]).run().out;
        assert!(out.contains(name) && !out.contains("back/slash"), "{format}: {out}");
    }
}

#[test]
fn standard_input_can_have_the_name_of_a_file() {
    let text = "image: node\npipelines: {branches: {trunk: [step: {script: [./deploy.sh]}]}}\n";
    let run = |arguments: &[&str]| {
        let run = pipewright()
            .file("r/.git/HEAD", "")
            .file("r/pipewright.yaml", "main-branch: trunk\nrules: {pinned-image: error}\n");
        let run = run.file("r/sub/deploy.sh", "kubectl set image deploy/a a=b:1\n").at("elsewhere").say(text);
        run.args(["check", "--format", "short", "--layer", "policy"]).args(arguments.iter().copied()).run()
    };
    let named = run(&["-", "--stdin-filename", "../r/sub/bitbucket-pipelines.yml"]);
    assert!(named.out.starts_with("../r/sub/bitbucket-pipelines.yml:1:8: error: "), "{}", named.out);
    assert!(named.out.contains("[declared-environment]") && named.out.contains("a push to trunk"), "{}", named.out);
    let plain = run(&["-"]);
    assert!(
        plain.out.starts_with("<stdin>:1:8: warning: ") && !plain.out.contains("[declared-environment]"),
        "{}",
        plain.out
    );
    let github = run(&["-", "--stdin-filename", "x.yml", "--format", "short", "--only", "pinned-image"]);
    assert!(github.code == Some(2), "an option is given once: {}", github.err);
    let none = run(&["--stdin-filename", "x.yml", "../r"]);
    assert_eq!(none.code, Some(2));
    assert!(none.err.contains("hint: name `-` as the file"), "{}", none.err);
    let settings = pipewright().say("mainbranch: x\n").args([
        "check",
        "--format",
        "short",
        "-",
        "--stdin-filename",
        "pipewright.yaml",
    ]);
    assert!(settings.run().out.starts_with("pipewright.yaml:1:1: error: unknown setting"));
}

#[test]
fn settings_that_are_not_read_are_told() {
    let ended =
        pipewright().file("f.yml", FINE).file(".git/HEAD", "").file("pipewright.yml", "policy: none\n").at("sub");
    let ended = ended.args(["check", "--layer", "schema", "../f.yml"]).run();
    assert_eq!(ended.code, Some(0));
    assert_eq!(ended.err, "warning: ../pipewright.yml: pipewright reads `pipewright.yaml` alone: rename it\n");
    let named = pipewright().file("f.yml", FINE).file("pipewright.yml", "policy: none\n");
    assert_eq!(named.args(["check", "--config", "pipewright.yml", "f.yml"]).run().err, "");
}

#[cfg(unix)]
#[test]
fn settings_behind_a_link_that_leads_nowhere_are_no_settings_left_out() {
    let run = pipewright().file("f.yml", FINE);
    std::os::unix::fs::symlink("nowhere", run.path("pipewright.yaml")).expect("a link");
    let ended = run.args(["check", "f.yml"]).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(2), "error: pipewright.yaml: is a link that leads nowhere\n"));
}

#[test]
fn the_main_branch_is_not_refused_by_the_usual_list() {
    let text = "pipelines: {branches: {develop: [step: {script: [date]}], release: [step: {script: [date]}]}}\n";
    let run = |settings: &str, arguments: &[&str]| {
        let run = pipewright().file("f.yml", text).file("pipewright.yaml", settings);
        let run = run.args(["check", "f.yml", "--only", "trunk-only", "--format", "short"]);
        run.args(arguments.iter().copied()).run()
    };
    for ended in [run("main-branch: develop\n", &[]), run("", &["--main-branch", "develop"])] {
        assert!(ended.out.lines().count() == 1 && ended.out.contains("`release`"), "{}", ended.out);
    }
    let both = run("forbidden-branches: [develop]\n", &["--main-branch", "develop"]);
    assert_eq!(both.code, Some(2));
    assert!(
        both.err.contains(
            "`develop` is the main branch (command line: --main-branch), and `develop` forbids it (pipewright.yaml:1)"
        ),
        "{}",
        both.err
    );
    let pattern = run("", &["--main-branch", "feature/*"]);
    assert!(pattern.code == Some(2) && pattern.err.contains("is a pattern"), "{}", pattern.err);
}

#[test]
fn a_file_that_may_be_included_needs_no_pipelines_of_its_own() {
    let shared = "image: acme/build:1.4.0\ndefinitions: {pipelines: {all: [step: {script: [date]}]}}\n";
    let code =
        |name: &str, text: &str| pipewright().file(name, text).args(["check", "--layer", "schema", name]).run().code;
    for (name, text, due) in [
        ("ci/shared-pipelines.yml", shared.to_owned(), 0),
        ("ci/shared.yml", shared.to_owned(), 1),
        ("bitbucket-pipelines.yml", shared.to_owned(), 1),
        ("ci/shared-pipelines.yml", format!("export: false\n{shared}"), 1),
        ("bitbucket-pipelines.yml", format!("export: true\n{shared}"), 0),
    ] {
        assert_eq!(code(name, &text), Some(due), "{name}\n{text}");
    }
}
