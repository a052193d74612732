//! What a gate over a baseline rests on: it fails closed.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::tests::{GOOD, fenced, folder, shown, written, written_beside};
use super::*;

const SUITE: &str = "name: s\ncases:\n  - {name: a, recordings: ['recordings/a*.jsonl']}\n  - {name: b, recordings: ['recordings/b*.jsonl']}\n";

/// Two cases of two recordings each; their file has no flow of releases.
fn team() -> TempDir {
    let good = fenced(GOOD);
    let said = [("user", "one"), ("assistant", good.as_str())];
    folder(SUITE, &[("a1.jsonl", &said), ("a2.jsonl", &said), ("b1.jsonl", &said), ("b2.jsonl", &said)])
}

fn ran_with(suite: &str, root: &Path, options: &Options) -> Report {
    run(&[suite.to_owned()], &Shelf::Disk(root.to_owned()), options)
}

fn ran(root: &Path) -> Report {
    ran_with("evals/suite.yaml", root, &Options::default())
}

fn settings(text: &str) -> Options {
    let settings = Instead::read("s", text).unwrap().over(&crate::settings::Settings::default());
    Options { settings, ..Options::default() }
}

fn baseline(report: &Report) -> Baseline {
    read_baseline(&written(report)).unwrap()
}

fn words(comparison: &Comparison) -> Vec<&'static str> {
    comparison.recordings.iter().map(|one| one.change.word()).collect()
}

#[test]
fn a_recording_is_called_the_same_from_any_folder() {
    let team = team();
    let before = ran(team.path());
    for (suite, root) in [
        ("suite.yaml".to_owned(), team.path().join("evals")),
        (team.path().join("evals/suite.yaml").display().to_string(), std::env::temp_dir()),
        ("../evals/suite.yaml".to_owned(), team.path().join("prompts")),
    ] {
        let now = ran_with(&suite, &root, &Options::default());
        assert_eq!(now.scores, before.scores, "{suite}");
        assert_eq!(words(&Comparison::of(&now, &baseline(&before))), ["same"; 4]);
    }
    // Version 1 had the paths as they were typed.
    let mut old = baseline(&before);
    old.version = 1;
    for score in &mut old.scores {
        score.recording = format!("/build/evals/{}", score.recording);
        score.settings = None;
    }
    assert_eq!(words(&Comparison::of(&before, &old)), ["same"; 4]);
}

/// A report as version 1 wrote it; it is never changed.
#[test]
fn a_baseline_of_version_1_is_read() {
    let old = read_baseline(include_str!("../../tests/fixtures/evals/report-1.json")).unwrap();
    assert_eq!((old.version, old.scores.len(), old.scores[0].settings.as_ref()), (1, 1, None));
    let filter = Filter { only: vec!["flask-gke".to_owned()], ..Filter::default() };
    let now = run(&[], &Shelf::Embedded, &Options { filter, ..Options::default() });
    let comparison = Comparison::of(&now, &old);
    let met = comparison.recordings.iter().find(|one| one.name.ends_with("2026-11-23-b.jsonl")).unwrap();
    assert_eq!(
        (met.name.as_str(), met.change),
        ("flask-gke / flask-gke / recordings/flask-gke/2026-11-23-b.jsonl", Change::Same)
    );
    assert!(comparison.recordings.iter().all(|one| one.change != Change::Gone), "{:?}", comparison.recordings);
}

#[test]
fn a_rule_that_is_no_longer_checked_is_not_better() {
    let team = team();
    let before = baseline(&ran(team.path()));
    for options in [settings("policy: none"), settings("rules: {release-flow: off}")] {
        let now = ran_with("evals/suite.yaml", team.path(), &options);
        let comparison = Comparison::of(&now, &before);
        assert_eq!(words(&comparison), ["unchecked"; 4]);
        assert!(comparison.is_worse() && comparison.unchecked.contains(&"release-flow"));
        assert_eq!(comparison.rules.iter().find(|rule| rule.rule == "release-flow").unwrap().change, Change::Unchecked);
        let beside = Beside { comparison: Some(comparison), ..Beside::default() };
        written_beside(&now, &beside);
        let told = shown(&now, &beside);
        for part in [
            "the settings differ from the baseline's for 4 recordings",
            "no longer checked: ",
            "release-flow: violated in 1 revision before, not checked now",
        ] {
            assert!(told.contains(part), "{part} is not in\n{told}");
        }
    }
    // Nor is one that is an error no more, where it is violated.
    for severity in ["warning", "note"] {
        let lower = settings(&format!("rules: {{release-flow: {severity}}}"));
        let now = ran_with("evals/suite.yaml", team.path(), &lower);
        let comparison = Comparison::of(&now, &before);
        assert_eq!((words(&comparison), comparison.unchecked.len()), (vec!["unchecked"; 4], 0));
        assert!(comparison.is_worse());
        let told = &comparison.recordings[0].differences;
        assert!(told.contains(&"release-flow: violated now, and no error any more".to_owned()), "{told:?}");
        assert!(!Comparison::of(&now, &baseline(&now)).is_worse());
        let up = Comparison::of(&ran(team.path()), &baseline(&now));
        assert_eq!(words(&up), ["worse"; 4]);
    }
    // A rule that is checked again can be compared.
    let off = baseline(&ran_with("evals/suite.yaml", team.path(), &settings("rules: {release-flow: off}")));
    let comparison = Comparison::of(&ran(team.path()), &off);
    assert_eq!((words(&comparison), comparison.other_settings), (vec!["worse"; 4], 4), "accepted before, refused now");
    assert!(comparison.rules.iter().all(|rule| rule.change == Change::Same), "what was not checked is no measure");
}

