//! Files of ours as they are written, prompt scripts and suites: read once, with every mistake at its place.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

use crate::finding::{Finding, Severity};
use crate::yaml::{Document, Node, ProblemKind, Scalar, Span};

/// The most bytes of a prompt script or a suite.
pub const MOST_BYTES: usize = 1 << 20;

/// What is wrong, and where.
pub type Wrong = (Span, String);

/// A file of ours that can't be used: where, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {message}")]
pub struct ScriptError {
    /// The file.
    pub name: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong: a lower-case fragment.
    pub message: String,
}

/// All that is wrong with a file of ours: a line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptErrors(pub Vec<ScriptError>);

impl std::error::Error for ScriptErrors {}

impl fmt::Display for ScriptErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl From<ScriptError> for ScriptErrors {
    fn from(error: ScriptError) -> Self {
        Self(vec![error])
    }
}

/// Reads a file of ours as far as it is YAML at all, within its bounds. A key that stands twice and the like come beside it,
/// by their places.
///
/// # Errors
/// Nothing of it can be read.
pub fn readable(name: &str, text: &str) -> Result<(Document, Vec<Wrong>), ScriptError> {
    if text.len() > MOST_BYTES {
        let message = format!("is larger than {} KiB", MOST_BYTES >> 10);
        return Err(ScriptError { name: name.to_owned(), line: 1, column: 1, message });
    }
    let document = Document::read(text);
    let problems = document.problems().iter().map(|problem| {
        let message = match problem.kind {
            ProblemKind::SecondDocument => "a second document begins here; one is read".to_owned(),
            ProblemKind::TooLarge => format!("{}, so nothing of the file is read", problem.message),
            _ => problem.message.clone(),
        };
        (problem.span, message)
    });
    let problems: Vec<Wrong> = problems.collect();
    match problems.first() {
        Some((span, message)) if document.root().is_none() => Err(at(name, &document, *span, message.clone())),
        _ => Ok((document, problems)),
    }
}

/// Reads a file of ours that has to be YAML without a problem.
///
/// # Errors
/// The first problem.
pub fn guarded(name: &str, text: &str) -> Result<Document, ScriptError> {
    let (document, problems) = readable(name, text)?;
    match problems.into_iter().next() {
        Some((span, message)) => Err(at(name, &document, span, message)),
        None => Ok(document),
    }
}

/// Types a node whose form was looked at before.
///
/// # Errors
/// What does not fit, in words.
pub fn typed<T: DeserializeOwned>(node: Node<'_>) -> Result<T, String> {
    serde_yaml::from_value(value(node)).map_err(|error| error.to_string())
}

/// A node as a value, its aliases and merge keys followed.
pub fn value(node: Node<'_>) -> Value {
    if node.is_mapping() {
        let entries = node.entries().map(|entry| (value(entry.key), value(entry.value)));
        return Value::Mapping(entries.collect::<Mapping>());
    }
    if node.is_sequence() {
        return Value::Sequence(node.items().map(value).collect());
    }
    match node.scalar() {
        Scalar::Null => Value::Null,
        Scalar::Boolean(flag) => Value::Bool(flag),
        Scalar::Integer(number) => Value::Number(number.into()),
        Scalar::Float(number) => Value::Number(number.into()),
        Scalar::String(text) => Value::String(text.to_owned()),
    }
}

/// An error at a span.
pub fn at(name: &str, document: &Document, span: Span, message: String) -> ScriptError {
    let position = document.position(span.start);
    ScriptError { name: name.to_owned(), line: position.line, column: position.column, message }
}

/// What is wrong with settings that stand in a file of ours: the errors among their findings, each with its next move.
pub fn errors(found: &[Finding]) -> Vec<Wrong> {
    let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
    let told = errors.map(|finding| {
        let next = finding.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
        (finding.span, format!("{}{next}", finding.message))
    });
    told.collect()
}
