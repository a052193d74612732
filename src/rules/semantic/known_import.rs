//! `known-import`: the source of an import is among `definitions.imports`.

use std::collections::HashSet;

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("known-import", Error, "an import names a source that is not defined");

pub(super) struct KnownImport;

impl Rule for KnownImport {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let sources = flow.file.definitions().entries("imports");
        let sources: HashSet<&str> = sources.iter().map(|entry| entry.name()).collect();
        let mut told = Told::default();
        for selector in flow.selectors() {
            let Some(import) = selector.pipeline().import() else { continue };
            // With colons it names repository, ref and pipeline, whatever else stands in it.
            let text = import.text().filter(|text| !text.contains(':'));
            let Some((_, source)) = text.and_then(|text| text.rsplit_once('@')) else { continue };
            if !sources.contains(source) && told.first(import.span()) {
                out.violated(import.span(), format!("no import source `{source}` is defined"))
                    .help(format!("define it under `definitions.imports`: `{source}: repository:ref`"))
                    .trace([selector.place()])
                    .through(selector.body);
            }
        }
    }
}
