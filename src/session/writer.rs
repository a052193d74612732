//! Appends entries, each synced before the next, under a lock.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::entry::{Entry, Header};
use super::reader::{Session, SessionError, said};
use super::{Redact, open};

/// A session that is being written. A trouble is told once and breaks nothing: what could not be written is tried
/// again with the next entry, so a disk that was full for a while costs nothing.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    redact: Redact,
    state: State,
    /// Bytes that are known to be whole lines on disk.
    whole: u64,
    /// Lines that are not on disk yet.
    waiting: Vec<u8>,
    troubled: bool,
}

#[derive(Debug)]
enum State {
    /// Nothing said yet, so there is no file.
    New,
    Open(File),
}

impl Writer {
    /// A new session at `path`. The file is made with the first entry, so a chat in which nothing was said leaves none.
    pub fn create(path: impl Into<PathBuf>, header: &Header, redact: Redact) -> Self {
        let mut writer =
            Self { path: path.into(), redact, state: State::New, whole: 0, waiting: Vec::new(), troubled: false };
        writer.queue("session", header);
        writer
    }

    /// Opens a session to go on with it: locks it, reads it, and takes a torn last line off.
    ///
    /// # Errors
    /// Another program has it open, it can't be read, or not be written.
    pub fn resume(path: &Path, redact: Redact) -> Result<(Self, Session), SessionError> {
        let name = path.display().to_string();
        let unreadable = |error: std::io::Error| SessionError::Unreadable { name: name.clone(), reason: said(&error) };
        let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(unreadable)?;
        lock(&file, &name)?;
        let session = open(path)?;
        if session.foreign {
            let reason = "another program keeps it in a form of its own; `replay` and `eval` play it".to_owned();
            return Err(SessionError::Unwritable { name, reason });
        }
        let unwritable = |error: std::io::Error| SessionError::Unwritable { name: name.clone(), reason: said(&error) };
        file.set_len(session.whole).map_err(unwritable)?;
        file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        let mut writer = Self {
            path: path.to_owned(),
            redact,
            state: State::Open(file),
            whole: session.whole,
            waiting: Vec::new(),
            troubled: false,
        };
        // A file that another editor left without its last line break.
        if session.whole > 0 && !ends_with_line_break(path).map_err(unreadable)? {
            writer.waiting.push(b'\n');
        }
        Ok((writer, session))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends an entry and syncs it.
    ///
    /// # Errors
    /// Trouble, the first time; while it lasts, later entries wait in memory and nothing more is said.
    pub fn write(&mut self, entry: &Entry) -> Result<(), SessionError> {
        self.queue("", entry);
        match self.flush() {
            Ok(()) => {
                self.troubled = false;
                Ok(())
            }
            Err(_) if self.troubled => Ok(()),
            Err(error) => {
                self.troubled = true;
                Err(error)
            }
        }
    }

    /// Adds a line to those that wait; secrets go no further than this.
    fn queue(&mut self, kind: &str, line: &impl Serialize) {
        // What we serialize are strings, numbers and maps with string keys: this can't fail.
        let Ok(Value::Object(fields)) = serde_json::to_value(line) else { return };
        let mut object = serde_json::Map::new();
        if !kind.is_empty() {
            object.insert("type".to_owned(), kind.into());
        }
        object.extend(fields);
        let mut value = Value::Object(object);
        self.redact.value(&mut value);
        self.waiting.extend_from_slice(value.to_string().as_bytes());
        self.waiting.push(b'\n');
    }

    fn flush(&mut self) -> Result<(), SessionError> {
        let name = self.path.display().to_string();
        let unwritable = |error: std::io::Error| SessionError::Unwritable { name: name.clone(), reason: said(&error) };
        if matches!(self.state, State::New) {
            if let Some(folder) = self.path.parent() {
                std::fs::create_dir_all(folder).map_err(unwritable)?;
            }
            let file = private().create_new(true).write(true).open(&self.path).map_err(unwritable)?;
            lock(&file, &name)?;
            self.state = State::Open(file);
        }
        let State::Open(file) = &mut self.state else { return Ok(()) };
        let written = file.write_all(&self.waiting).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // Half a line must not stay, or the next one would be glued to it.
            let _ = file.set_len(self.whole).and_then(|()| file.seek(SeekFrom::Start(self.whole)));
            return Err(unwritable(error));
        }
        self.whole += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }
}

impl Drop for Writer {
    /// Gives the lock back by word: a child process that is being started may hold a copy of the file for a moment.
    fn drop(&mut self) {
        if let State::Open(file) = &self.state {
            let _ = file.unlock();
        }
    }
}

/// Options under which only the owner can read the file.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Takes the lock, where the file system has locks.
fn lock(file: &File, name: &str) -> Result<(), SessionError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(SessionError::Locked { name: name.to_owned() }),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

fn ends_with_line_break(path: &Path) -> std::io::Result<bool> {
    use std::io::Read;
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// Takes a session away for good, unless a program has it open.
///
/// # Errors
/// Another program has it open, or it can't be removed.
pub fn remove(path: &Path) -> Result<(), SessionError> {
    let name = path.display().to_string();
    let unwritable = |error: std::io::Error| SessionError::Unwritable { name: name.clone(), reason: said(&error) };
    let file = File::open(path).map_err(unwritable)?;
    lock(&file, &name)?;
    std::fs::remove_file(path).map_err(unwritable)
}
