//! What is told of two versions of a step, found out once however many events run them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::across::{Version, version};
use super::checks::is_safeguard;
use super::given::given;
use super::lines::{Otherwise, commands_of, otherwise, shown};
use super::model::PlannedStep;
use super::script::Line;
use crate::yaml::NodeId;

/// What two versions of a step run otherwise, and are given otherwise.
pub(super) struct Compared {
    pub(super) runs: Otherwise,
    pub(super) given: Vec<String>,
}

/// A version of a step, and where it deploys to.
type Placed = (Version, [Option<NodeId>; 2]);

fn placed(step: &PlannedStep<'_>) -> Placed {
    (version(step), [step.deployment, step.environment].map(|place| place.map(|node| node.id())))
}

/// What has been found out of the steps of two sets of plans: a reading of commands is long, and events share their steps.
pub(super) struct Comparisons<'h> {
    /// Hides credentials in a text before it is cut.
    hide: &'h dyn Fn(&mut String),
    compared: RefCell<HashMap<(Placed, Placed), Rc<Compared>>>,
    /// Of the steps of now.
    commands: RefCell<HashMap<NodeId, HashSet<String>>>,
}

impl<'h> Comparisons<'h> {
    pub(super) fn new(hide: &'h dyn Fn(&mut String)) -> Self {
        Self { hide, compared: RefCell::default(), commands: RefCell::default() }
    }

    /// What is told of two versions of a step.
    pub(super) fn of(&self, before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Rc<Compared> {
        let mut compared = self.compared.borrow_mut();
        let told = compared.entry((placed(before), placed(now)));
        let found = || Rc::new(Compared { runs: otherwise(before, now, self.hide), given: given(before, now) });
        Rc::clone(told.or_insert_with(found))
    }

    /// Whether a command is one of a step's script of now.
    pub(super) fn has(&self, step: &PlannedStep<'_>, command: &str) -> bool {
        let mut commands = self.commands.borrow_mut();
        let own = commands.entry(step.step.node().id());
        own.or_insert_with(|| commands_of(step, self.hide).into_iter().map(|line| line.text).collect())
            .contains(command)
    }

    /// The commands of a step that are checks; of a step without a name, which nothing else tells from others, all of them.
    pub(super) fn told_commands(&self, step: &PlannedStep<'_>) -> Vec<String> {
        let all = commands_of(step, self.hide).into_iter();
        let is_told = |line: &Line| step.step.name().is_none() || is_safeguard(&line.text);
        all.filter(is_told).map(|line| shown(&line.source)).collect()
    }
}
