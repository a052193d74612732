//! The live object: turns, revisions, and what a user may do besides asking.

use std::collections::BTreeSet;
use std::path::Path;

use super::accept::{Expected, Written, write_file};
use super::error::EngineError;
use super::observer::Observer;
use super::options::Options;
use super::prompt::Prompt;
use super::revision::Revision;
use super::turn::Turn;
use crate::chat::Message;
use crate::check::Checker;
use crate::check::difference;
use crate::finding::wire::WireFinding;
use crate::finding::{Severity, Verdict};
use crate::model::{Backend, Reply};
use crate::plan::Change;
use crate::session::{Entry, Origin, Source, drop_from, drop_revision, sha256};
use crate::text::{Diff, diff};
use crate::yaml::Document;

/// A conversation. Built with [`Conversation::new`], driven by [`Conversation::turn`].
pub struct Conversation {
    pub(super) options: Options,
    pub(super) checker: Checker,
    pub(super) turns: Vec<Turn>,
    pub(super) revisions: Vec<Revision>,
    /// The least number that no revision has had, those that were taken back included: a number means one text.
    pub(super) next: usize,
    /// The number of the revision that stands.
    pub(super) present: Option<usize>,
    /// A prompt that got no reply.
    pub(super) unanswered: Option<Prompt>,
    /// Another model than the backend's own.
    pub(super) model: Option<String>,
    /// What was told and still counts.
    pub(super) entries: Vec<Entry>,
    /// Revisions whose credentials a session file has masked: to write them would write the masks.
    pub(super) masked: Vec<usize>,
    /// What stands on disk, as far as we read or wrote it.
    pub(super) on_disk: Expected,
    /// Hashes of texts that were written in this session, also in turns that were taken back: to write over one of
    /// them loses nothing.
    pub(super) written: BTreeSet<String>,
    tokens: u64,
    /// Some of the tokens are an estimate.
    estimated: bool,
    elapsed_ms: u64,
}

impl Conversation {
    /// A conversation in which nothing was said.
    pub fn new(options: Options, checker: Checker) -> Self {
        Self {
            options,
            checker,
            turns: Vec::new(),
            revisions: Vec::new(),
            next: 0,
            present: None,
            unanswered: None,
            model: None,
            entries: Vec::new(),
            masked: Vec::new(),
            on_disk: Expected::Absent,
            written: BTreeSet::new(),
            tokens: 0,
            estimated: false,
            elapsed_ms: 0,
        }
    }

    /// Begins from the file as it is: revision 0. To be called before the first turn.
    pub fn begin_with(&mut self, text: impl Into<String>, observer: &mut dyn Observer) {
        let text = text.into();
        self.on_disk = Expected::Hash(sha256(text.as_bytes()));
        self.present = Some(self.revise(0, 0, Source::File, Document::read(text), observer));
    }

    /// Takes a person's own edit of the file as a revision; the present one where the text is the same.
    /// Its number is given.
    pub fn edit(&mut self, text: impl Into<String>, observer: &mut dyn Observer) -> usize {
        let number = self.revise(self.turns.len(), 0, Source::Edit, Document::read(text), observer);
        self.present = Some(number);
        number
    }

    /// Takes the file as it stands on disk: revision 0 where nothing was said yet, else a revision as an edit is one.
    /// From now on it may be written over. Its number is given.
    pub fn reload(&mut self, text: impl Into<String>, observer: &mut dyn Observer) -> usize {
        let text = text.into();
        self.on_disk = Expected::Hash(sha256(text.as_bytes()));
        if self.turns.is_empty() && self.revisions.is_empty() {
            self.begin_with(text, observer);
            return 0;
        }
        self.edit(text, observer)
    }

    /// Checks a text, as it was read, and makes it a revision, unless it is the present one's.
    pub(super) fn revise(
        &mut self,
        turn: usize,
        attempt: usize,
        source: Source,
        document: Document,
        observer: &mut dyn Observer,
    ) -> usize {
        let same = self.present.filter(|number| self.text_of(*number) == Some(document.text()));
        // The file as it was found is revision 0, whatever was taken back before it.
        let number = same.unwrap_or_else(|| if source == Source::File { 0 } else { self.next.max(1) });
        self.next = self.next.max(number + 1);
        if same.is_none() {
            let kept = (source != Source::Reply).then(|| document.text().to_owned());
            let revision = Revision::new(number, turn, attempt, source, self.checker.check_document(document));
            let (path, sha256) = (self.options.path.clone(), revision.sha256.clone());
            self.revisions.push(revision);
            self.tell(Entry::Revision { turn, number, path, sha256, source, text: kept }, observer);
        }
        self.tell_verdict(turn, Some(number), observer);
        number
    }

    /// Tells the verdict of a revision, in the turn that has brought it or has brought it again.
    pub(super) fn tell_verdict(&mut self, turn: usize, number: Option<usize>, observer: &mut dyn Observer) {
        let Some(Revision { number, checked, .. }) = number.and_then(|number| self.at(number)) else { return };
        let findings = checked.findings.iter().map(|finding| WireFinding::new(finding, &checked.document)).collect();
        let (revision, verdict) = (*number, checked.verdict);
        self.tell(Entry::Verdict { turn, revision, verdict, findings }, observer);
    }

