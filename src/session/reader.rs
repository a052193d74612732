//! Reads sessions, and the plain chat lines of other programs.

use std::io::Read;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::entry::{Entry, Header, Origin, VERSION};
use super::foreign;

/// A session as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// How messages call it: its path, as it was given.
    pub name: String,
    /// The header; of plain chat lines one with the name as its id.
    pub header: Header,
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// What was repaired on the way, for the user to know.
    pub notices: Vec<String>,
    /// Bytes of the file that are whole lines; what follows is torn.
    pub whole: u64,
    /// Whether it is one document of another program, to which no entry can be appended.
    pub foreign: bool,
}

/// Why a session can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The file can't be read.
    #[error("{name}: {reason}")]
    Unreadable {
        /// The path.
        name: String,
        /// Why.
        reason: String,
    },
    /// A line is wrong.
    #[error("{name}:{line}: {reason}")]
    Line {
        /// The path.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer program wrote it.
    #[error(
        "{name}: version {version} of the session format, and this program reads up to {VERSION}; use a newer pipewright"
    )]
    Newer {
        /// The path.
        name: String,
        /// The version.
        version: u64,
    },
    /// Another program has it open.
    #[error("{name}: another pipewright has this session open; end it first, or begin a new session")]
    Locked {
        /// The path.
        name: String,
    },
    /// It can't be written.
    #[error("{name}: the session can't be written: {reason}")]
    Unwritable {
        /// The path.
        name: String,
        /// Why.
        reason: String,
    },
    /// There is none like this.
    #[error("{reason}")]
    NotFound {
        /// Which, and what there is instead.
        reason: String,
    },
}

/// The most bytes of a session file.
pub const LIMIT: u64 = 256 << 20;

/// Reads a session file.
///
/// # Errors
/// A file that can't be read, or a line other than a torn last one that is no entry.
pub fn open(path: &Path) -> Result<Session, SessionError> {
    open_as(path, &path.display().to_string())
}

/// Reads a session file that a user calls otherwise: `name` is how messages call it, and the session is called.
///
/// # Errors
/// As [`open`].
pub fn open_as(path: &Path, name: &str) -> Result<Session, SessionError> {
    let unreadable = |reason: String| SessionError::Unreadable { name: name.to_owned(), reason };
    let file = std::fs::File::open(path).map_err(|error| unreadable(said(&error)))?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(unreadable("is a folder, not a session file".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(said(&error)))?;
    if bytes.len() as u64 > LIMIT {
        return Err(unreadable(format!("is larger than {} MiB", LIMIT >> 20)));
    }
    read(name, &bytes)
}

/// An input or output error as a lower-case fragment.
pub(super) fn said(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Reads a session's bytes; `name` is how messages call it.
///
/// # Errors
/// As [`open`].
pub fn read(name: &str, bytes: &[u8]) -> Result<Session, SessionError> {
    let mut session = Session {
        name: name.to_owned(),
        header: Header::new(name, ""),
        entries: Vec::new(),
        notices: Vec::new(),
        whole: 0,
        foreign: false,
    };
    if let Some(read) = as_one(name, bytes, &mut session) {
        return read.map(|()| session);
    }
    let mut begun = false;
    let mut at = 0;
    for (index, raw) in lines(bytes).into_iter().enumerate() {
        at += raw.len();
        let wrong = |reason: String| SessionError::Line { name: name.to_owned(), line: index + 1, reason };
        let last = at == bytes.len();
        let raw_line = if index == 0 { raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw) } else { raw };
        let line = raw_line.trim_ascii();
        if line.is_empty() {
            session.whole = at as u64;
            continue;
        }
        if begun && let Some(entry) = own(line) {
            session.entries.push(entry);
            session.whole = at as u64;
            continue;
        }
        let value = match parse(line) {
            Ok(value) => value,
            // Only what a killed writer leaves behind is taken for torn: no line break after it.
            Err(_) if last && !raw.ends_with(b"\n") && begun => {
                session.notices.push(format!("{name}:{}: the last line is torn and was left out", index + 1));
                break;
            }
            Err(reason) => return Err(wrong(reason)),
        };
        let is_header = value.get("type").and_then(Value::as_str) == Some("session");
        if is_header && !begun {
            session.header = header(name, value).map_err(|error| match error {
                Wrong::Newer(version) => SessionError::Newer { name: name.to_owned(), version },
                Wrong::Line(reason) => wrong(reason),
            })?;
        } else if is_header {
            return Err(wrong("a second header: a file has one session".to_owned()));
        } else if let Some(role) = value.get("role").and_then(Value::as_str) {
            chat_line(role, &value, &mut session).map_err(wrong)?;
            session.foreign |= !begun;
        } else if value.get("type").is_none() && foreign::object(&value, &mut session).map_err(wrong)? {
        } else if begun {
            entry(value, &mut session.entries).map_err(wrong)?;
        } else {
            let known = "the header of a session, a line of a chat (`role` and `content`), a request with `messages`";
            return Err(wrong(format!("none of these: {known}")));
        }
        begun = true;
        session.whole = at as u64;
    }
    if !begun {
        let reason = "is empty: there is no session in it".to_owned();
        return Err(SessionError::Unreadable { name: name.to_owned(), reason });
    }
    Ok(session)
}

/// Reads a file that is one document of another program: a cassette, or JSON over several lines. `None` where it is
/// lines.
fn as_one(name: &str, bytes: &[u8], session: &mut Session) -> Option<Result<(), SessionError>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let wrong = |line: usize, reason: String| SessionError::Line { name: name.to_owned(), line, reason };
    let first = text.trim_start().lines().next().unwrap_or_default();
    let told = if parse(first.as_bytes()).is_ok_and(|value| value.get("interactions").is_none()) {
        return None;
    } else if foreign::may_be_cassette(text) {
        foreign::cassette(text, session).map_err(|(line, reason)| wrong(line, reason))
    } else {
        let value: Value = serde_json::from_str(text).ok()?;
        let read = match &value {
            Value::Array(values) => foreign::objects(values, session),
            value => foreign::object(value, session),
        };
        match read {
            Ok(true) => Ok(()),
            Ok(false) => return None,
            Err(reason) => Err(wrong(1, reason)),
        }
    };
    session.whole = bytes.len() as u64;
    session.foreign = true;
    Some(told)
}

