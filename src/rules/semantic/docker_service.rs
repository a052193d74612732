//! `docker-service`: a step that runs docker on the build machine has the docker service.

use std::collections::HashSet;

use super::site::{Told, labels};
use crate::effect::{Effect, Kind};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Step;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("docker-service", Warning, "a step runs docker and has no docker service");

pub(super) struct DockerService;

impl Rule for DockerService {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        if flow.file.option("docker").and_then(|docker| docker.boolean()) == Some(true) {
            return;
        }
        let services = flow.file.definitions().services();
        let daemons = services.iter().filter(|service| service.is_docker()).map(|service| service.name());
        let daemons: HashSet<&str> = daemons.chain(["docker"]).collect();
        let mut told = Told::default();
        for plan in flow.plans {
            for planned in plan.steps.iter().filter(|planned| !has_docker(&planned.step, flow, &daemons)) {
                let needs = |kind: &Kind<'_>| matches!(kind, Kind::Docker);
                let mut commands = planned.found.effects.iter().filter(|effect| needs(&effect.kind));
                let Some(effect) = commands.find(|effect| asks(&effect.command)) else { continue };
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

/// Whether the step names a docker daemon, or runs on a machine that may have one of its own.
fn has_docker<'d>(step: &Step<'d>, flow: &Flow<'d>, daemons: &HashSet<&str>) -> bool {
    let labels = labels(step, &flow.file);
    let containers = labels.iter().any(|label| matches!(label.text(), Some("linux" | "linux.arm64")));
    if !labels.is_empty() && !containers {
        return true;
    }
    step.services().iter().filter_map(|service| service.text()).any(|name| daemons.contains(name))
}

/// Whether a command needs the daemon: `docker --version` does not, podman has none, and pack builds in it.
fn asks(command: &str) -> bool {
    (command.contains("docker") || command == "pack build") && command != "docker"
}
