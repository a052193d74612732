//! Scores against scores kept from before: better, worse, the same.

use std::collections::BTreeMap;

use serde::Serialize;

use super::run::Report;
use super::score::CaseScore;
use super::summary::CaseSummary;
use crate::finding::Verdict;

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
    /// Revisions that violated it before, over the recordings that are in both.
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
pub struct Comparison {
    /// Recording by recording, in the order of the report; what is gone comes last.
    pub recordings: Vec<Compared>,
    /// Case by case, those that are in both, also where their recordings are others.
    pub cases: Vec<CaseChange>,
    /// Rule by rule, those that are violated now or before.
    pub rules: Vec<RuleChange>,
}

impl Comparison {
    /// Compares a report with scores from before.
    pub fn of(report: &Report, before: &[CaseScore]) -> Self {
        Self { recordings: compare(report, before), cases: cases(report, before), rules: rules(report, before) }
    }

    /// Whether anything is worse: a recording, a case with other recordings than before, or a rule over all.
    pub fn is_worse(&self) -> bool {
        self.recordings.iter().any(|one| one.change == Change::Worse)
            || self.cases.iter().any(|one| one.change == Change::Worse)
            || self.rules.iter().any(|one| one.change == Change::Worse)
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

fn rules(report: &Report, before: &[CaseScore]) -> Vec<RuleChange> {
    let old: BTreeMap<String, &CaseScore> = before.iter().map(|score| (score.name(), score)).collect();
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for score in &report.scores {
        let Some(before) = old.get(&score.name()) else { continue };
        for (rule, count) in &before.violations {
            counts.entry(rule).or_default().0 += count;
        }
        for (rule, count) in &score.violations {
            counts.entry(rule).or_default().1 += count;
        }
    }
    let change = |before: usize, now: usize| match now.cmp(&before) {
        std::cmp::Ordering::Less => Change::Better,
        std::cmp::Ordering::Equal => Change::Same,
        std::cmp::Ordering::Greater => Change::Worse,
    };
    let changes = counts.into_iter().map(|(rule, (before, now))| RuleChange {
        rule: rule.to_owned(),
        before,
        now,
        change: change(before, now),
    });
    changes.collect()
}

/// Compares a report with scores from before, in the order of the report; what is gone comes last.
pub fn compare(report: &Report, before: &[CaseScore]) -> Vec<Compared> {
    let mut old: BTreeMap<String, &CaseScore> = before.iter().map(|score| (score.name(), score)).collect();
    let mut all: Vec<Compared> = report
        .scores
        .iter()
        .map(|score| {
            let name = score.name();
            match old.remove(&name) {
                Some(before) => against(name, before, score),
                None => Compared { name, change: Change::New, differences: Vec::new() },
            }
        })
        .collect();
    all.extend(old.into_keys().map(|name| Compared { name, change: Change::Gone, differences: Vec::new() }));
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
        }
    }
}

fn against(name: String, before: &CaseScore, now: &CaseScore) -> Compared {
    let mut differences = Vec::new();
    // Each pair is (worse, better) as numbers in which less is better.
    let mut weigh = 0i32;
    let mut tell = |old: i64, new: i64, text: String| {
        if old != new {
            weigh += i32::from(new < old) - i32::from(new > old) * 1000;
            differences.push(text);
        }
    };
    tell(
        i64::from(!before.passed()),
        i64::from(!now.passed()),
        format!("{} before, {} now", before.outcome(), now.outcome()),
    );
    let rank = |verdict: Option<Verdict>| i64::from(verdict != Some(Verdict::Accepted));
    let shown = |verdict: Option<Verdict>| verdict.map_or("no file", Verdict::word);
    tell(
        rank(before.r#final),
        rank(now.r#final),
        format!("{} before, {} now", shown(before.r#final), shown(now.r#final)),
    );
    let at = |score: &CaseScore| score.accepted_at.map_or(i64::MAX, |turn| i64::try_from(turn).unwrap_or(i64::MAX));
    let when = |score: &CaseScore| score.accepted_at.map_or("never".to_owned(), |turn| format!("at turn {turn}"));
    tell(at(before), at(now), format!("accepted {} before, {} now", when(before), when(now)));
    let rules: std::collections::BTreeSet<&String> = before.violations.keys().chain(now.violations.keys()).collect();
    for rule in rules {
        let count = |score: &CaseScore| score.violations.get(rule).copied().unwrap_or(0);
        let (old, new) = (count(before), count(now));
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        tell(number(old), number(new), format!("{rule}: violated in {old} revisions before, in {new} now"));
    }
    let change = match weigh {
        0 => Change::Same,
        better if better > 0 => Change::Better,
        _ => Change::Worse,
    };
    Compared { name, change, differences }
}
