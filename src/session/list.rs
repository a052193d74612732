//! The sessions of a folder.

use std::path::{Path, PathBuf};

use super::entry::{Entry, Origin};
use super::reader::{SessionError, said};
use super::{exchanges, open};
use crate::finding::Verdict;

/// A session at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The file.
    pub path: PathBuf,
    /// The session's id.
    pub id: String,
    /// When it began.
    pub created: String,
    /// Who answered.
    pub model: Option<String>,
    /// How many turns count.
    pub turns: usize,
    /// The first prompt.
    pub first_prompt: String,
    /// The last verdict.
    pub verdict: Option<Verdict>,
    /// Whether a file was written.
    pub accepted: bool,
}

/// The sessions of a folder, newest first, and what is wrong with those that can't be read.
///
/// # Errors
/// A folder that is there and can't be read; one that isn't there has no sessions.
pub fn list(folder: &Path) -> Result<(Vec<Listed>, Vec<SessionError>), SessionError> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    let unreadable =
        |error: std::io::Error| SessionError::Unreadable { name: folder.display().to_string(), reason: said(&error) };
    let files = match folder.read_dir() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok((found, wrong)),
        files => files.map_err(unreadable)?,
    };
    let paths = files.filter_map(Result::ok).map(|file| file.path());
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl")) {
        match glance(&path) {
            Ok(listed) => found.push(listed),
            Err(error) => wrong.push(error),
        }
    }
    found.sort_by(|a, b| (&b.created, &b.id).cmp(&(&a.created, &a.id)));
    wrong.sort_by_key(ToString::to_string);
    Ok((found, wrong))
}

fn glance(path: &Path) -> Result<Listed, SessionError> {
    let session = open(path)?;
    let turns = exchanges(&session.entries);
    let verdict = session.entries.iter().rev().find_map(|entry| match entry {
        Entry::Verdict { verdict, .. } => Some(*verdict),
        _ => None,
    });
    Ok(Listed {
        path: path.to_owned(),
        id: session.header.id,
        created: session.header.created,
        model: session.header.model,
        turns: turns.iter().filter(|exchange| exchange.origin != Origin::Repair).count(),
        first_prompt: turns.first().map(|exchange| exchange.prompt.clone()).unwrap_or_default(),
        verdict,
        accepted: session.entries.iter().any(|entry| matches!(entry, Entry::Accepted { .. })),
    })
}

/// The session that a word means: a path, an id, the beginning of one, or `last`.
///
/// # Errors
/// No session, or several.
pub fn find(folder: &Path, word: &str) -> Result<PathBuf, SessionError> {
    let path = Path::new(word);
    if path.extension().is_some() || path.components().count() > 1 {
        return Ok(path.to_owned());
    }
    let (sessions, _) = list(folder)?;
    let not_found = |reason: String| Err(SessionError::NotFound { reason });
    if word == "last" {
        return match sessions.into_iter().next() {
            Some(session) => Ok(session.path),
            None => not_found(format!("there is no session in {} yet", folder.display())),
        };
    }
    let mut meant = sessions.into_iter().filter(|session| session.id.starts_with(word)).collect::<Vec<_>>();
    if let Some(exact) = meant.iter().position(|session| session.id == word) {
        return Ok(meant.swap_remove(exact).path);
    }
    match meant.len() {
        0 => not_found(format!("no session's id begins with `{word}`; see the list of sessions")),
        1 => Ok(meant.swap_remove(0).path),
        many => not_found(format!("{many} sessions' ids begin with `{word}`; give more of it")),
    }
}
