//! A turn as a suite names it: by its number, or by its id in the prompt script.

use std::fmt;

use serde::Deserialize;

use super::score::TurnScore;

/// A turn by its number, from 1, or by its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "Written")]
pub enum TurnName {
    /// The number.
    Number(usize),
    /// The id; of a conversation without a script `turn-N`.
    Id(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(usize),
    Text(String),
}

impl From<Written> for TurnName {
    fn from(written: Written) -> Self {
        match written {
            Written::Number(number) => Self::Number(number),
            // A key in quotes is the same key.
            Written::Text(text) => text.parse().map_or(Self::Id(text), Self::Number),
        }
    }
}

impl TurnName {
    /// As it is written.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Id(id) => id.clone(),
        }
    }

    /// Its number among the turns that were played. A number that is none of them stays what it is.
    pub(super) fn number(&self, turns: &[TurnScore]) -> Option<usize> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Id(id) => turns.iter().find(|turn| turn.id == *id).map(|turn| turn.turn),
        }
    }
}

impl fmt::Display for TurnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Id(id) => write!(f, "`{id}`"),
        }
    }
}
