//! What has one reason is told once, and the next edit is the one that mends it.

use super::{check, findings};
use crate::finding::Severity;
use crate::yaml::Document;

/// `line rule: message | help` of each finding of both layers.
fn told(text: &str) -> Vec<String> {
    let document = Document::read(text);
    let all = findings(&document).into_iter().chain(check(&document));
    all.map(|one| {
        let line = document.position(one.span.start).line;
        format!("{line} {}: {} | {}", one.rule, one.message, one.help.unwrap_or_default())
    })
    .collect()
}

fn step(body: &str) -> String {
    format!("pipelines:\n  default:\n    - step:\n        {}\n", body.replace('\n', "\n        "))
}

/// Asserts that one finding is told, with these words in it.
fn one(text: &str, words: &[&str]) {
    let told = told(text);
    let has = |words: &&str| told.first().is_some_and(|first| first.contains(*words));
    assert!(told.len() == 1 && words.iter().all(has), "{text}\n{told:#?}\n{words:?}");
}

#[test]
fn an_unknown_key_may_be_what_its_map_lacks() {
    one(&step("pipe: a/b:1"), &["4 known-key: unknown key `pipe`", "write it as an item of the step's `script`"]);
    one(&step("<: a"), &["did you mean `<<`?", "; a step needs `script`"]);
    one(&step("extends: s\nname: x"), &["4 known-key: unknown key `extends`", "; a step needs `script`"]);
    one(&step("script: [a]\non-fail: {action: ignore}"), &["unknown key `action`", "; `on-fail` needs `strategy`"]);
    one(&format!("image: {{node: 20}}\n{}", step("script: [a]")), &["unknown key `node`", "; an image needs `name`"]);
    one(&format!("image: {{image: a}}\n{}", step("script: [a]")), &["rename it to `name`"]);
    // A slip of another key leaves open where the lacking one is.
    assert_eq!(told(&step("nmae: x")).len(), 2);
}

#[test]
fn which_keys_a_step_takes_is_not_known_where_its_type_is_none() {
    one(&step("type: child\ncustom: a"), &["known-value: `type` is one of `inline`, `pipeline`, not `child`"]);
    one(&step("type: Pipeline\ncustom: a"), &["write `pipeline`"]);
    assert_eq!(told(&step("type: child\ncustom: a\ncolour: red")).len(), 2);
}

#[test]
fn a_file_that_means_to_share_lacks_no_pipelines() {
    let shared = "definitions:\n  pipelines:\n    a:\n      - step: {script: [x]}\n";
    one(&format!("exports: true\n{shared}"), &["did you mean `export`?"]);
    one(&format!("export: \"true\"\n{shared}"), &["write `true`"]);
}

#[test]
fn what_the_syntax_layer_told_is_not_told_again() {
    one(&step("script:\n  - !reference [.setup, script]"), &["no-tags", "it is a word of GitLab CI"]);
    let list = "definitions:\n  l: &l [a]\n";
    one(&format!("{list}{}", step("script: {<<: *l}")), &["merge-maps"]);
    one("---\n---\npipelines:\n  default: [step: {script: [x]}]\n", &["one-document", "nothing stands before it"]);
}

#[test]
fn a_body_in_the_wrong_place_is_told_once() {
    let item = "write `- ` before `name`, and indent the keys by four more spaces, to stand below `upload`";
    one(&step("script: [a]\nartifacts:\n  upload:\n  name: x\n  paths: [a]"), &["6 indented-body", item]);
    let among =
        |holder: &str, body: &str| format!("definitions:\n  {holder}:\n    b:\n      {body}\n{}", step("script: [a]"));
    let body = "name: B\n      caches: [node]\n      script: [a]";
    one(&among("services", body), &["3 known-key: `b` is the body of a step, and stands among the services"]);
    one(&among("caches", "step: {script: [a]}"), &["`b` is an item of a pipeline, and stands among the caches"]);
}

#[test]
fn a_list_in_the_place_of_a_map_is_told_with_its_keys() {
    let child = "type: pipeline\ncustom: a\ninput-variables:\n  - name: A\n    value: b";
    one(&step(child), &["each name is a key here: write `A: …`"]);
    one(&step("script:\n  - pipe: a/b:1\n    variables: [{name: A, value: b}]"), &["write `A: …`"]);
    for (section, word) in [("branches", "`main:`"), ("tags", "`'v*':`"), ("custom", "`build:`")] {
        one(&format!("pipelines:\n  {section}:\n    - step: {{script: [x]}}\n"), &["above the list", word]);
    }
    one("pipelines:\n  - step: {script: [x]}\n", &["write `default:` above the list"]);
}

