//! `one-environment-type`: the environments of a parallel group share a type.

use super::site::{Deployment, Told, deployments};
use crate::effect::{EnvironmentKind, kind_of};
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
            // Of each type in a group the first, and the first that bears one of the names that each repository has.
            let mut firsts: Vec<(&Deployment<'_>, &str, EnvironmentKind, bool)> = Vec::new();
            for place in &places {
                firsts.retain(|(first, ..)| first.item == place.item);
                let Some(name) = place.deployment.text() else { continue };
                let Some(kind) = kind_of(name, flow.settings) else { continue };
                let own = ["test", "staging", "production"].contains(&name.to_lowercase().as_str());
                let others = firsts.iter().filter(|(_, _, other, _)| *other != kind);
                // The gravest one, and of those the nearest.
                let first = others.max_by_key(|(.., other)| own && *other).copied();
                if !firsts.iter().any(|(_, _, known, known_own)| *known == kind && *known_own == own) {
                    firsts.push((place, name, kind, own));
                }
                let Some((first, other, _, other_own)) = first else { continue };
                let severity = if own && other_own { Severity::Error } else { Severity::Warning };
                if !told.first_as(place.deployment.span(), severity) {
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
