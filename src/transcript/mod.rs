//! A conversation as it is told afterwards: to a colleague, to another program, to whoever reads an eval.
//!
//! [`Told`] is plain data, secrets masked: prompts, replies, and at every attempt the file with its findings, its diff and
//! what the diff means. Markdown, chat lines and the page are views of it.

mod code;
mod form;
mod lines;
mod markdown;
mod page;
mod reply;
mod shown;
#[cfg(test)]
mod tests;
mod told;

pub use code::escaped;
pub use form::{Form, told_recording, write_new};
pub use lines::chat_lines;
pub use markdown::markdown;
pub use page::{html, section, write_page};
pub use shown::{Shown, write_diff};
pub use told::{Said, Told, ToldAttempt, ToldFinding, ToldRevision, ToldTurn, told};