#[test]
fn items_that_are_none_are_told_with_what_makes_them_one() {
    let bodies = "pipelines:\n  default:\n    build: {script: [x]}\n    test: {script: [y]}\n";
    one(bodies, &["`- step:`, and below it `name: build`"]);
    one("pipelines:\n  default:\n    -- step:\n        script: [x]\n", &["one dash and a space: `- step:`"]);
    one("pipelines:\n  default: make\n", &["write a list of items below it"]);
    one("pipelines:\n  default: [make, make test]\n", &["commands stand in a step"]);
    let good = "    - step: {script: [x]}\n";
    let image = format!("pipelines:\n  branches:\n    image: node:20\n    main:\n  {good}");
    one(&image, &["`image` is read as a pattern"]);
    one(&format!("pipelines:\n  parallel:\n{good}"), &["`- parallel:`"]);
    one(&format!("pipelines:\n  pipelines:\n    default:\n  {good}"), &["remove this level"]);
    one(&format!("services: [docker]\npipelines:\n  default:\n{good}"), &["put it into the steps that need them"]);
    let import = format!("pipelines:\n  default:\n    - import: repo:main:build\n{good}");
    one(&import, &["in the place of the whole list"]);
    one(&format!("options: {{clone: {{depth: 1}}}}\npipelines:\n  default:\n{good}"), &["at the top of the file"]);
}

#[test]
fn slips_in_a_script_are_told_with_the_word_that_is_meant() {
    for (word, meant) in [("pipes", "pipe"), ("Pipe", "pipe"), ("agents", "agent")] {
        one(&step(&format!("script:\n  - {word}: a/b:1")), &[&format!("rename it to `{meant}`")]);
    }
    one(&step("script:\n  - command: make"), &["write the command itself as the item"]);
}

#[test]
fn keys_that_have_another_name_here_are_told_with_it() {
    one(&step("type: pipeline\ncustom: a\nvariables: {A: b}"), &["rename it to `input-variables`"]);
    let variable =
        "pipelines:\n  custom:\n    a:\n      - variables: [{key: A, default: b}]\n      - step: {script: [x]}\n";
    one(variable, &["rename it to `name`"]);
    one(&step("services:\n  - image: postgres:15\nscript: [x]"), &["name it under `definitions.services`"]);
}

#[test]
fn an_alias_of_another_kind_is_told_where_it_is_used() {
    let body = "definitions:\n  b: &b {script: [x]}\n  i: &i {step: *b}\n  c: &c [x]\n  l: &l [step: *b]\npipelines:\n";
    for (use_, help) in [
        ("  branches: {main: *b}", "`- step: *b` in it"),
        ("  branches: {main: *i}", "`- *i` in it"),
        ("  default: [step: *c]", "write `step: { script: *c }`"),
        ("  default: [parallel: *i]", "`- *i` in it"),
        ("  default: [*l]", "write `default: *l`"),
        ("  default: [stage: *l]", "write `stage: { steps: *l }`"),
    ] {
        one(&format!("{body}{use_}\n"), &["7 right-type", help]);
    }
    one(&format!("{body}  default:\n    - step: *b\n      name: y\n"), &["`step: { <<: *b, name: … }`"]);
}

#[test]
fn characters_that_nobody_sees_are_named() {
    let odd = "U+00A0 stands in it, which YAML takes for no blank";
    one(&step("script:\n  -\u{a0}make"), &["right-type", odd]);
    one(&step("script:\u{a0}\n  - make"), &["right-type", odd]);
    one(&step("script: [a]\ntrigger: automatic\u{a0}"), &["known-value", "U+00A0 is part of it"]);
    let hidden = told(&step("\u{200b}script: [a]"));
    assert!(
        hidden.iter().any(|line| line.contains("U+200B is part of this key, where `script` is meant")),
        "{hidden:?}"
    );
    assert!(!hidden.iter().any(|line| line.contains("needs `script`")), "{hidden:?}");
}

#[test]
fn a_tab_alone_on_a_line_is_told_outside_texts() {
    one("pipelines:\n\t\n  default: [step: {script: [x]}]\n", &["2 no-tabs: a tab stands in a line with nothing else"]);
    for text in ["name: 'a\n\t\n  b'", "script:\n  - |\n    a\n    \t\n    b"] {
        assert!(!told(&step(text)).iter().any(|line| line.contains("no-tabs")), "{text}");
    }
}

