//! The chat: prompts from a person, replies as they grow, a verdict after each.
//!
//! Input is a trait with two sources, so that no test needs a terminal; all output goes to one writer.

mod act;
mod answers;
mod code;
pub mod commands;
mod complete;
mod editor;
mod external;
pub mod help;
mod input;
mod judged;
mod keeper;
mod markdown;
mod opening;
mod resumed;
mod run;
mod screen;
mod write;

pub use complete::{Words, complete};
pub use editor::Terminal;
pub use external::{edit, editor};
pub use input::{Input, Lines, Said};
pub use judged::Judged;
pub use markdown::Markdown;
pub use opening::{Answers, Options, ReplError};
pub use run::{Ending, run};
pub use screen::Screen;
