//! The command lines of a step's scripts, as a comparison sees them.

use std::collections::BTreeMap;

use super::model::PlannedStep;
use crate::pipeline::ScriptItem;
use crate::shell::{Said, SaidKind, said};
use crate::yaml::{Node, NodeId, Span};

/// A statement of a script: a command, or what decides whether it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) node: NodeId,
    pub(super) range: Span,
    /// As it is written most plainly: one line, without quotes and needless braces.
    pub(super) text: String,
    /// As it is written, in one line.
    pub(super) source: String,
    pub(super) kind: LineKind,
}

/// What a line of a step's scripts is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum LineKind {
    /// A command of the script.
    Script,
    /// After it, whatever failed: a failure there stops nothing.
    After,
    /// What decides whether and how often others run.
    Branch,
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
                source: call.name().to_owned(),
                kind: LineKind::Pipe,
            }),
            ScriptItem::Agent(_) | ScriptItem::Unknown(_) => {}
        }
    }
    found
}

/// The commands of the scripts at hand that a step runs, each once with how it is written; of one that goes on where a command
/// fails only the last.
pub(super) fn followed(step: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> BTreeMap<String, String> {
    let mut lines = Vec::new();
    for (text, strict) in &step.found.followed {
        let mut own = Vec::new();
        commands_of(step.step.node().id(), text, LineKind::Script, hide, &mut own);
        let passed = if *strict { 0 } else { own.len().saturating_sub(1) };
        lines.extend(own.into_iter().skip(passed));
    }
    lines.into_iter().filter(|line| line.kind == LineKind::Script).map(|line| (line.text, line.source)).collect()
}

fn commands(node: Node<'_>, part: LineKind, hide: &dyn Fn(&mut String), out: &mut Vec<Line>) {
    commands_of(node.id(), node.text().unwrap_or(""), part, hide, out);
}

fn commands_of(node: NodeId, text: &str, part: LineKind, hide: &dyn Fn(&mut String), out: &mut Vec<Line>) {
    for Said { span, kind } in said(text) {
        // A line that ends in `\` goes on in the next one.
        let mut own = text.get(span.start..span.end).unwrap_or("").replace("\\\n", " ");
        hide(&mut own);
        let kind = match kind {
            SaidKind::Command => part,
            SaidKind::Branch => LineKind::Branch,
            SaidKind::Document => LineKind::Text,
        };
        let lines: Vec<&str> = if kind == LineKind::Text { own.lines().collect() } else { vec![&own] };
        for line in lines {
            let text = if kind == LineKind::Text { line.trim().to_owned() } else { plainly(line) };
            if !text.is_empty() {
                out.push(Line { node, range: span, text, source: in_one_line(line), kind });
            }
        }
    }
}

/// A text without runs of blanks and ends of lines.
pub(super) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
