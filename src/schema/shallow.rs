//! A body that stands beside its key and not below it: the key is empty, and what it should hold is unknown around it.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::compiled::{Failure, Kind};
use super::explain::{Writer, in_holder, parent, properties, schema, title};
use super::foreign::of_key;
use super::holders::holds_anchors;
use super::invisible::is_odd_blank;
use super::keys::{list, nearest, shown};
use super::metas;
use super::place::Place;
use crate::finding::Severity;
use crate::yaml::{Document, Entry, Kind as Type, Node, NodeId};

/// How many keys of a body one finding names.
const NAMED: usize = 5;

/// How many keys below an empty one are looked at.
const MOST: usize = 1_000;

/// What a map takes: keys, and values under names of the author's own.
#[derive(Default)]
struct Body {
    keys: Vec<&'static str>,
    free: Option<&'static Value>,
    /// The maps of which a list is made.
    item: Option<&'static Value>,
}

impl Body {
    /// Adds what an object of the schema takes in any of its forms.
    fn add(&mut self, owner: &'static Value) {
        let owner = target(owner);
        self.keys.extend(properties(owner));
        self.item = self.item.or(owner.get("items").map(target));
        self.free = self.free.or(owner.get("additionalProperties").filter(|free| free.is_object()));
        let all = owner.get("allOf").and_then(Value::as_array).into_iter().flatten();
        ["then", "else"].iter().filter_map(|form| owner.get(form)).chain(all).for_each(|form| self.add(form));
    }

    fn has(&self, key: &str) -> bool {
        self.keys.contains(&key)
    }

    /// Whether a value may stand under a name of the author's own.
    fn takes(&self, value: Node<'_>) -> bool {
        self.free.is_some_and(|free| fits(free, value))
    }
}

/// The object that a `$ref` leads to, or this one.
fn target(owner: &'static Value) -> &'static Value {
    owner.get("$ref").and_then(Value::as_str).map_or(owner, |path| schema(path.trim_start_matches('#')))
}

/// Whether a value is of a type that the schema's object takes; a map has one of its keys, too.
fn fits(expected: &'static Value, value: Node<'_>) -> bool {
    let expected = target(expected);
    let first = expected.get("allOf").and_then(|all| all.get(0)).map(target);
    let expected = first.unwrap_or(expected);
    let types = match expected.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        // A holder of anchors.
        _ => return value.is_mapping() || value.is_sequence(),
    };
    match value.kind() {
        Type::Null => false,
        Type::Mapping => {
            types.contains(&"object") && value.entries().any(|entry| properties(expected).contains(&entry.name()))
        }
        Type::Sequence => types.contains(&"array"),
        _ => types.iter().any(|kind| !matches!(*kind, "array" | "object")),
    }
}

/// The schema of a map that is reached through maps alone.
fn of_maps(pointer: &str) -> Option<&'static Value> {
    let mut at = schema("");
    for segment in pointer.split('/').skip(1) {
        let own = at.get("properties").and_then(|keys| keys.get(segment));
        at = target(own.or_else(|| at.get("additionalProperties").filter(|free| free.is_object()))?);
    }
    Some(at)
}

impl<'d> Writer<'d> {
    /// Tells of empty keys whose body is one level too shallow, and takes out what else these have failed in.
    pub(super) fn shallow(&mut self, failures: &mut [Failure]) {
        let mut heads: BTreeMap<String, Body> = BTreeMap::new();
        for failure in failures.iter().filter(|failure| matches!(failure.kind, Kind::Type)) {
            let empty = Place::find(self.document, &failure.instance).is_some_and(|place| place.node.is_null());
            if empty {
                heads.entry(failure.instance.clone()).or_default().add(schema(parent(&failure.keyword)));
            }
        }
        for (pointer, body) in &heads {
            let Some(place) = Place::find(self.document, pointer).filter(|place| place.own_key) else { continue };
            let before = self.found.len();
            let told = self.odd_body(pointer, &place, body, failures)
                || body.has("steps") && self.items_beside(pointer, &place)
                || self.item_keys_beside(pointer, &place, body, failures);
            if !told {
                self.keys_beside(pointer, &place, body, failures);
            }
            if in_holder(pointer) {
                self.found[before..].iter_mut().for_each(|finding| finding.severity = Severity::Warning);
            }
        }
        self.silence_aliases(heads.keys());
    }

