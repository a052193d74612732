//! The report of a run as JSON: for scripts, as a baseline, and as one part of a whole.

use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Comparison};
use super::beside::Beside;
use super::chosen::Chosen;
use super::instead::Divergence;
use super::report::Report;
use super::score::CaseScore;
use super::shard::Shard;
use super::stamp::Stamp;
use super::summary::{CaseSummary, Summary};
use super::words::suites;
use crate::engine::ScriptError;

#[derive(Serialize)]
struct WireReport<'r> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<Shard>,
    run: Option<Stamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<&'r Chosen>,
    summary: Summary,
    suites: Vec<WireSuite<'r>>,
    cases: Vec<CaseSummary<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'r Comparison>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    counterfactual: &'r [Divergence],
    #[serde(skip_serializing_if = "str::is_empty")]
    instead: &'r str,
    scores: &'r [CaseScore],
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<WirePart>,
    problems: Vec<WireProblem>,
}

/// What a part says beside its scores, for the page and the times of the whole. Reports of whole runs go without, so that
/// the same run has the same report.
#[derive(Default, Serialize, Deserialize)]
struct WirePart {
    #[serde(default)]
    files: Option<Vec<String>>,
    #[serde(default)]
    seconds: Vec<Option<f64>>,
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
    #[serde(default)]
    run: Option<Stamp>,
    #[serde(default)]
    chosen: Chosen,
    #[serde(default)]
    counterfactual: Vec<Divergence>,
    #[serde(default)]
    instead: String,
    scores: Vec<CaseScore>,
    #[serde(default)]
    part: WirePart,
    #[serde(default)]
    problems: Vec<WireProblem>,
}

/// The version of the form. Version 1 had the paths of recordings as they were typed, and violations by turn of best files
/// alone.
const VERSION: u32 = 2;

/// Writes a run as JSON; the same form is a baseline.
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
        version: VERSION,
        shard: report.shard,
        // A baseline keeps nothing of a second judgement.
        run: report.stamp.clone().map(|stamp| if beside.instead.is_empty() { stamp.with(None) } else { stamp }),
        chosen: Some(&report.chosen).filter(|chosen| !chosen.is_plain()),
        summary: report.summary(),
        suites: suites.collect(),
        cases: CaseSummary::all(&report.scores),
        comparison: beside.comparison.as_ref(),
        counterfactual: &beside.divergences,
        instead: &beside.instead,
        scores: &report.scores,
        part: report.shard.map(|_| WirePart {
            files: report.files.clone(),
            seconds: report.times.iter().map(|time| time.map(seconds)).collect(),
        }),
        problems: problems.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire).map_err(io::Error::from)?;
    writeln!(out)
}

/// A time in seconds, to the microsecond.
pub(super) fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e6
}

/// A time that was written in seconds; `None` of what is none, or so long that times can't be added up.
pub(super) fn from_seconds(seconds: f64) -> Option<Duration> {
    let time = Duration::try_from_secs_f64(seconds).ok()?;
    u32::try_from(time.as_secs()).is_ok().then_some(time)
}

fn read_form(text: &str) -> Result<Written, String> {
    let written: Written = serde_json::from_str(text).map_err(|error| format!("is no report of `eval`: {error}"))?;
    match written.version {
        1..=VERSION => Ok(written),
        version => Err(format!("is a report of version {version}; a newer pipewright reads it")),
    }
}

/// Reads a JSON report back, with what was judged a second time beside it. Its numbers are counted anew.
///
/// # Errors
/// It is no such report, in words.
pub fn read_report(text: &str) -> Result<(Report, Beside), String> {
    let written = read_form(text)?;
    let problems = written.problems.into_iter().map(|problem| ScriptError {
        name: problem.path,
        line: problem.line,
        column: problem.column,
        message: problem.message,
    });
    let report = Report {
        scores: written.scores,
        problems: problems.collect(),
        shard: written.shard,
        chosen: written.chosen,
        stamp: written.run,
        times: written.part.seconds.into_iter().map(|time| time.and_then(from_seconds)).collect(),
        files: written.part.files,
    };
    let beside = Beside { divergences: written.counterfactual, instead: written.instead, ..Beside::default() };
    Ok((report, beside))
}

/// Reads a JSON report as a baseline.
///
/// # Errors
/// As [`read_report`], and a part of a run: what the other parts judged would be new, and never worse.
pub fn read_baseline(text: &str) -> Result<Baseline, String> {
    let written = read_form(text)?;
    match written.shard {
        Some(shard) => Err(format!("is part {shard} of a run; a baseline is all of it (`pipewright eval merge`)")),
        None => Ok(Baseline { version: written.version, scores: written.scores }),
    }
}
