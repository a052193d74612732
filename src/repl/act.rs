//! What each command does; the table of them is in `commands.rs`.

use std::io;
use std::path::Path;

use super::answers;
use super::commands::Verb;
use super::keeper::{Book, judged, line, violated};
use super::opening::{header, read_text};
use super::run::Repl;
use super::{external, help};
use crate::check::Checked;
use crate::engine::{Prompt, Revision};
use crate::finding::Severity;
use crate::model::BackendError;
use crate::session::{self, Writer};
use crate::transcript::{Form, Shown, told, write_new};

impl Repl<'_, '_> {
    /// Does a command; what is wrong with it is told, and the chat goes on.
    pub(super) fn command(&mut self, verb: Verb, arguments: &[String]) -> io::Result<()> {
        let done = match verb {
            Verb::Help => self.help(arguments),
            Verb::Show => self.show(arguments),
            Verb::Diff => self.diff(arguments),
            Verb::Check => self.check(arguments),
            Verb::Plan => self.plan(arguments),
            Verb::Rules => answers::explain(self.screen, arguments.first().map(String::as_str)),
            Verb::Repair => {
                return self.talk(|conversation, backend, keeper| conversation.repair(backend, keeper));
            }
            Verb::Retry => {
                return self.talk(|conversation, backend, keeper| conversation.retry(backend, keeper));
            }
            Verb::Accept => self.accept(arguments),
            Verb::Reload => self.reload(),
            Verb::Send => return self.send(),
            Verb::Undo => self.undo(arguments),
            Verb::Fork => self.fork(arguments),
            Verb::Edit => self.edit(arguments),
            Verb::Revisions => self.revisions(),
            Verb::Context => self.context(),
            Verb::Model => self.model(arguments),
            Verb::Sessions => self.sessions(),
            Verb::Export => self.export(arguments),
            Verb::Quit => Ok(Ok(())),
        }?;
        match done {
            Ok(()) => Ok(()),
            Err(why) => self.trouble(&why),
        }
    }

    fn help(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let width = self.screen.look().width;
        let text = arguments.first().map_or_else(|| help::list(width), |name| help::one(name));
        self.screen.line(&text).map(Ok)
    }

    fn show(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let revision = match chosen(&self.opened.conversation, arguments.first()) {
            Ok(revision) => revision,
            Err(why) => return Ok(Err(why)),
        };
        self.screen.note(&title(revision))?;
        answers::show(self.screen, &Shown::revision(revision)).map(Ok)
    }

    fn diff(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let conversation = &self.opened.conversation;
        let pair = match arguments {
            [] => chosen(conversation, None).and_then(|after| {
                let earlier = conversation.revisions().iter().rev().find(|before| before.number < after.number);
                let before =
                    earlier.ok_or_else(|| format!("revision {} is the first, and `/show` shows it", after.number))?;
                Ok((before, after))
            }),
            [a] => chosen(conversation, Some(a)).and_then(|a| Ok((a, chosen(conversation, None)?))),
            [a, b, ..] => chosen(conversation, Some(a)).and_then(|a| Ok((a, chosen(conversation, Some(b))?))),
        };
        let (a, b) = match pair {
            Ok(pair) => pair,
            Err(why) => return Ok(Err(why)),
        };
        answers::diff(self.screen, conversation.checker(), &Shown::revision(a), &Shown::revision(b)).map(Ok)
    }

    fn check(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let conversation = &self.opened.conversation;
        let file = arguments.first().filter(|word| word.parse::<usize>().is_err());
        let own: Checked;
        let shown = match file {
            Some(path) => match read_text(&self.options.directory.join(path), path) {
                Ok(text) => {
                    own = conversation.checker().check(text);
                    Shown::new(path.clone(), &own)
                }
                Err(error) => return Ok(Err(error.to_string())),
            },
            None => match chosen(conversation, arguments.first()) {
                Ok(revision) => Shown::revision(revision),
                Err(why) => return Ok(Err(why)),
            },
        };
        answers::findings(self.screen, conversation.checker().settings(), &shown).map(Ok)
    }

    fn plan(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let conversation = &self.opened.conversation;
        let revision = match chosen(conversation, None) {
            Ok(revision) => revision,
            Err(why) => return Ok(Err(why)),
        };
        answers::plan(self.screen, conversation.checker(), &Shown::revision(revision), arguments)
    }

