//! `known-service`: each service of a step is `docker` or defined.

use std::collections::HashSet;

use super::refused;
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
        let refused = refused::names(&flow.file, "services");
        let mut told = Told::default();
        for site in flow.steps() {
            for service in site.step.services() {
                // What is no text is told as that.
                let Some(name) = service.string().filter(|name| !name.is_empty()) else { continue };
                let known = name == "docker" || services.contains(name) || refused.contains(name);
                if !known && told.first(service.span()) {
                    let draft = out.violated(service.span(), format!("no service `{name}` is defined"));
                    let define = define(name);
                    let known = services.iter().copied().chain(["docker"]);
                    site.tell(draft.help(meant_or(name, known, &define)));
                }
            }
        }
    }
}

/// How a service is defined; GitLab CI and others name an image where a name of one's own stands here.
fn define(name: &str) -> String {
    let image = name.split(['@', ':']).next().unwrap_or("");
    match image.rsplit('/').next() {
        Some(_) if image == "docker" => "write `docker`, which needs no definition".to_owned(),
        Some(own) if own.len() < name.len() && !own.is_empty() => {
            format!("name it `{own}`, and define it: `definitions.services.{own}` with `image: {name}`")
        }
        _ => format!("define `{name}` under `definitions.services`, with its `image`"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_image_is_no_name() {
        assert_eq!(
            super::define("a/postgres:16"),
            "name it `postgres`, and define it: `definitions.services.postgres` with `image: a/postgres:16`"
        );
        assert_eq!(super::define("docker:dind"), "write `docker`, which needs no definition");
        assert_eq!(super::define("db"), "define `db` under `definitions.services`, with its `image`");
    }
}
