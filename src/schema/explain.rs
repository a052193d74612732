//! From failures to findings: one plain sentence about what was meant, at the place where it is written.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use super::absorbed;
use super::compiled::{Failure, Kind, TREE};
use super::holders::holds_anchors;
use super::keys::{self, list, shown};
use super::place::{Place, beginning};
use super::{lists, memory, metas, system, types};
use crate::finding::{Finding, Findings, Related, RuleMeta, Severity};
use crate::yaml::{Document, Entry, Problem, ProblemKind, Span};

/// How many aliases one finding names.
const ALIASES: usize = 5;

/// How many unknown keys of one map are told.
const KEYS: usize = 100;

/// Puts failures into words; failures at one place are read together. Of a `shared` file nothing has to run.
pub(super) fn explain(document: &Document, mut failures: Vec<Failure>, shared: bool) -> Vec<Finding> {
    let mut writer = Writer { document, shared, system: None, found: Vec::new(), silent: Vec::new() };
    writer.shallow(&mut failures);
    let unknown = failures.iter().filter_map(|failure| match &failure.kind {
        Kind::UnknownKeys(keys) => Some(keys.iter().take(KEYS).map(String::as_str)),
        _ => None,
    });
    writer.system = system::of_file(unknown.flatten().chain(system::inside(document, &failures)));
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
    for pointer in order {
        let Some(place) = Place::find(document, &pointer) else { continue };
        let told = writer.silent.iter().any(|silent| {
            pointer.strip_prefix(silent.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        // Of `{{ name }}` is said what it is.
        let template = place.node.is_mapping() && document.slice(place.node.span()).starts_with("{{");
        if told || template || undefined.contains(&place.node.span()) {
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

pub(super) fn schema(pointer: &str) -> &'static Value {
    TREE.pointer(pointer).unwrap_or(&Value::Null)
}

pub(super) fn parent(pointer: &str) -> &str {
    pointer.rfind('/').map_or("", |slash| &pointer[..slash])
}

pub(super) fn properties(owner: &Value) -> Vec<&str> {
    owner.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

pub(super) fn title(owner: &Value) -> &str {
    owner.get("title").and_then(Value::as_str).unwrap_or("this map")
}

pub(super) struct Writer<'d> {
    pub(super) document: &'d Document,
    /// Whether others import what the file has, and nothing in it runs.
    shared: bool,
    /// What is said of the file's foreign words, where they are of one system.
    system: Option<&'static str>,
    pub(super) found: Vec<Finding>,
    /// Pointers below which nothing more is said.
    pub(super) silent: Vec<String>,
}

impl<'d> Writer<'d> {
    pub(super) fn say(
        &mut self,
        meta: &'static RuleMeta,
        place: &Place<'d>,
        span: Span,
        message: String,
    ) -> &mut Finding {
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
        let mut failures = absorbed::without_kind(place, failures);
        if !self.special(pointer, place, &failures) {
            if self.is_told_as_syntax(place.node) {
                failures.retain(|failure| !matches!(failure.kind, Kind::Type));
            }
            let (meant, unclear) = self.unknown_keys(place, &failures);
            let told = self.found.len();
            // The range of a value of another type says nothing.
            let mistyped = failures.iter().any(|failure| matches!(failure.kind, Kind::Type));
            let valued = failures.iter().any(|failure| matches!(failure.kind, Kind::Value));
            let scalar = place.node.text().is_some() && !place.node.is_null();
            let said_already = |failure: &&Failure| match failure.kind {
                Kind::TooSmall | Kind::TooLarge => mistyped,
                // Which values there are says more than the type that they have.
                Kind::Type => valued && scalar,
                Kind::Value => mistyped && !scalar,
                _ => false,
            };
            for failure in failures.iter().filter(|failure| !said_already(failure)) {
                self.single(place, failure, &meant);
            }
            if let Some(at) = unclear.filter(|_| !pointer.is_empty()) {
                self.absorb(at, told);
            }
        }
        if in_holder(pointer) {
            // What is merged elsewhere may be given there what it lacks; where it is used as it stands, that is told.
            if self.document.aliases().any(|(_, target)| target.id() == place.node.id()) {
                let at = self.found.split_off(before);
                self.found.extend(at.into_iter().filter(|finding| finding.rule != metas::REQUIRED_KEY.id));
            }
            for finding in &mut self.found[before..] {
                finding.severity = Severity::Warning;
            }
        }
    }

    /// Tells of unknown keys; gives back the known ones that were meant, and which finding is of one that may mean any.
    fn unknown_keys(&mut self, place: &Place<'d>, failures: &[Failure]) -> (HashSet<String>, Option<usize>) {
        let (mut meant, mut unclear) = (HashSet::new(), None);
        for failure in failures {
            let Kind::UnknownKeys(unknown) = &failure.kind else { continue };
            let owner = schema(parent(&failure.keyword));
            let unknown = match title(owner) {
                "a pipe" => self.loose_variables(place, unknown),
                _ => unknown.iter().collect(),
            };
            for key in unknown.into_iter().take(KEYS) {
                let Some(entry) = place.node.entry(key) else { continue };
                let place = with_merge(place, &entry);
                let words = keys::unknown(owner, key, Some(entry.value), self.system);
                if words.meant.is_none() && words.severity == Severity::Error {
                    unclear = unclear.or(Some(self.found.len()));
                }
                meant.extend(words.meant);
                let holder = title(owner) == "the file" && holds_anchors(self.document, &entry);
                let finding = self.say(&metas::KNOWN_KEY, &place, entry.key.span(), words.message);
                finding.severity = words.severity;
                finding.help = Some(words.help);
                if holder {
                    finding.severity = Severity::Warning;
                    finding.message = format!("unknown key `{}` in the file", shown(key));
                    finding.help =
                        Some(format!("it holds anchors: put it under `definitions` as `definitions.{}`", shown(key)));
                }
            }
        }
        (meant, unclear)
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
                let (message, help) = types::wrong(place, limit, owner);
                let of_alias = lists::alias_of_another_kind(place);
                let finding = match of_alias {
                    Some(_) => self.say_of_alias(place, message),
                    None => self.say(&metas::RIGHT_TYPE, place, span, message),
                };
                finding.help = of_alias.or(help);
                if types::is_java_boolean(place.node, limit) {
                    finding.severity = Severity::Warning;
                }
            }
            Kind::Value => {
                let allowed: Vec<&str> = limit.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let message = match said {
                    Some(said) => format!("{words} can't be `{}`: {said}", value()),
                    None => format!("{words} is one of {}, not `{}`", list(&allowed), value()),
                };
                let gate = failure.keyword.contains("/stageStepTrigger/");
                self.say(&metas::KNOWN_VALUE, place, span, message).help = types::next_value(&value(), &allowed, gate);
            }
            Kind::Pattern => {
                let message = format!("`{}` is not well-formed: {}", value(), said.unwrap_or("see the rule's page"));
                self.say(&metas::WELL_FORMED, place, span, message).help =
                    types::unfilled(place.node.text().unwrap_or(""));
            }
            Kind::BadName(name) => {
                let Some(entry) = place.node.entry(name) else { return };
                let holder = failure.keyword.split("/propertyNames").next().unwrap_or("");
                let names = schema(&format!("{holder}/propertyNames"));
                let names = names.get("$ref").and_then(Value::as_str).map_or(names, |target| schema(&target[1..]));
                let said = names.get("errorMessage").or_else(|| owner.get("errorMessage"));
                let said = said.and_then(Value::as_str).unwrap_or("see the rule's page");
                let message = format!("`{}` is not well-formed: {said}", shown(name));
                let finding = self.say(&metas::WELL_FORMED, &with_merge(place, &entry), entry.key.span(), message);
                // Names of caches were limited in 2023, and nobody has seen one refused since.
                if holder.ends_with("/caches") {
                    finding.severity = Severity::Warning;
                }
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
                let message = format!("{words} is at least {limit}, not {}", value());
                self.say(&metas::VALUE_RANGE, place, span, message).help = memory::too_small(place);
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
                // Of several that exclude the same one, the first is told.
                let excluded = |entry: &Entry<'d>| owner.get(entry.name()).and_then(Value::as_bool) == Some(false);
                let first = place.holder.and_then(|holder| holder.entries().find(excluded));
                if first.is_some_and(|first| place.key.is_some_and(|key| key.id() != first.key.id())) {
                    return;
                }
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
            if !self.shared && !absorbed::means_to_share(place.node) {
                let message = "the file has no `pipelines`, so nothing runs".to_owned();
                self.say(&metas::REQUIRED_KEY, place, beginning(place.node), message).help =
                    Some(absorbed::without_pipelines(place.node).to_owned());
            }
            return;
        }
        // It stands beside what should hold it, which is told there.
        if place.own_key && place.holder.is_some_and(|holder| holder.is_mapping() && holder.get(key).is_some()) {
            return;
        }
        // What an unknown anchor or a wrong merge would bring may have it.
        let inside = place.node.span();
        let unknown = |problem: &Problem| {
            matches!(problem.kind, ProblemKind::UndefinedAlias | ProblemKind::BadMerge)
                && inside.contains(problem.span.start)
        };
        if self.document.problems().iter().any(unknown) {
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
        let known = keys::taken(title(owner), properties(owner));
        let span = place.span();
        // A key that could not be read, or what should be merged, is told already.
        let inside = place.node.span();
        if self.document.problems().iter().any(|problem| inside.contains(problem.span.start)) {
            return;
        }
        if known.is_empty() {
            let message = format!("{} is empty: it defines nothing", place.words());
            let finding = self.say(&metas::NOT_EMPTY, place, span, message);
            // Bitbucket's own schema refuses a map of variables without one, and takes a section without a pattern.
            if owner.pointer("/additionalProperties/type").is_none() {
                finding.severity = Severity::Warning;
            }
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
pub(super) fn with_merge<'d>(place: &Place<'d>, entry: &Entry<'d>) -> Place<'d> {
    Place { alias: entry.merged.or(place.alias), ..*place }
}

/// Whether a pointer leads into a key of `definitions` that only holds anchors.
pub(super) fn in_holder(pointer: &str) -> bool {
    let name = pointer.strip_prefix("/definitions/").and_then(|rest| rest.split('/').next());
    name.is_some_and(|name| schema("/definitions/definitions/properties").get(name).is_none())
}
