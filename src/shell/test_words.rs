//! `test` as a command: its words are an expression of their own.

use tree_sitter::Node;

use super::condition::{all_agree, combine, span};
use super::interpret::Interpreter;
use super::piece::Piece;
use crate::yaml::Span;

/// The words of a test that are still to be read.
struct Words<'w> {
    piece: &'w Piece,
    spans: &'w [Span],
    at: usize,
}

impl<'w> Words<'w> {
    fn text(&self, ahead: usize) -> Option<&'w str> {
        let span = self.spans.get(self.at + ahead)?;
        self.piece.text.get(span.start..span.end)
    }

    /// Passes over the next word if it is this one.
    fn take(&mut self, word: &str) -> bool {
        let is = self.text(0).is_some_and(|text| text == word || text.trim_matches(['\\', '\'', '"']) == word);
        self.at += usize::from(is);
        is
    }

    fn next(&mut self) -> Option<Span> {
        let span = self.spans.get(self.at).copied();
        self.at += usize::from(span.is_some());
        span
    }
}

impl Interpreter<'_> {
    /// `test a = b -o c = d`, and `[ … ]` where the grammar reads it as a command.
    pub(super) fn test_words(&mut self, node: Node<'_>, piece: &Piece) -> Option<bool> {
        let name = node.child_by_field_name("name")?;
        let mut cursor = node.walk();
        let spans: Vec<Span> = node.named_children(&mut cursor).filter(|child| *child != name).map(span).collect();
        let closed = spans.last().is_some_and(|last| piece.text.get(last.start..last.end) == Some("]"));
        let spans = spans.get(..spans.len() - usize::from(closed)).unwrap_or(&[]);
        let mut words = Words { piece, spans, at: 0 };
        let held = self.any_test(&mut words);
        // Words that are left over were not understood.
        held.filter(|_| words.at == spans.len())
    }

    fn any_test(&mut self, words: &mut Words<'_>) -> Option<bool> {
        let mut held = self.all_tests(words);
        while words.take("-o") {
            let right = self.all_tests(words);
            held = combine(true, held, right);
        }
        held
    }

    fn all_tests(&mut self, words: &mut Words<'_>) -> Option<bool> {
        let mut held = self.one_test(words);
        while words.take("-a") {
            let right = self.one_test(words);
            held = combine(false, held, right);
        }
        held
    }

    fn one_test(&mut self, words: &mut Words<'_>) -> Option<bool> {
        if !self.descend() {
            return None;
        }
        let held = self.one_test_of(words);
        self.ascend();
        held
    }

    fn one_test_of(&mut self, words: &mut Words<'_>) -> Option<bool> {
        let operator = words.text(1).unwrap_or("");
        if matches!(operator, "=" | "==" | "!=" | "-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le" | "-nt" | "-ot" | "-ef")
        {
            let (piece, left) = (words.piece, words.next()?);
            words.next()?;
            let right = words.next()?;
            if !matches!(operator, "=" | "==" | "!=") {
                return self.compares(left, operator, right, piece);
            }
            let (lefts, rights) = (self.expand(piece, left), self.expand(piece, right));
            self.note_test((piece, left, &lefts), right, &rights);
            self.note_test((piece, right, &rights), left, &lefts);
            return self.equal(&lefts, &rights).map(|equal| equal == (operator != "!="));
        }
        if words.take("!") {
            return self.one_test(words).map(|held| !held);
        }
        if words.take("(") {
            let held = self.any_test(words);
            words.take(")");
            return held;
        }
        let first = words.text(0)?.to_owned();
        let flag = first.len() == 2 && first.starts_with('-') && words.text(1).is_some();
        if flag {
            words.next()?;
        }
        let operand = words.next()?;
        if flag && first == "-v" {
            let name = words.piece.text.get(operand.start..operand.end)?;
            return self.is_defined(name);
        }
        let values = self.expand(words.piece, operand);
        let set = all_agree(values.iter().map(|value| self.is_set(value)));
        match (flag, first.as_str()) {
            (false, _) | (true, "-n") => set,
            (true, "-z") => set.map(|set| !set),
            (true, "-e" | "-f" | "-r" | "-s") => all_agree(values.iter().map(|value| self.is_written(value))),
            _ => None,
        }
    }
}
