//! Values with their origins, and the environment as a source of them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::CliError;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    User(String),
    Repository(String),
    Environment(&'static str),
    CommandLine(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::User(place) | Self::Repository(place) => f.write_str(place),
            Self::Environment(name) => write!(f, "environment: {name}"),
            Self::CommandLine(flag) => write!(f, "command line: {flag}"),
        }
    }
}

/// A value with its origin.
#[derive(Clone, Debug)]
pub(super) struct Held<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

impl<T> Held<T> {
    pub(super) fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }
}

/// The environment's variables, of which an empty one is as good as none.
pub(super) struct Environment<'e>(pub(super) &'e BTreeMap<String, String>);

impl Environment<'_> {
    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The first of some variables that is set.
    pub(super) fn text(&self, names: &[&'static str]) -> Option<Held<String>> {
        names.iter().find_map(|name| Some(Held::new(self.get(name)?.to_owned(), Origin::Environment(name))))
    }

    /// A number.
    pub(super) fn number<T: FromStr>(&self, name: &'static str, what: &str) -> Result<Option<Held<T>>, CliError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        match text.trim().parse() {
            Ok(value) => Ok(Some(Held::new(value, Origin::Environment(name)))),
            Err(_) => Err(CliError::usage(format!("{name} is not {what}"))),
        }
    }
}

/// The value of an option of the command line.
pub(super) fn flag<T>(value: Option<T>, name: &'static str) -> Option<Held<T>> {
    value.map(|value| Held::new(value, Origin::CommandLine(name)))
}

/// What is held, else a person's own value, else nothing.
pub(super) fn optional<T>(held: Option<Held<T>>, own: Option<T>, own_origin: Origin) -> Held<Option<T>> {
    match (held, own) {
        (Some(held), _) => Held::new(Some(held.value), held.origin),
        (None, Some(value)) => Held::new(Some(value), own_origin),
        (None, None) => Held::new(None, Origin::Default),
    }
}
