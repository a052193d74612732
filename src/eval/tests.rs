//! Suites, good and bad, over recordings on disk and compiled in.

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::*;

pub(super) const GOOD: &str =
    "image: node:20\npipelines:\n  default:\n    - step:\n        script:\n          - npm test\n";

/// A folder with a suite, a script and recordings.
pub(super) fn folder(suite: &str, recordings: &[(&str, &[(&str, &str)])]) -> TempDir {
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

pub(super) fn shown(report: &Report, beside: &Beside) -> String {
    let mut out = Vec::new();
    human(report, beside, Manner::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A report as JSON, which the schema has to know.
pub(super) fn written_beside(report: &Report, beside: &Beside) -> String {
    let mut out = Vec::new();
    json(report, beside, &mut out).unwrap();
    let schema = serde_json::from_str(include_str!("../../schemas/eval-report.schema.json")).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let schema = jsonschema::draft7::new(&schema).unwrap();
    let wrong: Vec<String> =
        schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert_eq!(wrong, [""; 0]);
    String::from_utf8(out).unwrap()
}

pub(super) fn written(report: &Report) -> String {
    written_beside(report, &Beside::default())
}

pub(super) fn fenced(text: &str) -> String {
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
    insta::assert_snapshot!(shown(&report, &Beside::default()), @"
    small
      passed    all (1-good.jsonl)  A., accepted at turn 1
      passed    all (2-late.jsonl)  rA, accepted at turn 2
      failed    all (3-bad.jsonl)  Ar, accepted at turn 1
        not met: final: expected accepted, got refused (suite.yaml:6)
        not met: known-key: expected holds, got violated (suite.yaml:6)
        note: turn 2 broke known-key
      undecided all (4-stale.jsonl)  .
        the recording `recordings/4-stale.jsonl` is stale: at turn 2 it answers another prompt; `--live` records one more beside it
        [-too-] {+two+}
      undecided all (5-rubbish.jsonl)
        recordings/5-rubbish.jsonl:1: is no JSON: expected value at column 1
      all: 2 of 3 passed (95 % interval 20.8 % to 93.9 %); pass@1 66.7 %, pass@3 100 %
      in all: 5 recordings, 7 turns: 2 passed, 1 failed, 2 undecided
      first file, of 3 with one: 2 valid, policy not checked, 2 accepted
      accepted: 3 of 3 (95 % interval 43.9 % to 100 %); by repairs: 3 within 0, 3 within 1, 3 within 3, 3 within 5
      turns to acceptance: median 1, from 1 to 2
      edits: 2 lines changed from file to file, 2 between the first and the last
      revisions that violate a rule:
           2 known-key

    a turn: A accepted, r refused, ? incomplete, x cut off or with parts left out, f fragment, . words alone
    stale: 1 recording made for other prompts than today's: `--stale leave-out` judges without, `pipewright eval evals/suite.yaml --live --stale leave-out` records beside what other programs made

    Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.
    ");
    assert_eq!((report.exit_code(), report.problems.len()), (1, 0));
    let first = written(&report);
    assert_eq!(first, written(&ran(folder.path())), "the same bytes, whatever the threads do");
    // Against itself nothing is better or worse; a recording that gets worse is told.
    let baseline = read_baseline(&first).unwrap();
    assert!(!Comparison::of(&report, &baseline).is_worse());
    let path = folder.path().join("evals/recordings/1-good.jsonl");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("npm test", "npm test\\nunknown: 1")).unwrap();
    let now = ran(folder.path());
    let beside = Beside { comparison: Some(Comparison::of(&now, &baseline)), ..Beside::default() };
    assert!(beside.comparison.as_ref().unwrap().is_worse());
    let told = shown(&now, &beside);
    written_beside(&now, &beside);
    insta::assert_snapshot!(told.split("against the baseline").nth(1).unwrap(), @"
    : 0 better, 1 worse, 4 the same, 0 new, 0 gone
      worse     small / all / recordings/1-good.jsonl
                passed before, failed now
                accepted before, refused now
                accepted at turn 1 before, never now
                known-key: violated in 0 revisions before, in 1 now
      worse     case small / all: 2 of 3 passed before, 1 of 3 now
      worse     rule known-key: violated in 2 revisions before, in 3 now

    Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.
    ");
    assert!(read_baseline("{}").is_err() && read_baseline("{\"version\": 3, \"scores\": []}").is_err());
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
        "evals/suite.yaml:9:5: the case has no key `nam`; did you mean `name`?",
        "evals/suite.yaml:9:5: the case lacks `recordings`",
        "evals/suite.yaml:12:22: no rule is called `build-onc`; did you mean `build-once`?",
        "evals/suite.yaml:17:16: unknown setting `tag`; did you mean `tags`?",
        "evals/suite.yaml:8:18: `none`: no recording is called `recordings/none.jsonl`",
        "evals/suite.yaml:14:13: the prompt script `none.yaml` can't be read: there is no such file",
    ]
    "#);
    let all = shown(&report, &Beside::default());
    assert!(all.contains("\n7 mistakes in suites and prompt scripts; what they leave was judged\n"), "{all}");
    assert_eq!(report.scores.iter().map(|score| score.case.as_str()).collect::<Vec<_>>(), ["good", "last"]);
    assert_eq!(report.scores[1].failures, ["turn 7: expected accepted, got no such turn (suite.yaml:21)"]);
    assert_eq!(run(&["none.yaml".to_owned()], &Shelf::Embedded, &Options::default()).exit_code(), 2);
    let filter = Filter { only: vec!["las".to_owned()], ..Filter::default() };
    let only = Options { filter, ..Options::default() };
    assert_eq!(run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &only).scores.len(), 1);
}

#[test]
fn the_embedded_suites_pass() {
    let report = run(&[], &Shelf::Embedded, &Options::default());
    assert_eq!(report.problems, []);
    assert!(report.scores.len() >= 2 && report.exit_code() == 0, "{}", shown(&report, &Beside::default()));
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
fn a_matrix_stands_for_cases_and_variables_reach_names_paths_prompts_settings_and_demands() {
    let suite = "name: m\nvariables: {ext: jsonl}\ncases:\n  - name: the ${component}\n    matrix: {component: [api, ui], cloud: [gke, ecs]}\n    \
                 variables: {last: 2}\n    script: ../prompts/v.yaml\n    recordings: ['recordings/${component}.${ext}']\n    tags: ['${cloud}']\n    \
                 settings: {policy: none, main-branch: '${component}-main'}\n    \
                 expect: {final: accepted, by-turn: '${last}', text: {1: {reply: {contains: 'about ${component}'}}, 2: {file: {contains: '$${last}'}}}}\n";
    let said = |component: &str| {
        let file = fenced(&GOOD.replace("npm test", "echo ${last}"));
        let about = format!("It is about {component}.");
        [
            ("user", format!("tell me of {component}")),
            ("assistant", about),
            ("user", "file".into()),
            ("assistant", file),
        ]
    };
    let all = [("api.jsonl", said("api")), ("ui.jsonl", said("ui"))];
    let all: Vec<(&str, Vec<(&str, &str)>)> = all
        .iter()
        .map(|(name, said)| (*name, said.iter().map(|(role, text)| (*role, text.as_str())).collect()))
        .collect();
    let all: Vec<(&str, &[(&str, &str)])> = all.iter().map(|(name, said)| (*name, said.as_slice())).collect();
    let folder = folder(suite, &all);
    let script = "name: v\nturns:\n  - {id: a, prompt: 'tell me of ${component}'}\n  - {id: b, prompt: file}\n";
    fs::write(folder.path().join("prompts/v.yaml"), script).unwrap();
    let report = ran(folder.path());
    assert_eq!(
        (report.problems.clone(), report.exit_code()),
        (Vec::new(), 0),
        "{}",
        shown(&report, &Beside::default())
    );
    let names: Vec<&str> = report.scores.iter().map(|score| score.case.as_str()).collect();
    assert_eq!(names, ["the api [gke]", "the api [ecs]", "the ui [gke]", "the ui [ecs]"]);
    let filter = Filter { tags: vec!["ecs".to_owned()], ..Filter::default() };
    let options = Options { filter, ..Options::default() };
    assert_eq!(run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &options).scores.len(), 2);
    let wrong = suite.replace("${ext}", "${ex}");
    fs::write(folder.path().join("evals/suite.yaml"), wrong).unwrap();
    let told: Vec<String> = ran(folder.path()).problems.iter().map(ToString::to_string).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "evals/suite.yaml:8:43: no variable is called `ex`; known are `cloud`, `component`, `ext`, `last`; `$${ex}` is the text itself",
    ]
    "#);
}

#[test]
fn demands_on_plans_texts_and_files_are_judged() {
    let suite = "name: d\ncases:\n  - name: met\n    script: ../prompts/s.yaml\n    recordings: [recordings/a.jsonl]\n    \
                 expect: {turns: 2, text: {2: {reply: {not-contains: yaml}}}, file: {contains: npm test, matches: '^image: node', equals: same.yml}}\n  \
                 - name: not met\n    script: ../prompts/s.yaml\n    recordings: [recordings/a.jsonl]\n    \
                 expect: {turns: 1, plans: {branch main: {pipeline: default, builds: true}, tag x: {}}, text: {1: {file: {not-contains: node}}, 2: {reply: {contains: zebra}}}, file: {equals: other.yml, same-as-accepted: true}}\n  \
                 - name: no expression\n    recordings: [recordings/a.jsonl]\n    expect: {file: {matches: 'a('}}\n";
    let folder = folder(
        suite,
        &[("a.jsonl", &[("user", "one"), ("assistant", &fenced(GOOD)), ("user", "two"), ("assistant", "Fine.")])],
    );
    fs::write(folder.path().join("evals/same.yml"), GOOD).unwrap();
    fs::write(folder.path().join("evals/other.yml"), GOOD.replace("npm", "yarn")).unwrap();
    let report = ran(folder.path());
    assert_eq!(report.scores[0].failures, [""; 0]);
    insta::assert_debug_snapshot!(report.scores[1].failures, @r#"
    [
        "turns: 2, expected at most 1 (suite.yaml:10)",
        "the file of turn 1: contains `node` (line 1) (suite.yaml:10)",
        "the reply of turn 2: does not contain `zebra` (suite.yaml:10)",
        "branch main: nothing builds an image (suite.yaml:10)",
        "tag x: selects no pipeline (suite.yaml:10)",
        "the file differs from other.yml, first on line 6 (suite.yaml:10)",
        "no file was accepted when the recording was made (suite.yaml:10)",
    ]
    "#);
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["evals/suite.yaml:13:30: `a(` is no regular expression: unclosed group"]);
}

#[test]
fn parts_put_together_are_the_report_of_one_run() {
    let recordings: Vec<String> = (0..7).map(|number| format!("{number}.jsonl")).collect();
    let good = fenced(GOOD);
    let said = [("user", "one"), ("assistant", good.as_str()), ("user", "two"), ("assistant", "Fine.")];
    let all: Vec<(&str, &[(&str, &str)])> = recordings.iter().map(|name| (name.as_str(), said.as_slice())).collect();
    let suite = "name: s\ncases:\n  - name: a\n    script: ../prompts/s.yaml\n    recordings: ['recordings/*.jsonl']\n  - name: b\n    recordings: [none.jsonl]\n";
    let folder = folder(suite, &all);
    let whole = written(&ran(folder.path()));
    for of in [1, 3, 9] {
        let part = |number: usize| {
            let options = Options { shard: Some(Shard { number, of }), ..Options::default() };
            let report = run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &options);
            // As a file and back.
            let (report, beside) = read_report(&written(&report)).unwrap();
            (format!("{number}.json"), report, beside)
        };
        let parts: Vec<Part> = (1..=of).rev().map(part).collect();
        assert_eq!(written(&merge(parts).unwrap().0), whole);
        let wrong = [(1..of).map(part).collect::<Vec<_>>(), (1..=of).chain([of]).map(part).collect()];
        for parts in wrong {
            assert!(merge(parts).is_err());
        }
    }
}

