//! `quoted-key`: patterns and names are texts to every reader of YAML.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{ScriptItem, Section};
use crate::rules::{Flow, Rule};
use crate::yaml::{Kind, Node, yaml11_reading};

static META: RuleMeta =
    meta!("quoted-key", Error, "a pattern or name that YAML takes for a number or a boolean is not quoted");

/// The keys of `definitions` whose entries have names of the author's own.
const DEFINED: [&str; 4] = ["caches", "services", "imports", "agents"];

pub(super) struct QuotedKey;

impl Rule for QuotedKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let mut tell = |key: Node<'_>| {
            if !key.is_untyped() {
                return;
            }
            let name = key.text().unwrap_or("");
            let kind = match key.kind() {
                Kind::String => yaml11_reading(name),
                Kind::Null => Some("null"),
                kind => Some(kind.words()),
            };
            if let Some(kind) = kind.filter(|_| told.first(key.span())) {
                out.violated(key.span(), format!("`{name}` is {kind} to a reader of YAML, not a text"))
                    .help(format!("quote it: `'{name}':`"));
            }
        };
        let sections = Section::MAPS.into_iter().chain([Section::Shared]);
        sections.flat_map(|section| flow.file.selectors_in(section)).for_each(|selector| tell(selector.key));
        let definitions = flow.file.definitions();
        DEFINED.into_iter().flat_map(|keyword| definitions.entries(keyword)).for_each(|entry| tell(entry.key));
        for service in definitions.services() {
            keys(service.node.get("variables")).for_each(&mut tell);
        }
        for (site, items) in flow.scripts() {
            keys(site.step.get("input-variables")).for_each(&mut tell);
            for item in items {
                let ScriptItem::Pipe(call) = item else { continue };
                call.variables().iter().for_each(|entry| tell(entry.key));
            }
        }
    }
}

/// The keys of a map that may not be there.
fn keys<'d>(map: Option<Node<'d>>) -> impl Iterator<Item = Node<'d>> {
    map.into_iter().flat_map(|map| map.entries().map(|entry| entry.key))
}
