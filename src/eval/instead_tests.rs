//! Recordings judged under other settings, and with other prompts.

use super::tests::{GOOD, fenced, folder, shown, written, written_beside};
use super::words::three_ways;
use super::*;

#[test]
fn other_settings_are_told_from_the_turn_at_which_they_matter() {
    let suite = "name: s\ncases:\n  - name: a\n    recordings: ['recordings/*.jsonl']\n";
    let said = [("user", "one"), ("assistant", "Well."), ("user", "two"), ("assistant", &fenced(GOOD))];
    let folder = folder(suite, &[("1.jsonl", &said)]);
    let instead =
        Instead::read("o.yaml", "policy: none\n").unwrap().and(Instead::read("o", "rules: {known-key: off}").unwrap());
    let work =
        Work::prepare(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default());
    let scores = |instead: Option<&Instead>| work.scores(instead, None, &|_, _| true).unwrap();
    let (now, other) = (scores(None), scores(Some(&instead)));
    let beside = Beside {
        divergences: diverge(&now.scores, &other.scores),
        instead: instead.words().to_owned(),
        ..Beside::default()
    };
    let report = work.report(now, Some(&instead));
    written_beside(&report, &beside);
    let told = shown(&report, &beside);
    insta::assert_snapshot!(told.split("\nunder the other").nth(1).unwrap(), @"
     settings: 1 of 1 recordings differ
      s / a / recordings/1.jsonl
        no verdict recorded  now .r  instead .A
        from turn 2: refused now, accepted instead; no longer an error: release-flow

    Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.
    ");
    let repaired = |verdict, repairs, violated: &str| CaseScore {
        by_turn: vec![TurnScore {
            turn: 1,
            verdict: Some(verdict),
            repairs,
            violated: vec![violated.to_owned()],
            ..TurnScore::default()
        }],
        ..CaseScore::default()
    };
    use crate::finding::Verdict::{Accepted, Refused};
    let mut strict = repaired(Refused, 2, "pinned-image");
    let mut now = repaired(Refused, 1, "build-once");
    now.by_turn[0].warned.push("pinned-image".to_owned());
    strict.by_turn[0].violated.push("build-once".to_owned());
    let text = diverge(&[now], &[strict]).remove(0).text;
    assert_eq!(text, "pinned-image: warning now, error instead; 1 repair now, 2 instead");
    let mut recorded = repaired(Refused, 0, "x");
    recorded.by_turn[0].recorded = Some(Refused);
    let rows = three_ways(&diverge(&[recorded], &[repaired(Accepted, 0, "x")]).remove(0));
    assert_eq!(rows, "recorded r  now r  instead A");
    assert_eq!(diverge(&[repaired(Accepted, 0, "x")], &[repaired(Accepted, 0, "x")]).remove(0).turn, None);
    assert_eq!(
        Instead::read("o.yaml", "rules: {none: off}").unwrap_err().to_string(),
        "o.yaml:1:9: unknown rule `none`; `pipewright rules` lists them"
    );
}

#[test]
fn a_change_that_shows_in_an_earlier_attempt_alone_is_told() {
    let suite = "name: s\ncases:\n  - {name: a, recordings: ['recordings/*.jsonl']}\n";
    let folder = folder(suite, &[]);
    let file = |text: &str| serde_json::json!({"type": "reply", "turn": 1, "text": fenced(text)}).to_string();
    let prompt = |origin: &str| serde_json::json!({"type": "prompt", "turn": 1, "origin": origin, "text": origin});
    let begun = |text: &str| serde_json::json!({"type": "revision", "turn": 0, "number": 0, "path": "b.yml", "sha256": "0", "source": "file", "text": text});
    let header = r#"{"type":"session","version":1,"id":"r","created":"2026-11-22"}"#;
    let bad = format!("{GOOD}unknown: 1\n");
    let recorded = |begins: &str| {
        let twice = bad.replace("node:20", "node:latest");
        let lines = [header.to_owned(), begun(begins).to_string(), prompt("user").to_string(), file(&twice)];
        let lines = lines.into_iter().chain([
            prompt("repair").to_string(),
            file(&bad),
            prompt("repair").to_string(),
            file(GOOD),
        ]);
        lines.collect::<Vec<_>>().join("\n")
    };
    std::fs::create_dir_all(folder.path().join("evals/recordings")).unwrap();
    let told = |begins: &str, settings: &str| {
        std::fs::write(folder.path().join("evals/recordings/1.jsonl"), recorded(begins)).unwrap();
        let suites = ["evals/suite.yaml".to_owned()];
        let work = Work::prepare(&suites, &Shelf::Disk(folder.path().to_owned()), &Options::default());
        let instead = Instead::read("o", settings).unwrap();
        let scores = |instead: Option<&Instead>| work.scores(instead, None, &|_, _| true).unwrap();
        let (now, other) = (scores(None), scores(Some(&instead)));
        let one = diverge(&now.scores, &other.scores).remove(0);
        written(&work.report(now, None));
        (one.turn, one.text)
    };
    let warning = told(GOOD, "rules: {pinned-image: off}");
    assert_eq!(warning, (Some(1), "in the answer to the prompt: no longer a warning: pinned-image".to_owned()));
    assert_eq!(told(GOOD, "rules: {unique-keys: warning}"), (None, String::new()));
    assert_eq!(told(&bad, "rules: {known-key: off}").0, Some(0));
}

#[test]
fn other_prompts_are_played_as_far_as_the_recording_answers_them() {
    let suite = "name: s\ncases:\n  - {name: a, script: ../prompts/s.yaml, recordings: ['recordings/*.jsonl']}\n";
    let said = [("user", "one"), ("assistant", &fenced(GOOD)), ("user", "two"), ("assistant", "Fine.")];
    let folder = folder(suite, &[("1.jsonl", &said)]);
    let script = |second: &str| {
        let text = format!("name: o\nturns: [{{id: a, prompt: one}}, {{id: b, prompt: {second}}}]\n");
        crate::engine::PromptScript::read("o", &text, &crate::settings::Settings::default()).unwrap()
    };
    let suites = ["evals/suite.yaml".to_owned()];
    let work = Work::prepare(&suites, &Shelf::Disk(folder.path().to_owned()), &Options::default());
    let scores = |instead: Option<&Instead>| work.scores(instead, None, &|_, _| true).unwrap();
    let now = scores(None).scores;
    let apart = |second: &str| diverge(&now, &scores(Some(&Instead::prompts(script(second)))).scores).remove(0);
    assert_eq!(apart("two").turn, None);
    let other = apart("too");
    assert!(other.turn == Some(2) && other.text.contains("[-two-] {+too+}"), "{other:?}");
}
