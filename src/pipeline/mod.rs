//! Bitbucket's words as views on a document: selectors, items, steps, definitions, patterns.
//!
//! Views never fail: what is not there, or of another kind, is `None` or skipped; the schema layer tells about it.

mod definitions;
pub mod expression;
mod file;
mod import;
mod item;
mod pattern;
mod step;

pub use definitions::{Definitions, PREDEFINED_CACHES, Service};
pub use file::{File, Section, Selector, Trigger};
pub use import::{INCLUDED, IS_A_FOLDER, Import, Unseen};
pub use item::{CustomVariable, Item, Parallel, Pipeline, Stage};
pub use pattern::{Alternative, Matching, Pattern};
pub use step::{Artifacts, PipeCall, ScriptItem, Step, Upload, pipe_name};
