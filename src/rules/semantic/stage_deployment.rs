//! `stage-deployment`: a deployment stands on the stage or on its steps.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("stage-deployment", Error, "a stage and a step inside it both have a deployment");

pub(super) struct StageDeployment;

impl Rule for StageDeployment {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for site in flow.steps() {
            let (Some(inner), Some(outer)) = (site.step.deployment(), site.stage.and_then(|stage| stage.deployment()))
            else {
                continue;
            };
            if told.first(inner.span()) {
                let draft = out.violated(inner.span(), "the stage around this step has a deployment already");
                site.tell(draft.help("keep one of the two").related(outer.span(), "the stage's is here"));
            }
        }
    }
}
