//! Settings files, good and bad, and the schema that editors use.

use std::collections::BTreeSet;

use super::*;
use crate::yaml::Document;

const RULES: [&str; 2] = ["build-once", "manual-production"];

fn told(text: &str) -> Vec<String> {
    let document = Document::read(text);
    let (_, findings) = read(&document, &RULES);
    findings.iter().map(|finding| line(&document, finding)).collect()
}

fn line(document: &Document, finding: &crate::finding::Finding) -> String {
    let at = document.position(finding.span.start);
    let help = finding.help.as_deref().map(|help| format!(" ({help})")).unwrap_or_default();
    format!("{}:{}: {}{help}", at.line, at.column, finding.message)
}

#[test]
fn every_key_is_read() {
    let text = "main-branch: trunk\nforbidden-branches: [dev]\ntags: {candidate: c-, release: v}\nenvironments:\n  \
                release: live\nrules: {build-once: note, manual-production: off}\npolicy: none\nfile: \
                ci/bitbucket-pipelines.yml\ncatalogue: {commands: [{run: [x], effect: build, push: always}]}\n";
    let (settings, findings) = read(&Document::read(text), &RULES);
    assert_eq!(findings, []);
    let severities = [("build-once", Some(Severity::Note)), ("manual-production", None)];
    assert_eq!(
        settings,
        Settings {
            main_branch: "trunk".to_owned(),
            forbidden_branches: vec!["dev".to_owned()],
            tags: TagPrefixes { candidate: "c-".to_owned(), release: "v".to_owned() },
            environments: EnvironmentNames { candidate: "staging".to_owned(), release: "live".to_owned() },
            policy: false,
            severities: severities.map(|(id, severity)| (id.to_owned(), severity)).into(),
            file: Some("ci/bitbucket-pipelines.yml".to_owned()),
            catalogue: Some(serde_json::json!({"commands": [{"run": ["x"], "effect": "build", "push": "always"}]})),
        }
    );
    let again = serde_json::Value::Object(settings.written()).to_string();
    assert_eq!(read(&Document::read(again), &RULES), (settings, Vec::new()));
    assert_eq!(read(&Document::read(""), &RULES), (Settings::default(), Vec::new()));
    assert!(Settings::default().written().is_empty());
}

