//! Two texts side by side: hunks of lines with the words that differ, and the words of short texts; numbers with nouns.

mod diff;
mod number;
mod words;

pub use diff::{Diff, Hunk, Line, Piece, Side, changed_lines, diff};
pub use number::counted;
pub use words::{alike, differing_words};
