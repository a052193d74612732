//! One conversation on disk: the format in which it is said, kept, replayed and judged.
//!
//! JSON Lines, a header first, appended and synced entry by entry. What came from outside (prompts, replies, texts of
//! a person, acceptance) is evidence; revisions and verdicts are kept for the reader and computed again by whoever
//! plays the file.

mod body;
mod clock;
mod entry;
mod exchange;
mod foreign;
mod list;
mod masker;
mod reader;
mod redact;
mod writer;

pub use clock::{new_id, timestamp};
pub use entry::{Entry, Header, Origin, Source, Usage, VERSION, sha256};
pub use exchange::{Exchange, exchanges, surviving};
pub(crate) use exchange::{drop_from, drop_revision};
pub use list::{Listed, Written, find, find_kept, folder_name, list};
pub use masker::{Masked, Masker};
pub use reader::{LIMIT, Session, SessionError, open, open_as, read};
pub use redact::{Redact, looks_masked, masks};
pub use writer::{Writer, remove};

#[cfg(test)]
mod foreign_tests;
#[cfg(test)]
mod tests;