#[test]
fn mistakes_are_findings_at_their_place() {
    insta::assert_debug_snapshot!(told("main_branch: x\ntags:\n  candidate: 1\n  relase: r\nrules:\n  build_once: off\n  manual-production: warn\n  nothing-like-it: off\npolicy: 3\nforbidden-branches: develop\n"), @r#"
    [
        "1:1: unknown setting `main_branch` (did you mean `main-branch`?)",
        "3:14: `tags.candidate` is a number, not a string (put it in quotes)",
        "4:3: unknown key of `tags` `relase` (did you mean `release`?)",
        "6:3: unknown rule `build_once` (did you mean `build-once`?)",
        "7:22: the severity of `manual-production` is `warn`, not one of `error`, `warning`, `note` and `off` (did you mean `warning`?)",
        "8:3: unknown rule `nothing-like-it` (known are `build-once` and `manual-production`)",
        "9:9: `policy` is `3`, not one of `delivery` and `none`",
        "10:21: `forbidden-branches` is a string, not a list",
    ]
    "#);
    insta::assert_debug_snapshot!(told("- a\n"), @r#"
    [
        "1:1: the settings file is a list, not a map",
    ]
    "#);
    assert_eq!(
        told("rules: {build-once: false}\npolicy: off\n"),
        [
            "1:21: the severity of `build-once` is `false`, not one of `error`, `warning`, `note` and `off` (did you mean `off`?)",
            "2:9: `policy` is `off`, not one of `delivery` and `none` (did you mean `none`?)",
        ]
    );
    let unknown = &told("catalogue: {commands: [{name: x, run: [x], effect: build}]}\n")[0];
    assert!(unknown.starts_with("1:25: unknown key of the catalogue `name` (known are `"), "{unknown}");
    assert_eq!(told("file: a\nfile: b\n").len(), 2, "a second key and a name that is no YAML file");
}

#[test]
fn names_are_no_patterns_and_patterns_are_whole() {
    insta::assert_debug_snapshot!(
        told("forbidden-branches: ['{develop,release', '[a', 'a]', '{a,b}', 'x[0-9]']\ntags: {candidate: 'rc-*', release: '*'}\nmain-branch: feature/*\nenvironments: {candidate: Production, release: production}\ncatalogue: {pipes: [{pipe: 'acme/fleet-roll:1.2.0', command: C}, {pipe: 'docker://reg:5000/acme/x', command: C}, {pipe: 'reg:5000/acme/x', command: C}]}\n"),
        @r#"
    [
        "1:22: `{develop,release` has a brace without its other half (a pattern is a name, or one with `*`, `**`, `?` and `{a,b}`)",
        "1:42: `[a` has a bracket without its other half (a pattern is a name, or one with `*`, `**`, `?` and `{a,b}`)",
        "1:48: `a]` has a bracket without its other half (a pattern is a name, or one with `*`, `**`, `?` and `{a,b}`)",
        "2:19: `tags.candidate` is a pattern: `rc-*` (write the beginning alone: `rc-`)",
        "2:36: `tags.release` is a pattern: `*` (write the letters with which these tags begin, as in `rc-`)",
        "3:14: `main-branch` is a pattern: `feature/*` (name the one branch that is deployed from)",
        "4:15: candidates and releases have one environment, `production` (name the one that comes before production as `candidate`)",
        "5:28: `pipe` names more than the pipe: `acme/fleet-roll:1.2.0` (an entry is about all versions: write `acme/fleet-roll`)",
        "5:73: `pipe` names more than the pipe: `docker://reg:5000/acme/x` (an entry is about all versions: write `reg:5000/acme/x`)",
    ]
    "#
    );
}

#[test]
fn the_main_branch_is_none_of_the_usual_forbidden_ones() {
    let read_all = |text: &str| read(&Document::read(text), &RULES);
    let (settings, findings) = read_all("main-branch: develop\n");
    assert_eq!((findings, settings.forbids_main()), (Vec::new(), None));
    assert!(settings.forbidden_branches.iter().any(|entry| entry == "development"), "{settings:?}");
    assert_eq!(settings.written().len(), 1, "the list is still the usual one");
    let mut again = settings;
    again.set_main_branch("main".to_owned());
    assert_eq!(again, Settings::default());
    for text in [
        "main-branch: develop\nforbidden-branches: [x, 'dev*']\n",
        "forbidden-branches: [x, 'dev*']\nmain-branch: develop\n",
    ] {
        assert!(
            told(text).concat().contains("`develop` is the main branch, and `dev*` forbids it (take it out"),
            "{text}"
        );
    }
    let mut listed = read_all("forbidden-branches: [develop]\n").0;
    let mut findings = Vec::new();
    let over = Document::read("main-branch: develop\n");
    read_node(over.root().expect("a map"), &RULES, &mut listed, &mut findings);
    assert_eq!(findings.len(), 1, "{findings:?}");
}

#[test]
fn what_is_doubtful_weighs_as_much_as_the_file_says() {
    let severities = |word: &str| {
        let text = format!("file: pipelines.yml\npolcy: none\nrules: {{known-settings: {word}}}\n");
        let findings = read(&Document::read(text), &["known-settings"]).1;
        findings.iter().map(|finding| finding.severity).collect::<Vec<_>>()
    };
    assert_eq!(severities("note"), [Severity::Note, Severity::Error]);
    assert_eq!(severities("error"), [Severity::Error, Severity::Error]);
    assert_eq!(severities("off"), [Severity::Error]);
}

#[test]
fn a_repository_sets_neither_server_nor_key_nor_a_path_outside() {
    for key in repository::OWN {
        let told = told(&format!("{key}: x\n"));
        assert!(told[0].contains("can't be set in a repository"), "{told:?}");
    }
    for path in ["/etc/x.yml", "../x.yml", "a/../../x.yml", "C:/x.yml", "a\\x.yml", "~/.bashrc"] {
        let document = Document::read(format!("file: '{path}'\n"));
        let (settings, findings) = read(&document, &RULES);
        assert_eq!((settings.file, findings.len()), (None, 1), "{path}");
    }
}

#[test]
fn a_persons_own_file_has_other_keys() {
    let text = "model: gpt-x\nserver: http://localhost:8080/v1\ntimeout: 30\ncolor: never\nproxy: http://p:1\napi: responses\n\
                ca-file: /x.pem\ntemperature: 1\nmax-tokens: 900\n";
    let (user, findings) = read_user(&Document::read(text));
    assert_eq!(findings, []);
    assert_eq!((user.timeout, user.color), (Some(30), Some(ColorChoice::Never)));
    assert_eq!(user.api, Some(Api::Responses));
    assert_eq!((user.temperature, user.max_tokens), (Some(1.0), Some(900)));
    let document = Document::read("key: sk-1\nmain-branch: x\ntimeout: 0\nmodell: y\ncolor: on\n");
    let (_, findings) = read_user(&document);
    let told: Vec<String> = findings.iter().map(|finding| line(&document, finding)).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "1:1: `key` can't be kept in a file (set `OPENAI_API_KEY` or `PIPEWRIGHT_API_KEY` in the environment)",
        "2:1: `main-branch` belongs to a repository (set it in the repository's `pipewright.yaml`)",
        "3:10: `timeout` is not a number of seconds above 0",
        "4:1: unknown setting `modell` (did you mean `model`?)",
        "5:8: `color` is `on`, not one of `auto`, `always` and `never`",
    ]
    "#);
}

fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("../../schemas/settings.schema.json")).expect("the schema is JSON")
}

