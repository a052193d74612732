//! The report of a run for people.

use std::io::{self, Write};

use super::baseline::{Change, Comparison};
use super::beside::Beside;
use super::report::Report;
use super::score::CaseScore;
use super::summary::Summary;
use super::words::{
    MARKS, authored, changes, file, first_clean, interval, of_case, of_change, of_rule, remarks, row, settings,
    several, spreads, stale, suites, three_ways, torn,
};
use crate::engine::reworded;
use crate::finding::Severity;
use crate::report::{Look, visible};
use crate::text::counted;

/// How a run is written for people.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// Width and colour.
    pub look: Look,
    /// Whether recordings that passed are counted and not listed.
    pub failures_only: bool,
}

/// Recordings up to which nobody has to search for those that did not pass.
const FEW: usize = 12;

/// Writes a run for people: case by case, then the numbers. What is wrong with suites is counted; whoever reads them tells
/// it.
pub fn human(report: &Report, beside: &Beside, manner: Manner, out: &mut dyn Write) -> io::Result<()> {
    let Manner { look, failures_only } = manner;
    let suites = suites(report);
    if let Some(shard) = report.shard {
        writeln!(out, "part {shard} of the recordings; `pipewright eval merge` puts the parts together\n")?;
    }
    for (name, scores) in &suites {
        writeln!(out, "{}", look.bold(&visible(name)))?;
        let listed = scores.iter().filter(|score| !failures_only || !score.passed());
        listed.into_iter().try_for_each(|score| one(score, look, out))?;
        cases(scores, look, out)?;
        numbers(&Summary::of(scores), look, out)?;
        writeln!(out)?;
    }
    if suites.len() != 1 {
        counts("all", &report.summary(), out)?;
    }
    line(look, 0, MARKS, out)?;
    stale(report, beside).iter().try_for_each(|text| line(look, 0, text, out))?;
    let spared = report.spared();
    let bad = report.scores.iter().filter(|score| !score.passed() && !spared(score));
    let bad: Vec<&CaseScore> = bad.collect();
    if !failures_only && report.scores.len() > FEW && !bad.is_empty() {
        writeln!(out, "\nnot passed:")?;
        bad.into_iter().try_for_each(|score| again(score, look, out))?;
    }
    if let Some(comparison) = &beside.comparison {
        baseline(comparison, look, out)?;
    }
    if !beside.divergences.is_empty() {
        counterfactual(beside, look, out)?;
    }
    if !report.problems.is_empty() {
        let rest = if report.scores.is_empty() { "nothing" } else { "what they leave" };
        let count = counted(report.problems.len(), "mistake");
        writeln!(out, "\n{count} in suites and prompt scripts; {rest} was judged")?;
    }
    writeln!(out)?;
    line(look, 0, beside.honest(), out)
}

/// A line of text from anywhere, indented, and broken where the screen ends.
fn line(look: Look, indent: usize, text: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}{}", " ".repeat(indent), look.fold(&visible(text), indent, indent + 2))
}

/// The outcome in its colour, in a column.
fn outcome(score: &CaseScore, look: Look) -> String {
    let word = format!("{:9}", score.outcome());
    match score.outcome() {
        "passed" => look.good(&word),
        "failed" => look.severity(Severity::Error, &word),
        _ => look.severity(Severity::Warning, &word),
    }
}

/// A recording that did not pass, once more: what it is called, and the first reason.
fn again(score: &CaseScore, look: Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {} {}", outcome(score, look), look.fold(&visible(&score.name()), 12, 14))?;
    let mut told = score.failures.iter().map(String::as_str).chain(score.undecided.as_deref());
    let first = told.next().and_then(|first| first.lines().next()).unwrap_or_default();
    let more = told.count();
    let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
    line(look, 4, &format!("{first}{more}"), out)
}

fn counts(name: &str, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let Summary { recordings, passed, failed, undecided, turns, .. } = summary;
    let (recordings, turns) = (counted(*recordings, "recording"), counted(*turns, "turn"));
    writeln!(out, "{name}: {recordings}, {turns}: {passed} passed, {failed} failed, {undecided} undecided")
}

fn one(score: &CaseScore, look: Look, out: &mut dyn Write) -> io::Result<()> {
    // What was not played to its end came to nothing that counts.
    let at = score.accepted_at.filter(|_| score.is_judged());
    let at = at.map_or(String::new(), |turn| format!(", accepted at turn {turn}"));
    let repairs = match score.repairs {
        repairs if repairs > 0 && score.is_judged() => format!(" after {}", counted(repairs, "repair")),
        _ => String::new(),
    };
    let told = format!("{} ({})  {}{at}{repairs}", visible(&score.case), visible(&file(score)), row(score));
    writeln!(out, "  {} {}", outcome(score, look), look.fold(told.trim_end(), 12, 14))?;
    for failure in &score.failures {
        let label = look.severity(Severity::Error, "not met:");
        writeln!(out, "    {label} {}", look.fold(&visible(failure), 13, 6))?;
    }
    for reason in score.undecided.iter().flat_map(|reason| reason.lines()) {
        line(look, 4, reason, out)?;
    }
    for remark in remarks(score) {
        line(look, 4, &format!("note: {}", short(&remark)), out)?;
    }
    Ok(())
}

