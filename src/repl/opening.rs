//! How a chat begins: anew, from the file that is there, or from a session.

use std::cell::RefCell;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use super::keeper::Book;
use super::resumed::note_written;
use crate::check::Checker;
use crate::engine::{self, Conversation, Recording, hash_of_prompts};
use crate::model::{Backend, BackendError, Interrupt, Live, Reply, Request};
use crate::session::{self, Header, Redact, SessionError, Writer, new_id, timestamp};

/// Who answers in a chat.
pub enum Answers {
    /// A model behind a server.
    Live(Box<Live>),
    /// A recording, for want of a model. It is played in a chat of its own: a session that is resumed is then for
    /// looking only.
    Recorded(Box<Recording>),
}

/// Answers nothing, for want of a model.
struct Nobody;

impl Backend for Nobody {
    fn reply(&mut self, _: &Request, _: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        Err(BackendError::NoModel)
    }

    fn name(&self) -> String {
        "no model".to_owned()
    }
}

/// What a chat is opened with.
pub struct Options {
    /// The checker, with the settings of the repository.
    pub checker: Checker,
    /// How the conversation is held.
    pub engine: engine::Options,
    /// The repository: the pipeline file is written below it.
    pub root: PathBuf,
    /// The pipeline file as the user named it: messages call it so.
    pub named: String,
    /// The file at the top of the repository, where the current folder lies below: Bitbucket reads that one alone.
    pub above: Option<String>,
    /// The folder out of which a link at the file's place is not followed; none where a person has named the file.
    pub within: Option<PathBuf>,
    /// The current folder: files that commands name are looked for here.
    pub directory: PathBuf,
    /// The folder of sessions; none keeps no session.
    pub sessions: Option<PathBuf>,
    /// The session to go on with: an id, the beginning of one, a path, or `last`.
    pub resume: Option<String>,
    /// What must not stand in a session.
    pub redact: Redact,
    /// The editor's command; see [`super::editor`].
    pub editor: String,
    /// Raised by Ctrl-C; the live backend has the same.
    pub interrupt: Interrupt,
    /// The time at which the chat begins.
    pub now: SystemTime,
}

