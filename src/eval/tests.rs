//! Suites, good and bad, over recordings on disk and compiled in.

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::*;

const GOOD: &str = "image: node:20\npipelines:\n  default:\n    - step:\n        script:\n          - npm test\n";

/// A folder with a suite, a script and recordings.
fn folder(suite: &str, recordings: &[(&str, &[(&str, &str)])]) -> TempDir {
    let folder = tempdir().unwrap();
    let write = |path: &str, text: String| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("evals/suite.yaml", suite.to_owned());
    let script = "name: s\nsettings: {policy: none}\nturns:\n  - {id: a, prompt: one}\n  - {id: b, prompt: two}\n";
    write("prompts/s.yaml", script.to_owned());
    for (name, said) in recordings {
        let lines =
            said.iter().map(|(role, text)| serde_json::json!({"role": role, "content": text}).to_string() + "\n");
        write(&format!("evals/recordings/{name}"), lines.collect());
    }
    folder
}

fn ran(folder: &Path) -> Report {
    run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.to_owned()), &Options::default())
}

fn shown(report: &Report, compared: &[Compared]) -> String {
    let mut out = Vec::new();
    human(report, compared, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn fenced(text: &str) -> String {
    format!("```yaml\n{text}```")
}

#[test]
fn recordings_are_judged_and_the_numbers_told() {
    let (good, bad) = (fenced(GOOD), fenced(&format!("{GOOD}unknown: 1\n")));
    let suite = "name: small\ncases:\n  - name: all\n    script: ../prompts/s.yaml\n    recordings: ['recordings/*.jsonl']\n    \
                 expect: {final: accepted, by-turn: 2, yaml: {1: file}, rules: {known-key: holds}, never: [unique-keys]}\n";
    let folder = folder(
        suite,
        &[
            ("1-good.jsonl", &[("user", "one"), ("assistant", &good), ("user", "two"), ("assistant", "Fine.")]),
            ("2-late.jsonl", &[("user", "one"), ("assistant", &bad), ("user", "two"), ("assistant", &good)]),
            ("3-bad.jsonl", &[("user", "one"), ("assistant", &good), ("user", "two"), ("assistant", &bad)]),
            ("4-stale.jsonl", &[("user", "one"), ("assistant", "Well."), ("user", "too"), ("assistant", &good)]),
        ],
    );
    fs::write(folder.path().join("evals/recordings/5-rubbish.jsonl"), "rubbish\n").unwrap();
    let report = ran(folder.path());
    insta::assert_snapshot!(shown(&report, &[]), @"
    small
      passed    all (1-good.jsonl)  A., accepted at turn 1
      passed    all (2-late.jsonl)  rA, accepted at turn 2
      failed    all (3-bad.jsonl)  Ar, accepted at turn 1
        final: expected accepted, got refused
        known-key: expected holds, got violated
        turn 2 broke known-key
      undecided all (4-stale.jsonl)  .
        the recording `evals/recordings/4-stale.jsonl` is stale: at turn 2 (attempt 0) it answers another prompt; record anew with `--live`
        [-too-] {+two+}
      undecided all (5-rubbish.jsonl)
        evals/recordings/5-rubbish.jsonl:1: is no JSON: expected value at line 1 column 1
      in all: 5 recordings, 7 turns: 2 passed, 1 failed, 2 undecided
      first file of 3: 2 valid, 3 clean of policy errors, 2 accepted
      accepted: 3 of 5 (95 % interval 0.231 to 0.882); by repairs: 3 within 0, 3 within 1, 3 within 3, 3 within 5
      revisions that violate a rule:
           2 known-key

    a turn: A accepted, r refused, ? incomplete, x cut off or with parts left out, f fragment, . words alone

    Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.
    ");
    assert_eq!((report.exit_code(), report.problems.len()), (1, 0));
    let mut first = Vec::new();
    json(&report, &mut first).unwrap();
    let mut second = Vec::new();
    json(&ran(folder.path()), &mut second).unwrap();
    assert_eq!(first, second, "the same bytes, whatever the threads do");
    // Against itself nothing is better or worse; a recording that gets worse is told.
    let baseline = read_baseline(std::str::from_utf8(&first).unwrap()).unwrap();
    assert!(compare(&report, &baseline).iter().all(|one| one.change == Change::Same));
    let path = folder.path().join("evals/recordings/1-good.jsonl");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("npm test", "npm test\\nunknown: 1")).unwrap();
    let worse = compare(&ran(folder.path()), &baseline);
    insta::assert_debug_snapshot!(worse[0], @r#"
    Compared {
        name: "small / all / evals/recordings/1-good.jsonl",
        change: Worse,
        differences: [
            "passed before, failed now",
            "accepted before, refused now",
            "accepted at turn 1 before, never now",
            "known-key: violated in 0 revisions before, in 1 now",
        ],
    }
    "#);
    assert!(shown(&report, &worse).contains("against the baseline: 0 better, 1 worse, 4 the same, 0 new, 0 gone"));
    assert!(read_baseline("{}").is_err() && read_baseline("{\"version\": 2, \"scores\": []}").is_err());
}

#[test]
fn mistakes_are_told_at_their_place_and_other_cases_run() {
    let suite = "name: mixed\ncases:\n  - name: good\n    recordings: [recordings/a.jsonl]\n  - name: good\n    recordings: [recordings/a.jsonl]\n  \
                 - name: none\n    recordings: [recordings/none.jsonl]\n  - nam: x\n  - name: rule\n    recordings: [recordings/a.jsonl]\n    expect: {never: [build-onc]}\n  \
                 - name: script\n    script: none.yaml\n    recordings: [recordings/a.jsonl]\n  - name: settings\n    settings: {tag: x}\n    recordings: [recordings/a.jsonl]\n  \
                 - name: last\n    recordings: [recordings/a.jsonl]\n    expect: {verdicts: {7: accepted}, repairs: 0}\n";
    let folder = folder(suite, &[("a.jsonl", &[("user", "hello"), ("assistant", "Hi.")])]);
    let report = ran(folder.path());
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "evals/suite.yaml:5:11: `good` is the name of two cases",
        "evals/suite.yaml:9:5: case 4: unknown field `nam`, expected one of `name`, `script`, `recordings`, `settings`, `tags`, `expect`",
        "evals/suite.yaml:12:13: no rule is called `build-onc`; did you mean `build-once`?",
        "evals/suite.yaml:17:16: unknown setting `tag`",
        "evals/suite.yaml:7:5: `none`: no recording is called `recordings/none.jsonl`",
        "evals/none.yaml:1:1: there is no such file",
    ]
    "#);
    assert!(shown(&report, &[]).starts_with("error: evals/suite.yaml:5:11: `good` is the name of two cases\n"));
    assert_eq!(report.scores.iter().map(|score| score.case.as_str()).collect::<Vec<_>>(), ["good", "last"]);
    assert_eq!(report.scores[1].failures, ["turn 7: expected accepted, got no file"]);
    assert_eq!(run(&["none.yaml".to_owned()], &Shelf::Embedded, &Options::default()).exit_code(), 2);
    let only = Options { only: vec!["las".to_owned()], ..Options::default() };
    assert_eq!(run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &only).scores.len(), 1);
}

#[test]
fn the_embedded_suites_pass() {
    let report = run(&[], &Shelf::Embedded, &Options::default());
    assert_eq!(report.problems, []);
    assert!(report.scores.len() >= 2 && report.exit_code() == 0, "{}", shown(&report, &[]));
}

#[test]
fn the_schemas_and_the_readers_agree() {
    let schema = |text: &str| jsonschema::draft7::new(&serde_json::from_str(text).unwrap()).unwrap();
    let suites = schema(include_str!("../../schemas/eval-suite.schema.json"));
    let scripts = schema(include_str!("../../schemas/prompt-script.schema.json"));
    let settings = crate::settings::Settings::default();
    let texts = [
        "name: a\ncases: []",
        "name: a\ncases: [{name: b, recordings: [c], expect: {final: accepted, by-turn: 1, verdicts: {1: refused}, drift: 0}}]",
        "name: a\ncases: [{name: b, recordings: []}]",
        "name: a\ncases: [{name: b, recordings: [c], expect: {finally: accepted}}]",
        "name: a\ncases: [{recordings: [c]}]",
        "cases: []",
        "name: a\nturns: [{id: b, prompt: c, expect: {yaml: file, verdict: refused, rules: {build-once: holds}}}]",
        "name: a\nturns: []",
        "name: a\nturns: [{id: b}]",
        "name: a\nturns: [{id: b, prompt: ' '}]",
        "name: a\nturns: [{id: b, prompt: c, expect: {yaml: whole}}]",
        "name: a\nextra: 1\nturns: [{id: b, prompt: c}]",
    ];
    for text in texts {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        let suite = Suite::read("s", text, &settings).is_ok_and(|(_, wrong)| wrong.is_empty());
        assert_eq!(suite, suites.is_valid(&value), "as a suite: {text}");
        let script = crate::engine::PromptScript::read("s", text, &settings).is_ok();
        assert_eq!(script, scripts.is_valid(&value), "as a prompt script: {text}");
    }
    for (path, text) in crate::engine::embedded::FILES.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        let schema = if path.starts_with("prompts/") { &scripts } else { &suites };
        assert!(schema.is_valid(&value), "{path}");
    }
}

