//! `visible-script`: what a step runs can be read.

use super::{meta, page};
use crate::effect::{Kind, Opaque};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta(
    "visible-script",
    Severity::Note,
    "a script of the repository is called and not at hand",
    page!("visible-script"),
);

pub(super) struct VisibleScript;

impl Rule for VisibleScript {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for plan in flow.plans {
            for (step, effect) in plan.effects() {
                let (name, telling) = match &effect.kind {
                    Kind::Opaque(Opaque::Script { path, telling }) => (path, *telling && !effect.remote),
                    Kind::Opaque(Opaque::Target { name, telling }) => (name, *telling && !effect.remote),
                    Kind::Opaque(Opaque::Values { path }) => (path, false),
                    _ => continue,
                };
                let place = effect.site.span();
                let trace = plan.trace_to(step, effect);
                if telling {
                    out.violated(place, format!("`{name}` is not at hand, and its name says that it builds or deploys"))
                        .severity(Severity::Warning)
                        .trace(trace)
                        .help("put the building and deploying commands into the pipeline, or check with the repository at hand");
                } else {
                    out.cannot_tell(place, format!("`{name}` is not at hand, so its effects are unknown"))
                        .trace(trace)
                        .help("check with the repository at hand to have it followed");
                }
            }
        }
    }
}
