//! What is said: messages, and the YAML that replies carry.

mod message;

pub use message::{Message, Role};
