//! Every byte that a person or a CI system reads: plain data in, bytes out, one file per format.
//!
//! A reporter is a function of a [`Report`]; none prints by itself, and none decides anything.

mod excerpt;
mod human;
mod json;
mod look;
mod model;
mod short;
mod visible;

pub use human::{finding, human};
pub use json::json;
pub use look::Look;
pub use model::{Counts, FileReport, Report, Unreadable};
pub use short::short;
pub use visible::visible;

#[cfg(test)]
mod tests;
