//! `default-allowed`: the default of a custom variable is one of its allowed values.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("default-allowed", Error, "a variable with allowed values has no default, or one that is not allowed");

pub(super) struct DefaultAllowed;

impl Rule for DefaultAllowed {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            for variable in selector.pipeline().variables() {
                let Some(allowed) = variable.allowed() else { continue };
                let name = variable.name().unwrap_or("?");
                match (variable.node.get("default"), variable.node.entry("allowed-values")) {
                    (Some(default), _) => {
                        let value = default.text().unwrap_or("");
                        if !allowed.contains(&value) && told.first(default.span()) {
                            out.violated(
                                default.span(),
                                format!("the default of `{name}` is not among its allowed values"),
                            )
                            .help("add it to `allowed-values`, or take one of these")
                            .through(default);
                        }
                    }
                    (None, Some(entry)) if told.first(entry.key.span()) => {
                        out.violated(entry.key.span(), format!("`{name}` has allowed values and no default"))
                            .help("add `default` with one of the allowed values");
                    }
                    _ => {}
                }
            }
        }
    }
}