    /// Sends the last prompt again: one that got no reply, or the last turn's, which is taken back.
    ///
    /// # Errors
    /// As [`Conversation::turn`], and when nothing was asked.
    pub fn retry(&mut self, backend: &mut dyn Backend, observer: &mut dyn Observer) -> Result<&Turn, EngineError> {
        let prompt = match self.unanswered.take() {
            Some(prompt) => prompt,
            None => {
                let prompt = self.turns.last().and_then(|turn| turn.attempts.first()).map(|first| first.prompt.clone());
                let prompt = prompt.ok_or(EngineError::NothingToRetry)?;
                self.undo(1, observer)?;
                prompt
            }
        };
        self.turn(prompt, backend, observer)
    }

    /// Takes the last turns back, and with them their revisions and edits. What is on disk stays. The last prompt that
    /// was taken back is given, for an editor. A prompt without a reply counts as a turn.
    ///
    /// # Errors
    /// There are not so many turns.
    pub fn undo(&mut self, count: usize, observer: &mut dyn Observer) -> Result<Option<Prompt>, EngineError> {
        let unanswered = self.unanswered.clone();
        let have = self.turns.len() + usize::from(unanswered.is_some());
        if count == 0 || count > have {
            return Err(EngineError::NothingToUndo { have, asked: count });
        }
        let keep = have - count;
        let first = self.turns.get(keep).and_then(|turn| turn.attempts.first()).map(|first| first.prompt.clone());
        self.unanswered = None;
        self.turns.truncate(keep);
        // An edit belongs to the turn before it, and goes when that turn goes.
        drop_from(&mut self.revisions, keep + 1, true, |revision| revision.turn);
        let last = self.revisions.last().map_or(0, |last| last.number);
        self.masked.retain(|number| *number <= last);
        self.stand();
        let entry = Entry::Undo { turn: keep + 1, revision: None };
        observer.entry(&entry);
        drop_from(&mut self.entries, keep + 1, true, Entry::turn);
        Ok(first.or(unanswered))
    }

    /// Takes back what a person has edited last, where nothing was asked since. Its number is given.
    pub fn undo_edit(&mut self, observer: &mut dyn Observer) -> Option<usize> {
        let turn = self.turns.len();
        let is_edit = |last: &mut Revision| last.source == Source::Edit && last.turn == turn;
        if self.unanswered.is_some() {
            return None;
        }
        let number = self.revisions.pop_if(is_edit)?.number;
        self.masked.retain(|masked| *masked != number);
        self.stand();
        observer.entry(&Entry::Undo { turn: turn + 1, revision: Some(number) });
        drop_revision(&mut self.entries, number);
        Some(number)
    }

    /// Finds the revision that stands once others were taken back.
    fn stand(&mut self) {
        self.present = match self.revisions.last() {
            Some(last) if last.source == Source::Edit => Some(last.number),
            _ => {
                let of_turns = self.turns.iter().rev().find_map(|turn| turn.revision);
                of_turns.or(self.revisions.first().map(|first| first.number))
            }
        };
    }

    /// A conversation of its own that goes on after `turn` (0: from the beginning). Its entries, for its own session,
    /// go to the observer.
    ///
    /// # Errors
    /// There are not so many turns.
    pub fn fork(&self, turn: usize, observer: &mut dyn Observer) -> Result<Self, EngineError> {
        if turn > self.turns.len() {
            return Err(EngineError::NoTurn { have: self.turns.len(), asked: turn });
        }
        let mut fork = Self::new(self.options.clone(), self.checker.clone());
        fork.model.clone_from(&self.model);
        let entries: Vec<Entry> = self.entries.iter().filter(|entry| entry.turn() <= turn).cloned().collect();
        fork.restore(&entries, observer);
        fork.on_disk.clone_from(&self.on_disk);
        fork.written.clone_from(&self.written);
        Ok(fork)
    }

    /// Writes a revision (the present one without a number) to the file below `root`. `force` writes one that is not
    /// accepted, and over a file that changed.
    ///
    /// # Errors
    /// There is no such revision, it is not accepted, or the file can't be written.
    pub fn accept(
        &mut self,
        number: Option<usize>,
        root: &Path,
        force: bool,
        observer: &mut dyn Observer,
    ) -> Result<Written, EngineError> {
        let number = number.or(self.present).ok_or_else(|| self.no_revision(None))?;
        let revision = self.revision(number)?;
        if revision.verdict() != Verdict::Accepted && !force {
            let (verdict, errors) = (revision.verdict(), revision.count(Severity::Error));
            return Err(EngineError::NotAccepted { number, verdict, errors });
        }
        if self.masked.contains(&number) {
            return Err(EngineError::Masked { number });
        }
        let expected = if force { Expected::Anything } else { self.expected(root) };
        let written = write_file(root, Path::new(&self.options.path), revision.text(), &expected)?;
        self.take(number, observer);
        Ok(written)
    }

