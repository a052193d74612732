//! What touches the file on disk: a revision is written, or the file is taken up.

use std::io;

use super::act::no_number;
use super::keeper::{Keeper, judged};
use super::opening::read_file;
use super::run::Repl;
use crate::engine::{AcceptError, EngineError, large_loss};
use crate::session::Entry;
use crate::text::diff;

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
        let conversation = &self.opened.conversation;
        // What is replaced is what stands there now, whoever wrote it.
        let before = read_file(&self.options).ok();
        let known = conversation.ground().filter(|ground| Some(ground.text()) == before.as_deref());
        let known = known.map(|ground| ground.number);
        let meant = match number {
            Some(number) => conversation.revision(number).ok(),
            None => conversation.present(),
        };
        let meant = meant.map(|revision| (revision.number, revision.text().to_owned()));
        if let Some((number, _)) = meant.as_ref().filter(|(_, text)| self.screen.hides(text)) {
            return Ok(Err(format!(
                "revision {number} holds the key that this chat asks with, so it is not written, nor by force; take it out \
                 (`/edit draft`)"
            )));
        }
        let (root, who) = (self.options.root.clone(), self.opened.backend.name());
        let mut keeper = Keeper::new(self.screen, &mut self.opened.book, who, &self.options.checker);
        let written = self.opened.conversation.accept(number, &root, force, &mut keeper);
        std::mem::replace(&mut keeper.broken, Ok(()))?;
        let named = self.options.named.clone();
        match written {
            Ok(written) => {
                let what = if written.changed { "is written" } else { "stands there already" };
                let (number, text) = meant.unwrap_or_default();
                let Some(before) = before.filter(|_| written.changed) else {
                    return self.screen.note(&format!("revision {number} {what}: {named}")).map(Ok);
                };
                let counts = diff(&before, &text, 0).counts();
                self.screen.note(&format!("revision {number} {what}: {named} ({counts})"))?;
                if let Some(loss) = large_loss(&before, &text) {
                    let moves = known.map(|from| {
                        format!("; `/diff {from} {number}` shows them, `/accept {from} force` brings them back")
                    });
                    self.screen.warning(&format!("{loss} that stood there are gone{}", moves.unwrap_or_default()))?;
                }
                Ok(Ok(()))
            }
            Err(error @ EngineError::NotAccepted { number, .. }) => {
                let number = arguments.iter().any(|word| word != "force").then(|| format!("{number} "));
                Ok(Err(format!("{error} (`/accept {}force`)", number.unwrap_or_default())))
            }
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
            Ok(revision) => judged(self.screen, &self.options.checker, revision, [before, None], 5).map(Ok),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// How many acceptances count at present.
    pub(super) fn acceptances(&self) -> usize {
        let entries = self.opened.conversation.entries().iter();
        entries.filter(|entry| matches!(entry, Entry::Accepted { .. })).count()
    }

    /// Names the next step after an accepted revision that is not on disk, and what it takes from the file there.
    pub(super) fn next_step(&mut self) -> io::Result<()> {
        let Some(revision) = self.opened.conversation.present() else { return Ok(()) };
        let accepted = revision.verdict() == crate::finding::Verdict::Accepted;
        if !accepted || self.opened.conversation.stands_on_disk(revision) {
            return Ok(());
        }
        let ground = self.opened.conversation.ground();
        let loss = ground.and_then(|ground| Some((ground.number, large_loss(ground.text(), revision.text())?)));
        if let Some((ground, loss)) = loss {
            let (number, named) = (revision.number, &self.options.named);
            return self.screen.warning(&format!(
                "`/accept` would take {loss} from {named}: `/diff {ground} {number}` shows them, `/repair` asks for them back"
            ));
        }
        self.screen.note(&format!("`/accept` writes it to {}", self.options.named))
    }
}
