//! References that no selector can read: compose files, parts of a name.

use super::arguments::Arguments;
use super::reference::{Reference, Tag};
use super::selector::Selected;
use super::world::Files;
use crate::shell::{Scope, Value};
use crate::yaml::Document;

/// The images of a compose file at hand, for the services that the command names.
pub(super) fn compose(arguments: &Arguments<'_>, scope: &Scope, files: &dyn Files, builds: bool) -> Vec<Selected> {
    let named = arguments.flag(&["-f".to_owned(), "--file".to_owned(), "-c".to_owned(), "--compose-file".to_owned()]);
    let mut paths: Vec<String> = named.iter().filter_map(|path| path.value.as_literal().map(str::to_owned)).collect();
    if paths.is_empty() {
        paths =
            ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"].map(str::to_owned).to_vec();
    }
    // A stack is deployed whole: the word behind is its name, not a service's.
    let whole = arguments.phrase().first().is_some_and(|word| word == "stack");
    let wanted: Vec<&str> = arguments.plain_values().filter(|_| !whole).filter_map(Value::as_literal).collect();
    let mut found = Vec::new();
    for text in paths.iter().filter_map(|path| files.read(&scope.leads(&Value::literal(path.as_str())).inside()?)) {
        let document = Document::read(text);
        let Some(services) = document.root().and_then(|root| root.get("services")) else { continue };
        for entry in services.entries() {
            let chosen = wanted.is_empty() || wanted.contains(&entry.name());
            let built = !builds || entry.value.get("build").is_some();
            if let (true, true, Some(image)) = (chosen, built, entry.value.get("image").and_then(|image| image.text()))
            {
                found.push(Selected {
                    value: interpolated(image, |name| arguments.known(name, scope)),
                    place: arguments.place(),
                });
            }
        }
    }
    found
}

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

fn replaced(text: &str, value_of: impl Fn(&str, &str) -> Value) -> Value {
    let mut value = Value::default();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        value.extend(&Value::literal(rest.get(..at).unwrap_or("")));
        let after = rest.get(at + 1..).unwrap_or("");
        let (expression, next) = match after.strip_prefix('{') {
            Some(inner) => inner.split_once('}').unwrap_or((inner, "")),
            None => {
                let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
                after.split_at(end)
            }
        };
        let name = expression.split([':', '-', '?']).next().unwrap_or("");
        value.extend(&value_of(name, expression));
        rest = next;
    }
    value.extend(&Value::literal(rest));
    value
}

/// Whether a build's output goes to a registry.
pub(super) fn outputs_to_registry(arguments: &Arguments<'_>) -> bool {
    let outputs = arguments.flag(&["-o".to_owned(), "--output".to_owned()]);
    outputs.iter().any(|output| {
        let value = &output.value;
        value.literal_contains("type=registry") || value.literal_contains("push=true")
    })
}

/// A reference of which only the tag is told.
pub(super) fn forget_image(reference: &mut Reference<'_>) {
    if reference.tag == Tag::None {
        reference.tag = Tag::Unknown;
    }
}
