//! `build-once`: one image is built by one step, in main's plan.

use super::unknown::{unknown_because, unknown_name};
use super::{meta, page};
use std::collections::HashMap;

use crate::effect::{Comparison, Effect, Kind, Opaque, Reference, Site, Tag};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{EventKind, Plan, PlannedStep};
use crate::rules::flow::{Made, builds, pushes, settles};
use crate::rules::{Carries, Flow, Rule};
use crate::shell::Value;

static META: RuleMeta = meta(
    "build-once",
    Severity::Error,
    "an image is built a second time, or outside main's pipeline",
    page!("build-once"),
);

pub(super) struct BuildOnce;

impl Rule for BuildOnce {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        again_on_main(flow, out);
        for plan in flow.plans {
            match plan.event.kind {
                EventKind::Tag => on_tag(flow, plan, out),
                EventKind::Branch | EventKind::PullRequest if flow.images().has_main => elsewhere(flow, plan, out),
                // Without a plan of main a branch may be another main branch, which `release-flow` tells.
                EventKind::PullRequest if flow.has_no_main_branch() => elsewhere(flow, plan, out),
                EventKind::Custom => by_hand(flow, plan, out),
                _ => {}
            }
        }
        hidden(flow, out);
        unknown(flow, out);
    }
}

fn same_image(left: &[Reference<'_>], right: &[Reference<'_>], across: bool) -> bool {
    left.iter().any(|left| right.iter().any(|right| left.same_image(right, across) == Comparison::Same))
}

/// The same, or not to be told apart.
fn may_be_same(left: &[Reference<'_>], right: &[Reference<'_>], across: bool) -> bool {
    left.iter().any(|left| right.iter().any(|right| left.same_image(right, across) != Comparison::Different))
}

/// A second build of one image in main's plan.
fn again_on_main(flow: &Flow<'_>, out: &mut Findings<'_>) {
    // Only names that are equal to the letter are surely the same image, so a look-up by name finds them all.
    let mut seen: HashMap<&Value, Vec<&Made<'_>>> = HashMap::new();
    for build in &flow.images().main_builds {
        let earlier = build.names.iter().flat_map(|name| seen.get(&name.image).into_iter().flatten());
        let first = earlier.copied().find(|first| {
            let one_step = std::ptr::eq(first.step, build.step);
            let apart = first.effect.way != build.effect.way;
            let either =
                apart && !first.effect.certain && !build.effect.certain || tried_again(first.effect, build.effect);
            let never_both = if one_step { either } else { first.step.is_instead_of(build.step) };
            !never_both && same_image(&first.names, &build.names, false)
        });
        for name in &build.names {
            let known = seen.entry(&name.image).or_default();
            // Of many builds of one image the first few settle it.
            if known.len() < 4 {
                known.push(build);
            }
        }
        if let Some(first) = first {
            let name = image(&build.names);
            // In another step a variable on which the choice depends may be another one.
            let sure = std::ptr::eq(first.step, build.step) || !build.names.iter().all(|name| name.image.is_choice());
            let draft = if sure {
                let message = format!("`{}` builds `{name}` a second time", build.effect.command);
                out.violated(build.effect.site.span(), message)
            } else {
                let message = format!("whether `{}` builds `{name}` a second time can't be told", build.effect.command);
                out.cannot_tell(build.effect.site.span(), message)
            };
            draft
                .related(first.effect.site.span(), "built here first")
                .trace(build.plan.trace_to(build.step, build.effect))
                .help("pull the image that was pushed, or use it where it was built");
        }
    }
}

/// Whether a build runs only where the one before it has failed: `docker build … || docker build --no-cache …`.
fn tried_again(first: &Effect<'_>, second: &Effect<'_>) -> bool {
    let is_first = |site: &Site<'_>| site.node.id() == first.site.node.id() && site.range == first.site.range;
    second.failed.iter().any(is_first)
}

