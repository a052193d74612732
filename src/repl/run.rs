//! The loop: a prompt or a command, what comes of it, and again.

use std::io;

use super::answers::metas;
use super::commands::{Line, Verb, parse};
use super::complete::Words;
use super::input::{Input, Said};
use super::keeper::{Keeper, holds_key, line};
use super::opening::{Answers, Opened, Options, Recalled, ReplError, open};
use super::screen::Screen;
use crate::engine::{Conversation, EngineError, Prompt, Repairs, Stop, Turn};
use crate::finding::Verdict;
use crate::model::BackendError;
use crate::plan::EventKind;

/// How a chat ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The last prompt got no reply.
    pub unanswered: bool,
    /// A command could not be done, and nobody sat there to see it.
    pub failed: bool,
    /// Somebody asked, and the file that came of it is refused.
    pub refused: bool,
}

/// A chat that is open.
pub(super) struct Repl<'r, 'w> {
    pub(super) options: Options,
    pub(super) opened: Opened,
    pub(super) screen: &'r mut Screen<'w>,
    /// Prompts come from a stream: they are repeated, and nothing interactive is offered.
    pub(super) silent: bool,
    pub(super) failed: bool,
    /// A prompt was refused, since nobody answers.
    refused: bool,
    /// How often Ctrl-C was pressed in a row, with nothing said in between.
    cleared: usize,
    /// Something was asked in this chat.
    asked: bool,
    /// A reply came in this chat.
    answered: bool,
    /// A prompt that is not sent, since a key stands in it.
    held: Option<Prompt>,
    /// Another model than the backend's own.
    pub(super) chosen_model: Option<String>,
    words: Words,
    /// The revision that `words` has the events of.
    words_of: Option<usize>,
}

/// Holds a chat until its input ends or the user quits.
///
/// # Errors
/// The session or the file can't be read at the beginning; later only input and output themselves.
pub fn run(
    answers: Answers,
    options: Options,
    input: &mut dyn Input,
    screen: &mut Screen<'_>,
) -> Result<Ending, ReplError> {
    let opened = open(answers, &options)?;
    let words = Words {
        rules: metas().iter().map(|meta| meta.id.to_owned()).collect(),
        directory: options.directory.clone(),
        ..Words::default()
    };
    let silent = input.silent();
    let mut repl = Repl {
        options,
        opened,
        screen,
        silent,
        failed: false,
        refused: false,
        cleared: 0,
        asked: false,
        answered: false,
        held: None,
        chosen_model: None,
        words,
        words_of: None,
    };
    repl.greet()?;
    loop {
        repl.refresh_words();
        let said = input.ask(&repl.words, repl.screen.out())?;
        // A Ctrl-C that ended a reply is done with; the next one is about something else.
        repl.options.interrupt.clear();
        let text = match said {
            Said::Ended => break,
            Said::Cleared => {
                repl.cleared()?;
                continue;
            }
            Said::Text(text) => text,
        };
        repl.cleared = 0;
        if silent && !text.trim().is_empty() {
            repl.screen.said(&text)?;
        }
        match parse(&text) {
            Line::Blank => repl.blank()?,
            Line::Prompt(text) => repl.ask(Prompt::user(text))?,
            Line::Unknown(line) => repl.trouble(&line)?,
            Line::Command(Verb::Quit, _) => break,
            Line::Command(verb, arguments) => repl.command(verb, &arguments)?,
        }
    }
    repl.farewell()?;
    // A session may have ended at a prompt with no reply; whoever only looks at it has asked for none.
    let unanswered = repl.opened.conversation.unanswered().is_some() && repl.asked;
    let present = repl.opened.conversation.present();
    let refused = repl.answered && present.is_some_and(|revision| revision.verdict() == Verdict::Refused);
    Ok(Ending { unanswered: unanswered || repl.refused, failed: repl.failed, refused })
}

