//! Suppressions: `# pipewright: allow RULE -- reason`, on the line of the place or above it.

use crate::finding::{Finding, Findings, Layer, RuleMeta, Severity};
use crate::rules;
use crate::schema;
use crate::yaml::{Document, Span, Style};

/// The rule about reasons.
pub static REASON: RuleMeta = RuleMeta {
    id: "suppression-reason",
    layer: Layer::Policy,
    severity: Severity::Warning,
    summary: "a suppression gives no reason",
    page: include_str!("../../docs/rules/suppression-reason.md"),
};

/// The rule about use.
pub static USED: RuleMeta = RuleMeta {
    id: "suppression-used",
    layer: Layer::Policy,
    severity: Severity::Warning,
    summary: "a suppression suppresses nothing",
    page: include_str!("../../docs/rules/suppression-used.md"),
};

/// A comment that allows a rule.
pub(super) struct Allowed {
    /// The rule.
    pub(super) rule: String,
    /// The comment.
    pub(super) span: Span,
}

/// The comments of a text that allow a rule with a reason.
pub(super) fn all(document: &Document) -> Vec<Allowed> {
    let with_reason = read(document).into_iter().filter(|suppression| suppression.reason);
    with_reason.map(|suppression| Allowed { rule: suppression.rule, span: suppression.span }).collect()
}

struct Suppression {
    rule: String,
    reason: bool,
    span: Span,
    /// The lines that it covers, from 1: its own, and the first one after it that holds something.
    lines: [usize; 2],
}

/// Takes away what is suppressed and tells which suppressions are wrong.
pub(super) fn apply(document: &Document, findings: &mut Vec<Finding>, ran: &[Layer]) {
    for suppression in read(document) {
        let known = layer_of(&suppression.rule);
        if !suppression.reason {
            Findings::new(&REASON, findings)
                .violated(suppression.span, format!("`{}` is allowed without a reason, so it is not", suppression.rule))
                .help(format!("say why: `# pipewright: allow {} -- reason`", suppression.rule));
            continue;
        }
        let Some(layer) = known else {
            let near = near(&suppression.rule);
            let help =
                near.map_or("`pipewright rules` lists the rules".to_owned(), |near| format!("did you mean `{near}`?"));
            Findings::new(&USED, findings)
                .violated(suppression.span, format!("`{}` is no rule, so nothing is suppressed", suppression.rule))
                .help(help);
            continue;
        };
        let before = findings.len();
        findings.retain(|finding| {
            let line = document.position(finding.span.start).line;
            finding.rule != suppression.rule || !suppression.lines.contains(&line)
        });
        // A layer that did not run can't have found what is allowed here.
        if findings.len() == before && ran.contains(&layer) {
            Findings::new(&USED, findings)
                .violated(
                    suppression.span,
                    format!("`{}` finds nothing here, so nothing is suppressed", suppression.rule),
                )
                .help("remove the comment");
        }
    }
}

fn layer_of(rule: &str) -> Option<Layer> {
    let metas = rules::all().iter().map(|rule| rule.meta()).chain(schema::rules().iter().copied());
    metas.into_iter().find(|meta| meta.id == rule).map(|meta| meta.layer)
}

fn near(rule: &str) -> Option<&'static str> {
    let metas = rules::all().iter().map(|rule| rule.meta()).chain(schema::rules().iter().copied());
    let close = metas.map(|meta| (strsim::damerau_levenshtein(meta.id, rule), meta.id)).min()?;
    (close.0 <= rule.len() / 3).then_some(close.1)
}

/// The suppressions in the order of the text: YAML comments, and shell comments in block scalars.
fn read(document: &Document) -> Vec<Suppression> {
    let mut found: Vec<Suppression> = Vec::new();
    for comment in document.comments() {
        found.extend(parse(document, comment.span));
    }
    for node in document.nodes() {
        if !matches!(node.style(), Some(Style::Literal | Style::Folded)) {
            continue;
        }
        let text = node.text().unwrap_or("");
        if !text.contains("pipewright:") {
            continue;
        }
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if let Some(hash) = comment_start(line) {
                let span = node.source_span(Span::new(at + hash, at + line.trim_end().len()));
                found.extend(parse(document, span));
            }
            at += line.len();
        }
    }
    found.sort_by_key(|suppression| suppression.span.start);
    found
}

/// Where a shell comment with a suppression begins in a line.
fn comment_start(line: &str) -> Option<usize> {
    let at = line.find("pipewright:")?;
    let hash = line.get(..at)?.rfind('#')?;
    let between = line.get(hash + 1..at)?;
    let before = line.get(..hash)?.chars().next_back();
    (between.trim().is_empty() && before.is_none_or(char::is_whitespace)).then_some(hash)
}

fn parse(document: &Document, span: Span) -> Option<Suppression> {
    let text = document.slice(span).trim_start_matches('#').trim();
    let rest = text.strip_prefix("pipewright:")?.trim_start().strip_prefix("allow")?;
    if !rest.starts_with(char::is_whitespace) {
        return None;
    }
    let rest = rest.trim();
    let rule = rest.split_whitespace().next().unwrap_or("").to_owned();
    let reason = rest.split_once("--").is_some_and(|(_, reason)| !reason.trim().is_empty());
    let line = document.position(span.start).line;
    Some(Suppression { rule, reason, span, lines: [line, next_line(document, line)] })
}

/// The first line after `line` that is neither empty nor a comment, where `line` holds nothing but the comment.
fn next_line(document: &Document, line: usize) -> usize {
    let content = |line: usize| document.slice(document.lines().span(document.text(), line)).trim();
    let alone = content(line).starts_with('#');
    if !alone {
        return line;
    }
    let mut next = line + 1;
    while next < document.lines().count() && (content(next).is_empty() || content(next).starts_with('#')) {
        next += 1;
    }
    next
}
