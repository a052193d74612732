//! `remote-variable`: another machine is left no variable to fill in that is set here alone.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!(
    "remote-variable",
    Warning,
    "a variable of Bitbucket or of the script is left to the shell of another machine, which has none"
);

pub(super) struct RemoteVariable;

/// What may set a variable on the machine, or asks whether it is set.
const SETS: [&str; 8] = ["source ", ". /", ". ~", ". .", "set -a", "export $(", "-n \"$", "-z \"$"];

impl Rule for RemoteVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for plan in flow.all_plans() {
            for step in plan.steps.iter().filter(|step| !step.found.elsewhere.is_empty()) {
                // `ssh -o SendEnv=BITBUCKET_TAG` takes it along, and so may the settings of ssh.
                let items = step.step.script();
                let mut texts = items.iter().filter_map(ScriptItem::command_text);
                if texts.any(|text| text.contains("SendEnv") || text.contains("SetEnv")) {
                    continue;
                }
                for (name, site) in &step.found.elsewhere {
                    let text = site.node.text().unwrap_or("");
                    if !told.first(site.span()) || SETS.iter().any(|sign| text.contains(sign)) {
                        continue;
                    }
                    let message = match name.starts_with("BITBUCKET_") {
                        true => format!("`${name}` is left to the other machine, where it is empty"),
                        false => {
                            format!("`${name}` is set here, and left to the other machine, which does not know it")
                        }
                    };
                    out.violated(site.span(), message).trace(plan.trace(step)).help(format!(
                        "let the pipeline fill it in: double quotes, a here-document whose end has no quotes (`<<EOF`), or \
                         `ssh HOST \"{name}=${name} bash -s\"` before a script"
                    ));
                }
            }
        }
    }
}
