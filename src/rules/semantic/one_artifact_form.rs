//! `one-artifact-form`: `artifacts` has `paths` or `upload`, not both.

use super::site::{Told, head};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("one-artifact-form", Error, "`artifacts` has both `paths` and `upload`, or an `upload` of both kinds");

pub(super) struct OneArtifactForm;

impl Rule for OneArtifactForm {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for site in flow.steps() {
            let Some(artifacts) = site.step.artifacts() else { continue };
            let uploads: Vec<_> = artifacts.node.get("upload").into_iter().flat_map(|list| list.items()).collect();
            let named = uploads.first().is_some_and(|first| first.is_mapping());
            let other = uploads.iter().find(|upload| upload.is_mapping() != named && !upload.is_null());
            if let Some(other) = other.filter(|other| told.first(head(**other))) {
                let draft = out.violated(
                    head(*other),
                    "`upload` lists either globs or named artifacts, and this is of the other kind",
                );
                site.tell(draft.help("give each a `name` and `paths`"));
            }
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
