//! A run as JUnit XML: a suite is a test suite, a recording of a case is a test case.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite};

use super::{Beside, CaseScore, Change, Comparison, Report, words};
use crate::report::visible;

/// Writes a run as JUnit XML, with the times for which recordings were judged: what was not met fails, what could not be judged is an error.
/// What is stale and left out is skipped, unless its case has nothing else.
/// With a gate over a baseline, what is worse, gone or no longer checked fails as a suite of its own.
pub fn junit(report: &Report, beside: &Beside, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: Vec<TestSuite> = Vec::new();
    let spared = report.spared();
    let times = report.times.iter().copied().chain(std::iter::repeat(None));
    for (score, time) in report.scores.iter().zip(times) {
        if suites.last().is_none_or(|suite| suite.name.as_str() != visible(&score.suite)) {
            suites.push(TestSuite::new(visible(&score.suite)));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case(score, spared(score), time));
        }
    }
    for suite in &mut suites {
        suite.time = suite.test_cases.iter().map(|case| case.time).sum();
    }
    let time = suites.iter().map(|suite| suite.time).sum();
    for problems in report.problems.chunk_by(|a, b| a.name == b.name) {
        let mut suite =
            TestSuite::new(problems.first().map_or_else(String::new, |first| visible(&first.name).into_owned()));
        for problem in problems {
            let place = format!("line {}, column {}", problem.line, problem.column);
            suite.add_test_case(TestCase::new(place, error(&problem.to_string())));
        }
        suites.push(suite);
    }
    if let Some(comparison) = beside.comparison.as_ref().filter(|_| beside.gate) {
        suites.push(gate(comparison));
    }
    let mut all = quick_junit::Report::new("pipewright eval");
    all.add_test_suites(suites);
    all.time = time;
    all.serialize(&mut *out).map_err(io::Error::other)
}

fn gate(comparison: &Comparison) -> TestSuite {
    let mut suite = TestSuite::new("against the baseline");
    let mut test = |name: &str, change: Change, told: &[String]| {
        let status = match change {
            Change::Worse | Change::Gone | Change::Unchecked => {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let lines: Vec<_> = told.iter().map(|line| visible(line)).collect();
                let first = lines.first().map_or(change.word(), |line| line);
                status.set_message(format!("{}: {first}", change.word())).set_description(lines.join("\n"));
                status
            }
            _ => TestCaseStatus::success(),
        };
        suite.add_test_case(TestCase::new(visible(name), status));
    };
    for one in &comparison.recordings {
        test(&one.name, one.change, &one.differences);
    }
    for one in comparison.cases.iter().filter(|one| one.change == Change::Worse) {
        test(&format!("case {}", one.name), one.change, &[words::of_change(one)]);
    }
    for one in comparison.rules.iter().filter(|one| one.change == Change::Worse) {
        test(&format!("rule {}", one.rule), one.change, &[words::of_rule(one)]);
    }
    if !comparison.unchecked.is_empty() {
        test("settings", Change::Unchecked, &words::settings(comparison));
    }
    suite
}

fn case(score: &CaseScore, left_out: bool, time: Option<Duration>) -> TestCase {
    let status = if left_out {
        let mut status = TestCaseStatus::skipped();
        status.set_message("stale: made for other prompts than today's");
        status
    } else if let Some(reason) = &score.undecided {
        error(reason)
    } else if let [first, ..] = score.failures.as_slice() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let lines: Vec<_> = score.failures.iter().map(|failure| visible(failure)).collect();
        status.set_message(visible(first)).set_description(lines.join("\n"));
        status
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new(format!("{}: {}", visible(&score.case), visible(&score.recording)), status);
    case.set_classname(visible(&score.suite));
    case.time = time;
    for (name, holds) in [("authored", score.authored), ("torn", score.torn)] {
        if holds {
            case.add_property(Property::new(name, "true"));
        }
    }
    case
}

fn error(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    let lines: Vec<_> = reason.lines().map(visible).collect();
    status.set_message(lines.first().cloned().unwrap_or_default()).set_description(lines.join("\n"));
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_and_what_cannot_be_judged_are_told_apart() {
        let score = |case: &str, failures: &[&str], undecided: Option<&str>| CaseScore {
            suite: "baseline".to_owned(),
            case: case.to_owned(),
            recording: "r.jsonl".to_owned(),
            failures: failures.iter().map(|text| (*text).to_owned()).collect(),
            undecided: undecided.map(str::to_owned),
            ..CaseScore::default()
        };
        let scores = vec![
            score("good", &[], None),
            score("bad", &["turn 1: <no> file", "second\u{1b}"], None),
            score("stale", &[], Some("another prompt\nwas recorded")),
        ];
        let mut out = Vec::new();
        junit(&Report { scores, ..Report::default() }, &Beside::default(), &mut out).expect("a vector takes all");
        insta::assert_snapshot!(String::from_utf8_lossy(&out), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="pipewright eval" tests="3" skipped="0" failures="1" errors="1">
            <testsuite name="baseline" tests="3" skipped="0" errors="1" failures="1">
                <testcase name="good: r.jsonl" classname="baseline"/>
                <testcase name="bad: r.jsonl" classname="baseline">
                    <failure message="turn 1: &lt;no&gt; file">turn 1: &lt;no&gt; file
        second␛</failure>
                </testcase>
                <testcase name="stale: r.jsonl" classname="baseline">
                    <error message="another prompt">another prompt
        was recorded</error>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }
}
