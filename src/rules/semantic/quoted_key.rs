//! `quoted-key`: patterns and names are texts to every reader of YAML.

use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Section;
use crate::rules::{Flow, Rule};
use crate::yaml::{Kind, yaml11_reading};

static META: RuleMeta =
    meta!("quoted-key", Error, "a pattern or name that YAML takes for a number or a boolean is not quoted");

pub(super) struct QuotedKey;

impl Rule for QuotedKey {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for selector in Section::MAPS.into_iter().flat_map(|section| flow.file.selectors_in(section)) {
            let key = selector.key;
            if !key.is_untyped() {
                continue;
            }
            let name = selector.name();
            let kind = match key.kind() {
                Kind::String => yaml11_reading(name),
                Kind::Null => Some("null"),
                kind => Some(kind.words()),
            };
            if let Some(kind) = kind {
                out.violated(key.span(), format!("`{name}` is {kind} to a reader of YAML, not a text"))
                    .help(format!("quote it: `'{name}':`"));
            }
        }
    }
}
