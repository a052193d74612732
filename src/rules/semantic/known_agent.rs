//! `known-agent`: each agent of a script is defined, or the built-in `default`.

use std::collections::HashSet;

use super::refused;
use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("known-agent", Error, "a script names an agent that is not defined");

pub(super) struct KnownAgent;

impl Rule for KnownAgent {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let agents = flow.file.definitions().entries("agents");
        let agents: HashSet<&str> = agents.iter().map(|entry| entry.name()).collect();
        let refused = refused::names(&flow.file, "agents");
        let mut told = Told::default();
        for (site, items) in flow.scripts() {
            for item in items {
                let ScriptItem::Agent(task) = item else { continue };
                let Some((agent, name)) = task.get("agent").and_then(|agent| Some((agent, agent.text()?))) else {
                    continue;
                };
                // An empty one is told as that.
                let known = matches!(name, "" | "default") || agents.contains(name) || refused.contains(name);
                if !known && told.first(agent.span()) {
                    let draft = out.violated(agent.span(), format!("no agent `{name}` is defined"));
                    site.tell(draft.help(format!("define `{name}` under `definitions.agents`, or use `default`")));
                }
            }
        }
    }
}