#[test]
fn the_schema_has_the_keys_of_the_reader() {
    let schema = schema();
    let keys = |pointer: &str| -> BTreeSet<String> {
        let node = schema.pointer(pointer).and_then(|node| node.as_object()).expect("an object");
        node.keys().cloned().collect()
    };
    let words = |words: &[&str]| -> BTreeSet<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    assert_eq!(keys("/properties"), words(&repository::KEYS));
    assert_eq!(keys("/definitions/pair/properties"), words(&repository::PAIR));
    let at = |pointer: &str| schema.pointer(pointer).cloned();
    assert_eq!(
        at("/properties/rules/additionalProperties/enum"),
        Some(serde_json::json!(repository::SEVERITIES)),
        "severities"
    );
    assert_eq!(at("/properties/policy/enum"), Some(serde_json::json!(repository::POLICIES)), "policies");
}

#[test]
fn a_bad_entry_of_the_catalogue_is_found_at_its_place() {
    let text = "catalogue:\n  command: []\n  commands:\n    - {run: [x], efect: push}\n    - {run: [], effect: pusch}\n    - \
                {run: [x], effect: push, reference: '{1', push: allways}\n    - {run: x, effect: build, push: [1]}\n  pipes: \
                [{pipe: a/b}]\n  version: 2\n  tools: [docker]\n";
    insta::assert_debug_snapshot!(told(text), @r#"
    [
        "2:3: unknown key of the catalogue `command` (did you mean `commands`?)",
        "4:7: `effect` is missing",
        "4:18: unknown key of the catalogue `efect` (did you mean `effect`?)",
        "5:13: `run` is empty",
        "5:25: `effect` is `pusch`, not one of `build`, `push`, `pull`, `retag`, `deploy`, `login`, `publish`, `change`, `harmless`, `opaque`, `runner`, `program` and `request` (did you mean `push`?)",
        "6:43: `reference` has a brace without its other half (a selector stands in braces, such as `{1}` or `{--tag|-t}`)",
        "6:55: `push` is `allways`, not one of `always` and `may` (did you mean `always`?)",
        "7:13: `run` is a string, not a list",
        "7:38: an item of `push` is a number, not a string",
        "8:11: `command` is missing",
        "9:12: `version` is not 1",
        "10:10: `tools` is a list, not a map",
    ]
    "#);
    let (settings, _) = read(&Document::read(text), &RULES);
    assert_eq!(settings.catalogue, None);
}

#[test]
fn azure_is_described_in_a_persons_own_file_and_without_a_key() {
    let text = "azure:\n  endpoint: https://x.example\n  deployment: d\n  api-version: 2024-10-21\n";
    let (user, findings) = read_user(&Document::read(text));
    assert_eq!(findings, []);
    let own = |text: &str| Some(text.to_owned());
    let azure = Azure { endpoint: own("https://x.example"), deployment: own("d"), api_version: own("2024-10-21") };
    assert_eq!(user.azure, azure);
    let document = Document::read("server: http://x\nazure:\n  endpoint: https://x.example\n  key: k\n  version: 1\n");
    let (_, findings) = read_user(&document);
    let told: Vec<String> = findings.iter().map(|finding| line(&document, finding)).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "2:1: `azure` and `server` both say where prompts go (keep one; `--server` asks another server once)",
        "4:3: `key` can't be kept in a file (set `AZURE_OPENAI_API_KEY` in the environment)",
        "5:3: unknown setting of `azure` `version` (known are `endpoint`, `deployment` and `api-version`)",
    ]
    "#);
}

