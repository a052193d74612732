//! The line editor on a terminal: history, completion, prompts of several lines, a paste as one prompt.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, Helper, KeyEvent, RepeatCount,
};

use super::commands::{COMMANDS, command};
use super::complete::{Words, complete};
use super::input::{Input, Said, unfinished, whole};
use crate::session::Redact;

/// Prompts that are remembered.
const HISTORY: usize = 2000;

/// A person at a terminal.
pub struct Terminal {
    editor: Editor<Offers, FileHistory>,
    history: Option<PathBuf>,
    redact: Redact,
    prompt: String,
    /// The line that comes next was thrown away with Ctrl-C.
    thrown: Arc<AtomicBool>,
}

impl Terminal {
    /// Opens the terminal; prompts are remembered in `history`, where one is given, but for those that `redact` would
    /// change.
    ///
    /// # Errors
    /// When standard input or output is no terminal after all.
    pub fn open(history: Option<PathBuf>, redact: Redact, color: bool) -> io::Result<Self> {
        let config = Config::builder()
            .max_history_size(HISTORY)
            .and_then(|config| config.history_ignore_dups(true))
            .map_err(other)?
            .completion_type(CompletionType::List)
            .color_mode(if color { ColorMode::Enabled } else { ColorMode::Disabled })
            .bracketed_paste(true)
            .tab_stop(4)
            .build();
        let mut editor = Editor::with_config(config).map_err(other)?;
        let thrown = Arc::<AtomicBool>::default();
        editor.set_helper(Some(Offers { words: Words::default(), color, thrown: thrown.clone() }));
        let throw = EventHandler::Conditional(Box::new(Throw(thrown.clone())));
        editor.bind_sequence(Event::from(KeyEvent::ctrl('C')), throw);
        if let Some(path) = &history {
            // No history yet, or one that can't be read: the chat opens all the same.
            let _ = editor.load_history(path);
        }
        Ok(Self { editor, history, redact, prompt: "> ".to_owned(), thrown })
    }

    /// What a line of the editor means.
    fn heard(&mut self, line: rustyline::Result<String>) -> io::Result<Said> {
        let thrown = self.thrown.swap(false, Ordering::Relaxed);
        match line {
            Ok(_) if thrown => Ok(Said::Cleared),
            Ok(text) => {
                self.remember(&text);
                Ok(Said::Text(whole(&text)))
            }
            Err(ReadlineError::Interrupted) => Ok(Said::Cleared),
            Err(ReadlineError::Eof) => Ok(Said::Ended),
            Err(error) => Err(other(error)),
        }
    }

    fn remember(&mut self, text: &str) {
        // A key that slipped into a prompt stays out of the file.
        if text.trim().is_empty() || self.redact.text(text) != text {
            return;
        }
        let _ = self.editor.add_history_entry(text);
        let Some(path) = &self.history else { return };
        if !path.exists() {
            let folder = path.parent().map(std::fs::create_dir_all);
            if folder.is_none_or(|made| made.is_err()) {
                return;
            }
        }
        let _ = self.editor.append_history(path);
    }
}

impl Input for Terminal {
    fn ask(&mut self, words: &Words, out: &mut dyn Write) -> io::Result<Said> {
        out.flush()?;
        if let Some(offers) = self.editor.helper_mut() {
            offers.words = words.clone();
        }
        let line = self.editor.readline(&self.prompt);
        self.heard(line)
    }

    fn silent(&self) -> bool {
        false
    }
}

fn other(error: ReadlineError) -> io::Error {
    match error {
        ReadlineError::Io(error) => error,
        error => io::Error::other(error),
    }
}

/// Ctrl-C takes the line as Enter does, and marks it as thrown away: an interrupt of the editor's own would leave the hint
/// behind the line on the screen.
struct Throw(Arc<AtomicBool>);

impl ConditionalEventHandler for Throw {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, _: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(true, Ordering::Relaxed);
        Some(Cmd::AcceptLine)
    }
}

/// What the editor asks while a line is typed.
struct Offers {
    words: Words,
    color: bool,
    thrown: Arc<AtomicBool>,
}

impl Offers {
    /// Whether Enter opens another line; a line that is thrown away needs no end.
    fn goes_on(&self, text: &str) -> bool {
        unfinished(text) && !self.thrown.load(Ordering::Relaxed)
    }
}

impl Helper for Offers {}

impl Completer for Offers {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(complete(line.get(..at).unwrap_or(line), &self.words))
    }
}

impl Hinter for Offers {
    type Hint = String;

    /// The arguments of a command, once its name is there.
    fn hint(&self, line: &str, at: usize, _: &Context<'_>) -> Option<String> {
        let name = line.strip_prefix('/').filter(|_| at == line.len())?;
        let name = name.strip_suffix(' ').unwrap_or(name);
        let known = command(name).filter(|command| !command.arguments.is_empty())?;
        let exact = COMMANDS.iter().any(|command| command.name == name);
        exact.then(|| format!("{}{}", if line.ends_with(' ') { "" } else { " " }, known.arguments))
    }
}

impl Highlighter for Offers {
    fn highlight_prompt<'b, 's: 'b, 'p: 'b>(&'s self, prompt: &'p str, _: bool) -> std::borrow::Cow<'b, str> {
        if self.color { format!("\u{1b}[1;32m{prompt}\u{1b}[0m").into() } else { prompt.into() }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> std::borrow::Cow<'h, str> {
        if self.color { format!("\u{1b}[2m{hint}\u{1b}[0m").into() } else { hint.into() }
    }
}

impl Validator for Offers {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(if self.goes_on(context.input()) { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_thrown_away_is_no_prompt_whole_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let mut terminal = Terminal::open(Some(path.clone()), Redact::default(), false).unwrap();
        let goes_on = |terminal: &mut Terminal| terminal.editor.helper_mut().unwrap().goes_on("first\\");
        assert!(goes_on(&mut terminal));
        terminal.thrown.store(true, Ordering::Relaxed);
        assert!(!goes_on(&mut terminal));
        assert_eq!(terminal.heard(Ok("thrown away".to_owned())).unwrap(), Said::Cleared);
        assert_eq!(terminal.heard(Ok("the next".to_owned())).unwrap(), Said::Text("the next".to_owned()));
        assert!(goes_on(&mut terminal));
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(kept.contains("the next") && !kept.contains("thrown"), "{kept}");
    }

    #[test]
    fn a_prompt_with_a_secret_is_not_remembered_and_every_other_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/history");
        let redact = Redact::new(["configured-key-51c2".to_owned()]);
        let mut terminal = Terminal::open(Some(path.clone()), redact, false).unwrap();
        for prompt in [
            "register a task-definition on disk-1",
            "my key is configured-key-51c2, use it",
            "and sk-abcdefghijklmnop0123456789 for the other",
            "the next one",
        ] {
            terminal.remember(prompt);
        }
        let kept = std::fs::read_to_string(path).unwrap();
        assert!(kept.contains("task-definition on disk-1") && kept.contains("the next one"), "{kept}");
        assert!(!kept.contains("configured-key") && !kept.contains("sk-abc"), "{kept}");
    }
}
