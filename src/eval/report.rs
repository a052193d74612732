//! What a run came to, and the exit code that it means.

use std::collections::BTreeSet;
use std::time::Duration;

use super::chosen::Chosen;
use super::score::CaseScore;
use super::shard::Shard;
use super::stamp::Stamp;
use super::summary::Summary;
use crate::engine::ScriptError;
use crate::text::{counted, words};

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One score a recording, in the order of suites, cases and paths.
    pub scores: Vec<CaseScore>,
    /// What is wrong with suites and prompt scripts, at its place; cases that it concerns were not run.
    pub problems: Vec<ScriptError>,
    /// The part of the recordings that was run, where it is a part.
    pub shard: Option<Shard>,
    /// What of the suites was to be judged.
    pub chosen: Chosen,
    /// What the run was made of; nothing in reports from before it was kept.
    pub stamp: Option<Stamp>,
    /// How long each recording was judged, in the order of the scores, as far as that was measured. Measured anew it is
    /// another time, so nothing is compared by it.
    pub times: Vec<Option<Duration>>,
    /// The suites' files as they were named, from the folder of the run; none for what is compiled in. `None` where the
    /// report does not say.
    pub files: Option<Vec<String>>,
}

impl Report {
    /// The numbers of all scores.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.scores)
    }

    /// Whether a recording is stale and left out for it.
    pub fn is_left_out(&self, score: &CaseScore) -> bool {
        self.chosen.leave_out_stale && score.stale
    }

    /// Tells the recordings that are left out and that nobody misses: another of their case could be judged. Of a part
    /// nobody can tell.
    pub(super) fn spared(&self) -> impl Fn(&CaseScore) -> bool {
        let judged: BTreeSet<(&str, &str)> =
            self.scores.iter().filter(|score| score.is_judged()).map(CaseScore::of_case).collect();
        move |score| self.is_left_out(score) && (self.shard.is_some() || judged.contains(&score.of_case()))
    }

    /// How many recordings could not be judged and are missed.
    pub fn undecided(&self) -> usize {
        let spared = self.spared();
        self.scores.iter().filter(|score| !score.is_judged() && !spared(score)).count()
    }

    /// Why nothing was judged, if nothing was and nothing else says so.
    pub fn nothing(&self) -> Option<String> {
        // A part may be empty where there are more parts than recordings.
        if !self.scores.is_empty() || !self.problems.is_empty() || self.shard.is_some() && !self.chosen.is_nothing() {
            return None;
        }
        let asked = self.chosen.filter.options();
        let cases = counted(self.chosen.left_out.len(), "case");
        Some(match self.chosen.left_out.len() {
            0 => "nothing was judged: the suites have no cases".to_owned(),
            _ => format!("nothing was judged: `{}` leaves none of {cases}", words(&asked)),
        })
    }

    /// What is to be known of a part that has no recording, where other parts have some.
    pub fn empty_part(&self) -> Option<String> {
        let shard = self.shard.filter(|_| self.scores.is_empty() && !self.chosen.is_nothing())?;
        let all = counted(self.chosen.elsewhere(), "recording");
        Some(format!("part {shard} has nothing to judge; other parts have {all}"))
    }

    /// The exit code of the contract: 1 a demand was not met, 2 a suite is wrong, 3 something could not be judged.
    pub fn exit_code(&self) -> u8 {
        let summary = self.summary();
        match () {
            () if summary.failed > 0 => 1,
            () if !self.problems.is_empty() => 2,
            () if self.undecided() > 0 => 3,
            () if summary.recordings == 0 && (self.shard.is_none() || self.chosen.is_nothing()) => 3,
            () => 0,
        }
    }
}
