//! `retag-not-rebuild`: a tag's plan gives the built image its new tag before it deploys.

use super::{meta, page};
use crate::effect::{Comparison, Effect, Images, Kind, Reference, Unread};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{Deployment, Plan, PlannedStep};
use crate::rules::flow::{is_foreign, is_forgotten, only_names_build, retags};
use crate::rules::{Carries, Flow, Rule};
use crate::yaml::Span;

/// Further places of one finding that are shown.
const MOST: usize = 4;

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
            let sites = plan.deployments(flow.settings);
            let mut missing: Vec<Missing<'_, '_>> = Vec::new();
            for site in sites.iter().filter_map(|site| lacking(flow, plan, site)) {
                // Where no image's name can be read they count as one.
                match missing.iter_mut().find(|other| other.same_image(&site)) {
                    Some(first) => {
                        let other = first.replaced_by(site);
                        first.more.push(other);
                    }
                    None => missing.push(site),
                }
            }
            let known = missing.iter().any(|one| one.doubtful.is_none());
            for one in missing.iter().filter(|one| !known || one.doubtful.is_none()) {
                one.tell(flow, plan, out);
            }
            skipped(flow, plan, &sites, out);
            if flow.carries() > Carries::Nothing {
                scripts(plan, &sites, out);
            }
        }
    }
}

/// A deployment of an image that the plan has not given its tag.
struct Missing<'p, 'd> {
    site: Deployment<'p, 'd>,
    effect: &'p Effect<'d>,
    /// The images, where they can be read.
    references: Vec<&'p Reference<'d>>,
    /// The file whose name alone says that it holds no image.
    doubtful: Option<&'p str>,
    /// Further commands that deploy the same.
    more: Vec<&'p Effect<'d>>,
}

/// What a deployment lacks; `None` where it lacks nothing, or deploys no image.
fn lacking<'p, 'd>(flow: &Flow<'_>, plan: &Plan<'_>, site: &Deployment<'p, 'd>) -> Option<Missing<'p, 'd>> {
    let effect = site.effect?;
    let Kind::Deploy { images, .. } = &effect.kind else { return None };
    let mut doubtful = None;
    let mut references: Vec<&Reference<'_>> = match images {
        Images::None => return None,
        // Where the file has no image, none of its own is deployed.
        Images::Unsaid if flow.carries() != Carries::Images => return None,
        Images::Hidden | Images::Unsaid => Vec::new(),
        Images::Doubtful { path } => {
            doubtful = Some(path.as_str());
            Vec::new()
        }
        Images::Known(references) => references.iter().collect(),
        // A manifest may hold somebody else's images as well, or nothing else.
        Images::Stated(references) => {
            let foreign =
                |reference: &&Reference<'_>| reference.constant_tag().is_some() && is_foreign(flow, reference);
            let own: Vec<_> = references.iter().filter(|reference| !foreign(reference)).collect();
            if own.is_empty() {
                return None;
            }
            own
        }
    };
    if retagged_before(plan, site) {
        references.retain(|reference| is_forgotten(flow, plan, reference));
        let first = *references.first().filter(|reference| reference.constant_tag().is_none())?;
        references = vec![first];
    }
    Some(Missing { site: *site, effect, references, doubtful, more: Vec::new() })
}

impl<'p, 'd> Missing<'p, 'd> {
    /// Adds another deployment of the same, and gives back the one that is told beside the other. What only names the image for a
    /// command after it (`kustomize edit set image`) is not the one that deploys.
    fn replaced_by(&mut self, mut other: Self) -> &'p Effect<'d> {
        let is_weak = |effect: &Effect<'_>| matches!(effect.kind, Kind::Deploy { weak: true, .. });
        if is_weak(self.effect) && !is_weak(other.effect) {
            std::mem::swap(&mut self.effect, &mut other.effect);
            self.site = other.site;
        }
        other.effect
    }
}

impl Missing<'_, '_> {
    fn same_image(&self, other: &Self) -> bool {
        let equal = |(a, b): (&&Reference<'_>, &&Reference<'_>)| a.same_image(b, false) == Comparison::Same;
        self.doubtful.is_some() == other.doubtful.is_some()
            && self.references.len() == other.references.len()
            && self.references.iter().zip(&other.references).all(equal)
    }

