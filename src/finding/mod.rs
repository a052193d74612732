//! What a check can say: findings with place, trace and severity, and the verdict that follows from them.

mod collect;
mod meta;
mod model;
mod verdict;
pub mod wire;

pub use collect::{Draft, Findings};
pub use meta::RuleMeta;
pub use model::{Allowed, Answer, Finding, Layer, Related, Severity, Subject};
pub use verdict::Verdict;
