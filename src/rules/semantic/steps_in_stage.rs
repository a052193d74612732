//! `steps-in-stage`: the steps of a stage run one after the other.

use super::site::{Told, head};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Item;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("steps-in-stage", Error, "a parallel group stands in a stage");

pub(super) struct StepsInStage;

impl Rule for StepsInStage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            for item in selector.pipeline().items() {
                let Item::Stage(stage) = item else { continue };
                for inner in stage.items() {
                    let Item::Parallel(group) = inner else { continue };
                    let span = head(group.item);
                    if told.first(span) {
                        out.violated(span, "a stage can't hold a parallel group")
                            .help("list its steps one by one, or put the group beside the stage")
                            .trace([selector.place()])
                            .through(group.item);
                    }
                }
            }
        }
    }
}
