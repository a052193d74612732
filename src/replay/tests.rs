//! Replays of the embedded recording, whole, stale, drifting, and to a file.

use std::path::PathBuf;

use tempfile::tempdir;

use super::*;
use crate::check::Checker;
use crate::engine::{self, PromptScript, Recording};
use crate::report::Look;
use crate::session::{Header, Redact, Writer, open, read};
use crate::settings::Settings;

fn options<'o>(script: Option<&'o PromptScript>, recording: &'o Recording) -> Options<'o> {
    let settings = script.map(|script| script.settings.clone()).unwrap_or_default();
    Options {
        script,
        recording: Some(recording),
        asking: Asking::Never,
        shelf: &[],
        engine: engine::Options::default(),
        checker: Checker::new(settings),
        output: None,
        directory: PathBuf::from("."),
        overwrite: false,
        look: Look::default(),
    }
}

fn played(options: Options<'_>, record: Option<&mut Writer>) -> (Outcome, String) {
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let outcome = run(options, None, record, &mut out, &mut notes).unwrap();
    let notes = String::from_utf8(notes).unwrap();
    assert_eq!(notes.starts_with("error: "), outcome.ended.is_some(), "{notes}");
    (outcome, String::from_utf8(out).unwrap())
}

fn small(extra: &str) -> (PromptScript, Recording) {
    let script = PromptScript::read("s.yaml", &format!("name: small\nsettings: {{policy: none}}\nturns:\n  - id: talk\n    prompt: What about tests?\n    expect: {{yaml: none}}\n  - id: file\n    prompt: Write the file.\n    expect: {{yaml: file, verdict: accepted, rules: {{known-key: holds}}}}\n{extra}"), &Settings::default()).unwrap();
    let file = "```yaml\\nimage: node:20\\npipelines:\\n  default:\\n    - step:\\n        script:\\n          - npm test\\n```\\n";
    let text = format!(
        "{{\"role\":\"user\",\"content\":\"What about tests?\"}}\n{{\"role\":\"assistant\",\"content\":\"Run them.\"}}\n{{\"role\":\"user\",\"content\":\"Write the file.\"}}\n{{\"role\":\"assistant\",\"content\":\"Here:\\n\\n{file}\"}}\n"
    );
    (script, Recording::new(read("small.jsonl", text.as_bytes()).unwrap()))
}

#[test]
fn a_replay_is_shown_turn_by_turn_and_ends_in_a_file() {
    let (script, recording) = small("");
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.yml");
    let (outcome, shown) = played(Options { output: Some(path.clone()), ..options(Some(&script), &recording) }, None);
    assert_eq!((outcome.exit_code(), outcome.failures, outcome.drift), (0, 0, 0));
    insta::assert_snapshot!(shown.replace(&path.display().to_string(), "OUT"), @"
    small
    recorded replies: small.jsonl (an unnamed model)

    == turn 1 of 2: talk

    > What about tests?

    reply: 9 characters, no YAML of a pipeline file

    == turn 2 of 2: file

    > Write the file.

    reply: 105 characters, a file of 6 lines
    revision 1: accepted; +6 -0

    --- nothing
    +++ revision 1
    @@ -0,0 +1,6 @@
    +image: node:20
    +pipelines:
    +  default:
    +    - step:
    +        script:
    +          - npm test

    2 turns, 1 revision
    accepted: revision 1, of turn 2
    OUT: holds the accepted file
    ");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("image: node:20\n"));
    // Again is fine; over another file only when the user has named it.
    let again = |overwrite| Options { output: Some(path.clone()), overwrite, ..options(Some(&script), &recording) };
    assert!(!played(again(false), None).0.written.unwrap().changed);
    std::fs::write(&path, "mine").unwrap();
    let error = run(again(false), None, None, &mut Vec::new(), &mut Vec::new()).unwrap_err();
    assert!(matches!(error, ReplayError::InTheWay { .. }) && std::fs::read_to_string(&path).unwrap() == "mine");
    assert!(played(again(true), None).0.written.unwrap().changed);
}

/// Keeps how much was written at each flush.
#[derive(Default)]
struct Flushed(Vec<u8>, Vec<usize>);

impl std::io::Write for Flushed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.1.push(self.0.len());
        Ok(())
    }
}

#[test]
fn each_prompt_and_each_answer_is_out_before_the_next_is_waited_for() {
    let (script, recording) = small("");
    let mut out = Flushed::default();
    run(options(Some(&script), &recording), None, None, &mut out, &mut Vec::new()).unwrap();
    let text = String::from_utf8(out.0).unwrap();
    for end in ["> What about tests?\n", "no YAML of a pipeline file\n", "> Write the file.\n", "npm test\n"] {
        let at = text.find(end).unwrap() + end.len();
        assert!(out.1.contains(&at), "{end}{:?}", out.1);
    }
}

#[test]
fn another_prompt_is_a_stale_recording() {
    let (mut script, recording) = small("");
    script.turns[1].prompt = "Write the whole file.".to_owned();
    let (outcome, shown) = played(options(Some(&script), &recording), None);
    assert_eq!(outcome.exit_code(), 3);
    let told = outcome.ended.unwrap().to_string();
    assert!(told.contains("small.jsonl") && told.contains("turn 2") && told.contains("{+whole+}"), "{told}");
    assert!(shown.contains("== turn 1 of 2: talk") && shown.ends_with("ended at turn 2, before its end\n"));
    let (longer, recording) = small("  - {id: more, prompt: More.}\n");
    let told = played(options(Some(&longer), &recording), None).0.ended.unwrap().to_string();
    assert!(told.contains("turn 3"), "{told}");
}

