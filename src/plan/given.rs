//! What steps are given to run with: image, size, services, caches and their like, and what two files do otherwise in
//! this.

use super::compare::Change;
use super::model::PlannedStep;
use crate::pipeline::File;
use crate::yaml::{Document, Node};

/// Keys whose items are names, with the word for one.
const LISTS: [(&str, &str); 2] = [("services", "service"), ("caches", "cache")];

/// Keys of a step that are told elsewhere, or by words of their own. Of any other key the value is told, or where it is no
/// scalar, that it is another one. The file may have a value for all steps: under `options`, of `clone` at the top.
const TOLD_ELSEWHERE: [&str; 14] = [
    "name",
    "type",
    "custom",
    "script",
    "after-script",
    "trigger",
    "condition",
    "deployment",
    "on-fail",
    "fail-fast",
    "image",
    "oidc",
    "services",
    "caches",
];

/// How many entries and items of a value are compared: aliases in aliases make any number.
const MOST: usize = 10_000;

/// What a step is given otherwise than before by its own keys, a line each.
pub(super) fn given(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Vec<String> {
    let (was, is) = (before.step.node(), now.step.node());
    let mut told: Vec<String> = Vec::new();
    told.extend(differ(was, is, "image").map(|(was, is)| otherwise("image", was, is)));
    let token = |value: Option<Node<'_>>| value.is_some_and(is_asked_for);
    let tokens = differ(was, is, "oidc").map(|(was, is)| (token(was), token(is)));
    if tokens == Some((true, true)) {
        told.push("has other values under `oidc`".to_owned());
    }
    match tokens.unwrap_or_default() {
        (false, true) => told.push("gets an OIDC token now".to_owned()),
        (true, false) => told.push("gets no OIDC token any more".to_owned()),
        _ => {}
    }
    for (key, word) in LISTS {
        told.extend(names(was.get(key), is.get(key), word).map(|text| format!("has {text}")));
    }
    // An environment without a deployment is where the step goes, which is told as that.
    let environment = before.deployment.is_some() && now.deployment.is_some();
    let others = keys([was, is], &TOLD_ELSEWHERE);
    for key in others.into_iter().filter(|key| *key != "environment" || environment) {
        told.extend(differ(was, is, key).map(|(was, is)| otherwise(key, was, is)));
    }
    told
}

/// The keys of maps that are not told elsewhere, in the order in which they are written first.
fn keys<'k>(maps: impl IntoIterator<Item = Node<'k>>, told: &[&str]) -> Vec<&'k str> {
    let mut keys: Vec<&str> = Vec::new();
    for entry in maps.into_iter().flat_map(|map| map.entries()) {
        if !told.contains(&entry.name()) && !keys.contains(&entry.name()) {
            keys.push(entry.name());
        }
    }
    keys
}

/// Whether a value of `oidc` asks for a token.
fn is_asked_for(oidc: Node<'_>) -> bool {
    oidc.is_mapping() || oidc.text() == Some("true")
}

/// What a file gives otherwise than before to every step that doesn't say it itself, and the services and caches that it
/// defines otherwise.
pub fn given_to_all(before: &Document, now: &Document) -> Vec<Change> {
    let (Some(before), Some(now)) = (File::new(before), File::new(now)) else { return Vec::new() };
    let mut told = Vec::new();
    let options = [before, now].into_iter().filter_map(|file| file.root().get("options"));
    for key in ["image", "clone"].into_iter().chain(keys(options, &["docker", "oidc", "image", "clone"])) {
        let (was, is) = (of_file(&before, key), of_file(&now, key));
        if shape(was) != shape(is) {
            told.push(format!("a step that sets no `{key}` {}", otherwise(key, was, is)));
        }
    }
    let token = |file: &File<'_>| file.option("oidc").is_some_and(is_asked_for);
    match (token(&before), token(&now)) {
        (false, true) => told.push("each step gets an OIDC token now".to_owned()),
        (true, false) => told.push("a step gets an OIDC token only where it asks for one".to_owned()),
        _ => {}
    }
    let docker = |file: &File<'_>| file.option("docker").and_then(|node| node.text()) == Some("true");
    match (docker(&before), docker(&now)) {
        (false, true) => told.push("each step has the service `docker` now".to_owned()),
        (true, false) => told.push("a step has the service `docker` only where it names it".to_owned()),
        _ => {}
    }
    for (key, word) in LISTS {
        let (was, is) = (before.definitions().entries(key), now.definitions().entries(key));
        for entry in &is {
            let old = was.iter().find(|old| old.name() == entry.name());
            if old.is_some_and(|old| shape(Some(old.value)) != shape(Some(entry.value))) {
                told.push(format!("the {word} `{}` is defined otherwise", entry.name()));
            }
        }
    }
    told.into_iter().map(|text| Change { event: "every event".to_owned(), text, weakens: false }).collect()
}

