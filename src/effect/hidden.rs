//! References that no selector can read: parts of a name, what a text fills in.

use super::arguments::Arguments;
use super::reference::{Reference, Tag};
use super::selector::Selected;
use crate::shell::Value;

/// `${X}`, `$X` and `${X:-y}` as compose replaces them.
pub(super) fn interpolated<'v>(text: &str, known: impl Fn(&str) -> Option<&'v [Value]>) -> Value {
    replaced(text, |name, expression| match known(name) {
        Some([one]) => one.clone(),
        _ if expression.len() > name.len() => Value::opaque(format!("${{{expression}}}")),
        _ => Value::variable(name),
    })
}

/// The same, where each name has its value.
pub(super) fn interpolated_or(text: &str, value: impl Fn(&str) -> Value) -> Value {
    replaced(text, |name, _| value(name))
}

pub(super) fn replaced(text: &str, mut value_of: impl FnMut(&str, &str) -> Value) -> Value {
    let mut value = Value::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        value.extend(&Value::literal(rest.get(..at).unwrap_or("")));
        let after = rest.get(at + 1..).unwrap_or("");
        // `$$` is the sign itself.
        if let Some(next) = after.strip_prefix('$') {
            value.push_literal("$");
            rest = next;
            continue;
        }
        let (expression, next) = match after.strip_prefix('{') {
            Some(inner) => closed(inner),
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
                after.split_at(end)
            }
        };
        let name = expression.split([':', '-', '?', '+']).next().unwrap_or("");
        value.extend(&value_of(name, expression));
        rest = next;
    }
    value.extend(&Value::literal(rest));
    value
}

/// What stands up to the brace that closes it, and what follows: a default may have braces of its own.
fn closed(text: &str) -> (&str, &str) {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return (text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or("")),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    (text, "")
}

/// The names in the output of a build: `--output type=image,name=r.io/app:1,push=true`.
pub(super) fn named_outputs(arguments: &Arguments<'_>) -> Vec<Selected> {
    let outputs = arguments.flag(&["-o".to_owned(), "--output".to_owned()]).into_iter();
    let names = outputs.flat_map(|output| {
        let parts = output.value.split_on(|c| matches!(c, ',' | '"')).into_iter();
        let named = parts.skip_while(|part| part.strip_prefix("name=").is_none());
        let names = named.map(|part| part.strip_prefix("name=").unwrap_or(part));
        // A list of names stands in quotes, and ends where the next setting begins.
        let names = names.take_while(|part| !part.literal_contains("=")).filter(|part| !part.is_empty());
        names.map(move |value| Selected { value, place: output.place }).collect::<Vec<_>>()
    });
    names.collect()
}

/// Whether a build's output goes to a registry.
pub(super) fn outputs_to_registry(arguments: &Arguments<'_>) -> bool {
    let outputs = arguments.flag(&["-o".to_owned(), "--output".to_owned()]);
    outputs.iter().any(|output| {
        let value = &output.value;
        value.literal_contains("type=registry") || value.literal_contains("push=true")
    })
}

/// Whether a build exports files and makes no image: `-o dist`, `--output type=local,dest=out`.
pub(super) fn outputs_files(arguments: &Arguments<'_>) -> bool {
    let outputs = arguments.flag(&["-o".to_owned(), "--output".to_owned()]);
    let is_files = |output: &Selected| {
        let text = output.value.literal_prefix();
        let kind = text.split(',').find_map(|part| part.trim().strip_prefix("type="));
        kind.map_or(output.value.as_literal().is_some() && !text.contains('='), |kind| {
            matches!(kind, "local" | "tar" | "cacheonly")
        })
    };
    !outputs.is_empty() && outputs.iter().all(is_files) && !arguments.has("--push")
}

/// A reference of which only the tag is told.
pub(super) fn forget_image(reference: &mut Reference<'_>) {
    if reference.tag == Tag::None {
        reference.tag = Tag::Unknown;
    }
}
