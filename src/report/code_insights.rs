//! `code-insights`: a report with annotations for Bitbucket's Code Insights. Nothing is uploaded.
//!
//! `report` is the body that creates the report. `annotations` are at most as many as a report may have, the
//! weightiest first; the server takes 100 of them a request.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::model::trace;
use super::{FileReport, Report, visible};
use crate::finding::{Finding, Severity};
use crate::text::counted;

/// Annotations that a report may have.
const ANNOTATIONS: usize = 1000;
/// Characters of a title, a summary or an id.
const SHORT: usize = 450;
/// Characters of details.
const LONG: usize = 2000;

/// Writes the report and its annotations as one JSON object of version 1.
pub fn code_insights(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<(&FileReport<'_>, &Finding, String)> = Vec::new();
    for file in &report.files {
        findings.extend(file.findings.iter().zip(fingerprints(file)).map(|(finding, print)| (file, finding, print)));
    }
    let failed = !report.unreadable.is_empty()
        || report.files.iter().any(|file| !file.skipped.is_empty())
        || findings.iter().any(|(_, finding, _)| report.fails(finding));
    let total = findings.len();
    findings.sort_by_key(|(_, finding, _)| std::cmp::Reverse(finding.severity));
    findings.truncate(ANNOTATIONS);
    let annotations: Vec<Value> =
        findings.iter().map(|(file, finding, print)| annotation(file, finding, print)).collect();
    let object = json!({
        "version": 1,
        "report": body(report, failed, total),
        "annotations": annotations,
    });
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)
}

fn body(report: &Report<'_>, failed: bool, total: usize) -> Value {
    let counts = report.counts();
    let mut details = format!("{}: {}.", counted(report.files.len(), "file"), counts.words());
    if total > ANNOTATIONS {
        details.push_str(&format!(" The {ANNOTATIONS} weightiest are annotated."));
    }
    for file in &report.unreadable {
        details.push_str(&format!("\n{}: {}", visible(&file.path), visible(&file.reason)));
    }
    for file in &report.files {
        for (layers, reason) in file.skipped_layers() {
            let path = visible(file.path);
            details.push_str(&format!("\n{path}: the {layers} did not run: {}", visible(reason)));
        }
    }
    let number = |title: &str, value: usize| json!({"title": title, "type": "NUMBER", "value": value});
    json!({
        "title": "pipewright",
        "details": clipped(&details, LONG),
        "external_id": "pipewright",
        "reporter": "pipewright",
        "report_type": "BUG",
        "result": if failed { "FAILED" } else { "PASSED" },
        "data": [
            number("Files", report.files.len()),
            number("Errors", counts.errors),
            number("Warnings", counts.warnings),
            number("Notes", counts.notes),
        ],
    })
}

fn annotation(file: &FileReport<'_>, finding: &Finding, fingerprint: &str) -> Value {
    let mut details = visible(&finding.message).into_owned();
    if let Some(trace) = trace(finding) {
        details.push_str(&format!("\ntrace: {}", visible(&trace)));
    }
    if let Some(help) = &finding.help {
        details.push_str(&format!("\nhelp: {}", visible(help)));
    }
    let kind = match (finding.rule, finding.severity) {
        ("no-inline-secret", _) => "VULNERABILITY",
        (_, Severity::Error) => "BUG",
        _ => "CODE_SMELL",
    };
    let severity = match finding.severity {
        Severity::Error => "HIGH",
        Severity::Warning => "MEDIUM",
        Severity::Note => "LOW",
    };
    // The same line in two files has the same fingerprint, so the path makes the id one of a kind.
    let path = file.path.strip_prefix("./").unwrap_or(file.path);
    let tail: String = path.chars().rev().take(SHORT - 64).collect::<Vec<_>>().into_iter().rev().collect();
    json!({
        "external_id": format!("pipewright-{fingerprint}-{tail}"),
        "annotation_type": kind,
        "summary": clipped(&format!("{}: {}", finding.rule, visible(&finding.message)), SHORT),
        "details": clipped(&details, LONG),
        "path": path,
        "line": file.document.position(finding.span.start).line,
        "severity": severity,
    })
}

fn clipped(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}
