//! `one-artifact-form`: `artifacts` has `paths` or `upload`, not both.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("one-artifact-form", Error, "`artifacts` has both `paths` and `upload`");

pub(super) struct OneArtifactForm;

impl Rule for OneArtifactForm {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for site in flow.steps() {
            let Some(artifacts) = site.step.artifacts() else { continue };
            let (Some(paths), Some(upload)) = (artifacts.node.entry("paths"), artifacts.node.entry("upload")) else {
                continue;
            };
            // Where `upload` is empty, the paths may be its own.
            if upload.value.is_null() {
                continue;
            }
            let (first, second) = if paths.key.span() < upload.key.span() { (paths, upload) } else { (upload, paths) };
            if told.first(second.key.span()) {
                let message = format!("`{}` stands beside `{}`, and only one of them may", second.name(), first.name());
                let draft = out.violated(second.key.span(), message).help("move the paths into an entry of `upload`");
                site.tell(draft.related(first.key.span(), "the other is here"));
            }
        }
    }
}
