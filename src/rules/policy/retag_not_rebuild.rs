//! `retag-not-rebuild`: a tag's plan gives the built image its new tag before it deploys.

use super::{meta, page};
use crate::effect::{Comparison, Effect, Images, Kind, Reference};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{Deployment, Plan, PlannedStep};
use crate::rules::flow::{is_forgotten, only_names_build, retags};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta(
    "retag-not-rebuild",
    Severity::Error,
    "a tag's pipeline deploys an image that it has not given its tag",
    page!("retag-not-rebuild"),
);

pub(super) struct RetagNotRebuild;

impl Rule for RetagNotRebuild {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for plan in flow.tag_plans() {
            for site in plan.deployments(flow.settings) {
                if !retagged_before(plan, &site) {
                    missing(plan, &site, None, out);
                } else if let Some(Kind::Deploy { images: Images::Known(references), .. }) =
                    site.effect.map(|effect| &effect.kind)
                {
                    let forgotten = references.iter().find(|reference| is_forgotten(flow, plan, reference));
                    if let Some(reference) = forgotten.filter(|reference| reference.constant_tag().is_none()) {
                        missing(plan, &site, Some(reference), out);
                    }
                }
            }
        }
    }
}

/// Whether some retag stands before the deployment, or in its own step.
fn retagged_before(plan: &Plan<'_>, site: &Deployment<'_, '_>) -> bool {
    retags(plan).iter().any(|(step, effect)| {
        is_before(step, effect, site) && !only_names_build(plan, effect) && is_pushed(plan, effect)
    })
}

/// Whether a new name gets into the registry: a local one needs a push.
fn is_pushed(plan: &Plan<'_>, effect: &Effect<'_>) -> bool {
    let Kind::Retag { target: Some(target), local: true, .. } = &effect.kind else { return true };
    plan.effects().any(|(_, other)| match &other.kind {
        Kind::Push { reference: None } => true,
        Kind::Push { reference: Some(pushed) } => pushed.same(target, false) != Comparison::Different,
        _ => other.hides_effects(),
    })
}

/// Whether an effect has surely happened when the deployment begins: members of one parallel group run side by side.
fn is_before(step: &PlannedStep<'_>, effect: &Effect<'_>, site: &Deployment<'_, '_>) -> bool {
    if step.number != site.step.number {
        let side_by_side = step.item == site.step.item && step.parallel && site.step.parallel;
        return step.number < site.step.number && !side_by_side;
    }
    let place = |wanted: &Effect<'_>| step.found.effects.iter().position(|other| std::ptr::eq(other, wanted));
    match site.effect {
        Some(deploys) => place(effect) < place(deploys),
        None => true,
    }
}

fn missing(plan: &Plan<'_>, site: &Deployment<'_, '_>, forgotten: Option<&Reference<'_>>, out: &mut Findings<'_>) {
    let trace = site.trace();
    let unfollowed = plan.effects().find(|(step, effect)| step.item <= site.step.item && effect.hides_effects());
    match site.effect {
        Some(effect) => {
            let images = match &effect.kind {
                Kind::Deploy { images, .. } => images,
                _ => return,
            };
            let name = match images {
                _ if let Some(reference) = forgotten => format!("`{reference}`"),
                Images::None => return,
                Images::Hidden => "an image".to_owned(),
                Images::Known(references) => {
                    references.iter().map(|reference| format!("`{reference}`")).collect::<Vec<_>>().join(" and ")
                }
            };
            if let Some((_, hidden)) = unfollowed {
                out.cannot_tell(
                    effect.site.span(),
                    format!("whether {name} gets its tag before `{}` can't be told", effect.command),
                )
                .related(hidden.site.span(), format!("`{}` is not followed", hidden.command))
                .trace(trace)
                .help("retag in the pipeline itself, where it can be seen");
                return;
            }
            let message =
                format!("`{}` deploys {name}, and nothing before it gives a built image this tag", effect.command);
            out.violated(effect.site.span(), message)
                .trace(trace)
                .help("before it, tag the image of the commit: `docker pull IMAGE:$BITBUCKET_COMMIT`, `docker tag`, `docker push IMAGE:$BITBUCKET_TAG`");
        }
        None => {
            if let Some((_, hidden)) = unfollowed.filter(|_| site.step.has_opaque()) {
                out.cannot_tell(
                    hidden.site.span(),
                    format!("whether `{}` retags before it deploys can't be told", hidden.command),
                )
                .trace(trace)
                .help("retag in the pipeline itself, where it can be seen");
            }
        }
    }
}