    /// What aliases an empty key that is told of is empty for the same reason.
    fn silence_aliases<'p>(&mut self, heads: impl Iterator<Item = &'p String>) {
        if self.silent.is_empty() {
            return;
        }
        let find = |pointer: &str| Some(Place::find(self.document, pointer)?.node);
        let told: HashSet<NodeId> = self
            .silent
            .iter()
            .filter_map(|pointer| find(pointer))
            .filter(|node| node.is_null())
            .map(|node| node.id())
            .collect();
        let is_alias = |pointer: &&String| {
            find(pointer.as_str()).is_some_and(|node| node.alias().is_some() && told.contains(&node.id()))
        };
        let aliases: Vec<String> = heads.filter(is_alias).cloned().collect();
        self.silent.extend(aliases);
    }

    /// `- parallel:`, and its items below it in the list that it stands in itself.
    fn items_beside(&mut self, pointer: &str, place: &Place<'d>) -> bool {
        let (Some(key), Some(item)) = (place.key, place.holder.filter(|item| item.entries().len() == 1)) else {
            return false;
        };
        let around = Place::find(self.document, parent(parent(pointer))).filter(|around| around.node.is_sequence());
        let Some(around) = around else { return false };
        let next = around.node.items().skip_while(|one| one.id() != item.id()).nth(1);
        let is_step = |next: &Node<'_>| next.alias().is_none() && next.get("step").is_some();
        if !next.is_some_and(|next| is_step(&next) && self.line(next) > self.line(key)) {
            return false;
        }
        let name = shown(key.text().unwrap_or(""));
        let message = format!("`{name}` is empty: the items below it are one level too shallow");
        let help = match name.as_str() {
            "stage" => "write `steps:` below `stage`, and indent the items of the group under it".to_owned(),
            _ => "indent the items of the group under it".to_owned(),
        };
        self.say(&metas::INDENTED_BODY, place, key.span(), message).help = Some(help);
        self.silent.push(pointer.to_owned());
        true
    }

    /// A body that is indented with blanks that YAML does not take for any: its first key begins with them, and stands in this
    /// map or in one around it.
    fn odd_body(&mut self, pointer: &str, place: &Place<'d>, body: &Body, failures: &mut [Failure]) -> bool {
        let Some(head) = place.key else { return false };
        let mut at = pointer;
        let (around, next) = loop {
            let Some(here) = Place::find(self.document, at).filter(|_| !at.is_empty()) else { return false };
            let next = here.holder.zip(here.key).and_then(|(holder, key)| behind(key, holder).next());
            at = parent(at);
            if let Some(next) = next {
                break (at, next);
            }
        };
        let name = next.name().trim_matches(char::is_whitespace);
        let Some(odd) = next.name().chars().next().filter(|c| is_odd_blank(*c)).filter(|_| body.has(name)) else {
            return false;
        };
        let message = format!("U+{:04X} is part of this key, where `{name}` is meant", u32::from(odd));
        let key = shown(head.text().unwrap_or(""));
        self.say(&metas::KNOWN_KEY, place, next.key.span(), message).help =
            Some(format!("replace it with spaces: `{name}` stands below `{key}`"));
        self.silence(pointer, around, &[next.name()], failures);
        true
    }

    fn keys_beside(&mut self, pointer: &str, place: &Place<'d>, body: &Body, failures: &mut [Failure]) {
        let (Some(head), Some(holder)) = (place.key, place.holder) else { return };
        let below: Vec<Entry<'d>> = behind(head, holder).collect();
        let around = parent(pointer);
        let free = of_maps(around).filter(|map| map.get("additionalProperties").is_some_and(Value::is_object));
        let run = match unknown_in(around, failures) {
            Some((unknown, owner)) => {
                let unknown = |entry: &Entry<'d>| unknown.iter().any(|key| key == entry.name());
                closed(body, &below, unknown, &properties(owner), (around, title(owner)))
            }
            None if around == "/definitions" => {
                let known = free.map(properties).unwrap_or_default();
                let unknown =
                    |entry: &Entry<'d>| !known.contains(&entry.name()) && !holds_anchors(self.document, entry);
                closed(body, &below, unknown, &known, (around, "`definitions`"))
            }
            None if free.is_some() => {
                let run: Vec<&str> = below.iter().map(Entry::name).take_while(|name| body.has(name)).collect();
                let fails = |name: &&str| {
                    let at = child(around, name);
                    failures.iter().any(|failure| is_within(&failure.instance, &at))
                };
                if run.iter().any(fails) { run } else { Vec::new() }
            }
            None => return,
        };
        let first = below.iter().find(|entry| run.contains(&entry.name()));
        if first.is_none_or(|first| self.line(first.key) == self.line(head)) {
            return;
        }
        let name = shown(head.text().unwrap_or(""));
        let message = format!("`{name}` is empty: the keys below it are one level too shallow");
        // What is known in both places stands between them as part of the body.
        let last = below.iter().rposition(|entry| run.contains(&entry.name())).map_or(0, |last| last + 1);
        let names = below.iter().take(last).map(Entry::name);
        let named = names.filter(|name| run.contains(name) || !around.is_empty() && body.has(name));
        let named: Vec<String> = named.take(NAMED + 1).map(shown).collect();
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        let help = match named.len() == below.len() || named.len() > NAMED {
            true => format!("indent the keys below `{name}` by two more spaces"),
            false => format!("indent {} by two more spaces, to stand below `{name}`", list(&named)),
        };
        self.say(&metas::INDENTED_BODY, place, head.span(), message).help = Some(help);
        self.silence(pointer, around, &run, failures);
    }

    /// `upload:`, and the keys of its one item beside it, with neither dash nor indentation.
    fn item_keys_beside(&mut self, pointer: &str, place: &Place<'d>, body: &Body, failures: &mut [Failure]) -> bool {
        let (Some(item), Some(head), Some(holder)) = (body.item, place.key, place.holder) else { return false };
        let known = properties(item);
        let needed: Vec<&str> =
            item.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let below: Vec<Entry<'d>> = behind(head, holder).take_while(|entry| known.contains(&entry.name())).collect();
        let run: Vec<&str> = below.iter().map(Entry::name).collect();
        let Some(first) = below.first().filter(|_| !needed.is_empty() && needed.iter().all(|key| run.contains(key)))
        else {
            return false;
        };
        if self.line(first.key) == self.line(head) {
            return false;
        }
        let name = shown(head.text().unwrap_or(""));
        let message = format!("`{name}` is empty: the keys below it are one level too shallow");
        self.say(&metas::INDENTED_BODY, place, head.span(), message).help = Some(format!(
            "write `- ` before `{}`, and indent the keys by four more spaces, to stand below `{name}`",
            first.name()
        ));
        self.silence(pointer, parent(pointer), &run, failures);
        true
    }

    /// Nothing more is said of an empty key and of the keys that belong below it.
    fn silence(&mut self, pointer: &str, around: &str, run: &[&str], failures: &mut [Failure]) {
        self.silent.push(pointer.to_owned());
        self.silent.extend(run.iter().map(|name| child(around, name)));
        for failure in failures.iter_mut().filter(|failure| failure.instance == around) {
            if let Kind::UnknownKeys(keys) = &mut failure.kind {
                keys.retain(|key| !run.contains(&key.as_str()));
            }
        }
    }

    fn line(&self, node: Node<'_>) -> usize {
        let document: &Document = self.document;
        document.lines().line(node.span().start)
    }
}

