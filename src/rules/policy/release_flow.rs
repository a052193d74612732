//! `release-flow`: the file has the whole way from main to production.

use super::{meta, page};
use crate::effect::{Comparison, Effect, EnvironmentKind, Kind, Opaque, Reference, Unread, inferred, left_to_variable};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{Alternative, Matching, Pattern, Section};
use crate::plan::{Deployment, Event, EventKind, Plan, PlannedStep, TagKind, may_start};
use crate::rules::flow::settles;
use crate::rules::{Flow, Rule};
use crate::yaml::Span;

static META: RuleMeta = meta(
    "release-flow",
    Severity::Error,
    "a part of the way from main to production is missing",
    page!("release-flow"),
);

pub(super) struct ReleaseFlow;

impl Rule for ReleaseFlow {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        // What only shares pipelines has a flow where they are imported.
        if flow.shared {
            return;
        }
        let settings = flow.settings;
        let main: Vec<&Plan<'_>> = flow.mains().collect();
        let tags = |kind| flow.tag_plans().filter(move |plan| plan.tag_kind(settings) == Some(kind));
        let candidate: Vec<&Plan<'_>> = tags(TagKind::Candidate).collect();
        let release: Vec<&Plan<'_>> = tags(TagKind::Release).collect();
        let parts = [
            (main, EnvironmentKind::Staging, Section::Branches, format!("a push to {}", settings.main_branch), None),
            (
                candidate,
                EnvironmentKind::Staging,
                Section::Tags,
                format!("a `{}` tag", settings.tags.candidate),
                Some(&settings.tags.candidate),
            ),
            (
                release,
                EnvironmentKind::Production,
                Section::Tags,
                format!("a `{}` tag", settings.tags.release),
                Some(&settings.tags.release),
            ),
        ];
        for (plans, kind, section, event, prefix) in parts {
            let wide = prefix.and_then(|prefix| wide(flow, prefix));
            if let Some(prefix) = prefix.filter(|_| plans.is_empty() && wide.is_none())
                && let Some(condition) = may_start(&flow.file, &Event::new(EventKind::Tag, &format!("{prefix}*")))
            {
                let message = format!(
                    "whether {event} starts what stands under `repository-push` is not documented, and no pattern of `tags` takes it"
                );
                out.cannot_tell(condition.span(), message)
                    .help("add a pipeline for that tag under `tags`, which surely runs");
                continue;
            }
            part(flow, &plans, kind, section, (&event, wide), out);
        }
    }
}

/// The pattern that takes tags of a kind together with others: `*`, `r*`.
fn wide<'d>(flow: &Flow<'d>, prefix: &str) -> Option<&'d str> {
    let selectors = flow.file.selectors_in(Section::Tags);
    let name = format!("{prefix}1.0.0");
    selectors.iter().map(|one| one.name()).find(|pattern| Pattern::new(pattern).matches(&name) == Matching::Yes)
}

/// What settles what a step does that can't be followed.
const SHOW: &str = "show the commands in the file, or keep the script in the repository";

/// What settles what an import brings.
pub(super) const SHOW_IMPORTED: &str =
    "write the imported steps here or in a file of this repository, where they are followed";