#[test]
fn what_is_kept_is_not_judged_again_until_something_changes() {
    let good = fenced(GOOD);
    let suite = "name: s\ncases:\n  - name: a\n    script: ../prompts/s.yaml\n    recordings: ['recordings/*.jsonl']\n    expect: {final: accepted}\n";
    let said = [("user", "one"), ("assistant", good.as_str()), ("user", "two"), ("assistant", "Fine.")];
    let other = [said[0], said[1], said[2], ("assistant", "Well.")];
    let folder = folder(suite, &[("1.jsonl", &said), ("2.jsonl", &other)]);
    let path = folder.path().join("kept");
    let ran = |program: &str| {
        let keep = Keep::open(&path, program).unwrap();
        let work = Work::prepare(
            &["evals/suite.yaml".to_owned()],
            &Shelf::Disk(folder.path().to_owned()),
            &Options::default(),
        );
        let judged = work.scores(None, Some(&keep), &|_, _| true).unwrap();
        (written(&work.report(judged, None)), fs::read_to_string(&path).unwrap().lines().count())
    };
    let first = ran("x");
    assert_eq!((ran("x"), first.1), (first.clone(), 2));
    // A killed run leaves half a line.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.get(..text.len() - 20).unwrap()).unwrap();
    assert_eq!(ran("x"), (first.0.clone(), 2), "the torn one is judged again");
    for fragment in ["{", "{\"k", "{\"key\":\"6"] {
        fs::write(&path, format!("{text}{fragment}")).unwrap();
        assert_eq!((ran("x"), ran("x")), (first.clone(), first.clone()), "{fragment}");
    }
    fs::write(
        folder.path().join("evals/recordings/1.jsonl"),
        fs::read(folder.path().join("evals/recordings/2.jsonl")).unwrap(),
    )
    .unwrap();
    assert_eq!(ran("x").1, 3, "the same bytes under another name, which may stand in what is said of it");
    fs::write(folder.path().join("evals/suite.yaml"), suite.replace("accepted", "refused")).unwrap();
    let other = ran("x");
    assert!(other.0.contains("expected refused") && other.1 == 5);
    assert_eq!(ran("y").1, 7, "another program");
    fs::write(&path, "a letter\n").unwrap();
    assert!(Keep::open(&path, "x").is_err());
}

