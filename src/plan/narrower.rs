//! Which parts of a class of events still run something, where the class as a whole does no more.

use std::collections::HashMap;

use super::compare::Title;
use super::model::Plan;
use crate::pipeline::{Matching, Pattern};
use crate::text;
use crate::yaml::NodeId;

/// The classes of now by the pipelines that took them before.
pub(super) struct Narrower<'p, 'd> {
    taken: HashMap<NodeId, Vec<&'p Plan<'d>>>,
}

impl<'p, 'd> Narrower<'p, 'd> {
    /// Reads the classes of now, given which plan each event had.
    pub(super) fn new<'o>(after: &[(Title, &'p Plan<'d>)], before: impl Fn(&Title) -> Option<&'o Plan<'o>>) -> Self {
        let mut taken: HashMap<NodeId, Vec<&Plan<'_>>> = HashMap::new();
        for (title, plan) in after {
            if let Some(was) = before(title) {
                taken.entry(was.selector.key.id()).or_default().push(plan);
            }
        }
        Self { taken }
    }

    /// The parts of a class of before that have a plan now, in words; empty where none has.
    pub(super) fn but_for(&self, plan: &Plan<'_>) -> String {
        let own = Pattern::new(&plan.event.name);
        let is_part = |other: &&&Plan<'_>| {
            other.event.kind == plan.event.kind
                && (plan.event.is_any_other() || own.matches(&other.event.name) == Matching::Yes)
        };
        let parts = self.taken.get(&plan.selector.key.id()).into_iter().flatten().filter(is_part);
        let names: Vec<String> = parts.map(|other| format!("`{}`", other.event.name)).collect();
        if names.is_empty() { names.concat() } else { format!(" but for {}", text::named(&names)) }
    }
}
