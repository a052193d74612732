//! A part of the recordings, so that a large suite spreads over the parallel steps of a CI.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Every so-and-so-many-th recording: neighbours cost alike, so the parts are of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Which part, from 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

impl Shard {
    /// Whether the recording at an index, from 0, belongs to it.
    pub(super) fn takes(self, index: usize) -> bool {
        index % self.of == self.number - 1
    }

    /// The part that Bitbucket's parallel steps mean: their variables count from 0. `None` outside of one.
    ///
    /// # Errors
    /// The variables hold no such numbers, or one of them is missing, in words.
    pub fn of_steps(step: Option<&str>, count: Option<&str>) -> Result<Option<Self>, String> {
        let (step, count) = match (step, count) {
            (Some(step), Some(count)) => (step, count),
            (None, None) => return Ok(None),
            // Half of it would mean everything, once for each step.
            (Some(_), None) => {
                return Err("BITBUCKET_PARALLEL_STEP is set, and BITBUCKET_PARALLEL_STEP_COUNT is not".to_owned());
            }
            (None, Some(_)) => {
                return Err("BITBUCKET_PARALLEL_STEP_COUNT is set, and BITBUCKET_PARALLEL_STEP is not".to_owned());
            }
        };
        let number: Option<usize> = step.parse().ok();
        let shard = number.and_then(|number| format!("{}/{count}", number.checked_add(1)?).parse().ok());
        let wrong =
            || format!("BITBUCKET_PARALLEL_STEP `{step}` of BITBUCKET_PARALLEL_STEP_COUNT `{count}` is no part");
        shard.ok_or_else(wrong).map(Some)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(format!("`{text}` is no part: write K/N, as in 1/4, or `auto`")),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_and_cover_everything_once() {
        for wrong in ["", "1", "0/4", "5/4", "a/4", "1/0", "-1/4"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
        let parts: Vec<Shard> = (1..=3).map(|number| format!("{number}/3").parse().unwrap()).collect();
        for index in 0..20 {
            assert_eq!(parts.iter().filter(|part| part.takes(index)).count(), 1);
        }
        assert_eq!(Shard::of_steps(Some("0"), Some("4")), Ok(Some(Shard { number: 1, of: 4 })));
        assert_eq!(Shard::of_steps(None, None), Ok(None));
        assert!(Shard::of_steps(None, Some("4")).is_err() && Shard::of_steps(Some("0"), None).is_err());
        assert!(Shard::of_steps(Some("4"), Some("4")).is_err());
    }
}
