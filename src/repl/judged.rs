//! What a verdict line tells.

use crate::finding::Verdict;

/// What a verdict line tells.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'j> {
    /// The revision's number.
    pub revision: usize,
    /// Its verdict.
    pub verdict: Verdict,
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity note.
    pub notes: usize,
    /// Lines gained and lost since the revision before, where there is another.
    pub lines: Option<(usize, usize)>,
    /// Rules that are violated with severity error, the most telling first.
    pub violated: &'j [&'j str],
}

/// Rules that a verdict line names.
const NAMED: usize = 3;

impl Judged<'_> {
    /// Such as `revision 4: refused, 2 errors, 1 warning; +18 -6; build-once violated`.
    pub fn line(&self) -> String {
        let count = |number: usize, noun: &str| match number {
            0 => String::new(),
            1 => format!(", 1 {noun}"),
            _ => format!(", {number} {noun}s"),
        };
        let lines = self.lines.map(|(gained, lost)| format!("; +{gained} -{lost}")).unwrap_or_default();
        let mut line = format!(
            "revision {}: {}{}{}{}{lines}",
            self.revision,
            self.verdict.word(),
            count(self.errors, "error"),
            count(self.warnings, "warning"),
            count(self.notes, "note")
        );
        if !self.violated.is_empty() {
            let named = self.violated.get(..NAMED).unwrap_or(self.violated).join(", ");
            let more = self.violated.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            line.push_str(&format!("; {named}{more} violated"));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_one_line() {
        let judged = Judged {
            revision: 4,
            verdict: Verdict::Refused,
            errors: 2,
            warnings: 1,
            notes: 0,
            lines: Some((18, 6)),
            violated: &["build-once"],
        };
        assert_eq!(judged.line(), "revision 4: refused, 2 errors, 1 warning; +18 -6; build-once violated");
        let fine = Judged { verdict: Verdict::Accepted, errors: 0, warnings: 0, violated: &[], ..judged };
        assert_eq!(fine.line(), "revision 4: accepted; +18 -6");
        assert_eq!(Judged { warnings: 0, notes: 2, ..fine }.line(), "revision 4: accepted, 2 notes; +18 -6");
        let many = Judged { violated: &["a", "b", "c", "d", "e"], ..judged };
        assert_eq!(Judged { lines: None, ..fine }.line(), "revision 4: accepted");
        assert!(many.line().ends_with("; a, b, c and 2 more violated"));
    }
}
