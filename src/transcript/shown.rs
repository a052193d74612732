//! A text as reports take it: its name, its findings, and where credentials stand, which are masked wherever it is shown.

use std::io::{self, Write};

use crate::check::Checked;
use crate::engine::Revision;
use crate::finding::Verdict;
use crate::report::{FileReport, Look, diff_text};
use crate::yaml::{Document, Span};

/// A checked text with the name that is shown.
#[derive(Debug)]
pub struct Shown<'c> {
    /// The name.
    pub name: String,
    /// The text and what the check says of it.
    pub checked: &'c Checked,
    secrets: Vec<Span>,
}

impl<'c> Shown<'c> {
    /// A checked text under a name.
    pub fn new(name: impl Into<String>, checked: &'c Checked) -> Self {
        Self { name: name.into(), checked, secrets: checked.credentials().masks(checked.document.text()) }
    }

    /// A revision, as `revision 4`.
    pub fn revision(revision: &'c Revision) -> Self {
        Self::new(format!("revision {}", revision.number), &revision.checked)
    }

    /// The text as the reports take it.
    pub fn report(&self) -> FileReport<'_> {
        FileReport {
            path: &self.name,
            document: &self.checked.document,
            findings: &self.checked.findings,
            verdict: self.checked.verdict,
            skipped: &self.checked.skipped,
            allowed: &self.checked.allowed,
            secrets: &self.secrets,
            rules: &[],
        }
    }
}

/// Writes how the text became what it is now; without `before` everything is new.
pub fn write_diff(before: Option<&Shown<'_>>, after: &Shown<'_>, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let nothing = Document::read("");
    let empty = FileReport {
        path: "nothing",
        document: &nothing,
        findings: &[],
        verdict: Verdict::Accepted,
        skipped: &[],
        allowed: &[],
        secrets: &[],
        rules: &[],
    };
    diff_text(&before.map_or(empty, Shown::report), &after.report(), look, out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Checker;
    use crate::settings::Settings;

    #[test]
    fn a_credential_is_masked_on_both_sides_whatever_the_rules_say() {
        let mut settings = Settings::default();
        settings.severities.insert("no-inline-secret".to_owned(), None);
        let checker = Checker::new(settings);
        let checked = |word: &str| checker.check(format!("# X_PASSWORD: hunter2x\nimage: a:{word}\n"));
        let (before, after) = (checked("1"), checked("2"));
        let (before, after) = (Shown::new("revision 1", &before), Shown::new("revision 2", &after));
        let diff = |before| {
            let mut out = Vec::new();
            write_diff(before, &after, Look::default(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let changed = diff(Some(&before));
        assert!(changed.contains("--- revision 1\n+++ revision 2\n") && changed.contains("-image: a:1"), "{changed}");
        let new = diff(None);
        assert!(new.contains("--- nothing\n") && new.contains("+# X_PASSWORD: ********\n"), "{new}");
        assert!(!changed.contains("hunter2x") && !new.contains("hunter2x"), "{changed}{new}");
    }
}
