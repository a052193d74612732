//! A conversation: each prompt becomes a reply, each reply a checked revision, and an accepted one a file.
//!
//! Blocking and sequential. What happens is told to an [`Observer`] as session entries; recorder, screen and scorer are
//! observers, and the engine knows none of them.

mod accept;
mod attempt;
mod beginning;
mod conversation;
mod cue;
pub mod embedded;
mod error;
pub mod form;
mod ground;
mod loss;
mod miss;
mod observer;
mod options;
mod play;
mod prompt;
mod recording;
mod regress;
mod repair;
mod restore;
mod revision;
mod reworded;
pub mod script;
mod style;
mod turn;
pub mod written;

pub use accept::{AcceptError, Expected, Written, leads_out, sweep, write_file};
pub use attempt::{Attempt, YamlKind};
pub use beginning::read_beside;
pub use conversation::Conversation;
pub use cue::{Cue, Cues, cues_of_recording, cues_of_script};
pub use error::EngineError;
pub use loss::{Loss, large_loss, lost};
pub use miss::{Nearest, best, nearest};
pub use observer::{Attempted, Observer, Silent};
pub use options::{Limits, Options, Repairs};
pub use play::{Answers, Audience, Drift, Play, Played, answer_word, play};
pub use prompt::{Context, Prompt, hash_of_prompts};
pub use recording::{Concluded, Player, Recording};
pub use revision::{Revision, Standing};
pub use reworded::reworded;
pub use script::{PromptScript, ScriptFile, ScriptTurn, TurnExpectation};
pub use style::adapted;
pub use turn::{Stop, Turn};
pub use written::{ScriptError, ScriptErrors};

#[cfg(test)]
mod failed_tests;
#[cfg(test)]
mod found_tests;
#[cfg(test)]
mod tests;
