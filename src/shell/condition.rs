//! Whether a test holds, where that can be told from the text.

use tree_sitter::Node;

use super::glob::{each_of_extended, glob, is_extended, is_text};
use super::host::Lookup;
use super::interpret::{Comparison, Interpreter};
use super::kept::holds_kept;
use super::piece::Piece;
use super::regex::globs;
use super::sought::Sought;
use super::status::Status;
use super::value::{Symbol, Value};
use crate::yaml::Span;

impl Interpreter<'_> {
    /// The outcome of a condition; the commands in it are run for their effects.
    pub(super) fn decide(&mut self, node: Node<'_>, piece: &Piece) -> Option<bool> {
        if !self.descend() {
            return None;
        }
        let held = self.decide_node(node, piece);
        if is_tested(node.kind()) {
            self.status = Status::of(held);
        }
        self.ascend();
        held
    }

    fn decide_node(&mut self, node: Node<'_>, piece: &Piece) -> Option<bool> {
        if node.kind() == "test_command"
            && let Some(held) = self.test_text(node, piece)
        {
            return held;
        }
        match node.kind() {
            "test_command" | "parenthesized_expression" => {
                let mut cursor = node.walk();
                let inner = node.named_children(&mut cursor).next()?;
                self.decide(inner, piece)
            }
            "negated_command" => {
                let mut cursor = node.walk();
                let inner = node.named_children(&mut cursor).next()?;
                self.decide(inner, piece);
                self.status = self.status.negated();
                self.status.held()
            }
            "binary_expression" => self.binary(node, piece),
            "unary_expression" => {
                let operator = node.child_by_field_name("operator").or_else(|| node.child(0))?;
                let operand = node.named_child(u32::try_from(node.named_child_count()).ok()?.checked_sub(1)?)?;
                let operator = piece.text.get(operator.byte_range())?.to_owned();
                if operator == "!" {
                    return self.decide(operand, piece).map(|held| !held);
                }
                if operator == "-v" {
                    return self.is_defined(piece, span(operand));
                }
                let values = self.expand(piece, span(operand));
                all_agree(values.iter().map(|value| match operator.as_str() {
                    "-n" => self.is_set(value),
                    "-z" => self.is_set(value).map(|set| !set),
                    "-e" | "-f" | "-r" | "-s" => self.is_written(value),
                    _ => None,
                }))
            }
            "word" | "variable_name" | "number" | "simple_expansion" | "expansion" | "string"
                if is_arithmetic(node) =>
            {
                self.is_not_nothing(span(node), piece)
            }
            // `[ "$X" ]`
            "word" | "string" | "raw_string" | "simple_expansion" | "expansion" | "concatenation" => {
                let values = self.expand(piece, span(node));
                all_agree(values.iter().map(|value| self.is_set(value)))
            }
            _ => {
                self.walk(node, piece);
                self.status.held()
            }
        }
    }

    fn binary(&mut self, node: Node<'_>, piece: &Piece) -> Option<bool> {
        let left = node.child_by_field_name("left")?;
        let right = node.child_by_field_name("right")?;
        // `! a = b` is the opposite of `a = b`, and not `a` for itself as the grammar has it.
        if left.kind() == "unary_expression" && left.child(0).is_some_and(|operator| operator.kind() == "!") {
            let inner = left.named_child(u32::try_from(left.named_child_count()).ok()?.checked_sub(1)?)?;
            return self.compared(inner, right, node, piece).map(|held| !held);
        }
        self.compared(left, right, node, piece)
    }

    fn compared(&mut self, left: Node<'_>, right: Node<'_>, node: Node<'_>, piece: &Piece) -> Option<bool> {
        let between = piece.text.get(left.end_byte()..right.start_byte())?.trim().to_owned();
        match between.as_str() {
            "&&" | "||" | "-a" | "-o" => {
                let or = matches!(between.as_str(), "||" | "-o");
                let (left, right) = (self.decide(left, piece), self.decide(right, piece));
                combine(or, left, right)
            }
            operator @ ("==" | "!=") if is_arithmetic(node) => self.compares(span(left), operator, span(right), piece),
            "=" | "==" | "!=" => {
                let lefts = self.expand(piece, span(left));
                let rights = self.expand(piece, span(right));
                self.note_test((piece, span(left), &lefts), span(right), &rights);
                self.note_test((piece, span(right), &rights), span(left), &lefts);
                let equal = self.equal(&lefts, &rights);
                equal.map(|equal| equal == (between != "!="))
            }
            "=~" => {
                let lefts = self.expand(piece, span(left));
                let written = piece.text.get(span(right).start..span(right).end).unwrap_or("");
                let names: Vec<Value> = globs(written).into_iter().map(Value::literal).collect();
                if !names.is_empty() {
                    self.note_test((piece, span(left), &lefts), span(right), &names);
                }
                self.fits(&lefts, span(right), piece)
            }
            operator => self.compares(span(left), operator, span(right), piece),
        }
    }

    /// Remembers what the branch's name is compared with.
    pub(super) fn note_test(&mut self, (piece, tested, values): (&Piece, Span, &[Value]), other: Span, with: &[Value]) {
        if self.tests_branch(piece, tested, values) {
            // Of what may be the tag as well, a pattern is the tag's.
            let raw = piece.text.get(tested.start..tested.end).unwrap_or("");
            let is_tag = |symbol: &Symbol| symbol.is_variable("BITBUCKET_TAG");
            let or_tag = raw.contains("BITBUCKET_TAG") || values.iter().flat_map(Value::symbols).any(is_tag);
            let is_name = |value: &&Value| !or_tag || value.as_literal().is_some_and(is_text);
            let with = with.iter().filter(is_name).cloned().collect();
            self.compared.push(Comparison { with, place: piece.place(other) });
        }
    }

    /// Whether it is the branch's name that is tested.
    pub(super) fn tests_branch(&self, piece: &Piece, tested: Span, values: &[Value]) -> bool {
        let raw = piece.text.get(tested.start..tested.end).unwrap_or("");
        let held = values.iter().flat_map(Value::symbols).any(|symbol| symbol.is_variable("BITBUCKET_BRANCH"));
        held || raw.contains("BITBUCKET_BRANCH")
    }

    pub(super) fn equal(&self, lefts: &[Value], rights: &[Value]) -> Option<bool> {
        let pairs = lefts.iter().flat_map(|left| rights.iter().map(move |right| (left, right)));
        all_agree(pairs.map(|(left, right)| self.matches(left, right)))
    }

    /// Whether a value matches a pattern.
    pub(super) fn matches(&self, value: &Value, pattern: &Value) -> Option<bool> {
        match (value.as_literal(), pattern.as_literal()) {
            (_, Some("*")) => Some(true),
            // `@(a|b)` is for another reader.
            (Some(_), Some(pattern)) if pattern.contains('(') => self.finds(value, &Sought::pattern(pattern)?),
            (Some(text), Some(pattern)) => Some(glob(pattern, text)),
            (None, Some(text)) | (Some(text), None) if holds_kept(text) => None,
            (None, Some(pattern)) if is_extended(pattern) => {
                // `!(a|b)` takes what `@(a|b)` does not.
                let turned = pattern.strip_prefix("!(").filter(|rest| rest.find(')') == Some(rest.len() - 1));
                let group = turned.map(|rest| format!("@({rest}"));
                let each = each_of_extended(group.as_deref().unwrap_or(pattern))?;
                let answers: Vec<_> = each.iter().map(|one| self.host().compares(value, one)).collect();
                let held = if answers.contains(&Some(true)) { Some(true) } else { all_agree(answers.into_iter()) };
                held.map(|held| held == turned.is_none())
            }
            (None, Some(pattern)) => self.host().compares(value, pattern),
            (Some(text), None) => self.host().compares(pattern, text),
            (None, None) if value == pattern => Some(true),
            (None, None) => self.are_other_cuts(value, pattern).then_some(false),
        }
    }

    /// Whether the variable exists, be it empty, whose name is written there.
    pub(super) fn is_defined(&mut self, piece: &Piece, written: Span) -> Option<bool> {
        let text = piece.text.clone();
        let raw = text.get(written.start..written.end)?;
        let name = raw.trim_matches('"');
        if name.contains('[') {
            let from = written.start + usize::from(raw.starts_with('"'));
            return self.has_entry(piece, Span::new(from, from + name.len()));
        }
        match self.known(name) {
            Some(values) => all_agree(values.iter().map(|value| self.is_set(value))).filter(|set| *set),
            None => match self.host().variable(name) {
                Lookup::Known(_) | Lookup::Set => Some(true),
                Lookup::Unset => Some(false),
                Lookup::Handed(_) | Lookup::Unknown => None,
            },
        }
    }

    pub(super) fn is_set(&self, value: &Value) -> Option<bool> {
        match value.as_literal() {
            Some(text) => Some(!text.is_empty()),
            None if value.parts().len() > 1 => Some(true),
            None => self.host().compares(value, "").map(|empty| !empty),
        }
    }
}

