//! How strong the rules are: an accepted file is made worse in a known way, and the rule that is there for it has to say so.
//!
//! A mutant is the file with one thing changed, at spans of the document; its operator names the rules that must kill it.
//! What survives is a gap of a rule, a limit that its page admits, or a change that means the same.

mod edit;
mod operators;
mod score;
mod show;
mod subject;

pub use edit::Edit;
pub use operators::{OPERATORS, Operator};
pub use score::{Fate, Mutant, Mutation, mutate};
pub use show::{human, json};

#[cfg(test)]
mod tests;
