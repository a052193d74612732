//! `service-limit`: a step has at most five services.

use super::site::{Told, docker_everywhere};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("service-limit", Error, "a step has more than five services, the global docker included");

pub(super) struct ServiceLimit;

impl Rule for ServiceLimit {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let global = docker_everywhere(&flow.file);
        if !global {
            return;
        }
        let mut told = Told::default();
        for site in flow.steps() {
            let names: Vec<_> = site.step.services().iter().filter_map(|service| service.text()).collect();
            let Some(entry) = site.step.entry("services") else { continue };
            // A longer list is told by the schema layer.
            if names.len() == 5 && !names.contains(&"docker") && told.first(entry.key.span()) {
                let message = "five services and `options.docker` make six; five is the limit";
                site.tell(out.violated(entry.key.span(), message).help("remove a service, or `options.docker`"));
            }
        }
    }
}
