//! Numbers in tests: `[ $# -lt 2 ]`, `(( ${#X} == 0 ))`.

use std::ops::RangeInclusive;

use tree_sitter::Node;

use super::condition::is_tested;
use super::interpret::Interpreter;
use super::piece::Piece;
use super::plain_word::is_name;
use super::value::Value;
use crate::yaml::Span;

impl Interpreter<'_> {
    /// `(( … ))`: whether it is true; variables that it changes are unknown behind it.
    pub(super) fn arithmetic(&mut self, node: Node<'_>, piece: &Piece) -> Option<bool> {
        let text = piece.text.get(node.byte_range()).unwrap_or("").to_owned();
        if self.counts(&text) {
            return None;
        }
        let mut cursor = node.walk();
        let mut inner = node.named_children(&mut cursor);
        match (inner.next(), inner.next()) {
            (Some(one), None) if is_tested(one.kind()) => self.decide(one, piece),
            _ => None,
        }
    }

    /// Makes the variables unknown that a text of numbers changes: `n++`, `n = n + 1`; whether there are any.
    pub(super) fn counts(&mut self, text: &str) -> bool {
        let assigns = text.match_indices('=').any(|(at, _)| {
            let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or(""));
            !before.ends_with(['=', '!', '<', '>']) && !after.starts_with('=')
        });
        let changes = assigns || text.contains("++") || text.contains("--");
        if changes {
            for name in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|name| is_name(name)) {
                self.scope.set(name, vec![Value::opaque("arithmetic")]);
            }
        }
        changes
    }

    /// What sums and differences of known numbers come to: `OPTIND - 1`, `$N + 1`.
    pub(super) fn calculated(&self, text: &str) -> Option<i64> {
        let (mut sum, mut sign, mut rest) = (0_i64, 1, text.trim());
        loop {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"_${}#".contains(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at_checked(end)?;
            sum = sum.checked_add(sign * self.known_number(word)?)?;
            let behind = behind.trim_start();
            sign = match behind.chars().next() {
                None => return Some(sum),
                Some('+') => 1,
                Some('-') => -1,
                Some(_) => return None,
            };
            rest = behind.get(1..)?.trim_start();
        }
    }

    /// A number as it is written, or what a variable holds.
    fn known_number(&self, word: &str) -> Option<i64> {
        // `010` is eight.
        if word.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(word)
                .filter(|word| *word == "0" || !word.starts_with('0'))?
                .parse::<i32>()
                .ok()
                .map(i64::from);
        }
        let name = word.strip_prefix('$').unwrap_or(word);
        let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        let values = match name {
            "#" => self.positional(name),
            _ if is_name(name) => self.variable(name).or_itself().into_owned(),
            _ => return None,
        };
        match values.as_slice() {
            [one] => one.as_literal()?.parse::<i32>().ok().map(i64::from),
            _ => None,
        }
    }

    /// Whether two numbers compare so; `None` for an operator that compares none.
    pub(super) fn compares(&mut self, left: Span, operator: &str, right: Span, piece: &Piece) -> Option<bool> {
        let (left, right) = (self.number(left, piece), self.number(right, piece));
        let (left, right) = (left?, right?);
        // Whether all numbers of the left are below all of the right, and the other way round.
        let (below, above) = (left.end() < right.start(), left.start() > right.end());
        let (at_most, at_least) = (left.end() <= right.start(), left.start() >= right.end());
        let one = left.start() == left.end() && left == right;
        let of = |yes: bool, no: bool| if yes { Some(true) } else { no.then_some(false) };
        match operator {
            "-eq" | "==" | "=" => of(one, below || above),
            "-ne" | "!=" => of(below || above, one),
            "-lt" | "<" => of(below, at_least),
            "-le" | "<=" => of(at_most, above),
            "-gt" | ">" => of(above, at_most),
            "-ge" | ">=" => of(at_least, below),
            _ => None,
        }
    }

    /// `(( X ))`
    pub(super) fn is_not_nothing(&mut self, word: Span, piece: &Piece) -> Option<bool> {
        let number = self.number(word, piece)?;
        if number == (0..=0) { Some(false) } else { (!number.contains(&0)).then_some(true) }
    }

    /// The numbers that a word may be.
    fn number(&mut self, word: Span, piece: &Piece) -> Option<RangeInclusive<i64>> {
        let written = piece.text.get(word.start..word.end)?.trim_matches('"').to_owned();
        let values =
            if is_name(&written) { self.variable(&written).or_itself().into_owned() } else { self.expand(piece, word) };
        let numbers: Option<Vec<i64>> = values.iter().map(|value| value.as_literal()?.trim().parse().ok()).collect();
        if let Some(numbers) = numbers {
            return Some(*numbers.iter().min()?..=*numbers.iter().max()?);
        }
        // A length is unknown, but not nothing, where something is set.
        let name = written.strip_prefix("${#")?.strip_suffix('}').filter(|name| is_name(name))?;
        let values = self.variable(name).or_itself();
        let set = values.iter().all(|value| self.is_set(value) == Some(true));
        set.then_some(1..=i64::MAX)
    }
}
