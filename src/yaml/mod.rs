//! Text that knows where it is: one reading of a YAML text into nodes with byte spans.
//!
//! Everything that is said about a pipeline file is said about this tree; there is no second parser that could
//! disagree. Anchors, aliases and merge keys are resolved and still know where they are written.

mod broken;
mod build;
mod document;
mod lines;
mod measure;
mod node;
mod offsets;
mod part;
mod problem;
mod seen;
mod span;
mod tabs;
mod typed;
mod undefined;

pub use broken::{is_jenkinsfile, jenkinsfile};
pub use document::{Comment, Document, Limits, Step};
pub use lines::{Lines, Position};
pub use node::{Entry, Kind, Node, NodeId, Style};
pub use part::Part;
pub use problem::{Problem, ProblemKind};
pub use span::Span;
pub use typed::{Scalar, yaml11_reading};

#[cfg(test)]
mod tests;
