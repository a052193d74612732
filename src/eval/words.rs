//! Words and marks that several forms of a report have in common.

use super::against::revisions;
use super::baseline::{CaseChange, Change, Comparison, RuleChange};
use super::beside::Beside;
use super::instead::Divergence;
use super::report::Report;
use super::score::{CaseScore, TurnScore};
use super::summary::{CaseSummary, Spread, Summary};
use crate::engine::YamlKind;
use crate::finding::Verdict;
use crate::text::{command, counted, with, with_files};

/// The scores of each suite; they stand together.
pub(super) fn suites(report: &Report) -> Vec<(&str, &[CaseScore])> {
    let groups = report.scores.chunk_by(|a, b| a.suite == b.suite);
    groups.filter_map(|scores| Some((scores.first()?.suite.as_str(), scores))).collect()
}

/// The turns of a recording, a character each.
pub(super) fn row(score: &CaseScore) -> String {
    score.by_turn.iter().map(mark).collect()
}

/// A case with several recordings in a line.
pub(super) fn of_case(case: &CaseSummary<'_>) -> String {
    let interval = case.pass_interval.map(interval).unwrap_or_default();
    let at: Vec<String> = case.pass_at.iter().map(|(k, share)| format!("pass@{k} {}", percent(*share))).collect();
    let at = if at.is_empty() { "written by hand".to_owned() } else { at.join(", ") };
    format!("{}: {} of {} passed{interval}; {at}", case.case, case.passed, case.judged)
}

/// What is to be known of recordings whose replies were written by hand, where there are some.
pub(super) fn authored(summary: &Summary) -> Option<String> {
    let count = counted(summary.authored, "recording");
    let text =
        || format!("authored: {count} written by hand: no number of files or rules counts what no model has said");
    (summary.authored > 0).then(text)
}

/// What is to be known of recordings that break off, where there are some.
pub(super) fn torn(summary: &Summary) -> Option<String> {
    let break_off = if summary.torn == 1 { "breaks" } else { "break" };
    let count = counted(summary.torn, "recording");
    (summary.torn > 0).then(|| format!("torn: {count} {break_off} off; what is lost counts as no drift"))
}

/// What is to be known of stale recordings, and the next move, where there are some.
pub(super) fn stale(report: &Report, beside: &Beside) -> Option<String> {
    let stale = || report.scores.iter().filter(|score| score.stale);
    let left_out = report.scores.iter().any(|score| report.is_left_out(score));
    let asked = |options: &[&str]| {
        let of_suites = |files: &[String]| {
            let chosen = report.chosen.filter.options();
            let given: Vec<String> = chosen.into_iter().chain(beside.again.iter().cloned()).collect();
            let more = given.iter().map(String::as_str).chain(options.iter().copied());
            command(&with(with_files(["eval"], files), more))
        };
        report.files.as_deref().map_or_else(|| options.join(" "), of_suites)
    };
    let mut live = Vec::new();
    // What is compiled in has nowhere to go.
    if report.files.as_deref().is_none_or(|files| !files.is_empty()) {
        if stale().any(|score| !score.foreign && !score.authored) {
            live.push(format!("`{}` records anew", asked(&["--live", "--stale", "record"])));
        }
        if stale().any(|score| score.foreign && !score.authored && !score.alone) {
            let asked = asked(&["--live", "--stale", "leave-out"]);
            live.push(format!("`{asked}` records beside what other programs made"));
        }
    }
    let live = |before: &str| if live.is_empty() { String::new() } else { format!("{before}{}", live.join(", ")) };
    let next = match report.undecided() {
        _ if !left_out => format!("`--stale leave-out` judges without{}", live(", ")),
        0 => "left out".to_owned(),
        // A part does not know the other recordings of a case.
        _ => format!("left out, but for cases that have no other{}", live("; ")),
    };
    let count = stale().count();
    (count > 0).then(|| format!("stale: {} made for other prompts than today's: {next}", counted(count, "recording")))
}

/// The file of a recording, without its folders.
pub(super) fn name_of_file(score: &CaseScore) -> &str {
    score.recording.rsplit('/').next().unwrap_or(&score.recording)
}

/// The same, and whether its replies were written by hand.
pub(super) fn file(score: &CaseScore) -> String {
    format!("{}{}", name_of_file(score), if score.authored { ", authored" } else { "" })
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
        all.push(format!("{} with rules that are no longer checked, or no error any more", count(Change::Unchecked)));
    }
    all.join(", ")
}

/// The cases of which several recordings could be judged.
pub(super) fn several(scores: &[CaseScore]) -> Vec<CaseSummary<'_>> {
    CaseSummary::all(scores).into_iter().filter(|case| case.judged > 1).collect()
}

/// Turns and tokens to acceptance, where there are any.
pub(super) fn spreads(summary: &Summary) -> Vec<String> {
    let spreads = [("turns", summary.turns_to_acceptance), ("tokens", summary.tokens_to_acceptance)];
    let told = spreads.into_iter().filter_map(|(what, spread)| Some((what, spread?)));
    let told = told.map(|(what, Spread { least, median, most })| {
        format!("{what} to acceptance: median {median}, from {least} to {most}")
    });
    told.collect()
}

/// What a recording shows beside its demands: drift, rules that broke, what was repaired on reading. Drift that comes back at
/// several turns is told once.
pub(super) fn remarks(score: &CaseScore) -> Vec<String> {
    let mut remarks = score.notices.clone();
    if score.stale_prompts {
        let stale = "made with other system or repair prompts than today's: it shows how a model answered those";
        remarks.push(stale.to_owned());
    }
    let mut drift: Vec<(&str, Vec<String>)> = Vec::new();
    for (turn, text) in score.by_turn.iter().flat_map(|turn| turn.drift.iter().map(|text| (turn.turn, text.as_str()))) {
        match drift.iter_mut().find(|(known, _)| *known == text) {
            Some((_, turns)) => turns.push(turn.to_string()),
            None => drift.push((text, vec![turn.to_string()])),
        }
    }
    for (text, mut turns) in drift {
        turns.dedup();
        let noun = if turns.len() == 1 { "turn" } else { "turns" };
        remarks.push(format!("drift at {noun} {}: {text}", turns.join(", ")));
    }
    remarks.extend(score.regressions.iter().map(|one| format!("turn {} broke {}", one.turn, one.rule)));
    remarks
}

/// The verdicts of a recording turn by turn: recorded, now, instead. A chat of another program has none recorded, and
/// neither has one without a file.
pub(super) fn three_ways(one: &Divergence) -> String {
    let mark = |verdict: &Option<Verdict>| match verdict {
        Some(Verdict::Accepted) => 'A',
        Some(Verdict::Refused) => 'r',
        Some(Verdict::Incomplete) => '?',
        None => '.',
    };
    let row = |verdicts: &[Option<Verdict>]| -> String { verdicts.iter().map(mark).collect() };
    let recorded = match one.recorded.iter().any(Option::is_some) {
        true => format!("recorded {}", row(&one.recorded)),
        false => "no verdict recorded".to_owned(),
    };
    format!("{recorded}  now {}  instead {}", row(&one.now), row(&one.instead))
}

/// What the marks of a row mean.
pub(super) const MARKS: &str =
    "a turn: A accepted, r refused, ? incomplete, x cut off or with parts left out, f fragment, . words alone";
