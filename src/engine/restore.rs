//! A conversation from its entries: what was said is taken as it is, what follows from it is concluded again.

use super::conversation::Conversation;
use super::observer::Observer;
use super::prompt::Prompt;
use super::turn::{Stop, Turn};
use crate::model::{Finish, Reply, Usage};
use crate::session::{Entry, Origin, Source, looks_masked, sha256, surviving};

/// The number that the session gave to the revision which an entry brings; 0 where it brings none.
fn numbered(entries: &[&Entry], at: usize) -> usize {
    let of_reply = |entry: &&Entry| match entry {
        Entry::Revision { source: Source::Reply, number, .. } => Some(*number),
        _ => None,
    };
    let behind = entries.get(at..).unwrap_or_default();
    match behind.first() {
        Some(Entry::Reply { .. }) => {
            let own =
                behind.iter().skip(1).take_while(|entry| !matches!(entry, Entry::Prompt { .. } | Entry::Reply { .. }));
            own.filter_map(of_reply).next().unwrap_or(0)
        }
        Some(Entry::Revision { source: Source::File | Source::Edit, number, .. }) => *number,
        _ => 0,
    }
}

impl Conversation {
    /// Takes up a session: its prompts, replies, edits and acceptances. The observer is told what is concluded from
    /// them today. To be called on a new conversation.
    pub fn restore(&mut self, entries: &[Entry], observer: &mut dyn Observer) {
        self.restore_over(entries, None, observer);
    }

    /// The same, with the file as it is `found` on disk now. Credentials are masked in a session, so where it is still the
    /// file that the session began with, its own bytes count.
    pub fn restore_over(&mut self, entries: &[Entry], found: Option<&str>, observer: &mut dyn Observer) {
        self.written.extend(entries.iter().filter_map(|entry| match entry {
            Entry::Accepted { sha256, .. } => Some(sha256.clone()),
            _ => None,
        }));
        let mut asked: Option<Prompt> = None;
        let kept = surviving(entries);
        for (at, entry) in kept.iter().enumerate() {
            self.next = self.next.max(numbered(&kept, at));
            match *entry {
                Entry::Prompt { origin, text, .. } => {
                    let prompt = Prompt { origin: *origin, text: text.clone() };
                    let turn = self.turns.len() + usize::from(prompt.origin != Origin::Repair);
                    self.tell(Entry::Prompt { turn, origin: *origin, text: text.clone() }, observer);
                    asked = Some(prompt);
                }
                Entry::Reply { text, finish, usage, elapsed_ms, .. } => {
                    let Some(prompt) = asked.take() else { continue };
                    let reply = Reply {
                        text: text.clone(),
                        finish: finish.as_deref().map_or(Finish::Unknown, Finish::from_word),
                        usage: usage.map(|usage| Usage { prompt: usage.prompt, completion: usage.completion }),
                        elapsed_ms: elapsed_ms.unwrap_or_default(),
                    };
                    self.take_reply(prompt, reply, observer);
                }
                Entry::Revision { source: Source::File, text: Some(text), sha256: hash, .. } => {
                    let text = found.filter(|found| sha256(found.as_bytes()) == *hash).unwrap_or(text);
                    self.begin_with(text, observer);
                    self.set_on_disk(super::Expected::Hash(hash.clone()));
                    self.mark(0, hash);
                }
                Entry::Revision { source: Source::Edit, text: Some(text), sha256: hash, .. } => {
                    let number = self.edit(text.clone(), observer);
                    self.mark(number, hash);
                }
                Entry::Revision { source: Source::Reply, number, sha256: hash, .. } => self.mark(*number, hash),
                Entry::Accepted { sha256, .. } => {
                    let meant = self.revisions.iter().rev().find(|revision| revision.sha256 == *sha256);
                    let number = meant.map(|revision| revision.number);
                    match number {
                        Some(number) => self.take(number, observer),
                        None => self.set_on_disk(super::Expected::Hash(sha256.clone())),
                    }
                }
                Entry::Failure { turn, reason, text } => {
                    let entry = Entry::Failure { turn: *turn, reason: reason.clone(), text: text.clone() };
                    self.tell(entry, observer);
                }
                _ => {}
            }
        }
        // What was written and then taken back stands on disk all the same.
        let written = entries.iter().rev().find(|entry| matches!(entry, Entry::Accepted { .. }));
        if let Some(entry @ Entry::Accepted { sha256, .. }) = written
            && !kept.iter().any(|kept| std::ptr::eq(*kept, entry))
        {
            self.set_on_disk(super::Expected::Hash(sha256.clone()));
        }
        let numbers = entries.iter().filter_map(Entry::number).max();
        self.next = self.next.max(numbers.map_or(0, |number| number + 1));
        self.unanswered = asked.filter(|prompt| prompt.origin != Origin::Repair);
    }

    /// Notes a revision whose text is not the one that was checked, but for its masks.
    fn mark(&mut self, number: usize, hash: &str) {
        if self.at(number).is_some_and(|revision| revision.sha256 != hash && looks_masked(revision.text())) {
            self.masked.push(number);
        }
    }

    fn take_reply(&mut self, prompt: Prompt, reply: Reply, observer: &mut dyn Observer) {
        if prompt.origin != Origin::Repair || self.turns.is_empty() {
            let number = self.turns.len() + 1;
            let before = self.present;
            self.turns.push(Turn { number, attempts: Vec::new(), before, revision: None, stop: Stop::NotAsked });
        }
        let turn = self.turns.len();
        let attempt = self.turns.last().map_or(0, |turn| turn.attempts.len());
        self.count(|conversation| conversation.messages(&prompt), &reply);
        self.conclude(turn, attempt, prompt, reply, observer);
        let accepted = self.turns.last().and_then(|turn| turn.revision).and_then(|number| self.at(number));
        let accepted = accepted.is_some_and(|revision| revision.verdict() == crate::finding::Verdict::Accepted);
        if accepted && let Some(turn) = self.turns.last_mut() {
            turn.stop = Stop::Accepted;
        }
    }
}
