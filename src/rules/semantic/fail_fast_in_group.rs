//! `fail-fast-in-group`: `fail-fast` is set where steps run at the same time.

use std::collections::HashSet;

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("fail-fast-in-group", Warning, "`fail-fast` stands on a step that has no siblings to stop");

pub(super) struct FailFastInGroup;

impl Rule for FailFastInGroup {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let sites = flow.steps();
        let alone = sites.iter().filter(|site| !site.parallel && !site.last);
        // An aliased step may be a member of a group elsewhere.
        let members: HashSet<_> =
            sites.iter().filter(|site| site.parallel).map(|site| site.step.node().span()).collect();
        for site in alone.filter(|site| !members.contains(&site.step.node().span())) {
            let Some(entry) = site.step.entry("fail-fast") else { continue };
            if told.first(entry.key.span()) {
                let draft = out.violated(entry.key.span(), "`fail-fast` does nothing outside a parallel group");
                site.tell(draft.help("remove it, or set it on the group"));
            }
        }
    }
}
