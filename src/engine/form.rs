//! The form of a file of ours: its keys and the kinds of their values, each mistake told at its place.
//!
//! Typing comes after this and meets what only filled-in variables can get wrong.

use super::written::Wrong;
use crate::settings::nearest;
use crate::yaml::{Kind, Node};

/// The kind of a value.
pub enum Form {
    /// Read with its places elsewhere.
    Any,
    /// A text.
    Text,
    /// A text, or a list of them.
    Texts,
    /// A text, or such a map.
    TextOr(&'static Form),
    /// A whole number, not negative.
    Count,
    /// A turn: its number or its id.
    Turn,
    /// True or false.
    Flag,
    /// One of these.
    Word(&'static [&'static str]),
    /// A list of such values.
    List(&'static Form),
    /// A map with any key to such values.
    Each(&'static Form),
    /// A map of these keys.
    Map(&'static [Key]),
    /// Such a value, or nothing.
    Maybe(&'static Form),
}

/// A key of a map, whether it has to be there, and the kind of its value.
pub struct Key(&'static str, bool, Form);

/// A key that may be left out.
pub const fn may(name: &'static str, form: Form) -> Key {
    Key(name, false, form)
}

/// A key that has to be there.
pub const fn must(name: &'static str, form: Form) -> Key {
    Key(name, true, form)
}

/// The verdicts.
pub const VERDICT: Form = Form::Word(&["accepted", "refused", "incomplete"]);
/// What YAML an answer holds.
pub const YAML: Form = Form::Word(&["none", "fragment", "file", "flawed"]);
/// What a rule says.
pub const ANSWER: Form = Form::Word(&["holds", "violated", "cannot-tell"]);

/// What is wrong with the form of a file.
#[derive(Default)]
pub struct Mistakes {
    /// Each mistake at its place.
    pub found: Vec<Wrong>,
    /// Whether variables are filled in afterwards; what one stands for is known then.
    pub filled_in: bool,
}

impl Form {
    /// What is wrong with a value, `what` being what it is called.
    pub fn wrong(&self, node: Node<'_>, what: &str, out: &mut Mistakes) {
        if out.filled_in
            && node.text().is_some_and(|text| text.contains("${"))
            && !matches!(self, Self::Each(_) | Self::Map(_))
        {
            return;
        }
        let mut kind =
            |expected: &str| out.found.push((node.place(), format!("{what} is {}, not {expected}", is(node))));
        match self {
            Self::Maybe(form) if !node.is_null() => form.wrong(node, what, out),
            Self::Any | Self::Maybe(_) => {}
            Self::TextOr(form) if node.is_mapping() => form.wrong(node, what, out),
            Self::Text | Self::TextOr(_) if node.string().is_none() => kind("a text"),
            Self::Texts if node.is_sequence() => Self::List(&Self::Text).wrong(node, what, out),
            Self::Texts if node.string().is_none() => kind("a text or a list of texts"),
            Self::Count if node.integer().is_none_or(|number| number < 0) => kind("a whole number"),
            Self::Turn if node.integer().is_none_or(|number| number < 1) && node.string().is_none() => {
                kind("the number of a turn, from 1, or its id");
            }
            Self::Flag if node.boolean().is_none() => kind("true or false"),
            Self::Word(words) if node.text().is_none_or(|text| !words.contains(&text)) => {
                let near = node.text().and_then(|text| nearest(text, words.iter().copied()));
                let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
                kind(&format!("one of {}{near}", words.join(", ")));
            }
            Self::List(_) if !node.is_sequence() => kind("a list"),
            Self::List(form) => node.items().for_each(|item| form.wrong(item, &format!("an item of {what}"), out)),
            Self::Each(_) | Self::Map(_) if !node.is_mapping() => kind("a map"),
            Self::Each(form) => {
                node.entries().for_each(|entry| form.wrong(entry.value, &format!("`{}`", entry.name()), out));
            }
            Self::Map(keys) => map(keys, node, what, out),
            Self::Text | Self::TextOr(_) | Self::Texts | Self::Count | Self::Turn | Self::Flag | Self::Word(_) => {}
        }
    }
}

fn map(keys: &[Key], node: Node<'_>, what: &str, out: &mut Mistakes) {
    let known: Vec<&str> = keys.iter().map(|Key(name, ..)| *name).collect();
    let mut meant = Vec::new();
    for entry in node.entries() {
        match keys.iter().find(|Key(name, ..)| *name == entry.name()) {
            Some(Key(name, _, form)) => form.wrong(entry.value, &format!("`{name}`"), out),
            None => {
                let near = nearest(entry.name(), known.iter().copied());
                meant.extend(near);
                let next = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known are {}", known.join(", ")),
                };
                out.found.push((entry.key.place(), format!("{what} has no key `{}`; {next}", entry.name())));
            }
        }
    }
    // What is only misspelt is told once.
    let missing = keys.iter().filter(|Key(name, must, _)| *must && node.entry(name).is_none() && !meant.contains(name));
    out.found.extend(missing.map(|Key(name, ..)| (node.place(), format!("{what} lacks `{name}`"))));
}

/// What a value is, by its text where that is short.
fn is(node: Node<'_>) -> String {
    match (node.kind(), node.text()) {
        (Kind::String, Some(text)) if text.len() <= 40 && !text.contains('\n') => format!("`{text}`"),
        (Kind::Integer | Kind::Float | Kind::Boolean, Some(text)) => format!("{} (`{text}`)", node.kind().words()),
        (kind, _) => kind.words().to_owned(),
    }
}
