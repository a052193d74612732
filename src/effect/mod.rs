//! What a step does to the world, read from its script, its pipes and the scripts at hand.
//!
//! `catalogue.yaml` says which command does what; this room matches commands with it and reads references.

mod applied;
mod arguments;
mod asked;
mod at_hand;
mod bake;
mod bakefile;
mod built_in;
mod bundle;
mod called;
mod cap;
mod catalogue;
mod changes;
mod chart;
mod collected;
mod command;
mod compare;
mod compose;
mod configured;
mod consulted;
mod containers;
mod copilot;
mod daemon;
mod deploy;
mod digest;
mod ecr;
mod environment;
mod family;
mod fetched;
mod git;
mod given;
mod hidden;
mod jq;
mod known;
mod lasting;
mod launch;
mod make_condition;
mod make_text;
mod makefile;
mod manifest;
mod model;
mod names;
mod observe;
mod overlay;
mod own;
mod packages;
mod phrase;
mod pipe;
mod printed;
mod program;
mod read;
mod reference;
mod rendered;
mod runner;
mod scale;
mod selector;
mod sent;
mod settled;
mod stated;
mod task;
mod tool;
mod unknown;
mod unread;
mod words;
mod world;

pub use catalogue::{Catalogue, CatalogueError};
pub use collected::{BranchTest, Change, Edited, Filled, GitCall, Print, Ran, Runs, StepEffects, Unread};
pub use compare::{Comparison, compare};
pub use containers::Container;
pub use environment::{EnvironmentKind, inferred, kind_of, left_to_variable};
pub use given::{Given, Told};
pub use model::{AtHand, Effect, Images, Kind, Opaque, Site};
pub use names::Names;
pub use read::Reader;
pub use reference::{Reference, Tag};
pub use world::{Bindings, Files, NoFiles};

#[cfg(test)]
mod asked_tests;
#[cfg(test)]
mod bake_tests;
#[cfg(test)]
mod catalogue_tests;
#[cfg(test)]
mod files_tests;
#[cfg(test)]
mod given_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod wrapped_tests;
