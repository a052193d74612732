//! What a conversation is told before it begins.

use crate::settings::DEFAULT_FILE;

/// When findings go back to the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repairs {
    /// By themselves, so many rounds a prompt at most.
    Automatic {
        /// Rounds a prompt.
        rounds: usize,
    },
    /// Only when [`super::Conversation::repair`] is called.
    Asked,
    /// Never.
    Off,
}

/// Caps that are looked at before each request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Tokens of the whole conversation, sent and received.
    pub tokens: Option<u64>,
    /// Milliseconds that the backend has answered for, in the whole conversation.
    pub elapsed_ms: Option<u64>,
}

/// How a conversation is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The pipeline file, relative to the repository.
    pub path: String,
    /// The system prompt.
    pub system: String,
    /// The repair prompt, with `{{revision}}` and `{{findings}}`.
    pub repair: String,
    /// The prompt after a file that is cut off or leaves parts out, with `{{findings}}`.
    pub flawed: String,
    /// The repair prompt after a revision that dropped a large part of the file, with `{{revision}}`, `{{loss}}`,
    /// `{{before}}` and `{{findings}}`.
    pub loss: String,
    /// When findings go back.
    pub repairs: Repairs,
    /// Caps.
    pub limits: Limits,
    /// Whether a play ends at a repair that gets no reply: what is recorded as a sample has to be whole.
    pub whole: bool,
    /// Bytes of older replies that are sent along; the prompts and the present file always are.
    pub context: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: DEFAULT_FILE.to_owned(),
            system: include_str!("../../prompts/system.md").to_owned(),
            repair: include_str!("../../prompts/repair.md").to_owned(),
            flawed: include_str!("../../prompts/flawed.md").to_owned(),
            loss: include_str!("../../prompts/loss.md").to_owned(),
            repairs: Repairs::Automatic { rounds: 3 },
            limits: Limits::default(),
            whole: false,
            context: 200_000,
        }
    }
}
