//! `promote-by-commit`: what a tag promotes is the image that main pushed for the same commit.

use super::{meta, page};
use crate::effect::{Comparison, Effect, Kind, Reference, Tag, Unread};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{EventKind, Plan, PlannedStep, TagKind};
use crate::rules::alternatives::judge_each;
use crate::rules::flow::{HAND_ON, ImageFlow, handed_on, names_own_build, not_followed, pushes, retags, settles};
use crate::rules::{Flow, Rule};
use crate::shell::{Part, Symbol, Value, rejoin};

static META: RuleMeta = meta(
    "promote-by-commit",
    Severity::Error,
    "a retag takes an image that is not the one main pushed for this commit",
    page!("promote-by-commit"),
);

pub(super) struct PromoteByCommit;

impl Rule for PromoteByCommit {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for plan in flow.tag_plans() {
            let mut promoted: Vec<&Reference<'_>> = Vec::new();
            for (step, effect) in retags(plan) {
                let Kind::Retag { source, target, .. } = &effect.kind else { continue };
                let chained = source.as_ref().is_some_and(|source| {
                    promoted.iter().any(|earlier| earlier.same(source, false) == Comparison::Same)
                });
                if !chained && !names_own_build(plan, source.as_ref()) {
                    match source {
                        Some(source) => {
                            judge_each(source, out, |source, out| judge(flow, plan, step, effect, source, out));
                        }
                        None => hidden(plan, step, effect, out),
                    }
                }
                promoted.extend(target.as_ref());
            }
        }
    }
}

fn hidden<'d>(plan: &Plan<'d>, step: &PlannedStep<'d>, effect: &Effect<'d>, out: &mut Findings<'_>) {
    out.cannot_tell(effect.site.span(), format!("which image `{}` promotes can't be read from it", effect.command))
        .trace(plan.trace_to(step, effect))
        .help("name the source with its tag in the command: `IMAGE:$BITBUCKET_COMMIT`");
}

