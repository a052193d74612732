//! `declared-environment`: a step that deploys says so.

use super::unknown::{unknown_because, unknown_name};
use super::{meta, page};
use crate::effect::{Effect, EnvironmentKind, Kind, Opaque};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{Plan, PlannedStep};
use crate::rules::{Carries, Flow, Rule};

static META: RuleMeta = meta(
    "declared-environment",
    Severity::Error,
    "a step deploys and declares no deployment environment",
    page!("declared-environment"),
);

pub(super) struct DeclaredEnvironment;

impl Rule for DeclaredEnvironment {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for plan in flow.plans {
            for step in &plan.steps {
                let commands = step.deploying();
                if commands.is_empty() {
                    followed(plan, step, out);
                    from_source(plan, step, out);
                    continue;
                }
                if let Some(declared) = step.deployment {
                    let kind = step.kind_of(None, flow.settings);
                    for effect in &commands {
                        let suggested = step.suggested(effect, flow.settings);
                        if let (Some(kind), Some(other)) = (kind, suggested)
                            && kind != other
                        {
                            // What runs only in some cases may be another step's: one script serves several environments.
                            if !effect.certain && serves_another(step, kind, &commands, flow) {
                                continue;
                            }
                            let name = declared.text().unwrap_or("");
                            let message = format!(
                                "`{}` looks like {}, and the step declares `{name}`",
                                effect.command,
                                other.word()
                            );
                            let draft = if effect.certain {
                                out.violated(effect.site.span(), message).severity(Severity::Warning)
                            } else {
                                out.cannot_tell(effect.site.span(), format!("{message}; whether it runs can't be told"))
                            };
                            draft
                                .related(declared.span(), "declared here")
                                .trace(plan.trace_to(step, effect))
                                .help("declare the environment that the command really deploys to");
                        }
                    }
                    continue;
                }
                for effect in commands.iter().filter(|effect| matches!(effect.kind, Kind::Deploy { .. })) {
                    undeclared(flow, plan, step, effect, out);
                }
            }
        }
        unknown(flow, out);
    }
}

/// Whether some of the commands that run only in some cases deploy to the kind of environment that a step declares.
fn serves_another<'d>(
    step: &PlannedStep<'d>,
    declared: EnvironmentKind,
    commands: &[&Effect<'d>],
    flow: &Flow<'_>,
) -> bool {
    let fits = |other: &&&Effect<'d>| {
        let suggested = step.suggested(other, flow.settings);
        !other.certain && suggested.is_none_or(|kind| kind == declared)
    };
    commands.iter().any(|other| fits(&other))
}

/// A command that deploys in a step that declares nothing: of those of one step the first is told.
fn undeclared<'d>(
    flow: &Flow<'_>,
    plan: &Plan<'d>,
    step: &PlannedStep<'d>,
    effect: &Effect<'d>,
    out: &mut Findings<'_>,
) {
    let suggested = step.kind_of(Some(effect), flow.settings);
    let name = suggested.map_or("<name>".to_owned(), |kind| kind.word().to_owned());
    let inferred = match (step.environment, suggested) {
        (Some(_), _) => "; `environment` gives variables but tracks no deployment",
        (None, Some(_)) => "; the environment is inferred from the command",
        (None, None) => "",
    };
    let message = format!("`{}` deploys and its step declares no `deployment`{inferred}", effect.command);
    let set = step.step.node().span().start.to_string();
    out.violated(effect.site.span(), message).first_of(set).trace(plan.trace_to(step, effect)).help(match step.last {
        // Bitbucket takes none there.
        true => format!("deploy in a step before the final one, with `deployment: {name}`"),
        false => format!("add `deployment: {name}` to {}", its_name(step)),
    });
}

/// The step in words for an edit of it.
fn its_name(step: &PlannedStep<'_>) -> String {
    step.step.name().map_or_else(|| "the step".to_owned(), |name| format!("`{name}`"))
}

/// What a step that declares nothing does on another machine, or asks of an address, may be a deployment from source.
fn from_source<'d>(plan: &Plan<'d>, step: &PlannedStep<'d>, out: &mut Findings<'_>) {
    let Some((site, command, machine)) = step.may_deploy().filter(|_| step.declared_name().is_none()) else { return };
    let place = if machine { " on another machine" } else { "" };
    let mut trace = plan.trace(step);
    trace.push(format!("`{command}`"));
    out.cannot_tell(site.span(), format!("whether `{command}`{place} deploys can't be told"))
        .trace(trace)
        .help(format!("if it does, add `deployment: <name>` to {}", its_name(step)));
}

/// What a step that declares nothing runs and the catalogue does not know may deploy: each name once, and none that a tag's
/// plan runs, since `build-once` tells of those.
fn unknown(flow: &Flow<'_>, out: &mut Findings<'_>) {
    let mut told: Vec<&str> = Vec::new();
    let by_build_once = |plan: &&Plan<'_>| plan.is_tag() && flow.carries() > Carries::Nothing;
    for plan in flow.plans.iter().filter(by_build_once) {
        told.extend(plan.effects().filter_map(|(_, effect)| unknown_name(effect)));
    }
    for plan in flow.plans {
        for (step, effect) in plan.effects().filter(|(step, _)| step.declared_name().is_none()) {
            // `pipe:` in a string, a number and a pipe of no account are none, as the schema layer tells.
            let named = |name: &&str| !name.ends_with(':') && name.contains(|c: char| c.is_alphabetic());
            let is_pipe = matches!(effect.kind, Kind::Opaque(Opaque::Pipe { .. }));
            let image = effect.site.node.text().is_some_and(|text| text.starts_with("docker://"));
            let sound = |name: &&str| named(name) && (!is_pipe || image || name.contains('/'));
            let fresh = unknown_name(effect).filter(sound).filter(|name| !told.contains(name));
            let Some(name) = fresh else { continue };
            told.push(name);
            let (why, help) = unknown_because(effect, name);
            out.cannot_tell(effect.site.span(), format!("whether `{name}` deploys can't be told: {why}"))
                .trace(plan.trace_to(step, effect))
                .help(help);
        }
    }
}

/// What a step that declares nothing pushes to another repository may be deployed from there.
fn followed<'d>(plan: &Plan<'d>, step: &PlannedStep<'d>, out: &mut Findings<'_>) {
    let Some((command, site, push)) = step.hands_over().filter(|_| step.declared_name().is_none()) else { return };
    let mut trace = plan.trace(step);
    trace.push(format!("`{command}`"));
    out.cannot_tell(
        site.span(),
        format!("whether the image of `{command}` is deployed from the repository that is pushed can't be told"),
    )
    .related(push.span(), "pushed here")
    .trace(trace)
    .help(format!("if a controller follows it, add `deployment: <name>` to {}", its_name(step)));
}
