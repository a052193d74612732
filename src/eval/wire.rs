//! The report of a run as JSON: for scripts, as a baseline, and as one part of a whole.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::baseline::Comparison;
use super::beside::Beside;
use super::instead::Divergence;
use super::run::Report;
use super::score::CaseScore;
use super::shard::Shard;
use super::show::suites;
use super::summary::{CaseSummary, Summary};
use crate::engine::ScriptError;

#[derive(Serialize)]
struct WireReport<'r> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<Shard>,
    summary: Summary,
    suites: Vec<WireSuite<'r>>,
    cases: Vec<CaseSummary<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'r Comparison>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    counterfactual: &'r [Divergence],
    scores: &'r [CaseScore],
    problems: Vec<WireProblem>,
}

#[derive(Serialize)]
struct WireSuite<'r> {
    name: &'r str,
    summary: Summary,
}

#[derive(Serialize, Deserialize)]
struct WireProblem {
    path: String,
    line: usize,
    column: usize,
    message: String,
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    #[serde(default)]
    shard: Option<Shard>,
    scores: Vec<CaseScore>,
    #[serde(default)]
    problems: Vec<WireProblem>,
}

/// Writes a run as JSON, version 1; the same form is a baseline.
pub fn json(report: &Report, beside: &Beside, out: &mut dyn Write) -> io::Result<()> {
    let problems = report.problems.iter().map(|problem| WireProblem {
        path: problem.name.clone(),
        line: problem.line,
        column: problem.column,
        message: problem.message.clone(),
    });
    let suites = suites(report);
    let suites = suites.into_iter().map(|(name, scores)| WireSuite { name, summary: Summary::of(scores) });
    let wire = WireReport {
        version: 1,
        shard: report.shard,
        summary: report.summary(),
        suites: suites.collect(),
        cases: CaseSummary::all(&report.scores),
        comparison: beside.comparison.as_ref(),
        counterfactual: &beside.divergences,
        scores: &report.scores,
        problems: problems.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire).map_err(io::Error::from)?;
    writeln!(out)
}

/// Reads a JSON report back. Its numbers are counted anew.
///
/// # Errors
/// It is no such report, in words.
pub fn read_report(text: &str) -> Result<Report, String> {
    let written: Written = serde_json::from_str(text).map_err(|error| format!("is no report of `eval`: {error}"))?;
    if written.version > 1 {
        return Err(format!("is a report of version {}; a newer pipewright reads it", written.version));
    }
    let problems = written.problems.into_iter().map(|problem| ScriptError {
        name: problem.path,
        line: problem.line,
        column: problem.column,
        message: problem.message,
    });
    Ok(Report { scores: written.scores, problems: problems.collect(), shard: written.shard })
}

/// Reads the scores of a JSON report.
///
/// # Errors
/// As [`read_report`].
pub fn read_baseline(text: &str) -> Result<Vec<CaseScore>, String> {
    read_report(text).map(|report| report.scores)
}

/// Puts the parts of a run together: the report of one run over everything, whatever order the parts come in.
///
/// # Errors
/// The parts are not all parts of one run, in words that begin with a part's name.
pub fn merge(parts: Vec<(String, Report)>) -> Result<Report, String> {
    let mut sorted: Vec<(String, Shard, Report)> = Vec::new();
    for (name, report) in parts {
        let Some(shard) = report.shard else { return Err(format!("{name}: is a whole report, not a part of one")) };
        sorted.push((name, shard, report));
    }
    sorted.sort_by_key(|(_, shard, _)| shard.number);
    let Some((first, of)) = sorted.first().map(|(name, shard, _)| (name.clone(), shard.of)) else {
        return Err("there is no part to put together".to_owned());
    };
    for (index, (name, shard, report)) in sorted.iter().enumerate() {
        if shard.of != of {
            return Err(format!("{name}: is part {shard}, and {first} is one of {of}"));
        }
        if shard.number == index {
            return Err(format!("{name}: part {shard} is there twice"));
        }
        if shard.number != index + 1 {
            return Err(format!("part {}/{of} is missing", index + 1));
        }
        if sorted.first().is_some_and(|(_, _, first)| first.problems != report.problems) {
            return Err(format!("{name}: was run over other suites than {first}"));
        }
    }
    if sorted.len() != of {
        return Err(format!("part {}/{of} is missing", sorted.len() + 1));
    }
    // Round robin dealt the recordings out, and takes them in again.
    let problems = sorted.first().map(|(_, _, report)| report.problems.clone()).unwrap_or_default();
    let mut parts: Vec<_> = sorted.into_iter().map(|(name, _, report)| (name, report.scores.into_iter())).collect();
    let mut scores = Vec::new();
    let mut ended = None;
    loop {
        for (name, part) in &mut parts {
            match (part.next(), &ended) {
                (Some(score), None) => scores.push(score),
                (Some(_), Some(first)) => return Err(format!("{name}: has more recordings than {first} leaves it")),
                (None, None) => ended = Some(name.clone()),
                (None, Some(_)) => {}
            }
        }
        if ended.is_some() {
            let rest = parts.iter().find(|(_, part)| part.len() > 0);
            return match rest {
                Some((name, _)) => Err(format!("{name}: has too many recordings for a part of the same run")),
                None => Ok(Report { scores, problems, shard: None }),
            };
        }
    }
}
