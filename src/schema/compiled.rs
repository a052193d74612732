//! The schema as code, and a document's failures against it.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Number, Value};

use crate::yaml::{Document, Node, Scalar};

/// How many failures are looked at; the thousandth tells nobody anything new.
const FAILURES: usize = 1000;

/// The schema as a tree: its titles and key lists are the words of the messages.
pub(super) static TREE: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(super::SCHEMA).unwrap_or(Value::Null));

/// The schema as code, which the build makes of it: at a start nothing has to be compiled.
#[jsonschema::validator(
    path = "schemas/bitbucket-pipelines.schema.json",
    draft = Draft7,
    validate_formats = false,
    pattern_options = { engine = regex },
    methods = { is_valid = false, validate = false, iter_errors = true }
)]
struct Schema;

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
    Some(failures_of(&value(document.root()?)))
}

fn failures_of(value: &Value) -> Vec<Failure> {
    let mut failures = Vec::new();
    for error in Schema::iter_errors(value).take(FAILURES) {
        let said = |keyword: &str, kind| Failure {
            instance: error.instance_path().as_str().to_owned(),
            keyword: keyword.to_owned(),
            kind,
        };
        let keyword = error.schema_path().as_str();
        // A value that is no string is none of the allowed strings either, and the generated code says only this.
        let of_strings = |ty: &String| TREE.pointer(ty).is_some_and(|ty| ty == "string");
        let ty = keyword.strip_suffix("/enum").map(|owner| format!("{owner}/type")).filter(of_strings);
        failures.extend(ty.filter(|_| !error.instance().is_string()).map(|ty| said(&ty, Kind::Type)));
        // A key that fails is told at its map.
        let name = error
            .instance()
            .as_str()
            .filter(|_| value.pointer(error.instance_path().as_str()).is_some_and(Value::is_object));
        match name {
            Some(name) => failures.push(said(keyword, Kind::BadName(name.to_owned()))),
            None => failures.extend(kind(error.kind()).map(|kind| said(keyword, kind))),
        }
    }
    failures
}

fn kind(kind: &ValidationErrorKind) -> Option<Kind> {
    Some(match kind {
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
    })
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
    use serde_json::json;

    /// A file with nearly every keyword of the schema.
    const ALL: &str = include_str!("../../tests/fixtures/schema/every-keyword.yml");

    /// What the runtime's compilation of the schema finds, which is the reference.
    fn reference(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
        let found = validator.iter_errors(value).filter_map(|error| {
            Some(told(error.instance_path().as_str(), error.schema_path().as_str(), &kind(error.kind())?))
        });
        sorted(found.collect())
    }

    fn told(instance: &str, keyword: &str, kind: &Kind) -> String {
        format!("{instance} {keyword} {kind:?}")
    }

    fn sorted(mut found: Vec<String>) -> Vec<String> {
        found.sort();
        found
    }

    /// Every value of a tree.
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        for (key, value) in value.as_object().into_iter().flatten() {
            pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
        }
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            pointers(value, &format!("{at}/{index}"), found);
        }
    }

    #[test]
    fn the_generated_code_finds_what_the_crate_finds() {
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7).should_validate_formats(false);
        let validator = options.with_pattern_options(jsonschema::PatternOptions::regex()).build(&TREE).unwrap();
        let whole = value(Document::read(ALL).root().unwrap());
        assert_eq!(reference(&validator, &whole), Vec::<String>::new());
        let others = [
            json!(null),
            json!(true),
            json!(7),
            json!(-1.5),
            json!(1e9),
            json!(""),
            json!("A b"),
            json!([]),
            json!(["x", "x", 3]),
            json!({}),
            json!({"A b": "c", "script": ["x"]}),
        ];
        let mut places = Vec::new();
        pointers(&whole, "", &mut places);
        for place in &places {
            for other in &others {
                let mut changed = whole.clone();
                *changed.pointer_mut(place).unwrap() = other.clone();
                let found =
                    failures_of(&changed).iter().map(|one| told(&one.instance, &one.keyword, &one.kind)).collect();
                assert_eq!(sorted(found), reference(&validator, &changed), "{place} is {other}");
            }
        }
    }

    #[test]
    fn the_schema_is_a_schema_and_its_keywords_are_tried() {
        assert!(jsonschema::draft7::meta::is_valid(&TREE));
        let mut places = Vec::new();
        pointers(&TREE, "", &mut places);
        let keys = places.iter().filter_map(|place| place.rsplit_once("/properties/"));
        let keys = keys.map(|(_, key)| key).filter(|key| !key.contains('/'));
        let untried: Vec<&str> = keys.filter(|key| !ALL.contains(&format!("{key}:"))).collect();
        assert_eq!(untried, Vec::<&str>::new());
    }
}