#[test]
fn what_can_no_longer_be_judged_is_worse_and_none_of_its_rules_better() {
    let team = team();
    let before = baseline(&ran(team.path()));
    fs::write(team.path().join("evals/recordings/a1.jsonl"), "rubbish\n").unwrap();
    let now = ran(team.path());
    let comparison = Comparison::of(&now, &before);
    assert_eq!(words(&comparison), ["worse", "same", "same", "same"]);
    assert_eq!(comparison.recordings[0].differences, ["passed before, undecided now"]);
    assert!(comparison.rules.iter().all(|rule| rule.change == Change::Same), "{:?}", comparison.rules);
    let summary = now.summary();
    assert_eq!((summary.recordings, summary.judged, summary.undecided, summary.with_file), (4, 3, 1, 3));
    let again = Comparison::of(&now, &baseline(&now));
    assert!(!again.is_worse() && words(&again) == ["same"; 4]);
}

#[test]
fn what_is_gone_fails_and_what_was_not_chosen_is_not_gone() {
    let team = team();
    let before = baseline(&ran(team.path()));
    let only = |filter: Filter| ran_with("evals/suite.yaml", team.path(), &Options { filter, ..Options::default() });
    let word = |word: &str| vec![word.to_owned()];
    for filter in [Filter { only: word("a"), ..Filter::default() }, Filter { exclude: word("b"), ..Filter::default() }]
    {
        let now = only(filter);
        let comparison = Comparison::of(&now, &before);
        assert_eq!(words(&comparison), ["same", "same"]);
        assert!(!comparison.is_worse());
        // The same from its JSON, as `merge` sees it.
        let (read, _) = read_report(&written(&now)).unwrap();
        assert_eq!(Comparison::of(&read, &before), comparison);
    }
    for number in 1..=2 {
        let options = Options { shard: Some(Shard { number, of: 2 }), ..Options::default() };
        let part = ran_with("evals/suite.yaml", team.path(), &options);
        assert_eq!(words(&Comparison::of(&part, &before)), ["same", "same"]);
        assert!(read_baseline(&written(&part)).unwrap_err().starts_with(&format!("is part {number}/2 of a run")));
    }
    fs::remove_file(team.path().join("evals/recordings/a2.jsonl")).unwrap();
    let comparison = Comparison::of(&ran(team.path()), &before);
    assert_eq!((words(&comparison), comparison.is_worse()), (vec!["same", "same", "same", "gone"], true));
    let chosen = only(Filter { only: word("a"), ..Filter::default() });
    assert_eq!(words(&Comparison::of(&chosen, &before)), ["same", "gone"]);
    let other = only(Filter { only: word("b"), ..Filter::default() });
    assert_eq!(words(&Comparison::of(&other, &before)), ["same", "same"]);
}

#[test]
fn a_recording_counts_once_and_suites_of_one_name_are_not_poured_together() {
    let team = team();
    let twice = "name: s\ncases:\n  - {name: a, recordings: ['recordings/a*.jsonl', recordings/a1.jsonl]}\n";
    fs::write(team.path().join("evals/twice.yaml"), twice).unwrap();
    assert_eq!(ran_with("evals/twice.yaml", team.path(), &Options::default()).scores.len(), 2);
    let suites =
        |names: [&str; 2]| run(&names.map(str::to_owned), &Shelf::Disk(team.path().to_owned()), &Options::default());
    let told = |report: &Report| report.problems.iter().map(ToString::to_string).collect::<Vec<_>>();
    let both = suites(["evals/suite.yaml", "evals/twice.yaml"]);
    assert_eq!((both.scores.len(), both.exit_code()), (4, 2));
    assert_eq!(told(&both), ["evals/twice.yaml:1:7: `s` is the name of two suites; the other is evals/suite.yaml"]);
    let same = suites(["evals/suite.yaml", "evals/./suite.yaml"]);
    assert_eq!(told(&same), ["evals/./suite.yaml:1:1: is named twice; it was run once"]);
    let again = ["evals/suite.yaml", "evals/twice.yaml", "evals/suite.yaml"].map(str::to_owned);
    let again = run(&again, &Shelf::Disk(team.path().to_owned()), &Options::default());
    assert!(told(&again)[1].ends_with("is named twice; it was run once"), "{:?}", told(&again));
}

