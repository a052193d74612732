//! Reports of a run: for people, and as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::baseline::{Change, Compared};
use super::run::Report;
use super::score::{CaseScore, Summary, TurnScore};
use crate::engine::YamlKind;
use crate::finding::Verdict;
use crate::report::visible;

/// Says what an offline run can tell.
const HONEST: &str = "Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.";

/// Writes a run for people: case by case, then the numbers.
pub fn human(report: &Report, compared: &[Compared], out: &mut dyn Write) -> io::Result<()> {
    for problem in &report.problems {
        let place = format!("{}:{}:{}", problem.name, problem.line, problem.column);
        writeln!(out, "error: {}: {}", visible(&place), visible(&problem.message))?;
    }
    if !report.problems.is_empty() {
        writeln!(out, "what is wrong above was left out; the other cases were judged\n")?;
    }
    let suites = suites(report);
    for (name, scores) in &suites {
        writeln!(out, "{}", visible(name))?;
        scores.iter().try_for_each(|score| one(score, out))?;
        numbers(&Summary::of(scores), out)?;
        writeln!(out)?;
    }
    if suites.len() != 1 {
        counts("all", &report.summary(), out)?;
    }
    writeln!(
        out,
        "a turn: A accepted, r refused, ? incomplete, x cut off or with parts left out, f fragment, . words alone"
    )?;
    if !compared.is_empty() {
        baseline(compared, out)?;
    }
    writeln!(out, "\n{HONEST}")
}

/// The scores of each suite; they stand together.
fn suites(report: &Report) -> Vec<(&str, &[CaseScore])> {
    let groups = report.scores.chunk_by(|a, b| a.suite == b.suite);
    groups.filter_map(|scores| Some((scores.first()?.suite.as_str(), scores))).collect()
}

fn counts(name: &str, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let Summary { recordings, passed, failed, undecided, turns, .. } = summary;
    writeln!(
        out,
        "{name}: {recordings} recordings, {turns} turns: {passed} passed, {failed} failed, {undecided} undecided"
    )
}

fn one(score: &CaseScore, out: &mut dyn Write) -> io::Result<()> {
    let word = match () {
        () if !score.failures.is_empty() => "failed",
        () if score.undecided.is_some() => "undecided",
        () => "passed",
    };
    let file = score.recording.rsplit('/').next().unwrap_or(&score.recording);
    let at = score.accepted_at.map_or(String::new(), |turn| format!(", accepted at turn {turn}"));
    let repairs = if score.repairs > 0 { format!(" after {} repairs", score.repairs) } else { String::new() };
    let row: String = score.by_turn.iter().map(mark).collect();
    let line = format!("  {word:9} {} ({})  {row}{at}{repairs}", visible(&score.case), visible(file));
    writeln!(out, "{}", line.trim_end())?;
    for failure in &score.failures {
        writeln!(out, "    {}", visible(failure))?;
    }
    if let Some(reason) = &score.undecided {
        for line in reason.lines() {
            writeln!(out, "    {}", visible(line))?;
        }
    }
    for turn in &score.by_turn {
        for drift in &turn.drift {
            writeln!(out, "    drift at turn {}: {}", turn.turn, visible(drift))?;
        }
    }
    for regression in &score.regressions {
        writeln!(out, "    turn {} broke {}", regression.turn, regression.rule)?;
    }
    Ok(())
}

/// A turn as one character: accepted, refused, incomplete, flawed, a fragment, words alone.
fn mark(turn: &TurnScore) -> char {
    match (turn.verdict, turn.yaml) {
        (Some(Verdict::Accepted), _) => 'A',
        (Some(Verdict::Refused), _) => 'r',
        (Some(Verdict::Incomplete), _) => '?',
        (None, Some(YamlKind::Flawed)) => 'x',
        (None, Some(YamlKind::Fragment)) => 'f',
        (None, _) => '.',
    }
}

fn numbers(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    counts("  in all", summary, out)?;
    let recordings = summary.recordings;
    if summary.with_file > 0 {
        let of = summary.with_file;
        let (valid, clean, accepted) = (summary.first_valid, summary.first_clean, summary.first_accepted);
        writeln!(out, "  first file of {of}: {valid} valid, {clean} clean of policy errors, {accepted} accepted")?;
        let within: Vec<String> =
            summary.accepted_within.iter().map(|(repairs, count)| format!("{count} within {repairs}")).collect();
        let interval = summary.accepted_interval.map(|(low, high)| format!(" (95 % interval {low} to {high})"));
        let accepted = summary.accepted;
        writeln!(
            out,
            "  accepted: {accepted} of {recordings}{}; by repairs: {}",
            interval.unwrap_or_default(),
            within.join(", ")
        )?;
    }
    if summary.flawed > 0 {
        writeln!(out, "  files that were cut off or left parts out: {}", summary.flawed)?;
    }
    if summary.drift > 0 {
        writeln!(out, "  drift: {} conclusions differ from the recorded ones", summary.drift)?;
    }
    if !summary.violations.is_empty() {
        writeln!(out, "  revisions that violate a rule:")?;
        let mut rules: Vec<(&String, &usize)> = summary.violations.iter().collect();
        rules.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        for (rule, count) in rules {
            writeln!(out, "  {count:6} {rule}")?;
        }
    }
    Ok(())
}

fn baseline(compared: &[Compared], out: &mut dyn Write) -> io::Result<()> {
    let count = |change: Change| compared.iter().filter(|one| one.change == change).count();
    writeln!(
        out,
        "\nagainst the baseline: {} better, {} worse, {} the same, {} new, {} gone",
        count(Change::Better),
        count(Change::Worse),
        count(Change::Same),
        count(Change::New),
        count(Change::Gone)
    )?;
    for one in compared.iter().filter(|one| one.change != Change::Same) {
        let word = match one.change {
            Change::Worse => "worse",
            Change::Better => "better",
            Change::New => "new",
            Change::Gone => "gone",
            Change::Same => continue,
        };
        writeln!(out, "  {word:6} {}", visible(&one.name))?;
        for difference in &one.differences {
            writeln!(out, "         {}", visible(difference))?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct WireReport<'r> {
    version: u32,
    summary: Summary,
    suites: Vec<WireSuite<'r>>,
    scores: &'r [CaseScore],
    problems: Vec<WireProblem<'r>>,
}

#[derive(Serialize)]
struct WireSuite<'r> {
    name: &'r str,
    summary: Summary,
}

#[derive(Serialize)]
struct WireProblem<'r> {
    path: &'r str,
    line: usize,
    column: usize,
    message: &'r str,
}

/// Writes a run as JSON, version 1; the same form is a baseline.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let problems = report.problems.iter().map(|problem| WireProblem {
        path: &problem.name,
        line: problem.line,
        column: problem.column,
        message: &problem.message,
    });
    let suites =
        suites(report).into_iter().map(|(name, scores)| WireSuite { name, summary: Summary::of(scores) }).collect();
    let wire = WireReport {
        version: 1,
        summary: report.summary(),
        suites,
        scores: &report.scores,
        problems: problems.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &wire).map_err(io::Error::from)?;
    writeln!(out)
}
