//! `json`: the frozen form (`schemas/check.schema.json`).

use std::io::{self, Write};

use serde::Serialize;

use super::Report;
use crate::finding::wire::WireFinding;
use crate::finding::{Allowed, Layer, Severity, Verdict};
use crate::yaml::Document;

#[derive(Serialize)]
struct Wire<'a> {
    version: u32,
    files: Vec<WireFile<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<WireUnreadable<'a>>,
    summary: WireSummary,
}

#[derive(Serialize)]
struct WireFile<'a> {
    path: &'a str,
    verdict: Verdict,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<WireSkipped<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed: Vec<WireAllowed<'a>>,
    findings: Vec<WireFinding>,
}

#[derive(Serialize)]
struct WireSkipped<'a> {
    layer: Layer,
    reason: &'a str,
}

#[derive(Serialize)]
struct WireAllowed<'a> {
    rule: &'a str,
    severity: Severity,
    line: usize,
    reason: &'a str,
}

impl<'a> WireAllowed<'a> {
    fn new(allowed: &'a Allowed, document: &Document) -> Self {
        let line = document.position(allowed.span.start).line;
        Self { rule: allowed.rule, severity: allowed.severity, line, reason: &allowed.reason }
    }
}

#[derive(Serialize)]
struct WireUnreadable<'a> {
    path: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct WireSummary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

/// Writes the report as JSON of version 1.
pub fn json(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts();
    let files = report.files.iter().map(|file| WireFile {
        path: file.path,
        verdict: file.verdict,
        skipped: file.skipped.iter().map(|(layer, reason)| WireSkipped { layer: *layer, reason }).collect(),
        allowed: file.allowed.iter().map(|allowed| WireAllowed::new(allowed, file.document)).collect(),
        findings: file.findings.iter().map(|finding| WireFinding::new(finding, file.document)).collect(),
    });
    let wire = Wire {
        version: 1,
        files: files.collect(),
        unreadable: report.unreadable.iter().map(|u| WireUnreadable { path: &u.path, reason: &u.reason }).collect(),
        summary: WireSummary {
            files: report.files.len(),
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &wire)?;
    writeln!(out)
}
