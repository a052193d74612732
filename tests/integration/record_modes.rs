//! `pipewright replay --record-mode`: which prompts go to the model, and when the recording changes.

use crate::server::{Server, says, status};
use crate::support::{Ended, Run, pipewright};

const TWO: &str = "name: two\nsettings: {policy: none}\nturns:\n  - {id: a, prompt: What about tests?}\n  - {id: b, prompt: And deployments?}\n";
const THREE: &str = "name: two\nsettings: {policy: none}\nturns:\n  - {id: a, prompt: What about tests?}\n  - {id: b, prompt: And deployments?}\n  - {id: c, prompt: And caches?}\n";

fn run(script: &str, recording: Option<&str>, mode: &str) -> Run {
    let run = pipewright().file("s.yaml", script).env("OPENAI_API_KEY", "sk-canary-123456");
    let run = match recording {
        Some(text) => run.file("r.jsonl", text),
        None => run,
    };
    run.args(["replay", "s.yaml", "--record", "r.jsonl", "--record-mode", mode])
}

fn live(script: &str, recording: Option<&str>, mode: &str, server: &Server) -> Ended {
    run(script, recording, mode).args(["--live", "--server", &server.base(), "--model", "small"]).run()
}

/// A recording of [`TWO`], made by the program.
fn made() -> String {
    let server = Server::with([says("Run them."), says("By tag.")]);
    let ended = live(TWO, None, "once", &server);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), "note: recorded to r.jsonl\n"), "{}", ended.out);
    assert!(!ended.exists("r.jsonl.part"));
    ended.read("r.jsonl")
}

fn prompts(server: &Server) -> Vec<String> {
    let last = |asked: &crate::server::Asked| {
        let messages = asked.body["messages"].as_array().cloned().unwrap_or_default();
        messages.last().map(|message| message["content"].to_string()).unwrap_or_default()
    };
    server.asked().iter().map(last).collect()
}

#[test]
fn once_records_and_then_only_plays() {
    let recording = made();
    let server = Server::with([]);
    let again = live(TWO, Some(&recording), "once", &server);
    assert_eq!((again.code, again.read("r.jsonl")), (Some(0), recording.clone()), "{}", again.err);
    assert!(again.out.contains("recorded replies: "), "{}", again.out);
    let missed = live(THREE, Some(&recording), "once", &server);
    assert_eq!((missed.code, missed.read("r.jsonl")), (Some(3), recording.clone()), "{}", missed.out);
    assert!(missed.err.contains("has no reply for turn 3"), "{}", missed.err);
    assert_eq!(server.asked().len(), 0, "nothing is asked");
    // Without a model, too: whoever has the recording needs none.
    let bare = pipewright().file("s.yaml", TWO).file("r.jsonl", &recording);
    let bare = bare.args(["replay", "s.yaml", "--record", "r.jsonl", "--record-mode", "once", "--live"]).run();
    assert_eq!(bare.code, Some(0), "{}", bare.err);
}

#[test]
fn none_plays_and_never_asks() {
    let recording = made();
    let played = run(TWO, Some(&recording), "none").run();
    assert_eq!((played.code, played.read("r.jsonl")), (Some(0), recording), "{}", played.err);
    let nothing = run(TWO, None, "none").run();
    assert_eq!(nothing.code, Some(2));
    assert!(nothing.err.contains("nothing is recorded there") && nothing.err.contains("--record-mode once"));
    for mode in ["once", "new", "all", "rewrite"] {
        let told = run(TWO, None, mode).run();
        assert_eq!(told.code, Some(2), "{mode} needs --live");
        assert!(told.err.contains("add `--live`"), "{}", told.err);
    }
}

#[test]
fn new_asks_for_what_is_missing_and_appends_it() {
    let recording = made();
    let server = Server::with([says("Per branch.")]);
    let longer = live(THREE, Some(&recording), "new_episodes", &server);
    assert_eq!(longer.code, Some(0), "{}", longer.err);
    assert!(longer.err.starts_with("note: from here on the model is asked: "), "{}", longer.err);
    assert_eq!(prompts(&server), ["\"And caches?\""]);
    let both = longer.read("r.jsonl");
    assert!(both.contains("Run them.") && both.contains("By tag.") && both.contains("Per branch."), "{both}");
    let header = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    assert_eq!(header(&both), header(&recording), "it is the same recording, gone on");
    // Nothing is missing now: nothing is asked, and not a byte changes.
    let quiet = live(THREE, Some(&both), "new", &Server::with([]));
    assert_eq!(
        (quiet.code, quiet.read("r.jsonl"), quiet.exists("r.jsonl.part")),
        (Some(0), both, false),
        "{}",
        quiet.err
    );
    assert_eq!(quiet.err, "note: nothing was missed, so r.jsonl is as it was\n");
}

