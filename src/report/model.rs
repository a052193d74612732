//! What a reporter gets.

use super::Links;
use crate::finding::{Allowed, Finding, Layer, RuleMeta, Severity, Verdict};
use crate::settings::Settings;
use crate::text::counted;
use crate::yaml::{Document, Span};

/// The findings of some files.
#[derive(Debug, Default)]
pub struct Report<'a> {
    /// The files that were checked, in the order in which they are told.
    pub files: Vec<FileReport<'a>>,
    /// The files that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// The rules that were asked of any file, for the formats that list them.
    pub rules: Vec<&'static RuleMeta>,
    /// The least severity that fails a run; `None` when nothing does.
    pub fail_on: Option<Severity>,
    /// How many findings are not shown, for they weigh too little.
    pub hidden: usize,
    /// What is linked to.
    pub links: Links,
    /// The settings of the check.
    pub settings: Settings,
}

/// One checked file.
#[derive(Clone, Copy, Debug)]
pub struct FileReport<'a> {
    /// The path as the user named it.
    pub path: &'a str,
    /// The text.
    pub document: &'a Document,
    /// The findings, by offset and then by rule.
    pub findings: &'a [Finding],
    /// What they come to.
    pub verdict: Verdict,
    /// The layers that could not run, and why.
    pub skipped: &'a [(Layer, String)],
    /// What comments of the file have allowed, and is none of the findings.
    pub allowed: &'a [Allowed],
    /// Places that are never shown, besides those of the findings of `no-inline-secret`.
    pub secrets: &'a [Span],
    /// The rules that were asked of it, for the formats that tell which of them hold.
    pub rules: &'a [&'static RuleMeta],
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The path as the user named it.
    pub path: String,
    /// Why: a lower-case fragment.
    pub reason: String,
}

/// How many findings of each severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings with severity error.
    pub errors: usize,
    /// Findings with severity warning.
    pub warnings: usize,
    /// Findings with severity note.
    pub notes: usize,
}

impl Counts {
    /// Counts findings.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            match finding.severity {
                Severity::Error => counts.errors += 1,
                Severity::Warning => counts.warnings += 1,
                Severity::Note => counts.notes += 1,
            }
        }
        counts
    }

    /// All findings.
    pub fn total(self) -> usize {
        self.errors + self.warnings + self.notes
    }

    /// The counts in words: `2 errors, 1 note`; `no findings`.
    pub fn words(self) -> String {
        let words = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")];
        let words: Vec<String> = words.into_iter().filter(|(n, _)| *n > 0).map(|(n, word)| counted(n, word)).collect();
        if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
    }
}

impl Report<'_> {
    /// Counts the findings of all files.
    pub fn counts(&self) -> Counts {
        Counts::of(self.files.iter().flat_map(|file| file.findings))
    }

    /// Whether a finding fails the run.
    pub fn fails(&self, finding: &Finding) -> bool {
        self.fail_on.is_some_and(|least| finding.severity >= least)
    }
}

impl<'a> FileReport<'a> {
    /// The layers that did not run, in words, those with the same reason together: `semantic and policy layers`.
    pub fn skipped_layers(&self) -> Vec<(String, &'a str)> {
        let mut told: Vec<(Vec<&str>, &str)> = Vec::new();
        for (layer, reason) in self.skipped {
            match told.iter_mut().find(|(_, known)| known == reason) {
                Some((layers, _)) => layers.push(layer.word()),
                None => told.push((vec![layer.word()], reason)),
            }
        }
        let words = |layers: &[&str]| match layers {
            [one] => format!("{one} layer"),
            [most @ .., last] => format!("{} and {last} layers", most.join(", ")),
            [] => String::new(),
        };
        told.into_iter().map(|(layers, reason)| (words(&layers), reason)).collect()
    }
}

/// What comments have allowed, in words with a line for each comment: `1 error is allowed by a comment (line 12)`; `None` where that
/// is nothing.
pub(super) fn allowed_words(files: &[FileReport<'_>]) -> Option<String> {
    let all: Vec<&Allowed> = files.iter().flat_map(|file| file.allowed).collect();
    if all.is_empty() {
        return None;
    }
    let of = |severity| all.iter().filter(|one| one.severity == severity).count();
    let words =
        Counts { errors: of(Severity::Error), warnings: of(Severity::Warning), notes: of(Severity::Note) }.words();
    let be = if all.len() == 1 { "is" } else { "are" };
    let mut lines: Vec<usize> = Vec::new();
    if let [file] = files {
        lines.extend(file.allowed.iter().map(|one| file.document.position(one.span.start).line));
        lines.sort_unstable();
        lines.dedup();
    }
    let by = match lines.as_slice() {
        [] => "comments".to_owned(),
        [one] => format!("a comment (line {one})"),
        several => {
            let shown: Vec<String> = several.iter().take(MOST_LINES).map(usize::to_string).collect();
            let more = if several.len() > MOST_LINES { ", …" } else { "" };
            format!("comments (lines {}{more})", shown.join(", "))
        }
    };
    Some(format!("{words} {be} allowed by {by}"))
}

/// How many comments are named by their lines.
const MOST_LINES: usize = 5;

/// How an event gets to a finding, in one line; other events that get there come last.
pub fn trace(finding: &Finding) -> Option<String> {
    let other = |part: &&String| part.starts_with("also on: ");
    let parts = |others: bool| finding.trace.iter().filter(move |part| other(part) == others).map(String::as_str);
    let way = parts(false).collect::<Vec<_>>().join(" > ");
    let others = parts(true).filter_map(|part| part.strip_prefix("also on: ")).collect::<Vec<_>>().join(", ");
    match (way.is_empty(), others.is_empty()) {
        (true, true) => None,
        (_, true) => Some(way),
        (true, false) => Some(format!("also on: {others}")),
        (false, false) => Some(format!("{way}; also on: {others}")),
    }
}