#[cfg(unix)]
#[test]
fn a_recording_that_is_a_link_to_nowhere_is_not_passed_over() {
    let team = team();
    let before = ran(team.path()).scores.len();
    std::os::unix::fs::symlink("nowhere", team.path().join("evals/recordings/a9.jsonl")).unwrap();
    let report = ran(team.path());
    let lost = report.scores.iter().find(|score| score.recording.ends_with("a9.jsonl")).unwrap();
    assert_eq!((report.scores.len(), lost.outcome()), (before + 1, "undecided"));
    assert_eq!(lost.undecided.as_deref(), Some("recordings/a9.jsonl: there is no such file"));
}

#[test]
fn never_is_not_met_by_not_looking() {
    let team = team();
    let demand = |options: &Options, rule: &str| {
        let suite = SUITE.replace("a*.jsonl']", &format!("a*.jsonl'], expect: {{never: [{rule}]}}"));
        fs::write(team.path().join("evals/suite.yaml"), suite).unwrap();
        ran_with("evals/suite.yaml", team.path(), options).scores[0].failures.clone()
    };
    assert_eq!(demand(&Options::default(), "no-inline-secret"), [""; 0]);
    assert_eq!(
        demand(&Options::default(), "release-flow"),
        ["release-flow: violated at turn 1, expected never (suite.yaml:3)"]
    );
    for off in ["policy: none", "rules: {no-inline-secret: off}"] {
        let told = demand(&settings(off), "no-inline-secret");
        assert_eq!(
            told,
            ["no-inline-secret: not checked under these settings, expected never violated (suite.yaml:3)"],
            "{off}"
        );
    }
    let broken = fenced("pipelines: nothing\n");
    let lines = [("user", "one"), ("assistant", broken.as_str())]
        .map(|(role, text)| serde_json::json!({"role": role, "content": text}).to_string() + "\n");
    fs::write(team.path().join("evals/recordings/a1.jsonl"), lines.concat()).unwrap();
    let told = demand(&Options::default(), "no-inline-secret");
    assert!(told[0].starts_with("no-inline-secret: not checked in the file at the end ("), "{told:?}");
}

#[test]
fn only_parts_of_one_run_are_put_together() {
    let team = team();
    let part = |number: usize, suite: &str, options: Options| {
        let options = Options { shard: Some(Shard { number, of: 2 }), ..options };
        let (report, beside) = read_report(&written(&ran_with(suite, team.path(), &options))).unwrap();
        (format!("{number}.json"), report, beside)
    };
    let first = || part(1, "evals/suite.yaml", Options::default());
    fs::write(team.path().join("evals/other.yaml"), SUITE.replace("name: b", "name: c")).unwrap();
    let wrong = [
        part(2, "evals/other.yaml", Options::default()),
        part(2, "evals/suite.yaml", settings("main-branch: trunk")),
        part(
            2,
            "evals/suite.yaml",
            Options { filter: Filter { only: vec!["a".to_owned()], ..Filter::default() }, ..Options::default() },
        ),
    ];
    let told = wrong.map(|second| merge(vec![first(), second]).unwrap_err());
    assert_eq!(
        told,
        [
            "2.json: was run over other suites than 1.json",
            "2.json: was run under other settings than 1.json",
            "2.json: was run over other suites than 1.json",
        ]
    );
    let mut old = part(2, "evals/suite.yaml", Options::default());
    old.1.stamp = None;
    assert!(merge(vec![first(), old]).unwrap_err().starts_with("2.json: does not say what it was made of"));
    assert!(merge(vec![first(), part(2, "evals/suite.yaml", Options::default())]).is_ok());
}

#[test]
fn violations_by_turn_are_those_of_all_revisions() {
    let (good, bad) = (fenced(GOOD), fenced(&format!("{GOOD}unknown: 1\n")));
    let said = [("user", "one"), ("assistant", bad.as_str()), ("user", "two"), ("assistant", good.as_str())];
    let folder = folder("name: s\ncases:\n  - {name: a, recordings: ['recordings/*.jsonl']}\n", &[("1.jsonl", &said)]);
    let summary = ran(folder.path()).summary();
    let mut total = std::collections::BTreeMap::new();
    for (rule, count) in summary.violations_by_turn.values().flatten() {
        *total.entry(rule.clone()).or_insert(0) += count;
    }
    assert_eq!(total, summary.violations);
    assert_eq!(summary.violations_by_turn[&1]["known-key"], 1);
    assert!(!summary.violations_by_turn[&2].contains_key("known-key"));
}
