//! A numbered text of the file, checked.

use std::cmp::Reverse;

use crate::check::Checked;
use crate::finding::{Severity, Verdict};
use crate::session::{Source, sha256};

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

    /// How good it is.
    pub fn standing(&self) -> Standing {
        Standing {
            accepted: self.verdict() == Verdict::Accepted,
            decided: self.verdict() != Verdict::Incomplete,
            errors: Reverse(self.count(Severity::Error)),
            warnings: Reverse(self.count(Severity::Warning)),
        }
    }

    /// Rules with an error here that had none in `before`, each once, by id.
    pub fn broken_since(&self, before: &Revision) -> Vec<&'static str> {
        let errors = |revision: &Revision| -> std::collections::BTreeSet<&'static str> {
            let findings = revision.checked.findings.iter();
            findings.filter(|finding| finding.severity == Severity::Error).map(|finding| finding.rule).collect()
        };
        errors(self).difference(&errors(before)).copied().collect()
    }
}
