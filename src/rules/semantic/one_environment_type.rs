//! `one-environment-type`: the environments of a parallel group share a type.

use super::site::{Told, deployments};
use crate::effect::kind_of;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("one-environment-type", Error, "steps of one parallel group deploy to environments of different types");

pub(super) struct OneEnvironmentType;

impl Rule for OneEnvironmentType {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let places = deployments(selector);
            for (at, place) in places.iter().enumerate().skip(1) {
                let first = &places[at - 1];
                let (Some(name), Some(other)) = (place.deployment.text(), first.deployment.text()) else { continue };
                let kinds = kind_of(name, flow.settings).zip(kind_of(other, flow.settings));
                let differ = place.item == first.item && kinds.is_some_and(|(one, other)| one != other);
                let own = ["test", "staging", "production"];
                let sure = own.contains(&name.to_lowercase().as_str()) && own.contains(&other.to_lowercase().as_str());
                let severity = if sure { Severity::Error } else { Severity::Warning };
                if !differ || !told.first_as(place.deployment.span(), severity) {
                    continue;
                }
                out.violated(
                    place.deployment.span(),
                    format!("`{name}` and `{other}` are of different types, in one group"),
                )
                .severity(severity)
                .help("deploy to one after the other")
                .trace([selector.place()])
                .related(first.deployment.span(), format!("`{other}` is here"))
                .through(place.deployment);
            }
        }
    }
}
