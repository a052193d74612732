//! pipewright: a chat assistant and checker for Bitbucket Pipelines.
//!
//! The map, ground floor first; a room imports lower floors only (`tests/house.rs` keeps it so).

// 0: text that knows where it is
pub mod chat;
pub mod text;
pub mod yaml;
// 1: what a check can say, and what may be set
pub mod finding;
pub mod pipeline;
pub mod settings;
pub mod shell;
// 2: what Bitbucket could not read, or does not know
pub mod schema;
pub mod session;
// 3: what a step does, and where replies come from
pub mod effect;
pub mod model;
// 4: what an event does
pub mod plan;
// 5: rules over plans and effects
pub mod rules;
// 6: four layers in order
pub mod check;
// 7: the conversation, and every byte that a person or a CI system reads
pub mod engine;
pub mod report;
// 8: a conversation as it is told afterwards, and how strong the rules are
pub mod mutate;
pub mod transcript;
// 9: where prompts come from
pub mod eval;
pub mod repl;
pub mod replay;
// 10: arguments, configuration, exit codes
pub mod cli;
