//! The frozen JSON form of findings, shared by `check --format json`, sessions and eval reports.

use serde::{Deserialize, Serialize};

use super::{Finding, Layer, Severity};
use crate::yaml::{Document, Position, Span};

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WirePosition {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte, from 0.
    pub offset: usize,
}

impl From<Position> for WirePosition {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column, offset: position.offset }
    }
}

/// Another place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireRelated {
    /// What is there.
    pub message: String,
    /// The imported file in which it is, from the repository's root; `None` for the file of the finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where it begins.
    pub start: WirePosition,
    /// Where it ends.
    pub end: WirePosition,
}

/// A finding with its positions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireFinding {
    /// The rule's id.
    pub rule: String,
    /// The layer.
    pub layer: Layer,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The next edit.
    #[serde(default)]
    pub help: Option<String>,
    /// Where it begins.
    pub start: WirePosition,
    /// Where it ends.
    pub end: WirePosition,
    /// How an event gets there.
    #[serde(default)]
    pub trace: Vec<String>,
    /// Other places.
    #[serde(default)]
    pub related: Vec<WireRelated>,
}

impl WireFinding {
    /// The wire form of a finding in `document`.
    pub fn new(finding: &Finding, document: &Document) -> Self {
        let place = |span: Span| (document.position(span.start).into(), document.position(span.end).into());
        let (start, end) = place(finding.span);
        let related = finding
            .related
            .iter()
            .map(|related| {
                let (start, end) = place(related.span);
                let file = document.part_at(related.span.start).map(|part| part.name().to_owned());
                WireRelated { message: related.message.clone(), file, start, end }
            })
            .collect();
        Self {
            rule: finding.rule.to_owned(),
            layer: finding.layer,
            severity: finding.severity,
            message: finding.message.clone(),
            help: finding.help.clone(),
            start,
            end,
            trace: finding.trace.clone(),
            related,
        }
    }
}
