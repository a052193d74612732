//! References that no selector can read: compose files, parts of a name.

use std::collections::HashMap;

use super::arguments::Arguments;
use super::reference::{Reference, Tag};
use super::selector::Selected;
use super::world::Files;
use crate::shell::{Scope, Value, of_other_shell};
use crate::yaml::Document;

/// The files that compose takes by itself: the first of these, and what stands over it.
const COMPOSE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const OVERRIDES: [&str; 4] =
    ["compose.override.yaml", "compose.override.yml", "docker-compose.override.yml", "docker-compose.override.yaml"];

/// A service of compose files, of which a later one stands over an earlier one.
struct Service<'d> {
    name: &'d str,
    image: Option<&'d str>,
    builds: bool,
    tags: Vec<&'d str>,
}

/// The images of the compose files at hand, for the services that the command names; `made` are those that it builds and
/// pushes. `None` where no such file is at hand.
pub(super) fn compose(
    arguments: &Arguments<'_>,
    scope: &Scope,
    files: &dyn Files,
    made: bool,
) -> Option<Vec<Selected>> {
    let named = arguments.flag(&["-f".to_owned(), "--file".to_owned(), "-c".to_owned(), "--compose-file".to_owned()]);
    let read = |path: &str| files.read(&scope.leads(&Value::literal(path)).inside()?);
    let texts: Vec<String> = if named.is_empty() {
        let first = COMPOSE.iter().find_map(|path| read(path));
        first.into_iter().chain(OVERRIDES.iter().find_map(|path| read(path))).collect()
    } else {
        named.iter().filter_map(|path| read(path.value.as_literal()?)).collect()
    };
    let documents: Vec<Document> = texts.into_iter().map(Document::read).collect();
    let mut services: Vec<Service<'_>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for document in &documents {
        let Some(found) = document.root().and_then(|root| root.get("services")) else { continue };
        for entry in found.entries() {
            let at = *places.entry(entry.name()).or_insert_with(|| {
                services.push(Service { name: entry.name(), image: None, builds: false, tags: Vec::new() });
                services.len() - 1
            });
            let service = &mut services[at];
            let build = entry.value.get("build");
            service.image = entry.value.get("image").and_then(|image| image.text()).or(service.image);
            service.builds |= build.is_some();
            let tags = build.and_then(|build| build.get("tags")).into_iter().flat_map(|tags| tags.items());
            service.tags.extend(tags.filter_map(|tag| tag.text()));
        }
    }
    if services.is_empty() {
        return None;
    }
    // A stack is deployed whole: the word behind is its name, not a service's.
    let whole = arguments.phrase().first().is_some_and(|word| word == "stack");
    let wanted: Vec<&str> = arguments.plain_values().filter(|_| !whole).filter_map(Value::as_literal).collect();
    let chosen =
        |service: &&Service<'_>| (wanted.is_empty() || wanted.contains(&service.name)) && (!made || service.builds);
    let names = |service: &Service<'_>| {
        let tags = if made { service.tags.clone() } else { Vec::new() };
        service.image.into_iter().chain(tags).map(str::to_owned).collect::<Vec<_>>()
    };
    let images = services.iter().filter(chosen).flat_map(names).map(|image| Selected {
        value: match scope.is_away() {
            true => interpolated_away(&image, |name| arguments.known(name, scope)),
            false => interpolated(&image, |name| arguments.known(name, scope)),
        },
        place: arguments.place(),
    });
    Some(images.collect())
}

/// `${X}`, `$X` and `${X:-y}` as compose replaces them.
pub(super) fn interpolated<'v>(text: &str, known: impl Fn(&str) -> Option<&'v [Value]>) -> Value {
    replaced(text, |name, expression| match known(name) {
        Some([one]) => one.clone(),
        _ if expression.len() > name.len() => Value::opaque(format!("${{{expression}}}")),
        _ => Value::variable(name),
    })
}

/// The same on another machine, which may have a value for each name and has none of what is set here.
fn interpolated_away<'v>(text: &str, known: impl Fn(&str) -> Option<&'v [Value]>) -> Value {
    replaced(text, |name, expression| match known(name) {
        Some([one]) => one.clone(),
        _ if expression.len() > name.len() => of_other_shell(&format!("{{{expression}}}")),
        _ => of_other_shell(name),
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
