//! What a repair broke: errors about what was there before it and was right. What it adds as asked is new work.

use std::collections::BTreeSet;

use super::revision::Revision;
use crate::check::Checker;
use crate::finding::{Finding, Severity};
use crate::plan::Plan;
use crate::yaml::{Document, Span};

/// Rules that forbid a thing to be there: what a repair adds against them is no work that is half done.
const FORBID: [&str; 4] = ["build-once", "no-inline-secret", "production-from-release-tag", "trunk-only"];

/// Rules that held in `before` and are broken in `now`, each once, by id. A rule that held of nothing is not broken: its
/// errors must be about an event, and a command in it, that `before` had.
pub(super) fn broken(checker: &Checker, before: &Revision, now: &Revision) -> Vec<&'static str> {
    let violated: BTreeSet<&str> = errors(before).map(|finding| finding.rule).collect();
    let mut fresh = errors(now).filter(|finding| !violated.contains(finding.rule)).peekable();
    if fresh.peek().is_none() {
        return Vec::new();
    }
    let plans = checker.plans(&before.checked.document);
    let was_there = |finding: &&Finding| {
        match finding.trace.split_first() {
            Some((event, way)) => plans.iter().any(|plan| plan.event.to_string() == *event && has(plan, finding, way)),
            // Without a trace it is about a key of the file: of a pipeline, if it stands in one.
            None => pipeline(&now.checked.document, finding.span)
                .is_none_or(|path| pipelines(&before.checked.document).any(|(known, _)| known == path)),
        }
    };
    let broken: BTreeSet<&'static str> = fresh.filter(was_there).map(|finding| finding.rule).collect();
    broken.into_iter().collect()
}

fn errors(revision: &Revision) -> impl Iterator<Item = &Finding> {
    revision.checked.findings.iter().filter(|finding| finding.severity == Severity::Error)
}

/// Whether an event ran the command that a finding's trace ends in, under whatever step.
fn has(plan: &Plan<'_>, finding: &Finding, way: &[String]) -> bool {
    // What follows the command names other events that get there, too.
    let mut commands = way.iter().rev().filter_map(|part| part.strip_prefix('`')?.strip_suffix('`'));
    match commands.next() {
        Some(command) if !FORBID.contains(&finding.rule) => plan.effects().any(|(_, effect)| effect.command == command),
        _ => true,
    }
}

/// The sections of a file with their pipelines, each with its span: `tags` and `release-*`.
fn pipelines(document: &Document) -> impl Iterator<Item = ((&str, &str), Span)> {
    let sections = document.root().and_then(|root| root.get("pipelines")).into_iter().flat_map(|all| all.entries());
    sections.flat_map(|section| {
        section.value.entries().map(move |entry| {
            let span = Span::new(entry.key.span().start, entry.value.span().end);
            ((section.name(), entry.name()), span)
        })
    })
}

/// The pipeline in which a place stands.
fn pipeline(document: &Document, place: Span) -> Option<(&str, &str)> {
    pipelines(document).find(|(_, span)| span.contains(place.start)).map(|(path, _)| path)
}
