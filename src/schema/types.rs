//! Values of another type than the key takes.

use serde_json::Value;

use super::keys::list;
use super::memory;
use super::place::Place;
use crate::yaml::{Kind, Node};

/// Message and help for a value of the wrong type; `expected` is the schema's `type`, `known` the keys of a map there.
pub(super) fn wrong(place: &Place<'_>, expected: &Value, known: &[&str]) -> (String, Option<String>) {
    let node = place.node;
    let words = place.words();
    let expected: Vec<&str> = match expected {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    // A number that is taken for a text is tolerated, not advised.
    let advised = expected.iter().filter(|kind| **kind != "number" || !expected.contains(&"string"));
    let wanted: Vec<&str> = advised.map(|kind| article(kind)).collect();
    let wanted = wanted.join(" or ");
    if node.is_null() {
        let message = format!("{words} is empty; it should be {wanted}");
        return (message, Some("give it a value, or remove it".to_owned()));
    }
    let next = memory::help(place, &expected, known).or_else(|| help(place, &expected, known));
    (format!("{words} should be {wanted} (it is {})", node.kind().words()), next)
}

fn article(kind: &str) -> &'static str {
    match kind {
        "string" => "a string",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "`true` or `false`",
        "array" => "a list",
        _ => "a map",
    }
}

fn help(place: &Place<'_>, expected: &[&str], known: &[&str]) -> Option<String> {
    let node = place.node;
    let takes = |kind: &str| expected.contains(&kind);
    let scalar = node.text();
    match node.kind() {
        Kind::Mapping if takes("array") => Some(from_map(node)),
        Kind::Sequence if takes("object") && node.items().all(|item| item.is_mapping()) => {
            Some("remove the `- ` before its keys".to_owned())
        }
        Kind::Sequence if in_list(place) => {
            Some("a list inside a list is not flattened: write its items out, or alias each of them".to_owned())
        }
        Kind::Sequence if takes("string") && node.items().len() == 1 => {
            Some("write the one value without the list".to_owned())
        }
        Kind::String if takes("array") => Some("write it as a list: `- ` before each value".to_owned()),
        Kind::String if takes("integer") => {
            let digits: String = scalar.unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
            (!digits.is_empty()).then(|| format!("write `{digits}`, with neither quotes nor unit"))
        }
        Kind::String if takes("boolean") => match scalar.unwrap_or("").to_lowercase().as_str() {
            "yes" | "on" | "true" => Some("write `true`".to_owned()),
            "no" | "off" | "false" => Some("write `false`".to_owned()),
            _ if takes("object") && !known.is_empty() => Some(format!("or a map with {}", list(known))),
            _ => None,
        },
        Kind::String if takes("object") && scalar.is_some_and(|text| known.contains(&text)) => {
            Some(format!("write a colon after `{}`, and its body below", scalar.unwrap_or("")))
        }
        Kind::String | Kind::Boolean | Kind::Integer | Kind::Float if expected == ["object"] => match known {
            [] => Some("write keys and their values below it".to_owned()),
            known => Some(format!("write its keys below it: {}", list(known))),
        },
        Kind::Boolean | Kind::Integer | Kind::Float if takes("string") => {
            Some(format!("put it in quotes: `\"{}\"`", scalar.unwrap_or("")))
        }
        Kind::Boolean | Kind::Integer | Kind::Float if takes("array") => Some("write it as a list".to_owned()),
        _ => None,
    }
}

fn in_list(place: &Place<'_>) -> bool {
    place.holder.is_some_and(|holder| holder.is_sequence())
}

fn from_map(node: Node<'_>) -> String {
    match node.entries().next() {
        Some(entry) => {
            let name = entry.name();
            match name.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => format!("put a space after the dash: `- {rest}`"),
                _ => format!("put `- ` before `{}`", super::keys::shown(name)),
            }
        }
        None => "write a list".to_owned(),
    }
}
