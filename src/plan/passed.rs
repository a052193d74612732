//! Steps that one of two plans passes over, since their conditions do not hold for its event.

use std::collections::HashSet;

use super::model::{PlannedStep, Skipped};
use super::moved::commands_of;

/// The steps that a plan passes over, as they are known again: by their names, and those without one by what they run.
pub(super) struct Passed<'p> {
    names: HashSet<&'p str>,
    scripts: HashSet<Vec<String>>,
}

impl<'p> Passed<'p> {
    /// Of the steps that a plan passes over.
    pub(super) fn of(skipped: &'p [Skipped<'_>]) -> Self {
        let nameless = skipped.iter().filter(|one| one.step.name().is_none());
        Self {
            names: skipped.iter().filter_map(|one| one.step.name()).collect(),
            scripts: nameless.map(|one| commands_of(&one.step)).collect(),
        }
    }

    /// Whether a step of the other plan is one of them.
    pub(super) fn has(&self, step: &PlannedStep<'_>) -> bool {
        match step.step.name() {
            Some(name) => self.names.contains(name),
            None => !self.scripts.is_empty() && self.scripts.contains(&commands_of(&step.step)),
        }
    }
}
