//! What several plans reach is told once.

use foldhash::{HashMap, HashMapExt};

use super::imports;
use crate::finding::Finding;
use crate::yaml::{Document, Span};

/// One finding for a rule at a place: the plans of the others go into the first one's trace.
pub(super) fn once_a_place(document: &Document, findings: &mut Vec<Finding>) {
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut index: HashMap<(&'static str, Span, Option<Span>), usize> = HashMap::new();
    for finding in findings.drain(..) {
        // What is imported is told at each import: a comment beside one says nothing of another.
        let place = (finding.rule, finding.span, imports::place(document, &finding));
        let known = index.get(&place).copied();
        // What is said of the file and not of a plan is said once for each thing that is missing.
        let same = |at: &usize| {
            let first: &Finding = &kept[*at];
            (!first.trace.is_empty() && !finding.trace.is_empty()) || first.message == finding.message
        };
        match known.filter(same) {
            Some(at) => {
                let first = &mut kept[at];
                if finding.severity > first.severity {
                    let mut stronger = finding;
                    std::mem::swap(first, &mut stronger);
                    merge(first, &stronger);
                } else {
                    merge(first, &finding);
                }
            }
            None => {
                index.insert(place, kept.len());
                kept.push(finding);
            }
        }
    }
    *findings = kept;
}

/// What stands in a trace before the event of another plan.
pub(super) const ALSO: &str = "also on: ";

/// A blank that is part of a key makes it an unknown one: where that is told with the blank, its warning says no more.
pub(super) fn keys_once(findings: &mut Vec<Finding>) {
    let is_blank = |finding: &Finding| finding.rule == "visible-characters";
    if !findings.iter().any(is_blank) {
        return;
    }
    let keys: Vec<Span> = findings
        .iter()
        .filter(|finding| finding.rule == "known-key" && finding.message.starts_with("U+"))
        .map(|finding| finding.span)
        .collect();
    findings.retain(|finding| !is_blank(finding) || !keys.iter().any(|key| key.contains(finding.span.start)));
}

fn merge(first: &mut Finding, other: &Finding) {
    first.cases += other.cases;
    if let Some(event) = other.trace.first()
        && first.trace.first() != Some(event)
    {
        let also = format!("{ALSO}{event}");
        if !first.trace.contains(&also) {
            first.trace.push(also);
        }
    }
    for related in &other.related {
        if !first.related.contains(related) {
            first.related.push(related.clone());
        }
    }
}
