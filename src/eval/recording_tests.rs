//! What a recording is, told in every form of a report: torn, written by hand.

use std::fs;
use std::io;

use super::tests::{folder, shown, written};
use super::*;

/// The report in every form, each with its name.
fn forms(report: &Report) -> [(&'static str, String); 5] {
    let form = |write: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let beside = Beside::default();
    [
        ("json", written(report)),
        ("human", shown(report, &beside)),
        ("junit", form(&|out| junit(report, &beside, out))),
        ("markdown", form(&|out| markdown(report, &beside, out))),
        ("html", form(&|out| page(report, &beside, &[], out))),
    ]
}

#[test]
fn a_torn_recording_is_torn_and_no_drift() {
    let whole =
        fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/evals/recordings/flask-gke/2026-11-23-b.jsonl")).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let at = |kind: &str| {
        let begin = format!("{{\"type\":\"{kind}\"");
        lines.iter().rposition(|line| line.starts_with(begin.as_bytes())).unwrap()
    };
    let folder = folder("name: s\ncases:\n  - {name: a, recordings: ['recordings/*.jsonl']}\n", &[]);
    fs::create_dir_all(folder.path().join("evals/recordings")).unwrap();
    let path = folder.path().join("evals/recordings/1.jsonl");
    let ran = |line: usize, more: usize| {
        let mut bytes = lines[..line].concat();
        bytes.extend(&lines[line][..more]);
        fs::write(&path, bytes).unwrap();
        run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default())
    };
    for (line, more) in [(at("revision"), 20), (at("verdict"), 0), (at("verdict"), 20), (at("accepted"), 20)] {
        let report = ran(line, more);
        let summary = report.summary();
        assert_eq!((summary.torn, summary.drift, report.exit_code()), (1, 0, 0), "{line} {more}");
        let told =
            ["\"torn\": 1", "torn: 1 recording breaks off", "name=\"torn\"", "torn: 1 recording breaks", "torn <b>1"];
        for ((form, text), told) in forms(&report).into_iter().zip(told) {
            assert!(text.contains(told), "{form}: {told} is not in\n{text}");
        }
    }
    // What was concluded before the last line is known; a reply that is lost leaves its prompt without an answer.
    assert_eq!(ran(at("accepted"), 0).summary().torn, 0, "nothing says that a file was to be accepted");
    let lost = ran(at("reply"), 20);
    assert_eq!((lost.summary().torn, lost.summary().drift, lost.exit_code()), (1, 0, 3));
}

#[test]
fn a_suite_says_which_chats_were_written_by_hand() {
    let said = [("user", "one"), ("assistant", "Well.")];
    let suite = "name: s\ncases:\n  - name: a\n    recordings: ['recordings/*.jsonl', {path: 'recordings/${d}*.jsonl', authored: true}]\n    variables: {d: hand}\n";
    let folder = folder(suite, &[("1.jsonl", &said), ("hand.jsonl", &said)]);
    let report = run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default());
    assert_eq!(report.problems, []);
    let told: Vec<_> = report.scores.iter().map(|score| (score.recording.as_str(), score.authored)).collect();
    assert_eq!(told, [("recordings/1.jsonl", false), ("recordings/hand.jsonl", true)]);
    let told =
        ["\"authored\": true", "(hand.jsonl, authored)", "name=\"authored\"", "authored: 1 recording", "by hand"];
    for ((form, text), told) in forms(&report).into_iter().zip(told) {
        assert!(text.contains(told), "{form}: {told} is not in\n{text}");
    }
    let wrong = suite.replace("authored: true", "author: true").replace("'recordings/*.jsonl'", "3");
    fs::write(folder.path().join("evals/suite.yaml"), wrong).unwrap();
    let report = run(&["evals/suite.yaml".to_owned()], &Shelf::Disk(folder.path().to_owned()), &Options::default());
    let told: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "evals/suite.yaml:4:18: an item of `recordings` is a number (`3`), not a text",
            "evals/suite.yaml:4:54: an item of `recordings` has no key `author`; did you mean `authored`?",
        ]
    );
}

#[test]
fn the_funnel_says_what_it_counts() {
    let score = |authored: bool| CaseScore { authored, ..CaseScore::default() };
    let page = |scores: Vec<CaseScore>| forms(&Report { scores, ..Report::default() })[4].1.clone();
    assert!(page(vec![score(false)]).contains(">recordings that could be judged</th><td class=\"count\">1<"));
    let mixed = page(vec![score(false), score(true)]);
    assert!(
        mixed.contains(">recordings of a model&#39;s replies that could be judged</th><td class=\"count\">1<"),
        "{mixed}"
    );
}

#[test]
fn a_stale_recording_names_the_command_that_records_it() {
    let score = CaseScore { stale: true, undecided: Some("stale".to_owned()), ..CaseScore::default() };
    let mut report = Report { scores: vec![score], files: Some(vec!["my suite.yaml".to_owned()]), ..Report::default() };
    report.chosen.filter.only = vec!["api".to_owned()];
    let told = shown(&report, &Beside::default()).replace('\n', " ");
    assert!(told.contains("`pipewright eval 'my suite.yaml' --only api --live --stale record` records anew"), "{told}");
    // What another program made is not replaced: another command, or both.
    let beside =
        "`pipewright eval 'my suite.yaml' --only api --live --stale leave-out` records beside what other programs made";
    report.scores[0].foreign = true;
    let told = shown(&report, &Beside::default()).replace('\n', " ");
    assert!(told.contains(beside) && !told.contains("--stale record"), "{told}");
    report.scores.push(CaseScore { foreign: false, ..report.scores[0].clone() });
    let told = shown(&report, &Beside::default()).replace('\n', " ");
    assert!(told.contains(&format!("--stale record` records anew, {beside}")), "{told}");
    // Where nothing can be recorded beside it, and for what was written by hand, no command is told.
    for kept in [
        CaseScore { foreign: true, alone: true, ..report.scores[1].clone() },
        CaseScore { authored: true, ..report.scores[1].clone() },
    ] {
        let report = Report { scores: vec![kept], ..report.clone() };
        let told = shown(&report, &Beside::default());
        assert!(told.contains("`--stale leave-out` judges without\n"), "{told}");
    }
    report.files = Some(Vec::new());
    let told = shown(&report, &Beside::default());
    assert!(told.contains("`--stale leave-out` judges without\n"), "what is compiled in is not recorded: {told}");
}
