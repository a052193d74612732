//! `docker-service`: a step that runs docker on the build machine has the docker service.

use std::cell::LazyCell;

use super::refused::MeantDocker;
use super::site::{Told, daemons, docker_everywhere, has_docker};
use crate::effect::{Effect, Kind};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::PipeCall;
use crate::plan::PlannedStep;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("docker-service", Warning, "a step runs docker and has no docker service");

pub(super) struct DockerService;

impl Rule for DockerService {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        if docker_everywhere(&flow.file) {
            return;
        }
        let daemons = daemons(&flow.file);
        let meant = LazyCell::new(|| MeantDocker::of(&flow.file));
        let mut told = Told::default();
        for plan in flow.all_plans() {
            // Which services an imported step has, its own file tells.
            let own = plan.steps.iter().filter(|planned| !planned.is_imported());
            let has = |step| has_docker(step, &flow.file, &daemons) || meant.may_have(step);
            // Most steps run nothing that could ask for it.
            let may_need = |planned: &&PlannedStep<'_>| {
                let mut kinds = planned.found.effects.iter().map(|effect| &effect.kind);
                kinds.any(|kind| matches!(kind, Kind::Docker | Kind::Push { .. }))
            };
            for planned in own.filter(may_need).filter(|planned| !has(&planned.step)) {
                let needs = |kind: &Kind<'_>| matches!(kind, Kind::Docker);
                let mut commands = planned.found.effects.iter().filter(|effect| needs(&effect.kind));
                let Some(effect) = commands.find(|effect| asks(&effect.command)) else {
                    // A pipe that pushes takes what the step's own docker holds.
                    let push = |effect: &&Effect<'_>| matches!(effect.kind, Kind::Push { .. });
                    let pushing: Vec<&str> =
                        planned.found.effects.iter().filter(push).map(|effect| effect.command.as_str()).collect();
                    let pushes = |pipe: &PipeCall<'_>| pushing.contains(&pipe.name());
                    let pipe = planned.step.pipes().into_iter().find(pushes);
                    if let Some(pipe) = pipe.filter(|pipe| told.first(pipe.identifier.span())) {
                        let message =
                            format!("`{}` pushes an image of the docker service, and the step has none", pipe.name());
                        out.violated(pipe.identifier.span(), message)
                            .help("add `services: [docker]` to the step, and build or load the image in it")
                            .trace(plan.trace(planned))
                            .through(planned.step.node());
                    }
                    continue;
                };
                // A login alone needs no daemon; before a command that does it is the first to fail.
                let login = |effect: &&Effect<'_>| {
                    matches!(effect.kind, Kind::Login) && !effect.remote && effect.command == "docker login"
                };
                let all = &planned.found.effects;
                let before = all.iter().take_while(|other| !std::ptr::eq(*other, effect));
                let effect = before.into_iter().find(login).unwrap_or(effect);
                if told.first(effect.site.span()) {
                    out.violated(effect.site.span(), format!("`{}` has no docker to talk to", effect.command))
                        .help("add `services: [docker]` to the step, or `docker: true` under `options`")
                        .trace(plan.trace_to(planned, effect))
                        .through(planned.step.node());
                }
            }
        }
    }
}

/// Whether a command needs the daemon: `docker --version` does not, podman has none, and pack builds in it.
fn asks(command: &str) -> bool {
    (command.contains("docker") || command == "pack build") && command != "docker"
}
