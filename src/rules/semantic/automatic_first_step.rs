//! `automatic-first-step`: a pipeline starts by itself, so its first step is not manual.

use super::site::Told;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{Item, Pattern, Section};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("automatic-first-step", Error, "the first step of a pipeline waits for a person");

pub(super) struct AutomaticFirstStep;

impl Rule for AutomaticFirstStep {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let pipeline = selector.pipeline();
            let first = pipeline.items().find(|item| !matches!(item, Item::Variables(_)));
            let (trigger, what, mut severity) = match first {
                Some(Item::Step(step)) => (step.manual(), "first step", Severity::Error),
                Some(Item::Stage(stage)) => (stage.manual(), "first stage", Severity::Error),
                Some(Item::Parallel(group)) => {
                    let steps = group.steps();
                    let all = steps.iter().all(|step| step.manual().is_some());
                    let trigger = steps.first().filter(|_| all).and_then(|step| step.manual());
                    (trigger, "whole first group", Severity::Warning)
                }
                _ => continue,
            };
            // Started by hand, a custom pipeline may wait at once: real files do, and only imitations refuse it.
            if matches!(selector.section, Section::Custom | Section::Shared) {
                severity = Severity::Warning;
            }
            let Some(trigger) = trigger else { continue };
            // However often a step is an alias, each pipeline that begins with it waits.
            let cases = Pattern::new(selector.name()).alternatives().len().max(1);
            if !told.first_as(trigger.span(), severity) {
                out.again(trigger.span(), cases);
                continue;
            }
            out.violated(trigger.span(), format!("the {what} of `{}` is manual", selector.label()))
                .severity(severity)
                .cases(cases)
                .help("begin with a step that starts by itself, for instance one that verifies, and gate the next")
                .trace([selector.place()])
                .through(selector.body);
        }
    }
}