#[test]
fn an_item_of_a_pipeline_is_one_of_four() {
    let item = |lines: &str| format!("pipelines:\n  default:\n    {}\n", lines.replace('\n', "\n    "));
    let name = ["unknown key `name` in a pipeline's item", "it belongs into the body of a `step:`"];
    let severe = |text: &str| check(&Document::read(text)).iter().all(|one| one.severity == Severity::Error);
    for text in [item("- name: Build\n- step: {script: [a]}"), item("- name: Build")] {
        one(&text, &name);
        assert!(severe(&text), "{text}");
    }
    let import = item("import: a:main:b\nname: Build");
    one(&import, &["unknown key `name` in a pipeline", "set it in a step"]);
    assert!(severe(&import));
    let pipe = step("script:\n  - pipe: a/b:1\n    name: x");
    one(&pipe, &["a pipe has no name of its own"]);
    assert!(!severe(&pipe), "in a script it does no harm");
    one(&item("- pipe: a/b:1\n  variables: {A: b}"), &["write `- step:` and `script:` above it"]);
    one(&item("- stage:\n    steps: [{}]"), &["an item of a stage needs `step` |"]);
    one(
        &item("- stage:\n    concurrency-group: a\n    steps: [step: {script: [a]}]"),
        &["set it in a step: a stage has none"],
    );
}

#[test]
fn what_an_alias_or_a_key_has_left_out_is_not_lacking() {
    one("pipelines:\n  default:\n    - <<: *build\n", &["defined-alias"]);
    one("pipelines:\n  ? {a: b}\n  : - step: {script: [a]}\n", &["scalar-keys"]);
    one("pipelines:\n  default:\n    - step: &a\n      script: [b]\n    - step: *a\n", &["3 indented-body"]);
}

#[test]
fn a_service_with_a_key_too_many_is_a_service() {
    let service =
        |body: &str| format!("definitions:\n  services:\n    db: {body}\n{}", step("script: [a]\nservices: [db]"));
    one(&service("{image: a, script: [b]}"), &["unknown key `script` in a service"]);
    one(&service("&db {image: a, script: [b]}"), &["`db` is the body of a step"]);
    one(&service("{name: a, image: a, script: [b]}"), &["`db` is the body of a step"]);
}

#[test]
fn tabs_and_anchors_that_other_readers_stop_at_are_told() {
    one("pipelines:\n  default:\t\n    - step: {script: [a]}\n", &["2 no-tabs: a tab stands behind the colon"]);
    one(&step("script: \t# all\n  - a"), &["4 no-tabs: a tab stands behind the colon"]);
    assert_eq!(told(&step("script:\n  - |\n    a:\t\n    b")), [""; 0]);
    one(&format!("labels: {{l: &a[x, y]}}\n{}", step("script: [a]")), &["readable-yaml", "put a space before `[`"]);
    assert_eq!(told(&format!("labels: {{l: &a [x, y]}}\n{}", step("script: [a]"))), [""; 0]);
}

#[test]
fn help_leads_to_what_is_taken() {
    one(&format!("clone: {{fetch-depth: 0}}\n{}", step("script: [a]")), &["write `depth: full`"]);
    one(&format!("clone: {{fetch-depth: 5}}\n{}", step("script: [a]")), &["rename it to `depth`"]);
    let variable =
        "pipelines:\n  custom:\n    a:\n      - variables: [{name: A, default: }]\n      - step: {script: [a]}\n";
    one(variable, &["write `''` for an empty value, or remove it"]);
    one("pipelines:\n  default: [5]\n", &["should be a map (it is a number)"]);
    let stage =
        "pipelines:\n  default:\n    - stage:\n        steps:\n          - step: {script: [a], trigger: manual}\n";
    one(stage, &["known-value", "| move it to the stage, or remove it"]);
    one(
        "export: false\ndefinitions:\n  pipelines:\n    a: [step: {script: [x]}]\n",
        &["required-key", "`export: true`"],
    );
}

#[test]
fn words_of_other_systems_are_known_in_another_spelling() {
    for (key, words) in [
        ("allow-failure: true", ["`allow_failure` is a word of GitLab CI", "on-fail: { strategy: ignore }"]),
        (
            "continue_on_error: true",
            ["`continue-on-error` is a word of GitHub Actions", "on-fail: { strategy: ignore }"],
        ),
        ("resource-class: large", ["`resource_class` is a word of CircleCI", "write `size: 2x`"]),
        ("timeoutMinutes: 5", ["the time limit has another name", "write `max-time`, in minutes"]),
        ("inputVariables: {A: b}", ["only a child step has it", "add `type: pipeline`"]),
        ("max-retries: 2", ["`on-fail` has it", "maxRetryCount: 2"]),
        // A slip of a key that is known here comes first.
        ("after_script: [b]", ["did you mean `after-script`?", "rename it to `after-script`"]),
    ] {
        one(&step(&format!("script: [a]\n{key}")), &words);
    }
}
