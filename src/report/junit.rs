//! `junit`: a file is a test suite, a rule is a test case.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::model::trace;
use super::{FileReport, Report, visible};
use crate::finding::{Answer, Finding, RuleMeta};

/// Writes a JUnit report: a rule fails where a finding of it fails the run, and is skipped where it can't tell.
pub fn junit(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut suites = quick_junit::Report::new("pipewright");
    for file in &report.files {
        let mut suite = TestSuite::new(visible(file.path));
        let mut known = file.rules.to_vec();
        known.sort_by_key(|meta| (meta.layer, meta.id));
        for meta in &known {
            suite.add_test_case(case(report, file, meta.id, Some(meta)));
        }
        let mut others: Vec<&str> = file.findings.iter().map(|finding| finding.rule).collect();
        others.retain(|id| known.iter().all(|meta| meta.id != *id));
        others.sort_unstable();
        others.dedup();
        for id in others {
            suite.add_test_case(case(report, file, id, None));
        }
        for (layer, reason) in file.skipped {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(visible(reason));
            suite.add_test_case(named(file.path, &format!("{} layer", layer.word()), status));
        }
        suites.add_test_suite(suite);
    }
    for file in &report.unreadable {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(visible(&file.reason));
        let mut suite = TestSuite::new(visible(&file.path));
        suite.add_test_case(named(&file.path, "readable", status));
        suites.add_test_suite(suite);
    }
    suites.serialize(&mut *out).map_err(io::Error::other)?;
    Ok(())
}

fn named(path: &str, name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(visible(path));
    case
}

fn case(report: &Report<'_>, file: &FileReport<'_>, id: &str, meta: Option<&RuleMeta>) -> TestCase {
    let findings: Vec<&Finding> = file.findings.iter().filter(|finding| finding.rule == id).collect();
    let failing: Vec<&Finding> = findings.iter().copied().filter(|finding| report.fails(finding)).collect();
    let lines = |findings: &[&Finding]| {
        let lines: Vec<String> = findings.iter().map(|finding| line(file, finding)).collect();
        lines.join("\n")
    };
    let skipped = meta.and_then(|meta| file.skipped.iter().find(|(layer, _)| *layer == meta.layer));
    if let [first, ..] = failing.as_slice() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(first.severity.word()).set_message(visible(&first.message)).set_description(lines(&failing));
        return with_rest(named(file.path, id, status), &lines(&findings), failing.len() < findings.len());
    }
    if let Some((layer, reason)) = skipped {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("the {} layer did not run: {}", layer.word(), visible(reason)));
        return named(file.path, id, status);
    }
    if let Some(first) = findings.iter().find(|finding| finding.answer == Answer::CannotTell) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(format!("can't tell: {}", visible(&first.message)));
        return with_rest(named(file.path, id, status), &lines(&findings), true);
    }
    with_rest(named(file.path, id, TestCaseStatus::success()), &lines(&findings), !findings.is_empty())
}

fn with_rest(mut case: TestCase, lines: &str, told: bool) -> TestCase {
    if told {
        case.set_system_out(lines);
    }
    case
}

fn line(file: &FileReport<'_>, finding: &Finding) -> String {
    let at = file.document.position(finding.span.start);
    let (severity, message) = (finding.severity.word(), visible(&finding.message));
    let mut line = format!("{}:{}:{}: {severity}: {message}", visible(file.path), at.line, at.column);
    if let Some(trace) = trace(finding) {
        line.push_str(&format!("\n  trace: {}", visible(&trace)));
    }
    if let Some(help) = &finding.help {
        line.push_str(&format!("\n  help: {}", visible(help)));
    }
    line
}