    fn tell(&self, flow: &Flow<'_>, plan: &Plan<'_>, out: &mut Findings<'_>) {
        let (span, command) = (self.effect.site.span(), &self.effect.command);
        let name = match self.references.as_slice() {
            [] => "an image".to_owned(),
            all => all.iter().map(|reference| format!("`{reference}`")).collect::<Vec<_>>().join(" and "),
        };
        if let Some(path) = self.doubtful {
            out.cannot_tell(
                span,
                format!("whether `{command}` deploys an image can't be told: `{path}` is not at hand"),
            )
            .trace(self.site.trace())
            .help("keep the manifest in the repository, where it can be read");
            return;
        }
        let mut draft = if let Some((place, hidden)) = unfollowed(plan, self) {
            out.cannot_tell(span, format!("whether {name} gets its tag before `{command}` can't be told"))
                .related(place, format!("`{hidden}` is not followed"))
                .help("retag in the pipeline itself, where it can be seen")
        } else {
            let by_commit = self.references.iter().find(|reference| reference.by_commit());
            let message = match by_commit.filter(|_| self.references.len() == 1) {
                Some(reference) if flow.images().pushes_image_of(reference) => {
                    format!(
                        "`{command}` deploys {name}, the commit's image, and this pipeline never gives it the tag's name"
                    )
                }
                _ if self.references.is_empty() => {
                    format!("`{command}` deploys an image, and nothing before it gives a built image its new tag")
                }
                _ if self.references.iter().any(|reference| names_what_is_built_here(plan, reference)) => {
                    format!("`{command}` deploys {name}, which names what this pipeline builds, not what main built")
                }
                _ => format!("`{command}` deploys {name}, and nothing before it gives a built image this tag"),
            };
            out.violated(span, message).help(next_edit(&self.references))
        };
        for other in self.more.iter().take(MOST) {
            draft = draft.related(other.site.span(), "and here");
        }
        let _ = draft.trace(self.site.trace());
    }
}

/// Whether a retag of the plan gives the name to an image that the plan builds itself.
fn names_what_is_built_here(plan: &Plan<'_>, reference: &Reference<'_>) -> bool {
    retags(plan).into_iter().any(|(_, effect)| {
        let target = match &effect.kind {
            Kind::Retag { target: Some(target), .. } => target,
            _ => return false,
        };
        target.same(reference, false) == Comparison::Same && only_names_build(plan, effect)
    })
}

/// The commands that give the first image its tag.
fn next_edit(references: &[&Reference<'_>]) -> String {
    let image = references.first().map_or_else(|| "IMAGE".to_owned(), |reference| reference.image.to_string());
    let deploy = if references.iter().any(|reference| reference.by_commit()) { "; then deploy that" } else { "" };
    format!(
        "before it, tag the image of the commit: `docker pull {image}:$BITBUCKET_COMMIT`, `docker tag`, `docker push {image}:$BITBUCKET_TAG`{deploy}"
    )
}

/// A command up to the deployment in which a retag may hide: one that can't be followed, or one that is not understood and
/// carries the image or the tag.
fn unfollowed(plan: &Plan<'_>, missing: &Missing<'_, '_>) -> Option<(Span, String)> {
    let site = &missing.site;
    // A step that is no map is told as such; what it was to do is not known.
    let unreadable = plan.steps.iter().find(|step| step.item <= site.step.item && !step.step.node().is_mapping());
    if let Some(step) = unreadable {
        return Some((step.step.node().span(), "the step".to_owned()));
    }
    if let Some((_, hidden)) = plan.hidden_before(site.step, Some(missing.effect)).next() {
        return Some((hidden.site.span(), hidden.command.clone()));
    }
    let names = |unread: &Unread<'_>| {
        unread.pushes
            || unread.carries("BITBUCKET_TAG")
            || unread.references.iter().any(|carried| {
                let deployed = |own: &&&Reference<'_>| own.same_image(carried, false) == Comparison::Same;
                missing.references.iter().any(|own| deployed(&own))
            })
    };
    let found = plan.unread_before(site.step, Some(missing.effect)).find(|unread| names(unread));
    found.map(|unread| (unread.site.span(), unread.command.clone()))
}

