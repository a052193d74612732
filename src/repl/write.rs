//! What touches the file on disk: a revision is written, or the file is taken up.

use std::io;

use super::act::no_number;
use super::keeper::{Keeper, judged};
use super::opening::read_file;
use super::run::Repl;
use crate::engine::{AcceptError, EngineError};
use crate::session::Entry;

impl Repl<'_, '_> {
    pub(super) fn accept(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let force = arguments.iter().any(|word| word == "force");
        let number = match arguments.iter().find(|word| *word != "force") {
            Some(word) => match word.parse::<usize>() {
                Ok(number) => Some(number),
                Err(_) => return Ok(Err(no_number(word))),
            },
            None => None,
        };
        let (root, who) = (self.options.root.clone(), self.opened.backend.name());
        let mut keeper = Keeper::new(self.screen, &mut self.opened.book, who, &self.options.checker);
        let written = self.opened.conversation.accept(number, &root, force, &mut keeper);
        std::mem::replace(&mut keeper.broken, Ok(()))?;
        let named = self.options.named.clone();
        match written {
            Ok(written) => {
                let what = if written.changed { "is written" } else { "stands there already" };
                let number = number.or_else(|| self.opened.conversation.present().map(|present| present.number));
                self.screen.note(&format!("revision {} {what}: {named}", number.unwrap_or_default())).map(Ok)
            }
            Err(error @ EngineError::NotAccepted { .. }) => Ok(Err(format!("{error} (`/accept force`)"))),
            Err(EngineError::Accept(error)) => {
                let moves = match error {
                    AcceptError::Changed { .. } => " (`/reload`, `/accept force`)",
                    // Force is no way out of these.
                    AcceptError::Outside { .. } | AcceptError::Io { .. } => "",
                };
                Ok(Err(format!("{}{moves}", error.naming(&named))))
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// Takes the file on disk as a revision.
    pub(super) fn reload(&mut self) -> io::Result<Result<(), String>> {
        let text = match read_file(&self.options) {
            Ok(text) => text,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let before = self.opened.conversation.present().map(|revision| revision.number);
        let number = self.opened.conversation.reload(text, &mut self.opened.book);
        let conversation = &self.opened.conversation;
        let before = before.and_then(|number| conversation.revision(number).ok());
        match conversation.revision(number) {
            Ok(revision) if before.is_some_and(|before| before.number == number) => {
                self.screen.note(&format!("{} is revision {} as it is", self.options.named, revision.number)).map(Ok)
            }
            Ok(revision) => judged(self.screen, &self.options.checker, revision, before, 5).map(Ok),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// How many acceptances count at present.
    pub(super) fn acceptances(&self) -> usize {
        let entries = self.opened.conversation.entries().iter();
        entries.filter(|entry| matches!(entry, Entry::Accepted { .. })).count()
    }

    /// Names the next step after an accepted revision that is not on disk, once in a chat.
    pub(super) fn next_step(&mut self) -> io::Result<()> {
        let Some(revision) = self.opened.conversation.present() else { return Ok(()) };
        let accepted = revision.verdict() == crate::finding::Verdict::Accepted;
        if self.told_accept || !accepted || self.opened.conversation.stands_on_disk(revision) {
            return Ok(());
        }
        self.told_accept = true;
        self.screen.note(&format!("`/accept` writes it to {}", self.options.named))
    }
}