/// The values that hold for two steps, where the steps' own differ and what holds differs too.
fn differ<'a, 'b>(was: Node<'a>, is: Node<'b>, key: &str) -> Option<(Option<Node<'a>>, Option<Node<'b>>)> {
    if shape(was.get(key)) == shape(is.get(key)) {
        return None;
    }
    let both = (holds(was, key), holds(is, key));
    (shape(both.0) != shape(both.1)).then_some(both)
}

/// The value of a key that holds for a step: its own, or the file's.
fn holds<'d>(step: Node<'d>, key: &str) -> Option<Node<'d>> {
    step.get(key).or_else(|| of_file(&File::new(step.document())?, key))
}

/// The value of a key that a file has for all steps.
fn of_file<'d>(file: &File<'d>, key: &str) -> Option<Node<'d>> {
    if ["image", "clone"].contains(&key) { file.root().get(key) } else { file.option(key) }
}

/// An image as a message calls it.
fn image(node: Option<Node<'_>>) -> String {
    let name = node.and_then(|node| node.text().or_else(|| node.get("name")?.text()));
    match (node, name) {
        (None, _) => "Bitbucket's default image".to_owned(),
        (Some(_), None) => "another image".to_owned(),
        // Beside the name there may be a user, or a key: who may see the image, and none of what is told.
        (Some(node), Some(name)) if short(node).is_mapping() => format!("`{name}` with its own settings"),
        (Some(_), Some(name)) => format!("`{name}`"),
    }
}

/// That a key has another value.
fn otherwise(key: &str, was: Option<Node<'_>>, is: Option<Node<'_>>) -> String {
    let text = |node: Option<Node<'_>>| node.and_then(|node| node.text()).map(|text| format!("`{text}`"));
    match (was, is, text(was), text(is)) {
        _ if key == "image" && image(was) == image(is) => "pulls its image with other settings".to_owned(),
        _ if key == "image" => format!("runs in {}, before in {}", image(is), image(was)),
        (Some(_), None, Some(was), _) => format!("has no `{key}` any more, before {was}"),
        (Some(_), None, ..) => format!("has no `{key}` any more"),
        (None, _, _, Some(is)) => format!("has the `{key}` {is} now"),
        (None, ..) => format!("has `{key}` now"),
        (_, _, Some(was), Some(is)) => format!("has the `{key}` {is}, before {was}"),
        _ => format!("has other values under `{key}`"),
    }
}

/// What two lists of names have that the other one has not.
fn names(was: Option<Node<'_>>, is: Option<Node<'_>>, word: &str) -> Option<String> {
    let of = |list: Option<Node<'_>>| -> Vec<String> {
        list.into_iter().flat_map(|list| list.items()).filter_map(|item| item.text().map(str::to_owned)).collect()
    };
    let (was, is) = (of(was), of(is));
    let beyond = |all: &[String], others: &[String]| -> Option<String> {
        let more: Vec<String> =
            all.iter().filter(|name| !others.contains(name)).map(|name| format!("`{name}`")).collect();
        let noun = if more.len() > 1 { format!("{word}s") } else { word.to_owned() };
        (!more.is_empty()).then(|| format!("the {noun} {}", more.join(", ")))
    };
    match (beyond(&was, &is), beyond(&is, &was)) {
        (None, None) => None,
        (None, Some(fresh)) => Some(format!("{fresh} now")),
        (Some(gone), None) => Some(format!("{gone} no longer")),
        (Some(gone), Some(fresh)) => Some(format!("{fresh} instead of {gone}")),
    }
}

/// What a node comes to, whatever the order of its keys and the items of its lists, none of which has a meaning here.
pub(super) fn shape(node: Option<Node<'_>>) -> Option<Vec<String>> {
    let mut left = MOST;
    node.filter(|node| !node.is_null()).map(|node| parts(short(node), &mut left))
}

/// The short form of what is written at length: `{name: x}` of an image, `{paths: [x]}` of artifacts.
fn short(node: Node<'_>) -> Node<'_> {
    let only = |key: &str| node.get(key).filter(|_| node.entries().len() == 1);
    only("name").or_else(|| only("paths")).unwrap_or(node)
}

fn parts(node: Node<'_>, left: &mut usize) -> Vec<String> {
    let mut all: Vec<String> = node.text().map(str::to_owned).into_iter().collect();
    for entry in node.entries() {
        let Some(fewer) = left.checked_sub(1) else { break };
        *left = fewer;
        all.push(format!("{}: {:?}", entry.name(), parts(entry.value, left)));
    }
    for item in node.items() {
        let Some(fewer) = left.checked_sub(1) else { break };
        *left = fewer;
        all.push(format!("- {:?}", parts(item, left)));
    }
    all.sort();
    all
}