    /// Notes that a revision was accepted and stands on disk.
    pub fn take(&mut self, number: usize, observer: &mut dyn Observer) {
        let Some(revision) = self.at(number) else { return };
        let (turn, sha256, path) = (self.turns.len(), revision.sha256.clone(), self.options.path.clone());
        self.on_disk = Expected::Hash(sha256.clone());
        self.written.insert(sha256.clone());
        self.tell(Entry::Accepted { turn, revision: number, path, sha256 }, observer);
    }

    /// What differs between two revisions as text; without `from` everything is new.
    ///
    /// # Errors
    /// There is no such revision.
    pub fn diff(&self, from: Option<usize>, to: usize) -> Result<Diff, EngineError> {
        let before = from.map(|number| self.revision(number)).transpose()?.map_or("", Revision::text);
        Ok(diff(before, self.revision(to)?.text(), 3))
    }

    /// What differs between two revisions in meaning.
    ///
    /// # Errors
    /// There is no such revision.
    pub fn meaning(&self, from: usize, to: usize) -> Result<Vec<Change>, EngineError> {
        let (from, to) = (self.revision(from)?, self.revision(to)?);
        Ok(difference((&self.checker, &from.checked), (&self.checker, &to.checked)))
    }

    /// The turns.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The revisions, by number.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// A revision.
    ///
    /// # Errors
    /// There is none with this number.
    pub fn revision(&self, number: usize) -> Result<&Revision, EngineError> {
        self.at(number).ok_or_else(|| self.no_revision(Some(number)))
    }

    /// The revision that stands: the best of the last turn that had one, or a later edit.
    pub fn present(&self) -> Option<&Revision> {
        self.at(self.present?)
    }

    /// A prompt that got no reply.
    pub fn unanswered(&self) -> Option<&Prompt> {
        self.unanswered.as_ref()
    }

    /// What was told and still counts.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The checker.
    pub fn checker(&self) -> &Checker {
        &self.checker
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The options, to change how the conversation goes on.
    pub fn options_mut(&mut self) -> &mut Options {
        &mut self.options
    }

    /// Asks another model from now on; `None` is the backend's own.
    pub fn set_model(&mut self, model: Option<String>) {
        self.model = model;
    }

    /// Tokens so far, sent and received; estimated where the backend does not count.
    pub fn tokens(&self) -> u64 {
        self.tokens
    }

    /// Whether some of the tokens are an estimate.
    pub fn estimated(&self) -> bool {
        self.estimated
    }

    /// Milliseconds that the backend has answered for.
    pub fn elapsed_ms(&self) -> u64 {
        self.elapsed_ms
    }

    /// A revision by its number.
    pub(super) fn at(&self, number: usize) -> Option<&Revision> {
        self.revisions.get(self.revisions.binary_search_by_key(&number, |revision| revision.number).ok()?)
    }

    pub(super) fn text_of(&self, number: usize) -> Option<&str> {
        self.at(number).map(Revision::text)
    }

    pub(super) fn tell(&mut self, entry: Entry, observer: &mut dyn Observer) {
        observer.entry(&entry);
        if let Entry::Prompt { turn, origin: Origin::User | Origin::Script, .. } = &entry {
            drop_from(&mut self.entries, *turn, true, Entry::turn);
        }
        // What is accepted while a later prompt has no answer belongs before that prompt: turns go up.
        let later = self.entries.iter().rev().take_while(|known| known.turn() > entry.turn()).count();
        self.entries.insert(self.entries.len() - later, entry);
    }

    /// Counts what a reply has cost, also one that came before a session was taken up; `messages` is what it answers.
    pub(super) fn count(&mut self, messages: impl FnOnce(&Self) -> Vec<Message>, reply: &Reply) {
        self.elapsed_ms += reply.elapsed_ms;
        self.tokens += match reply.usage {
            Some(usage) => usage.prompt + usage.completion,
            None => {
                self.estimated = true;
                let sent: usize = messages(self).iter().map(|message| message.text.len()).sum();
                u64::try_from((sent + reply.text.len()).div_ceil(4)).unwrap_or(u64::MAX)
            }
        };
    }

    /// The cap that is reached, in words.
    pub(super) fn cap(&self) -> Option<String> {
        let limits = self.options.limits;
        if let Some(most) = limits.tokens.filter(|most| self.tokens >= *most) {
            return Some(format!("the cap of {most} tokens is reached ({} used); raise it to go on", self.tokens));
        }
        let most = limits.elapsed_ms.filter(|most| self.elapsed_ms >= *most)?;
        Some(format!("the cap of {} s of waiting is reached; raise it to go on", most / 1000))
    }

    fn no_revision(&self, number: Option<usize>) -> EngineError {
        EngineError::NoRevision(match (number, self.revisions.first(), self.revisions.last()) {
            (Some(number), Some(first), Some(last)) => {
                let taken = if number < self.next { " any more" } else { "" };
                format!("there is no revision {number}{taken}; there are {} to {}", first.number, last.number)
            }
            _ => "there is no file yet: no reply has brought a whole one".to_owned(),
        })
    }
}