/// Characters of a drift that are shown; the JSON report has all.
const DRIFT: usize = 160;

fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(DRIFT).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

/// The cases that have several recordings.
fn cases(scores: &[CaseScore], look: Look, out: &mut dyn Write) -> io::Result<()> {
    several(scores).iter().try_for_each(|case| line(look, 2, &of_case(case), out))
}

fn numbers(summary: &Summary, look: Look, out: &mut dyn Write) -> io::Result<()> {
    counts("  in all", summary, out)?;
    authored(summary).iter().try_for_each(|text| line(look, 2, text, out))?;
    if summary.with_file > 0 {
        let (valid, accepted) = (summary.first_valid, summary.first_accepted);
        let clean = first_clean(summary);
        let of = summary.with_file;
        line(look, 2, &format!("first file, of {of} with one: {valid} valid, {clean}, {accepted} accepted"), out)?;
        let within: Vec<String> =
            summary.accepted_within.iter().map(|(repairs, count)| format!("{count} within {repairs}")).collect();
        let interval = summary.accepted_interval.map(interval).unwrap_or_default();
        let (accepted, answered) = (summary.accepted, summary.answered);
        let within = within.join(", ");
        line(look, 2, &format!("accepted: {accepted} of {answered}{interval}; by repairs: {within}"), out)?;
    }
    spreads(summary).iter().try_for_each(|text| line(look, 2, text, out))?;
    if summary.lines_changed > 0 {
        let (changed, needed) = (summary.lines_changed, summary.lines_needed);
        let edits = format!(
            "edits: {} changed from file to file, {needed} between the first and the last",
            counted(changed, "line")
        );
        line(look, 2, &edits, out)?;
    }
    let failed = summary.flawed + summary.missing_files;
    if failed > 0 {
        let flawed = if summary.flawed == 1 { "1 reply".to_owned() } else { format!("{} replies", summary.flawed) };
        let missing = counted(summary.missing_files, "turn");
        let told = format!("not read: {flawed} cut off or with parts left out, {missing} without their file");
        line(look, 2, &told, out)?;
    }
    if summary.stale_prompts > 0 {
        writeln!(out, "  made with other system or repair prompts than today's: {}", summary.stale_prompts)?;
    }
    torn(summary).iter().try_for_each(|text| line(look, 2, text, out))?;
    if summary.drift > 0 {
        let (drift, differ) = (summary.drift, if summary.drift == 1 { "differs" } else { "differ" });
        writeln!(out, "  drift: {} {differ} from the recorded", counted(drift, "conclusion"))?;
    }
    if summary.reworded > 0 {
        writeln!(out, "  {}", reworded(summary.reworded))?;
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

fn baseline(comparison: &Comparison, look: Look, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    line(look, 0, &format!("against the baseline: {}", changes(comparison)), out)?;
    settings(comparison).iter().try_for_each(|text| line(look, 2, text, out))?;
    let mut row = |change: Change, text: &str, below: &[String]| {
        writeln!(out, "  {} {}", weighed(change, look), look.fold(&visible(text), 12, 14))?;
        below.iter().try_for_each(|text| line(look, 12, text, out))
    };
    for one in comparison.recordings.iter().filter(|one| one.change != Change::Same) {
        row(one.change, &one.name, &one.differences)?;
    }
    for case in comparison.cases.iter().filter(|case| case.change != Change::Same) {
        row(case.change, &format!("case {}", of_change(case)), &[])?;
    }
    for rule in comparison.rules.iter().filter(|rule| rule.change != Change::Same) {
        row(rule.change, &format!("rule {}", of_rule(rule)), &[])?;
    }
    Ok(())
}

/// A change in its colour, in a column.
fn weighed(change: Change, look: Look) -> String {
    let word = format!("{:9}", change.word());
    match change {
        Change::Worse => look.severity(Severity::Error, &word),
        Change::Gone | Change::Unchecked => look.severity(Severity::Warning, &word),
        Change::Better => look.good(&word),
        Change::Same | Change::New => word,
    }
}

fn counterfactual(beside: &Beside, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let Beside { divergences, instead, .. } = beside;
    let apart: Vec<_> = divergences.iter().filter(|one| one.turn.is_some()).collect();
    writeln!(out, "\n{instead}: {} of {} recordings differ", apart.len(), divergences.len())?;
    for one in apart {
        writeln!(out, "  {}", visible(&one.name))?;
        line(look, 4, &three_ways(one), out)?;
        let mut lines = one.text.lines();
        let first = format!("from turn {}: {}", one.turn.unwrap_or_default(), lines.next().unwrap_or_default());
        line(look, 4, &first, out)?;
        lines.try_for_each(|text| line(look, 6, text, out))?;
    }
    Ok(())
}
