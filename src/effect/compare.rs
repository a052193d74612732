//! Whether two texts are the same, as far as that can be told.

use super::lasting::{Lasting, lasting};
use super::reference::{holds_for_all, is_slug};
use crate::shell::{Part, Symbol, SymbolKind, Value};

/// What comparing two references gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// They are the same.
    Same,
    /// They differ.
    Different,
    /// An unknown stands between.
    CannotTell,
}

/// Whether runs of different events have different values of it.
fn differs(symbol: &Symbol) -> bool {
    matches!(lasting(symbol), Lasting::Run | Lasting::Event)
}

/// Whether it can't be told if another run has the same: a step hands it on, or it is asked of what may have changed.
pub(super) fn may_change(value: &Value) -> bool {
    is_handed(value) || value.symbols().any(|symbol| lasting(symbol) == Lasting::Unknown)
}

/// Names that would need a larger table than this are no names that anyone can tell apart.
const LARGEST_TABLE: usize = 1 << 20;

/// Compares two texts. `across` tells that they stand in runs of different events. What may be one of several is the same as
/// another only where both are one choice, and differs where all that it may be differs.
pub fn compare(left: &Value, right: &Value, across: bool) -> Comparison {
    let answer = compare_whole(left, right, across);
    if answer == Comparison::Different || !(left.is_choice() || right.is_choice()) {
        return answer;
    }
    let (ours, theirs) = (left.alternatives(), right.alternatives());
    if left == right {
        let mut answers = ours.iter().map(|value| compare_whole(value, value, across));
        let Some(first) = answers.next() else { return Comparison::CannotTell };
        return if answers.all(|answer| answer == first) { first } else { Comparison::CannotTell };
    }
    let differ =
        |one: &Value| holds_for_all(&theirs, |other| compare_whole(one, other, across) == Comparison::Different);
    if holds_for_all(&ours, differ) { Comparison::Different } else { Comparison::CannotTell }
}

fn compare_whole(left: &Value, right: &Value, across: bool) -> Comparison {
    let per_run = |value: &Value| value.symbols().any(differs);
    if left == right {
        if across && per_run(left) {
            return Comparison::Different;
        }
        // Steps of another run hand on what they made of another event.
        if across && may_change(left) {
            return Comparison::CannotTell;
        }
        let printed = left.symbols().any(|symbol| symbol.kind == SymbolKind::Opaque);
        return if printed { Comparison::CannotTell } else { Comparison::Same };
    }
    // Most pairs differ in what is written out; only the others are worth the table.
    let (first, second) = (left.literal_prefix(), right.literal_prefix());
    if !first.starts_with(second) && !second.starts_with(first) {
        return Comparison::Different;
    }
    if let (Some(_), Some(_)) = (left.as_literal(), right.as_literal()) {
        return Comparison::Different;
    }
    let blurred = blurred(left, right);
    let (mut left, mut right) = (tokens(left, across, 'l', &blurred), tokens(right, across, 'r', &blurred));
    // A tag is a text that somebody chose: `release-$VERSION` may be it.
    let has_any = |tokens: &[Token]| tokens.iter().any(|token| matches!(token, Token::Any(_)));
    match (has_any(&left), has_any(&right)) {
        (true, false) => loosen(&mut right),
        (false, true) => loosen(&mut left),
        _ => {}
    }
    let equal_start = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[equal_start..], &right[equal_start..]);
    let equal_end = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[..left.len() - equal_end], &right[..right.len() - equal_end]);
    if left.len().saturating_mul(right.len()) > LARGEST_TABLE || unify(left, right) {
        Comparison::CannotTell
    } else {
        Comparison::Different
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// A character.
    Char(char),
    /// An unknown that equals itself only.
    Fixed(String),
    /// An unknown that may be anything; equal ones are the same.
    Any(String),
}

/// The variables of which a cut stands in the one text or the other that can't be measured: it may be as long as any.
fn blurred(left: &Value, right: &Value) -> Vec<String> {
    let symbols = left.symbols().chain(right.symbols());
    symbols
        .filter(|symbol| symbol.kind == SymbolKind::Variable && !is_measured(symbol))
        .map(|symbol| symbol.name.clone())
        .collect()
}

