//! Prompts from a file or a recording: played turn by turn, with verdicts and diffs, to an accepted file.

mod run;
mod show;

pub use run::{Asking, Options, Outcome, ReplayError, embedded, run};

#[cfg(test)]
mod tests;
