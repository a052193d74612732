//! What the schema layer says, seen from outside.

use super::*;
use crate::finding::Severity;

/// `line:column rule: message | help` of each finding.
fn said(text: &str) -> Vec<String> {
    let document = Document::read(text);
    let line = |finding: &Finding| {
        let at = document.position(finding.span.start);
        format!("{}:{} {}: {}", at.line, at.column, finding.rule, finding.message)
    };
    check(&document).iter().map(line).collect()
}

fn step(body: &str) -> String {
    format!("pipelines:\n  default:\n    - step:\n        {}\n", body.replace('\n', "\n        "))
}

#[test]
fn a_good_file_is_silent() {
    assert!(said(&step("script: [make]")).is_empty());
    assert!(said("export: true\ndefinitions:\n  pipelines:\n    a:\n      - step: {script: [make]}\n").is_empty());
}

#[test]
fn what_is_not_known_lacks_nothing() {
    let holder = "definitions:\n  steps:\n    - step: &a {name: x}\n";
    assert!(said(&format!("{holder}{}", step("<<: *a\nscript: [make]"))).is_empty());
    assert!(!said(&step("<<: *deploy\nname: x")).iter().any(|line| line.contains("required-key")));
}

#[test]
fn each_mistake_is_one_sentence_at_its_place() {
    let cases = [
        (step("scripts: [make]"), "4:9 known-key: unknown key `scripts` in a step; did you mean `script`?"),
        (step("script: make"), "4:17 right-type: `script` should be a list (it is a string)"),
        (step("name: x"), "3:7 required-key: a step needs `script`"),
        (step("script:\n  - :"), "5:13 quoted-command: a colon alone is a map in YAML, and no command"),
        (step("script:\n  - echo Status: ok"), "5:13 quoted-command: the colon after `Status` makes a map of this command"),
        (
            step("script:\n  - uses: actions/checkout@v4"),
            "5:13 known-key: an item of a script is a command or a pipe, and this map is neither",
        ),
        (
            step("script:\n  - variables: {A: b}"),
            "5:13 required-key: a pipe needs `pipe`",
        ),
        (
            step("script:\n  - [make]"),
            "5:14 right-type: an item of `script` should be a string or a map (it is a list)",
        ),
        (step("script: [make]\noidc: yes"), "5:15 right-type: `oidc` should be `true` or `false` or a map (it is a string)"),
        (
            "pipelines:\n  default:\n    - -step: {script: [make]}\n".to_owned(),
            "3:7 known-key: unknown key `-step` in a pipeline's item: the dash has no blank after it",
        ),
        (step("script: [\"\"]"), "4:18 not-empty: a command is empty"),
        (step("script: [make]\nsize: large"), "5:15 known-value: `size` is one of `1x`, `2x`, `4x`, `8x`, `16x`, `32x`, not `large`"),
        (step("script: [make]\nmax-time: 60m"), "5:19 right-type: `max-time` should be a whole number (it is a string)"),
        (step("script: [make]\ntype: shared"), "5:15 known-value: `type` is one of `inline`, `pipeline`, not `shared`"),
        ("image: a\n".to_owned(), "1:1 required-key: the file has no `pipelines`, so nothing runs"),
        ("pipeline:\n  default: []\n".to_owned(), "1:1 known-key: unknown key `pipeline` in the file; did you mean `pipelines`?"),
        (
            "pipelines:\n  default:\n    - step:\n      name: a\n      script: [make]\n".to_owned(),
            "3:7 indented-body: `step` is empty: the keys below it are one level too shallow",
        ),
        (
            "pipelines:\n  tags:\n  'rc-*':\n    - step: {script: [make]}\n".to_owned(),
            "2:3 indented-body: `tags` is empty: the keys below it are one level too shallow",
        ),
        (
            "pipelines:\n  default:\n    - step:\n        name: x\n      script: [make]\n".to_owned(),
            "5:7 known-key: `script` stands beside `step`, where nothing reads it",
        ),
        (step("script:\n  - # make\n  - make"), "5:11 right-type: an item of `script` is empty; it should be a string or a map"),
        (
            "definitions:\n  steps:\n    - step: &a {name: x}\npipelines:\n  default:\n    - step: *a\n".to_owned(),
            "3:17 required-key: a step needs `script`",
        ),
        (
            "pipelines:\n  default:\n    '**':\n      - step: {script: [make]}\n".to_owned(),
            "2:3 right-type: `default` should be a list (it is a map)",
        ),
        (
            "pipelines:\n  default:\n    - step: {script: [make]}\n      parallel: []\n".to_owned(),
            "4:7 compatible-keys: a pipeline's item has one of `step`, `parallel`, `stage`, `final`; `step` is there already",
        ),
        (
            "pipelines:\n  default:\n    - step: {image: {name: a, username: u}, script: [a]}\n".to_owned(),
            "3:31 compatible-keys: `username` needs `password` beside it",
        ),
        (
            "pipelines:\n  default:\n    - step: {image: {name: a, username: u, password: p, aws: {oidc-role: r}}, script: [a]}\n".to_owned(),
            "3:31 compatible-keys: `username` can't stand beside `aws`",
        ),
    ];
    for (text, expected) in cases {
        let said = said(&text);
        let first = said.first().map_or("", String::as_str);
        assert_eq!(first, expected, "{text}\n{said:#?}");
        assert!(said.len() == 1 || said.iter().all(|line| line.contains("`parallel`")), "{said:#?}");
    }
}

