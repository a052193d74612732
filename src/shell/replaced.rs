//! `${x/a/b}`, `${x//a/b}`, `${x/#a/b}` and `${x/%a/b}`.

use super::bounds::past;
use super::expansion::unfollowed;
use super::glob::{glob, is_text};
use super::interpret::Interpreter;
use super::kept::{as_kept, freed_text};
use super::piece::Piece;
use super::value::{Value, join};
use crate::yaml::Span;

/// The longest text in which something is replaced, and in which a pattern is looked for: from each place to each one, in bytes.
const LONGEST: usize = 1 << 12;
const MATCHED: usize = 48;

/// The longest text that is put in the place of others, in bytes.
const LONGEST_PUT: usize = 1 << 8;

/// What is put in the place of what.
pub(super) struct Replacement {
    /// Whether all places are meant, and not the first.
    all: bool,
    anchor: Option<Anchor>,
    /// The pattern and what comes in its place, where each is one.
    pair: Option<(Value, Value)>,
    /// As it is written, operator and all.
    written: String,
}

/// Where alone a pattern is looked for.
#[derive(Clone, Copy, PartialEq)]
enum Anchor {
    Start,
    End,
}

impl Interpreter<'_> {
    pub(super) fn replacement(&mut self, operator: &str, piece: &Piece, operand: Span) -> Replacement {
        let text = piece.text.clone();
        let raw = text.get(operand.start..operand.end).unwrap_or("");
        let all = operator == "//";
        let anchor = match raw.as_bytes().first() {
            Some(b'#') if !all => Some(Anchor::Start),
            Some(b'%') if !all => Some(Anchor::End),
            _ => None,
        };
        let from = usize::from(anchor.is_some());
        let between = separator(raw, from, anchor.is_some());
        let end = between.unwrap_or(raw.len());
        let patterns = self.expand_pattern(piece, Span::new(operand.start + from, operand.start + end));
        let behind = Span::new((operand.start + end + 1).min(operand.end), operand.end);
        let withs = if between.is_some() { self.expand(piece, behind) } else { vec![Value::default()] };
        let pair = match (patterns.as_slice(), withs.as_slice()) {
            ([pattern], [with]) => Some((pattern.clone(), with.clone())),
            _ => None,
        };
        // One spelling for the same, however it is quoted.
        let texts = pair.as_ref().and_then(|(pattern, with)| Some((pattern.as_literal()?, with.as_literal()?)));
        let written = texts.map_or_else(
            || format!("{operator}{raw}"),
            |(pattern, with)| {
                format!("{operator}{}{}/{with}", raw.get(..from).unwrap_or(""), slashed(&freed_text(pattern)))
            },
        );
        Replacement { all, anchor, pair, written }
    }

    pub(super) fn replace(&self, value: &Value, replacement: &Replacement) -> Value {
        let how = || unfollowed(value, &replacement.written);
        let Some((pattern, with)) = &replacement.pair else { return how() };
        // A long text in many places makes any amount of text.
        if with.to_string().len() > LONGEST_PUT {
            return how();
        }
        // `&` is what was found.
        let Some(pattern) = pattern.as_literal().filter(|_| !with.literal_contains("&")) else { return how() };
        match replacement.anchor {
            Some(Anchor::Start) if pattern.is_empty() => return join([with, value], ""),
            Some(Anchor::End) if pattern.is_empty() => return join([value, with], ""),
            None if pattern.is_empty() => return value.clone(),
            _ => {}
        }
        match value.as_literal() {
            Some(text) if text.len() <= if is_text(pattern) { LONGEST } else { MATCHED } => {
                replacement.in_text(text, pattern, with)
            }
            Some(_) => how(),
            None => self.replaced_in_unknown(value, pattern, with, replacement).unwrap_or_else(how),
        }
    }

    /// What is replaced in what is known of a text.
    fn replaced_in_unknown(&self, value: &Value, pattern: &str, with: &Value, how: &Replacement) -> Option<Value> {
        if how.all || how.anchor == Some(Anchor::End) || !is_text(pattern) {
            return None;
        }
        let pattern = freed_text(pattern);
        if let Some(replaced) = with
            .as_literal()
            .and_then(|with| self.replaced_at_start(value, &pattern, with, how.anchor == Some(Anchor::Start)))
        {
            return Some(replaced);
        }
        // `${TAG/release-/}` is one more way to write `${TAG#release-}`.
        (with.is_empty() && pattern.ends_with('-') && pattern.len() > 1)
            .then(|| self.trim(value, "#", &Value::literal(pattern)))
    }
}

