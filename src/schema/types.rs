//! Values of another type than the key takes.

use serde_json::Value;

use super::commands::in_quotes;
use super::explain::{properties, schema};
use super::foreign::{CHILD_KEEPS_NONE, DOWNLOAD_ALONE};
use super::invisible::is_odd_blank;
use super::keys::{list, nearest};
use super::lists;
use super::memory;
use super::place::Place;
use super::shapes::as_variable;
use crate::yaml::{Kind, Node, is_jenkinsfile, jenkinsfile, yaml11_reading};

/// Message and help for a value of the wrong type; `expected` is the schema's `type` in its object `owner`.
pub(super) fn wrong(place: &Place<'_>, expected: &Value, owner: &Value) -> (String, Option<String>) {
    let node = place.node;
    let known = properties(owner);
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
        let default = expected.contains(&"string") && place.key.is_some_and(|key| key.text() == Some("default"));
        let help =
            if default { "write `''` for an empty value, or remove it" } else { "give it a value, or remove it" };
        return (message, Some(help.to_owned()));
    }
    if place.holder.is_none() && node.text().is_some() && is_jenkinsfile(node.document().text()) {
        let (message, help) = jenkinsfile();
        return (message, Some(help));
    }
    let next = odd_blank(node)
        .or_else(|| memory::help(place, &expected, &known))
        .or_else(|| lists::help(place, &expected, owner))
        .or_else(|| help(place, &expected, &known, owner));
    let is = match node.kind() {
        Kind::Float if expected.contains(&"integer") => "a number with a fraction",
        kind => kind.words(),
    };
    (format!("{words} should be {wanted} (it is {is})"), next)
}

/// The next edit for a value that is none of the allowed ones; `gate` is the trigger of a step whose stage has the gate.
pub(super) fn next_value(value: &str, allowed: &[&str], gate: bool) -> Option<String> {
    if let Some(odd) = value.chars().find(|c| is_odd_blank(*c)) {
        return Some(format!("U+{:04X} is part of it: replace it with a space, or remove it", u32::from(odd)));
    }
    if gate && value == "manual" {
        return Some("move it to the stage, or remove it".to_owned());
    }
    // A depth is a number, or this one word.
    if allowed == ["full"] && value.parse::<u32>().is_ok_and(|depth| depth > 0) {
        return Some(format!("write `{value}` without quotes"));
    }
    let near = next_larger(value, allowed).or_else(|| nearest(value, allowed));
    near.map(|near| format!("write `{near}`")).or_else(|| match allowed {
        [only] => Some(format!("remove it, or write `{only}`")),
        _ => None,
    })
}

/// The next edit for a value in which a placeholder stands.
pub(super) fn unfilled(value: &str) -> Option<String> {
    let between = |open: &str, close: &str| value.split_once(open).is_some_and(|(_, rest)| rest.contains(close));
    let unfilled = between("<", ">") || between("{{", "}}") || between("%", "%");
    unfilled.then(|| "write the value in its place: nothing fills it in here".to_owned())
}

/// Whether a boolean is written as only readers of YAML 1.1 take it, of which Bitbucket's is one: `yes`, `off`.
pub(super) fn is_java_boolean(node: Node<'_>, expected: &Value) -> bool {
    let takes = match expected {
        Value::String(one) => one == "boolean",
        Value::Array(several) => several.iter().any(|kind| kind == "boolean"),
        _ => false,
    };
    takes && node.is_untyped() && node.text().and_then(yaml11_reading) == Some("a boolean")
}

