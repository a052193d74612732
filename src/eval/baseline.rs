//! Scores against scores kept from before: better, worse, the same.
//!
//! A gate rests on this, so it fails closed: what is gone, or no longer checked, can't be shown to be no worse.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::against::{against, is_checked, no_longer_checked, other_settings};
use super::report::Report;
use super::score::CaseScore;
use super::summary::CaseSummary;

/// Scores from before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The version of the report that they stand in.
    pub version: u32,
    /// The scores.
    pub scores: Vec<CaseScore>,
}

/// How a recording fares against before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Worse.
    Worse,
    /// Better.
    Better,
    /// The same.
    Same,
    /// Not there before.
    New,
    /// No longer there.
    Gone,
    /// Rules that were checked before are not checked now, or refuse no file any more, so that better or worse can't be told.
    Unchecked,
}

/// A recording, now against before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Suite, case and recording.
    pub name: String,
    /// How it fares.
    pub change: Change,
    /// What is different, in words.
    pub differences: Vec<String>,
}

/// How often a rule is violated, now against before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// The rule.
    pub rule: String,
    /// Revisions that violated it before, over the recordings that were judged, and the rule checked, both times.
    pub before: usize,
    /// Revisions that violate it now, over the same.
    pub now: usize,
    /// How it fares: more violations are worse.
    pub change: Change,
}

/// How many recordings of a case pass, now against before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseChange {
    /// Suite and case.
    pub name: String,
    /// Those that passed before, and those that could be judged.
    pub before: (usize, usize),
    /// The same now.
    pub now: (usize, usize),
    /// How it fares: a smaller share is worse.
    pub change: Change,
}

/// A report against scores from before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Comparison {
    /// Recording by recording, in the order of the report; what is gone comes last.
    pub recordings: Vec<Compared>,
    /// Case by case, those that are in both, also where their recordings are others.
    pub cases: Vec<CaseChange>,
    /// Rule by rule, those that are violated now or before.
    pub rules: Vec<RuleChange>,
    /// Recordings that were judged under other settings than before.
    pub other_settings: usize,
    /// Rules that were checked before and, in one recording at least, are not checked now.
    pub unchecked: Vec<&'static str>,
}

impl Comparison {
    /// Compares a report with a baseline.
    pub fn of(report: &Report, baseline: &Baseline) -> Self {
        let before = baseline.aligned(report);
        let old: BTreeMap<String, &CaseScore> = before.iter().map(|score| (score.name(), score)).collect();
        let compared = report.scores.iter().filter(|now| !report.is_left_out(now));
        let both: Vec<(&CaseScore, &CaseScore)> =
            compared.filter_map(|now| Some((*old.get(&now.name())?, now))).collect();
        let blind: BTreeSet<&'static str> =
            both.iter().flat_map(|(before, now)| no_longer_checked(before, now)).collect();
        Self {
            recordings: recordings(report, old.clone()),
            cases: cases(report, &before),
            rules: rules(&both),
            other_settings: both.iter().filter(|(before, now)| other_settings(before, now)).count(),
            unchecked: blind.into_iter().collect(),
        }
    }

    /// Whether it can't be said that nothing is worse: a recording, a case with other recordings than before, or a rule
    /// over all is worse; a recording is gone; a rule is no longer checked.
    pub fn is_worse(&self) -> bool {
        let bad = |change: &Change| matches!(change, Change::Worse | Change::Gone | Change::Unchecked);
        self.recordings.iter().any(|one| bad(&one.change))
            || self.cases.iter().any(|one| bad(&one.change))
            || self.rules.iter().any(|one| bad(&one.change))
            || !self.unchecked.is_empty()
    }
}

fn cases(report: &Report, before: &[CaseScore]) -> Vec<CaseChange> {
    let before = CaseSummary::all(before);
    let both = CaseSummary::all(&report.scores).into_iter().filter_map(|now| {
        let was = before.iter().find(|was| (was.suite, was.case) == (now.suite, now.case))?;
        // Shares as products, so that nothing is rounded.
        let (new, old) = (now.passed * was.judged, was.passed * now.judged);
        let change = match new.cmp(&old) {
            std::cmp::Ordering::Less => Change::Worse,
            std::cmp::Ordering::Equal => Change::Same,
            std::cmp::Ordering::Greater => Change::Better,
        };
        let name = format!("{} / {}", now.suite, now.case);
        Some(CaseChange { name, before: (was.passed, was.judged), now: (now.passed, now.judged), change })
    });
    both.collect()
}

fn rules(both: &[(&CaseScore, &CaseScore)]) -> Vec<RuleChange> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut blind: BTreeMap<&str, usize> = BTreeMap::new();
    for (before, now) in both.iter().filter(|(before, now)| before.is_judged() && now.is_judged()) {
        for (rule, count) in &before.violations {
            if is_checked(now, rule) {
                counts.entry(rule).or_default().0 += count;
            } else {
                *blind.entry(rule).or_default() += count;
            }
        }
        for (rule, count) in now.violations.iter().filter(|(rule, _)| is_checked(before, rule)) {
            counts.entry(rule).or_default().1 += count;
        }
    }
    for (rule, count) in &blind {
        // Where nothing of the rule can be compared, what it said before is all there is to tell.
        counts.entry(rule).or_insert((*count, 0));
    }
    let change = |rule: &str, before: usize, now: usize| match now.cmp(&before) {
        std::cmp::Ordering::Greater => Change::Worse,
        _ if blind.contains_key(rule) => Change::Unchecked,
        std::cmp::Ordering::Less => Change::Better,
        std::cmp::Ordering::Equal => Change::Same,
    };
    let changes = counts.into_iter().map(|(rule, (before, now))| RuleChange {
        rule: rule.to_owned(),
        before,
        now,
        change: change(rule, before, now),
    });
    changes.collect()
}

/// Recording by recording, in the order of the report; what is gone comes last.
fn recordings(report: &Report, mut old: BTreeMap<String, &CaseScore>) -> Vec<Compared> {
    let one = |score: &CaseScore| {
        let name = score.name();
        let before = old.remove(&name);
        // What is left out is neither compared nor gone.
        (!report.is_left_out(score)).then(|| match before {
            Some(before) => against(name, before, score),
            None => Compared { name, change: Change::New, differences: Vec::new() },
        })
    };
    let mut all: Vec<Compared> = report.scores.iter().filter_map(one).collect();
    let gone = old.into_iter().filter(|(_, before)| report.chosen.takes(before));
    let missing = || vec!["it is in the baseline and not in this run".to_owned()];
    all.extend(gone.map(|(name, _)| Compared { name, change: Change::Gone, differences: missing() }));
    all
}

impl Change {
    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Same => "same",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Unchecked => "unchecked",
        }
    }
}

impl Baseline {
    /// The scores, called as those of a report. Version 1 had paths as they were typed: they end as the path that is seen
    /// from the suite.
    fn aligned(&self, report: &Report) -> Vec<CaseScore> {
        let mut scores = self.scores.clone();
        if self.version > 1 {
            return scores;
        }
        for old in &mut scores {
            let of_case = report.scores.iter().filter(|now| now.suite == old.suite && now.case == old.case);
            let ends = |now: &&CaseScore| {
                let end = now.recording.trim_start_matches("../");
                old.recording.strip_suffix(end).is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
            };
            if let Some(now) = of_case.filter(ends).max_by_key(|now| now.recording.len()) {
                old.recording.clone_from(&now.recording);
            }
        }
        scores
    }
}
