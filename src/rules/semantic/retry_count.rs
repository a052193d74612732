//! `retry-count`: `maxRetryCount` stands beside the strategy `retry`.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::Item;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("retry-count", Error, "`maxRetryCount` is set where nothing is tried again");

pub(super) struct RetryCount;

impl Rule for RetryCount {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let items: Vec<_> = flow.selectors().iter().flat_map(|one| one.pipeline().items()).collect();
        let groups = items.iter().filter_map(|item| match item {
            Item::Parallel(group) => group.node.get("on-fail"),
            Item::Stage(stage) => stage.node.get("on-fail"),
            _ => None,
        });
        let sites = flow.steps();
        for on_fail in groups.chain(sites.iter().filter_map(|site| site.step.get("on-fail"))) {
            let (Some(count), Some(strategy)) = (on_fail.entry("maxRetryCount"), on_fail.get("strategy")) else {
                continue;
            };
            let strategy = strategy.text().unwrap_or("");
            if ["fail", "ignore"].contains(&strategy) && told.first(count.key.span()) {
                out.violated(count.key.span(), format!("`maxRetryCount` does nothing with the strategy `{strategy}`"))
                    .help("write `strategy: retry`, or remove the count")
                    .through(on_fail);
            }
        }
    }
}
