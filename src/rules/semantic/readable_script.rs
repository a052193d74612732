//! `readable-script`: bash reads each script to its end.

use std::collections::HashSet;

use super::expressions::of_circle;
use super::filled_placeholder::placeholders;
use super::site::{Site, Told, labels};
use super::whole_command;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::shell::{Fault, FaultKind, Piece, SCRIPT_BYTES, fault};
use crate::yaml::{Node, Span};

static META: RuleMeta = meta!("readable-script", Warning, "bash can't read a script to its end");

pub(super) struct ReadableScript;

impl Rule for ReadableScript {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let (mut told, mut read) = (Told::default(), HashSet::new());
        for site in flow.steps() {
            // A step that aliases repeat has the same scripts.
            if !read.insert(site.step.node().id()) {
                continue;
            }
            if site.step.runs_on_windows() || is_windows(site, flow) {
                continue;
            }
            for items in [site.step.script(), site.step.after_script()] {
                if let Some(found) =
                    unread(&items).filter(|found| told.first(found.at) && !is_told_elsewhere(flow, found))
                {
                    tell(site, &found, out);
                }
            }
        }
    }
}

/// Whether the file gives the step a Windows runner.
fn is_windows(site: &Site<'_>, flow: &Flow<'_>) -> bool {
    labels(&site.step, &flow.file).iter().any(|label| label.text() == Some("windows"))
}

/// A fault at its place in the file.
struct Unread<'d> {
    fault: Fault,
    command: Node<'d>,
    at: Span,
    beside: Option<Span>,
    /// What the shell reads there: YAML may write it otherwise.
    sign: String,
    beside_sign: String,
}

/// Where bash stops reading the items, which are one script to it.
fn unread<'d>(items: &[ScriptItem<'d>]) -> Option<Unread<'d>> {
    let texts = || items.iter().map(|item| item.command_text());
    // Most items are whole by themselves, and then all of them are.
    if texts().all(|text| text.is_none_or(|text| text.len() > SCRIPT_BYTES || fault(text).is_none())) {
        return None;
    }
    let mut script = Vec::new();
    for (number, item) in items.iter().enumerate() {
        match item {
            ScriptItem::Command(node) => script.push((u32::try_from(number).ok()?, node.text()?)),
            // A pipe is one command, and what is none is told by another rule.
            ScriptItem::Pipe(_) => script.push((u32::try_from(number).ok()?, ":")),
            ScriptItem::Agent(_) | ScriptItem::Unknown(_) => return None,
        }
    }
    let whole = Piece::joined(&script);
    if whole.text.len() > SCRIPT_BYTES {
        return None;
    }
    let broken = fault(&whole.text)?;
    // A quote that an item leaves open is closed by the next one's first, and so on to the last.
    let first = items.iter().filter(|_| is_quote(&whole.text, broken)).find_map(|item| {
        let command = item.command()?;
        let text = command.text()?;
        let fault = fault(text).filter(|fault| is_quote(text, *fault))?;
        let beside = fault.beside.map(|beside| command.source_span(beside));
        Some(Unread {
            fault,
            command,
            at: command.source_span(fault.at),
            beside,
            sign: of(text, fault.at),
            beside_sign: of_beside(text, fault),
        })
    });
    if first.is_some() {
        return first;
    }
    let find = |span: Span| {
        let place = whole.place(span);
        let command = items.get(usize::try_from(place.source).ok()?)?.command()?;
        Some((command, command.source_span(place.span)))
    };
    let (command, at) = find(broken.at)?;
    let beside = broken.beside.and_then(find).map(|(_, span)| span);
    let (sign, beside_sign) = (of(&whole.text, broken.at), of_beside(&whole.text, broken));
    Some(Unread { fault: broken, command, at, beside, sign, beside_sign })
}

fn of(text: &str, span: Span) -> String {
    text.get(span.start..span.end).unwrap_or("").to_owned()
}

fn of_beside(text: &str, fault: Fault) -> String {
    fault.beside.map(|beside| of(text, beside)).unwrap_or_default()
}

/// Whether it is a quote that is never closed.
fn is_quote(text: &str, fault: Fault) -> bool {
    let sign = text.get(fault.at.start..fault.at.end).unwrap_or("");
    matches!(fault.kind, FaultKind::Open(_)) && sign.ends_with(['"', '\'', '`'])
}