/// What is said where a blank that YAML takes for none made a text of what stands there.
fn odd_blank(node: Node<'_>) -> Option<String> {
    let text = node.text().filter(|text| !text.is_ascii() && node.is_untyped())?;
    let after_mark = |at: usize| text.get(..at).is_some_and(|before| before == "-" || before.ends_with(':'));
    let (_, odd) = text.char_indices().find(|(at, c)| is_odd_blank(*c) && after_mark(*at))?;
    Some(format!("U+{:04X} stands in it, which YAML takes for no blank: replace it with a space", u32::from(odd)))
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

fn help(place: &Place<'_>, expected: &[&str], known: &[&str], owner: &Value) -> Option<String> {
    let node = place.node;
    let key = place.key.and_then(|key| key.text());
    let takes = |kind: &str| expected.contains(&kind);
    let scalar = node.text();
    let source = node.document().slice(node.span());
    match node.kind() {
        Kind::Mapping if takes("array") && of_variables(owner) => Some(match node.entries().next() {
            Some(entry) if item_has(owner.get("items")?, entry.name()) => {
                format!("put `- ` before `{}`", super::keys::shown(entry.name()))
            }
            Some(entry) => as_variable(entry.name()),
            None => "write a list".to_owned(),
        }),
        Kind::String if is_variable(owner) => Some(format!("write `- name: {}`", super::keys::shown(scalar?))),
        Kind::Mapping if takes("array") => Some(by_name(key, node).unwrap_or_else(|| from_map(node, owner))),
        Kind::Mapping if takes("string") && matches!(key, Some("deployment" | "environment")) => {
            Some(match node.get("name").and_then(|name| name.text()) {
                Some(name) => format!("write its name alone: `{name}`"),
                None => "it is the name of one; variables are set with `export` in the script".to_owned(),
            })
        }
        Kind::Sequence if place.holder.is_none() && node.items().all(is_item) => {
            Some("begin the file with `pipelines:` and `default:`, and indent this list below them".to_owned())
        }
        Kind::Sequence if takes("object") && in_list(place) && node.alias().is_some() => {
            let alias = node.document().slice(node.alias()?);
            let alone = place.holder.is_some_and(|holder| holder.items().len() == 1);
            Some(match key.filter(|_| alone) {
                Some(key) => format!("`{alias}` is a list: write `{}: {alias}`", super::keys::shown(key)),
                None => format!("`{alias}` is a list, and one inside a list is not flattened: alias each of its items"),
            })
        }
        Kind::Sequence if key == Some("stage") && takes("object") && node.items().all(is_item) => {
            Some("write `steps:` below `stage`, and indent the items under it".to_owned())
        }
        Kind::Sequence if key == Some("final") && takes("object") && node.items().all(is_item) => {
            Some("it is one step: put the keys of that step below `final`, without `- step:`".to_owned())
        }
        Kind::Sequence if owner.get("title").and_then(Value::as_str) == Some("`artifacts` of a child step") => {
            Some(format!("{CHILD_KEEPS_NONE}; {DOWNLOAD_ALONE}"))
        }
        Kind::Sequence if takes("object") && node.items().len() > 0 && node.items().all(|item| item.is_mapping()) => {
            let mut aliases = node.items().filter_map(|item| Some((item, node.document().slice(item.alias()?))));
            Some(match aliases.next() {
                Some((item, alias)) if is_item(item) => {
                    format!("it is an item already: write `- {alias}` in its place")
                }
                Some((_, alias)) => format!("write `{}: {alias}`", key.unwrap_or("step")),
                None => "remove the `- ` before its keys".to_owned(),
            })
        }
        Kind::Sequence if takes("object") && place.own_key && node.items().all(|item| item.text().is_some()) => {
            keyed(key?, node)
        }
        // A test such as `[ -f x ]`, not a list.
        Kind::Sequence if source.starts_with('[') && node.alias().is_none() && is_command(place) => {
            let test = source.starts_with("[ ") || source.starts_with("[[");
            Some(match test {
                true => in_quotes(node).to_owned(),
                false => format!("{} if it begins with `[`; a list inside a list is not flattened", in_quotes(node)),
            })
        }
        Kind::Sequence if source.starts_with('[') && expected == ["string"] && !in_list(place) => {
            Some("put it in quotes if the brackets belong to the text, or write one value without them".to_owned())
        }
        Kind::Sequence if in_list(place) => {
            Some("a list inside a list is not flattened: write its items out, or alias each of them".to_owned())
        }
        Kind::Sequence if takes("string") && node.items().len() == 1 => {
            Some("write the one value without the list".to_owned())
        }
        Kind::String if takes("boolean") && of_boolean(scalar?).is_some() => {
            of_boolean(scalar?).map(|value| format!("write `{value}`"))
        }
        Kind::String if takes("array") && source.starts_with('-') => {
            Some("put a space after each dash: `- ` and the value".to_owned())
        }
        Kind::String if takes("array") => Some("write it as a list: `- ` before each value".to_owned()),
        Kind::String if takes("integer") && key == Some("max-time") => Some(match minutes(scalar.unwrap_or("")) {
            Some(minutes) => format!("write `{minutes}`: it counts minutes, with neither quotes nor unit"),
            None => "write a whole number of minutes; a variable is not filled in here".to_owned(),
        }),
        Kind::String if takes("integer") => {
            let digits: String = scalar.unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
            (!digits.is_empty()).then(|| format!("write `{digits}`, with neither quotes nor unit"))
        }
        Kind::String if takes("boolean") && takes("object") && !known.is_empty() => {
            Some(format!("or a map with {}", list(known)))
        }
        Kind::String if takes("object") && first_word(source, known).is_some() => {
            let (word, colon) = first_word(source, known)?;
            Some(match colon {
                true => format!("put a space after the colon: `{word}: …`"),
                false => format!("write a colon after `{word}`, and its body below"),
            })
        }
        Kind::String | Kind::Boolean | Kind::Integer if key == Some("clone") && expected == ["object"] => {
            Some(match scalar.unwrap_or("") {
                "false" | "no" | "off" => "write `clone: { enabled: false }`".to_owned(),
                "full" => "write `clone: { depth: full }`".to_owned(),
                depth if depth.parse::<u32>().is_ok() => format!("write `clone: {{ depth: {depth} }}`"),
                _ => format!("write its keys below it: {}", list(known)),
            })
        }
        Kind::String | Kind::Boolean | Kind::Integer | Kind::Float if expected == ["object"] => match known {
            [] => Some("write keys and their values below it".to_owned()),
            known => Some(format!("write its keys below it: {}", list(known))),
        },
        Kind::Float if takes("integer") => Some("write a whole number".to_owned()),
        Kind::Boolean | Kind::Integer | Kind::Null if owner.get("title").and_then(Value::as_str) == Some("a cache") => {
            Some(format!("write the folder that it keeps: `{}: path`", super::keys::shown(key?)))
        }
        Kind::Boolean | Kind::Integer | Kind::Float if takes("string") => {
            Some(format!("put it in quotes: `\"{}\"`", scalar.unwrap_or("")))
        }
        Kind::Boolean | Kind::Integer | Kind::Float if takes("array") => Some("write it as a list".to_owned()),
        _ => None,
    }
}

/// Minutes in a time with a unit, rounded up: `1h`, `90s`, `2 hours`, `30m`.
fn minutes(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (count, unit) = text.split_at(end);
    let count: u64 = count.parse().ok()?;
    match unit.trim().to_ascii_lowercase().as_str() {
        "" | "m" | "min" | "mins" | "minute" | "minutes" => Some(count),
        "h" | "hr" | "hrs" | "hour" | "hours" => count.checked_mul(60),
        "s" | "sec" | "secs" | "second" | "seconds" => Some(count.div_ceil(60)),
        _ => None,
    }
}

fn is_command(place: &Place<'_>) -> bool {
    in_list(place) && place.key.and_then(|key| key.text()).is_some_and(|key| key.ends_with("script"))
}

fn in_list(place: &Place<'_>) -> bool {
    place.holder.is_some_and(|holder| holder.is_sequence())
}

/// The boolean that a text is meant for.
fn of_boolean(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "on" | "true" => Some(true),
        "no" | "off" | "false" => Some(false),
        _ => None,
    }
}

