//! `tag-prefix`: tags say whether they are candidates or releases.

use super::{meta, page};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{Alternative, Pattern, Section};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta(
    "tag-prefix",
    Severity::Error,
    "a tag pattern begins with neither the candidate nor the release prefix",
    page!("tag-prefix"),
);

pub(super) struct TagPrefix;

impl Rule for TagPrefix {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let prefixes = [&flow.settings.tags.candidate, &flow.settings.tags.release];
        for selector in flow.file.selectors_in(Section::Tags) {
            let pattern = Pattern::new(selector.name());
            let is_wrong = |alternative: &&Alternative| {
                let literal = alternative.literal_prefix();
                !prefixes.iter().any(|prefix| literal.starts_with(prefix.as_str()))
            };
            let all: Vec<&Alternative> = pattern.alternatives().iter().filter(is_wrong).collect();
            let Some(wrong) = all.first() else { continue };
            let [candidate, release] = prefixes;
            let message = if pattern.alternatives().len() > 1 {
                format!("`{}` in `{}` begins with neither `{candidate}` nor `{release}`", wrong.text, selector.name())
            } else {
                format!("`{}` begins with neither `{candidate}` nor `{release}`", selector.name())
            };
            let lower = wrong.text.to_lowercase();
            let cased = prefixes.iter().any(|prefix| lower.starts_with(prefix.as_str()));
            let help = if cased {
                "case counts: write the prefix in lower case".to_owned()
            } else {
                format!(
                    "name candidates `{candidate}*` and releases `{release}*`, and let no other tag start a pipeline"
                )
            };
            out.violated(selector.key.span(), message).through(selector.key).alternatives(all.len()).help(help);
        }
    }
}
