//! `variables-first`: a custom pipeline declares its variables first, and once.

use super::site::{Told, head};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{Item, Section};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("variables-first", Error, "the variables of a custom pipeline are not its first item");

pub(super) struct VariablesFirst;

impl Rule for VariablesFirst {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for section in [Section::Custom, Section::Shared] {
            for selector in flow.file.selectors_in(section) {
                let items = selector.body.items().zip(selector.pipeline().items()).skip(1);
                for (node, _) in items.filter(|(_, item)| matches!(item, Item::Variables(_))) {
                    if told.first(head(node)) {
                        out.violated(head(node), "`variables` may only be the first item of a custom pipeline")
                            .help("move all variables into one list at the beginning")
                            .trace([selector.place()])
                            .through(node);
                    }
                }
            }
        }
    }
}
