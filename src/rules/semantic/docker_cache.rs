//! `docker-cache`: the predefined docker cache is used where it works, and left as it is.

use std::cell::LazyCell;

use super::refused::MeantDocker;
use super::site::{Told, daemons, docker_everywhere, has_docker, runtime_version};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("docker-cache", Warning, "the docker cache is redefined, or used where it does nothing");

pub(super) struct DockerCache;

impl Rule for DockerCache {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for cache in flow.file.definitions().caches().iter().filter(|cache| cache.name() == "docker") {
            out.violated(cache.key.span(), "`docker` is a predefined cache and can't be redefined")
                .severity(Severity::Error)
                .help("give your cache another name");
        }
        let everywhere = docker_everywhere(&flow.file);
        let daemons = daemons(&flow.file);
        let meant = LazyCell::new(|| MeantDocker::of(&flow.file));
        let mut told = Told::default();
        for site in flow.steps() {
            let Some(cache) = site.step.caches().into_iter().find(|cache| cache.text() == Some("docker")) else {
                continue;
            };
            let version_3 = runtime_version(&site.step, &flow.file) == Some("3");
            let has = has_docker(&site.step, &flow.file, &daemons) || meant.may_have(&site.step);
            if !everywhere && !has && told.first(cache.span()) {
                let draft =
                    out.violated(cache.span(), "the docker cache holds nothing: the step has no docker service");
                site.tell(draft.help("remove it, or add `services: [docker]`"));
            }
            if version_3 && told.first(cache.span()) {
                let draft = out.violated(cache.span(), "the docker cache is ignored on version 3 of the runtime");
                site.tell(draft.help("remove it, and cache layers at your registry: `--cache-from`"));
            }
        }
    }
}