fn image(names: &[Reference<'_>]) -> String {
    names.first().map_or_else(|| "an image".to_owned(), |name| name.image.to_string())
}

/// Any build in a tag's plan, but for a local image that is neither pushed nor one of main's.
fn on_tag(flow: &Flow<'_>, plan: &Plan<'_>, out: &mut Findings<'_>) {
    let pushed = pushes_of(plan);
    for build in builds_of(plan) {
        let own = !build.names.is_empty()
            && !pushes_itself(build.effect)
            && !may_be_same(&build.names, &pushed, false)
            && !flow.images().main_builds.iter().any(|main| may_be_same(&main.names, &build.names, true))
            && !may_be_same(&build.names, &flow.images().main_pushes, true)
            && !deployed(plan, &build.names);
        if own {
            hidden_push(plan, &build, out);
            continue;
        }
        let what = if build.names.is_empty() { "an image".to_owned() } else { format!("`{}`", image(&build.names)) };
        let guarded = if build.effect.certain { "" } else { ", if only in some cases" };
        let message = format!("`{}` builds {what} on a {}{guarded}", build.effect.command, plan.event);
        out.violated(build.effect.site.span(), message).trace(plan.trace_to(build.step, build.effect)).help(
            "build on main only, and give the image of the commit its new tag here (`docker pull`, `tag`, `push`)",
        );
    }
}

/// A push in the step of a local build, under a name that can't be read: whether it pushes that image can't be told.
fn hidden_push(plan: &Plan<'_>, build: &Made<'_>, out: &mut Findings<'_>) {
    let is_hidden = |effect: &&Effect<'_>| matches!(effect.kind, Kind::Push { reference: None, .. });
    if let Some(push) = build.step.found.effects.iter().find(is_hidden) {
        out.cannot_tell(
            build.effect.site.span(),
            format!(
                "whether `{}` pushes what `{}` builds on a {} can't be told",
                push.command, build.effect.command, plan.event
            ),
        )
        .related(push.site.span(), "which image is pushed can't be read here")
        .trace(plan.trace_to(build.step, build.effect))
        .help("name the image in the command that pushes, or build on main only");
    }
}

/// Builds of feature branches and pull requests that take a name which belongs to main.
fn elsewhere(flow: &Flow<'_>, plan: &Plan<'_>, out: &mut Findings<'_>) {
    pushes_unread(plan, out);
    let pushed = pushes_of(plan);
    let pull_request = plan.event.kind == EventKind::PullRequest;
    for build in builds_of(plan) {
        let mut names: Vec<&Reference<'_>> =
            if pushes_itself(build.effect) { build.names.iter().collect() } else { Vec::new() };
        names.extend(pushed.iter().filter(|push| {
            build.names.is_empty()
                || build.names.iter().any(|name| name.same_image(push, false) != Comparison::Different)
        }));
        let constant = names.iter().find(|name| name.constant_tag().is_some());
        let commit = names.iter().find(|name| name.by_commit());
        let (name, severity, why) = match (constant, commit) {
            (Some(name), _) => (name, Severity::Error, constant_of(flow, name)),
            (None, Some(name)) if !pull_request && of_main(flow, name) == Of::ThisName => {
                (name, Severity::Warning, "a reference with the commit in it, as main does")
            }
            (None, Some(name)) => {
                let severity = if pull_request { Severity::Error } else { Severity::Warning };
                (name, severity, "a name with the commit in it is main's to give")
            }
            (None, None) => {
                unclear(flow, plan, &build, &names, out);
                continue;
            }
        };
        let shown = shown(name);
        let message = format!("`{}` builds and pushes `{shown}` on a {}: {why}", build.effect.command, plan.event);
        let help = match (pull_request, constant) {
            (true, _) => "do not push here, or tag it by the pull request: `pr-$BITBUCKET_PR_ID`",
            (false, Some(_)) => "do not push here, or end the tag in what no other run has: `-$BITBUCKET_BUILD_NUMBER`",
            (false, None) => "do not push here, or give the image a name of the branch's own",
        };
        out.violated(build.effect.site.span(), message)
            .severity(severity)
            .trace(plan.trace_to(build.step, build.effect))
            .help(help);
    }
}

/// Builds of a custom pipeline that push the very name which main pushes: whoever starts it replaces what tags promote.
fn by_hand(flow: &Flow<'_>, plan: &Plan<'_>, out: &mut Findings<'_>) {
    let pushed = pushes_of(plan);
    // A pipeline that main starts, by a trigger or a child step, is main's.
    let of_main_itself = |build: &Made<'_>| {
        let child = build.step.child.as_ref().unwrap_or(&plan.event.name);
        let is_same = |main: &&Made<'_>| main.effect.site.span() == build.effect.site.span();
        flow.images().main_builds.iter().filter(is_same).any(|main| {
            main.step.child.as_ref() == Some(child) || main.plan.selector.key.id() == plan.selector.key.id()
        })
    };
    for build in builds_of(plan).into_iter().filter(|build| build.effect.certain && !of_main_itself(build)) {
        let own = build.names.iter().filter(|_| pushes_itself(build.effect));
        let later = pushed
            .iter()
            .filter(|push| build.names.iter().any(|name| name.same_image(push, false) == Comparison::Same));
        let Some(name) = own.chain(later).find(|name| of_main(flow, name) == Of::ThisName) else { continue };
        let message = format!(
            "`{}` builds and pushes `{}` in the {}: main pushes the same name, which this replaces",
            build.effect.command,
            shown(name),
            plan.event
        );
        out.violated(build.effect.site.span(), message)
            .severity(Severity::Warning)
            .trace(plan.trace_to(build.step, build.effect))
            .help("build on main only, or give the image a name of its own here");
    }
}

