//! What is compiled into the program, so that it shows its work with no key, no network and no files.

use super::CliError;
use crate::session::{self, Session};

/// The recording that answers a chat without a model.
pub(super) fn chat() -> Result<Session, CliError> {
    let bytes = include_bytes!("../../evals/recordings/node-ecs/2026-11-22.jsonl");
    session::read("node-ecs", bytes).map_err(|error| CliError::undone(error.to_string()))
}