#[test]
fn a_recording_of_other_prompts_of_ours_says_so_and_fails_nothing() {
    let folder = folder("name: s\ncases:\n  - {name: a, recordings: ['recordings/*.jsonl']}\n", &[]);
    let today = crate::engine::hash_of_prompts(&crate::engine::Options::default());
    fs::create_dir_all(folder.path().join("evals/recordings")).unwrap();
    for (name, prompts) in [("1", today.as_str()), ("2", "0123")] {
        let header =
            serde_json::json!({"type": "session", "version": 1, "id": name, "created": "", "prompts": prompts});
        let text = format!(
            "{header}\n{{\"role\":\"user\",\"content\":\"a\"}}\n{{\"role\":\"assistant\",\"content\":\"b\"}}\n"
        );
        fs::write(folder.path().join(format!("evals/recordings/{name}.jsonl")), text).unwrap();
    }
    let report = ran(folder.path());
    assert_eq!(report.scores.iter().map(|score| score.stale_prompts).collect::<Vec<_>>(), [false, true]);
    assert_eq!((report.exit_code(), report.summary().stale_prompts), (0, 1));
    assert!(shown(&report, &Beside::default()).contains("made with other system or repair prompts than today's: 1\n"));
}

#[test]
fn every_form_of_a_report_tells_what_was_written_by_hand() {
    let score =
        CaseScore { suite: "s".to_owned(), recording: "r/a.jsonl".to_owned(), authored: true, ..CaseScore::default() };
    let report = Report { scores: vec![score], ..Report::default() };
    let form = |write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let beside = Beside::default();
    let forms = [
        (written(&report), "\"authored\": true"),
        (shown(&report, &beside), "(a.jsonl, authored)"),
        (form(&|out| junit(&report, &beside, out)), "<property name=\"authored\""),
        (form(&|out| markdown(&report, &beside, out)), "authored: 1 recording written by hand"),
        (form(&|out| page(&report, &beside, &[], out)), "a.jsonl</a><span title=\"written by hand\">"),
    ];
    for (text, told) in forms {
        assert!(text.contains(told), "{told} is not in\n{text}");
    }
}
