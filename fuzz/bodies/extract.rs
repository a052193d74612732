//! Finding files in a reply: every candidate stands inside the reply, and so does each flaw inside its candidate.

use pipewright::chat::{Ending, extract_ended};

/// Holds for any text.
pub(super) fn holds(reply: &str) {
    for ending in [Ending::Whole, Ending::Unknown, Ending::Cut] {
        for candidate in extract_ended(reply, ending) {
            assert!(reply.get(candidate.range.clone()).is_some(), "{:?} is outside the reply", candidate.range);
            assert!(candidate.line >= 1);
            for flaw in &candidate.flaws {
                assert!(flaw.line >= 1 && flaw.line <= candidate.text.lines().count().max(1), "{flaw:?}");
            }
        }
    }
}
