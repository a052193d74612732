//! A run as one page of HTML: the way from reply to acceptance, rules, turns, and every conversation with its file.

use std::io::{self, Write};

use askama::Template;

use super::words::{
    authored, changes, interval, mark, name_of_file, of_case, of_change, of_rule, remarks, settings, several, spreads,
    stale, three_ways,
};
use super::{
    Beside, CaseChange, CaseScore, Change, Compared, Comparison, Divergence, Report, RuleChange, Summary, TurnScore,
};
use crate::finding::Verdict;
use crate::report::visible;
use crate::transcript::{Told, escaped, section, write_page};

/// Writes a run as a page; `told` has the conversations by the index of their score, as far as there are any.
pub fn page(report: &Report, beside: &Beside, told: &[Option<Told>], out: &mut dyn Write) -> io::Result<()> {
    let conversations: Vec<String> = told
        .iter()
        .enumerate()
        .map(|(index, told)| told.as_ref().map_or(Ok(String::new()), |told| section(told, &format!("s{index}"), 3)))
        .collect::<io::Result<_>>()?;
    let view = Page {
        report,
        summary: report.summary(),
        comparison: beside.comparison.as_ref(),
        divergences: &beside.divergences,
        stale: stale(report, beside),
        conversations: &conversations,
        honest: beside.honest(),
        instead: &beside.instead,
        cases: several(&report.scores).iter().map(of_case).collect(),
    };
    write_page("Evals", &view.render().map_err(io::Error::other)?, out)
}

#[derive(Template)]
#[template(path = "eval.html")]
struct Page<'r> {
    report: &'r Report,
    summary: Summary,
    comparison: Option<&'r Comparison>,
    divergences: &'r [Divergence],
    stale: Option<String>,
    conversations: &'r [String],
    honest: &'static str,
    instead: &'r str,
    cases: Vec<String>,
}

/// A count with its share of the greatest.
struct Bar {
    label: String,
    count: usize,
    percent: usize,
    class: &'static str,
}

/// A recording's line of the table.
struct Row<'r> {
    index: usize,
    score: &'r CaseScore,
    /// Whether it is the first of its suite.
    first: bool,
    file: &'r str,
    class: &'static str,
    word: &'static str,
    /// Demands that are not met, or why it could not be judged.
    why: Vec<&'r str>,
    remarks: Vec<String>,
    tokens: String,
    edits: String,
    cells: Vec<Cell>,
}

/// A turn of a recording; without a state there is none.
#[derive(Default)]
struct Cell {
    turn: usize,
    state: String,
    mark: char,
    title: String,
}

impl<'r> Page<'r> {
    fn shown(&self, text: &str) -> String {
        text.lines().map(escaped).collect::<Vec<_>>().join("<br>")
    }

    /// How many recordings have their conversation on the page.
    fn told(&self) -> usize {
        self.conversations.iter().filter(|conversation| !conversation.is_empty()).count()
    }

