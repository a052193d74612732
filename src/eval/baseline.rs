//! Scores against scores kept from before: better, worse, the same.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::run::Report;
use super::score::CaseScore;
use crate::finding::Verdict;

/// How a recording fares against before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// Suite, case and recording.
    pub name: String,
    /// How it fares.
    pub change: Change,
    /// What is different, in words.
    pub differences: Vec<String>,
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    scores: Vec<CaseScore>,
}

/// Reads the scores of a JSON report.
///
/// # Errors
/// It is no such report, in words.
pub fn read_baseline(text: &str) -> Result<Vec<CaseScore>, String> {
    let written: Written = serde_json::from_str(text).map_err(|error| format!("is no report of `eval`: {error}"))?;
    if written.version > 1 {
        return Err(format!("is a report of version {}; a newer pipewright reads it", written.version));
    }
    Ok(written.scores)
}

/// Compares a report with scores from before, in the order of the report; what is gone comes last.
pub fn compare(report: &Report, before: &[CaseScore]) -> Vec<Compared> {
    let mut old: BTreeMap<String, &CaseScore> = before.iter().map(|score| (name(score), score)).collect();
    let mut all: Vec<Compared> = report
        .scores
        .iter()
        .map(|score| {
            let name = name(score);
            match old.remove(&name) {
                Some(before) => against(name, before, score),
                None => Compared { name, change: Change::New, differences: Vec::new() },
            }
        })
        .collect();
    all.extend(old.into_keys().map(|name| Compared { name, change: Change::Gone, differences: Vec::new() }));
    all
}

fn name(score: &CaseScore) -> String {
    format!("{} / {} / {}", score.suite, score.case, score.recording)
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
    let word = |passed: bool| if passed { "passed" } else { "failed" };
    tell(
        i64::from(!before.passed()),
        i64::from(!now.passed()),
        format!("{} before, {} now", word(before.passed()), word(now.passed())),
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
