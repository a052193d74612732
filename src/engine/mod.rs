//! A conversation: each prompt becomes a reply, each reply a checked revision, and an accepted one a file.
//!
//! Blocking and sequential. What happens is told to an [`Observer`] as session entries; recorder, screen and scorer are
//! observers, and the engine knows none of them.

mod accept;
mod attempt;
mod conversation;
mod observer;
mod options;
mod prompt;
mod repair;
mod restore;
mod revision;
mod style;
mod turn;

pub use accept::{AcceptError, Expected, Written, write_file};
pub use attempt::{Attempt, YamlKind};
pub use conversation::{Conversation, EngineError};
pub use observer::{Attempted, Observer, Silent};
pub use options::{Limits, Options, Repairs};
pub use prompt::{Context, Prompt, hash_of_prompts};
pub use restore::surviving;
pub use revision::{Revision, Standing};
pub use style::adapted;
pub use turn::{Stop, Turn};

#[cfg(test)]
mod tests;