#[test]
fn intervals_are_wilsons() {
    assert_eq!(wilson(0, 0), None);
    assert_eq!(wilson(1, 1), Some((0.207, 1.0)));
    assert_eq!(wilson(5, 10), Some((0.237, 0.763)));
}

proptest::proptest! {
    #[test]
    fn no_suite_makes_it_fail(text in "(name|cases|turns|- name: x|  recordings: \\[a\\]|expect|\\{|\\[|:|\n|  |\"|&a|\\*a){0,12}") {
        let settings = crate::settings::Settings::default();
        let _ = Suite::read("s.yaml", &text, &settings);
        let _ = crate::engine::PromptScript::read("s.yaml", &text, &settings);
    }
}

#[test]
fn the_examples_of_the_page_are_read() {
    let page = include_str!("../../docs/evals.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let settings = crate::settings::Settings::default();
    let script = crate::engine::PromptScript::read("docs/evals.md", blocks[0], &settings).unwrap();
    assert_eq!((script.turns.len(), script.settings.main_branch.as_str()), (2, "trunk"));
    let (suite, wrong) = Suite::read("docs/evals.md", blocks[1], &settings).unwrap();
    assert_eq!((suite.cases.len(), wrong), (1, Vec::new()));
    // Every key of `expect` stands in the table.
    let keys = blocks[1].split("expect:\n").nth(1).unwrap().lines().filter_map(|line| line.split(':').next());
    for key in keys {
        assert!(page.contains(&format!("| `{}` |", key.trim())), "{key}");
    }
}
