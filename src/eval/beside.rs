//! What a report says beside its scores.

use super::baseline::Comparison;
use super::instead::Divergence;

/// What was asked for beside the scores.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The scores against those from before.
    pub comparison: Option<Comparison>,
    /// The recordings under other settings, or with other prompts.
    pub divergences: Vec<Divergence>,
    /// Under or with what, in words that go on after "recordings".
    pub instead: String,
    /// Whether what is worse fails the run.
    pub gate: bool,
    /// Whether recordings were made by this run.
    pub live: bool,
    /// Whether some that were to be made were not.
    pub unrecorded: bool,
    /// The options with which the program was called that hold for whatever it is called for next.
    pub again: Vec<String>,
}

impl Beside {
    /// Says what a run can tell.
    pub(super) fn honest(&self) -> &'static str {
        match (self.live, self.unrecorded) {
            (true, false) => {
                "Replies that were recorded now and before were judged: only what was recorded now tells how a model answers today."
            }
            (true, true) => {
                "Replies that were recorded now and before were judged, and not all were recorded that were to be: only what was recorded now tells how a model answers today."
            }
            (false, _) => {
                "Recorded replies were judged: this tells of our reading, checks and expectations, not of how a model answers today."
            }
        }
    }
}
