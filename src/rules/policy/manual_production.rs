//! `manual-production`: a person stands between a tag and production.

use super::{meta, page};
use crate::finding::{Findings, RuleMeta, Severity};
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
            let help = if site.step.last {
                "a final step runs whatever happened before: deploy in a step with `trigger: manual` instead"
            } else {
                "set `trigger: manual` on this step, on its stage, or on a step before it"
            };
            out.violated(site.span(), format!("{} reaches production with no gate", site.step.shown()))
                .through(site.step.step.node())
                .trace(site.trace())
                .help(help);
        }
    }
}
