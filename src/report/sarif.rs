//! `sarif`: SARIF 2.1.0, the exchange format of static analysis (OASIS).

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::model::trace;
use super::{FileReport, Report, visible};
use crate::finding::{Finding, Severity};
use crate::yaml::Span;

/// Where the schema of the format is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes a SARIF log of one run.
pub fn sarif(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rules: Vec<Value> = report.rules.iter().map(|meta| rule(meta, report.links.page(meta.id))).collect();
    let mut ids: Vec<&'static str> = report.rules.iter().map(|meta| meta.id).collect();
    // A finding of a rule that nobody announced still needs its entry.
    for finding in report.files.iter().flat_map(|file| file.findings) {
        if !ids.contains(&finding.rule) {
            ids.push(finding.rule);
            rules.push(json!({"id": finding.rule}));
        }
    }
    let notifications: Vec<Value> = notifications(report).collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": "pipewright",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }}),
            column_kind: "unicodeCodePoints",
            invocations: json!([{
                "executionSuccessful": notifications.is_empty(),
                "toolExecutionNotifications": notifications,
            }]),
            results: Results { report, ids },
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Value,
    column_kind: &'static str,
    invocations: Value,
    results: Results<'r>,
}

/// The results, built one after the other while they are written.
struct Results<'r> {
    report: &'r Report<'r>,
    ids: Vec<&'static str>,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.report.files.iter().flat_map(|file| {
            file.findings.iter().zip(fingerprints(file)).map(move |(finding, fingerprint)| {
                let index = self.ids.iter().position(|id| *id == finding.rule).unwrap_or_default();
                result(file, finding, index, &fingerprint)
            })
        }))
    }
}

fn rule(meta: &crate::finding::RuleMeta, page: Option<String>) -> Value {
    let mut rule = json!({
        "id": meta.id,
        "shortDescription": {"text": meta.summary},
        "fullDescription": {"text": summary(meta)},
        "help": {"text": meta.page, "markdown": meta.page},
        "defaultConfiguration": {"level": meta.severity.word()},
        "properties": {"tags": [meta.layer.word()]},
    });
    if let Some(page) = page {
        rule["helpUri"] = json!(page);
    }
    rule
}

/// What the page of a rule says first; a page that has no such part is no rule's own.
fn summary(meta: &crate::finding::RuleMeta) -> String {
    let lines = meta.page.lines().skip_while(|line| *line != "## Summary").skip(1).skip_while(|line| line.is_empty());
    let lines: Vec<&str> = lines.take_while(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if lines.is_empty() { meta.summary.to_owned() } else { lines.join(" ") }
}

fn result(file: &FileReport<'_>, finding: &Finding, index: usize, fingerprint: &str) -> Value {
    let mut message = visible(&finding.message).into_owned();
    if let Some(trace) = trace(finding) {
        message.push_str(&format!("\ntrace: {}", visible(&trace)));
    }
    if let Some(help) = &finding.help {
        message.push_str(&format!("\nhelp: {}", visible(help)));
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.word(),
        "message": {"text": message},
        "locations": [location(file, finding.span)],
        "partialFingerprints": {"pipewright/v1": fingerprint},
        "properties": {"layer": finding.layer.word()},
    });
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(id, related)| {
            let mut location = location(file, related.span);
            location["id"] = json!(id);
            location["message"] = json!({"text": visible(&related.message)});
            location
        });
        result["relatedLocations"] = related.collect();
    }
    result
}

fn location(file: &FileReport<'_>, span: Span) -> Value {
    let (start, end) = (file.document.position(span.start), file.document.position(span.end));
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&artifact(file, span))},
        "region": {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
            "byteOffset": start.offset,
            "byteLength": end.offset - start.offset,
        },
    }})
}

/// The file of a place: the one that is checked, or the one beside it that it imports.
fn artifact<'f>(file: &FileReport<'f>, span: Span) -> Cow<'f, str> {
    match file.document.part_at(span.start) {
        None => file.path.into(),
        Some(part) => Path::new(file.path).with_file_name(part.name()).display().to_string().into(),
    }
}

/// What could not be done: unreadable files, and layers that did not run.
fn notifications<'r>(report: &'r Report<'_>) -> impl Iterator<Item = Value> + use<'r> {
    let notification = |path: &str, text: String| {
        json!({
            "level": Severity::Error.word(),
            "message": {"text": text},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(path)}}}],
        })
    };
    let unreadable = report.unreadable.iter();
    let unreadable =
        unreadable.map(move |file| notification(&file.path, format!("the file {}", visible(&file.reason))));
    let skipped = report.files.iter().flat_map(move |file| {
        let text = |layer: &str, reason: &str| format!("the {layer} layer did not run: {}", visible(reason));
        file.skipped.iter().map(move |(layer, reason)| notification(file.path, text(layer.word(), reason)))
    });
    unreadable.chain(skipped)
}

/// A path as a URI: relative where the path is.
fn uri(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", encoded(path.strip_prefix("./").unwrap_or(&path)))
}

/// The path of a URI: what has another meaning there, and all that is not ASCII, as `%` and two digits.
pub(super) fn encoded(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_rule_is_described_by_its_pages_summary() {
        for rule in crate::rules::all() {
            let (meta, said) = (rule.meta(), super::summary(rule.meta()));
            assert!(meta.page.replace('\n', " ").contains(&format!("## Summary  {said}  ##")), "{}: {said}", meta.id);
        }
        assert_eq!(super::summary(&crate::settings::META), crate::settings::META.summary);
    }

    #[test]
    fn paths_become_uris() {
        assert_eq!(super::uri("./a b/ü:%.yml"), "a%20b/%C3%BC%3A%25.yml");
        assert_eq!(super::uri("/tmp/x.yml"), "file:///tmp/x.yml");
    }
}
