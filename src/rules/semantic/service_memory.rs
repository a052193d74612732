//! `service-memory`: the services of a step leave 1024 MB to the build container.

use std::collections::HashMap;

use super::site::{Told, docker_everywhere};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{Service, Step};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("service-memory", Error, "the services of a step leave too little memory for its build container");

/// The most megabytes that the docker service may have in a step of size 2x.
const MOST_OF_DOCKER: i64 = 7128;

/// The megabytes of a service that says nothing of them.
const UNSET: i64 = 1024;

pub(super) struct ServiceMemory;

impl Rule for ServiceMemory {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let services = flow.file.definitions().services();
        // What is defined nowhere takes nothing.
        let unset = |service: &Service<'_>| match service.node.get("memory") {
            Some(memory) => memory.integer().unwrap_or(UNSET),
            None => UNSET,
        };
        let memory = services.iter().map(|service| (service.name(), unset(service)));
        let memory: HashMap<&str, i64> = [("docker", UNSET)].into_iter().chain(memory).collect();
        let global = docker_everywhere(&flow.file);
        let mut told = Told::default();
        for site in flow.steps() {
            let Some((size, total)) = total(&site.step, flow) else { continue };
            if size == "2x" {
                let named = |service: &&Service<'_>| {
                    service.is_docker()
                        && (site.step.services().iter().any(|name| name.text() == Some(service.name()))
                            || global && service.name() == "docker")
                };
                for service in services.iter().filter(named) {
                    let given = service.node.get("memory").filter(|memory| memory.integer() > Some(MOST_OF_DOCKER));
                    // With more than the rest of the step it is told of all services below.
                    let Some(given) = given.filter(|memory| memory.integer() <= Some(total - 1024)) else { continue };
                    if told.first(given.span()) {
                        let message =
                            format!("the docker service takes at most {MOST_OF_DOCKER} MB of a step of size 2x");
                        let help = format!("write `memory: {MOST_OF_DOCKER}` or less");
                        site.tell(out.violated(given.span(), message).severity(Severity::Warning).help(help));
                    }
                }
            }
            // `options.docker` adds the service to steps that name none, too.
            let own = site.step.entry("services").map(|entry| entry.key.span());
            let of_file =
                flow.file.option("docker").map(|docker| docker.span()).filter(|_| global && !site.step.is_child());
            let Some(place) = own.or(of_file) else { continue };
            let mut names: Vec<_> = site.step.services().iter().filter_map(|service| service.text()).collect();
            if global && !names.contains(&"docker") {
                names.push("docker");
            }
            names.sort_unstable();
            names.dedup();
            let sum = names.iter().fold(0_i64, |sum, name| sum.saturating_add(memory.get(name).copied().unwrap_or(0)));
            if sum.saturating_add(1024) > total && told.first(place) {
                let message = format!(
                    "the services take {sum} MB of the step's {total} ({size}), and the build container needs 1024"
                );
                let help = "give the services less `memory` (1024 MB if unset), or the step a larger `size`";
                site.tell(out.violated(place, message).help(help));
            }
        }
    }
}

/// Size and megabytes of a step in the cloud; `None` for runners of one's own, where sizes differ.
fn total<'d>(step: &Step<'d>, flow: &Flow<'d>) -> Option<(&'d str, i64)> {
    if !super::site::labels(step, &flow.file).is_empty() {
        return None;
    }
    let runtime = step.get("runtime").or_else(|| flow.file.option("runtime"));
    if runtime.is_some_and(|runtime| runtime.get("self-hosted").is_some()) {
        return None;
    }
    let size = step.get("size").or_else(|| flow.file.option("size")).and_then(|size| size.text()).unwrap_or("1x");
    let factor: i64 = size.strip_suffix('x')?.parse().ok().filter(|factor| (1..=32).contains(factor))?;
    Some((size, factor * 4096))
}
