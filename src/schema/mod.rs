//! The syntax and schema layers: what of a text Bitbucket could not read, and which keyword, type, value or nesting it
//! does not know.
//!
//! The schema is our own (`schemas/bitbucket-pipelines.schema.json`). It branches on types and keys that are present
//! and never on alternatives, so that each failure is about what the author meant; `explain` puts it in one sentence.

mod absorbed;
mod commands;
mod compiled;
mod dialects;
mod explain;
mod foreign;
mod holders;
mod invisible;
mod keys;
mod lists;
mod memory;
mod metas;
mod misplaced;
mod pipes;
mod place;
mod shallow;
mod shapes;
mod syntax;
mod system;
mod types;
mod typographic;

pub use keys::{is_keyword, spelt_like};
pub use syntax::findings;

use crate::finding::{Finding, Findings, RuleMeta};
use crate::yaml::{Document, ProblemKind, Span};

/// Our schema, as editors use it.
pub const SCHEMA: &str = include_str!("../../schemas/bitbucket-pipelines.schema.json");

/// The findings of the schema layer, in order of place; none when the text has no tree.
pub fn check(document: &Document) -> Vec<Finding> {
    found(document, false)
}

/// The same of a file that other files of its repository import, which runs nothing itself.
pub fn check_shared(document: &Document) -> Vec<Finding> {
    found(document, true)
}

fn found(document: &Document, shared: bool) -> Vec<Finding> {
    let Some(failures) = compiled::failures(document) else { return empty(document) };
    // Nothing stands before the second document, which is told there.
    let second = || document.problems().iter().any(|problem| problem.kind == ProblemKind::SecondDocument);
    if document.root().is_some_and(|root| root.is_null()) && second() {
        return Vec::new();
    }
    let mut findings = explain::explain(document, failures, shared);
    holders::near_misses(document, &mut findings);
    memory::too_high(document, &mut findings);
    findings.sort_by_key(|finding| (finding.span, finding.rule));
    findings
}

/// A text with no YAML in it, which is not one that can't be read.
fn empty(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    if document.root().is_none() && document.problems().is_empty() {
        Findings::new(&metas::RIGHT_TYPE, &mut findings)
            .violated(Span::default(), "the file is empty; it should be a map")
            .help("write `pipelines:` into it, with a pipeline below");
    }
    findings
}

/// The rules of both layers, by id.
pub fn rules() -> &'static [&'static RuleMeta] {
    metas::ALL
}

#[cfg(test)]
mod once_tests;
#[cfg(test)]
mod shallow_tests;
#[cfg(test)]
mod tests;
