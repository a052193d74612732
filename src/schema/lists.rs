//! Lists and texts where a map or a list of items belongs: what stands in them says where they belong.

use serde_json::Value;

use super::explain::{Writer, properties, schema, title};
use super::keys::shown;
use super::metas;
use super::place::Place;
use super::types::is_item;
use crate::finding::{Finding, Related};
use crate::yaml::{Kind, Node};

/// The next edit for a list or a text in the place of a map or of a list of items.
pub(super) fn help(place: &Place<'_>, expected: &[&str], owner: &Value) -> Option<String> {
    let node = place.node;
    let key = place.key.and_then(|key| key.text()).unwrap_or("");
    let takes = |kind: &str| expected.contains(&kind);
    let of_pipeline = matches!(title(owner), "a pipeline" | "a custom pipeline");
    match node.kind() {
        Kind::Sequence if takes("object") && node.alias().is_none() => list_for_map(key, node, owner),
        Kind::String if of_pipeline && is_step_key(key) && place.own_key => {
            Some(format!("`{key}` is read as a pattern or a name here: put it into a step, or at the top of the file"))
        }
        Kind::String if of_pipeline && place.own_key => {
            Some("write a list of items below it: `- step:`, and the command in a list below its `script:`".to_owned())
        }
        _ => None,
    }
}

fn list_for_map(key: &str, node: Node<'_>, owner: &Value) -> Option<String> {
    if node.items().len() == 0 {
        return None;
    }
    // Names of the author's own, each with a value.
    let free = properties(owner).is_empty() && owner.get("additionalProperties").is_some_and(Value::is_object);
    let items = node.items().all(is_item);
    if items && title(owner) == "`pipelines`" {
        return Some("write `default:` above the list, and indent the list below it".to_owned());
    }
    if items && title(owner).starts_with("a map of p") {
        return Some(match key {
            "custom" => {
                "write the pipeline's name above the list, such as `build:`, and indent the list below it".to_owned()
            }
            "tags" => "write a pattern above the list, such as `'v*':`, and indent the list below it".to_owned(),
            _ => "write a pattern above the list, such as `main:`, and indent the list below it".to_owned(),
        });
    }
    let name = node.items().next().and_then(|item| item.get("name")).and_then(|name| name.text());
    let name = name.filter(|_| free && node.items().all(|item| item.get("name").is_some()))?;
    Some(format!("each name is a key here: write `{}: …`, with its value behind it", shown(name)))
}

fn is_step_key(key: &str) -> bool {
    schema("/definitions/plainStep/properties").get(key).is_some()
}

/// The next edit where an alias brings a sound node of another kind; the alias is what is wrong then.
pub(super) fn alias_of_another_kind(place: &Place<'_>) -> Option<String> {
    let node = place.node;
    let key = place.key.and_then(|key| key.text())?;
    let alias = node.document().slice(node.alias()?);
    let in_list = place.holder.is_some_and(|holder| holder.is_sequence());
    let items = node.is_sequence() && node.items().len() > 0 && node.items().all(is_item);
    let commands = node.is_sequence() && node.items().len() > 0 && node.items().all(|item| item.text().is_some());
    let body = node.is_mapping() && node.get("script").is_some_and(|script| !script.is_mapping());
    match key {
        "step" | "final" if commands && !in_list => {
            Some(format!("`{alias}` is a list of commands: write `{key}: {{ script: {alias} }}`"))
        }
        "stage" if items && !in_list => {
            Some(format!("`{alias}` is a list of steps: write `stage: {{ steps: {alias} }}`"))
        }
        _ if in_list && items && place.holder.is_some_and(|holder| holder.items().len() == 1) => {
            Some(format!("`{alias}` is a list: write `{}: {alias}`", shown(key)))
        }
        _ if in_list && items => {
            Some(format!("`{alias}` is a list, and one inside a list is not flattened: alias each of its items"))
        }
        _ if !in_list && node.is_mapping() && is_item(node) => {
            Some(format!("`{alias}` is one item: write a list below `{}`, with `- {alias}` in it", shown(key)))
        }
        _ if !in_list && body => Some(format!(
            "`{alias}` is the body of a step: write a list below `{}`, with `- step: {alias}` in it",
            shown(key)
        )),
        _ => None,
    }
}

/// The next edit where names of steps are keys: `default: { build: {…}, test: {…} }`.
pub(super) fn named_bodies(node: Node<'_>) -> Option<String> {
    if let Some(entry) = node.entries().find(|entry| entry.name().starts_with('-')) {
        let name = entry.name().trim_start_matches(['-', ' ']);
        return Some(format!("begin the item with one dash and a space: `- {}:`", shown(name)));
    }
    let is_body = |node: Node<'_>| node.get("script").is_some_and(|script| !script.is_mapping());
    let first = node.entries().next().filter(|_| node.entries().all(|entry| is_body(entry.value)))?;
    Some(format!(
        "make each an item: `- step:`, and below it `name: {}` and the keys that it has here",
        shown(first.name())
    ))
}

impl<'d> Writer<'d> {
    /// Tells of a wrong type at the alias that brings the node.
    pub(super) fn say_of_alias(&mut self, place: &Place<'d>, message: String) -> &mut Finding {
        let span = place.node.alias().unwrap_or_else(|| place.span());
        let named = place.beginning();
        let finding = self.say(&metas::RIGHT_TYPE, &Place { alias: None, ..*place }, span, message);
        finding.related.push(Related { span: named, message: "this is what it names".to_owned() });
        finding
    }
}
