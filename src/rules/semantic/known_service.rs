//! `known-service`: each service of a step is `docker` or defined.

use std::collections::HashSet;

use super::site::{Told, meant_or};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("known-service", Error, "a step names a service that is not defined");

pub(super) struct KnownService;

impl Rule for KnownService {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let services = flow.file.definitions().services();
        let services: HashSet<&str> = services.iter().map(|service| service.name()).collect();
        let mut told = Told::default();
        for site in flow.steps() {
            for service in site.step.services() {
                let Some(name) = service.text().filter(|name| !name.is_empty()) else { continue };
                let known = name == "docker" || services.contains(name);
                if !known && told.first(service.span()) {
                    let draft = out.violated(service.span(), format!("no service `{name}` is defined"));
                    let define = format!("define `{name}` under `definitions.services`, with its `image`");
                    let known = services.iter().copied().chain(["docker"]);
                    site.tell(draft.help(meant_or(name, known, &define)));
                }
            }
        }
    }
}
