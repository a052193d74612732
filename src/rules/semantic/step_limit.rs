//! `step-limit`: a pipeline has at most 100 steps.

use super::site::{Told, head};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("step-limit", Error, "a pipeline has more than 100 steps");

pub(super) struct StepLimit;

impl Rule for StepLimit {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let steps = selector.pipeline().steps();
            let Some(step) = steps.get(100) else { continue };
            let span = head(step.item());
            if told.first(span) {
                out.violated(span, format!("`{}` has {} steps; 100 is the limit", selector.label(), steps.len()))
                    .help("move some into a custom pipeline and start it as a child: `type: pipeline`")
                    .trace([selector.place()])
                    .through(step.item());
            }
        }
    }
}
