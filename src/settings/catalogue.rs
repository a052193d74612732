//! Entries for the catalogue, held to its schema.

use std::sync::LazyLock;

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::reader::Reader;
use crate::pipeline::pipe_name;
use crate::yaml::Node;

/// The form of a catalogue, as editors use it.
const CATALOGUE_SCHEMA: &str = include_str!("../../schemas/catalogue.schema.json");

static TREE: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(CATALOGUE_SCHEMA).unwrap_or(Value::Null));

/// Whether `entries`, which is `node` as JSON, has the form of a catalogue; each failure is a finding at its place.
pub(super) fn fits(node: Node<'_>, entries: &Value, reader: &mut Reader<'_>) -> bool {
    let Ok(validator) = jsonschema::draft7::new(&TREE) else { return false };
    let mut fine = true;
    for error in validator.iter_errors(entries) {
        fine = false;
        let (at, what) = find(node, error.instance_path().as_str());
        let keyword = error.schema_path().as_str();
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                let beside = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
                let known = TREE.pointer(&format!("{beside}/properties")).and_then(Value::as_object);
                let known: Vec<&str> = known.into_iter().flat_map(|known| known.keys()).map(String::as_str).collect();
                for key in unexpected.iter().filter_map(|key| at.entry(key)) {
                    reader.unknown(key.key, "key of the catalogue", &known);
                }
            }
            ValidationErrorKind::Required { property } => {
                reader.wrong(at.place(), format!("`{}` is missing", property.as_str().unwrap_or("")));
            }
            ValidationErrorKind::Enum { options } => {
                let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                reader.word(at, &what, &words);
            }
            ValidationErrorKind::Constant { expected_value } => {
                reader.wrong(at.place(), format!("{what} is not {expected_value}"));
            }
            ValidationErrorKind::Type { .. } => {
                let wanted = TREE.pointer(keyword).map_or(String::new(), kinds);
                reader.wrong(at.place(), format!("{what} is {}, not {wanted}", at.kind().words()));
            }
            ValidationErrorKind::Pattern { .. } if at.text().is_some_and(|text| text.contains(['{', '}'])) => {
                reader
                    .wrong(at.place(), format!("{what} has a brace without its other half"))
                    .help("a selector stands in braces, such as `{1}` or `{--tag|-t}`");
            }
            ValidationErrorKind::Pattern { .. }
                if what == "`pipe`" && at.text().is_some_and(|text| text != pipe_name(text)) =>
            {
                let text = at.text().unwrap_or("");
                reader
                    .wrong(at.place(), format!("{what} names more than the pipe: `{text}`"))
                    .help(format!("an entry is about all versions: write `{}`", pipe_name(text)));
            }
            ValidationErrorKind::Pattern { .. } | ValidationErrorKind::MinItems { .. } => {
                reader.wrong(at.place(), format!("{what} is empty"));
            }
            _ => {
                reader.wrong(at.place(), format!("{what} is not of the catalogue's form"));
            }
        }
    }
    fine
}

/// The node at a JSON pointer, or the last one on the way, and what to call it.
fn find<'d>(root: Node<'d>, pointer: &str) -> (Node<'d>, String) {
    let (mut node, mut what) = (root, "`catalogue`".to_owned());
    for part in pointer.split('/').skip(1) {
        let key = part.replace("~1", "/").replace("~0", "~");
        let next = if node.is_sequence() {
            let item = key.parse().ok().and_then(|index| node.items().nth(index));
            item.map(|item| (item, format!("an item of {what}")))
        } else {
            node.get(&key).map(|value| (value, format!("`{key}`")))
        };
        let Some((next, name)) = next else { break };
        (node, what) = (next, name);
    }
    (node, what)
}

/// JSON Schema's names of types in the words of the settings.
fn kinds(types: &Value) -> String {
    let names = match types {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        one => Vec::from_iter(one.as_str()),
    };
    let word = |name: &&str| match *name {
        "string" => "a string",
        "array" => "a list",
        "object" => "a map",
        "boolean" => "`true` or `false`",
        _ => "that",
    };
    names.iter().map(word).collect::<Vec<_>>().join(" or ")
}
