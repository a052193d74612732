//! `github`: workflow commands, which GitHub shows beside the lines.

use std::io::{self, Write};

use super::{Report, visible};
use crate::finding::Severity;

/// Writes one workflow command for each finding.
pub fn github(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for finding in file.findings {
            let (start, end) = (file.document.position(finding.span.start), file.document.position(finding.span.end));
            let command = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            let mut place = format!("file={},line={},endLine={}", property(file.path), start.line, end.line);
            // Columns over several lines are not understood.
            if start.line == end.line {
                place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
            }
            let mut message = finding.message.clone();
            if let Some(help) = &finding.help {
                message.push_str(&format!("\nhelp: {help}"));
            }
            writeln!(out, "::{command} {place},title={}::{}", property(finding.rule), data(&message))?;
        }
        for (layers, reason) in file.skipped_layers() {
            let message = format!("the {layers} did not run: {reason}");
            writeln!(out, "::error file={}::{}", property(file.path), data(&message))?;
        }
    }
    for file in &report.unreadable {
        writeln!(out, "::error file={}::{}", property(&file.path), data(&file.reason))?;
    }
    Ok(())
}

/// The message: a line break would end the command.
fn data(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(|line| visible(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// A property's value: a comma or a colon would end it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