/// A pattern as it is written, whose slashes do not end it.
fn slashed(pattern: &str) -> String {
    pattern.replace('/', "\\/")
}

impl Replacement {
    /// One text for another, everywhere, at the first place, or only where it begins the whole.
    pub(super) fn of_text(from: &str, to: &str, all: bool, first: bool) -> Self {
        let operator = if all { "//" } else { "/" };
        let anchor = first.then_some(Anchor::Start);
        let written = format!("{operator}{}{}/{to}", if first { "#" } else { "" }, slashed(from));
        Self { all, anchor, pair: Some((Value::literal(&*as_kept(from)), Value::literal(to))), written }
    }

    fn in_text(&self, text: &str, pattern: &str, with: &Value) -> Value {
        let plain = is_text(pattern).then(|| freed_text(pattern));
        let mut replaced = Value::default();
        let between = |from: usize, at: usize| Value::literal(text.get(from..at).unwrap_or(""));
        let (mut from, mut at) = (0, 0);
        while at <= text.len() {
            let may_begin = self.anchor != Some(Anchor::Start) || at == 0;
            let may_end = |end: &usize| self.anchor != Some(Anchor::End) || *end == text.len();
            let found = match &plain {
                _ if !may_begin => None,
                Some(plain) => {
                    let begins = text.get(at..).is_some_and(|rest| rest.starts_with(&**plain));
                    Some(at + plain.len()).filter(|end| begins && may_end(end))
                }
                None => {
                    let ends = text.char_indices().map(|(end, _)| end).chain([text.len()]).rev();
                    let mut ends = ends.take_while(|end| *end > at).filter(may_end);
                    ends.find(|end| glob(pattern, text.get(at..*end).unwrap_or("")))
                }
            };
            if let Some(end) = found {
                replaced.extend(&between(from, at));
                replaced.extend(with);
                (from, at) = (end, end);
                if !self.all {
                    break;
                }
            } else {
                at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            }
        }
        replaced.extend(&between(from, text.len()));
        replaced
    }
}

/// Where the pattern ends: at the first `/` outside quotes and expansions, behind its first character unless it `may_be_empty`.
fn separator(raw: &str, from: usize, may_be_empty: bool) -> Option<usize> {
    let bytes = raw.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        if bytes[at] == b'/' && (at > from || may_be_empty) {
            return Some(at);
        }
        at = past(raw, at);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_slash_in_a_pattern_is_shown_behind_a_backslash() {
        let due = ["p ${X//\\//-}"];
        assert_eq!(run("p ${X//\\//-}"), due);
        assert_eq!(run("p ${X////-}"), due);
    }

    #[test]
    fn a_text_is_replaced_as_the_shell_does() {
        for (form, due) in [
            ("${x////-}", "a-b-c.d"),
            ("${x//\\//-}", "a-b-c.d"),
            ("${x/\\//-}", "a-b/c.d"),
            ("${x//[\\/.]/-}", "a-b-c-d"),
            ("${x/%.d/.e}", "a/b/c.e"),
            ("${x/%c/q}", "a/b/c.d"),
            ("${x/%/-s}", "a/b/c.d-s"),
            ("${x/#/s-}", "s-a/b/c.d"),
            ("${x/#a/q}", "q/b/c.d"),
            ("${x/#b/q}", "a/b/c.d"),
            ("${x/b*/q}", "a/q"),
            ("${x//\"/\"/$y}", "azbzc.d"),
            ("${x/b}", "a//c.d"),
            ("${x//$z/-}", "a-b-c.d"),
            ("${x/q/r}", "a/b/c.d"),
            ("${x//\"*\"/-}", "a/b/c.d"),
        ] {
            assert_eq!(run(&format!("x=a/b/c.d; y=z; z=/; p {form}")), [format!("p {due}")], "{form}");
        }
        assert_eq!(run("x=a-b; p ${x/-/} ${x/-} ${x//-}"), ["p ab ab ab"]);
        assert_eq!(
            run("p ${BITBUCKET_TAG/rc-/v} ${BITBUCKET_COMMIT/a/b}"),
            ["p v${BITBUCKET_TAG#rc-} ${BITBUCKET_COMMIT/a/b}"]
        );
    }
}
