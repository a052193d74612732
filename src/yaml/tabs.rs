//! Tabs between a mark of YAML's and what it marks: YAML 1.2 takes them for blanks, and the readers of Java, of which Bitbucket's
//! is one, stop at them.

use super::Span;
use super::node::NodeData;
use super::problem::{Problem, ProblemKind};

/// The tab behind each dash and colon, where the item or the value stands on the same line.
pub(super) fn behind_marks(text: &str, nodes: &[NodeData]) -> Vec<Problem> {
    if !text.contains('\t') {
        return Vec::new();
    }
    let bytes = text.as_bytes();
    let mut problems: Vec<Problem> = Vec::new();
    for node in nodes {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let before = bytes.get(..node.span.start).unwrap_or(&[]);
        let length = before.iter().rev().take_while(|byte| blank(byte)).count();
        let (head, between) = before.split_at(before.len() - length);
        let Some(tab) = between.iter().position(|byte| *byte == b'\t') else { continue };
        if !matches!(head.last(), Some(b'-' | b':')) {
            continue;
        }
        let span = Span::new(head.len() + tab, head.len() + tab + 1);
        let mark = if head.last() == Some(&b'-') { "dash" } else { "colon" };
        problems.push(behind_mark(mark, span));
    }
    // A key whose value stands below it, or nowhere.
    for node in nodes {
        let rest = text.get(node.span.end..).unwrap_or("");
        let Some(behind) = rest.trim_start_matches(' ').strip_prefix(':') else { continue };
        let end = behind.find(|c| !matches!(c, ' ' | '\t')).unwrap_or(behind.len());
        let (blanks, next) = behind.split_at(end);
        let Some(tab) = blanks.find('\t').filter(|_| next.is_empty() || next.starts_with(['\n', '\r', '#'])) else {
            continue;
        };
        let at = node.span.end + (rest.len() - behind.len()) + tab;
        problems.push(behind_mark("colon", Span::new(at, at + 1)));
    }
    // A map begins where its first key does.
    problems.sort_by_key(|problem| problem.span.start);
    problems.dedup_by_key(|problem| problem.span.start);
    problems
}

fn behind_mark(mark: &str, span: Span) -> Problem {
    Problem {
        kind: ProblemKind::Tab,
        span,
        message: format!("a tab stands behind the {mark}; Bitbucket's reader of YAML wants a space"),
        help: Some("replace it with a space".to_owned()),
        related: None,
    }
}
