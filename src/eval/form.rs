//! The form of a suite: its keys and the kinds of their values, each mistake told at its place.
//!
//! Typing comes after this and meets what only filled-in variables can get wrong.

use super::variables::Wrong;
use crate::yaml::{Kind, Node};

/// The kind of a value.
pub(super) enum Form {
    /// Read with its places elsewhere.
    Any,
    /// A text.
    Text,
    /// A text, or a list of them.
    Texts,
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
pub(super) struct Key(&'static str, bool, Form);

const fn may(name: &'static str, form: Form) -> Key {
    Key(name, false, form)
}

const fn must(name: &'static str, form: Form) -> Key {
    Key(name, true, form)
}

/// A suite; its cases are looked at one by one.
pub(super) static SUITE: Form = Form::Map(&[
    must("name", Form::Text),
    may("description", Form::Text),
    may("variables", Form::Any),
    must("cases", Form::List(&Form::Any)),
]);

/// A case.
pub(super) static CASE: Form = Form::Map(&[
    must("name", Form::Text),
    may("script", Form::Maybe(&Form::Text)),
    must("recordings", Form::List(&Form::Text)),
    may("settings", Form::Any),
    may("variables", Form::Any),
    may("matrix", Form::Any),
    may("tags", Form::List(&Form::Text)),
    may("expect", EXPECT),
]);

const VERDICT: Form = Form::Word(&["accepted", "refused", "incomplete"]);
const YAML: Form = Form::Word(&["none", "fragment", "file", "flawed"]);
const ANSWER: Form = Form::Word(&["holds", "violated", "cannot-tell"]);

const EXPECT: Form = Form::Map(&[
    may("final", Form::Maybe(&VERDICT)),
    may("by-turn", Form::Maybe(&Form::Turn)),
    may("verdicts", Form::Each(&VERDICT)),
    may("yaml", Form::Each(&YAML)),
    may("never", Form::List(&Form::Text)),
    may("rules", Form::Each(&ANSWER)),
    may("plans", Form::Each(&PLAN)),
    may("text", Form::Each(&Form::Map(&[may("reply", TEXT), may("file", TEXT)]))),
    may("file", Form::Maybe(&FILE)),
    may("turns", Form::Maybe(&Form::Count)),
    may("repairs", Form::Maybe(&Form::Count)),
    may("tokens", Form::Maybe(&Form::Count)),
    may("drift", Form::Maybe(&Form::Count)),
]);

const TEXT: Form =
    Form::Map(&[may("contains", Form::Texts), may("not-contains", Form::Texts), may("matches", Form::Texts)]);

const FILE: Form = Form::Map(&[
    may("contains", Form::Texts),
    may("not-contains", Form::Texts),
    may("matches", Form::Texts),
    may("equals", Form::Maybe(&Form::Text)),
    may("same-as-accepted", Form::Flag),
]);

const PLAN: Form = Form::Map(&[
    may("pipeline", Form::Maybe(&Form::Text)),
    may("gate-before", Form::Texts),
    may("no-gate-before", Form::Texts),
    may("deploys-to", Form::Maybe(&Form::List(&Form::Text))),
    may("builds", Form::Maybe(&Form::Flag)),
    may("retags", Form::Maybe(&Form::Flag)),
]);

impl Form {
    /// What is wrong with a value, `what` being what it is called.
    pub(super) fn wrong(&self, node: Node<'_>, what: &str, out: &mut Vec<Wrong>) {
        // What a variable stands for is known when it is filled in.
        if node.text().is_some_and(|text| text.contains("${")) && !matches!(self, Self::Each(_) | Self::Map(_)) {
            return;
        }
        let mut kind = |expected: &str| out.push((node.place(), format!("{what} is {}, not {expected}", is(node))));
        match self {
            Self::Maybe(form) if !node.is_null() => form.wrong(node, what, out),
            Self::Any | Self::Maybe(_) => {}
            Self::Text if node.string().is_none() => kind("a text"),
            Self::Texts if node.is_sequence() => Self::List(&Self::Text).wrong(node, what, out),
            Self::Texts if node.string().is_none() => kind("a text or a list of texts"),
            Self::Count if node.integer().is_none_or(|number| number < 0) => kind("a whole number"),
            Self::Turn if node.integer().is_none_or(|number| number < 1) && node.string().is_none() => {
                kind("the number of a turn, from 1, or its id");
            }
            Self::Flag if node.boolean().is_none() => kind("true or false"),
            Self::Word(words) if node.text().is_none_or(|text| !words.contains(&text)) => {
                let near = node.text().and_then(|text| nearest(text, words));
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
            Self::Text | Self::Texts | Self::Count | Self::Turn | Self::Flag | Self::Word(_) => {}
        }
    }
}

fn map(keys: &[Key], node: Node<'_>, what: &str, out: &mut Vec<Wrong>) {
    let known: Vec<&str> = keys.iter().map(|Key(name, ..)| *name).collect();
    let mut meant = Vec::new();
    for entry in node.entries() {
        match keys.iter().find(|Key(name, ..)| *name == entry.name()) {
            Some(Key(name, _, form)) => form.wrong(entry.value, &format!("`{name}`"), out),
            None => {
                let near = nearest(entry.name(), &known);
                meant.extend(near);
                let next = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known are {}", known.join(", ")),
                };
                out.push((entry.key.place(), format!("{what} has no key `{}`; {next}", entry.name())));
            }
        }
    }
    // What is only misspelt is told once.
    let missing = keys.iter().filter(|Key(name, must, _)| *must && node.entry(name).is_none() && !meant.contains(name));
    out.extend(missing.map(|Key(name, ..)| (node.place(), format!("{what} lacks `{name}`"))));
}

/// What a value is, by its text where that is short.
fn is(node: Node<'_>) -> String {
    match (node.kind(), node.text()) {
        (Kind::String, Some(text)) if text.len() <= 40 && !text.contains('\n') => format!("`{text}`"),
        (Kind::Integer | Kind::Float | Kind::Boolean, Some(text)) => format!("{} (`{text}`)", node.kind().words()),
        (kind, _) => kind.words().to_owned(),
    }
}

/// The word that was probably meant.
pub(super) fn nearest<'w>(word: &str, words: &[&'w str]) -> Option<&'w str> {
    let word = word.to_lowercase().replace('_', "-");
    let near = words.iter().map(|known| (strsim::damerau_levenshtein(&word, known), *known)).min();
    near.filter(|(distance, _)| *distance <= (word.chars().count() / 3).max(1)).map(|(_, known)| known)
}
