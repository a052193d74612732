//! Mutants made and judged.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::edit::{Edit, apply};
use super::operators::{OPERATORS, Operator};
use super::subject::{Edits, Subject};
use crate::check::{Checked, Checker};
use crate::finding::{Answer, Finding, Severity, Verdict};

/// What became of a mutant.
///
/// Killed is stronger than caught: the rule that is there for it spoke, not one that happened to be near.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A rule of its operator says so.
    Killed(&'static str),
    /// Another rule does, or the file is not accepted any more.
    Caught(&'static str),
    /// A rule of its operator says something in a note: that it can't tell, or what the settings make a note.
    Told(&'static str),
    /// Nothing is said that was not said before.
    Survived,
}

/// A file with one thing made worse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The operator that made it.
    pub operator: &'static str,
    /// The line of the first change, from 1.
    pub line: usize,
    /// The lines that changed, before and after.
    pub change: (String, String),
    /// What became of it.
    pub fate: Fate,
    /// Whether it is refused: a warning notices and lets it be accepted.
    pub refused: bool,
}

/// The mutants of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutation {
    /// The mutants, operator by operator, in the order of the text.
    pub mutants: Vec<Mutant>,
}

impl Mutation {
    /// Those that nobody noticed.
    pub fn survivors(&self) -> impl Iterator<Item = &Mutant> {
        self.mutants.iter().filter(|mutant| !mutant.is_noticed())
    }
}

impl Mutant {
    /// Whether somebody noticed.
    pub fn is_noticed(&self) -> bool {
        matches!(self.fate, Fate::Killed(_) | Fate::Caught(_))
    }
}

/// Makes and judges all mutants of an accepted text.
///
/// # Errors
/// The text is not accepted: what a rule says already can't be told from what a mutant makes it say.
pub fn mutate(text: &str, checker: &Checker) -> Result<Mutation, String> {
    let before = checker.check(text);
    if before.verdict != Verdict::Accepted {
        return Err(format!("is {}; a mutation score needs an accepted file", before.verdict.word()));
    }
    let counts = counts(&before);
    let plans = checker.plans(&before.document);
    let subject = Subject { document: &before.document, plans: &plans, settings: checker.settings() };
    let mut made: Vec<(&'static Operator, Edits, String)> = Vec::new();
    for operator in OPERATORS {
        let mut all = (operator.make)(&subject);
        for edits in &mut all {
            // One place that several plans reach is changed once.
            edits.sort();
            edits.dedup();
        }
        all.sort();
        all.dedup();
        for edits in all {
            // What changes nothing, or changes one place twice, is no mutant.
            let changed = apply(text, &edits).filter(|changed| changed != text);
            made.extend(changed.map(|changed| (operator, edits, changed)));
        }
    }
    let mutants = made.par_iter().map(|(operator, edits, changed)| {
        let line = edits.first().map_or(1, |edit| before.document.position(edit.start).line);
        let change = change(text, changed, edits);
        let checked = checker.check(changed.as_str());
        let (fate, refused) = (fate(operator, &counts, &before, &checked), checked.verdict != Verdict::Accepted);
        Mutant { operator: operator.id, line, change, fate, refused }
    });
    Ok(Mutation { mutants: mutants.collect() })
}

/// How often each rule is violated, as an error or a warning.
fn counts(checked: &Checked) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let loud = |finding: &&Finding| finding.answer == Answer::Violated && finding.severity > Severity::Note;
    for finding in checked.findings.iter().filter(loud) {
        *counts.entry(finding.rule).or_default() += 1;
    }
    counts
}

fn fate(operator: &Operator, before: &BTreeMap<&'static str, usize>, was: &Checked, now: &Checked) -> Fate {
    let after = counts(now);
    let grown = |rule: &&str| after.get(rule).copied().unwrap_or(0) > before.get(rule).copied().unwrap_or(0);
    if let Some(rule) = operator.rules.iter().find(|rule| grown(rule)) {
        return Fate::Killed(rule);
    }
    if let Some(rule) = after.keys().find(|rule| grown(rule)) {
        return Fate::Caught(rule);
    }
    if now.verdict != Verdict::Accepted {
        return Fate::Caught("verdict");
    }
    let notes = |checked: &Checked, rule: &str| {
        let of_rule = checked.findings.iter().filter(|finding| finding.rule == rule);
        of_rule.filter(|finding| finding.severity == Severity::Note).count()
    };
    match operator.rules.iter().find(|rule| notes(now, rule) > notes(was, rule)) {
        Some(rule) => Fate::Told(rule),
        None => Fate::Survived,
    }
}

/// The lines around the first change, before and after.
fn change(text: &str, changed: &str, edits: &[Edit]) -> (String, String) {
    let Some(first) = edits.first() else { return Default::default() };
    let start = text.get(..first.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = |text: &str, end: usize| -> String {
        let rest = text.get(end..).unwrap_or("");
        let end = end + rest.find('\n').unwrap_or(rest.len());
        text.get(start..end).unwrap_or("").trim_end().to_owned()
    };
    (line(text, first.end.max(start)), line(changed, first.start + first.text.len()))
}