impl Repl<'_, '_> {
    fn greet(&mut self) -> io::Result<()> {
        let who = self.opened.backend.name();
        let path = self.options.named.clone();
        if self.opened.looking {
            self.screen.line(
                "No model is configured, so this session is open for looking: prompts are not answered.\n\
                 For a model: set OPENAI_API_KEY, or OPENAI_BASE_URL and PIPEWRIGHT_MODEL for another server.\n\
                 /help lists the commands; all but new prompts work.",
            )?;
        } else if self.opened.recorded.is_empty() {
            self.screen
                .note(&format!("pipewright {}: {who} answers. /help lists the commands.", env!("CARGO_PKG_VERSION")))?;
        } else {
            self.screen.line(&format!(
                "No model is configured, so this chat plays a recording ({who}): Enter sends its next prompt.\n\
                 For a model: set OPENAI_API_KEY, or OPENAI_BASE_URL and PIPEWRIGHT_MODEL for another server.\n\
                 /help lists the commands; all but new prompts work."
            ))?;
        }
        for note in std::mem::take(&mut self.opened.notes) {
            self.screen.note(&note)?;
        }
        if self.opened.resumed {
            return self.welcome_back();
        }
        match self.opened.conversation.present() {
            Some(revision) => {
                self.screen.note(&format!("{path} is revision 0, and shown to the model."))?;
                line(self.screen, revision, Some(revision))?;
                if !revision.checked.findings.is_empty() {
                    self.screen.note("`/check` shows the findings.")?;
                }
                holds_key(self.screen, revision)
            }
            None if self.opened.recorded.is_empty() => {
                let here = if path.contains('/') { "" } else { " here" };
                self.screen.note(&format!("There is no {path}{here} yet."))?;
                match &self.options.above {
                    Some(above) => self.screen.warning(&format!(
                        "This is no top of a repository, and Bitbucket reads the file there alone: `--file {above}`"
                    )),
                    None => Ok(()),
                }
            }
            None => Ok(()),
        }
    }

    fn farewell(&mut self) -> io::Result<()> {
        match self.opened.book.path() {
            Some(path) => {
                let id = self.opened.header.id.clone();
                // One that lies elsewhere is not found by its id.
                let ours = path.parent().is_some_and(|folder| Some(folder) == self.options.sessions.as_deref());
                let word = if ours { id.clone() } else { path.display().to_string() };
                self.screen.note(&format!("session {id} is kept: `pipewright chat --resume {word}`"))
            }
            None => Ok(()),
        }
    }

    /// Enter with nothing typed: the next prompt of a recording, else nothing.
    fn blank(&mut self) -> io::Result<()> {
        let next = self.opened.recorded.get(self.opened.conversation.turns().len()).cloned();
        match next {
            Some(Recalled { prompt, repairs }) => {
                // Which repairs were sent is part of the recording.
                let rounds = if repairs == 0 { Repairs::Off } else { Repairs::Automatic { rounds: repairs } };
                self.opened.conversation.options_mut().repairs = rounds;
                self.screen.said(&prompt)?;
                self.ask(Prompt::user(prompt))
            }
            None if !self.opened.recorded.is_empty() => self.screen.note("the recording is at its end"),
            None => Ok(()),
        }
    }

    /// A line was thrown away; whoever does it again wants to leave.
    fn cleared(&mut self) -> io::Result<()> {
        self.cleared += 1;
        if self.cleared == 2 { self.screen.note("Ctrl-D ends the chat") } else { Ok(()) }
    }

    /// Who answers the next prompt.
    pub(super) fn who(&self) -> String {
        self.chosen_model.clone().unwrap_or_else(|| self.opened.backend.name())
    }

    /// Sends a prompt, unless a key would go with it.
    pub(super) fn ask(&mut self, prompt: Prompt) -> io::Result<()> {
        let file = self.opened.conversation.present().map_or("", |revision| revision.text());
        let place = match (self.options.redact.knows(&prompt.text), self.options.redact.knows(file)) {
            // Nobody is sent anything.
            _ if self.opened.looking || !self.opened.recorded.is_empty() => None,
            (true, _) => Some("in this prompt, so it is not sent; take it out"),
            (false, true) => {
                Some("in the file, which goes along, so the prompt is not sent; take it out (`/edit draft`)")
            }
            (false, false) => None,
        };
        if let Some(place) = place {
            self.held = Some(prompt);
            return self.trouble(&format!("a key of your environment stands {place}, or `/send` it all the same"));
        }
        self.held = None;
        self.sent(prompt)
    }

    /// Sends the prompt that was held back.
    pub(super) fn send(&mut self) -> io::Result<()> {
        match self.held.take() {
            Some(prompt) => self.sent(prompt),
            None => self.trouble("no prompt is held back"),
        }
    }

    fn sent(&mut self, prompt: Prompt) -> io::Result<()> {
        self.talk(|conversation, backend, keeper| conversation.turn(prompt, backend, keeper))
    }

