//! `documented-time`: a step asks for no more time than the documented maximum.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("documented-time", Warning, "`max-time` is above the 120 minutes that are documented");

pub(super) struct DocumentedTime;

impl Rule for DocumentedTime {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let steps = flow.steps();
        let times = flow.file.option("max-time").into_iter();
        for time in times.chain(steps.iter().filter_map(|site| site.step.get("max-time"))) {
            let Some(minutes) = time.integer().filter(|minutes| (121..=720).contains(minutes)) else { continue };
            if told.first(time.span()) {
                out.violated(time.span(), format!("{minutes} minutes are more than the documented maximum of 120"))
                    .help("split the step, or make sure that your plan allows it")
                    .through(time);
            }
        }
    }
}
