//! What stands on disk, and what a turn began with: the texts against which a new revision is held.

use std::path::Path;

use super::accept::Expected;
use super::conversation::Conversation;
use super::loss::{Loss, large_loss};
use super::revision::{Revision, Standing};
use crate::session::{Source, sha256};

impl Conversation {
    /// What may stand on disk for it to be replaced: what we read or wrote there, or any text that this session has.
    pub(super) fn expected(&self, root: &Path) -> Expected {
        let found = std::fs::read(root.join(&self.options.path)).ok().map(|bytes| sha256(&bytes));
        match found.filter(|hash| self.knows(hash)) {
            Some(hash) => Expected::Hash(hash),
            None => self.on_disk.clone(),
        }
    }

    /// Whether a text with this hash can be had from this session again.
    fn knows(&self, hash: &str) -> bool {
        self.written.contains(hash) || self.revisions.iter().any(|revision| revision.sha256 == hash)
    }

    /// Whether a revision is what stands on disk, as far as we read or wrote it.
    pub fn stands_on_disk(&self, revision: &Revision) -> bool {
        matches!(&self.on_disk, Expected::Hash(hash) if *hash == revision.sha256)
    }

    /// Whether this session wrote a text with this hash, also one that was taken back since.
    pub fn has_written(&self, hash: &str) -> bool {
        self.written.contains(hash)
    }

    /// Tells what stands on disk now, after it was looked at again.
    pub fn set_on_disk(&mut self, expected: Expected) {
        self.on_disk = expected;
    }

    /// The revision that stands on disk, as far as we read or wrote it: what `/accept` writes over.
    pub fn ground(&self) -> Option<&Revision> {
        self.revisions.iter().rev().find(|revision| self.stands_on_disk(revision))
    }

    /// The next revision gets this number, or a greater one.
    pub(super) fn next_at_least(&mut self, number: usize) {
        self.next = self.next.max(number);
    }

    /// What a revision has lost of the file that stood before the last turn, where that is a large part of it.
    pub(super) fn loss_of(&self, number: usize) -> Option<Loss> {
        let before = self.turns.last()?.before?;
        large_loss(self.text_of(before)?, self.text_of(number)?)
    }

    /// How good a revision of the last turn is: one that drops a large part of the file has silenced what it dropped, so
    /// any that keeps it is better.
    pub(super) fn rank(&self, number: usize) -> (bool, Option<Standing>) {
        (self.loss_of(number).is_none(), self.at(number).map(Revision::standing))
    }

    /// Revisions that are sent whole beside the present one: the file as it was found, until one is written over it; and
    /// one of which the present one has lost a large part, so that it can be brought back.
    pub(super) fn kept(&self) -> Vec<usize> {
        let Some(present) = self.present() else { return Vec::new() };
        let found = self.at(0).filter(|found| found.source == Source::File && self.stands_on_disk(found));
        let before = self.turns.last().and_then(|turn| self.at(turn.before?));
        let lost = |revision: &&Revision| large_loss(revision.text(), present.text()).is_some();
        let dropped = [before, self.ground()].into_iter().flatten().filter(lost);
        let mut kept: Vec<usize> = found.into_iter().chain(dropped).map(|revision| revision.number).collect();
        kept.retain(|number| *number != present.number);
        kept.sort_unstable();
        kept.dedup();
        kept
    }
}
