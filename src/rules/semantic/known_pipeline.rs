//! `known-pipeline`: what a trigger or a child step starts exists under `custom`.

use std::collections::HashSet;

use super::refused;
use super::site::{Told, meant_or};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Section;
use crate::rules::{Flow, Rule};
use crate::yaml::Node;

static META: RuleMeta =
    meta!("known-pipeline", Error, "a trigger or a child step starts a pipeline that does not exist");

pub(super) struct KnownPipeline;

impl Rule for KnownPipeline {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let customs: HashSet<&str> =
            flow.file.selectors_in(Section::Custom).iter().map(|selector| selector.name()).collect();
        let refused = refused::names(&flow.file, "custom");
        let mut told = Told::default();
        let mut missing = |node: Node<'_>| {
            let unknown = |name: &&str| !name.is_empty() && !customs.contains(name) && !refused.contains(name);
            let name = node.string().filter(unknown)?;
            told.first(node.span()).then(|| name.to_owned())
        };
        let help = |name: &str| {
            let define = format!("define `{name}` under `pipelines.custom`, or name one that is there");
            match name.rsplit_once('.').filter(|(_, own)| customs.contains(own)) {
                Some((_, own)) => format!("write its name alone: `{own}`"),
                None => meant_or(name, customs.iter().copied(), &define),
            }
        };
        for trigger in flow.file.triggers() {
            for node in trigger.pipelines.into_iter().flat_map(|list| list.items()) {
                if let Some(name) = missing(node) {
                    out.violated(node.span(), format!("no custom pipeline `{name}` exists"))
                        .help(help(&name))
                        .trace([format!("triggers.{}", trigger.event.text().unwrap_or(""))])
                        .through(node);
                }
            }
        }
        // A shared pipeline runs in the file that imports it, which has pipelines of its own.
        for site in flow.steps().iter().filter(|site| site.selector.section != Section::Shared) {
            let Some(child) = site.step.child() else { continue };
            if let Some(name) = missing(child) {
                site.tell(out.violated(child.span(), format!("no custom pipeline `{name}` exists")).help(help(&name)));
            }
        }
    }
}
