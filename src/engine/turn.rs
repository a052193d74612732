//! The whole way of a turn on one screen: prompt, reply, candidates, document, findings, verdict, revision, repair.

use std::borrow::Cow;

use super::attempt::{Attempt, YamlKind};
use super::conversation::Conversation;
use super::error::EngineError;
use super::observer::{Attempted, Observer};
use super::prompt::Prompt;
use super::repair::Next;
use crate::model::{Backend, BackendError, Finish, Reply, Request};
use crate::session::{Entry, Origin, Source, Usage};
use crate::yaml::Document;

/// A prompt with all its attempts.
#[derive(Clone, Debug)]
pub struct Turn {
    /// The turn, from 1.
    pub number: usize,
    /// The answer to the prompt, and those to its repairs.
    pub attempts: Vec<Attempt>,
    /// The revision that stood before it.
    pub before: Option<usize>,
    /// The best revision that came of it.
    pub revision: Option<usize>,
    /// Why no further repair was sent.
    pub stop: Stop,
}

/// Why a turn ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The file is accepted.
    Accepted,
    /// The reply has no whole file, so there is nothing to repair.
    NoFile,
    /// Nothing can be repaired by asking: no rule found an error, and a layer could not run.
    Undecided,
    /// Repairs are off, or only sent when asked for.
    NotAsked,
    /// The file has the errors that it had when it was found, so many: none is new and none is mended, and the person has
    /// asked for something else.
    AsFound(usize),
    /// As many rounds as there may be.
    Rounds(usize),
    /// A round was answered with words alone: a question, say.
    Words,
    /// A round made nothing better.
    NoProgress,
    /// A round dropped a large part of the file: how much.
    Lost(String),
    /// A round broke rules that held, by id.
    Broke(Vec<String>),
    /// A cap was reached: which.
    Cap(String),
    /// The backend failed in a repair; what came before it stands.
    Failed(BackendError),
}

impl Stop {
    /// The reason in words, where there is something to say.
    pub fn words(&self) -> Option<String> {
        match self {
            Self::Accepted | Self::NoFile | Self::NotAsked => None,
            Self::Undecided => Some("a layer could not run, and no finding says why".to_owned()),
            Self::AsFound(1) => {
                Some("its error stood in the file as it was found, so it is not sent back unasked".to_owned())
            }
            Self::AsFound(errors) => Some(format!(
                "its {errors} errors stood in the file as it was found, so they are not sent back unasked"
            )),
            Self::Rounds(1) => Some("one round of repair did not settle it".to_owned()),
            Self::Rounds(rounds) => Some(format!("{rounds} rounds of repair did not settle it")),
            Self::Words => Some("the repair was answered with words alone, so no other is sent".to_owned()),
            Self::NoProgress => Some("the last repair made nothing better, so no other is sent".to_owned()),
            Self::Lost(loss) => {
                Some(format!("the last repair dropped a large part of the file, so it does not count: {loss} are gone"))
            }
            Self::Broke(rules) => {
                Some(format!("the last repair broke what held, so no other is sent: {}", rules.join(", ")))
            }
            Self::Cap(reason) => Some(reason.clone()),
            // Their own next move, the prompt again, would take the turn back.
            Self::Failed(BackendError::Interrupted { .. }) => Some("the repair was interrupted".to_owned()),
            Self::Failed(BackendError::Broken { why, .. }) => Some(format!("the repair broke off: {why}")),
            Self::Failed(error) => Some(format!("the repair got no reply: {error}")),
        }
    }
}

impl Turn {
    /// How its repairs ended, in words; `None` where there was nothing to repair.
    pub fn ending(&self) -> Option<String> {
        let repairs = self.attempts.len().saturating_sub(1);
        match &self.stop {
            Stop::Accepted if repairs == 1 => Some("accepted after one repair".to_owned()),
            Stop::Accepted if repairs > 1 => Some(format!("accepted after {repairs} repairs")),
            Stop::NoFile if repairs > 0 => {
                Some("the last reply has no whole file, so there is nothing to repair".to_owned())
            }
            Stop::Accepted | Stop::NoFile => None,
            Stop::NotAsked => self.revision.map(|_| "no repair is sent unless it is asked for".to_owned()),
            other => other.words(),
        }
    }
}

impl Conversation {
    /// Sends a prompt and concludes what follows from the reply, repairs included.
    ///
    /// # Errors
    /// No reply came to the prompt, or a cap forbids to ask. The prompt is kept for [`Conversation::retry`].
    pub fn turn(
        &mut self,
        prompt: Prompt,
        backend: &mut dyn Backend,
        observer: &mut dyn Observer,
    ) -> Result<&Turn, EngineError> {
        let number = self.turns.len() + 1;
        self.unanswered = Some(prompt.clone());
        if let Some(reason) = self.cap() {
            return Err(EngineError::Cap(reason));
        }
        let before = self.present;
        self.turns.push(Turn { number, attempts: Vec::new(), before, revision: None, stop: Stop::NotAsked });
        if let Err(error) = self.attempt(prompt, backend, observer) {
            self.turns.pop();
            return Err(EngineError::Backend { turn: number, error });
        }
        self.unanswered = None;
        match self.as_found().filter(|_| self.rounds() > 0) {
            Some(stop) => self.stop(stop),
            None => self.repair_loop(self.rounds(), 1, backend, observer),
        }
        Ok(self.turns.last().unwrap_or_else(|| unreachable!("a turn was pushed above")))
    }