#[test]
fn the_next_edit_is_none_that_is_refused_again() {
    let file = |body: &str| format!("pipelines:\n  default:\n{body}");
    let quotes = "put the whole command in single quotes";
    let cases = [
        (step("script:\n  - [ -f x ]"), quotes),
        (step("script:\n  - { echo a; }"), quotes),
        (
            step("script:\n  - - a\n    - b"),
            "a list inside a list is not flattened: write its items out, or alias each of them",
        ),
        (
            step("name: [WIP]\nscript: [a]"),
            "put it in quotes if the brackets belong to the text, or write one value without them",
        ),
        (step("script: {first: echo}"), "write each value as an item, `- ` before it, with no key"),
        (step("script: {pipe: a/b:1}"), "put `- ` before `pipe`"),
        (step("script: [a]\nartifacts: {upload: {name: a, paths: [b]}}"), "put `- ` before `name`"),
        (step("script: [a]\ncaches:\n  node:"), "write `- ` before `node`, and no colon after it"),
        (
            step("script: [a]\nservices: {docker: {memory: 2048}}"),
            "a step lists names alone: `- docker`; what they are is set in `definitions.services`",
        ),
        (
            step("script: [a]\ncaches: {node: true}"),
            "a step lists names alone: `- node`; what they are is set in `definitions.caches`",
        ),
        (
            format!("definitions: {{caches: [pip]}}\n{}", step("script: [a]")),
            "write a name and its folder: `pip: path`; caches that Bitbucket has already, such as `node`, need no definition",
        ),
        (
            format!("definitions: {{services: [docker]}}\n{}", step("script: [a]")),
            "make each name a key with its settings below it: `docker:`",
        ),
        ("pipelines:\n  tags: ['rc-*']\n".to_owned(), "make each name a key with a list of steps below it: `rc-*:`"),
        ("pipelines:\n  branches: ['**']\n".to_owned(), "make each name a key with a list of steps below it: `'**':`"),
        (step("script:\n  -echo a"), "put a space after each dash: `- ` and the value"),
        (step("script: [a]\nsize: 2"), "write `2x`"),
        (step("script: [a]\nmax-time: 2 hours"), "write `120`: it counts minutes, with neither quotes nor unit"),
        (step("script: [a]\nclone: full"), "write `clone: { depth: full }`"),
        (step("script: [a]\nsize: 3x"), "write `4x`"),
        (step("script: [a]\nsize: 64"), "write `32x`"),
        (step("script:[a]"), "put a space after the colon: `script: …`"),
        (step("script\n  - a"), "write a colon after `script`, and its body below"),
        (file("    - parallel: {fail-fast: true}\n"), "add `steps:` and a list of `- step:` below it"),
        (
            file("    - parallel: {fail-fast: true, step: {script: [a]}}\n"),
            "write `steps:` above `step`, and `- ` before it; indent both and what belongs to them",
        ),
        (
            file("    - parallel: [fail-fast: true, step: {script: [a]}]\n"),
            "write the group as a map: `fail-fast: true`, and `steps:` with the items below it",
        ),
        (file("    - stage: [step: {script: [a]}]\n"), "write `steps:` below `stage`, and indent the items under it"),
        (step("- script: [a]"), "remove the `- ` before its keys"),
        (
            step("script: [a]\nchangesets: {includePaths: [a]}"),
            "write `condition: { changesets: { includePaths: … } }`",
        ),
        (step("script: [a]\ncondition: {includePaths: [a]}"), "put it under `changesets`"),
        (
            file("    - step: {script: [a]}\n    - final: [step: {script: [a]}]\n"),
            "it is one step: put the keys of that step below `final`, without `- step:`",
        ),
        (step("script: [a]\nartifacts: {download: \"true\"}"), "write `true`"),
        (
            step("type: pipeline\ncustom: a\nartifacts: [b]"),
            "a child step keeps no files; remove it: `download` alone is taken, with names of artifacts",
        ),
        (
            step("type: pipeline\ncustom: a\nartifacts: {paths: [b]}"),
            "remove it: `download` alone is taken, with names of artifacts",
        ),
        (
            "pipelines:\n  default: {name: a, script: [b]}\n".to_owned(),
            "write `- step:` and indent these keys under it",
        ),
        (file("    - type: pipeline\n      custom: a\n"), "write `- step:` and indent these keys under it"),
        (
            file("    - stage: {steps: [step: {type: pipeline, custom: a}]}\n"),
            "make it an item of the pipeline's own list, before the stage or after it",
        ),
        (
            format!("definitions: {{pipelines: {{custom: {{a: [step: {{script: [b]}}]}}}}}}\n{}", step("script: [a]")),
            "remove the level `custom`: pipelines stand directly under `definitions.pipelines`",
        ),
        (
            "pipelines:\n  custom:\n    a: [variables: {B: {default: c}}]\n".to_owned(),
            "write `- name: B`, and its value below it as `default: …`",
        ),
        (
            "pipelines:\n  custom:\n    a: [variables: [B: c]]\n".to_owned(),
            "write `- name: B`, and its value below it as `default: …`",
        ),
        ("pipelines:\n  custom:\n    a: [variables: [B]]\n".to_owned(), "write `- name: B`"),
        (
            format!("definitions: {{services: {{a: {{image: b, variables: [C=d]}}}}}}\n{}", step("script: [a]")),
            "write each as a key with its value, without `- `: `C: …`",
        ),
        (
            format!("definitions: {{services: {{a: {{image: b, env: {{}}}}}}}}\n{}", step("script: [a]")),
            "rename it to `variables`",
        ),
        (
            format!("definitions: {{caches: {{a: true}}}}\n{}", step("script: [a]")),
            "write the folder that it keeps: `a: path`",
        ),
        (
            step("script: [a]\nservices: [{name: a, image: b}]"),
            "write its name alone, and what it is under `definitions.services.a`",
        ),
        (step("script:\n  - save_cache: {key: a}"), "remove it, and name a cache in the step's `caches`"),
        (
            step("script:\n  - task: NodeTool@0"),
            "write its commands as items; an `image` brings the tools, or a pipe does the task",
        ),
        (
            "pipelines:\n  branches:\n    &main:\n      - step: {script: [a]}\n".to_owned(),
            "put the key in quotes: `'&main':`",
        ),
        (
            "// a\npipeline {\n  agent any\n}\n".to_owned(),
            "write its stages as steps: `pipelines:`, `default:`, and a list of `- step:` below it",
        ),
        (step("script: [a]\nimage: {name: a, username: u, password: p, aws: {oidc-role: r}}"), "remove one of the two"),
        (
            step("script: [a]\n\u{a0}caches: [node]"),
            "replace it with spaces; `caches` begins where the keys beside it begin",
        ),
        (
            "pipelines:\n  default:\n   \u{a0}- step:\n        script: [a]\n".to_owned(),
            "replace it with spaces: the line begins with them and the dash",
        ),
        (
            "- step: {script: [a]}\n".to_owned(),
            "begin the file with `pipelines:` and `default:`, and indent this list below them",
        ),
        (
            format!("services: {{docker: {{memory: 1024}}}}\n{}", step("script: [a]")),
            "put it under `definitions`, at the top of the file: `definitions.services`",
        ),
    ];
    for (text, expected) in cases {
        let found = check(&Document::read(text.as_str()));
        let helps: Vec<&str> = found.iter().filter_map(|finding| finding.help.as_deref()).collect();
        assert_eq!(helps, [expected], "{text}\n{found:#?}");
    }
}

