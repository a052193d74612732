//! `visible-script`: what a step runs can be read.

use super::release_flow::SHOW_IMPORTED;
use super::{meta, page};
use crate::effect::{AtHand, Kind, Opaque};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{Artifacts, Matching, Pattern, Unseen};
use crate::plan::{Plan, PlannedStep};
use crate::rules::flow::FOLDER_TOLD;
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
            imported(flow, plan, out);
            // Few steps hand anything on: they are looked for once, not for each call.
            let givers: Vec<_> = plan.steps.iter().filter_map(|step| Some((step, step.step.artifacts()?))).collect();
            for (step, effect) in plan.effects() {
                let (name, telling, at_hand) = match &effect.kind {
                    Kind::Opaque(
                        Opaque::Script { path: name, telling, at_hand } | Opaque::Target { name, telling, at_hand },
                    ) => (name, *telling && !effect.remote, *at_hand),
                    Kind::Opaque(Opaque::Values { path }) => (path, false, AtHand::No),
                    _ => continue,
                };
                let place = effect.site.span();
                let trace = plan.trace_to(step, effect);
                let is_script = matches!(effect.kind, Kind::Opaque(Opaque::Script { .. }));
                if effect.remote && is_script && runs_there(name) {
                    out.cannot_tell(place, format!("`{name}` lies on another machine, so its effects are unknown"))
                        .about(program(name), name)
                        .help("send a script of the repository instead: `ssh HOST 'bash -s' < deploy.sh`, or write its commands here")
                        .trace(trace);
                } else if at_hand == AtHand::Untold && telling {
                    let says = "runs in a folder that can't be told, and its name says that it builds or deploys";
                    out.violated(place, format!("`{name}` {says}"))
                        .severity(Severity::Warning)
                        .help(FOLDER_TOLD)
                        .trace(trace);
                } else if at_hand == AtHand::Untold {
                    out.cannot_tell(
                        place,
                        format!("`{name}` runs in a folder that can't be told, so its effects are unknown"),
                    )
                    .about(program(name), name)
                    .help(FOLDER_TOLD)
                    .trace(trace);
                } else if at_hand == AtHand::Yes {
                    out.cannot_tell(place, format!("`{name}` is at hand and not followed, so its effects are unknown"))
                        .about(program(name), name)
                        .help(
                            "commands are followed in the pipeline, in shell scripts, in makefiles and in package.json",
                        )
                        .trace(trace);
                } else if telling {
                    out.violated(place, format!("`{name}` is not at hand, and its name says that it builds or deploys"))
                        .severity(Severity::Warning)
                        .trace(trace)
                        .help("put the building and deploying commands into the pipeline, or check with the repository at hand");
                } else {
                    match handed_on(&givers, step, name) {
                        Some(from) => out
                            .cannot_tell(
                                place,
                                format!("`{name}` is made by {}, and what stands in it is not followed", from.shown()),
                            )
                            .help("write it with `echo` or a here-document to have it followed, or set the variables where they are used"),
                        None => out
                            .cannot_tell(place, format!("`{name}` is not at hand, so its effects are unknown"))
                            .about(program(name), name)
                            .help("check with the repository at hand to have it followed"),
                    }
                    .trace(trace);
                }
            }
        }
    }
}

/// A pipeline that stands where it can't be read. Of main's and of a candidate's or a release's `release-flow` tells it.
fn imported(flow: &Flow<'_>, plan: &Plan<'_>, out: &mut Findings<'_>) {
    let Some(import) = plan.pipeline.import().filter(|_| !plan.is_main() && plan.tag_kind(flow.settings).is_none())
    else {
        return;
    };
    let unseen = matches!(flow.file.imported(&plan.pipeline), Err(Unseen::Elsewhere | Unseen::NotAtHand(_)));
    if let Some(reason) = plan.unknown.as_ref().filter(|_| unseen) {
        out.cannot_tell(import.span(), format!("{reason}, so its effects are unknown"))
            .help(SHOW_IMPORTED)
            .trace(plan.head());
    }
}

/// Whether a script that another machine runs is none of the checkout: it is called by its place there.
fn runs_there(path: &str) -> bool {
    path.starts_with(['/', '~', '$']) || !path.contains('/')
}

/// The program of a call: `npm` of `npm run lint`, the whole of a path.
fn program(call: &str) -> &str {
    call.split(' ').next().unwrap_or(call)
}

/// The earlier step that hands a file on by its artifacts.
fn handed_on<'p, 'd>(
    givers: &[(&'p PlannedStep<'d>, Artifacts<'d>)],
    step: &PlannedStep<'d>,
    path: &str,
) -> Option<&'p PlannedStep<'d>> {
    let plain = |path: &str| path.trim_start_matches("./").to_owned();
    let gives = |artifacts: &Artifacts<'d>| {
        let paths = artifacts.paths();
        let mut globs = paths.iter().filter_map(|path| path.text());
        globs.any(|glob| Pattern::new(&plain(glob)).matches(&plain(path)) == Matching::Yes)
    };
    let earlier = givers.iter().take_while(|(other, _)| other.number < step.number);
    earlier.filter(|(_, artifacts)| gives(artifacts)).last().map(|(other, _)| *other)
}
