//! `docker-cache`: the predefined docker cache is used where it works, and left as it is.

use super::site::Told;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::Step;
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
        let mut told = Told::default();
        for site in flow.steps() {
            let Some(cache) = site.step.caches().into_iter().find(|cache| cache.text() == Some("docker")) else {
                continue;
            };
            if version_3(&site.step, flow) && told.first(cache.span()) {
                let draft = out.violated(cache.span(), "the docker cache is ignored on version 3 of the runtime");
                site.tell(draft.help("remove it, and cache layers at your registry: `--cache-from`"));
            }
        }
    }
}

fn version_3(step: &Step<'_>, flow: &Flow<'_>) -> bool {
    let runtime = step.get("runtime").or_else(|| flow.file.option("runtime"));
    let version = runtime.and_then(|runtime| runtime.get("cloud")?.get("version"));
    version.and_then(|version| version.text()) == Some("3")
}