#[test]
fn an_alias_at_a_wrong_level_is_told_where_it_stands() {
    let held =
        |anchor: &str, used: &str| format!("definitions:\n  steps:\n    - {anchor}\npipelines:\n  default: {used}\n");
    for (text, place, expected) in [
        (held("step: &t {script: [a]}", "[*t]"), "5:13", "write `- step: *t`"),
        (held("step: &t {script: [a]}", "[step: [*t]]"), "5:13", "write `step: *t`"),
        (held("&t {step: {script: [a]}}", "[step: *t]"), "5:19", "write `- *t`"),
        (held("&t {step: {script: [a]}}", "[step: {<<: *t}]"), "5:24", "write `- *t` in the place of this step"),
        (
            held("&t {step: {script: [a]}}", "[step: {<<: *t, name: a}]"),
            "5:24",
            "put the anchor behind its `step:` instead, so that it names the body: `step: &name`",
        ),
        (held("&t {step: {script: [a]}}", "[step: [*t]]"), "5:13", "it is an item already: write `- *t` in its place"),
    ] {
        let document = Document::read(text.as_str());
        let found = check(&document);
        let [one] = found.as_slice() else { panic!("{text}\n{found:#?}") };
        let at = document.position(one.span.start);
        assert_eq!(
            (format!("{}:{}", at.line, at.column).as_str(), one.help.as_deref()),
            (place, Some(expected)),
            "{text}"
        );
    }
    let list = "definitions:\n  all: &l [step: {script: [a]}]\npipelines:\n  branches:\n    a: [*l]\n";
    let found = check(&Document::read(list));
    assert_eq!(found[0].help.as_deref(), Some("`*l` is a list: write `a: *l`"), "{found:#?}");
}

