//! What a report says beside its scores.

use super::baseline::Comparison;
use super::instead::Divergence;

/// What was asked for beside the scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The scores against those from before.
    pub comparison: Option<Comparison>,
    /// The recordings under other settings.
    pub divergences: Vec<Divergence>,
}