#[test]
fn new_asks_from_the_first_other_prompt_on() {
    // What was recorded behind it was said in another conversation.
    let changed = THREE.replace("What about", "Which");
    let server = Server::with([says("Units."), says("By hand."), says("None.")]);
    let ended = live(&changed, Some(&made()), "new", &server);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("[-What about-] {+Which+} tests?"), "{}", ended.err);
    assert_eq!(prompts(&server).len(), 3);
    assert!(!ended.read("r.jsonl").contains("Run them."));
    // Also where the answers are the same.
    let server = Server::with([says("Run them."), says("By tag.")]);
    let again = live(&TWO.replace("What about", "Which"), Some(&made()), "new", &server);
    assert!(again.err.ends_with("note: recorded to r.jsonl\n"), "{}", again.err);
    assert!(again.read("r.jsonl").contains("Which tests?"));
    // And where the file is another that the conversation begins with.
    let script = TWO.replace("turns:", "file: begin.yml\nturns:");
    let begin = "pipelines: {custom: {all: [step: {script: [date]}]}}\n";
    let play = |before: Option<&str>, begin: &str| {
        let server = Server::with([says("Run them."), says("By tag.")]);
        let run = run(&script, before, "new").file("begin.yml", begin);
        run.args(["--live", "--server", &server.base(), "--model", "small"]).run()
    };
    let first = play(None, begin).read("r.jsonl");
    let other = play(Some(&first), &begin.replace("date", "uname"));
    assert!(other.err.ends_with("note: recorded to r.jsonl\n"), "{}", other.err);
    assert!(other.read("r.jsonl").contains("uname"), "{}", other.read("r.jsonl"));
}

#[test]
fn a_play_that_breaks_off_leaves_the_recording_as_it_was() {
    let recording = made();
    for mode in ["new", "all", "rewrite"] {
        let asked = if mode == "new" { vec![] } else { vec![says("1"), says("2")] };
        let server = Server::with(asked.into_iter().chain([status(401, "{\"error\": {\"message\": \"no\"}}")]));
        let broken = live(THREE, Some(&recording), mode, &server);
        assert_eq!((broken.code, broken.read("r.jsonl")), (Some(3), recording.clone()), "{mode}: {}", broken.err);
        assert!(broken.err.contains("what was said is in r.jsonl.part; the recording is as it was"), "{}", broken.err);
        assert!(broken.read("r.jsonl.part").contains("And deployments?"), "what was paid for is not lost");
        // And it is not lost to the next run either.
        let run = run(THREE, Some(&recording), mode).file("r.jsonl.part", broken.read("r.jsonl.part"));
        let next = run.args(["--live", "--server", &server.base(), "--model", "small"]).run();
        assert_eq!(next.code, Some(2), "{}", next.out);
        assert!(next.err.contains("an earlier recording was not finished"), "{}", next.err);
    }
}

#[test]
fn a_repair_that_got_no_reply_is_asked_for_when_the_recording_goes_on() {
    let fenced = |text: &str| says(&format!("```yaml\n{text}```"));
    let good = "image: node:20\npipelines:\n  default:\n    - step:\n        script:\n          - npm test\n";
    let no = || status(401, "{\"error\": {\"message\": \"no\"}}");
    let server = Server::with([fenced(&format!("{good}unknown: 1\n")), no(), no()]);
    let broken = live(TWO, None, "once", &server);
    let part = broken.read("r.jsonl.part");
    assert!(broken.code == Some(3) && part.contains("\"failure\""), "{}{part}", broken.err);
    // Renamed by hand, it goes on at the repair; what follows was said by nobody yet.
    let server = Server::with([fenced(good), says("By tag.")]);
    let whole = live(TWO, Some(&part), "new", &server);
    assert!(whole.err.contains("has no reply for turn 1 (repair 1)"), "{}", whole.err);
    let asked = prompts(&server);
    assert!(asked.len() == 2 && asked[0].contains("unknown") && asked[1] == "\"And deployments?\"", "{asked:?}");
    let recording = whole.read("r.jsonl");
    assert!(whole.code == Some(0) && !recording.contains("\"failure\""), "{}{recording}", whole.err);
    let played = run(TWO, Some(&recording), "none").run();
    assert!(played.code == Some(0) && played.out.contains("accepted after one repair"), "{}", played.out);
    // Whoever wants no repair has lost none.
    let server = Server::with([says("By tag.")]);
    let run = run(TWO, Some(&part), "new").args(["--live", "--server", &server.base(), "--model", "small"]);
    let without = run.args(["--repairs", "0"]).run();
    assert_eq!(server.asked().len(), 1, "{}", without.err);
}