/// Steps that declare an environment and run what can't be followed: a retag and a deployment may hide in it.
fn scripts(plan: &Plan<'_>, sites: &[Deployment<'_, '_>], out: &mut Findings<'_>) {
    for site in sites.iter().filter(|site| site.effect.is_none() && !retagged_before(plan, site)) {
        let hidden = plan.hidden_before(site.step, None).next();
        if let Some((step, hidden)) = hidden.filter(|_| site.step.has_opaque()) {
            out.cannot_tell(
                hidden.site.span(),
                format!(
                    "whether `{}` gives the image its tag before {} deploys can't be told",
                    hidden.command,
                    site.step.shown()
                ),
            )
            .trace(plan.trace_to(step, hidden))
            .help("retag in the pipeline itself, where it can be seen");
        }
    }
}

/// Deployments of images whose tag only steps give that may be skipped where the deployment is not.
fn skipped(flow: &Flow<'_>, plan: &Plan<'_>, sites: &[Deployment<'_, '_>], out: &mut Findings<'_>) {
    for site in sites {
        let Some(effect) = site.effect.filter(|effect| deploys_image(effect)) else { continue };
        let retags = retags_before(plan, site);
        // One that is not skipped is enough.
        let conditions = retags.iter().map(|(step, _)| step.condition_beyond(site.step)).collect::<Option<Vec<_>>>();
        let first = retags.first().zip(conditions.and_then(|conditions| conditions.first().copied()));
        let Some(((step, _), condition)) = first else { continue };
        if lacking(flow, plan, site).is_none() {
            let message = format!(
                "whether the image has its tag where `{}` deploys it can't be told: {} gives it, and may be skipped",
                effect.command,
                step.shown()
            );
            out.cannot_tell(effect.site.span(), message)
                .related(condition.span(), "skipped where this does not hold")
                .help("give the tag in a step without a condition, or give both steps the same one")
                .trace(site.trace());
        }
    }
}

fn deploys_image(effect: &Effect<'_>) -> bool {
    matches!(&effect.kind, Kind::Deploy { images: Images::Known(_) | Images::Stated(_) | Images::Hidden, .. })
}

/// Whether some retag stands before the deployment, or in its own step.
fn retagged_before(plan: &Plan<'_>, site: &Deployment<'_, '_>) -> bool {
    !retags_before(plan, site).is_empty()
}

/// The retags that stand before the deployment, or in its own step.
fn retags_before<'p>(plan: &'p Plan<'p>, site: &Deployment<'_, '_>) -> Vec<(&'p PlannedStep<'p>, &'p Effect<'p>)> {
    let mut found = retags(plan);
    found.retain(|(step, effect)| {
        is_before(step, effect, site) && !only_names_build(plan, effect) && is_pushed(plan, effect)
    });
    found
}

/// Whether a new name gets into the registry: a local one needs a push.
fn is_pushed(plan: &Plan<'_>, effect: &Effect<'_>) -> bool {
    let Kind::Retag { target: Some(target), local: true, .. } = &effect.kind else { return true };
    plan.effects().any(|(_, other)| match &other.kind {
        Kind::Push { reference: None, .. } => true,
        Kind::Push { reference: Some(pushed), .. } => pushed.same(target, false) != Comparison::Different,
        _ => other.hides_effects(),
    })
}

/// Whether an effect has surely happened when the deployment begins: members of one parallel group run side by side.
fn is_before(step: &PlannedStep<'_>, effect: &Effect<'_>, site: &Deployment<'_, '_>) -> bool {
    if step.number != site.step.number {
        let side_by_side = step.item == site.step.item && step.parallel && site.step.parallel;
        return step.number < site.step.number && !side_by_side;
    }
    site.effect.is_none_or(|deploys| step.place_of(Some(effect)) < step.place_of(Some(deploys)))
}
