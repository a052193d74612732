//! A finding and its words.

use serde::{Deserialize, Serialize};

use crate::yaml::Span;

/// The four layers of a check, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// It is not YAML, or YAML that Bitbucket would not take.
    Syntax,
    /// A keyword, type, value or nesting that Bitbucket does not know.
    Schema,
    /// Bitbucket would refuse it or do something else than it says.
    Semantic,
    /// The delivery policy.
    Policy,
}

impl Layer {
    /// All layers, in order.
    pub const ALL: [Layer; 4] = [Layer::Syntax, Layer::Schema, Layer::Semantic, Layer::Policy];

    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Layer::Syntax => "syntax",
            Layer::Schema => "schema",
            Layer::Semantic => "semantic",
            Layer::Policy => "policy",
        }
    }
}

/// How much a finding weighs. The order is the weight: a note is least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Informs.
    Note,
    /// Is shown and does not block.
    Warning,
    /// Blocks acceptance.
    Error,
}

impl Severity {
    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// What a finding says of its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The rule does not hold, and the trace shows it.
    Violated,
    /// Something could not be followed; the message says what, the help what would settle it.
    CannotTell,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What is there.
    pub message: String,
    /// Where.
    pub span: Span,
}

/// What a rule says at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// The rule's layer.
    pub layer: Layer,
    /// How much it weighs.
    pub severity: Severity,
    /// Violated, or can't tell.
    pub answer: Answer,
    /// The offence first; lower case, no final period, no secret.
    pub message: String,
    /// The next edit.
    pub help: Option<String>,
    /// Where it points.
    pub span: Span,
    /// How an event gets there: event, pipeline, step, command.
    pub trace: Vec<String>,
    /// Other places involved.
    pub related: Vec<Related>,
    /// What it is about, where notes about one thing are told once.
    pub subject: Option<Subject>,
    /// The set of which only one is told: of the findings of a rule in one set the first that no comment allows.
    pub set: Option<String>,
    /// How many it is of: one for each plan, step and command that reaches the place.
    pub cases: usize,
    /// Of how many alternatives of a pattern it is.
    pub alternatives: usize,
}

/// A finding that a comment of the file has allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The rule.
    pub rule: &'static str,
    /// How much the finding weighs.
    pub severity: Severity,
    /// The comment.
    pub span: Span,
    /// The reason that it gives.
    pub reason: String,
    /// The events of the plans in which it was allowed, as traces name them.
    pub events: Vec<String>,
}

/// What a note is about: a program, and the call of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The program: `npm`, `./lint.sh`.
    pub program: String,
    /// The program with what it is asked for: `npm run lint`.
    pub call: String,
}