/// Whether an object of the schema is the list of a custom pipeline's variables, or one of them.
fn of_variables(owner: &Value) -> bool {
    owner.get("items").is_some_and(is_variable)
}

fn is_variable(owner: &Value) -> bool {
    owner.get("title").and_then(Value::as_str) == Some("a custom pipeline's variable")
}

/// Whether a node is an item of a pipeline.
pub(super) fn is_item(node: Node<'_>) -> bool {
    node.entries().next().is_some_and(|entry| matches!(entry.name(), "step" | "parallel" | "stage" | "final"))
}

/// The key that a text begins with where a map belongs, and whether a colon with no space follows it.
fn first_word<'t>(source: &'t str, known: &[&str]) -> Option<(&'t str, bool)> {
    let end = source.find([' ', ':', '\n', '\r']).unwrap_or(source.len());
    let word = source.get(..end)?;
    // The body of a step is none of its own object's keys: which step it is is not known yet.
    let of_step = || schema("/definitions/plainStep/properties").get(word).is_some();
    let is_key = known.contains(&word) || known.is_empty() && of_step();
    is_key.then(|| (word, source[end..].starts_with(':')))
}

/// Help for the definitions of caches and services where a step lists their names.
fn by_name(key: Option<&str>, node: Node<'_>) -> Option<String> {
    let key = key.filter(|key| matches!(*key, "caches" | "services"))?;
    let first = node.entries().next().filter(|entry| !entry.value.is_null())?;
    let name = super::keys::shown(first.name());
    Some(format!("a step lists names alone: `- {name}`; what they are is set in `definitions.{key}`"))
}

