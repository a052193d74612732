//! `--record` and `--record-mode`: when a recording is played, when a model is asked, and when the file changes.
//!
//! A file that is there is never written to. What is said goes to a part beside it, which takes its place once it is whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::args::{RecordMode, Replay};
use super::{CliError, World};
use crate::engine::{self, Recording, hash_of_prompts};
use crate::replay::Asking;
use crate::report::visible;
use crate::session::{self, Entry, Exchange, Header, exchanges};

/// The recording that `--record` names.
pub(super) struct Record {
    /// As the user named it.
    name: String,
    /// Where it lies, links followed.
    path: PathBuf,
    mode: Option<RecordMode>,
    there: bool,
}

impl Record {
    /// Looks at the file that is named, if one is.
    ///
    /// # Errors
    /// The mode and what is there don't go together.
    pub(super) fn of(arguments: &Replay, directory: &Path) -> Result<Option<Self>, CliError> {
        let Some(named) = &arguments.record else { return Ok(None) };
        let (path, name) = (directory.join(named), named.display().to_string());
        let path = path.canonicalize().unwrap_or(path);
        let there = path.symlink_metadata().is_ok();
        let record = Self { name, path, mode: arguments.record_mode, there };
        let name = &record.name;
        match record.mode {
            None if there => {
                let error = format!("{name}: a file is there, and a recording is never written over another");
                Err(CliError::usage(error).hint("name a new file, or say with `--record-mode` what is to become of it"))
            }
            Some(RecordMode::None) if !there => Err(CliError::usage(format!("{name}: nothing is recorded there"))
                .hint("record it with `--live --record-mode once`")),
            Some(mode) if mode != RecordMode::None && !arguments.live => {
                let error = format!("`--record-mode {}` may ask a model", mode.word());
                Err(CliError::usage(error).hint("add `--live`, or play what is recorded with `--record-mode none`"))
            }
            Some(_) if record.writes().is_some_and(|part| part != record.path && part.exists()) => {
                let error = format!("{name}.part: an earlier recording was not finished");
                Err(CliError::usage(error)
                    .hint(format!("take it away, or rename it to {name} and go on from it with `--record-mode new`")))
            }
            _ => Ok(Some(record)),
        }
    }

    /// Whether a model may be asked, and when.
    pub(super) fn asking(&self) -> Asking {
        match self.mode {
            Some(RecordMode::None) => Asking::Never,
            Some(RecordMode::Once) if self.there => Asking::Never,
            Some(RecordMode::New) if self.there => Asking::Missing,
            _ => Asking::Always,
        }
    }

    /// What the file has, where it has prompts or replies to give.
    ///
    /// # Errors
    /// It is no recording.
    pub(super) fn recording(&self) -> Result<Option<Recording>, CliError> {
        if !self.there || self.mode.is_none() {
            return Ok(None);
        }
        let session = session::open_as(&self.path, &self.name).map_err(|error| CliError::undone(error.to_string()))?;
        Ok(Some(Recording::new(session)))
    }

    /// Where what is said goes; nowhere when nothing can be asked.
    pub(super) fn writes(&self) -> Option<PathBuf> {
        match self.mode {
            None => Some(self.path.clone()),
            Some(_) if self.asking() == Asking::Never => None,
            Some(_) => {
                let mut part = self.path.clone().into_os_string();
                part.push(".part");
                Some(PathBuf::from(part))
            }
        }
    }

    /// The header of what is written: one that goes on keeps its own, and says who else has answered.
    pub(super) fn header(&self, fresh: Header, before: Option<&Recording>, engine: &engine::Options) -> Header {
        let Some(before) = before.filter(|_| self.asking() == Asking::Missing) else { return fresh };
        let mut header = before.session.header.clone();
        header.model = match (header.model.take(), fresh.model) {
            (Some(old), Some(new)) if old != new && !old.ends_with(&format!(", then {new}")) => {
                Some(format!("{old}, then {new}"))
            }
            (old, new) => old.or(new),
        };
        // Told other things at different turns, it was made with no one set of words.
        header.prompts = header.prompts.filter(|hash| *hash == hash_of_prompts(engine));
        header.script = fresh.script.or(header.script);
        header.settings = fresh.settings;
        header
    }

