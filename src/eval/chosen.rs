//! What of the suites was to be judged: without it nobody can tell what is gone from what was left out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::score::CaseScore;

/// What was chosen of the suites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Chosen {
    /// Which cases were asked for.
    pub filter: Filter,
    /// The cases that are there and were not asked for: suite and case.
    pub left_out: BTreeSet<(String, String)>,
    /// Whether stale recordings are told and left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leave_out_stale: bool,
    /// The recordings that other parts of the run judge, by the names of their scores. The parts put together have none.
    #[serde(skip)]
    pub(super) elsewhere: BTreeSet<String>,
}

impl Chosen {
    /// Whether every case was asked for.
    pub(super) fn is_all(&self) -> bool {
        self.filter == Filter::default()
    }

    /// Whether nothing else than everything was asked for.
    pub(super) fn is_plain(&self) -> bool {
        self.is_all() && !self.leave_out_stale
    }

    /// Whether, where this part judges nothing, no other part does either.
    pub(super) fn is_nothing(&self) -> bool {
        self.elsewhere.is_empty()
    }

    /// How many recordings other parts of the run judge.
    pub(super) fn elsewhere(&self) -> usize {
        self.elsewhere.len()
    }

    /// Whether a score from before would be there now if its recording were.
    pub(super) fn takes(&self, before: &CaseScore) -> bool {
        // Tags of a case that is gone are not known; by its name alone it may have been left out.
        let known = (before.suite.clone(), before.case.clone());
        let left_out = self.left_out.contains(&known) || !self.filter.takes(&before.case, &[]);
        let chosen = self.is_all() || !left_out;
        chosen && !self.elsewhere.contains(&before.name())
    }
}