/// A command of such a plan that pushes images whose names can't be read: they may be main's.
fn pushes_unread(plan: &Plan<'_>, out: &mut Findings<'_>) {
    let hidden = |(_, effect): &(&PlannedStep<'_>, &Effect<'_>)| match &effect.kind {
        Kind::Push { reference: None, .. } => true,
        Kind::Build { references, pushes } => references.is_empty() && *pushes,
        _ => false,
    };
    if builds_of(plan).is_empty() {
        return;
    }
    if let Some((step, effect)) = plan.effects().find(hidden) {
        out.cannot_tell(
            effect.site.span(),
            format!(
                "which images `{}` pushes on a {} can't be read, and they may be main's",
                effect.command, plan.event
            ),
        )
        .trace(plan.trace_to(step, effect))
        .help("name the images in the command, keep the file that names them in the repository, or push on main only");
    }
}

/// A push of main's image under a tag that can't be read, or is one of several: it may be one that is main's to give.
fn unclear(flow: &Flow<'_>, plan: &Plan<'_>, build: &Made<'_>, names: &[&Reference<'_>], out: &mut Findings<'_>) {
    let of_main = |name: &Reference<'_>| matches!(of_main(flow, name), Of::ThisName | Of::Image);
    let Some(name) = names.iter().find(|name| name.tag_unclear() && !name.of_this_run() && of_main(name)) else {
        return;
    };
    out.cannot_tell(
        build.effect.site.span(),
        format!(
            "whether `{name}`, which `{}` builds and pushes on a {}, is a name that main gives can't be told",
            build.effect.command, plan.event
        ),
    )
    .trace(plan.trace_to(build.step, build.effect))
    .help("do not push here, or end the tag in what no other run has: `-$BITBUCKET_BUILD_NUMBER`");
}

/// What main has to do with a name that is pushed elsewhere.
#[derive(PartialEq, Eq)]
enum Of {
    /// It pushes this very name.
    ThisName,
    /// It builds the image.
    Image,
    /// It may build it.
    Unclear,
    /// It never builds it.
    Nothing,
}

fn of_main(flow: &Flow<'_>, name: &Reference<'_>) -> Of {
    let images = flow.images();
    let own = || images.main_builds.iter().flat_map(|build| &build.names).chain(&images.main_pushes);
    let image = |answer| own().any(|other| other.same_image(name, true) == answer);
    if images.main_pushes.iter().any(|push| push.same(name, true) == Comparison::Same) {
        Of::ThisName
    } else if image(Comparison::Same) {
        Of::Image
    } else if images.main_hidden || image(Comparison::CannotTell) {
        Of::Unclear
    } else {
        Of::Nothing
    }
}

