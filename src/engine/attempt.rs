//! One reply, read: what it holds, and which of it counts.

use serde::{Deserialize, Serialize};

use super::prompt::Prompt;
use crate::chat::{Candidate, Choice, Ending, Foreign, choose, extract_ended, foreign};
use crate::model::{Finish, Reply};

/// What YAML a reply holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum YamlKind {
    /// None of a pipeline file.
    None,
    /// A part of one.
    Fragment,
    /// A whole one.
    File,
    /// One that is cut off or leaves parts out.
    Flawed,
}

impl YamlKind {
    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Fragment => "fragment",
            Self::File => "file",
            Self::Flawed => "flawed",
        }
    }
}

/// A prompt, its reply, and what the reply came to.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The turn, from 1.
    pub turn: usize,
    /// 0 for the prompt itself, 1 and up for repairs.
    pub number: usize,
    /// What was asked.
    pub prompt: Prompt,
    /// What was answered.
    pub reply: Reply,
    /// The YAML in the reply.
    pub candidates: Vec<Candidate>,
    /// Which of it counts.
    pub choice: Choice,
    /// The revision that the reply came to; one that stood before where the reply repeats its text.
    pub revision: Option<usize>,
}

impl Attempt {
    /// Reads a reply.
    pub(super) fn read(turn: usize, number: usize, prompt: Prompt, reply: Reply) -> Self {
        let candidates = extract_ended(&reply.text, ending(&reply.finish));
        let choice = choose(&candidates);
        Self { turn, number, prompt, reply, candidates, choice, revision: None }
    }

    /// What YAML the reply holds.
    pub fn yaml(&self) -> YamlKind {
        match self.choice {
            Choice::Nothing => YamlKind::None,
            Choice::Fragment(_) => YamlKind::Fragment,
            Choice::File { .. } => YamlKind::File,
            Choice::Flawed(_) => YamlKind::Flawed,
        }
    }

    /// What a person should know of a reply that brought no revision of its own: a file of another CI, a part, a flaw; or
    /// of one that brought several files: which of them counts. In words.
    pub fn remark(&self) -> Option<String> {
        match &self.choice {
            Choice::Nothing => foreign(&self.reply.text).map(|Foreign { system, line }| {
                format!("no revision: the file at line {line} of the reply is one of {system}, not of Bitbucket")
            }),
            Choice::Fragment(_) => Some("no revision: the YAML in this reply is a part, not a whole file".to_owned()),
            Choice::Flawed(_) => {
                let flaws = self.chosen().map_or(&[][..], |candidate| &candidate.flaws);
                let flaws: Vec<&str> = flaws.iter().map(|flaw| flaw.reason.as_str()).collect();
                Some(format!("no revision: the file in this reply is not whole ({})", flaws.join("; ")))
            }
            Choice::File { reason, .. } => reason.clone(),
        }
    }

    /// The candidate that counts.
    pub fn chosen(&self) -> Option<&Candidate> {
        match self.choice {
            Choice::Nothing => None,
            Choice::Fragment(index) | Choice::Flawed(index) | Choice::File { index, .. } => self.candidates.get(index),
        }
    }

    /// The candidate that becomes a revision.
    pub(super) fn file(&self) -> Option<&Candidate> {
        self.chosen().filter(|_| self.yaml() == YamlKind::File)
    }
}

/// How sure it is that a reply is whole.
fn ending(finish: &Finish) -> Ending {
    match finish {
        Finish::Stop => Ending::Whole,
        Finish::Length | Finish::Interrupted => Ending::Cut,
        Finish::Other(_) | Finish::Unknown => Ending::Unknown,
    }
}
