//! Recordings judged against expectations, offline, on all cores: many sessions, then numbers.
//!
//! This judges our reading, our checks and recorded answers; it says nothing of how a model would answer today.

mod baseline;
mod expect;
mod junit;
mod run;
mod score;
mod shelf;
mod show;
mod suite;

pub use baseline::{Change, Compared, compare, read_baseline};
pub use expect::CaseExpectation;
pub use junit::junit;
pub use run::{Options, Report, run};
pub use score::{CaseScore, FirstReply, Regression, Summary, TurnScore, wilson};
pub use shelf::Shelf;
pub use show::{human, json};
pub use suite::{Case, Suite};

#[cfg(test)]
mod tests;
