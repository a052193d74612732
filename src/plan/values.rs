//! What two values in a file say otherwise, by the keys below them.

use super::given::{shape, short};
use super::lines::shown;
use crate::yaml::Node;

/// How deep maps are gone into.
const DEPTH: usize = 6;

/// How many values of a map that comes or goes are told one by one.
const FEW: usize = 3;

/// How many differences of one key are told one by one.
const MOST: usize = 6;

/// What a key has otherwise than before, each as a predicate; that it has other values, where there is too much to tell.
pub(super) fn differences(key: &str, was: Option<Node<'_>>, is: Option<Node<'_>>) -> Vec<String> {
    let mut told = Vec::new();
    tell(key, was, is, 0, &mut told);
    if told.len() > MOST { vec![format!("has other values under `{key}`")] } else { told }
}

fn tell(path: &str, was: Option<Node<'_>>, is: Option<Node<'_>>, depth: usize, out: &mut Vec<String>) {
    if shape(was) == shape(is)
        || out.len() > MOST
        || was.or(is).is_some_and(|node| is_default(path, node)) && was.is_none() != is.is_none()
    {
        return;
    }
    let text = |node: Option<Node<'_>>| node.and_then(|node| node.text()).map(line);
    if let (Some(was), Some(is)) = (was.map(short), is.map(short)) {
        if (was.is_mapping() || is.is_mapping()) && depth < DEPTH {
            let alike =
                |one: Node<'_>, other: Node<'_>| one.is_mapping() || one.is_sequence() && other.get("paths").is_some();
            let keys = keys([was, is]);
            if alike(was, is) && alike(is, was) {
                return keys
                    .iter()
                    .for_each(|key| tell(&format!("{path}.{key}"), below(was, key), below(is, key), depth + 1, out));
            }
        }
        if let (Some(was), Some(is)) = (texts(was), texts(is))
            && let Some(names) = names(&was, &is, "")
        {
            return out.push(format!("has {names} under `{path}`"));
        }
    }
    // Of a map that comes or goes its own values are told, where they are few and plain.
    let alone = was.or(is).filter(|node| was.is_none() != is.is_none() && node.is_mapping());
    if let Some(map) =
        alone.filter(|map| map.entries().len() <= FEW && map.entries().all(|entry| entry.value.text().is_some()))
    {
        return map.entries().for_each(|entry| {
            let value = Some(entry.value);
            let (was, is) = if was.is_some() { (value, None) } else { (None, value) };
            tell(&format!("{path}.{}", entry.name()), was, is, depth + 1, out);
        });
    }
    out.push(match (was, is, text(was), text(is)) {
        (Some(_), None, Some(was), _) => format!("has no `{path}` any more, before {was}"),
        (Some(_), None, ..) => format!("has no `{path}` any more"),
        (None, _, _, Some(is)) => format!("has the `{path}` {is} now"),
        (None, ..) => format!("has `{path}` now"),
        (_, _, Some(was), Some(is)) if was == is => format!("has another text under `{path}`"),
        (_, _, Some(was), Some(is)) => format!("has the `{path}` {is}, before {was}"),
        _ => format!("has other values under `{path}`"),
    });
}

/// A text as a message names it: its first line.
fn line(text: &str) -> String {
    match text.trim_end().split_once('\n') {
        Some((first, _)) => shown(&format!("{first}…")),
        None => shown(text.trim_end()),
    }
}

/// Whether a value is what holds where the key is left out (reference A.4, A.6, A.8, A.9).
fn is_default(path: &str, value: Node<'_>) -> bool {
    const DEFAULTS: [(&str, &str); 9] = [
        ("clone.enabled", "true"),
        ("clone.depth", "50"),
        ("clone.lfs", "false"),
        ("clone.skip-ssl-verify", "false"),
        ("size", "1x"),
        ("max-time", "120"),
        ("memory", "1024"),
        ("runtime.cloud.arch", "x86"),
        ("runtime.cloud.atlassian-ip-ranges", "false"),
    ];
    DEFAULTS.iter().any(|(key, own)| *key == path && value.text() == Some(own))
}

/// The keys of two maps, in the order in which they are written; a list is short for a map with `paths`.
fn keys<'k>(maps: [Node<'k>; 2]) -> Vec<&'k str> {
    let of_map = |map: Node<'k>| map.entries().map(|entry| entry.name()).chain(map.is_sequence().then_some("paths"));
    each_once(maps.into_iter().flat_map(of_map))
}

/// Keys in the order in which they come first.
pub(super) fn each_once<'k>(all: impl Iterator<Item = &'k str>) -> Vec<&'k str> {
    let mut keys: Vec<&str> = Vec::new();
    for key in all {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn below<'d>(node: Node<'d>, key: &str) -> Option<Node<'d>> {
    if node.is_sequence() && key == "paths" { Some(node) } else { node.get(key) }
}

/// The items of a list of names.
fn texts(list: Node<'_>) -> Option<Vec<String>> {
    list.is_sequence().then(|| list.items().map(|item| item.text().map(str::to_owned)).collect())?
}

/// What two lists of names have that the other one has not; `word` stands before each one's names.
pub(super) fn names(was: &[String], is: &[String], word: &str) -> Option<String> {
    let beyond = |all: &[String], others: &[String]| -> Option<String> {
        let more: Vec<String> =
            all.iter().filter(|name| !others.contains(name)).map(|name| format!("`{name}`")).collect();
        let noun = match word {
            "" => String::new(),
            _ if more.len() > 1 => format!("the {word}s "),
            _ => format!("the {word} "),
        };
        (!more.is_empty()).then(|| format!("{noun}{}", more.join(", ")))
    };
    match (beyond(was, is), beyond(is, was)) {
        (None, None) => None,
        (None, Some(fresh)) => Some(format!("{fresh} now")),
        (Some(gone), None) => Some(format!("{gone} no longer")),
        (Some(gone), Some(fresh)) => Some(format!("{fresh} instead of {gone}")),
    }
}