/// Whether it is whole, or has lost a known beginning, or is so many characters of a commit.
fn is_measured(symbol: &Symbol) -> bool {
    let cut = symbol.cut.as_str();
    let start =
        cut.strip_prefix('#').is_some_and(|text| !text.contains(|c: char| "*?[#\\".contains(c) || c.is_control()));
    let length = cut.strip_prefix("::").is_some_and(|count| count.parse::<usize>().is_ok());
    cut.is_empty() || start || length && symbol.name == "BITBUCKET_COMMIT"
}

fn tokens(value: &Value, across: bool, side: char, blurred: &[String]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for part in value.parts() {
        match part {
            Part::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
            Part::Symbol(symbol) => {
                let bitbucket = symbol.kind == SymbolKind::Variable && symbol.name.starts_with("BITBUCKET_");
                let may_differ = |value: &Value| value.symbols().any(differs);
                let own = across && (differs(symbol) || symbol.choices().iter().any(may_differ));
                let name = if own { format!("{symbol}{side}") } else { symbol.to_string() };
                let fixed = bitbucket && !is_slug(&symbol.name) && !blurred.contains(&symbol.name);
                tokens.push(if fixed { Token::Fixed(name) } else { Token::Any(name) });
            }
        }
    }
    tokens
}

/// Makes the name of a tag an unknown that may be anything.
fn loosen(tokens: &mut [Token]) {
    for token in tokens {
        if let Token::Fixed(name) = token
            && name.starts_with("$BITBUCKET_TAG")
        {
            *token = Token::Any(std::mem::take(name));
        }
    }
}

/// Whether some text for the unknowns makes both sides equal.
fn unify(left: &[Token], right: &[Token]) -> bool {
    let any = |token: &Token| matches!(token, Token::Any(_));
    let mut row = vec![false; right.len() + 1];
    row[0] = true;
    for index in 0..right.len() {
        row[index + 1] = row[index] && any(&right[index]);
    }
    for token in left {
        let mut next = vec![false; right.len() + 1];
        next[0] = row[0] && any(token);
        for index in 0..right.len() {
            let other = &right[index];
            next[index + 1] = if any(token) || any(other) {
                row[index]
                    || (any(token) && next[index])
                    || (any(token) && row[index + 1])
                    || (any(other) && next[index])
                    || (any(other) && row[index + 1])
            } else {
                row[index] && token == other
            };
        }
        row = next;
    }
    row[right.len()]
}

/// Whether a step of the run hands on a part of it that is not followed.
fn is_handed(value: &Value) -> bool {
    value.symbols().any(|symbol| symbol.kind == SymbolKind::Handed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_may_be_what_begins_as_it_and_holds_an_unknown() {
        let after = |begin: &str, variable: &str| {
            let mut value = Value::literal(begin);
            value.extend(&Value::variable(variable));
            value
        };
        let (tag, version) = (Value::variable("BITBUCKET_TAG"), after("release-", "VERSION"));
        assert_eq!(compare(&tag, &version, false), Comparison::CannotTell);
        assert_eq!(compare(&version, &tag, false), Comparison::CannotTell);
        assert_eq!(compare(&tag, &Value::literal("release-1"), false), Comparison::Different);
        assert_eq!(compare(&tag, &after("v", "BITBUCKET_COMMIT"), false), Comparison::Different);
        assert_eq!(compare(&after("app-", "BITBUCKET_TAG"), &version, false), Comparison::Different);
    }

    #[test]
    fn a_choice_is_itself_and_differs_where_all_that_it_may_be_differs() {
        let registry = || Value::one_of(vec![Value::variable("REGISTRY"), Value::literal("acme.example")]);
        let image = |value: Value, rest: &str| {
            let mut value = value;
            value.push_literal(rest);
            value
        };
        let chosen = image(registry(), "/kite");
        assert_eq!(compare(&chosen, &image(registry(), "/kite"), true), Comparison::Same);
        assert_eq!(compare(&chosen, &image(registry(), "/kites"), true), Comparison::Different);
        assert_eq!(compare(&chosen, &Value::literal("acme.example/kite"), true), Comparison::CannotTell);
        assert_eq!(compare(&chosen, &Value::literal("acme.example/owl"), true), Comparison::Different);
        // A choice that one run makes says nothing of another run's.
        let own = Value::one_of(vec![Value::variable("BITBUCKET_TAG"), Value::literal("stable")]);
        assert_eq!(compare(&own, &own, false), Comparison::Same);
        assert_eq!(compare(&own, &own, true), Comparison::CannotTell);
    }
}
