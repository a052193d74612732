//! Recordings judged against expectations, offline, on all cores: many sessions, then numbers.
//!
//! This judges our reading, our checks and recorded answers; it says nothing of how a model would answer today.

mod against;
mod aliased;
mod baseline;
mod beside;
mod bisect;
mod case;
mod chosen;
mod conversations;
mod expect;
mod files;
mod filter;
mod find;
mod form;
mod fresh;
mod instead;
mod job;
mod junit;
mod keep;
mod markdown;
mod merge;
mod page;
mod plans;
mod report;
mod run;
mod score;
mod shard;
mod shelf;
mod show;
mod stamp;
mod suite;
mod summary;
mod texts;
mod turn;
mod variables;
mod wire;
mod words;

pub use baseline::{Baseline, CaseChange, Change, Compared, Comparison, RuleChange};
pub use beside::Beside;
pub use bisect::{History, RuleTurn, history, history_json, write_history};
pub use case::{Case, Recordings};
pub use chosen::Chosen;
pub use expect::CaseExpectation;
pub use files::FileScore;
pub use filter::Filter;
pub use find::{OtherFile, other_than_recording, other_than_script};
pub use instead::{Divergence, Instead, diverge};
pub use junit::junit;
pub use keep::Keep;
pub use markdown::markdown;
pub use merge::{Part, merge};
pub use page::page;
pub use plans::PlanExpectation;
pub use report::Report;
pub use run::{Judged, Options, Progress, Stopped, Work, run, unescape, unfilled};
pub use score::{CaseScore, FirstReply, Regression, TurnScore};
pub use shard::Shard;
pub use shelf::Shelf;
pub use show::{Manner, human};
pub use stamp::{Other, Stamp};
pub use suite::Suite;
pub use summary::{CaseSummary, Spread, Summary, pass_at, wilson};
pub use texts::{FileExpectation, TextExpectation, TurnText};
pub use turn::TurnName;
pub use wire::{json, read_baseline, read_report};

#[cfg(test)]
mod documented;
#[cfg(test)]
mod form_tests;
#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod instead_tests;
#[cfg(test)]
mod recording_tests;
#[cfg(test)]
mod tests;
