//! Numbers in sentences.

/// A number with its noun: `1 step`, `2 steps`.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
