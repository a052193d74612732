//! What is known of a rule without running it.

use super::{Layer, Severity};

/// A rule's identity and its page.
#[derive(Debug)]
pub struct RuleMeta {
    /// The id: what holds when all is well.
    pub id: &'static str,
    /// The layer in which it speaks.
    pub layer: Layer,
    /// The severity that its findings have unless one says otherwise.
    pub severity: Severity,
    /// One line: what is wrong when it is violated.
    pub summary: &'static str,
    /// The page of `docs/rules/`.
    pub page: &'static str,
}
