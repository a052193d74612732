//! `remote-variable`: another machine is left no variable of Bitbucket to fill in.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!(
    "remote-variable",
    Warning,
    "a variable of Bitbucket is left to the shell of another machine, which has none"
);

pub(super) struct RemoteVariable;

impl Rule for RemoteVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for plan in flow.plans {
            for step in &plan.steps {
                for (name, site) in &step.found.elsewhere {
                    // `ssh -o SendEnv=BITBUCKET_TAG` takes it along.
                    let text = site.node.text().unwrap_or("");
                    if text.contains("SendEnv") || text.contains("SetEnv") || !told.first(site.span()) {
                        continue;
                    }
                    out.violated(site.span(), format!("`${name}` is left to the other machine, where it is empty"))
                        .trace(plan.trace(step))
                        .help("let the pipeline fill it in: double quotes, or a here-document whose end has no quotes (`<<EOF`)");
                }
            }
        }
    }
}
