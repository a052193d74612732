//! Suppressions: `# pipewright: allow RULE -- reason`, on the line of the place or above it.

use std::cell::OnceCell;
use std::collections::HashMap;

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
    /// The rule; empty where the comment is not of the form that is read.
    rule: String,
    reason: bool,
    span: Span,
    /// The lines that it covers, from 1: its own, and the first one after it that holds something.
    lines: [usize; 2],
}

/// Takes away what is suppressed and tells which suppressions are wrong.
pub(super) fn apply(document: &Document, findings: &mut Vec<Finding>, ran: &[Layer]) {
    let suppressions = read(document);
    if suppressions.is_empty() {
        return;
    }
    let mut lines: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        lines.entry(document.lines().line(finding.span.start)).or_default().push(at);
    }
    let mut gone = vec![false; findings.len()];
    for suppression in suppressions {
        if suppression.rule.is_empty() {
            Findings::new(&USED, findings)
                .violated(suppression.span, "this comment is not read, so nothing is suppressed")
                .help("write `# pipewright: allow RULE -- reason`, a comment for each rule");
            continue;
        }
        let known = layer_of(&suppression.rule);
        if !suppression.reason {
            Findings::new(&REASON, findings)
                .violated(suppression.span, format!("`{}` is allowed without a reason, so it is not", suppression.rule))
                .help(format!("say why behind two dashes: `# pipewright: allow {} -- reason`", suppression.rule));
            continue;
        }
        let Some(layer) = known else {
            let help = match suppression.rule.split_once(',') {
                Some((first, _)) if layer_of(first).is_some() => {
                    "a comment allows one rule: write another comment above it, or below, for the next".to_owned()
                }
                _ => near(&suppression.rule)
                    .map_or("`pipewright rules` lists the rules".to_owned(), |near| format!("did you mean `{near}`?")),
            };
            Findings::new(&USED, findings)
                .violated(suppression.span, format!("`{}` is no rule, so nothing is suppressed", suppression.rule))
                .help(help);
            continue;
        };
        let [own, next] = suppression.lines;
        let mut found = false;
        for line in if own == next { vec![own] } else { vec![own, next] } {
            for at in lines.get(&line).into_iter().flatten() {
                let fits = findings[*at].rule == suppression.rule && !gone[*at];
                gone[*at] |= fits;
                found |= fits;
            }
        }
        // A layer that did not run can't have found what is allowed here.
        if !found && ran.contains(&layer) {
            Findings::new(&USED, findings)
                .violated(
                    suppression.span,
                    format!("`{}` finds nothing here, so nothing is suppressed", suppression.rule),
                )
                .help("remove the comment");
        }
    }
    let mut at = 0..;
    // What was said of the suppressions themselves stands behind the rest and stays.
    findings.retain(|_| !at.next().and_then(|at| gone.get(at).copied()).unwrap_or(false));
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
    let after = OnceCell::new();
    let mut parse = |span| found.extend(parse(document, span, after.get_or_init(|| next_lines(document))));
    for comment in document.comments() {
        if is_named(document.slice(comment.span)) {
            parse(comment.span);
        }
    }
    for node in document.nodes() {
        if !matches!(node.style(), Some(Style::Literal | Style::Folded)) {
            continue;
        }
        let text = node.text().unwrap_or("");
        if !is_named(text) {
            continue;
        }
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if let Some(hash) = comment_start(line) {
                let span = node.source_span(Span::new(at + hash, at + line.trim_end().len()));
                parse(span);
            }
            at += line.len();
        }
    }
    found.sort_by_key(|suppression| suppression.span.start);
    found
}

/// The program's name in the ways in which people write it.
const NAMES: [&str; 3] = ["pipewright", "Pipewright", "PIPEWRIGHT"];

/// Whether a text has the program's name in it.
fn is_named(text: &str) -> bool {
    NAMES.iter().any(|name| text.contains(name))
}

/// Where a shell comment with a suppression begins in a line: the name may stand in the command, too.
fn comment_start(line: &str) -> Option<usize> {
    let begins = |hash: &usize| {
        let rest = line.get(hash + 1..).unwrap_or("").trim_start_matches('#').trim_start();
        let before = line.get(..*hash).and_then(|before| before.chars().next_back());
        NAMES.iter().any(|name| rest.starts_with(name)) && before.is_none_or(char::is_whitespace)
    };
    line.match_indices('#').map(|(hash, _)| hash).find(begins)
}

fn parse(document: &Document, span: Span, after: &[usize]) -> Option<Suppression> {
    let text = document.slice(span).trim_start_matches('#').trim();
    let allowed = text.strip_prefix("pipewright:").and_then(|rest| rest.trim_start().strip_prefix("allow"));
    let rest = match allowed.filter(|rest| rest.starts_with(char::is_whitespace)) {
        Some(rest) => rest.trim(),
        None if means_to_allow(text) => "",
        None => return None,
    };
    let rule = rest.split_whitespace().next().unwrap_or("").to_owned();
    let reason = rest.split_once("--").is_some_and(|(_, reason)| !reason.trim().is_empty());
    let line = document.lines().line(span.start);
    let next = if content(document, line).starts_with('#') { after.get(line).copied() } else { None };
    Some(Suppression { rule, reason, span, lines: [line, next.unwrap_or(line)] })
}

/// Whether a comment speaks to the program, in words that other checkers take for a suppression, and of nothing else or of a
/// rule.
fn means_to_allow(text: &str) -> bool {
    let text = text.to_lowercase();
    let Some(rest) = text.strip_prefix("pipewright") else { return false };
    let mut words =
        rest.trim_start_matches([':', '-', ' ', '\t']).split([' ', '\t', ',']).filter(|word| !word.is_empty());
    let (Some(word), mut more) = (words.next(), words) else { return false };
    let word = word.split('-').next().unwrap_or(word);
    let known = ["allow", "allowed", "permit", "ignore", "disable", "suppress", "skip", "off", "noqa"];
    let of_rules =
        more.clone().any(|word| layer_of(word.trim_matches(|sign: char| !sign.is_ascii_alphabetic())).is_some());
    known.contains(&word) && (of_rules || more.next().is_none())
}

fn content(document: &Document, line: usize) -> &str {
    document.slice(document.lines().span(document.text(), line)).trim()
}

/// For each line its first follower that is neither empty nor a comment, or the last line.
fn next_lines(document: &Document) -> Vec<usize> {
    let count = document.lines().count();
    let mut after = vec![count; count + 1];
    for line in (1..count).rev() {
        let next = content(document, line + 1);
        let skipped = line + 1 < count && (next.is_empty() || next.starts_with('#'));
        after[line] = if skipped { after[line + 1] } else { line + 1 };
    }
    after
}