    /// Puts the part in the file's place if it is whole: a reply to each of `prompts` prompts and to every repair. Tells
    /// where what was said is.
    ///
    /// # Errors
    /// The part can't be put there; it stays.
    pub(super) fn settle(&self, prompts: usize, world: &mut World<'_>) -> Result<(), CliError> {
        let Some(part) = self.writes().filter(|part| part.exists()) else { return Ok(()) };
        let name = visible(&self.name).into_owned();
        let apart = part != self.path;
        let said =
            |path: &Path| session::open(path).map(|session| (begun(&session.entries), exchanges(&session.entries)));
        let (from, now) = match said(&part) {
            Ok(now) => now,
            // What keeps a recording from being written was told then.
            Err(_) if !apart => return Ok(()),
            Err(error) => return Err(CliError::undone(error.to_string())),
        };
        let whole = now.iter().all(|exchange| exchange.reply.is_some());
        if !whole || now.iter().filter(|exchange| exchange.attempt == 0).count() < prompts {
            let before = if self.there { "; the recording is as it was" } else { "" };
            let part = if apart { ".part" } else { "" };
            writeln!(world.err, "note: not recorded to the end: what was said is in {name}{part}{before}")?;
            return Ok(());
        }
        if !apart {
            writeln!(world.err, "note: recorded to {name}")?;
            return Ok(());
        }
        let failed = |error: io::Error| CliError::undone(format!("{name}: {error}; what was said is in {name}.part"));
        let nothing_new = self.there
            && self.asking() == Asking::Missing
            && said(&self.path).is_ok_and(|(then_from, then)| then_from == from && same(&then, &now));
        if nothing_new {
            fs::remove_file(&part).map_err(failed)?;
            writeln!(world.err, "note: nothing was missed, so {name} is as it was")?;
            return Ok(());
        }
        let kept = self.there && self.mode == Some(RecordMode::All);
        if kept {
            keep(&self.path).map_err(failed)?;
        }
        fs::rename(&part, &self.path).map_err(failed)?;
        let before = if kept { format!("; the former recording is in {name}.old") } else { String::new() };
        writeln!(world.err, "note: recorded to {name}{before}")?;
        Ok(())
    }
}

/// The hash of the file that a conversation began with.
fn begun(entries: &[Entry]) -> Option<String> {
    entries.iter().find_map(|entry| match entry {
        Entry::Revision { turn: 0, sha256, .. } => Some(sha256.clone()),
        _ => None,
    })
}

/// Whether the same was asked and said. A repair says its findings in the words of the day, which nobody was asked for, and
/// one that got no reply said nothing.
fn same(one: &[Exchange], other: &[Exchange]) -> bool {
    fn words(exchange: &Exchange) -> (usize, usize, Option<&str>, Option<&str>) {
        let asked = (exchange.attempt == 0).then_some(exchange.prompt.as_str());
        (exchange.turn, exchange.attempt, asked, exchange.reply.as_deref())
    }
    fn said(all: &[Exchange]) -> impl Iterator<Item = &Exchange> {
        all.iter().filter(|exchange| exchange.reply.is_some())
    }
    said(one).map(words).eq(said(other).map(words))
}

/// Keeps a file under its name with `.old` behind it.
pub(super) fn keep(path: &Path) -> io::Result<()> {
    let mut old = path.to_owned().into_os_string();
    old.push(".old");
    let old = PathBuf::from(old);
    match fs::remove_file(&old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // Not every file system has a second name for a file.
    fs::hard_link(path, &old).or_else(|_| fs::copy(path, &old).map(|_| ()))
}