/// The keys of a map that stand below one of them, in order; what a merge below it has brought comes last.
fn behind<'d>(head: Node<'d>, holder: Node<'d>) -> impl Iterator<Item = Entry<'d>> {
    let own = holder.entries().filter(move |entry| entry.merged.is_none_or(|merge| merge.start > head.span().start));
    own.skip_while(move |entry| entry.key.id() != head.id()).skip(1).take(MOST)
}

/// The keys that a map does not know, and its object in the schema.
fn unknown_in<'f>(around: &str, failures: &'f [Failure]) -> Option<(&'f [String], &'static Value)> {
    failures.iter().filter(|failure| failure.instance == around).find_map(|failure| match &failure.kind {
        Kind::UnknownKeys(keys) if !keys.is_empty() => Some((keys.as_slice(), schema(parent(&failure.keyword)))),
        _ => None,
    })
}

/// Of the keys below an empty one those that belong into it: unknown here, and known there. A slip of a key that is known here
/// ends them. What neither knows is among them between two of them, and in an item, which holds nothing else.
fn closed<'d>(
    body: &Body,
    below: &[Entry<'d>],
    unknown: impl Fn(&Entry<'d>) -> bool,
    known: &[&str],
    (around, title): (&str, &str),
) -> Vec<&'d str> {
    let mut run = Vec::new();
    let mut sure = 0;
    for entry in below {
        let name = entry.name();
        if !unknown(entry) {
            if body.has(name) {
                continue;
            }
            break;
        }
        let is_item = known.contains(&"step") && around.rsplit('/').next().is_some_and(|at| at.parse::<u32>().is_ok());
        let exact = body.has(name);
        // Names of variables are in capitals, and no slips of keywords.
        let slip = name.chars().any(char::is_lowercase) && nearest(name, known).is_some();
        // Words of another system, and sections of `pipelines` without it, are no names of the author's own.
        let elsewhere = || of_key(name, title).is_some() || around.is_empty() && is_section(name);
        if !exact && (slip || !is_item && elsewhere()) {
            break;
        }
        run.push(name);
        if exact || body.takes(entry.value) || is_item && sure > 0 {
            sure = run.len();
        }
    }
    run.truncate(sure);
    run
}

fn is_section(name: &str) -> bool {
    properties(schema("/definitions/pipelines")).contains(&name)
}

fn child(around: &str, name: &str) -> String {
    format!("{around}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn is_within(pointer: &str, at: &str) -> bool {
    pointer.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