    fn conversation(&self, index: &usize) -> &'r str {
        self.conversations.get(*index).map_or("", String::as_str)
    }

    /// What else is to be known of the run: how it was made, and under which settings.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("drift", self.summary.drift.to_string())];
        if self.summary.reworded > 0 {
            facts.push(("reworded repairs", self.summary.reworded.to_string()));
        }
        if self.summary.authored > 0 {
            facts.push(("written by hand", self.summary.authored.to_string()));
        }
        if self.summary.torn > 0 {
            facts.push(("torn", self.summary.torn.to_string()));
        }
        if self.summary.stale_prompts > 0 {
            facts.push(("made with other prompts of ours", self.summary.stale_prompts.to_string()));
        }
        let mut settings: Vec<String> = Vec::new();
        for score in &self.report.scores {
            let own = score.settings.as_ref().map(|map| serde_json::Value::Object(map.clone()).to_string());
            settings.extend(own.filter(|own| !settings.contains(own)));
        }
        match settings.as_slice() {
            [] => {}
            [one] if one == "{}" => facts.push(("settings", "the defaults".to_owned())),
            [one] => facts.push(("settings", one.clone())),
            several => facts.push(("settings", format!("{} different ones", several.len()))),
        }
        if let Some(shard) = self.report.shard {
            facts.push(("part", shard.to_string()));
        }
        facts.extend(self.report.stamp.as_ref().map(|stamp| ("pipewright", stamp.program.clone())));
        facts
    }

    fn authored(&self) -> Option<String> {
        authored(&self.summary)
    }

    fn spreads(&self) -> Vec<String> {
        spreads(&self.summary)
    }

    /// What the funnel counts: only of what a model has said, where some was written by hand.
    fn counted(summary: &Summary) -> String {
        let of = if summary.authored > 0 { "recordings of a model's replies that" } else { "recordings that" };
        format!("{of} could be judged")
    }

    fn funnel(&self) -> Vec<Bar> {
        let summary = &self.summary;
        let mut steps = vec![
            (Self::counted(summary), summary.answered, "all"),
            ("with a whole file".to_owned(), summary.with_file, "all"),
            ("first file valid".to_owned(), summary.first_valid, "all"),
            ("first file accepted".to_owned(), summary.first_accepted, "accepted"),
        ];
        // Where the policy was not checked nobody knows how many are clean of its errors.
        if summary.first_checked > 0 {
            steps.insert(3, ("first file clean of policy errors".to_owned(), summary.first_clean, "all"));
        }
        for (repairs, count) in summary.accepted_within.iter().filter(|(repairs, _)| **repairs > 0) {
            let noun = if *repairs == 1 { "repair" } else { "repairs" };
            steps.push((format!("accepted within {repairs} {noun}"), *count, "accepted"));
        }
        steps.push(("accepted at all".to_owned(), summary.accepted, "accepted"));
        bars(steps)
    }

    fn violations(&self) -> Vec<Bar> {
        let mut rules: Vec<_> = self.summary.violations.iter().collect();
        rules.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        bars(rules.into_iter().map(|(rule, count)| (rule.clone(), *count, "refused")).collect())
    }

    fn widest(&self) -> usize {
        self.report.scores.iter().map(|score| score.by_turn.len()).max().unwrap_or(0)
    }

    fn rows(&self) -> Vec<Row<'r>> {
        let widest = self.widest();
        let rows = self.report.scores.iter().enumerate().map(|(index, score)| {
            let word = score.outcome();
            let class = match word {
                "failed" => "refused",
                "undecided" => "incomplete",
                _ => "accepted",
            };
            let mut cells: Vec<Cell> = score.by_turn.iter().map(|turn| cell(score, turn)).collect();
            cells.resize_with(widest, Cell::default);
            let first = index == 0 || self.report.scores[index - 1].suite != score.suite;
            let why = score.failures.iter().map(String::as_str).chain(score.undecided.as_deref()).collect();
            let tokens = score.tokens.map_or_else(|| "–".to_owned(), |tokens| tokens.to_string());
            let edits = match score.by_turn.is_empty() {
                true => "–".to_owned(),
                false => format!("{} / {}", score.lines_changed, score.lines_needed),
            };
            Row {
                index,
                score,
                first,
                file: name_of_file(score),
                class,
                word,
                why,
                remarks: remarks(score),
                tokens,
                edits,
                cells,
            }
        });
        rows.collect()
    }

    fn tally(&self, comparison: &Comparison) -> String {
        changes(comparison)
    }

    fn settings(&self, comparison: &Comparison) -> Vec<String> {
        settings(comparison)
    }

    fn rule(&self, rule: &RuleChange) -> String {
        escaped(&of_rule(rule))
    }

    fn between(&self, low: &f64, high: &f64) -> String {
        interval((*low, *high))
    }

    fn case(&self, case: &CaseChange) -> String {
        escaped(&of_change(case))
    }

    fn changed_cases(&self, comparison: &'r Comparison) -> impl Iterator<Item = &'r CaseChange> {
        comparison.cases.iter().filter(|one| one.change != Change::Same)
    }

    fn changed(&self, comparison: &'r Comparison) -> impl Iterator<Item = &'r Compared> {
        comparison.recordings.iter().filter(|one| one.change != Change::Same)
    }

    fn changed_rules(&self, comparison: &'r Comparison) -> impl Iterator<Item = &'r RuleChange> {
        comparison.rules.iter().filter(|one| one.change != Change::Same)
    }

    fn three_ways(&self, one: &Divergence) -> String {
        escaped(&three_ways(one))
    }

    fn diverged(&self) -> impl Iterator<Item = &'r Divergence> {
        self.divergences.iter().filter(|one| one.turn.is_some())
    }

    fn weight(&self, change: &Change) -> &'static str {
        match change {
            Change::Worse => "error",
            Change::Gone | Change::Unchecked => "warning",
            _ => "note",
        }
    }
}

