//! `environment-once`: a pipeline uses an environment on one step or one stage.

use std::collections::HashMap;

use super::site::{Told, deployments};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("environment-once", Error, "a pipeline deploys to one environment at two places");

pub(super) struct EnvironmentOnce;

impl Rule for EnvironmentOnce {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let mut seen: HashMap<String, (&str, _)> = HashMap::new();
            for place in deployments(selector) {
                let Some(name) = place.deployment.text().filter(|name| !name.is_empty()) else { continue };
                let span = place.deployment.span();
                match seen.get(&name.to_lowercase()) {
                    None => {
                        seen.insert(name.to_lowercase(), (name, span));
                    }
                    Some((first, place_of_first)) => {
                        let same = *first == name;
                        let severity = if same { Severity::Error } else { Severity::Warning };
                        if !told.first_as(span, severity) {
                            continue;
                        }
                        let message = if same {
                            format!("`{name}` is deployed to twice in `{}`", selector.label())
                        } else {
                            format!("`{name}` and `{first}` differ in letter case only, and are one environment")
                        };
                        let draft = out
                            .violated(span, message)
                            .severity(severity)
                            .help("put the steps into one stage with the `deployment`, or use `environment` on the second")
                            .trace([selector.place()])
                            .related(*place_of_first, "deployed to here first");
                        if let Some(alias) = place.alias {
                            draft.related(alias, "used here by an alias");
                        }
                    }
                }
            }
        }
    }
}