#[test]
fn a_template_is_told_once() {
    let text = step("name: {{ name }}\nimage: {{ image }}\nscript:\n  - make");
    let document = Document::read(text.as_str());
    assert_eq!(check(&document), []);
    let found = findings(&document);
    let messages: Vec<&str> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["`{{` belongs to a template, and nothing fills it in before the file is read"; 2]);
}

#[test]
fn an_aliased_mistake_is_told_once_where_it_is_written() {
    let text = "definitions:\n  steps:\n    - step: &s\n        script: [make]\n        nam: x\npipelines:\n  default:\n    - step: *s\n  branches:\n    main:\n      - step: *s\n";
    let document = Document::read(text);
    let findings = check(&document);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(document.slice(findings[0].span), "nam");
    assert_eq!(findings[0].severity, crate::finding::Severity::Error);
    assert_eq!(findings[0].related.len(), 2);
    assert_eq!(findings[0].related[0].message, "used here as `*s`");
}

#[test]
fn anchor_holders_are_read_with_mildness() {
    let text = "definitions:\n  parts:\n    - step:\n      name: x\n      script: [make]\npipelines:\n  default:\n    - step: {script: [make]}\n";
    let document = Document::read(text);
    let findings = check(&document);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!((findings[0].rule, findings[0].severity), ("indented-body", crate::finding::Severity::Warning));
}

