//! Failures that have one reason: what a map lacks may be what its unknown key was meant for, and which keys a step takes is not
//! known where its type is none.

use super::compiled::{Failure, Kind};
use super::explain::{Writer, parent, properties, schema, title};
use super::keys::spelt_like;
use super::metas;
use super::place::Place;
use crate::finding::Finding;
use crate::yaml::{Node, ProblemKind};

/// Of a step whose type is none that is known, only what no kind of step takes is told.
pub(super) fn without_kind(place: &Place<'_>, failures: Vec<Failure>) -> Vec<Failure> {
    let kind = place.node.get("type").and_then(|kind| kind.text());
    if kind.is_none_or(|kind| matches!(kind, "inline" | "pipeline")) {
        return failures;
    }
    let child = properties(schema("/definitions/childStep"));
    let keep = |mut failure: Failure| {
        if !title(schema(parent(&failure.keyword))).starts_with("a step") {
            return Some(failure);
        }
        match &mut failure.kind {
            Kind::Missing(_) => return None,
            Kind::UnknownKeys(keys) => keys.retain(|key| !child.contains(&key.as_str())),
            _ => {}
        }
        (!matches!(&failure.kind, Kind::UnknownKeys(keys) if keys.is_empty())).then_some(failure)
    };
    failures.into_iter().filter_map(keep).collect()
}

/// Whether a file without `pipelines` is meant to share its own, and what says so is told already.
pub(super) fn means_to_share(root: Node<'_>) -> bool {
    let shares = || match root.get("export") {
        Some(export) => export.boolean().is_none(),
        None => root.entries().any(|entry| spelt_like(entry.name(), &["export"]).is_some()),
    };
    root.get("definitions").is_some_and(|definitions| definitions.get("pipelines").is_some()) && shares()
}

/// The next edit for a file without `pipelines`.
pub(super) fn without_pipelines(root: Node<'_>) -> &'static str {
    match root.get("definitions").and_then(|definitions| definitions.get("pipelines")) {
        Some(_) => {
            "add `pipelines:` with what runs here, or `export: true` where other repositories import its pipelines; the name of a \
             file that its own repository includes ends in `pipelines.yml`"
        }
        None => "add `pipelines:` with `default:` and a list of steps",
    }
}

impl Writer<'_> {
    /// What is lacking goes into the help for the unknown key `at`; the findings behind `told` are of the same map.
    pub(super) fn absorb(&mut self, at: usize, told: usize) {
        let rest = self.found.split_off(told);
        let (lacking, rest): (Vec<Finding>, Vec<Finding>) =
            rest.into_iter().partition(|finding| finding.rule == metas::REQUIRED_KEY.id);
        self.found.extend(rest);
        let Some(help) = self.found.get_mut(at).and_then(|finding| finding.help.as_mut()) else { return };
        for finding in lacking {
            help.push_str("; ");
            help.push_str(&finding.message);
        }
    }

    /// Whether the syntax layer has told why a node is not what it should be: it has a tag, or holds what a wrong merge has left.
    pub(super) fn is_told_as_syntax(&self, node: Node<'_>) -> bool {
        let tagged =
            |span| !self.document.slice(span).starts_with("!!") && !self.document.slice(span).starts_with("!<");
        let bare = || node.is_mapping() && node.entries().len() == 0;
        let span = node.span();
        let merges = |kind| matches!(kind, ProblemKind::BadMerge);
        node.tag().is_some_and(tagged)
            || bare() && self.document.problems().iter().any(|one| merges(one.kind) && span.contains(one.span.start))
    }
}