    /// Sends repairs, `rounds` behind the first `begun` attempts, until there is a reason to stop.
    pub(super) fn repair_loop(
        &mut self,
        rounds: usize,
        begun: usize,
        backend: &mut dyn Backend,
        observer: &mut dyn Observer,
    ) {
        loop {
            let made = self.turns.last().map_or(0, |turn| turn.attempts.len()) - begun;
            let stop = match self.next(made, rounds) {
                Next::Stop(stop) => stop,
                Next::Ask(prompt) => match self.attempt(prompt, backend, observer) {
                    Ok(()) => continue,
                    Err(error) => Stop::Failed(error),
                },
            };
            return self.stop(stop);
        }
    }

    pub(super) fn stop(&mut self, stop: Stop) {
        if let Some(turn) = self.turns.last_mut() {
            turn.stop = stop;
        }
    }

    /// One request and what its reply comes to, at the end of the last turn.
    pub(super) fn attempt(
        &mut self,
        prompt: Prompt,
        backend: &mut dyn Backend,
        observer: &mut dyn Observer,
    ) -> Result<(), BackendError> {
        let turn = self.turns.len();
        let attempt = self.turns.last().map_or(0, |turn| turn.attempts.len());
        let messages = self.messages(&prompt);
        let request = Request { turn, attempt, messages, model: self.model.clone() };
        self.tell(Entry::Prompt { turn, origin: prompt.origin, text: prompt.text.clone() }, observer);
        let reply = match backend.reply(&request, &mut |delta| observer.delta(delta)) {
            Ok(reply) => reply,
            Err(error) => {
                let text = error.text().unwrap_or_default().to_owned();
                self.tell(Entry::Failure { turn, reason: error.to_string(), text }, observer);
                return Err(error);
            }
        };
        self.count(|_| request.messages, &reply);
        self.conclude(turn, attempt, prompt, reply, observer);
        Ok(())
    }

    /// What follows from a reply: a revision, its verdict, and which revision is the present one.
    pub(super) fn conclude(
        &mut self,
        turn: usize,
        attempt: usize,
        prompt: Prompt,
        reply: Reply,
        observer: &mut dyn Observer,
    ) {
        let present = self.present().map(|revision| &revision.checked.document);
        let (mut attempt, document) = Attempt::read(turn, attempt, prompt, reply, present);
        let usage = attempt.reply.usage.map(|usage| Usage { prompt: usage.prompt, completion: usage.completion });
        let finish = (attempt.reply.finish != Finish::Unknown).then(|| attempt.reply.finish.word().to_owned());
        let (text, elapsed_ms) = (attempt.reply.text.clone(), Some(attempt.reply.elapsed_ms));
        self.tell(Entry::Reply { turn, text, finish, usage, elapsed_ms }, observer);
        let before = self.present;
        if let Some(document) = document {
            let document = match super::adapted(document.text(), before.and_then(|number| self.text_of(number))) {
                Cow::Borrowed(text) if text.len() == document.text().len() => document,
                text => Document::read(text),
            };
            attempt.revision = Some(self.revise(turn, attempt.number, Source::Reply, document, observer));
        } else if attempt.yaml() == YamlKind::File {
            attempt.revision = before;
            self.tell_verdict(turn, before, observer);
        }
        if let Some(turn) = self.turns.last_mut() {
            turn.attempts.push(attempt);
        }
        self.settle(before);
        let Some(attempt) = self.turns.last().and_then(|turn| turn.attempts.last()) else { return };
        let [revision, before] = [attempt.revision, before].map(|number| number.and_then(|n| self.at(n)));
        observer.attempted(Attempted { attempt, revision, before, ground: self.ground() });
    }

    /// The best revision of the last turn, the later of equals, becomes the present one; without any the one before
    /// the turn stays. See [`Conversation::rank`].
    fn settle(&mut self, before: Option<usize>) {
        let Some(turn) = self.turns.last() else { return };
        let numbers = turn.attempts.iter().filter_map(|attempt| attempt.revision);
        let best = numbers.max_by_key(|number| (self.rank(*number), *number));
        self.present = best.or(before);
        if let Some(turn) = self.turns.last_mut() {
            turn.revision = best;
        }
    }

    /// Whether the last prompt of a turn was a repair.
    pub(super) fn is_repair(prompt: &Prompt) -> bool {
        prompt.origin == Origin::Repair
    }
}
