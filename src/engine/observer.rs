//! Who is told what happens, while it happens.

use super::{Attempt, Revision};
use crate::session::Entry;

/// An attempt that has just been concluded.
#[derive(Clone, Copy)]
pub struct Attempted<'c> {
    /// The attempt.
    pub attempt: &'c Attempt,
    /// Its revision; `None` where the reply has no file to take.
    pub revision: Option<&'c Revision>,
    /// What the revision is compared with: the present one before it.
    pub before: Option<&'c Revision>,
    /// The revision that stands on disk.
    pub ground: Option<&'c Revision>,
}

/// Is told what happens in a conversation, in order.
pub trait Observer {
    /// An entry, as a session has it.
    fn entry(&mut self, entry: &Entry);

    /// A piece of a reply, as it arrives.
    fn delta(&mut self, _text: &str) {}

    /// A reply was read and its file checked.
    fn attempted(&mut self, _attempted: Attempted<'_>) {}
}

/// Listens to nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn entry(&mut self, _: &Entry) {}
}

/// Keeps the entries.
impl Observer for Vec<Entry> {
    fn entry(&mut self, entry: &Entry) {
        self.push(entry.clone());
    }
}
