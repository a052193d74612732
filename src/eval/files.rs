//! What each file of a turn came to: a change of settings may show in one that is not the best.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::engine::{Conversation, Revision};
use crate::finding::{Severity, Verdict};
use crate::session::Source;

/// A file that stood at some time in a turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileScore {
    /// The attempt that it came from: 0 for the answer to the prompt, 1 and up for repairs. `None` for a person's edit, and for
    /// the file with which the conversation began.
    pub attempt: Option<usize>,
    /// Its verdict.
    pub verdict: Verdict,
    /// Rules with errors in it.
    pub violated: Vec<String>,
    /// Rules with warnings and no error in it.
    pub warned: Vec<String>,
}

impl FileScore {
    pub(super) fn of(revision: &Revision) -> Self {
        let violated = rules(revision, Severity::Error);
        let mut warned = rules(revision, Severity::Warning);
        warned.retain(|rule| !violated.contains(rule));
        let attempt = (revision.source == Source::Reply).then_some(revision.attempt);
        Self { attempt, verdict: revision.verdict(), violated, warned }
    }

    /// The files that a turn brought, in order; of turn 0 those that stood before the first prompt.
    pub(super) fn all(conversation: &Conversation, turn: usize) -> Vec<Self> {
        conversation.revisions().iter().filter(|revision| revision.turn == turn).map(Self::of).collect()
    }

    /// Where it stood, in words.
    pub(super) fn place(&self, turn: usize) -> String {
        match self.attempt {
            None if turn == 0 => "the file to begin with".to_owned(),
            None => "a person's edit".to_owned(),
            Some(0) => "the answer to the prompt".to_owned(),
            Some(repair) => format!("the answer to repair {repair}"),
        }
    }
}

/// Rules with findings of a severity, each once, by id.
fn rules(revision: &Revision, severity: Severity) -> Vec<String> {
    let found = revision.checked.findings.iter().filter(|finding| finding.severity == severity);
    let rules: BTreeSet<&str> = found.map(|finding| finding.rule).collect();
    rules.into_iter().map(str::to_owned).collect()
}
