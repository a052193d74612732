//! Characters that quotes keep from what they would mean: blanks at which no word is split, signs that are none of a pattern.
//!
//! While a word is put together each stands as a character of its own, from a range that nobody writes.

use std::borrow::Cow;

use memchr::memchr3;

use super::value::{Part, Value};

/// Where the range begins; a kept character stands as far behind it as its own number.
const FROM: u32 = 0xF0000;

/// How many characters can be kept: those of ASCII.
const COUNT: u32 = 0x80;

/// The first byte of all kept characters.
const FIRST_BYTE: u8 = 0xF3;

/// The signs of a shell pattern.
const SIGNS: &str = "*?[]\\(|)";

/// The blanks at which words are split where nothing else is said.
const BLANKS: &str = " \t\n";

/// What is kept while a text is expanded.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) enum Keeps {
    /// Nothing: quotes leave no trace.
    #[default]
    Nothing,
    /// Of a word, all that no expansion has brought without quotes: there it is not split. With the characters at which it
    /// would be, where `IFS` names them.
    Word(Option<Box<str>>),
    /// The same of the text behind `:-` or `:+`, which is split where it stands without quotes.
    Operand(Option<Box<str>>),
    /// Signs that stand in quotes in a pattern.
    Pattern,
}

impl Keeps {
    /// The characters that quotes keep.
    fn set(&self) -> &str {
        match self {
            Keeps::Nothing => "",
            Keeps::Word(separators) | Keeps::Operand(separators) => separators.as_deref().unwrap_or(BLANKS),
            Keeps::Pattern => SIGNS,
        }
    }

    /// What is kept of the text behind an operator within `${…}`.
    pub(super) fn of_operand(&self) -> Keeps {
        match self {
            Keeps::Word(separators) => Keeps::Operand(separators.clone()),
            other => other.clone(),
        }
    }

    /// Text in quotes.
    pub(super) fn quoted<'t>(&self, text: &'t str) -> Cow<'t, str> {
        kept(text, self.set())
    }

    /// Text that is written out, and stands in no quotes.
    pub(super) fn written<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self {
            // At blanks such a text has ended.
            Keeps::Word(Some(separators)) => kept(text, separators),
            _ => Cow::Borrowed(text),
        }
    }

    /// What an expansion in quotes has brought.
    pub(super) fn brought<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        let set = self.set();
        if !literals(value).any(|text| has_of(text, set)) {
            return Cow::Borrowed(value);
        }
        Cow::Owned(map(value, |text| kept(text, set)))
    }

    /// The fields into which a word is split.
    pub(super) fn fields(&self, value: Value) -> Vec<Value> {
        let set = self.set();
        if !literals(&value).any(|text| has_of(text, set)) {
            return if value.is_empty() { Vec::new() } else { vec![freed(value)] };
        }
        value.split_on(|c| set.contains(c)).into_iter().map(freed).collect()
    }
}

/// A pattern in which all signs are kept: a plain text.
pub(super) fn plain(value: &Value) -> Value {
    Keeps::Pattern.brought(value).into_owned()
}

/// Whether something in a text is kept.
pub(super) fn holds_kept(text: &str) -> bool {
    text.bytes().any(|byte| byte == FIRST_BYTE) && text.chars().any(|c| original(c).is_some())
}

/// A text in which each character that a pattern keeps is kept, too, so that the two can be compared.
pub(super) fn as_kept(text: &str) -> Cow<'_, str> {
    kept(text, SIGNS)
}

/// A text with what was kept as it is written.
pub(super) fn freed_text(text: &str) -> Cow<'_, str> {
    if !holds_kept(text) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| original(c).unwrap_or(c)).collect())
}

/// A value with what was kept as it is written.
fn freed(value: Value) -> Value {
    if literals(&value).any(holds_kept) { map(&value, freed_text) } else { value }
}

/// The same of several.
pub(super) fn freed_all(values: &[Value]) -> Vec<Value> {
    values.iter().cloned().map(freed).collect()
}

fn literals(value: &Value) -> impl Iterator<Item = &str> {
    value.parts().iter().filter_map(|part| match part {
        Part::Literal(text) => Some(text.as_str()),
        Part::Symbol(_) => None,
    })
}

fn map(value: &Value, change: impl Fn(&str) -> Cow<'_, str>) -> Value {
    Value::from_parts(value.parts().iter().map(|part| match part {
        Part::Literal(text) => Part::Literal(change(text).into_owned()),
        Part::Symbol(_) => part.clone(),
    }))
}

fn kept<'t>(text: &'t str, set: &str) -> Cow<'t, str> {
    if !has_of(text, set) {
        return Cow::Borrowed(text);
    }
    let keep = |c: char| if set.contains(c) { char::from_u32(FROM + u32::from(c)).unwrap_or(c) } else { c };
    Cow::Owned(text.chars().map(keep).collect())
}

/// Whether a text has one of a set of characters.
fn has_of(text: &str, set: &str) -> bool {
    match set.as_bytes() {
        [] => false,
        // Blanks, which most sets are.
        [one, two, three] if set.is_ascii() => memchr3(*one, *two, *three, text.as_bytes()).is_some(),
        _ => text.contains(|c| set.contains(c)),
    }
}

/// The character for which a kept one stands.
fn original(c: char) -> Option<char> {
    u32::from(c).checked_sub(FROM).filter(|code| *code < COUNT).and_then(char::from_u32)
}
