//! The header and the entries of a session.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::finding::Verdict;
use crate::finding::wire::WireFinding;

/// The version that this program writes.
pub const VERSION: u32 = 1;

/// The first line of a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub version: u32,
    /// The session's id.
    pub id: String,
    /// When it began: RFC 3339, UTC.
    pub created: String,
    /// Who answers.
    #[serde(default)]
    pub model: Option<String>,
    /// The prompt script's name, if one asks.
    #[serde(default)]
    pub script: Option<String>,
    /// Policy settings, as a settings file would have them.
    #[serde(default)]
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// The hash of the system and the repair prompt, which says whether a recording was made with today's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompts: Option<String>,
    /// Whether the replies were written by hand: they say nothing of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authored: bool,
    /// The pipeline file, relative to the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The folder in which a chat was held. Only sessions of a chat have it: recordings and exports tell nobody how a
    /// machine is laid out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The session from which this one was forked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<String>,
}

impl Header {
    /// A header with nothing but an id and a time.
    pub fn new(id: impl Into<String>, created: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            id: id.into(),
            created: created.into(),
            model: None,
            script: None,
            settings: serde_json::Map::new(),
            prompts: None,
            authored: false,
            path: None,
            folder: None,
            forked_from: None,
        }
    }
}

/// Who sent a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// A person.
    User,
    /// A prompt script.
    Script,
    /// The engine, with findings.
    Repair,
}

/// Where a revision's text came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// A reply.
    #[default]
    Reply,
    /// The file as it was when the conversation began: revision 0.
    File,
    /// A person's own edit.
    Edit,
}

impl Source {
    fn is_reply(&self) -> bool {
        *self == Self::Reply
    }
}

/// Tokens of one exchange.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens of what was sent.
    pub prompt: u64,
    /// Tokens of the reply.
    pub completion: u64,
}

/// One line of a session after the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Entry {
    /// What is asked. A prompt that is no repair begins its turn anew: whatever stood at this turn and after it no
    /// longer counts.
    Prompt {
        /// The turn, from 1.
        turn: usize,
        /// Who asks.
        origin: Origin,
        /// The words.
        text: String,
    },
    /// What is answered.
    Reply {
        /// The turn.
        turn: usize,
        /// The words, reasoning left out.
        text: String,
        /// Why it ended: stop, length, or the server's word; none when nobody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finish: Option<String>,
        /// Tokens, if they were counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
        /// How long it took.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        elapsed_ms: Option<u64>,
    },
    /// A text of the file.
    Revision {
        /// The turn; 0 before the first.
        turn: usize,
        /// The revision's number, from 0.
        number: usize,
        /// The file, relative to the repository.
        path: String,
        /// The hash of the text.
        sha256: String,
        /// Where the text came from.
        #[serde(default, skip_serializing_if = "Source::is_reply")]
        source: Source,
        /// The text, where no reply has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// What the check of a revision came to.
    Verdict {
        /// The turn.
        turn: usize,
        /// The revision's number.
        revision: usize,
        /// The verdict.
        verdict: Verdict,
        /// The findings, by offset and then by rule.
        #[serde(default)]
        findings: Vec<WireFinding>,
    },
    /// A person or a prompt script took a revision, and it was written.
    Accepted {
        /// The turn.
        turn: usize,
        /// The revision's number.
        revision: usize,
        /// The file, relative to the repository.
        path: String,
        /// The hash of what was written.
        sha256: String,
    },
    /// A reply that never became whole; the prompt before it is unanswered.
    Failure {
        /// The turn.
        turn: usize,
        /// Why.
        reason: String,
        /// What had arrived.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// A turn and all after it were taken back; with `revision` that one alone, a person's edit behind the turns that
    /// count.
    Undo {
        /// The first turn that no longer counts.
        turn: usize,
        /// The edit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        revision: Option<usize>,
    },
}

impl Entry {
    /// The number of the revision that the entry is.
    pub fn number(&self) -> Option<usize> {
        match self {
            Self::Revision { number, .. } => Some(*number),
            _ => None,
        }
    }

    /// The turn that the entry belongs to.
    pub fn turn(&self) -> usize {
        match self {
            Self::Prompt { turn, .. }
            | Self::Reply { turn, .. }
            | Self::Revision { turn, .. }
            | Self::Verdict { turn, .. }
            | Self::Accepted { turn, .. }
            | Self::Failure { turn, .. }
            | Self::Undo { turn, .. } => *turn,
        }
    }
}

/// The hash of a text as sessions have it: SHA-256 in lower-case hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut out, byte| {
        const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
        out
    })
}
