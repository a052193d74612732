//! The forms in which a conversation leaves the program.

use std::io::{self, Write};
use std::path::Path;

use super::{Told, chat_lines, html, markdown, told};
use crate::check::Checker;
use crate::engine::{Answers, Options, Recording, Silent, cues_of_recording, play};
use crate::session::{Entry, Redact};

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One page of HTML with nothing outside of it.
    Html,
    /// A Markdown document.
    Markdown,
    /// JSON Lines of `{"role", "content"}`.
    Chat,
}

impl Form {
    /// The form that a file's name asks for.
    pub fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_lowercase().as_str() {
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" => Some(Self::Markdown),
            "jsonl" | "ndjson" => Some(Self::Chat),
            _ => None,
        }
    }

    /// Writes a conversation in this form; `entries` are those of its session.
    pub fn write(self, told: &Told, entries: &[Entry], redact: &Redact, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Html => html(told, out),
            Self::Markdown => markdown(told, out),
            Self::Chat => chat_lines(entries, redact, out),
        }
    }
}

/// Tells a recording: it is played again, so verdicts and findings are today's, and what differs from then is drift.
pub fn told_recording(recording: &Recording, checker: Checker, redact: &Redact) -> Told {
    let header = &recording.session.header;
    let mut options = Options::default();
    if let Some(path) = &header.path {
        // A path in full tells how somebody's machine is laid out.
        let short = Path::new(path).file_name().filter(|_| Path::new(path).is_absolute());
        options.path = short.map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
    }
    let played = play(&cues_of_recording(recording), Answers::Recorded(recording), checker, options, &mut Silent);
    let mut told = told(&played.conversation, Some(header), &played.played, redact);
    // The names of cues that a recording gives are no names of a script.
    told.turns.iter_mut().for_each(|turn| turn.id = None);
    if let Some(ended) = played.ended {
        told.ended = Some(ended.to_string());
    }
    told
}

/// Writes a file that is not there yet, whole or not at all.
///
/// # Errors
/// A file of the name is there, or it can't be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    // As open to others as the person's own files are: a page is made to be given away.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other("its folder is not there"),
        kind => io::Error::other(kind.to_string()),
    })?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let kept = file.persist_noclobber(path);
    kept.map(drop).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => io::Error::other("a file is there, and an export never overwrites one"),
        _ => error.error,
    })
}
