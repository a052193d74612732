//! `container-runner`: what needs containers is not asked of a runner that has none.

use super::site::{Told, bare_runner};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("container-runner", Warning, "a step that runs outside containers has an image, services or pipes");

pub(super) struct ContainerRunner;

impl Rule for ContainerRunner {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for site in flow.steps() {
            let Some(label) = bare_runner(&site.step, &flow.file) else { continue };
            let keys = ["image", "services"].into_iter().filter_map(|key| site.step.entry(key));
            let keys = keys.map(|entry| (entry.key.span(), format!("`{}`", entry.name())));
            let docker = site.step.caches().into_iter().filter(|cache| cache.text() == Some("docker"));
            let docker = docker.map(|cache| (cache.span(), "the cache `docker`".to_owned()));
            for (span, what) in keys.chain(docker).filter(|(span, _)| told.first(*span)) {
                let message = format!("{what} means nothing on a `{label}` runner, which has no containers");
                site.tell(out.violated(span, message).help("remove it, or run the step elsewhere"));
            }
            for pipe in site.step.pipes().into_iter().filter(|pipe| told.first(pipe.identifier.span())) {
                let message = format!("a pipe runs in a container, which a `{label}` runner does not have");
                let draft = out.violated(pipe.identifier.span(), message);
                site.tell(draft.help("write its commands out, or run the step elsewhere"));
            }
        }
    }
}
