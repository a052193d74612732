//! `automatic-staging`: what reaches main reaches staging with nobody's help.

use super::{meta, page};
use crate::effect::EnvironmentKind;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta(
    "automatic-staging",
    Severity::Warning,
    "the staging deployment on main waits for a person",
    page!("automatic-staging"),
);

pub(super) struct AutomaticStaging;

impl Rule for AutomaticStaging {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for site in flow.mains().flat_map(|main| main.deployments(flow.settings)) {
            if site.kind != Some(EnvironmentKind::Staging) {
                continue;
            }
            if let Some(gate) = site.step.gate_before.or(site.step.manual) {
                out.violated(gate.span(), format!("{} deploys to staging only after a person acts", site.step.shown()))
                    .through(gate)
                    .trace(site.trace())
                    .help("remove `trigger: manual`: a push to main deploys to staging by itself");
            }
        }
    }
}
