//! The check: four layers in order, settings and suppressions applied, one verdict.

mod checker;
mod files;
mod suppress;

pub use checker::{Checked, Checker};
pub use files::RepositoryFiles;
pub use suppress::{REASON, USED};
