//! The report of a run in Markdown, for the comment of a pull request.

use std::io::{self, Write};

use super::baseline::Change;
use super::beside::Beside;
use super::report::Report;
use super::summary::Summary;
use super::words::{
    MARKS, authored, changes, of_case, of_change, of_rule, row, settings, several, stale, suites, three_ways, torn,
};
use crate::report::visible;

/// Items of a list that are written: a comment of a pull request takes 32 KiB.
const MOST: usize = 50;

/// Writes a run in Markdown: a table of suites, then what needs a look.
pub fn markdown(report: &Report, beside: &Beside, out: &mut dyn Write) -> io::Result<()> {
    let summary = report.summary();
    let Summary { recordings, passed, failed, undecided, .. } = &summary;
    let part = report.shard.map_or(String::new(), |shard| format!(" (part {shard})"));
    writeln!(
        out,
        "### pipewright eval{part}: {passed} of {recordings} passed, {failed} failed, {undecided} undecided\n"
    )?;
    writeln!(out, "| suite | recordings | passed | failed | undecided | first file accepted | accepted | drift |")?;
    writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for (name, scores) in suites(report) {
        let Summary { recordings, passed, failed, undecided, first_accepted, with_file, accepted, drift, .. } =
            Summary::of(scores);
        writeln!(
            out,
            "| {} | {recordings} | {passed} | {failed} | {undecided} | {first_accepted} of {with_file} | {accepted} | {drift} |",
            cell(name)
        )?;
    }
    if let Some(text) = authored(&summary) {
        writeln!(out, "\n{}", cell(&text))?;
    }
    if let Some(text) = torn(&summary) {
        writeln!(out, "\n{}", cell(&text))?;
    }
    if let Some(text) = stale(report, beside) {
        writeln!(out, "\n{}", cell(&text))?;
    }
    let several = several(&report.scores);
    section("Cases with several recordings", several.iter().map(|case| cell(&of_case(case))), out)?;
    let problems = report.problems.iter().map(|problem| cell(&problem.to_string()));
    section("Wrong in a suite", problems, out)?;
    let spared = report.spared();
    let bad = report.scores.iter().filter(|score| !score.passed() && !spared(score)).map(|score| {
        let told: Vec<&str> = score.failures.iter().map(String::as_str).chain(score.undecided.as_deref()).collect();
        let first: Vec<String> = told.first().map(|first| first.lines().map(cell).collect()).unwrap_or_default();
        let first = first.join("<br>");
        let more = if told.len() > 1 { format!(" (and {} more)", told.len() - 1) } else { String::new() };
        let row = if score.by_turn.is_empty() { String::new() } else { format!(" `{}`", row(score)) };
        format!("{}{row} {}: {}{more}", score.outcome(), cell(&score.name()), first)
    });
    section("Not passed", bad, out)?;
    if report.scores.iter().any(|score| !score.passed() && !score.by_turn.is_empty()) {
        writeln!(out, "\n<sub>{MARKS}</sub>")?;
    }
    if let Some(comparison) = &beside.comparison {
        writeln!(out, "\n#### Against the baseline: {}", changes(comparison))?;
        let recordings = comparison.recordings.iter().filter(|one| one.change != Change::Same);
        let lines = recordings.map(|one| {
            let told =
                if one.differences.is_empty() { String::new() } else { format!(": {}", one.differences.join("; ")) };
            format!("{} {}{}", one.change.word(), cell(&one.name), cell(&told))
        });
        let rules = comparison.rules.iter().filter(|rule| rule.change != Change::Same);
        let rules = rules.map(|one| format!("{} rule {}", one.change.word(), cell(&of_rule(one))));
        let cases = comparison.cases.iter().filter(|case| case.change != Change::Same);
        let cases = cases.map(|case| format!("{} case {}", case.change.word(), cell(&of_change(case))));
        let settings = settings(comparison).into_iter().map(|line| cell(&line));
        list(settings.chain(lines).chain(cases).chain(rules), out)?;
    }
    let apart: Vec<_> = beside.divergences.iter().filter(|one| one.turn.is_some()).collect();
    if !beside.divergences.is_empty() {
        writeln!(out, "\n#### {} of {} recordings differ {}", apart.len(), beside.divergences.len(), beside.instead)?;
        let told = apart.iter().map(|one| {
            let text: Vec<String> = one.text.lines().map(cell).collect();
            let (name, rows) = (cell(&one.name), three_ways(one));
            format!("{name}: `{rows}`; from turn {}: {}", one.turn.unwrap_or_default(), text.join("<br>"))
        });
        list(told, out)?;
    }
    writeln!(out, "\n<sub>{}</sub>", beside.honest())
}

fn section(title: &str, lines: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(out, "\n#### {title}")?;
        list(lines, out)?;
    }
    Ok(())
}

fn list(lines: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = lines.peekable();
    if lines.peek().is_some() {
        writeln!(out)?;
    }
    lines.by_ref().take(MOST).try_for_each(|line| writeln!(out, "- {line}"))?;
    match lines.count() {
        0 => Ok(()),
        more => writeln!(out, "- and {more} more; `--format html` or `json` has them all"),
    }
}

/// A text that stays one cell or item, and of which nothing is read as markup or as a mention.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '<' | '>' | '*' | '_' | '[' | ']' | '\\' | '#' | '`' => out.extend(['\\', c]),
            '@' => out.push_str("&#64;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::CaseScore;

    #[test]
    fn names_of_others_are_no_markup() {
        let score = CaseScore {
            suite: "a|b".to_owned(),
            case: "<img src=x>".to_owned(),
            recording: "r`@all`.jsonl".to_owned(),
            failures: vec!["turn 1: *no*\n# file".to_owned(), "second".to_owned()],
            ..CaseScore::default()
        };
        let report = Report { scores: vec![score], ..Report::default() };
        let mut out = Vec::new();
        markdown(&report, &Beside::default(), &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
        ### pipewright eval: 0 of 1 passed, 1 failed, 0 undecided

        | suite | recordings | passed | failed | undecided | first file accepted | accepted | drift |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
        | a\|b | 1 | 0 | 1 | 0 | 0 of 0 | 0 | 0 |

        #### Not passed

        - failed a\|b / \<img src=x\> / r\`&#64;all\`.jsonl: turn 1: \*no\*<br>\# file (and 1 more)

        <sub>Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today.</sub>
        ");
    }
}
