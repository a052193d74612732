//! A small conversation, told in each form.

use serde_json::json;

use super::*;
use crate::check::Checker;
use crate::engine::Recording;
use crate::session::{Redact, Session, exchanges, read};

const REFUSED: &str =
    "image: node:22.1\npipelines:\n  tags:\n    v*:\n      - step:\n          script: [make <test>]\n";
const OTHER: &str = "image: node:22.1\npipelines:\n  default:\n    - step:\n        script: [make test]\n";

/// A session of a prompt, a file, a prompt, another file with a repair's prompt before it.
fn session() -> Session {
    let block = |yaml: &str| format!("Before **it**:\n\n```yaml\n{yaml}```\n\nAfter it: <script>alert(1)</script>");
    let lines = [
        json!({"type": "session", "version": 1, "id": "one", "created": "2026-11-22T10:00:00Z", "model": "m<1>"}),
        json!({"type": "prompt", "turn": 1, "origin": "user", "text": "write <it>, my key is ghp_0123456789012345678901234567890123456789"}),
        json!({"type": "reply", "turn": 1, "text": block(REFUSED)}),
        json!({"type": "prompt", "turn": 1, "origin": "repair", "text": "The checker refused it"}),
        json!({"type": "reply", "turn": 1, "text": block(OTHER)}),
        json!({"type": "prompt", "turn": 2, "origin": "user", "text": "and again"}),
        json!({"type": "reply", "turn": 2, "text": block(OTHER)}),
    ];
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    read("one.jsonl", text.as_bytes()).unwrap()
}

fn written(form: Form) -> String {
    let recording = Recording::new(session());
    let checker = Checker::new(recording.settings());
    let told = told_recording(&recording, checker, &Redact::default());
    let mut out = Vec::new();
    form.write(&told, &recording.session.entries, &Redact::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_page_shows_each_turn_with_its_file_and_takes_no_markup_from_outside() {
    let page = written(Form::Html);
    for place in ["id=\"c-t1\"", "id=\"c-t2\"", "id=\"c-r1\"", "id=\"c-r2\"", "revision 2 again", "findings sent back"]
    {
        assert!(page.contains(place), "{place} is not in\n{page}");
    }
    assert!(page.contains("<code>tag-prefix</code>") && page.contains("make &lt;test&gt;"), "{page}");
    assert!(page.contains("<strong>it</strong>") && page.contains("m&lt;1&gt;"), "{page}");
    // What a page would run or fetch.
    for outside in ["<script", "<img", "src=", "url(", "@import", "<link", "ghp_0123"] {
        assert!(!page.contains(outside), "{outside} is in\n{page}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn markdown_quotes_prompts_and_tells_each_file() {
    let text = written(Form::Markdown);
    let (before, after) = text.split_once("**Revision 1").unwrap();
    assert!(
        before
            .ends_with(&format!("Before **it**:\n\n```yaml\n{REFUSED}```\n\nAfter it: <script>alert(1)</script>\n\n")),
        "{before}"
    );
    assert!(after.starts_with(" of bitbucket-pipelines.yml: refused**, "), "{after}");
    assert!(text.contains("> write <it>, my key is ghp_") && !text.contains("ghp_0123"), "{text}");
    assert!(text.contains("### Repair\n\n> The checker refused revision 1 of the file."), "{text}");
    assert!(text.contains("*The file is that of revision 2 again.*"), "{text}");
    assert!(text.contains("```diff\n@@ "), "{text}");
}

#[test]
fn chat_lines_are_read_back_as_what_was_said() {
    let lines = written(Form::Chat);
    let again = read("chat.jsonl", lines.as_bytes()).unwrap();
    let said = |session: &Session| -> Vec<(String, Option<String>)> {
        let redact = Redact::default();
        let exchanges = exchanges(&session.entries).into_iter();
        exchanges.map(|one| (redact.text(&one.prompt).into_owned(), one.reply)).collect()
    };
    assert_eq!(said(&again), said(&session()));
    assert!(!lines.contains("ghp_0123"));
}

#[test]
fn a_conversation_of_words_alone_is_told_too() {
    let text = "{\"role\":\"user\",\"content\":\"hi\"}\n{\"role\":\"assistant\",\"content\":\"Hello.\"}\n";
    let recording = Recording::new(read("x.jsonl", text.as_bytes()).unwrap());
    let told = told_recording(&recording, Checker::new(recording.settings()), &Redact::default());
    assert_eq!((told.title.as_str(), told.stands, told.turns.len()), ("hi", None, 1));
    let mut out = Vec::new();
    markdown(&told, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("no reply has brought a whole file"), "{text}");
}

/// Pieces of which replies are made that mean harm, or that Markdown could stumble over.
const PIECES: [&str; 26] = [
    "<script>",
    "</pre>",
    "<img src=x onerror=y>",
    "`",
    "```\n",
    "```yaml\n",
    "[a](javascript:x)",
    "![a](http://b/c)",
    "\n\n",
    "> ",
    "| a | b |\n| - | - |\n",
    "<!--",
    "-->",
    "&lt;",
    "&#x3c;b&#x3e;",
    "&#x202e;",
    "&#27;",
    "\"",
    "'",
    "\u{202e}",
    "\u{1b}[2J",
    "[x]: data:,y\n",
    "[x]",
    "# ",
    "<a href=\"https://x\">",
    "*",
];

/// What may begin behind a `<` on a page: the elements of a reply, opened or closed.
fn is_known(tag: &str) -> bool {
    const NAMES: [&str; 27] = [
        "p",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "pre",
        "code",
        "em",
        "strong",
        "del",
        "blockquote",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "hr",
        "br",
        "a",
        "i",
        "hr /",
        "br /",
        "pre class=code",
        "i class=k",
    ];
    let name = tag.trim_start_matches('/');
    let link = name.strip_prefix("a href=\"").and_then(|rest| rest.strip_suffix('"'));
    let harmless = |address: &str| {
        let known = ["#", "https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
        known && !address.contains(['"', '<', '>'])
    };
    NAMES.contains(&name)
        || link.is_some_and(harmless)
        || ["i class=c", "i class=s", "i class=a"].contains(&name)
        || name.strip_prefix("ol start=\"").is_some_and(|rest| rest.trim_end_matches('"').parse::<u64>().is_ok())
        || name.strip_prefix("th style=\"text-align: ").is_some_and(|rest| rest.ends_with('"') && !rest.contains('<'))
}

proptest::proptest! {
    #[test]
    fn no_reply_makes_an_element_of_its_own(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..24)) {
        let text = pieces.concat();
        let page = reply::reply(&text);
        for (at, _) in page.match_indices('<') {
            let tag = page[at + 1..].split('>').next().unwrap_or("");
            proptest::prop_assert!(is_known(tag), "<{tag}> of {text:?} in {page}");
        }
        proptest::prop_assert!(!page.chars().any(is_hidden), "{}", page);
    }
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{1b}' | '\u{202e}')
}