fn judge<'d>(
    flow: &Flow<'_>,
    plan: &Plan<'d>,
    step: &PlannedStep<'d>,
    effect: &Effect<'d>,
    source: &Reference<'d>,
    out: &mut Findings<'_>,
) {
    let trace = plan.trace_to(step, effect);
    let place = source.site.span();
    if let Kind::Retag { local: true, .. } = &effect.kind
        && let Some(maker) = maker_of(plan, step, effect, source)
    {
        out.cannot_tell(
            place,
            format!("whether `{source}` is an image that `{}` makes here can't be told", maker.command),
        )
        .related(maker.site.span(), "not followed")
        .trace(trace)
        .help("pull the image of the commit before it gets its new name");
        return;
    }
    let same = flow.images().main_pushes.iter().find(|push| push.same_image(source, true) == Comparison::Same);
    let (wanted, help) = match same {
        Some(push) if push.by_commit() => {
            (push.to_string(), format!("promote the image of the commit: `{push}`, as main pushes it"))
        }
        _ => {
            let wanted = format!("{}:$BITBUCKET_COMMIT", source.image);
            let help = format!("build and push `{wanted}` in the pipeline of main, and promote that");
            (wanted, help)
        }
    };
    let help = help.as_str();
    if let Some(constant) = source.constant_tag() {
        let message = if source.tag == Tag::None {
            format!("`{source}` has no tag, so `latest` is promoted")
        } else {
            format!("`{constant}` is promoted: it names another image as soon as main moves on")
        };
        out.violated(place, message).trace(trace).help(help);
        return;
    }
    if matches!(&source.tag, Tag::Known(tag) if tag.is_empty()) || source.tag_has("BITBUCKET_BRANCH") {
        let message = format!("the tag of `{source}` comes from the branch, which is not set on a tag's run");
        out.violated(place, message).trace(trace).help(help);
        return;
    }
    if let Tag::Digest(digest) = &source.tag {
        if digest.as_literal().is_none() {
            out.cannot_tell(place, format!("the digest of `{}` is asked for when the pipeline runs", source.image))
                .trace(trace)
                .help("ask for the digest of `IMAGE:$BITBUCKET_COMMIT` with the whole name in one command, so that it can be followed");
        }
        return;
    }
    if source.tag_has("BITBUCKET_TAG") && !source.by_commit() {
        if from_candidate(flow, plan, source) {
            return;
        }
        let message = format!("`{source}` is promoted, and neither main nor a candidate of the same version pushes it");
        out.violated(place, message).trace(trace).help(help);
        return;
    }
    if !flow.images().has_main {
        if flow.has_no_main_branch() && !comes_from_a_branch(flow, source) {
            let message = format!("`{source}` is promoted, and main, which has no pipeline, never pushes it");
            let help = format!("build and push `{wanted}` in a pipeline of `{}`", flow.settings.main_branch);
            out.violated(place, message).trace(trace).help(help);
        }
        return;
    }
    // Whatever main pushes, it has no name of another run.
    let other = source.per_run().map(|symbol| (symbol, "has another value in each run"));
    let other = other.or_else(|| Some((source.per_event()?, "says something else on a tag's run")));
    if let Some((symbol, why)) = other.filter(|_| !hides_a_push(plan)) {
        let message = format!("`{source}` is promoted, and `{symbol}` {why}: main never pushes it");
        let near = flow.images().main_pushes.iter().find(|push| push.same_image(source, true) == Comparison::Same);
        let mut draft = out.violated(place, message).trace(trace).help(help);
        if let Some(push) = near {
            draft = draft.related(push.site.span(), "what main pushes");
        }
        let _ = draft;
        return;
    }
    match pushed_by_main(flow, source) {
        Comparison::Same if source.may_move() => {
            let message = format!(
                "whether `{source}` still names this commit's image can't be told: its tag is not of the commit"
            );
            out.cannot_tell(place, message).trace(trace).help(help);
        }
        Comparison::Same => {}
        Comparison::Different => {
            let near = flow.images().main_pushes.iter().find(|push| push.same_image(source, true) == Comparison::Same);
            let message = match near {
                Some(push) => format!("`{source}` is promoted, and main pushes `{push}`"),
                None => format!("`{source}` is promoted, and main never pushes it"),
            };
            let mut draft = out.violated(place, message).trace(trace).help(help);
            if let Some(push) = near {
                draft = draft.related(push.site.span(), "main pushes this");
            }
            let _ = draft;
        }
        Comparison::CannotTell => {
            let message = format!("whether main pushes `{source}` for the same commit can't be told");
            let mut draft = out.cannot_tell(place, message).trace(trace);
            if let Some((from, why)) = handed_on(plan, source) {
                let _ = draft.related(from, why).help(HAND_ON);
                return;
            }
            let nameless = flow.mains().flat_map(Plan::effects).map(|(_, effect)| effect);
            let nameless = nameless.into_iter().find(|effect| effect.hides_push() && !effect.hides_effects());
            let carried = flow.images().carries(source).is_some();
            draft = match (unread_by(flow.images(), source), nameless) {
                (unread, Some(nameless)) if !carried && unread.is_none_or(|unread| !unread.pushes) => draft
                    .related(
                        nameless.site.span(),
                        format!("`{}` pushes under names that can't be read", nameless.command),
                    )
                    .help("push by name there, or keep the file that holds the names in the repository"),
                (Some(unread), _) => draft
                    .related(unread.site.span(), format!("`{}` may push it, and is not understood", unread.command))
                    .help(
                        "tell what it does under `catalogue` in pipewright.yaml, or push with a command that is known",
                    ),
                (None, _) => match not_followed(flow.mains()) {
                    Some(hidden) => draft
                        .related(hidden.site.span(), format!("`{}` is not followed", hidden.command))
                        .help(settles(hidden)),
                    None if source.tag_unclear() => draft.help("set what its tag is made of in the pipeline"),
                    None => {
                        let help = "use the same words for the reference on main and here";
                        let pushes = &flow.images().main_pushes;
                        match pushes.iter().find(|push| push.same_image(source, true) != Comparison::Different) {
                            Some(near) => draft.help(help).related(near.site.span(), format!("main pushes `{near}`")),
                            None => draft.help(help),
                        }
                    }
                },
            };
            let _ = draft;
        }
    }
}

/// The command before a local retag, in its step, that can't be followed and may make the image: where nothing pulls it, the
/// daemon has it from there.
fn maker_of<'p, 'd>(
    plan: &Plan<'d>,
    step: &'p PlannedStep<'d>,
    effect: &Effect<'d>,
    source: &Reference<'_>,
) -> Option<&'p Effect<'d>> {
    let pulled = |effect: &Effect<'_>| match &effect.kind {
        Kind::Pull { reference: Some(pull) } => pull.same(source, false) != Comparison::Different,
        Kind::Pull { reference: None } => true,
        _ => false,
    };
    if plan.effects().any(|(_, effect)| pulled(effect)) {
        return None;
    }
    step.found.effects.iter().take(step.place_of(Some(effect))).find(|other| other.hides_effects())
}

