//! Bodies that stand beside their keys: where they are told, and what is left alone.

use super::check;
use crate::finding::Severity;
use crate::yaml::Document;

/// `line:column rule: help` of each finding.
fn said(text: &str) -> Vec<String> {
    let document = Document::read(text);
    let line = |finding: crate::finding::Finding| {
        let at = document.position(finding.span.start);
        format!("{}:{} {}: {}", at.line, at.column, finding.rule, finding.help.unwrap_or_default())
    };
    check(&document).into_iter().map(line).collect()
}

const STEP: &str = "pipelines:\n  default:\n    - step:\n        script: [make]\n";

/// A step with a script on line 4 and these lines below it.
fn step(lines: &str) -> String {
    format!("{STEP}        {}\n", lines.replace('\n', "\n        "))
}

fn defined(lines: &str) -> String {
    format!("definitions:\n  {}\n{STEP}", lines.replace('\n', "\n  "))
}

#[test]
fn keys_below_an_empty_one_that_belong_into_it_are_told_there_and_nowhere_else() {
    let all = |name: &str| format!("indent the keys below `{name}` by two more spaces");
    let some = |keys: &str, name: &str| format!("indent {keys} by two more spaces, to stand below `{name}`");
    for (text, place, help) in [
        (step("artifacts:\npaths:\n  - a\ndownload: false"), "5:9", all("artifacts")),
        (step("condition:\nchangesets: {includePaths: [a]}"), "5:9", all("condition")),
        (step("condition:\n  changesets:\n  includePaths: [a]"), "6:11", all("changesets")),
        (step("runtime:\ncloud: {arch: arm}\nsize: 2x"), "5:9", some("`cloud`", "runtime")),
        (step("clone:\ndepth: 5"), "5:9", all("clone")),
        (step("on-fail:\nstrategy: retry\nmaxRetryCount: 2"), "5:9", all("on-fail")),
        (step("image:\nname: a\nusername: b\npassword: c"), "5:9", all("image")),
        (step("type: pipeline\ncustom: a\ninput-variables:\nA: b\nIMAGE: c").replace("        script: [make]\n", ""), "6:9", all("input-variables")),
        (
            "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: a/b:1\n            variables:\n            NAME: c\n".to_owned(),
            "6:13",
            all("variables"),
        ),
        (format!("options:\nmax-time: 5\n{STEP}"), "1:1", some("`max-time`", "options")),
        ("pipelines:\ndefault:\n  - step: {script: [a]}\n".to_owned(), "1:1", all("pipelines")),
        (format!("definitions:\nservices: {{db: {{image: a}}}}\n{STEP}"), "1:1", some("`services`", "definitions")),
        (defined("services:\n  db:\n  image: a\n  memory: 512\n  variables: {A: b}"), "3:5", all("db")),
        (defined("services:\n  db:\n    image: a\n    variables:\n    A: b"), "5:7", all("variables")),
        (defined("services:\ndb: {image: a}"), "2:3", all("services")),
        (defined("caches:\n  a:\n    key:\n    files: [b]\n    path: c"), "4:7", some("`files`", "key")),
        (defined("caches:\n  a:\n  path: b\n  key: {files: [c]}"), "3:5", all("a")),
    ] {
        assert_eq!(said(&text), [format!("{place} indented-body: {help}")], "{text}");
    }
}

#[test]
fn a_slip_of_a_key_that_is_known_here_is_none_of_the_body() {
    for (text, rules) in [
        (step("clone:\nscripts: [a]"), ["right-type", "known-key"]),
        (step("artifacts:\nartefacts: [a]"), ["right-type", "known-key"]),
        (format!("definitions:\npipeline: {{}}\n{STEP}"), ["right-type", "known-key"]),
    ] {
        let found = check(&Document::read(text.as_str()));
        assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), rules, "{text}");
    }
    // What both know belongs here.
    assert_eq!(said(&step("image:\nname: x")), ["5:9 right-type: give it a value, or remove it"]);
    // An anchor that is used is what `definitions` is for.
    let anchors =
        "definitions:\n  services:\n  a: &a {image: b}\nimage: *a\npipelines: {default: [step: {script: [a]}]}\n";
    assert!(!said(anchors).iter().any(|line| line.contains("indented-body")));
}

#[test]
fn what_is_merged_below_an_empty_step_is_its_body() {
    let holder = "definitions:\n  a: &a\n    script: [make]\npipelines:\n  default:\n    - step:\n      <<: *a\n";
    let expected = ["6:7 indented-body: indent the keys below `step` by two more spaces"];
    assert_eq!(said(holder), expected);
    assert_eq!(said(&format!("{holder}      name: b\n")), expected);
    assert_eq!(said(&holder.replace("step:", "step: &b")), expected);
}

#[test]
fn sections_and_words_of_other_systems_belong_into_no_definitions() {
    for text in
        ["definitions:\ndefault: [step: {script: [a]}]\n", "definitions:\nstages: [a]\n", "definitions:\nname: a\n"]
    {
        assert!(!said(text).iter().any(|line| line.contains("indented-body")), "{text}");
    }
}

#[test]
fn items_below_the_group_that_should_hold_them_are_told_at_it() {
    let group = |name: &str| format!("pipelines:\n  default:\n    - {name}:\n    - step: {{script: [a]}}\n");
    assert_eq!(said(&group("parallel")), ["3:7 indented-body: indent the items of the group under it"]);
    assert_eq!(
        said(&group("stage")),
        ["3:7 indented-body: write `steps:` below `stage`, and indent the items of the group under it"]
    );
    let alone = "pipelines:\n  default:\n    - step: {script: [a]}\n    - parallel:\n";
    assert_eq!(said(alone), ["4:7 right-type: give it a value, or remove it"]);
}

#[test]
fn a_blank_that_is_no_space_leaves_the_body_where_its_key_begins() {
    let help = "known-key: replace it with spaces: `script` stands below `step`";
    let text = "pipelines:\n  default:\n    - step:\n\u{a0}       script: [a]\n";
    assert_eq!(said(text), [format!("4:1 {help}")]);
}

#[test]
fn in_a_holder_of_anchors_it_is_a_warning() {
    let text = defined("parts:\n  - step: &a\n      script: [a]\n      clone:\n      depth: 5");
    let found = check(&Document::read(text));
    assert_eq!(
        found.iter().map(|one| (one.rule, one.severity)).collect::<Vec<_>>(),
        [("indented-body", Severity::Warning)]
    );
}
