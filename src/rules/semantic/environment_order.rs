//! `environment-order`: test comes before staging, and staging before production.

use super::site::{Told, deployments};
use crate::effect::{EnvironmentKind, kind_of};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};
use crate::yaml::Node;

static META: RuleMeta =
    meta!("environment-order", Warning, "a pipeline deploys to production before staging, or to staging before test");

pub(super) struct EnvironmentOrder;

impl Rule for EnvironmentOrder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let kind = |name: &str| kind_of(name, flow.settings);
        let mut told = Told::default();
        for selector in flow.selectors() {
            let places = deployments(selector);
            let mut highest: Option<(EnvironmentKind, Node<'_>)> = None;
            let mut at = 0;
            while let Some(place) = places.get(at) {
                // Members of a parallel group have no order among themselves.
                let group = places[at..].iter().take_while(|other| place.item == other.item).count();
                let members = &places[at..at + group];
                for member in members {
                    let node = member.deployment;
                    let Some(rank) = node.text().and_then(kind) else { continue };
                    if let Some((_, first)) = highest.filter(|(highest, _)| rank < *highest)
                        && told.first(node.span())
                    {
                        let (name, before) = (node.text().unwrap_or(""), first.text().unwrap_or(""));
                        out.violated(node.span(), format!("`{name}` is deployed to after `{before}`"))
                            .help("go from test to staging to production")
                            .trace([selector.place()])
                            .related(first.span(), format!("`{before}` comes first"))
                            .through(node);
                    }
                }
                for member in members {
                    if let Some(rank) = member.deployment.text().and_then(kind)
                        && highest.is_none_or(|(highest, _)| rank > highest)
                    {
                        highest = Some((rank, member.deployment));
                    }
                }
                at += group;
            }
        }
    }
}