/// Whether what broke the script has a finding of its own.
fn is_told_elsewhere(flow: &Flow<'_>, found: &Unread<'_>) -> bool {
    let text = found.command.text().unwrap_or("");
    whole_command::is_told(flow.document, found.command) || !placeholders(text).is_empty() || of_circle(text).is_some()
}

fn tell(site: &Site<'_>, found: &Unread<'_>, out: &mut Findings<'_>) {
    let (sign, beside) = (found.sign.as_str(), found.beside_sign.as_str());
    let (message, help, aside) = match found.fault.kind {
        FaultKind::Open(closes) if sign.ends_with(['"', '\'', '`']) => (
            format!("this `{sign}` is never closed, so the shell stops here"),
            format!("close it with another `{closes}`, or write `\\{sign}` for the sign itself"),
            "this one ends on another line: is its end missing?".to_owned(),
        ),
        FaultKind::Open(_) if matches!(sign, "&&" | "||" | "|" | "|&") => (
            format!("no command stands behind `{sign}`, so the shell stops here"),
            "write the command, or leave out the operator".to_owned(),
            String::new(),
        ),
        FaultKind::Open(closes) => (
            format!("`{sign}` has no `{closes}`, so the shell stops here"),
            match found.command.text() {
                Some(text) if sign == "if" && text.contains("else if") => {
                    "write `elif`: `else if` opens an `if` that needs a `fi` of its own".to_owned()
                }
                _ => format!("write `{closes}` where it ends"),
            },
            "this quoted text ends on another line: is its end missing?".to_owned(),
        ),
        FaultKind::Document => {
            let word = sign.trim_start_matches(['<', '-', ' ']).trim_matches(['"', '\'', '\\']);
            (
                format!("this here-document never ends: no line is `{word}` alone"),
                format!("write `{word}` on a line of its own where the text ends, at the margin of the script"),
                "blanks stand around this one, so it is text".to_owned(),
            )
        }
        FaultKind::Unexpected => unexpected(sign, beside),
    };
    let draft = out.violated(found.at, message).help(help);
    let draft = match found.beside.filter(|_| !aside.is_empty()) {
        Some(beside) => draft.related(beside, aside),
        None => draft,
    };
    site.tell(draft);
}

/// What is told of a sign that can't stand where it does, beside what is open there.
fn unexpected(sign: &str, beside: &str) -> (String, String, String) {
    let open = if beside.is_empty() { String::new() } else { format!("`{beside}` is open here") };
    let message = match sign {
        "fi" | "done" | "esac" | "}" | ")" | "then" | "do" | "else" | "elif" | "in" | ";;" if beside.is_empty() => {
            format!("`{sign}` belongs to nothing that is open, so the shell stops here")
        }
        "\n" => format!("the line ends where `{beside}` needs more, so the shell stops here"),
        _ if sign.starts_with(['<', '>']) => format!("`{sign}` names no file, so the shell stops here"),
        _ => format!("the shell can't take `{sign}` here, and stops"),
    };
    let help = match (sign, beside) {
        ("fi", "if" | "elif") => "write `; then` behind the condition, and a command in each branch".to_owned(),
        ("done", "for" | "while" | "until" | "select") => {
            "write `; do` behind the head, and a command in the loop".to_owned()
        }
        ("else", "if") => "write `; then` behind the condition, and a command before `else`".to_owned(),
        (";" | "&" | "|" | "||" | "&&" | "|&", _) => "write a command before it, or leave it out".to_owned(),
        ("(", _) => "quote the word that has the bracket in it".to_owned(),
        (")", "") => "leave it out, or quote the word that has the bracket in it".to_owned(),
        ("<" | ">" | "<<" | ">>", _) => "name the file, or quote the sign".to_owned(),
        ("then" | "do" | "fi" | "done" | "else" | "elif" | "esac" | "in" | "}" | ";;", "") => {
            "write what begins it, or leave it out".to_owned()
        }
        (_, "") => "begin a new line with it, or write `;` before it".to_owned(),
        _ => format!("close `{beside}` before it"),
    };
    (message, help, open)
}
