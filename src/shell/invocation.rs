//! A simple command after expansion.

use std::borrow::Cow;

use super::choice::one_of;
use super::container::Container;
use super::piece::{Piece, Place};
use super::value::Value;
use crate::yaml::Span;

/// A word of a command.
#[derive(Clone, Debug)]
pub struct Word {
    /// What it may be; never empty.
    pub values: Vec<Value>,
    /// Where it is written.
    pub place: Place,
    /// Whether quotes are part of its writing.
    pub quoted: bool,
    pub(super) origin: Option<(Piece, Span)>,
}

impl Word {
    /// The value, where there is one only.
    pub fn one(&self) -> Option<Value> {
        match self.values.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The value, or one of them, with what they have in common written once. Of a word that may be missing it is what it is where it is there.
    pub fn value(&self) -> Cow<'_, Value> {
        if let [one] = self.values.as_slice() {
            return Cow::Borrowed(one);
        }
        let there: Vec<&Value> = self.values.iter().filter(|value| self.quoted || !value.is_empty()).collect();
        if let [one] = there.as_slice() {
            return Cow::Borrowed(one);
        }
        Cow::Owned(one_of(&there))
    }

    /// Whether there may be no such word: an expansion that is not quoted and may be empty.
    pub fn may_be_missing(&self) -> bool {
        !self.quoted && self.values.iter().any(Value::is_empty)
    }

    /// The value as it is shown.
    pub fn shown(&self) -> String {
        self.literal().map_or_else(|| self.value().to_string(), str::to_owned)
    }

    /// The text, where it is known.
    pub fn literal(&self) -> Option<&str> {
        match self.values.as_slice() {
            [one] => one.as_literal(),
            _ => None,
        }
    }
}

/// What a command reads.
#[derive(Clone, Debug, Default)]
pub enum Stdin {
    /// Nothing that is known.
    #[default]
    Unknown,
    /// A here-document; `expanded` where its variables are replaced before it is sent.
    Document {
        /// Its text.
        piece: Piece,
        /// Whether the delimiter is unquoted.
        expanded: bool,
    },
    /// Text that another command printed.
    Text(Vec<Value>),
    /// A file.
    File(String),
    /// A file of the repository as it is kept there, with what was filled in on the way.
    Edited(Value),
    /// Images that `docker save` names with these words, packed or not.
    Saved(Vec<Word>),
}

/// What a command that takes manifests has to read.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    /// Its input after expansion, where that is known.
    pub input: Option<Value>,
    /// The words that name a file or a folder which the script wrote or changed, with what stands there; `None` where that
    /// can't be told.
    pub written: Vec<(String, Option<Value>)>,
    /// The folder in which it runs, seen from the checkout; `None` where it can't be told or is on another machine.
    pub folder: Option<String>,
}

/// A path without its folder; told byte by byte, since it is asked of each command many times.
pub(super) fn base(path: &str) -> &str {
    let from = path.bytes().rposition(|byte| byte == b'/').map_or(0, |slash| slash + 1);
    path.get(from..).unwrap_or(path)
}

/// A simple command after expansion.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Its words, the name first.
    pub words: Vec<Word>,
    /// The assignments before it.
    pub assignments: Vec<(String, Vec<Value>)>,
    /// Where it is written.
    pub place: Place,
    /// Whether nothing that can't be decided stands before it.
    pub certain: bool,
    /// Whether it hangs on what a loop has set that is not followed to its end.
    pub untold: bool,
    /// The way through branches that can't be decided; commands of one way run together.
    pub way: usize,
    /// Where the commands are that have failed where this one is reached.
    pub failed: Vec<Place>,
    /// The functions through which it was reached, outermost first.
    pub calls: Vec<String>,
    /// The machine on which it runs, where that is another one.
    pub remote: Option<Value>,
    /// The container in which its shell runs, where that is one.
    pub container: Option<Container>,
    /// Whether its input is another command's output.
    pub piped_from: bool,
    /// Whether its output goes into another command or a file.
    pub redirected: bool,
    /// What it reads.
    pub stdin: Stdin,
    /// What it has to read, for commands that take manifests.
    pub reads: Reads,
}

impl Invocation {
    /// The command's name without its folder.
    pub fn name(&self) -> Option<&str> {
        Some(base(self.words.first()?.literal()?))
    }
}
