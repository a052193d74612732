//! From failures to findings: one plain sentence about what was meant, at the place where it is written.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::compiled::{Failure, Kind, TREE};
use super::keys::{self, list, shown};
use super::place::{Place, beginning};
use super::{metas, types};
use crate::finding::{Finding, Findings, Related, RuleMeta, Severity};
use crate::yaml::{Document, Entry, ProblemKind, Span};

/// How many aliases one finding names.
const ALIASES: usize = 5;

/// Puts failures into words; failures at one place are read together.
pub(super) fn explain(document: &Document, failures: Vec<Failure>) -> Vec<Finding> {
    let mut order: Vec<String> = Vec::new();
    let mut groups: HashMap<String, Vec<Failure>> = HashMap::new();
    for failure in failures {
        let group = groups.entry(failure.instance.clone()).or_default();
        if group.is_empty() {
            order.push(failure.instance.clone());
        }
        group.push(failure);
    }
    // A map is told before what is inside it, so that what is inside can be left out.
    order.sort_by_key(String::len);
    let undefined: HashSet<Span> = document
        .problems()
        .iter()
        .filter(|problem| matches!(problem.kind, ProblemKind::UndefinedAlias | ProblemKind::RecursiveAlias))
        .map(|problem| problem.span)
        .collect();
    let mut writer = Writer { document, found: Vec::new(), silent: Vec::new() };
    for pointer in order {
        let Some(place) = Place::find(document, &pointer) else { continue };
        let told = writer.silent.iter().any(|silent| {
            pointer.strip_prefix(silent.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if told || undefined.contains(&place.node.span()) {
            continue;
        }
        writer.group(&pointer, &place, groups.remove(&pointer).unwrap_or_default());
    }
    merge(writer.found)
}

/// One finding for a rule at a place, however many aliases lead there.
fn merge(found: Vec<Finding>) -> Vec<Finding> {
    let mut merged: Vec<Finding> = Vec::new();
    let mut seen: HashMap<(&str, Span), usize> = HashMap::new();
    for finding in found {
        match seen.get(&(finding.rule, finding.span)) {
            Some(&at) => {
                let first = &mut merged[at];
                first.severity = first.severity.max(finding.severity);
                let fresh: Vec<Related> =
                    finding.related.into_iter().filter(|related| !first.related.contains(related)).collect();
                first.related.extend(fresh);
                first.related.truncate(ALIASES);
            }
            None => {
                seen.insert((finding.rule, finding.span), merged.len());
                merged.push(finding);
            }
        }
    }
    merged
}

fn schema(pointer: &str) -> &'static Value {
    TREE.pointer(pointer).unwrap_or(&Value::Null)
}

fn parent(pointer: &str) -> &str {
    pointer.rfind('/').map_or("", |slash| &pointer[..slash])
}

fn properties(owner: &Value) -> Vec<&str> {
    owner.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn title(owner: &Value) -> &str {
    owner.get("title").and_then(Value::as_str).unwrap_or("this map")
}

struct Writer<'d> {
    document: &'d Document,
    found: Vec<Finding>,
    /// Pointers below which nothing more is said.
    silent: Vec<String>,
}

impl<'d> Writer<'d> {
    fn say(&mut self, meta: &'static RuleMeta, place: &Place<'d>, span: Span, message: String) -> &mut Finding {
        let at = self.found.len();
        let mut findings = Findings::new(meta, &mut self.found);
        let draft = findings.violated(span, message);
        if let Some(alias) = place.alias {
            let name = self.document.slice(alias);
            let name = if name.starts_with('*') { name } else { "<<" };
            draft.related(alias, format!("used here as `{name}`"));
        }
        &mut self.found[at]
    }

    fn group(&mut self, pointer: &str, place: &Place<'d>, failures: Vec<Failure>) {
        let before = self.found.len();
        if !self.special(pointer, place, &failures) {
            let meant = self.unknown_keys(place, &failures);
            for failure in &failures {
                self.single(place, failure, &meant);
            }
        }
        if in_holder(pointer) {
            for finding in &mut self.found[before..] {
                finding.severity = Severity::Warning;
            }
        }
    }

    /// Shapes that fail in several ways for one reason.
    fn special(&mut self, pointer: &str, place: &Place<'d>, failures: &[Failure]) -> bool {
        let at = |names: &[&str]| {
            failures.iter().any(|failure| {
                names.iter().any(|name| {
                    failure.keyword.strip_prefix("/definitions/").is_some_and(|rest| {
                        rest.strip_prefix(name).is_some_and(|rest| !rest[1..].contains('/') && rest.starts_with('/'))
                    })
                })
            })
        };
        if !place.node.is_mapping() {
            return false;
        }
        if at(&["item", "customItem", "member", "stageItem"]) {
            return self.item(pointer, place, failures);
        }
        if at(&["pipeline", "customPipeline", "parallel"]) {
            return self.list_as_map(pointer, place, failures);
        }
        if at(&["pipe"]) && place.node.get("pipe").is_none() {
            return self.command(place);
        }
        false
    }

    fn item(&mut self, pointer: &str, place: &Place<'d>, failures: &[Failure]) -> bool {
        let Some(Kind::UnknownKeys(unknown)) =
            failures.iter().map(|failure| &failure.kind).find(|kind| matches!(kind, Kind::UnknownKeys(_)))
        else {
            return false;
        };
        let words = ["step", "stage", "parallel", "final"];
        let body = |key: &str| schema("/definitions/plainStep/properties").get(key).is_some() || key == "steps";
        let inside = unknown.iter().filter(|key| body(key)).count();
        if let Some(head) = place.node.entries().find(|entry| words.contains(&entry.name())) {
            if inside == 0 {
                return false;
            }
            let name = head.name();
            if head.value.is_null() {
                let message = format!("`{name}` is empty: the keys below it are one level too shallow");
                let finding = self.say(&metas::INDENTED_BODY, place, head.key.span(), message);
                finding.help = Some(format!("indent the keys below `{name}` by two more spaces"));
                self.silent.push(pointer.to_owned());
                return true;
            }
            for key in unknown {
                let Some(entry) = place.node.entry(key) else { continue };
                let message = format!("`{}` stands beside `{name}`, where nothing reads it", shown(key));
                let place = with_merge(place, &entry);
                self.say(&metas::KNOWN_KEY, &place, entry.key.span(), message).help =
                    Some(if head.value.alias().is_some() {
                        format!("write `{name}: {{ <<: *name, {}: … }}`, or leave it to the anchor", shown(key))
                    } else {
                        format!("indent it under `{name}`")
                    });
            }
            return true;
        }
        let merged = place.node.entries().find(|entry| entry.merged.is_some() && body(entry.name()));
        if let Some(span) = merged.and_then(|entry| entry.merged) {
            let alias = self.document.slice(span).to_owned();
            let message = format!("`{alias}` is the body of a step, and is merged into the item that should hold one");
            self.say(&metas::KNOWN_KEY, &Place { alias: None, ..*place }, span, message).help =
                Some(format!("write `- step: {alias}`, or `- step: {{ <<: {alias}, … }}`"));
            return true;
        }
        if unknown.iter().any(|key| key == "script") {
            let message = "the body of a step stands where an item should name what it is".to_owned();
            self.say(&metas::REQUIRED_KEY, place, beginning(place.node), message).help =
                Some("write `- step:` and indent these keys under it".to_owned());
            return true;
        }
        false
    }

    /// A map where a list of items belongs.
    fn list_as_map(&mut self, pointer: &str, place: &Place<'d>, failures: &[Failure]) -> bool {
        let node = place.node;
        let known = ["import", "steps"].iter().any(|key| node.get(key).is_some());
        if known || !failures.iter().any(|failure| matches!(failure.kind, Kind::Missing(_))) {
            return false;
        }
        self.silent.push(pointer.to_owned());
        if let Some(entry) = node.entry("destinations").filter(|_| pointer.starts_with("/pipelines/pull-requests/")) {
            let message = "`destinations` is not documented and has left Bitbucket's own schema".to_owned();
            let finding = self.say(&metas::KNOWN_KEY, place, entry.key.span(), message);
            finding.severity = Severity::Warning;
            finding.help = Some("use `triggers` with a condition on BITBUCKET_PR_DESTINATION_BRANCH".to_owned());
            return true;
        }
        let items = ["step", "-step", "parallel", "-parallel", "stage", "-stage", "final", "variables"];
        let first = node.entries().find(|entry| items.contains(&entry.name()));
        let message = format!("{} should be a list (it is a map)", place.words());
        let help = match first {
            Some(entry) => match entry.name().strip_prefix('-') {
                Some(rest) => format!("put a space after the dash: `- {rest}:`"),
                None => format!("put `- ` before `{}` and each item like it", entry.name()),
            },
            None if pointer == "/pipelines/default" => {
                "`default` has no patterns; put these under `branches`".to_owned()
            }
            None => "write a list of items: `- step:`".to_owned(),
        };
        self.say(&metas::RIGHT_TYPE, place, place.span(), message).help = Some(help);
        true
    }

    /// A command that YAML took for a map because of its colon.
    fn command(&mut self, place: &Place<'d>) -> bool {
        let Some(entry) = place.node.entries().next() else { return false };
        let span = entry.key.span();
        let name = entry.name();
        if place.node.get("variables").is_some() || place.node.get("name").is_some() {
            return false;
        }
        if place.node.entries().len() == 1 && ["uses", "run", "step", "script"].contains(&name) {
            return false;
        }
        let text = self.document.slice(span.to(place.node.span())).lines().next().unwrap_or("").trim_end().to_owned();
        let message = format!("the colon after `{}` makes a map of this command", shown(name));
        let help = match (text.contains('\''), text.contains('"')) {
            _ if text.chars().count() > 60 => "put the whole command in single quotes".to_owned(),
            (false, _) => format!("quote the whole command: `- '{text}'`"),
            (true, false) => format!("quote the whole command: `- \"{text}\"`"),
            (true, true) => "write it as a block: `- |` and the command, indented, on the next line".to_owned(),
        };
        self.say(&metas::QUOTED_COMMAND, place, span, message).help = Some(help);
        true
    }

    /// Tells of unknown keys; gives back the known ones that were meant.
    fn unknown_keys(&mut self, place: &Place<'d>, failures: &[Failure]) -> HashSet<String> {
        let mut meant = HashSet::new();
        for failure in failures {
            let Kind::UnknownKeys(unknown) = &failure.kind else { continue };
            let owner = schema(parent(&failure.keyword));
            for key in unknown {
                let Some(entry) = place.node.entry(key) else { continue };
                let place = with_merge(place, &entry);
                let words = keys::unknown(owner, key);
                meant.extend(words.meant);
                let holder = title(owner) == "the file" && self.holds_anchors(&entry);
                let finding = self.say(&metas::KNOWN_KEY, &place, entry.key.span(), words.message);
                finding.severity = words.severity;
                finding.help = Some(words.help);
                if holder {
                    finding.severity = Severity::Warning;
                    finding.help =
                        Some(format!("it holds anchors: put it under `definitions` as `definitions.{}`", shown(key)));
                }
            }
        }
        meant
    }

    /// Whether an anchor inside the entry's value is used somewhere.
    fn holds_anchors(&self, entry: &Entry<'_>) -> bool {
        let span = entry.key.span().to(entry.value.span());
        self.document.aliases().any(|(_, target)| span.contains(target.span().start))
    }

    fn single(&mut self, place: &Place<'d>, failure: &Failure, meant: &HashSet<String>) {
        let owner = schema(parent(&failure.keyword));
        let said = owner.get("errorMessage").and_then(Value::as_str);
        let words = place.words();
        let value = || shown(place.node.text().unwrap_or(""));
        let limit = schema(&failure.keyword);
        let span = place.span();
        match &failure.kind {
            Kind::UnknownKeys(_) => {}
            Kind::Missing(key) if meant.contains(key) => {}
            Kind::Missing(key) => self.missing(place, failure, owner, key),
            Kind::Type => {
                let (message, help) = types::wrong(place, limit);
                self.say(&metas::RIGHT_TYPE, place, span, message).help = help;
            }
            Kind::Value => {
                let allowed: Vec<&str> = limit.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let message = match said {
                    Some(said) => format!("{words} can't be `{}`: {said}", value()),
                    None => format!("{words} is one of {}, not `{}`", list(&allowed), value()),
                };
                let near = keys::nearest(&value(), &allowed).map(|near| format!("write `{near}`"));
                self.say(&metas::KNOWN_VALUE, place, span, message).help = near;
            }
            Kind::Pattern => {
                let message = format!("`{}` is not well-formed: {}", value(), said.unwrap_or("see the rule's page"));
                self.say(&metas::WELL_FORMED, place, span, message);
            }
            Kind::BadName(name) => {
                let Some(entry) = place.node.entry(name) else { return };
                let names = schema(&failure.keyword);
                let names = names.get("$ref").and_then(Value::as_str).map_or(names, |target| schema(&target[1..]));
                let said = names.get("errorMessage").and_then(Value::as_str).unwrap_or("see the rule's page");
                let message = format!("`{}` is not well-formed: {said}", shown(name));
                self.say(&metas::WELL_FORMED, &with_merge(place, &entry), entry.key.span(), message);
            }
            Kind::Empty => {
                let message = if failure.keyword.ends_with("/scriptItem/minLength") {
                    "a command is empty".to_owned()
                } else {
                    format!("{words} is empty")
                };
                self.say(&metas::NOT_EMPTY, place, span, message).help =
                    Some("write what belongs here, or remove it".to_owned());
            }
            Kind::TooFew => self.too_few(place, owner),
            Kind::TooMany => self.too_many(place, owner, limit),
            Kind::TooSmall => {
                self.say(&metas::VALUE_RANGE, place, span, format!("{words} is at least {limit}, not {}", value()));
            }
            Kind::TooLarge => {
                self.say(&metas::VALUE_RANGE, place, span, format!("{words} is at most {limit}, not {}", value()));
            }
            Kind::TooLong => {
                let (count, what) = match place.node.text() {
                    Some(text) => (text.chars().count(), "characters"),
                    None => (place.node.items().len(), "items"),
                };
                let message = format!("{words} has {count} {what}; {limit} is the limit");
                self.say(&metas::VALUE_RANGE, place, span, message);
            }
            Kind::Repeated => {
                self.say(&metas::WELL_FORMED, place, span, format!("{words} names something twice"));
            }
            Kind::Forbidden => {
                let other = failure.keyword.split("/dependencies/").nth(1).and_then(|rest| rest.split('/').next());
                let message = format!("{words} can't stand beside `{}`", other.unwrap_or("another key"));
                let at = place.key.map_or(span, |key| key.span());
                self.say(&metas::COMPATIBLE_KEYS, place, at, message).help = Some("remove one of the two".to_owned());
            }
        }
    }

    fn missing(&mut self, place: &Place<'d>, failure: &Failure, owner: &Value, key: &str) {
        if failure.keyword.ends_with("/dependencies") {
            let needs = |list: &Value| list.as_array().is_some_and(|list| list.iter().any(|one| one == key));
            let companions = owner.get("dependencies").and_then(Value::as_object).into_iter().flatten();
            let mut others = companions.filter(|(other, list)| needs(list) && place.node.get(other).is_some());
            let Some((other, _)) = others.next() else { return };
            let span = place.node.entry(other).map_or(place.span(), |entry| entry.key.span());
            let message = format!("`{other}` needs `{key}` beside it");
            self.say(&metas::COMPATIBLE_KEYS, place, span, message).help = Some(format!("add `{key}`"));
            return;
        }
        if failure.keyword == "/else/required" {
            let message = "the file has no `pipelines`, so nothing runs".to_owned();
            self.say(&metas::REQUIRED_KEY, place, beginning(place.node), message).help =
                Some("add `pipelines:` with `default:` and a list of steps".to_owned());
            return;
        }
        let message = format!("{} needs `{key}`", title(owner));
        let help = match key {
            "script" => "add `script:` and a list of commands".to_owned(),
            "image" => "add `image: name:tag`; only a service of type `docker` goes without".to_owned(),
            _ => format!("add `{key}`"),
        };
        self.say(&metas::REQUIRED_KEY, place, place.span(), message).help = Some(help);
    }

    fn too_few(&mut self, place: &Place<'d>, owner: &Value) {
        let known = properties(owner);
        let span = place.span();
        if known.is_empty() {
            let message = format!("{} is empty: it defines nothing", place.words());
            let finding = self.say(&metas::NOT_EMPTY, place, span, message);
            finding.severity = Severity::Warning;
            finding.help = Some("add an entry, or remove it".to_owned());
            return;
        }
        let message = match known.as_slice() {
            [one] => format!("{} needs `{one}`", title(owner)),
            several => format!("{} needs one of {}", title(owner), list(several)),
        };
        self.say(&metas::REQUIRED_KEY, place, span, message).help = Some("add it, or remove the empty map".to_owned());
    }

    fn too_many(&mut self, place: &Place<'d>, owner: &Value, limit: &Value) {
        let known = properties(owner);
        if known.is_empty() {
            let message = format!("{} has {} entries; {limit} is the limit", place.words(), place.node.entries().len());
            self.say(&metas::VALUE_RANGE, place, place.span(), message);
            return;
        }
        let mut both = place.node.entries().filter(|entry| known.contains(&entry.name()));
        let (Some(first), Some(second)) = (both.next(), both.next()) else { return };
        let message = format!("{} has one of {}; `{}` is there already", title(owner), list(&known), first.name());
        let item = title(owner).ends_with("item");
        let finding = self.say(&metas::COMPATIBLE_KEYS, &with_merge(place, &second), second.key.span(), message);
        finding.help = Some(if item {
            format!("begin a new item: `- {}:`", second.name())
        } else {
            format!("keep either `{}` or `{}`", first.name(), second.name())
        });
    }
}

/// The place of a key that a merge may have brought.
fn with_merge<'d>(place: &Place<'d>, entry: &Entry<'d>) -> Place<'d> {
    Place { alias: entry.merged.or(place.alias), ..*place }
}

/// Whether a pointer leads into a key of `definitions` that only holds anchors.
fn in_holder(pointer: &str) -> bool {
    let name = pointer.strip_prefix("/definitions/").and_then(|rest| rest.split('/').next());
    name.is_some_and(|name| schema("/definitions/definitions/properties").get(name).is_none())
}
