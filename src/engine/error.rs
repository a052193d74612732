//! Why an operation on a conversation did not happen, with the next move.

use super::accept::AcceptError;
use crate::finding::Verdict;
use crate::model::BackendError;
use crate::text::counted;

/// Why an operation did not happen.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No reply came; the prompt is kept.
    #[error("{error}")]
    Backend {
        /// The turn that has no answer.
        turn: usize,
        /// Why.
        #[source]
        error: BackendError,
    },
    /// A repair got no reply, in a play that has to be whole.
    #[error("{why}")]
    Repair {
        /// The turn that it was to repair.
        turn: usize,
        /// Why, in words.
        why: String,
    },
    /// The recording began with another file than the prompts do.
    #[error("the recording `{recording}` is stale: its file to begin with is another\n{diff}")]
    OtherFile {
        /// The recording's name.
        recording: String,
        /// What differs: `-` recorded, `+` now.
        diff: String,
    },
    /// A cap forbids to ask.
    #[error("{0}")]
    Cap(String),
    /// A prompt has no reply yet.
    #[error("the last prompt has no reply; retry it, or undo it")]
    Unanswered,
    /// There is no prompt to send again.
    #[error("nothing was asked yet, so there is nothing to retry")]
    NothingToRetry,
    /// No turn to take back.
    #[error("{}", undone(*.have, *.asked))]
    NothingToUndo {
        /// Turns that there are.
        have: usize,
        /// Turns that were to go.
        asked: usize,
    },
    /// No such turn.
    #[error("there is no turn {asked}: {}", turns(*.have))]
    NoTurn {
        /// Turns that there are.
        have: usize,
        /// The turn that was named.
        asked: usize,
    },
    /// Nothing to send back.
    #[error("the last turn left nothing to repair")]
    NothingToRepair,
    /// No such revision.
    #[error("{0}")]
    NoRevision(String),
    /// The verdict is not `accepted`.
    #[error("revision {number} is {}, so it is not written: {}; repair it, or accept it by force", .verdict.word(), counted(*.errors, "error"))]
    NotAccepted {
        /// The revision.
        number: usize,
        /// Its verdict.
        verdict: Verdict,
        /// Its findings with severity error.
        errors: usize,
    },
    /// The session file does not hold the revision's own bytes.
    #[error(
        "revision {number} has masked credentials in it, since its session was taken up from a file; ask for the file again"
    )]
    Masked {
        /// The revision.
        number: usize,
    },
    /// The file was not written.
    #[error(transparent)]
    Accept(#[from] AcceptError),
}

impl EngineError {
    /// The message with the next move at the end of its first line: whoever plays a recording knows how it is made anew.
    pub fn with_next(&self, next: &str) -> String {
        let message = self.to_string();
        match message.split_once('\n') {
            Some((first, rest)) => format!("{first}; {next}\n{rest}"),
            None => format!("{message}; {next}"),
        }
    }

    /// Whether a recording does not answer what is asked: another prompt, one too many, or another file to begin with.
    pub fn is_a_miss(&self) -> bool {
        match self {
            Self::OtherFile { .. } => true,
            Self::Backend { error, .. } => error.is_a_miss(),
            _ => false,
        }
    }
}

/// How many turns there are, as a part of a sentence.
fn turns(have: usize) -> String {
    match have {
        0 => "nothing was answered yet".to_owned(),
        1 => "there is 1 turn".to_owned(),
        _ => format!("there are {have} turns"),
    }
}

fn undone(have: usize, asked: usize) -> String {
    match (have, asked) {
        (0, _) => "nothing was asked yet, so there is nothing to take back".to_owned(),
        (_, 0) => "0 turns would take nothing back; 1 is the last turn".to_owned(),
        _ => format!("{}, so {asked} can't be taken back", turns(have)),
    }
}
