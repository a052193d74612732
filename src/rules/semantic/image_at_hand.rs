//! `image-at-hand`: the docker of a step has the images that the step pushes or names anew.

use super::site::Told;
use crate::effect::{Comparison, Effect, Kind, Reference};
use crate::finding::{Findings, RuleMeta};
use crate::plan::PlannedStep;
use crate::rules::{Flow, Rule};
use crate::yaml::Span;

static META: RuleMeta = meta!(
    "image-at-hand",
    Warning,
    "a step pushes or names anew an image that its docker has neither built nor pulled"
);

pub(super) struct ImageAtHand;

impl Rule for ImageAtHand {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for plan in flow.all_plans() {
            for (at, step) in plan.steps.iter().enumerate() {
                // Few steps have such a command; the words of its script are looked through for these alone.
                let Some(Missing { effect, name, near }) = missing(step) else { continue };
                if !begins_empty(step) {
                    continue;
                }
                if !told.first(effect.site.span()) {
                    out.again(effect.site.span(), 1);
                    continue;
                }
                let does = if matches!(effect.kind, Kind::Push { .. }) { "pushes" } else { "names" };
                let message = format!(
                    "`{}` {does} `{name}`, which this step has neither built nor pulled: each step has a docker of its own",
                    effect.command
                );
                let makes = |(_, effect): &(&PlannedStep<'_>, &Effect<'_>)| match &effect.kind {
                    Kind::Build { references, .. } => {
                        references.iter().any(|made| made.same(name, false) == Comparison::Same)
                    }
                    _ => false,
                };
                let before =
                    plan.steps.iter().take(at).flat_map(|step| step.found.effects.iter().map(move |one| (step, one)));
                let maker = before.into_iter().find(makes);
                let help = match (near, maker) {
                    (Some(near), _) => format!("use the name that this step has: `{near}`"),
                    (None, Some(_)) => {
                        "build and push in one step, or hand the image on: `docker save` into an artifact, `docker load` here"
                            .to_owned()
                    }
                    (None, None) if effect.command.contains('/') => {
                        format!("build it before the pipe, in the same step: `docker build -t {name} .`")
                    }
                    (None, None) if name.to_string().contains('/') => format!("pull it first: `docker pull {name}`"),
                    (None, None) => "pull it first, by the name under which it was pushed".to_owned(),
                };
                let mut draft = out.violated(effect.site.span(), message).trace(plan.trace_to(step, effect)).help(help);
                if let Some((_, built)) = maker {
                    draft = draft.related(built.site.span(), "built in another step");
                }
                let _ = draft.through(step.step.node());
            }
        }
    }
}

/// How many images of one step are looked at.
const MOST: usize = 100;

/// Whether a step's docker begins with no image: the docker of a runner of one's own lasts, and the cache of layers brings some.
fn begins_empty(step: &PlannedStep<'_>) -> bool {
    let own_runner = step.step.get("runs-on").is_some();
    let cached = step.step.caches().iter().any(|cache| cache.text() == Some("docker"));
    !own_runner
        && !brings_otherwise(step)
        && !cached
        && !step.is_imported()
        && !step.found.loads
        && step.found.unread.is_empty()
        && !step.has_opaque()
}

/// Whether a script has words of what may bring an image by other ways than a build, a pull and a load of its own.
fn brings_otherwise(step: &PlannedStep<'_>) -> bool {
    const WAYS: [&str; 13] = [
        " run ",
        " create ",
        " import ",
        "compose",
        "pull -a",
        "--all-tags",
        "docker.sock",
        "mvn",
        "gradle",
        "sam ",
        "make",
        "bazel",
        "nix",
    ];
    let items = step.step.script();
    items.iter().filter_map(|item| item.command_text()).any(|text| WAYS.iter().any(|way| text.contains(way)))
}

/// A command that needs an image which the docker of its step has not.
struct Missing<'p, 'd> {
    effect: &'p Effect<'d>,
    name: &'p Reference<'d>,
    /// What the step has under nearly that name: of another registry, or with another tag.
    near: Option<&'p Reference<'d>>,
}

/// The first command of docker that needs an image of its own, and the image, where nothing before it in the step may have brought that.
fn missing<'p, 'd>(step: &'p PlannedStep<'d>) -> Option<Missing<'p, 'd>> {
    let mut there: Vec<&'p Reference<'d>> = Vec::new();
    // Where a command talks to the docker of the step, and not to one elsewhere.
    let of_step = step.found.effects.iter().filter(|effect| matches!(effect.kind, Kind::Docker));
    let own: Vec<Span> = of_step.map(|effect| effect.site.span()).collect();
    for effect in &step.found.effects {
        if effect.remote {
            continue;
        }
        // A step with more images than that is nobody's, and costs their square.
        if there.len() > MOST {
            return None;
        }
        let named = ["docker push", "docker image push", "docker tag", "docker image tag"];
        let by_docker = named.contains(&effect.command.as_str()) && own.contains(&effect.site.span());
        let needed = match &effect.kind {
            Kind::Push { reference: Some(name), local: None } if by_docker => Some(name),
            // A pipe pushes what the docker of the step has under a name without registry.
            Kind::Push { local: Some(name), .. } => Some(name),
            Kind::Retag { source: Some(name), local: true, .. } if by_docker => Some(name),
            _ => None,
        };
        if let Some(name) = needed {
            let by_name = matches!(effect.kind, Kind::Push { .. }) && !by_docker;
            let may_be = |own: &&Reference<'_>| match by_name {
                true => own.same_image(name, false) != Comparison::Different,
                false => own.same(name, false) != Comparison::Different,
            };
            if !there.iter().any(may_be) && !name.is_choice() && !name.tag_unclear() {
                let last = |name: &Reference<'_>| name.image.to_string().rsplit('/').next().map(str::to_owned);
                let is_near = |own: &&&Reference<'_>| {
                    own.same_image(name, false) == Comparison::Same || own.tag == name.tag && last(own) == last(name)
                };
                let near = there.iter().rev().find(is_near).copied();
                return Some(Missing { effect, name, near });
            }
        }
        match &effect.kind {
            Kind::Build { references, .. } if references.is_empty() => return None,
            Kind::Build { references, .. } => there.extend(references),
            Kind::Pull { reference: None } => return None,
            Kind::Pull { reference: Some(name) } => there.push(name),
            Kind::Retag { target: Some(name), .. } => there.push(name),
            _ => {}
        }
    }
    None
}
