//! What is said: messages, and the YAML that replies carry.
//!
//! A reply is untrusted: nothing in it is run, nothing in it chooses a path, and a file that is cut off or leaves
//! parts out is told apart from a whole one.

mod block;
mod candidate;
mod choice;
mod extract;
mod flaw;
mod foreign;
mod message;
mod reasoning;
mod shape;
mod unfenced;

pub use candidate::{Candidate, Ending, Flaw, FlawKind, Shape};
pub use choice::{Choice, choose};
pub use extract::{extract, extract_beside, extract_ended};
pub use foreign::{Foreign, foreign, patch};
pub use message::{Message, Role};
pub use reasoning::without_reasoning;

#[cfg(test)]
mod tests;