    /// Runs something that asks the model, and tells how it went.
    pub(super) fn talk(
        &mut self,
        act: impl for<'c> FnOnce(
            &'c mut Conversation,
            &mut dyn crate::model::Backend,
            &mut Keeper<'_, '_>,
        ) -> Result<&'c Turn, EngineError>,
    ) -> io::Result<()> {
        if self.opened.looking {
            self.refused = true;
            return self.trouble(&BackendError::NoModel.to_string());
        }
        self.options.interrupt.clear();
        let who = self.who();
        let mut keeper = Keeper::new(self.screen, &mut self.opened.book, who, &self.options.checker);
        keeper.heard = self.opened.heard.clone();
        let ended = act(&mut self.opened.conversation, self.opened.backend.as_mut(), &mut keeper);
        let stop = ended.map(|turn| (turn.stop.clone(), turn.attempts.len(), turn.revision));
        self.asked = true;
        std::mem::replace(&mut keeper.broken, Ok(()))?;
        match stop {
            Ok((Stop::Failed(error), ..)) if self.beyond_the_recording(&error) => self.unanswered(&error),
            Ok((stop, attempts, revision)) => {
                if let Some(words) = stop.words() {
                    self.screen.note(&words)?;
                }
                if matches!(stop, Stop::Failed(_)) {
                    self.screen.note("/repair sends the findings again")?;
                }
                self.answered = true;
                // After repairs it is not plain which of the revisions counts.
                let best = revision.filter(|_| attempts > 1).and(self.opened.conversation.present());
                if let Some(best) = best {
                    self.screen.note(&counts(best.number, best.verdict()))?;
                }
                // A reply that holds something in place of a file.
                if revision.is_none() && self.opened.conversation.repair_prompt().is_some() {
                    self.screen.note("`/repair` asks for the whole file")?;
                }
                self.next_step()
            }
            Err(EngineError::Backend { error, .. }) => self.unanswered(&error),
            Err(error) => self.trouble(&error.to_string()),
        }
    }

    fn unanswered(&mut self, error: &BackendError) -> io::Result<()> {
        if error.interrupted() {
            return self.screen.note("interrupted; /retry sends the prompt again");
        }
        if self.beyond_the_recording(error) {
            return self.trouble(
                "no model answers here: a recording knows its own prompts only. Enter sends its next one; \
                 set OPENAI_API_KEY or OPENAI_BASE_URL to ask your own",
            );
        }
        self.trouble(&error.to_string())?;
        self.screen.note("the prompt is kept: /retry sends it again")
    }

    /// Whether something was asked that the recording which answers here does not know.
    fn beyond_the_recording(&self, error: &BackendError) -> bool {
        error.is_a_miss() && !self.opened.recorded.is_empty()
    }

    /// A line about something that did not work.
    pub(super) fn trouble(&mut self, text: &str) -> io::Result<()> {
        self.failed |= self.silent;
        self.screen.trouble(text)
    }

    /// What the tab key offers now.
    fn refresh_words(&mut self) {
        let conversation = &self.opened.conversation;
        self.words.turns = conversation.turns().len();
        self.words.revisions = conversation.revisions().iter().map(|revision| revision.number).collect();
        let present = conversation.present();
        if self.silent || present.map(|revision| revision.number) == self.words_of {
            return;
        }
        self.words_of = present.map(|revision| revision.number);
        let plans =
            present.map(|revision| conversation.checker().plans(&revision.checked.document)).unwrap_or_default();
        let named = plans.iter().filter(|plan| !plan.event.name.is_empty());
        self.words.events = named
            .map(|plan| match plan.event.kind {
                EventKind::Main => format!("branch {}", plan.event.name),
                kind => format!("{} {}", plan.event.word(), example_of(&plan.event.name, kind)),
            })
            .collect();
        self.words.events.sort();
        self.words.events.dedup();
    }
}

/// A name that a pattern selects, for the tab key.
fn example_of(pattern: &str, kind: EventKind) -> String {
    let one = if kind == EventKind::Tag { "1.0.0" } else { "x" };
    pattern.replace("**", "*").replace('*', one)
}

/// What the best revision of a turn is, and what that means for the next prompt.
fn counts(number: usize, verdict: Verdict) -> String {
    match verdict {
        Verdict::Accepted => format!("revision {number} stands"),
        Verdict::Refused => {
            format!("revision {number} is the best of this turn, and refused; the next prompt goes on from it")
        }
        Verdict::Incomplete => {
            format!("revision {number} is the best of this turn, and undecided; the next prompt goes on from it")
        }
    }
}