/// Help for a list of names where each name is a key.
fn keyed(key: &str, node: Node<'_>) -> Option<String> {
    let name = super::keys::shown(node.items().next()?.text()?);
    // YAML reads another thing into these.
    let name = if name.starts_with(['*', '{', '[', '!', '&']) { format!("'{name}'") } else { name };
    match key {
        "caches" => Some(format!(
            "write a name and its folder: `{name}: path`; caches that Bitbucket has already, such as `node`, need no definition"
        )),
        "variables" | "input-variables" => {
            let (name, _) = name.split_once(['=', ':'])?;
            Some(format!("write each as a key with its value, without `- `: `{}: …`", name.trim()))
        }
        "services" => Some(format!("make each name a key with its settings below it: `{name}:`")),
        "branches" | "tags" | "bookmarks" | "pull-requests" | "custom" => {
            Some(format!("make each name a key with a list of steps below it: `{name}:`"))
        }
        _ => None,
    }
}

fn from_map(node: Node<'_>, owner: &Value) -> String {
    let Some(entry) = node.entries().next() else { return "write a list".to_owned() };
    let name = entry.name();
    if let Some(rest) = name.strip_prefix('-').filter(|rest| !rest.is_empty()) {
        return format!("put a space after the dash: `- {rest}`");
    }
    let items = target(owner.get("items").unwrap_or(&Value::Null));
    let kinds = items.get("type").map(Value::to_string).unwrap_or_default();
    // A map is no item of a list of texts, unless its keys are those of an item in map form.
    if kinds.contains("string") && !node.entries().any(|entry| item_has(items, entry.name())) {
        return match entry.value.is_null() {
            true => format!("write `- ` before `{}`, and no colon after it", super::keys::shown(name)),
            false => "write each value as an item, `- ` before it, with no key".to_owned(),
        };
    }
    format!("put `- ` before `{}`", super::keys::shown(name))
}

/// The object that a `$ref` leads to, or this one.
fn target(owner: &Value) -> &Value {
    let path = owner.get("$ref").and_then(Value::as_str);
    path.map_or(owner, |path| schema(path.trim_start_matches('#')))
}

/// Whether an item has a key in one of its forms.
fn item_has(item: &Value, key: &str) -> bool {
    let item = target(item);
    item.get("properties").is_some_and(|keys| keys.get(key).is_some())
        || ["then", "else"].iter().filter_map(|form| item.get(form)).any(|form| item_has(form, key))
}

/// Of allowed words that begin with a number, the smallest that is no smaller than this one, else the largest.
fn next_larger<'k>(value: &str, allowed: &[&'k str]) -> Option<&'k str> {
    let number = |text: &str| text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<u32>().ok();
    let least = number(value)?;
    let sizes: Vec<(u32, &str)> = allowed.iter().filter_map(|word| Some((number(word)?, *word))).collect();
    let fits = sizes.iter().filter(|(size, _)| *size >= least).min();
    fits.or(sizes.iter().max()).map(|(_, word)| *word)
}