    fn undo(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let count = match arguments.first().map_or(Ok(1), |word| word.parse::<usize>()) {
            Ok(count) => count,
            Err(_) => return Ok(Err(no_number(arguments.first().map_or("", String::as_str)))),
        };
        let written = self.acceptances();
        if count == 1
            && let Some(number) = self.opened.conversation.undo_edit(&mut self.opened.book)
        {
            self.screen.note(&format!("taken back: revision {number}, edited by hand"))?;
            return self.stands().map(Ok);
        }
        match self.opened.conversation.undo(count, &mut self.opened.book) {
            Ok(prompt) => {
                if let Some(prompt) = prompt {
                    let first: String = prompt.text.lines().next().unwrap_or_default().chars().take(60).collect();
                    self.screen.note(&format!("taken back, from the prompt: {first}"))?;
                }
                self.stands()?;
                if self.acceptances() < written {
                    let named = self.options.named.clone();
                    self.screen.note(&format!("what was written to {named} stays there as it is"))?;
                }
                Ok(Ok(()))
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn fork(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let Some(turn) = arguments.first().and_then(|word| word.parse::<usize>().ok()) else {
            return Ok(Err("`/fork` wants the turn after which to go on, as in `/fork 3`".to_owned()));
        };
        let mut header = header(&self.options, self.opened.backend.name());
        header.forked_from = Some(self.opened.header.id.clone());
        let folder = self.options.sessions.as_ref();
        let writer = folder.map(|folder| {
            Writer::create(folder.join(format!("{}.jsonl", header.id)), &header, self.options.redact.clone())
        });
        let mut book = Book::new(writer, false);
        match self.opened.conversation.fork(turn, &mut book) {
            Ok(fork) => {
                self.opened.conversation = fork;
                self.opened.book = book;
                self.opened.header = header;
                let id = self.opened.header.id.clone();
                self.screen.note(&format!("session {id} goes on after turn {turn}; the other one stays as it is"))?;
                self.stands().map(Ok)
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    fn edit(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        if self.silent {
            return Ok(Err("`/edit` needs a terminal".to_owned()));
        }
        let draft = arguments.first().is_some_and(|word| word == "draft");
        if !draft && !arguments.is_empty() {
            return Ok(Err("`/edit` opens a prompt, `/edit draft` the file".to_owned()));
        }
        let text = if draft { self.opened.conversation.present().map_or("", Revision::text) } else { "" };
        self.screen.out().flush()?;
        let saved = match external::edit(&self.options.editor, text, if draft { ".yml" } else { ".md" }) {
            Ok(Some(saved)) => saved,
            Ok(None) => return Ok(Err("the editor ended with a failure; nothing is changed".to_owned())),
            Err(error) => return Ok(Err(error.to_string())),
        };
        if saved == text || saved.trim().is_empty() {
            return self.screen.note("nothing is changed").map(Ok);
        }
        if !draft {
            self.screen.said(saved.trim_end())?;
            return self.ask(Prompt::user(saved.trim_end())).map(Ok);
        }
        let before = self.opened.conversation.present().map(|revision| revision.number);
        self.opened.conversation.edit(saved, &mut self.opened.book);
        let conversation = &self.opened.conversation;
        let before = before.and_then(|number| conversation.revision(number).ok());
        match conversation.present() {
            Some(revision) => {
                let held = [before, conversation.ground()];
                judged(self.screen, &self.options.checker, revision, held, 5).map(Ok)
            }
            None => Ok(Ok(())),
        }
    }

    fn revisions(&mut self) -> io::Result<Result<(), String>> {
        let conversation = &self.opened.conversation;
        if conversation.revisions().is_empty() {
            return Ok(Err("there is no file yet: no reply has brought a whole one".to_owned()));
        }
        let present = conversation.present().map(|revision| revision.number);
        for revision in conversation.revisions() {
            let mark = if Some(revision.number) == present { "*" } else { " " };
            let rules = violated(revision);
            let rules = if rules.is_empty() { String::new() } else { format!("; {} violated", rules.join(", ")) };
            let disk = if conversation.stands_on_disk(revision) { "; on disk" } else { "" };
            let (errors, warnings) = (revision.count(Severity::Error), revision.count(Severity::Warning));
            let (errors, warnings) = (count(errors, "error"), count(warnings, "warning"));
            self.screen.line(&format!(
                "{mark} {}: {}, {errors}, {warnings}{rules}{disk}",
                title(revision),
                revision.verdict().word()
            ))?;
        }
        Ok(Ok(()))
    }

    fn context(&mut self) -> io::Result<Result<(), String>> {
        let conversation = &self.opened.conversation;
        let context = conversation.context();
        let budget = conversation.options().context;
        self.screen.line(&format!(
            "{}, {} characters, about {} tokens before the next prompt",
            count(context.messages.len(), "message"),
            context.characters,
            context.tokens()
        ))?;
        self.screen.line(&format!(
            "older replies share a budget of {budget} characters; prompts and the present file always go along"
        ))?;
        if !context.kept.is_empty() {
            self.screen.line(&format!("also whole: {}", context.kept.join(", ")))?;
        }
        let left = context.left_out.join(", ");
        self.screen.line(&format!("left out: {}", if left.is_empty() { "nothing" } else { &left }))?;
        let (tokens, seconds) = (conversation.tokens(), conversation.elapsed_ms() as f64 / 1000.0);
        let estimated = if conversation.estimated() { " (estimated where the server did not count)" } else { "" };
        self.screen.line(&format!("used so far: {tokens} tokens{estimated}, {seconds:.1} s of waiting")).map(Ok)
    }

    fn model(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let Some(name) = arguments.first() else {
            return self.screen.line(&format!("{} answers", self.who())).map(Ok);
        };
        if self.opened.looking {
            return Ok(Err(BackendError::NoModel.to_string()));
        }
        if !self.opened.recorded.is_empty() {
            return Ok(Err("a recording answers here; configure a server or a key to choose a model".to_owned()));
        }
        self.opened.conversation.set_model(Some(name.clone()));
        self.chosen_model = Some(name.clone());
        self.screen.note(&format!("{name} is asked from now on")).map(Ok)
    }

    fn export(&mut self, arguments: &[String]) -> io::Result<Result<(), String>> {
        let wanted = "`/export` wants a file, as in `/export chat.html`, `.md` or `.jsonl`";
        let Some(name) = arguments.first() else { return Ok(Err(wanted.to_owned())) };
        let Some(form) = Form::of_name(Path::new(name)) else { return Ok(Err(wanted.to_owned())) };
        let (conversation, redact) = (&self.opened.conversation, &self.options.redact);
        let mut bytes = Vec::new();
        form.write(
            &told(conversation, Some(&self.opened.header), &[], redact),
            conversation.entries(),
            redact,
            &mut bytes,
        )?;
        match write_new(&self.options.directory.join(name), &bytes) {
            Ok(()) => self.screen.note(&format!("{name} is written")).map(Ok),
            Err(error) => Ok(Err(format!("{name}: {error}"))),
        }
    }

    fn sessions(&mut self) -> io::Result<Result<(), String>> {
        let Some(folder) = &self.options.sessions else {
            return Ok(Err("this chat keeps no session".to_owned()));
        };
        let (listed, wrong) = match session::list(folder) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error.to_string())),
        };
        if listed.is_empty() {
            self.screen.note("no session is kept yet")?;
        }
        let most = self.screen.look().width.saturating_sub(6).max(16);
        for one in listed {
            let [head, rest @ ..] = one.lines(most);
            self.screen.line(&head)?;
            rest.iter().try_for_each(|line| self.screen.note(line))?;
        }
        for error in wrong {
            self.screen.trouble(&error.to_string())?;
        }
        Ok(Ok(()))
    }

    /// Which revision stands now.
    fn stands(&mut self) -> io::Result<()> {
        match self.opened.conversation.present() {
            Some(revision) => line(self.screen, revision, Some(revision)),
            None => self.screen.note("there is no file now"),
        }
    }
}

/// The revision that a word means; without one, the one that stands.
fn chosen<'c>(conversation: &'c crate::engine::Conversation, word: Option<&String>) -> Result<&'c Revision, String> {
    let Some(word) = word else {
        let none = || "there is no file yet: no reply has brought a whole one".to_owned();
        return conversation.present().ok_or_else(none);
    };
    let number = word.parse::<usize>().map_err(|_| no_number(word))?;
    conversation.revision(number).map_err(|error| error.to_string())
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

pub(super) fn no_number(word: &str) -> String {
    format!("`{word}` is no number")
}

/// The revision with where it came from.
fn title(revision: &Revision) -> String {
    use crate::session::Source;
    let from = match (revision.source, revision.attempt) {
        (Source::File, _) => "the file as it was found".to_owned(),
        (Source::Edit, _) => format!("edited by hand after turn {}", revision.turn),
        (Source::Reply, 0) => format!("turn {}", revision.turn),
        (Source::Reply, attempt) => format!("turn {}, repair {attempt}", revision.turn),
    };
    format!("revision {} ({from})", revision.number)
}
