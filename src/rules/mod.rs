//! Every semantic and policy rule, one file each, and the registry.
//!
//! A rule is a statement about plans and effects. It has no state and does no I/O; it says what it finds through
//! [`Findings`], and whether it holds follows from that.

mod alternatives;
mod carries;
mod flow;
pub mod policy;
pub mod semantic;

use std::sync::LazyLock;

pub use carries::Carries;
pub use flow::{Flow, ImageFlow, Made, told_with_main};

use crate::finding::{Answer, Findings, RuleMeta};

/// One named check.
pub trait Rule: Sync {
    /// Identity and page.
    fn meta(&self) -> &'static RuleMeta;

    /// Says what it finds.
    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>);
}

/// What a rule says of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleAnswer {
    /// Nothing is against it.
    Holds,
    /// At least one place violates it.
    Violated,
    /// No place violates it, and one could not be followed.
    CannotTell,
}

impl RuleAnswer {
    /// Takes one more finding of the rule into account.
    pub fn hear(&mut self, answer: Answer) {
        *self = match answer {
            Answer::Violated => RuleAnswer::Violated,
            Answer::CannotTell if *self == RuleAnswer::Holds => RuleAnswer::CannotTell,
            Answer::CannotTell => *self,
        };
    }
}

static ALL: LazyLock<Vec<&'static dyn Rule>> = LazyLock::new(|| {
    let mut all: Vec<&'static dyn Rule> = policy::ALL.iter().chain(semantic::ALL).copied().collect();
    all.sort_by_key(|rule| rule.meta().id);
    all
});

/// All rules of the semantic and policy layers, by id.
pub fn all() -> &'static [&'static dyn Rule] {
    &ALL
}
