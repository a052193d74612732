//! `known-artifact`: what a step downloads was uploaded by a step before it.

use std::collections::{HashMap, HashSet};

use super::refused::misspells;
use super::site::{Told, meant_or};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{Artifacts, Item, Step};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("known-artifact", Warning, "a step downloads an artifact that no earlier step hands on");

pub(super) struct KnownArtifact;

impl Rule for KnownArtifact {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let mut handed: HashMap<&str, &str> = HashMap::new();
            let mut unseen = false;
            for item in selector.pipeline().items() {
                let groups: Vec<Vec<Step<'_>>> = match item {
                    Item::Step(step) | Item::Final(step) => vec![vec![step]],
                    Item::Parallel(group) => vec![group.steps()],
                    Item::Stage(stage) => stage.items().iter().map(members).collect(),
                    Item::Variables(_) | Item::Unknown(_) => Vec::new(),
                };
                for group in groups {
                    // What a child pipeline uploads can't be seen here, nor what stands under a slip of the key.
                    unseen |= group.iter().any(|step| step.is_child() || hides_uploads(step));
                    let siblings: HashSet<&str> = group.iter().flat_map(uploads).map(|(name, _)| name).collect();
                    for artifact in group.iter().filter_map(Step::artifacts).flat_map(|one| one.downloads()) {
                        let Some(name) = artifact.text().filter(|name| !name.is_empty()) else { continue };
                        let (message, help) = match handed.get(name) {
                            Some(&"shared") => continue,
                            Some(kind) => (
                                format!("`{name}` is of type `{kind}`, which no other step can download"),
                                "upload it with `type: shared`".to_owned(),
                            ),
                            None if group.len() > 1 && siblings.contains(&name) => (
                                format!("`{name}` comes from a sibling in the same group, and may not be there yet"),
                                "upload it in a step before the group".to_owned(),
                            ),
                            None if unseen => continue,
                            None => {
                                let shared =
                                    handed.iter().filter(|(_, kind)| **kind == "shared").map(|(name, _)| *name);
                                let help = meant_or(name, shared, "use the name of an earlier `upload`");
                                (format!("no earlier step uploads `{name}`"), help)
                            }
                        };
                        if told.first(artifact.span()) {
                            out.violated(artifact.span(), message)
                                .help(help)
                                .trace([selector.place()])
                                .through(artifact);
                        }
                    }
                    handed.extend(group.iter().flat_map(uploads));
                }
            }
        }
    }
}

fn members<'d>(item: &Item<'d>) -> Vec<Step<'d>> {
    match item {
        Item::Step(step) => vec![*step],
        Item::Parallel(group) => group.steps(),
        _ => Vec::new(),
    }
}

/// Whether a step may upload what is not seen, because the schema refuses how it says so.
fn hides_uploads(step: &Step<'_>) -> bool {
    let upload = |artifacts: Artifacts<'_>| {
        let list = artifacts.node.get("upload");
        list.is_some_and(|list| !list.is_sequence()) || misspells(artifacts.node, "upload")
    };
    misspells(step.node(), "artifacts") || step.artifacts().is_some_and(upload)
}

/// Name and type of what a step uploads.
fn uploads<'d>(step: &Step<'d>) -> Vec<(&'d str, &'d str)> {
    let uploads = step.artifacts().map(|artifacts| artifacts.uploads()).unwrap_or_default();
    uploads.iter().filter_map(|upload| Some((upload.name()?.text()?, upload.kind()))).collect()
}
