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
