//! The report of a run for people.

use std::io::{self, Write};

use super::baseline::{CaseChange, Change, Comparison};
use super::beside::Beside;
use super::instead::Divergence;
use super::run::Report;
use super::score::{CaseScore, TurnScore};
use super::summary::{CaseSummary, Spread, Summary};
use crate::engine::YamlKind;
use crate::finding::Verdict;
use crate::report::visible;

/// Says what an offline run can tell.
pub(super) const HONEST: &str = "Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.";

/// Writes a run for people: case by case, then the numbers.
pub fn human(report: &Report, beside: &Beside, out: &mut dyn Write) -> io::Result<()> {
    for problem in &report.problems {
        let place = format!("{}:{}:{}", problem.name, problem.line, problem.column);
        writeln!(out, "error: {}: {}", visible(&place), visible(&problem.message))?;
    }
    if !report.problems.is_empty() {
        writeln!(out, "what is wrong above was left out; the other cases were judged\n")?;
    }
    let suites = suites(report);
    if let Some(shard) = report.shard {
        writeln!(out, "part {shard} of the recordings; `pipewright eval merge` puts the parts together\n")?;
    }
    for (name, scores) in &suites {
        writeln!(out, "{}", visible(name))?;
        scores.iter().try_for_each(|score| one(score, out))?;
        cases(scores, out)?;
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
    if let Some(comparison) = &beside.comparison {
        baseline(comparison, out)?;
    }
    if !beside.divergences.is_empty() {
        counterfactual(&beside.divergences, out)?;
    }
    writeln!(out, "\n{HONEST}")
}

/// The scores of each suite; they stand together.
pub(super) fn suites(report: &Report) -> Vec<(&str, &[CaseScore])> {
    let groups = report.scores.chunk_by(|a, b| a.suite == b.suite);
    groups.filter_map(|scores| Some((scores.first()?.suite.as_str(), scores))).collect()
}

fn counts(name: &str, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let Summary { recordings, passed, failed, undecided, turns, .. } = summary;
    let (recordings, turns) = (counted(*recordings, "recording"), counted(*turns, "turn"));
    writeln!(out, "{name}: {recordings}, {turns}: {passed} passed, {failed} failed, {undecided} undecided")
}

fn one(score: &CaseScore, out: &mut dyn Write) -> io::Result<()> {
    let word = score.outcome();
    let file = score.recording.rsplit('/').next().unwrap_or(&score.recording);
    let at = score.accepted_at.map_or(String::new(), |turn| format!(", accepted at turn {turn}"));
    let repairs =
        if score.repairs > 0 { format!(" after {}", counted(score.repairs, "repair")) } else { String::new() };
    let row = row(score);
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
    if score.stale_prompts {
        writeln!(
            out,
            "    made with other system or repair prompts than today's: it shows how a model answered those"
        )?;
    }
    for turn in &score.by_turn {
        for drift in &turn.drift {
            writeln!(out, "    drift at turn {}: {}", turn.turn, short(&visible(drift)))?;
        }
    }
    for regression in &score.regressions {
        writeln!(out, "    turn {} broke {}", regression.turn, regression.rule)?;
    }
    Ok(())
}

/// A number with its noun.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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

/// The turns of a recording, a character each.
pub(super) fn row(score: &CaseScore) -> String {
    score.by_turn.iter().map(mark).collect()
}

/// The cases that have several recordings.
fn cases(scores: &[CaseScore], out: &mut dyn Write) -> io::Result<()> {
    for case in CaseSummary::all(scores).iter().filter(|case| case.judged > 1) {
        writeln!(out, "  {}", visible(&of_case(case)))?;
    }
    Ok(())
}

/// A case with several recordings in a line.
pub(super) fn of_case(case: &CaseSummary<'_>) -> String {
    let interval = case.pass_interval.map_or(String::new(), |(low, high)| format!(" (95 % interval {low} to {high})"));
    let at: Vec<String> = case.pass_at.iter().map(|(k, share)| format!("pass@{k} {share}")).collect();
    format!("{}: {} of {} passed{interval}; {}", case.case, case.passed, case.judged, at.join(", "))
}

/// A turn as one character: accepted, refused, incomplete, flawed, a fragment, words alone.
pub(super) fn mark(turn: &TurnScore) -> char {
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
    let spreads = [("turns", summary.turns_to_acceptance), ("tokens", summary.tokens_to_acceptance)];
    for (what, spread) in spreads {
        if let Some(Spread { least, median, most }) = spread {
            writeln!(out, "  {what} to acceptance: {median} in the middle, {least} to {most}")?;
        }
    }
    if summary.lines_changed > 0 {
        let (changed, needed) = (summary.lines_changed, summary.lines_needed);
        writeln!(out, "  edits: {changed} lines changed from file to file, {needed} between the first and the last")?;
    }
    let failed = summary.flawed + summary.missing_files;
    if failed > 0 {
        let (flawed, missing) = (summary.flawed, summary.missing_files);
        writeln!(
            out,
            "  not read: {flawed} replies cut off or with parts left out, {missing} turns without their file"
        )?;
    }
    if summary.stale_prompts > 0 {
        writeln!(out, "  made with other system or repair prompts than today's: {}", summary.stale_prompts)?;
    }
    if summary.drift > 0 {
        let (drift, differ) = (summary.drift, if summary.drift == 1 { "differs" } else { "differ" });
        writeln!(out, "  drift: {} {differ} from the recorded", counted(drift, "conclusion"))?;
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

fn baseline(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let all = &comparison.recordings;
    writeln!(out, "\nagainst the baseline: {}", changes(comparison))?;
    for one in all.iter().filter(|one| one.change != Change::Same) {
        writeln!(out, "  {:6} {}", one.change.word(), visible(&one.name))?;
        for difference in &one.differences {
            writeln!(out, "         {}", visible(difference))?;
        }
    }
    for case in comparison.cases.iter().filter(|case| case.change != Change::Same) {
        writeln!(out, "  {:6} case {}", case.change.word(), visible(&of_change(case)))?;
    }
    for rule in comparison.rules.iter().filter(|rule| rule.change != Change::Same) {
        let (before, now) = (rule.before, rule.now);
        writeln!(
            out,
            "  {:6} rule {}: violated in {before} revisions before, in {now} now",
            rule.change.word(),
            rule.rule
        )?;
    }
    Ok(())
}

/// A case now and before.
pub(super) fn of_change(case: &CaseChange) -> String {
    let ((was, of), (now, of_now)) = (case.before, case.now);
    format!("{}: {was} of {of} passed before, {now} of {of_now} now", case.name)
}

/// How many recordings fare how.
pub(super) fn changes(comparison: &Comparison) -> String {
    let count = |change: Change| comparison.recordings.iter().filter(|one| one.change == change).count();
    let all = [(Change::Better, "better"), (Change::Worse, "worse"), (Change::Same, "the same")];
    let all = all.into_iter().chain([(Change::New, "new"), (Change::Gone, "gone")]);
    all.map(|(change, word)| format!("{} {word}", count(change))).collect::<Vec<_>>().join(", ")
}

fn counterfactual(divergences: &[Divergence], out: &mut dyn Write) -> io::Result<()> {
    let row =
        |verdicts: &[Option<Verdict>]| -> String { verdicts.iter().map(|verdict| of_verdict(*verdict)).collect() };
    let apart = divergences.iter().filter(|one| one.turn.is_some()).count();
    writeln!(out, "\nunder the other settings: {apart} of {} recordings differ", divergences.len())?;
    for one in divergences {
        writeln!(out, "  {}", visible(&one.name))?;
        let (recorded, now, instead) = (row(&one.recorded), row(&one.now), row(&one.instead));
        writeln!(out, "    recorded {recorded}  now {now}  instead {instead}")?;
        if let Some(turn) = one.turn {
            writeln!(out, "    from turn {turn}: {}", visible(&one.text))?;
        }
    }
    Ok(())
}

fn of_verdict(verdict: Option<Verdict>) -> char {
    match verdict {
        Some(Verdict::Accepted) => 'A',
        Some(Verdict::Refused) => 'r',
        Some(Verdict::Incomplete) => '?',
        None => '.',
    }
}