/// Whether a plan may push or name images that can't be read, so that a source may be its own.
fn hides_a_push(plan: &Plan<'_>) -> bool {
    let unread = plan.steps.iter().flat_map(|step| &step.found.unread).any(|unread| unread.pushes);
    let nameless =
        |effect: &Effect<'_>| matches!(&effect.kind, Kind::Build { references, .. } if references.is_empty());
    unread || plan.unknown.is_some() || plan.effects().any(|(_, effect)| effect.hides_push() || nameless(effect))
}

/// Whether a branch's pipeline pushes the image, or may: then that may be the main branch, which `release-flow` tells.
fn comes_from_a_branch(flow: &Flow<'_>, source: &Reference<'_>) -> bool {
    let branches = flow.plans.iter().filter(|plan| plan.event.kind == EventKind::Branch);
    branches.into_iter().any(|plan| {
        hides_a_push(plan) || pushes(plan).iter().any(|push| push.same_image(source, true) != Comparison::Different)
    })
}

/// The command of main that may push a reference: one that carries it, else one that pushes something, else any.
fn unread_by<'f>(images: &'f ImageFlow<'_>, source: &Reference<'_>) -> Option<&'f Unread<'f>> {
    let any = |wanted: fn(&Unread<'_>) -> bool| images.main_unread.iter().copied().find(|unread| wanted(unread));
    let near = images.main_pushes.iter().any(|push| push.same_image(source, true) != Comparison::Different);
    images.carries(source).or_else(|| any(|unread| unread.pushes)).or_else(|| any(|_| true).filter(|_| !near))
}

/// Whether main pushes a reference.
fn pushed_by_main(flow: &Flow<'_>, source: &Reference<'_>) -> Comparison {
    let images = flow.images();
    let answers: Vec<Comparison> = images.main_pushes.iter().map(|push| push.same(source, true)).collect();
    if answers.contains(&Comparison::Same) {
        Comparison::Same
    } else if answers.contains(&Comparison::CannotTell)
        || images.main_hidden && !images.pushes_image_of(source)
        || images.carries(source).is_some()
        || source.tag_unclear()
    {
        Comparison::CannotTell
    } else {
        Comparison::Different
    }
}

/// `rc-${BITBUCKET_TAG#release-}`: the candidate of the same version, where candidates get such a name.
fn from_candidate(flow: &Flow<'_>, plan: &Plan<'_>, source: &Reference<'_>) -> bool {
    let (candidate, release) = (&flow.settings.tags.candidate, &flow.settings.tags.release);
    let Tag::Known(tag) = &source.tag else { return false };
    if plan.tag_kind(flow.settings) != Some(TagKind::Release) {
        return false;
    }
    // Seen from the candidate's run the version is what follows the candidate's prefix.
    let version = |symbol: &Symbol| {
        let cut = symbol.cut.strip_prefix('#').filter(|_| symbol.is_variable("BITBUCKET_TAG"))?;
        // `${BITBUCKET_TAG#release}` has the rest of the prefix before the version.
        let (before, more) = match (release.strip_prefix(cut), cut.strip_prefix(release.as_str())) {
            (Some(before), _) => (before, ""),
            (None, Some(more)) => ("", more),
            (None, None) => return None,
        };
        let symbol = Symbol { cut: format!("#{candidate}{more}"), ..symbol.clone() };
        Some([Part::Literal(before.to_owned()), Part::from(symbol)])
    };
    let seen = |part: &Part| match part {
        Part::Symbol(symbol) => version(symbol).map_or_else(|| vec![part.clone()], Vec::from),
        Part::Literal(_) => vec![part.clone()],
    };
    let as_candidate = Value::from_parts(tag.parts().iter().flat_map(seen));
    let as_candidate =
        rejoin(&as_candidate, |symbol, prefix| symbol.is_variable("BITBUCKET_TAG") && prefix == candidate);
    // What `${BITBUCKET_TAG##*-}` leaves may be the version.
    let unmeasured = as_candidate.symbols().any(|symbol| symbol.cut.contains(['*', '?', '[']));
    if as_candidate.symbols().any(|symbol| symbol.cut.contains(release.as_str())) || as_candidate == *tag && !unmeasured
    {
        return false;
    }
    let wanted = source.with_tag(as_candidate, source.site);
    let candidates = flow.tag_plans().filter(|plan| plan.tag_kind(flow.settings) == Some(TagKind::Candidate));
    candidates.into_iter().any(|plan| {
        let mut made = pushes(plan);
        for (_, effect) in retags(plan) {
            if let Kind::Retag { target: Some(target), .. } = &effect.kind {
                made.push(target.clone());
            }
        }
        made.iter().any(|push| push.same(&wanted, false) != Comparison::Different)
    })
}
