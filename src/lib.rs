//! pipewright: a chat assistant and checker for Bitbucket Pipelines.
//!
//! The map, ground floor first; a room imports lower floors only (`tests/house.rs` keeps it so).

// 0: text that knows where it is
pub mod chat;
pub mod yaml;
// 1: what a check can say, and what may be set
pub mod finding;
pub mod pipeline;
pub mod settings;
pub mod shell;
// 2: what Bitbucket could not read, or does not know
pub mod schema;
// 2: what is in a file, and what it does
pub mod effect;
// 3: where replies come from
pub mod model;
pub mod plan;
// 6: every byte that a person or a CI system reads
pub mod report;
// 7: where prompts come from
pub mod repl;
// 8: arguments, configuration, exit codes
pub mod cli;
