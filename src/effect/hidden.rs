//! References that no selector can read: charts' values, compose files, parts of a name.

use super::arguments::Arguments;
use super::reference::{Reference, Tag};
use super::selector::Selected;
use super::world::Files;
use crate::shell::{Scope, Value};
use crate::yaml::Document;

/// `helm upgrade --set image.repository=…,image.tag=…`.
pub(super) fn helm(arguments: &Arguments<'_>) -> Vec<Selected> {
    let mut settings: Vec<(String, Selected)> = Vec::new();
    for (flag, value, place) in arguments.flag_values() {
        if flag == "--kustomize-image" {
            let value = value.split_once("=").map_or_else(|| value.clone(), |(_, image)| image);
            settings.push((String::new(), Selected { value, place }));
        }
        if !matches!(flag, "--set" | "--set-string" | "--helm-set" | "--helm-set-string" | "-p" | "--parameter") {
            continue;
        }
        for pair in value.split_on(|c| c == ',') {
            if let Some((key, value)) = pair.split_once("=")
                && let Some(key) = key.as_literal()
            {
                settings.push((key.to_owned(), Selected { value, place }));
            }
        }
    }
    let of = |key: &str| settings.iter().rev().find(|(own, _)| own == key).map(|(_, value)| value);
    let mut found = Vec::new();
    for (key, selected) in &settings {
        let (prefix, last) = key.rsplit_once('.').map_or(("", key.as_str()), |(prefix, last)| (prefix, last));
        let sibling = |name: &str| of(&if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") });
        match last {
            "" => found.push(selected.clone()),
            "tag" | "imageTag" | "image_tag" | "digest" => {
                let repository = ["repository", "name", "image", "imageRepository"].into_iter().find_map(sibling);
                let registry =
                    sibling("registry").or_else(|| of("global.imageRegistry")).or_else(|| of("global.registry"));
                let between = if last == "digest" { "@" } else { ":" };
                let value = match (registry, repository) {
                    (Some(registry), Some(repository)) => {
                        let image = crate::shell::join([&registry.value, &repository.value], "/");
                        crate::shell::join([&image, &selected.value], between)
                    }
                    (None, Some(repository)) => crate::shell::join([&repository.value, &selected.value], between),
                    _ => crate::shell::join([&Value::opaque(chart_image(arguments)), &selected.value], between),
                };
                found.push(Selected { value, place: selected.place });
            }
            "image" if selected.value.literal_contains(":") || selected.value.literal_contains("/") => {
                let tagged = sibling("tag").is_some() || sibling("imageTag").is_some();
                if !tagged {
                    found.push(selected.clone());
                }
            }
            _ => {}
        }
    }
    found
}

/// What a chart's own image is called. A chart with a version of its own comes from a repository of charts.
fn chart_image(arguments: &Arguments<'_>) -> &'static str {
    let fetched = arguments.has("--version") || arguments.has("--repo");
    if fetched { FETCHED_IMAGE } else { "the chart's image" }
}

/// The image of a chart that may be somebody else's.
pub(super) const FETCHED_IMAGE: &str = "the fetched chart's image";

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
