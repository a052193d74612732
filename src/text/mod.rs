//! Two texts side by side: hunks of lines with the words that differ, and the words of short texts.

mod diff;
mod words;

pub use diff::{Diff, Hunk, Line, Piece, Side, diff};
pub use words::{alike, differing_words};