/// Whether a node is a test or a part of one, and not a command that is walked.
pub(super) fn is_tested(kind: &str) -> bool {
    matches!(
        kind,
        "test_command"
            | "parenthesized_expression"
            | "binary_expression"
            | "unary_expression"
            | "word"
            | "string"
            | "raw_string"
            | "simple_expansion"
            | "expansion"
            | "concatenation"
            | "variable_name"
            | "number"
    )
}

/// Whether an expression stands in `(( … ))`.
fn is_arithmetic(node: Node<'_>) -> bool {
    let mut outer = node.parent();
    while let Some(parent) = outer {
        match parent.kind() {
            "binary_expression" | "unary_expression" | "parenthesized_expression" => outer = parent.parent(),
            "compound_statement" => return true,
            "test_command" => return parent.child(0).is_some_and(|open| open.kind() == "(("),
            _ => return false,
        }
    }
    false
}

pub(super) fn combine(or: bool, left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (or, left, right) {
        (false, Some(false), _) | (false, _, Some(false)) => Some(false),
        (true, Some(true), _) | (true, _, Some(true)) => Some(true),
        (_, Some(left), Some(right)) => Some(if or { left || right } else { left && right }),
        _ => None,
    }
}

pub(super) fn all_agree(mut answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = answers.next()??;
    answers.all(|answer| answer == Some(first)).then_some(first)
}

pub(super) fn span(node: Node<'_>) -> Span {
    Span::new(node.start_byte(), node.end_byte())
}