/// The lines with their line breaks. Text is split faster than bytes are.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.split_inclusive('\n').map(str::as_bytes).collect(),
        Err(_) => bytes.split_inclusive(|byte| *byte == b'\n').collect(),
    }
}

fn parse(line: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(line).map_err(|_| "is not UTF-8".to_owned())?;
    // The line is named already, and it is another one than the parser counts.
    let no_json =
        |error: serde_json::Error| format!("is no JSON: {error}").replace(" at line 1 column ", " at column ");
    let value: Value = serde_json::from_str(text).map_err(no_json)?;
    if value.is_object() { Ok(value) } else { Err("is no JSON object".to_owned()) }
}

/// An entry as we write them, read without a look at what else the line could be. Of anything else nothing, and the long way
/// tells what it is.
fn own(line: &[u8]) -> Option<Entry> {
    let text = std::str::from_utf8(line).ok()?;
    // A key `role` makes it another program's line; in a text its quotes would be escaped.
    let ours = text.starts_with("{\"type\":") && !text.contains("\"role\"");
    ours.then(|| serde_json::from_str(text).ok())?
}

enum Wrong {
    Newer(u64),
    Line(String),
}

fn header(name: &str, mut value: Value) -> Result<Header, Wrong> {
    let Some(version) = value.get("version").and_then(Value::as_u64) else {
        return Err(Wrong::Line("the header has no `version`".to_owned()));
    };
    if version > u64::from(VERSION) {
        return Err(Wrong::Newer(version));
    }
    // Both are there in every session of ours; a recording made by hand may leave them out.
    if let Some(header) = value.as_object_mut() {
        header.entry("id").or_insert_with(|| name.into());
        header.entry("created").or_insert_with(|| "".into());
        if header.get("settings").is_some_and(Value::is_null) {
            header.remove("settings");
        }
    }
    Header::deserialize(value).map_err(|error| Wrong::Line(format!("the header is wrong: {error}")))
}

/// The entry types that this version knows.
const KNOWN: [&str; 7] = ["prompt", "reply", "revision", "verdict", "accepted", "failure", "undo"];

fn entry(value: Value, entries: &mut Vec<Entry>) -> Result<(), String> {
    let Some(kind) = value.get("type").and_then(Value::as_str) else {
        return Err("has no `type`".to_owned());
    };
    if !KNOWN.contains(&kind) {
        return Ok(());
    }
    let kind = kind.to_owned();
    entries.push(Entry::deserialize(value).map_err(|error| format!("the entry `{kind}` is wrong: {error}"))?);
    Ok(())
}

/// A line `{"role": .., "content": ..}`. Prompts that follow one another are answered together.
fn chat_line(role: &str, value: &Value, session: &mut Session) -> Result<(), String> {
    let text = content(value)?;
    let turn = session.entries.iter().rev().map(Entry::turn).next().unwrap_or(0);
    match role {
        "user" | "human" => match session.entries.last_mut() {
            Some(Entry::Prompt { text: before, .. }) => {
                before.push_str("\n\n");
                before.push_str(&text);
            }
            _ => session.entries.push(Entry::Prompt { turn: turn + 1, origin: Origin::User, text }),
        },
        "assistant" | "model" => match session.entries.last_mut() {
            Some(Entry::Reply { text: before, .. }) => before.push_str(&text),
            Some(_) => {
                let finish = value.get("finish_reason").and_then(Value::as_str).map(str::to_owned);
                session.entries.push(Entry::Reply { turn, text, finish, usage: None, elapsed_ms: None });
            }
            // A greeting before the first prompt answers nothing.
            None => {}
        },
        // What a model was told besides, or what its tools gave it, is no part of the conversation that we play.
        "system" | "developer" | "tool" | "function" => {}
        other => return Err(format!("unknown role `{other}`: user, assistant and system are known")),
    }
    Ok(())
}

/// The text of a chat line: a string, or the text parts of a list.
pub(super) fn content(value: &Value) -> Result<String, String> {
    match value.get("content") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Null) | None => Ok(String::new()),
        Some(Value::Array(parts)) => {
            Ok(parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect())
        }
        Some(_) => Err("`content` is neither a string nor a list of parts".to_owned()),
    }
}
