//! How a session is taken up again: what was said last, what stands, and what is on disk.

use std::io;

use super::keeper::{Book, line};
use super::run::Repl;
use crate::engine::{Conversation, Expected};
use crate::session::{Source, sha256};

/// Lines of the last answer that are shown.
const LAST: usize = 4;

/// Notes what a program that was killed had written and not yet said: the file on disk is a revision of a reply.
/// Its number, where there was something to note.
pub(super) fn note_written(conversation: &mut Conversation, found: Option<&str>, book: &mut Book) -> Option<usize> {
    let hash = sha256(found?.as_bytes());
    let revision = conversation.revisions().iter().rev().find(|revision| revision.sha256 == hash)?;
    if conversation.stands_on_disk(revision) {
        return None;
    }
    let (number, source) = (revision.number, revision.source);
    if source == Source::Reply {
        conversation.take(number, book);
        return Some(number);
    }
    conversation.set_on_disk(Expected::Hash(hash));
    None
}

/// How the file on disk and the revision that stands go together, in a sentence.
pub(super) fn on_disk(conversation: &Conversation, named: &str, found: Option<&str>) -> String {
    let Some(text) = found else { return format!("{named} is not there yet") };
    let hash = sha256(text.as_bytes());
    match conversation.revisions().iter().rev().find(|revision| revision.sha256 == hash) {
        Some(revision) => format!("{named} on disk is revision {}", revision.number),
        None if conversation.has_written(&hash) => {
            format!("{named} on disk is a revision that was taken back; `/reload` takes it as one")
        }
        None => format!("{named} on disk is none of the revisions; `/reload` takes it as one"),
    }
}

impl Repl<'_, '_> {
    /// Where the conversation stands, for somebody who was away.
    pub(super) fn welcome_back(&mut self) -> io::Result<()> {
        let conversation = &self.opened.conversation;
        let exchange = conversation.turns().last().and_then(|turn| {
            Some((turn.attempts.first()?.prompt.text.clone(), turn.attempts.last()?.reply.text.clone()))
        });
        if let Some((prompt, reply)) = exchange {
            self.screen.note(&format!("the last prompt: {}", first_line(&prompt)))?;
            for line in end_of(&reply) {
                self.screen.line(&format!("  {line}"))?;
            }
        }
        let conversation = &self.opened.conversation;
        if let Some(revision) = conversation.present() {
            line(self.screen, revision, Some(revision))?;
        }
        let disk = on_disk(conversation, &self.options.named, self.opened.found.as_deref());
        self.screen.note(&disk)?;
        if let Some(prompt) = conversation.unanswered() {
            let prompt = first_line(&prompt.text);
            self.screen.note(&format!("no reply came to the prompt `{prompt}`: /retry sends it again"))?;
        }
        Ok(())
    }
}

/// The beginning of a prompt, on one line.
fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let short: String = line.chars().take(70).collect();
    if short.len() < text.trim().len() { format!("{short}…") } else { short }
}

/// The last lines of an answer outside of code.
fn end_of(reply: &str) -> Vec<&str> {
    let mut code = false;
    let mut said: Vec<&str> = Vec::new();
    for line in reply.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if !code && !line.trim().is_empty() {
            said.push(line.trim());
        }
    }
    said.split_off(said.len().saturating_sub(LAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_answer_is_what_stands_outside_of_code() {
        let reply = "One.\n\nTwo.\n```yaml\nimage: x\n```\nThree.\nFour.\n\nFive.\n";
        assert_eq!(end_of(reply), ["Two.", "Three.", "Four.", "Five."]);
        assert_eq!(end_of("```yaml\nimage: x\n```\n"), Vec::<&str>::new());
        assert_eq!(first_line("\n  short  \n"), "short");
        assert_eq!(first_line("one\ntwo"), "one…");
    }
}