/// What settles what a step does: a script is to be shown, a command that is shown and not known is to be told of.
fn settled(step: &PlannedStep<'_>) -> &'static str {
    let hidden = step.found.effects.iter().find(|effect| effect.hides_effects());
    match hidden.map(|hidden| &hidden.kind) {
        Some(Kind::Opaque(Opaque::Command { .. } | Opaque::Pipe { .. })) => DESCRIBE,
        _ => hidden.map_or(SHOW, settles),
    }
}

/// What settles a command that the catalogue does not know.
const DESCRIBE: &str = "tell what it does under `catalogue` in pipewright.yaml: `effect: deploy`, with `image: none` where it deploys no image";

/// How many commands are named that are not followed.
const NAMED: usize = 3;

/// The commands of a step that are not followed, as the subject of a sentence with its verb.
fn unfollowed_commands(step: &PlannedStep<'_>) -> String {
    let hidden = step.found.effects.iter().filter(|effect| effect.hides_effects()).map(|effect| match &effect.kind {
        Kind::Opaque(Opaque::Target { name, .. }) => name.as_str(),
        _ => effect.command.as_str(),
    });
    let unread = step.found.unread.iter().map(|unread| unread.command.as_str());
    let mut names: Vec<&str> = Vec::new();
    for name in hidden.chain(unread).filter(|name| !name.is_empty()) {
        // One that is read in part is the same command.
        if !names.iter().any(|known| known.starts_with(name)) {
            names.push(name);
        }
    }
    let more = names.len() > NAMED;
    names.truncate(NAMED);
    let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match named.as_slice() {
        [] => "its commands are".to_owned(),
        [one] => format!("{one} is"),
        _ if more => format!("{} and others are", named.join(", ")),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
    }
}

fn part(
    flow: &Flow<'_>,
    plans: &[&Plan<'_>],
    kind: EnvironmentKind,
    section: Section,
    (event, among_others): (&str, Option<&str>),
    out: &mut Findings<'_>,
) {
    let word = kind.word();
    let open = |reason: &str| format!("whether {event} deploys to {word} can't be told: {reason}");
    let mut unfollowed: Option<(Span, String, &str)> = None;
    let mut contested: Option<(Span, String)> = None;
    for plan in plans {
        let sites = plan.deployments(flow.settings);
        for site in sites.iter().filter(|site| site.kind == Some(kind)) {
            if is_real(site) {
                let Some(reason) = contest(flow, plan, kind) else { return };
                contested.get_or_insert((plan.selector.key.span(), open(reason)));
            }
            if let Some(change) = site.step.found.changes.first() {
                unfollowed.get_or_insert((
                    change.site.span(),
                    format!(
                        "{} counts as the deployment to {word} by its declaration; whether `{}` is one can't be told",
                        site.step.shown(),
                        change.command
                    ),
                    SHOW,
                ));
            }
            if site.step.has_opaque() || !site.step.found.unread.is_empty() {
                unfollowed.get_or_insert((
                    site.span(),
                    format!(
                        "{} counts as the deployment to {word} by its declaration; {} not followed",
                        site.step.shown(),
                        unfollowed_commands(site.step)
                    ),
                    settled(site.step),
                ));
            }
        }
        // One that is called after another environment goes there.
        let fits = |step: &PlannedStep<'_>| inferred(&[step.name()], flow.settings).is_none_or(|named| named == kind);
        for site in sites.iter().filter(|site| site.kind.is_none()) {
            let variable = site.effect.and_then(|effect| left_to_variable(&effect.words));
            if let (Some(variable), Some(effect)) =
                (variable.filter(|_| site.step.declared_name().is_none()), site.effect)
            {
                unfollowed.get_or_insert((
                    effect.site.span(),
                    open(&format!("`${variable}` names the environment")),
                    "name the environment in the command, or declare it with `deployment`",
                ));
            }
        }
        // What goes where nothing tells may go there; that the step declares nothing is told by itself.
        for step in plan.steps.iter().filter(|step| step.declared_name().is_none()) {
            let deploys = |effect: &&Effect<'_>| matches!(effect.kind, Kind::Deploy { .. });
            let open_end =
                |effect: &&Effect<'_>| deploys(effect) && step.kind_of(Some(effect), flow.settings).is_none();
            let Some(effect) = step.deploying().into_iter().find(open_end).filter(|_| fits(step)) else { continue };
            unfollowed.get_or_insert((
                effect.site.span(),
                open(&format!("`{}` names no environment", effect.command)),
                "declare it with `deployment`",
            ));
        }
        // So may what takes an image of this pipeline and is not understood.
        for step in plan.steps.iter().filter(|step| step.declared_name().is_none() && fits(step)) {
            let Some(unread) = takes_image(plan, step) else { continue };
            unfollowed.get_or_insert((
                unread.site.span(),
                open(&format!("`{}` takes the image and is not understood", unread.command)),
                "if it deploys, declare the environment with `deployment`",
            ));
        }
        if let Some(reason) = &plan.unknown {
            unfollowed.get_or_insert((plan.selector.key.span(), open(reason), SHOW_IMPORTED));
        }
        // So may what brings code to a machine of that kind, or of none that can be told.
        for step in plan.steps.iter().filter(|step| step.declared_name().is_none()) {
            let Some((site, command, _)) = step.may_deploy().filter(|_| fits(step)) else { continue };
            let machines: Vec<String> = step.found.changes.iter().filter_map(|change| change.machine.clone()).collect();
            if inferred(&machines, flow.settings).is_none_or(|named| named == kind) {
                unfollowed.get_or_insert((
                    site.span(),
                    format!("{} may deploy to {word}; whether `{command}` does can't be told", step.shown()),
                    SHOW,
                ));
            }
        }
        // So may what it writes into a repository that a controller follows.
        for step in plan.steps.iter().filter(|step| step.declared_name().is_none()) {
            let Some((command, site, _)) = step.hands_over().filter(|_| fits(step)) else { continue };
            unfollowed.get_or_insert((
                site.span(),
                format!("{} may deploy to {word}, by `{command}` in a repository that is pushed", step.shown()),
                "if a controller follows that repository, add `deployment` to the step",
            ));
        }
        // A step that can't be followed and declares nothing may deploy there, too.
        if let Some(step) = plan
            .steps
            .iter()
            .find(|step| step.declared_name().is_none() && step.has_opaque() && telling(step) && fits(step))
        {
            let span = step.step.entry("name").map_or(step.step.node().span(), |entry| entry.value.span());
            unfollowed.get_or_insert((
                span,
                format!(
                    "{} may deploy to {word}; its commands are not followed and it declares no environment",
                    step.shown()
                ),
                settled(step),
            ));
        }
    }
    if let Some((span, message)) = contested {
        out.cannot_tell(span, message).help(format!("let one pattern alone take what {event} starts"));
        return;
    }
    if let Some((span, message, help)) = unfollowed {
        out.cannot_tell(span, message).help(help);
        return;
    }
    let message = if let Some(wide) = among_others.filter(|_| plans.is_empty()) {
        format!("`{wide}` takes {event} among others, and no pipeline of its own deploys it to {word}")
    } else if plans.is_empty() {
        format!("no pipeline runs on {event}, so nothing deploys to {word}")
    } else {
        format!("{event} never deploys to {word}")
    };
    let help = match section {
        Section::Branches => match flow.another_main() {
            Some(other) => format!(
                "if `{other}` is the main branch, set `main-branch: {other}` in pipewright.yaml (or try it with \
                 `--main-branch {other}`)"
            ),
            None => format!("add a step with `deployment: {word}` to the pipeline of `{}`", flow.settings.main_branch),
        },
        _ => match plans.first() {
            Some(plan) => format!("add a step with `deployment: {word}` to `{}`", plan.selector.place()),
            None => format!("add a pipeline for that tag under `tags`, with a step that has `deployment: {word}`"),
        },
    };
    let declares =
        |step: &&PlannedStep<'_>| step.declared_name().is_some() && step.kind_of(None, flow.settings) == Some(kind);
    let declared = plans.iter().flat_map(|plan| &plan.steps).find(declares);
    let (message, help) = match declared.map(PlannedStep::shown) {
        Some(shown) => (
            format!("{message}: the commands of {shown} deploy nothing"),
            format!("write the command that deploys into {shown}"),
        ),
        None => (message, help),
    };
    let draft = out.violated(nearest(flow, section), message).help(help);
    if let Some(node) = declared.and_then(|step| step.deployment.or(step.environment)) {
        draft.related(node.span(), "it is declared here");
    }
}

/// How many images of a pipeline are looked for in commands.
const FEW: usize = 50;

/// A command of a step that is not understood, and is given an image which a step up to it has put into a registry.
fn takes_image<'p, 'd>(plan: &'p Plan<'d>, step: &'p PlannedStep<'d>) -> Option<&'p Unread<'d>> {
    let mut given =
        step.found.unread.iter().filter(|unread| !unread.pushes && !unread.references.is_empty()).peekable();
    given.peek()?;
    let before = plan.effects().filter(|(own, _)| own.number <= step.number);
    // Of many images the first few settle it.
    let pushed: Vec<_> = before.flat_map(|(_, effect)| effect.pushed()).take(FEW).collect();
    let is_pushed = |image: &Reference<'d>| pushed.iter().any(|own| own.same(image, false) == Comparison::Same);
    given.find(|unread| unread.references.iter().any(is_pushed))
}

/// Why another pipeline may run instead of a plan's; `None` where each that may deploys to the environment as well, which
/// is looked at for tags only.
fn contest<'p>(flow: &Flow<'_>, plan: &'p Plan<'_>, kind: EnvironmentKind) -> Option<&'p str> {
    let reason = plan.unclear.as_deref()?;
    let own = Alternative { text: plan.event.name.clone() };
    let rival = |other: &&Plan<'_>| {
        let name = Alternative { text: other.event.name.clone() };
        name.ties_with(&own) && name.matches(&own.example()) != Matching::No
    };
    let goes_there =
        |other: &Plan<'_>| other.deployments(flow.settings).iter().any(|site| site.kind == Some(kind) && is_real(site));
    let all_go = plan.is_tag() && flow.tag_plans().filter(rival).all(goes_there);
    (!all_go).then_some(reason)
}

/// Whether a deployment is more than a declaration over harmless commands.
fn is_real(site: &Deployment<'_, '_>) -> bool {
    site.effect.is_some()
}

fn telling(step: &PlannedStep<'_>) -> bool {
    use crate::effect::{Kind, Opaque};
    step.found.effects.iter().any(|effect| {
        match &effect.kind {
            Kind::Opaque(Opaque::Script { telling, .. } | Opaque::Target { telling, .. }) => *telling,
            // `npx @zuplo/cli deploy`
            Kind::Opaque(Opaque::Command { .. }) => {
                effect.command.split(' ').skip(1).any(|word| word.contains("deploy"))
            }
            _ => false,
        }
    })
}

/// The section's keyword, or the nearest one that is there.
fn nearest(flow: &Flow<'_>, section: Section) -> Span {
    let found = flow.file.section(section).or_else(|| flow.file.pipelines());
    found.map_or(Span::default(), |entry| entry.key.span())
}