#[test]
fn a_script_begins_with_its_file_and_a_recording_of_another_is_stale() {
    let found = "image: node:18\npipelines:\n  default:\n    - step:\n        script:\n          - npm test\n";
    let (mut script, recording) = small("");
    let with = |text: &str| Some(engine::ScriptFile { path: "found.yml".to_owned(), text: text.to_owned() });
    script.file = with(found);
    let (outcome, _) = played(options(Some(&script), &recording), None);
    let told = outcome.ended.as_ref().unwrap().to_string();
    assert!(told.contains("`small.jsonl` is stale") && told.ends_with("and the prompts begin with one"), "{told}");
    assert_eq!(outcome.exit_code(), 3);

    // As if a model had answered: the file is kept in the recording, and plays again from there.
    let folder = tempdir().unwrap();
    let path = folder.path().join("r.jsonl");
    let mut writer = Writer::create(&path, &Header::new("r", "2026-11-23T20:00:00Z"), Redact::default());
    let mut live = crate::model::Recorded::of(&recording.session);
    let (mut out, checker) = (Vec::new(), Checker::new(script.settings.clone()));
    let now = Options { recording: None, checker, ..options(Some(&script), &recording) };
    run(now, Some(&mut live), Some(&mut writer), &mut out, &mut Vec::new()).unwrap();
    drop(writer);
    let shown = String::from_utf8(out).unwrap();
    assert!(shown.contains("\nrevision 0, the file as it was found: accepted\n"), "{shown}");
    assert!(shown.contains("-image: node:18\n+image: node:20\n"), "{shown}");
    let kept = Recording::new(open(&path).unwrap());
    assert_eq!(kept.begins_with().map(|(text, _)| text), Some(found));
    assert!(std::fs::read_to_string(&path).unwrap().contains("\"source\":\"file\""));
    for prompts in [Some(&script), None] {
        let checker = Checker::new(script.settings.clone());
        let (outcome, again) = played(Options { checker, ..options(prompts, &kept) }, None);
        assert!(outcome.ended.is_none() && outcome.drift == 0, "{again}");
        assert!(again.contains("-image: node:18\n+image: node:20\n"), "{again}");
    }

    script.file = with(&found.replace("18", "16"));
    let told = played(options(Some(&script), &kept), None).0.ended.unwrap().to_string();
    assert!(told.ends_with("\n-image: node:18\n+image: node:16\n pipelines:"), "{told}");
    script.file = None;
    let told = played(options(Some(&script), &kept), None).0.ended.unwrap().to_string();
    assert!(told.ends_with("it began with a file, and the prompts begin with none"), "{told}");
}

#[test]
fn an_expectation_that_fails_is_told() {
    let (mut script, recording) = small("");
    script.turns[0].expect.yaml = Some(engine::YamlKind::File);
    script.turns[1].expect.rules.insert("build-once".to_owned(), crate::rules::RuleAnswer::Holds);
    let (outcome, shown) = played(options(Some(&script), &recording), None);
    assert_eq!((outcome.failures, outcome.exit_code()), (2, 1));
    assert!(shown.contains("not as expected: YAML: expected file, got none\n"), "{shown}");
    assert!(shown.contains("not as expected: build-once: expected holds, got not checked\n"), "{shown}");
}

#[test]
fn a_record_of_a_replay_plays_without_drift_and_other_settings_drift() {
    let (script, recording) = small("");
    let folder = tempdir().unwrap();
    let path = folder.path().join("r.jsonl");
    let mut writer = Writer::create(&path, &Header::new("r", "2026-11-23T20:00:00Z"), Redact::default());
    let before = played(options(Some(&script), &recording), Some(&mut writer)).1;
    drop(writer);
    let again = Recording::new(open(&path).unwrap());
    let (outcome, shown) = played(options(Some(&script), &again), None);
    assert_eq!(outcome.drift, 0);
    assert_eq!(shown.lines().skip(2).collect::<Vec<_>>(), before.lines().skip(2).collect::<Vec<_>>());
    let strict = Options { checker: Checker::new(Settings::default()), ..options(Some(&script), &again) };
    let (outcome, shown) = played(strict, None);
    assert!(
        outcome.drift > 0 && shown.contains("drift: recorded accepted, today refused; today also release-flow\n"),
        "{shown}"
    );
}

#[test]
fn a_session_plays_its_own_prompts() {
    let (_, recording) = small("");
    let (outcome, shown) = played(options(None, &recording), None);
    assert!(outcome.ended.is_none() && shown.contains("== turn 2 of 2: turn-2"), "{shown}");
}

#[test]
fn the_embedded_replay_comes_to_an_accepted_file_and_says_the_same_each_time() {
    let (script, recording) = embedded(&Settings::default()).unwrap();
    let (outcome, shown) = played(options(Some(&script), &recording), None);
    assert_eq!(outcome.ended.map(|error| error.to_string()), None);
    assert_eq!(shown, played(options(Some(&script), &recording), None).1);
    assert_eq!((outcome.verdict, outcome.failures), (Some(crate::finding::Verdict::Accepted), 0), "{shown}");
}
