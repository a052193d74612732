//! Every byte that a person or a CI system reads: plain data in, bytes out, one file per format.
//!
//! A reporter is a function of a [`Report`]; none prints by itself, and none decides anything.

mod code_insights;
mod diff;
mod excerpt;
mod fingerprint;
mod github;
mod human;
mod json;
mod junit;
mod link;
mod look;
mod model;
mod plan;
mod plan_wire;
mod sarif;
mod short;
mod visible;

pub use code_insights::code_insights;
pub use diff::{diff_meaning, diff_text};
pub use excerpt::{is_value, masked_text};
pub use github::github;
pub use human::{finding, human};
pub use json::json;
pub use junit::junit;
pub use link::{Links, is_page_url};
pub use look::{Look, wrapped};
pub use model::{Counts, FileReport, Report, Unreadable, trace};
pub use plan::{WireEffect, WireEvent, WirePlan, WirePlans, WireStep, plans_human, plans_json};
pub use sarif::sarif;
pub use short::short;
pub use visible::visible;

#[cfg(test)]
mod format_tests;
#[cfg(test)]
mod tests;