/// Why a chat can't go on, or not begin.
#[derive(Debug, thiserror::Error)]
pub enum ReplError {
    /// The session to resume.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The pipeline file, or a file that a command names.
    #[error("{path}: {reason}")]
    File {
        /// The path.
        path: String,
        /// Why it can't be read.
        reason: String,
    },
    /// Prompts can't be read, or replies not be shown.
    #[error("the terminal fails: {0}")]
    Terminal(#[from] io::Error),
}

/// Lines that a backend has said and nobody has shown.
pub(super) type Heard = Rc<RefCell<Vec<String>>>;

/// A prompt of a recording.
#[derive(Debug, Clone)]
pub(super) struct Recalled {
    pub(super) prompt: String,
    /// Repairs that it has answers to.
    pub(super) repairs: usize,
}

/// What a chat works on once it is open.
pub(super) struct Opened {
    pub(super) conversation: Conversation,
    pub(super) book: Book,
    pub(super) header: Header,
    /// Prompts of the recording that answers, in order; empty with a model.
    pub(super) recorded: Vec<Recalled>,
    pub(super) backend: Box<dyn Backend>,
    /// What the backend says while it is waited for.
    pub(super) heard: Heard,
    /// Nobody answers: the session is there to be looked at.
    pub(super) looking: bool,
    /// A session is gone on with.
    pub(super) resumed: bool,
    /// The file on disk, as it was when a session was taken up.
    pub(super) found: Option<String>,
    /// Lines for the beginning.
    pub(super) notes: Vec<String>,
}

/// Opens the session, reads the file, and makes the conversation of both.
pub(super) fn open(answers: Answers, options: &Options) -> Result<Opened, ReplError> {
    engine::sweep(&options.root);
    let looking = options.resume.is_some() && matches!(answers, Answers::Recorded(_));
    let heard = Heard::default();
    let (backend, recorded): (Box<dyn Backend>, Vec<Recalled>) = match answers {
        Answers::Live(mut live) => {
            let heard = Heard::clone(&heard);
            live.on_notice(move |line| heard.borrow_mut().push(line.to_owned()));
            (live, Vec::new())
        }
        Answers::Recorded(_) if looking => (Box::new(Nobody), Vec::new()),
        Answers::Recorded(recorded) => {
            let recall = |exchange: &session::Exchange| Recalled {
                prompt: exchange.prompt.clone(),
                repairs: recorded.repairs(exchange.turn),
            };
            let prompts = recorded.prompts().map(recall).collect();
            (Box::new(recorded.backend()), prompts)
        }
    };
    let mut conversation = Conversation::new(options.engine.clone(), options.checker.clone());
    let mut header = header(options, backend.name());
    let mut notes = Vec::new();
    if let Some(word) = &options.resume {
        let folder = options.sessions.clone().unwrap_or_default();
        let path = session::find(&folder, word, &options.directory)?;
        let (writer, session) = Writer::resume(&path, options.redact.clone())?;
        notes.extend(session.notices.iter().cloned());
        let found = read_file(options).ok();
        conversation.restore_over(&session.entries, found.as_deref(), &mut engine::Silent);
        notes.push(format!("session {} goes on after turn {}", session.header.id, conversation.turns().len()));
        header = session.header;
        let here = session::folder_name(&options.directory);
        if let Some(folder) = header.folder.as_ref().filter(|folder| **folder != here) {
            notes.push(format!("it was held in {folder}; its file is {} of this folder now", options.named));
        }
        let mut book = Book::new(Some(writer), true);
        if let Some(number) = note_written(&mut conversation, found.as_deref(), &mut book) {
            notes.push(format!("revision {number} was written to {} already", options.named));
        }
        return Ok(Opened {
            conversation,
            book,
            header,
            recorded,
            backend,
            heard,
            looking,
            resumed: true,
            found,
            notes,
        });
    }
    // What a recording says is kept already.
    let sessions = options.sessions.as_ref().filter(|_| recorded.is_empty());
    let writer = sessions
        .map(|folder| Writer::create(folder.join(format!("{}.jsonl", header.id)), &header, options.redact.clone()));
    let mut book = Book::new(writer, false);
    // A recording was made without the file at hand, and must not be written over it.
    if recorded.is_empty() {
        let path = options.root.join(&options.engine.path);
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() && !path.exists() => {
                notes.push(format!("{} is a link that leads nowhere: nothing is written through it", options.named));
            }
            Ok(_) => conversation.begin_with(read_file(options)?, &mut book),
            Err(_) => {}
        }
    }
    Ok(Opened { conversation, book, header, recorded, backend, heard, looking, resumed: false, found: None, notes })
}

/// The header of a session that begins now.
pub(super) fn header(options: &Options, model: String) -> Header {
    let id = new_id(SystemTime::now().max(options.now), std::process::id());
    let mut header = Header::new(id, timestamp(options.now));
    header.model = Some(model);
    // A file elsewhere is named in full: `ci.yml` of another folder is not the one of this folder.
    let path = &options.engine.path;
    let outside = options.root != options.directory;
    header.path = Some(if outside { options.root.join(path).display().to_string() } else { path.clone() });
    header.folder = Some(session::folder_name(&options.directory));
    header.prompts = Some(hash_of_prompts(&options.engine));
    header
}

/// The text of the pipeline file.
pub(super) fn read_file(options: &Options) -> Result<String, ReplError> {
    let path = options.root.join(&options.engine.path);
    match options.within.as_ref().and_then(|folder| engine::leads_out(folder, &path)) {
        Some(reason) => Err(ReplError::File { path: options.named.clone(), reason: format!("{reason} (`--file`)") }),
        None => read_text(&path, &options.named),
    }
}

/// The most bytes of a file that is taken for a pipeline.
const LIMIT: u64 = 16 << 20;

/// The text of a file; every failure is its name and a reason.
pub(super) fn read_text(path: &Path, shown: &str) -> Result<String, ReplError> {
    let wrong = |reason: String| ReplError::File { path: shown.to_owned(), reason };
    if path.is_dir() {
        return Err(wrong("is a folder".to_owned()));
    }
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => wrong("does not exist".to_owned()),
        io::ErrorKind::PermissionDenied => wrong("may not be read".to_owned()),
        _ => wrong(error.to_string()),
    })?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > LIMIT {
        return Err(wrong(format!("is larger than {} MiB", LIMIT >> 20)));
    }
    String::from_utf8(bytes).map_err(|error| wrong(format!("is not UTF-8 (byte {})", error.utf8_error().valid_up_to())))
}