fn constant_of(flow: &Flow<'_>, name: &Reference<'_>) -> &'static str {
    match of_main(flow, name) {
        Of::ThisName => "main pushes the same name",
        Of::Image => "a constant tag of the image that main builds",
        Of::Unclear => "a constant tag of an image that main may build, too",
        Of::Nothing => "a constant tag of an image that main never builds",
    }
}

fn shown(name: &Reference<'_>) -> String {
    if name.tag == Tag::None { format!("{name}:latest") } else { name.to_string() }
}

/// Builds on main whose name can't be told: whether the image is built once can't be told either.
fn hidden(flow: &Flow<'_>, out: &mut Findings<'_>) {
    let made = &flow.images().main_builds;
    if made.len() < 2 {
        return;
    }
    if let Some(build) = made.iter().find(|build| build.names.is_empty()) {
        out.cannot_tell(
            build.effect.site.span(),
            format!("the name of the image that `{}` builds is hidden", build.effect.command),
        )
        .trace(build.plan.trace_to(build.step, build.effect))
        .help("name the image in the command, or check with the repository at hand");
    }
}

/// What a tag's plan runs and the catalogue does not know may build, too: each name once. Scripts are told by
/// `visible-script`.
fn unknown(flow: &Flow<'_>, out: &mut Findings<'_>) {
    type Site<'p, 'd> = (&'p Plan<'d>, &'p PlannedStep<'d>, &'p Effect<'d>);
    let mut by_name: Vec<(&str, Vec<Site<'_, '_>>)> = Vec::new();
    for plan in flow.plans.iter().filter(|plan| plan.is_tag()) {
        for (step, effect) in plan.effects() {
            let name = match &effect.kind {
                Kind::Opaque(Opaque::Manifest { .. }) => effect.command.as_str(),
                Kind::Opaque(Opaque::Exhausted) => "the rest of the script",
                // `declared-environment` asks whether it deploys.
                _ if flow.carries() == Carries::Nothing => continue,
                _ => match unknown_name(effect) {
                    Some(name) => name,
                    None => continue,
                },
            };
            match by_name.iter_mut().find(|(known, _)| *known == name) {
                Some((_, sites)) => sites.push((plan, step, effect)),
                None => by_name.push((name, vec![(plan, step, effect)])),
            }
        }
    }
    for (name, sites) in by_name {
        let [(plan, step, effect), more @ ..] = sites.as_slice() else { continue };
        let (what, why, help) = match &effect.kind {
            Kind::Opaque(Opaque::Manifest { path }) => {
                ("builds an image", format!("`{path}` is not at hand"), settles(effect))
            }
            _ => {
                let (why, help) = unknown_because(effect, name);
                ("builds or deploys an image", why.to_owned(), help)
            }
        };
        let message = format!("whether `{name}` {what} can't be told: {why}");
        let mut places = vec![effect.site.span()];
        let mut draft = out.cannot_tell(effect.site.span(), message).trace(plan.trace_to(step, effect)).help(help);
        for (_, _, other) in more {
            let span = other.site.span();
            if !places.contains(&span) && places.len() < 4 {
                draft = draft.related(span, "and here");
                places.push(span);
            }
        }
        let _ = draft;
    }
}

fn pushes_itself(effect: &Effect<'_>) -> bool {
    matches!(effect.kind, Kind::Build { pushes: true, .. })
}

fn deployed(plan: &Plan<'_>, names: &[Reference<'_>]) -> bool {
    plan.effects().any(|(_, effect)| match &effect.kind {
        Kind::Deploy { images, .. } => same_image(names, images.references(), false),
        _ => false,
    })
}

fn builds_of<'p>(plan: &'p Plan<'_>) -> Vec<Made<'p>> {
    builds(plan)
}

fn pushes_of<'p>(plan: &'p Plan<'_>) -> Vec<Reference<'p>> {
    pushes(plan)
}
