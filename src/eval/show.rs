//! The report of a run for people.

use std::io::{self, Write};

use super::against::revisions;
use super::baseline::{CaseChange, Change, Comparison, RuleChange};
use super::beside::Beside;
use super::run::Report;
use super::score::{CaseScore, TurnScore};
use super::summary::{CaseSummary, Spread, Summary};
use crate::engine::YamlKind;
use crate::finding::Verdict;
use crate::report::visible;

/// Writes a run for people: case by case, then the numbers. What is wrong with suites is counted; whoever reads them tells it.
pub fn human(report: &Report, beside: &Beside, out: &mut dyn Write) -> io::Result<()> {
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
        counterfactual(beside, out)?;
    }
    if !report.problems.is_empty() {
        let (count, rest) = (
            counted(report.problems.len(), "mistake"),
            if report.scores.is_empty() { "nothing" } else { "what they leave" },
        );
        writeln!(out, "\n{count} in suites and prompt scripts; {rest} was judged")?;
    }
    writeln!(out, "\n{}", beside.honest())
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
    // What was not played to its end came to nothing that counts.
    let at = score.accepted_at.filter(|_| score.is_judged());
    let at = at.map_or(String::new(), |turn| format!(", accepted at turn {turn}"));
    let repairs = match score.repairs {
        repairs if repairs > 0 && score.is_judged() => format!(" after {}", counted(repairs, "repair")),
        _ => String::new(),
    };
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
    for notice in &score.notices {
        writeln!(out, "    {}", visible(notice))?;
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
    let interval = case.pass_interval.map(interval).unwrap_or_default();
    let at: Vec<String> = case.pass_at.iter().map(|(k, share)| format!("pass@{k} {}", percent(*share))).collect();
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

/// How many first files are clean of policy errors, of those whose policy was checked.
pub(super) fn first_clean(summary: &Summary) -> String {
    match (summary.first_checked, summary.first_clean) {
        (0, _) => "policy not checked".to_owned(),
        (checked, clean) if checked == summary.with_file => format!("{clean} clean of policy errors"),
        (checked, clean) => format!("{clean} of {checked} clean of policy errors"),
    }
}

/// A 95 % interval in per cent, in brackets.
pub(super) fn interval((low, high): (f64, f64)) -> String {
    format!(" (95 % interval {} to {})", percent(low), percent(high))
}

/// A share in per cent, with a digit behind the point where it has one.
fn percent(share: f64) -> String {
    let shown = format!("{:.1}", share * 100.0);
    format!("{} %", shown.strip_suffix(".0").unwrap_or(&shown))
}

fn numbers(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    counts("  in all", summary, out)?;
    if summary.with_file > 0 {
        let (valid, accepted) = (summary.first_valid, summary.first_accepted);
        let clean = first_clean(summary);
        writeln!(out, "  first file, of {} with one: {valid} valid, {clean}, {accepted} accepted", summary.with_file)?;
        let within: Vec<String> =
            summary.accepted_within.iter().map(|(repairs, count)| format!("{count} within {repairs}")).collect();
        let interval = summary.accepted_interval.map(interval).unwrap_or_default();
        let (accepted, judged) = (summary.accepted, summary.judged);
        writeln!(out, "  accepted: {accepted} of {judged}{interval}; by repairs: {}", within.join(", "))?;
    }
    let spreads = [("turns", summary.turns_to_acceptance), ("tokens", summary.tokens_to_acceptance)];
    for (what, spread) in spreads {
        if let Some(Spread { least, median, most }) = spread {
            writeln!(out, "  {what} to acceptance: median {median}, from {least} to {most}")?;
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
    writeln!(out, "\nagainst the baseline: {}", changes(comparison))?;
    for line in settings(comparison) {
        writeln!(out, "  {}", visible(&line))?;
    }
    for one in comparison.recordings.iter().filter(|one| one.change != Change::Same) {
        writeln!(out, "  {:6} {}", one.change.word(), visible(&one.name))?;
        for difference in &one.differences {
            writeln!(out, "         {}", visible(difference))?;
        }
    }
    for case in comparison.cases.iter().filter(|case| case.change != Change::Same) {
        writeln!(out, "  {:6} case {}", case.change.word(), visible(&of_change(case)))?;
    }
    for rule in comparison.rules.iter().filter(|rule| rule.change != Change::Same) {
        writeln!(out, "  {:6} rule {}", rule.change.word(), of_rule(rule))?;
    }
    Ok(())
}

/// A case now and before.
pub(super) fn of_change(case: &CaseChange) -> String {
    let ((was, of), (now, of_now)) = (case.before, case.now);
    format!("{}: {was} of {of} passed before, {now} of {of_now} now", case.name)
}

/// A rule now and before.
pub(super) fn of_rule(rule: &RuleChange) -> String {
    let before = revisions(rule.before);
    match rule.change {
        Change::Unchecked => format!("{}: violated in {before} before, not checked now", rule.rule),
        _ => format!("{}: violated in {before} before, in {} now", rule.rule, rule.now),
    }
}

/// What is to be known of the settings before anything is compared.
pub(super) fn settings(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    if comparison.other_settings > 0 {
        let count = counted(comparison.other_settings, "recording");
        lines.push(format!("the settings differ from the baseline's for {count}: what changed may come from there"));
    }
    if !comparison.unchecked.is_empty() {
        lines.push(format!("no longer checked: {}", comparison.unchecked.join(", ")));
    }
    lines
}

/// How many recordings fare how.
pub(super) fn changes(comparison: &Comparison) -> String {
    let count = |change: Change| comparison.recordings.iter().filter(|one| one.change == change).count();
    let all = [(Change::Better, "better"), (Change::Worse, "worse"), (Change::Same, "the same")];
    let all = all.into_iter().chain([(Change::New, "new"), (Change::Gone, "gone")]);
    let mut all: Vec<String> = all.map(|(change, word)| format!("{} {word}", count(change))).collect();
    if count(Change::Unchecked) > 0 {
        all.push(format!("{} with rules that are no longer checked", count(Change::Unchecked)));
    }
    all.join(", ")
}

fn counterfactual(beside: &Beside, out: &mut dyn Write) -> io::Result<()> {
    let row =
        |verdicts: &[Option<Verdict>]| -> String { verdicts.iter().map(|verdict| of_verdict(*verdict)).collect() };
    let Beside { divergences, instead, .. } = beside;
    let apart: Vec<_> = divergences.iter().filter(|one| one.turn.is_some()).collect();
    writeln!(out, "\n{instead}: {} of {} recordings differ", apart.len(), divergences.len())?;
    for one in apart {
        writeln!(out, "  {}", visible(&one.name))?;
        let (recorded, now, instead) = (row(&one.recorded), row(&one.now), row(&one.instead));
        writeln!(out, "    recorded {recorded}  now {now}  instead {instead}")?;
        let mut lines = one.text.lines().map(visible);
        let first = lines.next().unwrap_or_default();
        writeln!(out, "    from turn {}: {first}", one.turn.unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(out, "      {line}"))?;
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
