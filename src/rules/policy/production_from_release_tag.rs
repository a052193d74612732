//! `production-from-release-tag`: only a release tag leads to production.

use super::{meta, page};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::TagKind;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta(
    "production-from-release-tag",
    Severity::Error,
    "production is deployed to from something else than a release tag",
    page!("production-from-release-tag"),
);

pub(super) struct ProductionFromReleaseTag;

impl Rule for ProductionFromReleaseTag {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let release = &flow.settings.tags.release;
        for site in flow.to_production() {
            if site.plan.tag_kind(flow.settings) == Some(TagKind::Release) {
                continue;
            }
            let message = format!("{} deploys to production on a {}", site.step.shown(), site.plan.event);
            out.violated(site.span(), message)
                .through(site.step.step.node())
                .trace(site.trace())
                .help(format!("move the deployment to the pipeline of `{release}*` tags"));
        }
    }
}
