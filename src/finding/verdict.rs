//! The verdict over a file.

use serde::{Deserialize, Serialize};

use super::{Finding, Severity};

/// What the findings of a file come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No error.
    Accepted,
    /// At least one error.
    Refused,
    /// A layer could not run.
    Incomplete,
}

impl Verdict {
    /// The verdict of a check: `complete` tells whether every layer that was asked for could run.
    pub fn of(findings: &[Finding], complete: bool) -> Self {
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            Verdict::Refused
        } else if complete {
            Verdict::Accepted
        } else {
            Verdict::Incomplete
        }
    }

    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Refused => "refused",
            Verdict::Incomplete => "incomplete",
        }
    }
}
