//! A body that stands beside its key and not below it: the key is empty, and what it should hold is unknown around it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compiled::{Failure, Kind};
use super::explain::{Writer, in_holder, parent, properties, schema};
use super::holders::holds_anchors;
use super::invisible::is_odd_blank;
use super::keys::{list, nearest, shown};
use super::metas;
use super::place::Place;
use crate::finding::Severity;
use crate::yaml::{Document, Entry, Kind as Type, Node};

/// How many keys of a body one finding names.
const NAMED: usize = 5;

/// How many keys below an empty one are looked at.
const MOST: usize = 1_000;

/// What a map takes: keys, and values under names of the author's own.
#[derive(Default)]
struct Body {
    keys: Vec<&'static str>,
    free: Option<&'static Value>,
}

impl Body {
    /// Adds what an object of the schema takes in any of its forms.
    fn add(&mut self, owner: &'static Value) {
        let owner = target(owner);
        self.keys.extend(properties(owner));
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
        _ => return !value.is_null(),
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
        for (pointer, body) in heads {
            let Some(place) = Place::find(self.document, &pointer).filter(|place| place.own_key) else { continue };
            if self.odd_body(&pointer, &place, &body, failures) {
                continue;
            }
            if body.has("steps") && self.items_beside(&pointer, &place) {
                continue;
            }
            self.keys_beside(&pointer, &place, &body, failures);
        }
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
            Some((unknown, known)) => {
                let unknown = |entry: &Entry<'d>| unknown.iter().any(|key| key == entry.name());
                closed(body, &below, unknown, &known, around)
            }
            None if around == "/definitions" => {
                let known = free.map(properties).unwrap_or_default();
                let unknown =
                    |entry: &Entry<'d>| !known.contains(&entry.name()) && !holds_anchors(self.document, entry);
                closed(body, &below, unknown, &known, around)
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
        let finding = self.say(&metas::INDENTED_BODY, place, head.span(), message);
        finding.help = Some(help);
        if in_holder(pointer) {
            finding.severity = Severity::Warning;
        }
        self.silence(pointer, around, &run, failures);
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

/// The keys of a map that stand below one of them, in order, as far as no merge has brought them.
fn behind<'d>(head: Node<'d>, holder: Node<'d>) -> impl Iterator<Item = Entry<'d>> {
    let own = holder.entries().filter(|entry| entry.merged.is_none());
    own.skip_while(move |entry| entry.key.id() != head.id()).skip(1).take(MOST)
}

/// The keys that a map does not know, and those that it knows.
fn unknown_in<'f>(around: &str, failures: &'f [Failure]) -> Option<(&'f [String], Vec<&'static str>)> {
    failures.iter().filter(|failure| failure.instance == around).find_map(|failure| match &failure.kind {
        Kind::UnknownKeys(keys) if !keys.is_empty() => {
            Some((keys.as_slice(), properties(schema(parent(&failure.keyword)))))
        }
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
    around: &str,
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
        if !exact && name.chars().any(char::is_lowercase) && nearest(name, known).is_some() {
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

fn child(around: &str, name: &str) -> String {
    format!("{around}/{}", name.replace('~', "~0").replace('/', "~1"))
}

fn is_within(pointer: &str, at: &str) -> bool {
    pointer.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::finding::Severity;
    use crate::yaml::Document;

    /// `line:column rule: help` of each finding.
    fn said(text: &str) -> Vec<String> {
        let document = Document::read(text);
        let line = |finding: crate::finding::Finding| {
            let at = document.position(finding.span.start);
            format!("{}:{} {}: {}", at.line, at.column, finding.rule, finding.help.unwrap_or_default())
        };
        check(&document).into_iter().map(line).collect()
    }

    const STEP: &str = "pipelines:\n  default:\n    - step:\n        script: [make]\n";

    /// A step with a script on line 4 and these lines below it.
    fn step(lines: &str) -> String {
        format!("{STEP}        {}\n", lines.replace('\n', "\n        "))
    }

    fn defined(lines: &str) -> String {
        format!("definitions:\n  {}\n{STEP}", lines.replace('\n', "\n  "))
    }

    #[test]
    fn keys_below_an_empty_one_that_belong_into_it_are_told_there_and_nowhere_else() {
        let all = |name: &str| format!("indent the keys below `{name}` by two more spaces");
        let some = |keys: &str, name: &str| format!("indent {keys} by two more spaces, to stand below `{name}`");
        for (text, place, help) in [
            (step("artifacts:\npaths:\n  - a\ndownload: false"), "5:9", all("artifacts")),
            (step("condition:\nchangesets: {includePaths: [a]}"), "5:9", all("condition")),
            (step("condition:\n  changesets:\n  includePaths: [a]"), "6:11", all("changesets")),
            (step("runtime:\ncloud: {arch: arm}\nsize: 2x"), "5:9", some("`cloud`", "runtime")),
            (step("clone:\ndepth: 5"), "5:9", all("clone")),
            (step("on-fail:\nstrategy: retry\nmaxRetryCount: 2"), "5:9", all("on-fail")),
            (step("image:\nname: a\nusername: b\npassword: c"), "5:9", all("image")),
            (step("type: pipeline\ncustom: a\ninput-variables:\nA: b\nIMAGE: c").replace("        script: [make]\n", ""), "6:9", all("input-variables")),
            (
                "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: a/b:1\n            variables:\n            NAME: c\n".to_owned(),
                "6:13",
                all("variables"),
            ),
            (format!("options:\nmax-time: 5\n{STEP}"), "1:1", some("`max-time`", "options")),
            ("pipelines:\ndefault:\n  - step: {script: [a]}\n".to_owned(), "1:1", all("pipelines")),
            (format!("definitions:\nservices: {{db: {{image: a}}}}\n{STEP}"), "1:1", some("`services`", "definitions")),
            (defined("services:\n  db:\n  image: a\n  memory: 512\n  variables: {A: b}"), "3:5", all("db")),
            (defined("services:\n  db:\n    image: a\n    variables:\n    A: b"), "5:7", all("variables")),
            (defined("services:\ndb: {image: a}"), "2:3", all("services")),
            (defined("caches:\n  a:\n    key:\n    files: [b]\n    path: c"), "4:7", some("`files`", "key")),
            (defined("caches:\n  a:\n  path: b\n  key: {files: [c]}"), "3:5", all("a")),
        ] {
            assert_eq!(said(&text), [format!("{place} indented-body: {help}")], "{text}");
        }
    }

    #[test]
    fn a_slip_of_a_key_that_is_known_here_is_none_of_the_body() {
        for (text, rules) in [
            (step("clone:\nscripts: [a]"), ["right-type", "known-key"]),
            (step("artifacts:\nartefacts: [a]"), ["right-type", "known-key"]),
            (format!("definitions:\npipeline: {{}}\n{STEP}"), ["right-type", "known-key"]),
        ] {
            let found = check(&Document::read(text.as_str()));
            assert_eq!(found.iter().map(|one| one.rule).collect::<Vec<_>>(), rules, "{text}");
        }
        // What both know belongs here.
        assert_eq!(said(&step("image:\nname: x")), ["5:9 right-type: give it a value, or remove it"]);
        // An anchor that is used is what `definitions` is for.
        let anchors =
            "definitions:\n  services:\n  a: &a {image: b}\nimage: *a\npipelines: {default: [step: {script: [a]}]}\n";
        assert!(!said(anchors).iter().any(|line| line.contains("indented-body")));
    }

    #[test]
    fn items_below_the_group_that_should_hold_them_are_told_at_it() {
        let group = |name: &str| format!("pipelines:\n  default:\n    - {name}:\n    - step: {{script: [a]}}\n");
        assert_eq!(said(&group("parallel")), ["3:7 indented-body: indent the items of the group under it"]);
        assert_eq!(
            said(&group("stage")),
            ["3:7 indented-body: write `steps:` below `stage`, and indent the items of the group under it"]
        );
        let alone = "pipelines:\n  default:\n    - step: {script: [a]}\n    - parallel:\n";
        assert_eq!(said(alone), ["4:7 right-type: give it a value, or remove it"]);
    }

    #[test]
    fn a_blank_that_is_no_space_leaves_the_body_where_its_key_begins() {
        let help = "known-key: replace it with spaces: `script` stands below `step`";
        let text = "pipelines:\n  default:\n    - step:\n\u{a0}       script: [a]\n";
        assert_eq!(said(text), [format!("4:1 {help}")]);
    }

    #[test]
    fn in_a_holder_of_anchors_it_is_a_warning() {
        let text = defined("parts:\n  - step: &a\n      script: [a]\n      clone:\n      depth: 5");
        let found = check(&Document::read(text));
        assert_eq!(
            found.iter().map(|one| (one.rule, one.severity)).collect::<Vec<_>>(),
            [("indented-body", Severity::Warning)]
        );
    }
}