#[test]
fn without_a_mode_it_is_told_where_the_recording_went_also_when_it_broke_off() {
    let server = Server::with([says("1"), status(401, "{\"error\": {\"message\": \"no\"}}")]);
    let run = pipewright().file("s.yaml", TWO).env("OPENAI_API_KEY", "sk-canary-123456");
    let run = run.args(["replay", "s.yaml", "--record", "r.jsonl", "--live", "--server", &server.base()]);
    let broken = run.args(["--model", "small"]).run();
    assert_eq!(broken.code, Some(3), "{}", broken.out);
    assert!(broken.err.contains("note: not recorded to the end: what was said is in r.jsonl\n"), "{}", broken.err);
    let nowhere = pipewright().file("s.yaml", TWO).args(["replay", "s.yaml", "--record", "r.jsonl"]).run();
    assert!(nowhere.code == Some(2) && !nowhere.err.contains("recorded to"), "{}", nowhere.err);
}

#[test]
fn all_keeps_the_former_recording_and_rewrite_does_not() {
    let recording = made();
    for (mode, kept) in [("all", true), ("rewrite", false)] {
        let server = Server::with([says("Anew."), says("Again.")]);
        let ended = live(TWO, Some(&recording), mode, &server);
        assert_eq!((ended.code, prompts(&server).len()), (Some(0), 2), "{}", ended.err);
        let now = ended.read("r.jsonl");
        assert!(now.contains("Anew.") && !now.contains("Run them."), "{now}");
        assert_eq!(ended.exists("r.jsonl.old"), kept, "{mode}");
        assert!(!kept || ended.read("r.jsonl.old") == recording);
        let told = if kept { "; the former recording is in r.jsonl.old" } else { "" };
        assert_eq!(ended.err, format!("note: recorded to r.jsonl{told}\n"));
        assert!(!ended.exists("r.jsonl.part"));
    }
}

#[test]
fn a_recording_is_asked_anew_with_its_own_prompts() {
    let server = Server::with([says("Anew."), says("Again.")]);
    let run = pipewright().file("r.jsonl", made()).env("OPENAI_API_KEY", "sk-canary-123456");
    let run = run.args(["replay", "--record", "r.jsonl", "--record-mode", "rewrite", "--live"]);
    let ended = run.args(["--server", &server.base(), "--model", "small"]).run();
    assert_eq!(prompts(&server), ["\"What about tests?\"", "\"And deployments?\""], "{}", ended.err);
    assert!(ended.read("r.jsonl").contains("Again."));
}

#[test]
fn of_several_recordings_the_one_that_reaches_furthest_answers_and_a_miss_shows_the_nearest() {
    let recording = made();
    let all = || {
        let other =
            "{\"role\":\"user\",\"content\":\"And what of the caches?\"}\n{\"role\":\"assistant\",\"content\":\"c\"}\n";
        pipewright().file("r/a.jsonl", &recording).file("r/b.jsonl", other).file("s.yaml", TWO).file("t.yaml", THREE)
    };
    let fine = all().args(["replay", "s.yaml", "--recording", "r"]).run();
    assert_eq!(fine.code, Some(0), "{}", fine.err);
    let named = all().args(["replay", "s.yaml", "--recording", "r/b.jsonl", "r/a.jsonl"]).run();
    assert_eq!(named.out, fine.out);
    let missed = all().args(["replay", "t.yaml", "--recording", "r"]).run();
    assert_eq!(missed.code, Some(3));
    let near = missed.err.lines().skip_while(|line| !line.starts_with("nearest")).collect::<Vec<_>>().join("\n");
    assert!(
        near.starts_with("nearest recorded prompt: turn 1 of ") && near.contains("b.jsonl, 57 % of the words:"),
        "{near}"
    );
    assert!(near.ends_with("And [-what of the-] caches?"), "{near}");
    let unclear = all().args(["replay", "--recording", "r"]).run();
    assert_eq!(unclear.code, Some(2), "{}", unclear.out);
    let empty = all().file("none/x.txt", "").args(["replay", "s.yaml", "--recording", "none"]).run();
    assert_eq!(empty.code, Some(3));
    assert!(empty.err.contains("none: is a folder with no recording"), "{}", empty.err);
}
