//! `short`: one line a finding, as editors and `grep` read it.

use std::io::{self, Write};

use super::{Report, visible};

/// Writes `path:line:column: severity: message [rule]` for each finding.
pub fn short(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for finding in file.findings {
            let at = file.document.position(finding.span.start);
            let (path, message) = (visible(file.path), visible(&finding.message));
            let severity = finding.severity.word();
            writeln!(out, "{path}:{}:{}: {severity}: {message} [{}]", at.line, at.column, finding.rule)?;
        }
        for (layers, reason) in file.skipped_layers() {
            writeln!(
                out,
                "{}:1:1: error: the {layers} did not run: {} [incomplete]",
                visible(file.path),
                visible(reason)
            )?;
        }
    }
    Ok(())
}