fn bars(steps: Vec<(String, usize, &'static str)>) -> Vec<Bar> {
    let most = steps.iter().map(|(_, count, _)| *count).max().unwrap_or(0).max(1);
    let bar =
        |(label, count, class): (String, usize, &'static str)| Bar { label, count, percent: count * 100 / most, class };
    steps.into_iter().map(bar).collect()
}

fn cell(score: &CaseScore, turn: &TurnScore) -> Cell {
    let mark = match mark(turn) {
        '.' => '·',
        mark => mark,
    };
    let state = match (turn.verdict, mark) {
        (Some(verdict), _) => verdict.word(),
        (None, 'x') => "flawed",
        (None, _) => "words",
    };
    let broke: Vec<&str> =
        score.regressions.iter().filter(|one| one.turn == turn.turn).map(|one| one.rule.as_str()).collect();
    let state = if broke.is_empty() { state.to_owned() } else { format!("{state} broke") };
    let mut title = format!("turn {}, {}", turn.turn, visible(&turn.id));
    let word = turn.verdict.map_or(if mark == 'x' { "a file that was not taken" } else { "no file" }, Verdict::word);
    title.push_str(&format!(": {word}"));
    if !turn.violated.is_empty() {
        title.push_str(&format!("; violated: {}", turn.violated.join(", ")));
    }
    if !broke.is_empty() {
        title.push_str(&format!("; broke: {}", broke.join(", ")));
    }
    Cell { turn: turn.turn, state, mark, title }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_failed_and_takes_no_markup_from_outside() {
        let turn =
            |number: usize, verdict| TurnScore { turn: number, id: "<b>".to_owned(), verdict, ..TurnScore::default() };
        let score = |case: &str, failures: &[&str]| CaseScore {
            suite: "suite <1>".to_owned(),
            case: case.to_owned(),
            recording: "r/a&b.jsonl".to_owned(),
            failures: failures.iter().map(|text| (*text).to_owned()).collect(),
            by_turn: vec![turn(1, None), turn(2, Some(Verdict::Refused))],
            regressions: vec![super::super::Regression { turn: 2, rule: "build-once".to_owned() }],
            ..CaseScore::default()
        };
        let report =
            Report { scores: vec![score("good", &[]), score("bad", &["final: <expected>"])], ..Report::default() };
        let change =
            Compared { name: "bad".to_owned(), change: Change::Worse, differences: vec!["passed before".to_owned()] };
        let comparison = Comparison { recordings: vec![change], ..Comparison::default() };
        let beside = Beside { comparison: Some(comparison), ..Beside::default() };
        let mut out = Vec::new();
        page(&report, &beside, &[Some(Told::default()), None], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for part in [
            "1 failed",
            "suite &lt;1&gt;",
            "a&amp;b.jsonl",
            "final: &lt;expected&gt;",
            "passed before",
            "0 better, 1 worse",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
        assert!(text.contains("class=\"dot refused broke\" href=\"#s1-t2\""), "{text}");
        // A link to a recording goes inside of what it opens, which opens it.
        assert!(text.contains("href=\"#o1\"") && text.contains("<div id=\"o1\">"), "{text}");
        assert_eq!(text.matches("final: &lt;expected&gt;").count(), 2, "in the table and in the conversation");
        assert_eq!(text.matches("id=\"s0\"").count(), 1);
        assert_eq!(text.matches("class=\"suite\"").count(), 1);
        for outside in ["<script", "<img", "src=", "<b>\"", "suite <1>"] {
            assert!(!text.contains(outside), "{outside} is in\n{text}");
        }
    }
}