#[test]
fn the_page_names_every_key() {
    for key in repository::KEYS.iter().chain(&user::KEYS) {
        assert!(META.page.contains(&format!("| `{key}` |")), "{key}");
    }
}

#[test]
fn the_schema_and_the_reader_agree() {
    let catalogue: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/catalogue.schema.json")).expect("JSON");
    let registry =
        jsonschema::Registry::new().add("https://pipewright.invalid/schemas/catalogue.schema.json", &catalogue);
    let registry = registry.and_then(|registry| registry.prepare()).expect("a registry");
    let validator = jsonschema::draft7::options().with_registry(&registry).build(&schema()).expect("a schema");
    let texts = [
        ("", true),
        ("main-branch: x", true),
        ("main-branch: ' '", false),
        ("main-branch: 1.0", false),
        ("main-branch:", false),
        ("main-branch: 'feature/*'", false),
        ("main-branch: '{a,b}'", false),
        ("forbidden-branches: []", true),
        ("forbidden-branches: [1]", false),
        ("forbidden-branches: x", false),
        ("forbidden-branches: ['{a,{b,c}}d', '{a}{b}', '[ab]*']", true),
        ("forbidden-branches: ['{a']", false),
        ("forbidden-branches: ['a}']", false),
        ("forbidden-branches: ['[a']", false),
        ("tags:", true),
        ("tags: {candidate: a}", true),
        ("tags: {candidat: a}", false),
        ("tags: []", false),
        ("tags: {candidate: 'rc-*'}", false),
        ("tags: {release: 'v{1,2}'}", false),
        ("environments: {release: [a]}", false),
        ("rules: {build-once: off}", true),
        ("rules: {build-once: fatal}", false),
        ("rules: {build-once: }", false),
        ("policy: none", true),
        ("policy: strict", false),
        ("file: a/b.yml", true),
        ("file: a..b.yaml", true),
        ("file: ../b.yml", false),
        ("file: a/../b.yml", false),
        ("file: /b.yml", false),
        ("file: b.txt", false),
        ("catalogue: {a: 1}", false),
        ("catalogue: {harmless: [a], tools: {b: {values: [-c]}}}", true),
        ("catalogue: {commands: [{run: [a], effect: deploy, image: hidden}]}", true),
        ("catalogue: {commands: [{run: [], effect: deploy}]}", false),
        ("catalogue: {commands: [{run: [a]}]}", false),
        ("catalogue: {pipes: [{pipe: a/b, command: C}]}", true),
        ("catalogue: {pipes: [{pipe: a/b}]}", false),
        ("catalogue: {pipes: [{pipe: 'reg:5000/a/b', command: C}]}", true),
        ("catalogue: {pipes: [{pipe: 'a/b:1.0', command: C}]}", false),
        ("catalogue: {pipes: [{pipe: 'docker://a/b', command: C}]}", false),
        ("catalogue: x", false),
        ("server: x", false),
        ("anything: x", false),
        ("[]", false),
    ];
    for (text, fine) in texts {
        let document = Document::read(text);
        let (_, findings) = read(&document, &RULES);
        let read_fine = !findings.iter().any(|finding| finding.severity == Severity::Error);
        let value: serde_json::Value = serde_yaml::from_str(text).expect("YAML");
        assert_eq!((read_fine, validator.is_valid(&value)), (fine, fine), "{text}: {findings:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_readers_fail(text in "[a-z: \\[\\]{}\n&*-]{0,60}|((main-branch|tags|rules|file|catalogue|policy): ?[a-z1{}\\[\\]*&~.: \n]{0,12}\n){0,4}") {
        let document = Document::read(text);
        let (_, findings) = read(&document, &RULES);
        let (_, more) = read_user(&document);
        for finding in findings.iter().chain(&more) {
            proptest::prop_assert!(finding.span.end <= document.text().len());
        }
    }
}
