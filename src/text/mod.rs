//! Two texts side by side: hunks of lines with the words that differ.

mod diff;

pub use diff::{Diff, Hunk, Line, Piece, Side, diff};
