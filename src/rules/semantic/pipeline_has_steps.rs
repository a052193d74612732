//! `pipeline-has-steps`: a pipeline has a step, a group or a stage.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Item;
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("pipeline-has-steps", Error, "a pipeline has variables or a final step, and nothing to run");

pub(super) struct PipelineHasSteps;

impl Rule for PipelineHasSteps {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let items: Vec<_> = selector.pipeline().items().collect();
            let empty = items.iter().all(|item| matches!(item, Item::Variables(_) | Item::Final(_)));
            if !items.is_empty() && empty && told.first(selector.key.span()) {
                out.violated(selector.key.span(), format!("`{}` has nothing to run", selector.label()))
                    .help("add a `- step:` with a script")
                    .through(selector.body);
            }
        }
    }
}
