//! `manual-production`: a person stands between a tag and production.

use super::{meta, page};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::PlannedStep;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta(
    "manual-production",
    Severity::Error,
    "production is deployed to with no gate before it",
    page!("manual-production"),
);

pub(super) struct ManualProduction;

impl Rule for ManualProduction {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for site in flow.to_production() {
            if site.step.gated {
                continue;
            }
            out.violated(site.span(), format!("{} reaches production with no gate", site.step.shown()))
                .through(site.step.step.node())
                .trace(site.trace())
                .help(next_edit(site.step));
        }
    }
}

/// Where the gate can stand: what begins a pipeline starts by itself, and so does each step of a stage.
fn next_edit(step: &PlannedStep<'_>) -> String {
    let begins = step.item == 0 && step.child.is_none();
    let before = "such as the one that gives the image its tag";
    match step.stage.as_ref().map(|stage| stage.name()) {
        _ if step.last => {
            "a final step runs whatever happened before: deploy in a step with `trigger: manual` instead".to_owned()
        }
        Some(name) => {
            let stage = name.map_or_else(|| "its stage".to_owned(), |name| format!("the stage `{name}`"));
            match begins {
                true => format!("put a step before {stage}, {before}, and set `trigger: manual` on the stage"),
                false => format!("set `trigger: manual` on {stage}"),
            }
        }
        None if begins => format!("put a step before it, {before}, and set `trigger: manual` on this one"),
        None => "set `trigger: manual` on this step, or on a step before it".to_owned(),
    }
}
