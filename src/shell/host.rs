//! What a script is run in: who answers for variables that it does not set, and for scripts that it calls.

use super::{Sought, Value};

/// What is known of a variable that the script did not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// One of these values.
    Known(Vec<Value>),
    /// This one, which may be empty.
    Handed(Value),
    /// Known to be unset or empty.
    Unset,
    /// Unknown: it stands for itself.
    Unknown,
    /// Its value is a symbol, and it is known to be set.
    Set,
}

/// The world around a script.
pub trait Host {
    /// A variable that the script itself does not set.
    fn variable(&self, name: &str) -> Lookup;

    /// Whether a value that is no literal equals a text or matches a pattern, where that can be told.
    fn compares(&self, value: &Value, pattern: &str) -> Option<bool>;

    /// Whether a value that is no literal is among the texts that are sought, where that can be told.
    fn finds(&self, _value: &Value, _sought: &Sought) -> Option<bool> {
        None
    }

    /// The text with which a variable surely begins.
    fn beginning(&self, _name: &str) -> String {
        String::new()
    }

    /// The text of a script of the repository by its path from there, where it is at hand.
    fn script(&mut self, path: &str) -> Option<String>;

    /// The names in a folder of the repository, in order; `None` where it is no folder at hand.
    fn list(&self, _folder: &str) -> Option<Vec<String>> {
        None
    }

    /// The shell text of a runner's target (`make image`, `npm run build`) in a folder of the repository, where the runner's
    /// file is at hand.
    fn target(&mut self, folder: &str, words: &[String]) -> Option<String>;
}
