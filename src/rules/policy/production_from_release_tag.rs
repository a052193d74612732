//! `production-from-release-tag`: only a release tag leads to production.

use super::{meta, page};
use crate::effect::{EnvironmentKind, kind_of};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::plan::{EventKind, TagKind};
use crate::rules::{Flow, Rule};
use crate::settings::Settings;

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
        for site in flow.deployments().iter().filter(|site| site.kind.is_none()) {
            if let (EventKind::Custom, Some(effect)) = (site.plan.event.kind, site.effect)
                && effect.words.iter().any(|word| may_be_production(word, flow.settings))
            {
                out.cannot_tell(
                    effect.site.span(),
                    format!("whether {} deploys to production depends on what is chosen", site.step.shown()),
                )
                .trace(site.trace())
                .help("leave production out of the values that may be chosen");
            }
        }
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

/// Whether a word is one of several, and one of them names production: a variable of a custom pipeline with its values.
fn may_be_production(word: &str, settings: &Settings) -> bool {
    let values = word.strip_prefix('<').and_then(|word| word.strip_suffix('>')).filter(|word| word.contains(" or "));
    values.is_some_and(|values| {
        values.split(" or ").any(|value| kind_of(value, settings) == Some(EnvironmentKind::Production))
    })
}