#[test]
fn a_merged_body_of_a_step_is_explained() {
    let text = "definitions:\n  a: &a\n    script: [make]\npipelines:\n  default:\n    - <<: *a\n";
    assert_eq!(
        said(text),
        ["6:11 known-key: `*a` is the body of a step, and is merged into the item that should hold one"]
    );
}

#[test]
fn a_key_that_looks_like_a_number_is_still_a_key() {
    let text = "pipelines:\n  tags:\n    2024:\n      - step: {script: make}\n";
    assert_eq!(said(text), ["4:24 right-type: `script` should be a list (it is a string)"]);
}

#[test]
fn many_failures_end() {
    let text = format!("pipelines:\n  default:\n{}", "    - stop: 1\n".repeat(50_000));
    assert!(!said(&text).is_empty());
}

#[test]
fn a_tag_in_the_place_of_a_key_and_a_merge_of_a_list_are_told_as_those() {
    for (text, rule) in [
        ("pipelines:\n  branches:\n    !main:\n      - step: {script: [a]}\n".to_owned(), "no-tags"),
        (format!("definitions: {{a: &a [b]}}\n{}", step("script:\n  - <<: *a")), "merge-maps"),
    ] {
        let document = Document::read(text.as_str());
        let found = [findings(&document), check(&document)].concat();
        assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), [rule], "{text}");
    }
}

#[test]
fn nothing_is_said_below_an_undefined_alias() {
    let document = Document::read("pipelines:\n  default:\n    - step: *nope\n");
    assert!(check(&document).is_empty());
    assert_eq!(findings(&document).len(), 1);
    assert_eq!(findings(&document)[0].rule, "defined-alias");
}

#[test]
fn a_secret_in_a_command_is_not_repeated() {
    let text = step("script:\n  - 'x' \n  - curl -u me:hunter2 -H Authorization: Bearer s3cr3t-s3cr3t");
    let document = Document::read(text);
    let findings = check(&document);
    assert_eq!(findings[0].rule, "quoted-command");
    let said = format!("{}{:?}", findings[0].message, findings[0].help);
    assert!(!said.contains("s3cr3t") && !said.contains("hunter2"), "{said}");
}

#[test]
fn a_name_that_no_image_can_have_is_told() {
    let of = |image: &str| said(&format!("image: {image}\n{}", step("script: [make]")));
    for image in ["Node:20", "node:20 alpine", "node:20:1", "https://x/node:20", "<your-image>", "{name: 'node:'}"] {
        assert_eq!(of(image).len(), 1, "{image}");
        assert!(of(image)[0].contains("well-formed"), "{:?}", of(image));
    }
    for image in [
        "node:20",
        "docker.io/library/node:20.1-alpine_3",
        "localhost:5000/a__b/c@sha256:0a1b",
        "ghcr.io/a/b:v1@sha256:0a1b",
        "Registry/a:1",
        "$IMAGE",
        "{name: 'a.dkr.ecr.eu-west-1.amazonaws.com/a-b.c:1'}",
    ] {
        assert_eq!(of(image), Vec::<String>::new(), "{image}");
    }
}

#[test]
fn a_boolean_that_only_some_readers_take_is_a_warning() {
    let severities = |value: &str| {
        let document = Document::read(step(&format!("script: [make]\noidc: {value}")));
        check(&document).iter().map(|finding| finding.severity).collect::<Vec<_>>()
    };
    assert_eq!(severities("yes"), [Severity::Warning]);
    assert_eq!(severities("'yes'"), [Severity::Error]);
    assert_eq!(severities("maybe"), [Severity::Error]);
    assert_eq!(severities("true"), []);
}
