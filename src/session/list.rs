//! The sessions of a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::entry::{Entry, Origin, Source};
use super::reader::{SessionError, said};
use super::{exchanges, open, surviving};
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
    /// The verdict on the revision that stands.
    pub verdict: Option<Verdict>,
    /// What was written last.
    pub written: Written,
    /// The folder in which it was held, where it says so.
    pub folder: Option<String>,
    /// The session from which it was forked.
    pub forked_from: Option<String>,
}

/// What a session has written last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// Nothing.
    Nothing,
    /// The revision that stands.
    Standing,
    /// Another one, also one that was taken back.
    Other,
}

impl Listed {
    /// Whether nothing was answered in it and nothing written.
    pub fn is_empty(&self) -> bool {
        self.turns == 0 && self.written == Written::Nothing
    }

    /// The session in a list: what it came to, where it comes from, and its first prompt in at most `most` characters.
    pub fn lines(&self, most: usize) -> [String; 3] {
        [self.head(), format!("    {}", self.origin()), format!("    {}", self.first_line(most))]
    }

    /// What the session came to: its id, turns, verdict, whether a file was written.
    fn head(&self) -> String {
        let verdict = self.verdict.map_or("no file", |verdict| verdict.word());
        let written = match self.written {
            Written::Nothing => "",
            Written::Standing => ", written",
            Written::Other => ", another revision written",
        };
        let turns = if self.turns == 1 { "1 turn".to_owned() } else { format!("{} turns", self.turns) };
        format!("{}  {turns}, {verdict}{written}", self.id)
    }

    /// Where it comes from: time, folder, who answered, and the session before it.
    fn origin(&self) -> String {
        // `2026-11-22T10:00:00Z`, to the minute.
        let time = self.created.get(..16).map(|time| time.replace('T', " "));
        let model = self.model.as_ref().map(|model| format!("with {model}"));
        let fork = self.forked_from.as_ref().map(|id| format!("forked from {id}"));
        let folder = self.folder.as_ref().map(|folder| format!("in {folder}"));
        [time, folder, model, fork].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    /// The first prompt as one line of at most `most` characters.
    fn first_line(&self, most: usize) -> String {
        let words: Vec<&str> = self.first_prompt.split_whitespace().collect();
        let line = words.join(" ");
        match line.char_indices().nth(most) {
            // The sign takes the place of the last character.
            Some(_) => line.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
            None => line,
        }
    }
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
    let said = exchanges(&session.entries);
    let standing = standing(&session.entries);
    let last = session.entries.iter().rev().find_map(|entry| match entry {
        Entry::Accepted { sha256, .. } => Some(sha256),
        _ => None,
    });
    Ok(Listed {
        path: path.to_owned(),
        id: session.header.id,
        created: session.header.created,
        model: session.header.model,
        turns: said.iter().filter(|exchange| exchange.origin != Origin::Repair && exchange.reply.is_some()).count(),
        first_prompt: said.first().map(|exchange| exchange.prompt.clone()).unwrap_or_default(),
        verdict: standing.as_ref().map(|(verdict, _)| *verdict),
        written: match (last, &standing) {
            (None, _) => Written::Nothing,
            (Some(last), Some((_, Some(stands)))) if last == stands => Written::Standing,
            _ => Written::Other,
        },
        folder: session.header.folder,
        forked_from: session.header.forked_from,
    })
}

/// The verdict on the revision that stands, and its hash: of a turn's revisions an accepted one, else the last; a
/// person's edit stands for itself.
fn standing(entries: &[Entry]) -> Option<(Verdict, Option<String>)> {
    let mut standing: Option<(usize, usize, Verdict)> = None;
    let mut hashes: BTreeMap<usize, &String> = BTreeMap::new();
    let mut own = false;
    for entry in surviving(entries) {
        match entry {
            Entry::Revision { source, number, sha256, .. } => {
                own = *source != Source::Reply;
                hashes.insert(*number, sha256);
            }
            Entry::Verdict { turn, verdict, revision, .. } => {
                let better = standing.is_some_and(|(of, _, stands)| of == *turn && stands == Verdict::Accepted);
                if own || !better {
                    standing = Some((*turn, *revision, *verdict));
                }
                own = false;
            }
            _ => {}
        }
    }
    standing.map(|(_, number, verdict)| (verdict, hashes.get(&number).map(|hash| (*hash).clone())))
}

/// A folder as sessions name it: links followed where it is there.
pub fn folder_name(folder: &Path) -> String {
    folder.canonicalize().as_deref().unwrap_or(folder).display().to_string()
}

/// The session that a word means: a path, an id, the beginning of one, or `last`, the newest that was held in the
/// folder `here`.
///
/// # Errors
/// No session, or several.
pub fn find(folder: &Path, word: &str, here: &Path) -> Result<PathBuf, SessionError> {
    let path = Path::new(word);
    if path.extension().is_some() || path.components().count() > 1 {
        return Ok(path.to_owned());
    }
    let (sessions, _) = list(folder)?;
    let not_found = |reason: String| Err(SessionError::NotFound { reason });
    if word == "last" {
        let (here, kept) = (folder_name(here), sessions.len());
        let last = sessions.into_iter().find(|session| session.folder.as_ref() == Some(&here));
        return match (last, kept) {
            (Some(session), _) => Ok(session.path),
            (None, 0) => not_found(format!("there is no session in {} yet", folder.display())),
            (None, _) => not_found(format!(
                "there is no session of this folder ({here}), and {kept} of others: `pipewright sessions` lists them, and their ids open them"
            )),
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

/// The same among the sessions that are kept in `folder`: never a path elsewhere.
///
/// # Errors
/// No session, or several.
pub fn find_kept(folder: &Path, word: &str, here: &Path) -> Result<PathBuf, SessionError> {
    let path = find(folder, word, here)?;
    match path.parent() {
        Some(parent) if parent == folder => Ok(path),
        _ => Err(SessionError::NotFound {
            reason: format!("`{word}` is a path, and only sessions that are kept here have ids"),
        }),
    }
}
