//! The check: four layers in order, settings and suppressions applied, one verdict.

mod aliased;
mod checker;
#[cfg(test)]
mod command_tests;
mod comments;
mod difference;
#[cfg(test)]
mod difference_tests;
#[cfg(test)]
mod event_tests;
#[cfg(test)]
mod everywhere_tests;
mod files;
mod gather;
mod imports;
mod masked;
#[cfg(test)]
mod message_tests;
mod once;
mod ratchet;
#[cfg(test)]
mod refused_tests;
mod started;
mod suppress;
#[cfg(test)]
mod suppress_tests;
#[cfg(test)]
mod value_tests;
#[cfg(test)]
mod variable_tests;
#[cfg(test)]
mod weaker_tests;

pub use checker::{Checked, Checker, metas};
pub use difference::difference;
pub use files::RepositoryFiles;
pub use suppress::{REASON, USED};
