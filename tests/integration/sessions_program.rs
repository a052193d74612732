//! `pipewright sessions`: what is kept, and what leaves the program.

use crate::server::{Server, says};
use crate::support::pipewright;

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
