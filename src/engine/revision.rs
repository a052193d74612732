//! A numbered text of the file, checked.

use std::cmp::Reverse;

use crate::check::Checked;
use crate::finding::{Finding, Severity, Verdict};
use crate::session::{Source, sha256};

/// The rule that names the missing parts of the flow.
const FLOW: &str = "release-flow";

/// A text of the file in a conversation. Only checked texts are revisions.
#[derive(Debug)]
pub struct Revision {
    /// Its number, from 0; 0 is the file as it was found, if there was one.
    pub number: usize,
    /// The turn it came from; 0 before the first.
    pub turn: usize,
    /// The attempt of that turn.
    pub attempt: usize,
    /// Where its text came from.
    pub source: Source,
    /// The check: document, findings, verdict, answers.
    pub checked: Checked,
    /// The hash of its text.
    pub sha256: String,
}

/// How good a revision is; greater is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Standing {
    accepted: bool,
    decided: bool,
    missing: Reverse<usize>,
    errors: Reverse<usize>,
    warnings: Reverse<usize>,
}

impl Revision {
    pub(super) fn new(number: usize, turn: usize, attempt: usize, source: Source, checked: Checked) -> Self {
        let sha256 = sha256(checked.document.text().as_bytes());
        Self { number, turn, attempt, source, checked, sha256 }
    }

    /// The text, byte for byte as it would be written.
    pub fn text(&self) -> &str {
        self.checked.document.text()
    }

    /// The verdict.
    pub fn verdict(&self) -> Verdict {
        self.checked.verdict
    }

    /// How many findings have this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.checked.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// How good it is. A part of the flow that is missing hides what would be wrong in it, as a layer does that can't run:
    /// a file with the whole flow and more errors is nearer to the end than one that leaves it out.
    pub fn standing(&self) -> Standing {
        let missing = |finding: &&Finding| finding.rule == FLOW && finding.severity == Severity::Error;
        Standing {
            accepted: self.verdict() == Verdict::Accepted,
            decided: self.verdict() != Verdict::Incomplete,
            missing: Reverse(self.checked.findings.iter().filter(missing).count()),
            errors: Reverse(self.count(Severity::Error)),
            warnings: Reverse(self.count(Severity::Warning)),
        }
    }
}
