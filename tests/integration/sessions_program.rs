//! `pipewright sessions`: what is kept, and what leaves the program.

use crate::server::{Server, says};
use crate::support::{Run, pipewright};

const RECORDING: &str = include_str!("../../evals/recordings/flask-gke/2026-11-23-repaired.jsonl");

#[test]
fn a_recording_is_exported_in_each_form_and_never_over_a_file() {
    let run = |output: &'static str, format: &'static [&'static str]| {
        let run = pipewright().file("chat.jsonl", RECORDING).file("there.html", "mine");
        run.args(["sessions", "export", "./chat.jsonl", "-o", output]).args(format.iter().copied()).run()
    };
    let page = run("chat.html", &[]);
    assert_eq!((page.code, page.out.as_str()), (Some(0), ""), "{}", page.block());
    let html = page.read("chat.html");
    assert!(html.starts_with("<!doctype html>") && html.contains("id=\"c-r5\""), "{html}");
    let markdown = run("-", &[]);
    assert!(markdown.out.starts_with("# flask-gke\n"), "{}", markdown.out);
    let lines = run("-", &["--format", "chat"]);
    assert_eq!(lines.out.lines().count(), 18, "nine prompts with their replies: {}", lines.out);
    let taken = run("there.html", &[]);
    assert_eq!((taken.code, taken.read("there.html").as_str()), (Some(3), "mine"), "{}", taken.block());
    assert!(taken.err.contains("never overwrites"), "{}", taken.err);
}

#[test]
fn no_session_is_a_sentence_with_the_next_move() {
    let none = pipewright().args(["sessions"]).run();
    assert_eq!((none.code, none.out.as_str()), (Some(0), ""), "{}", none.block());
    assert!(none.err.contains("no session is kept yet"), "{}", none.err);
    let last = pipewright().args(["sessions", "export"]).run();
    assert_eq!(last.code, Some(3), "{}", last.block());
    assert!(last.err.contains("there is no session"), "{}", last.err);
}

#[test]
fn a_chat_is_listed_and_exports_itself() {
    let server = Server::with([says("Trunk-based, I'd say.")]);
    let run = pipewright().args(["chat", "--model", "small", "--server", server.base().as_str()]);
    let ended = run.say("which workflow?\n/export talk.md\n/export talk.txt\n/export\n/sessions\n").run();
    assert_eq!(ended.code, Some(1), "{}", ended.block());
    let text = ended.read("talk.md");
    assert!(text.contains("> which workflow?") && text.contains("Trunk-based, I'd say."), "{text}");
    assert!(ended.out.contains("talk.md is written") && !ended.exists("talk.txt"), "{}", ended.out);
    assert!(ended.out.contains("`/export` wants a file"), "{}", ended.out);
}

#[test]
fn sessions_are_listed_by_folder_and_removed() {
    let server = Server::with([says("Trunk-based.")]);
    let chat = |run: Run, said: &str| {
        let base = server.base();
        run.args(["chat", "--model", "small", "--server", base.as_str()]).say(said).run()
    };
    let first = chat(pipewright(), "which workflow?\n");
    let id = first.out.rsplit("--resume ").next().and_then(|rest| rest.split('`').next()).expect("an id").to_owned();
    let with = |arguments: &[&str], at: &str| {
        let path = format!("../home/.local/state/pipewright/sessions/{id}.jsonl");
        let empty = "../home/.local/state/pipewright/sessions/empty.jsonl";
        let header = "{\"type\":\"session\",\"version\":1,\"id\":\"empty\",\"created\":\"2026-01-01T00:00:00Z\"}\n";
        let prompt = "{\"type\":\"prompt\",\"turn\":1,\"origin\":\"user\",\"text\":\"no answer\"}\n";
        let run = pipewright().file(&path, first.sessions()).file(empty, format!("{header}{prompt}"));
        run.args(["sessions"]).args(arguments.iter().copied()).at(at).run()
    };
    assert!(with(&["list"], ".").out.contains("empty  0 turns, no file"), "an old habit is no mistake");
    let here = with(&["--here"], ".");
    assert_eq!((here.code, here.out.as_str()), (Some(0), ""), "held in another folder: {}", here.block());
    let pruned = with(&["prune"], ".");
    assert_eq!((pruned.code, pruned.err.as_str()), (Some(0), "1 session removed\n"), "{}", pruned.block());
    assert!(pruned.sessions().contains("which workflow?") && !pruned.sessions().contains("no answer"));
    let removed = with(&["remove", &id], ".");
    assert_eq!((removed.code, removed.err.as_str()), (Some(0), "1 session removed\n"), "{}", removed.block());
    assert!(!removed.sessions().contains("which workflow?") && removed.sessions().contains("no answer"));
    for word in ["nothing", "../work/bitbucket-pipelines.yml"] {
        let none = with(&["remove", "empty", word], ".");
        assert!(none.code == Some(3) && none.sessions().contains("no answer"), "{}", none.block());
    }
}

#[test]
fn an_ending_that_names_no_form_is_told() {
    let run =
        pipewright().file("chat.jsonl", RECORDING).args(["sessions", "export", "./chat.jsonl", "-o", "x.txt"]).run();
    assert!(run.code == Some(2) && run.err.contains("x.txt: its ending names no form"), "{}", run.block());
    let run =
        pipewright().file("chat.jsonl", RECORDING).args(["sessions", "export", "./chat.jsonl", "-o", "no/x.md"]).run();
    assert!(run.err.contains("no/x.md: its folder is not there") && !run.err.contains(".tmp"), "{}", run.block());
}
