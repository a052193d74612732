//! Two texts side by side: hunks of lines with the words that differ, and the words of short texts; numbers with nouns, commands.

mod changed;
mod command;
mod diff;
mod number;
mod words;

pub use changed::changed_lines;
pub use command::{command, option, with, with_files, words};
pub use diff::{Diff, Hunk, Line, Piece, Side, diff};
pub use number::{counted, named};
pub use words::{alike, differing_words};
