//! The compiled schema, and a document's failures against it.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Number, Value};

use crate::yaml::{Document, Node, Scalar};

/// How many failures are looked at; the thousandth tells nobody anything new.
const FAILURES: usize = 1000;

/// The schema as a tree: its titles and key lists are the words of the messages.
pub(super) static TREE: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(super::SCHEMA).unwrap_or(Value::Null));

static VALIDATOR: LazyLock<Option<Validator>> = LazyLock::new(|| {
    let options = jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(false);
    options.with_pattern_options(PatternOptions::regex()).build(&TREE).ok()
});

/// Compiles the schema, if nobody has.
pub(super) fn prepare() {
    LazyLock::force(&VALIDATOR);
}

/// One failure: where in the file, at which keyword of the schema, and what.
#[derive(Debug)]
pub(super) struct Failure {
    /// JSON pointer into the file.
    pub instance: String,
    /// JSON pointer of the keyword in the schema, references followed.
    pub keyword: String,
    pub kind: Kind,
}

/// What failed.
#[derive(Debug)]
pub(super) enum Kind {
    UnknownKeys(Vec<String>),
    Missing(String),
    Type,
    Value,
    Pattern,
    BadName(String),
    Empty,
    TooFew,
    TooMany,
    TooSmall,
    TooLarge,
    TooLong,
    Repeated,
    Forbidden,
}

/// The failures of a document; `None` where it has no tree.
pub(super) fn failures(document: &Document) -> Option<Vec<Failure>> {
    let value = value(document.root()?);
    let validator = VALIDATOR.as_ref()?;
    let failures = validator.iter_errors(&value).take(FAILURES).filter_map(|error| {
        let kind = match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => Kind::UnknownKeys(unexpected.clone()),
            ValidationErrorKind::Required { property } => Kind::Missing(property.as_str()?.to_owned()),
            ValidationErrorKind::Type { .. } => Kind::Type,
            ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => Kind::Value,
            ValidationErrorKind::Pattern { .. } => Kind::Pattern,
            ValidationErrorKind::PropertyNames { error } => Kind::BadName(error.instance().as_str()?.to_owned()),
            ValidationErrorKind::MinLength { .. } | ValidationErrorKind::MinItems { .. } => Kind::Empty,
            ValidationErrorKind::MinProperties { .. } => Kind::TooFew,
            ValidationErrorKind::MaxProperties { .. } => Kind::TooMany,
            ValidationErrorKind::Minimum { .. } => Kind::TooSmall,
            ValidationErrorKind::Maximum { .. } => Kind::TooLarge,
            ValidationErrorKind::MaxLength { .. } | ValidationErrorKind::MaxItems { .. } => Kind::TooLong,
            ValidationErrorKind::UniqueItems => Kind::Repeated,
            ValidationErrorKind::FalseSchema => Kind::Forbidden,
            _ => return None,
        };
        Some(Failure {
            instance: error.instance_path().as_str().to_owned(),
            keyword: error.schema_path().as_str().to_owned(),
            kind,
        })
    });
    Some(failures.collect())
}

/// The tree with aliases and merge keys followed. The reading bounds its size.
fn value(node: Node<'_>) -> Value {
    if node.is_sequence() {
        return Value::Array(node.items().map(value).collect());
    }
    if node.is_mapping() {
        let entries = node.entries().map(|entry| (entry.name().to_owned(), value(entry.value)));
        return Value::Object(entries.collect::<Map<_, _>>());
    }
    match node.scalar() {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(value),
        Scalar::Integer(value) => Value::Number(value.into()),
        Scalar::Float(value) => Number::from_f64(value).map_or(Value::String(value.to_string()), Value::Number),
        Scalar::String(text) => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_a_schema_and_compiles() {
        assert!(jsonschema::draft7::meta::is_valid(&TREE));
        assert!(VALIDATOR.is_some());
    }
}
