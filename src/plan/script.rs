//! The command lines of a step's scripts, as a comparison sees them.

use std::collections::BTreeSet;

use super::model::PlannedStep;
use crate::pipeline::ScriptItem;
use crate::yaml::{Node, NodeId, Span};

/// A command as it is written most plainly: one line, without quotes and needless braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) node: NodeId,
    pub(super) range: Span,
    pub(super) text: String,
    pub(super) kind: LineKind,
}

/// What a line of a step's scripts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum LineKind {
    /// A command of the script.
    Script,
    /// After it, whatever failed: a failure there stops nothing.
    After,
    /// The text of a here-document, which is no command.
    Text,
    /// The call of a pipe, which is told elsewhere.
    Pipe,
}

/// The commands of a step's scripts in order; comments left aside.
pub(super) fn lines(step: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> Vec<Line> {
    let mut found = Vec::new();
    let script = step.step.script().into_iter().map(|item| (item, LineKind::Script));
    for (item, part) in script.chain(step.step.after_script().into_iter().map(|item| (item, LineKind::After))) {
        match item {
            ScriptItem::Command(node) => commands(node, part, hide, &mut found),
            ScriptItem::Pipe(call) => found.push(Line {
                node: call.identifier.id(),
                range: Span::default(),
                text: call.name().to_owned(),
                kind: LineKind::Pipe,
            }),
            ScriptItem::Agent(_) | ScriptItem::Unknown(_) => {}
        }
    }
    found
}

/// The commands of the scripts at hand that a step runs, each once; of one that goes on where a command fails only the last.
pub(super) fn followed(step: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> BTreeSet<String> {
    let mut lines = Vec::new();
    for (text, strict) in &step.found.followed {
        let mut own = Vec::new();
        commands_of(step.step.node().id(), text, LineKind::Script, hide, &mut own);
        let passed = if *strict { 0 } else { own.len().saturating_sub(1) };
        lines.extend(own.into_iter().skip(passed));
    }
    lines.into_iter().filter(|line| line.kind == LineKind::Script).map(|line| line.text).collect()
}

fn commands(node: Node<'_>, part: LineKind, hide: &dyn Fn(&mut String), out: &mut Vec<Line>) {
    commands_of(node.id(), node.text().unwrap_or(""), part, hide, out);
}

fn commands_of(node: NodeId, text: &str, part: LineKind, hide: &dyn Fn(&mut String), out: &mut Vec<Line>) {
    // A line that ends in `\` goes on in the next one.
    let mut text = text.replace("\\\n", "  ");
    // Before anything is cut: a part of a credential is one, too.
    hide(&mut text);
    let mut start = 0;
    let mut end_of_document: Option<String> = None;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if let Some(word) = &end_of_document {
            let ends = line.trim() == word;
            if !ends {
                out.push(Line {
                    node,
                    range: Span::new(start, end),
                    text: line.trim().to_owned(),
                    kind: LineKind::Text,
                });
            } else {
                end_of_document = None;
            }
        } else if !line.trim_start().starts_with('#') {
            for piece in pieces(line) {
                let plain = behind_syntax(plainly(line.get(piece.start..piece.end).unwrap_or("")));
                if !plain.is_empty() {
                    let range = Span::new(start + piece.start, start + piece.end);
                    out.push(Line { node, range, text: plain, kind: part });
                }
            }
            end_of_document = here_document(line);
        }
        start = end;
    }
}

/// A command without the word of the shell's syntax before it: `then echo x`.
fn behind_syntax(text: String) -> String {
    let behind = ["then ", "else ", "do ", "{ "].iter().find_map(|word| text.strip_prefix(word));
    match behind {
        Some(rest) => rest.trim_start().to_owned(),
        None => text,
    }
}

/// The commands of a line: what `&&` and `;` part outside of quotes.
fn pieces(line: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut quote, mut start) = (None, 0);
    let mut bytes = line.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (quote, byte) {
            (None, b'\'' | b'"') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            (None, b'&') if bytes.peek().is_some_and(|(_, next)| *next == b'&') => {
                bytes.next();
                found.push(Span::new(start, at));
                start = at + 2;
            }
            // `;;` ends a branch of a `case`, and is no end of a command by itself.
            (None, b';')
                if bytes.peek().is_none_or(|(_, next)| *next != b';')
                    && !line.get(..at).is_some_and(|before| before.ends_with(';')) =>
            {
                found.push(Span::new(start, at));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(Span::new(start, line.len()));
    found
}

/// The word that ends the here-document that a line begins.
fn here_document(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("<<").filter(|(_, rest)| !rest.starts_with('<'))?;
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start();
    let rest = rest.trim_start_matches(['"', '\'', '\\']);
    let word: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    word.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(word)
}

/// A command without quotes, needless braces and runs of blanks. Single quotes stay where they keep a variable from being read.
pub(super) fn plainly(command: &str) -> String {
    let mut text = command.replace('"', "");
    if !text.contains('$') {
        text = text.replace('\'', "");
    }
    while let Some((before, after)) = text.split_once("${").map(|(a, b)| (a.to_owned(), b.to_owned())) {
        let Some((name, rest)) = after.split_once('}') else { break };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            break;
        }
        text = format!("{before}${name}{rest}");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
