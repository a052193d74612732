//! Shapes that fail in several ways for one reason: an item as a body, a map for a list, a colon in a command.

use super::compiled::{Failure, Kind};
use super::explain::{Writer, parent, schema, with_merge};
use super::foreign::of_key;
use super::invisible::is_odd_blank;
use super::keys::{nearest, shown};
use super::lists;
use super::metas;
use super::place::{Place, beginning};
use super::types::is_item;
use crate::finding::Severity;
use crate::yaml::{Entry, Node};

/// Whether a pipeline is meant to stand at a place.
fn is_pipeline(pointer: &str) -> bool {
    pointer == "/pipelines/default" || pointer.starts_with("/pipelines/") && pointer.matches('/').count() == 3
}

/// Whether a map has the keys of a step.
fn is_body(node: Node<'_>) -> bool {
    let of_step = |key: &str| {
        ["plainStep", "childStep"]
            .iter()
            .any(|step| schema(&format!("/definitions/{step}/properties")).get(key).is_some())
    };
    node.get("script").is_some_and(|script| !script.is_mapping())
        || node.entries().len() > 0 && node.entries().all(|entry| of_step(entry.name()))
}

/// Whether a section of `pipelines` stands among the shared pipelines, which are not divided.
fn is_section_of_shared(pointer: &str, node: Node<'_>) -> bool {
    let name = pointer.strip_prefix("/definitions/pipelines/").filter(|name| *name != "default");
    name.is_some_and(|name| schema("/definitions/pipelines/properties").get(name).is_some())
        && node.entries().all(|entry| entry.value.is_sequence())
}

/// The blank that YAML takes for none, where it stands before a dash in a key.
fn odd_dash(key: &str) -> Option<char> {
    let odd = key.chars().next().filter(|c| is_odd_blank(*c))?;
    key.trim_start_matches(char::is_whitespace).starts_with("- ").then_some(odd)
}

/// The next edit where the name of a custom pipeline's variable is a key.
pub(super) fn as_variable(name: &str) -> String {
    format!("write `- name: {}`, and its value below it as `default: …`", shown(name))
}

impl<'d> Writer<'d> {
    /// Shapes that fail in several ways for one reason.
    pub(super) fn special(&mut self, pointer: &str, place: &Place<'d>, failures: &[Failure]) -> bool {
        let at = |names: &[&str]| {
            failures.iter().any(|failure| {
                names.iter().any(|name| {
                    failure.keyword.strip_prefix("/definitions/").is_some_and(|rest| {
                        rest.strip_prefix(name).is_some_and(|rest| !rest[1..].contains('/') && rest.starts_with('/'))
                    })
                })
            })
        };
        // A pattern or a name that is taken for an anchor or a tag leaves its list where the map should be.
        if let Some(Kind::Type) = failures.first().map(|failure| &failure.kind)
            && self.key_as_mark(place)
        {
            return true;
        }
        if !place.node.is_mapping() {
            return place.node.text().is_some() && at(&["item", "customItem"]) && self.texts_as_items(pointer, place);
        }
        if self.body_as_definition(pointer, place) || self.item_as_body(pointer, place) {
            return true;
        }
        let child = place.node.get("type").is_some_and(|kind| kind.text() == Some("pipeline"));
        if child && at(&["stageStep"]) && self.child_in_stage(pointer, place) {
            return true;
        }
        if failures.iter().any(|failure| failure.keyword.starts_with("/definitions/customVariables/items/")) {
            return self.variable_as_key(place);
        }
        if at(&["item", "customItem", "member", "stageItem"]) {
            return self.item(place, failures);
        }
        if at(&["pipeline", "customPipeline", "parallel"]) {
            return self.list_as_map(pointer, place, failures);
        }
        if at(&["pipe"]) && place.node.get("pipe").is_none() {
            return self.command(place);
        }
        false
    }

    /// A step among the services or the caches, where only anchors would find it.
    fn body_as_definition(&mut self, pointer: &str, place: &Place<'d>) -> bool {
        let holder = pointer.strip_prefix("/definitions/").and_then(|rest| rest.split_once('/'));
        let Some((holder @ ("services" | "caches"), _)) = holder.filter(|(_, name)| !name.contains('/')) else {
            return false;
        };
        let script = place.node.get("script").is_some_and(|script| !script.is_mapping());
        // A service with its image that nothing aliases has a key too many.
        let own = |entry: Entry<'_>| matches!(entry.name(), "image" | "type" | "memory" | "variables" | "script");
        let has_more = place.node.anchor().is_some() || place.node.get("image").is_none();
        let script = script && (has_more || !place.node.entries().all(own));
        let what = if script { "the body of a step" } else { "an item of a pipeline" };
        let Some(key) = place.key.filter(|_| script || is_item(place.node)) else { return false };
        let name = shown(key.text().unwrap_or(""));
        let message = format!("`{name}` is {what}, and stands among the {holder}");
        self.say(&metas::KNOWN_KEY, place, key.span(), message).help = Some(format!(
            "move it out of `{holder}`: other keys of `definitions` hold anchors, such as `definitions.steps`"
        ));
        self.silent.push(pointer.to_owned());
        true
    }

    /// `&main:` and `!main:` in the place of a key.
    fn key_as_mark(&mut self, place: &Place<'d>) -> bool {
        let node = place.node;
        // A tag is told by `no-tags`, and nothing is left to say.
        if node.tag().is_some_and(|tag| self.document.slice(tag).trim_end().ends_with(':')) {
            return true;
        }
        let Some(anchor) = node.anchor().filter(|_| node.anchor_name().is_some_and(|name| name.ends_with(':'))) else {
            return false;
        };
        let mark = shown(self.document.slice(anchor).trim_end());
        let message = format!("`{mark}` is read as the name of an anchor, and no key");
        self.say(&metas::RIGHT_TYPE, place, anchor, message).help =
            Some(format!("put the key in quotes: `'{}':`", mark.trim_end_matches(':')));
        true
    }

    /// A list of texts where items of a pipeline belong: filters of another system, or commands.
    fn texts_as_items(&mut self, pointer: &str, place: &Place<'d>) -> bool {
        let (Some(list), Some(key)) = (place.holder, place.key) else { return false };
        let texts = list.is_sequence() && list.items().all(|item| item.text().is_some());
        let name = key.text().unwrap_or("");
        let first = list.items().next().and_then(|item| item.text()).map(shown);
        let Some(first) = first.filter(|_| texts) else { return false };
        let word = first.split([':', ' ']).next().unwrap_or("");
        if !matches!(name, "only" | "except" | "ignore") {
            // The word of an item lacks its colon or its body.
            if schema("/definitions/customItem/properties").get(word).is_some() {
                return false;
            }
            let message = format!("{} should be a map (it is {})", place.words(), place.node.kind().words());
            self.say(&metas::RIGHT_TYPE, place, place.span(), message).help = Some(
                "commands stand in a step: `- step:`, `script:` below it, and the commands as its list".to_owned(),
            );
            self.silent.push(parent(pointer).to_owned());
            return true;
        }
        let message = format!("`{name}` is read as a pattern, and its values as items of a pipeline");
        self.say(&metas::RIGHT_TYPE, place, key.span(), message).help =
            Some(format!("use the pattern as the key: `'{first}':`, with a list of `- step:` below it"));
        self.silent.push(parent(pointer).to_owned());
        true
    }

    fn child_in_stage(&mut self, pointer: &str, place: &Place<'d>) -> bool {
        let Some(kind) = place.node.entry("type") else { return false };
        let place = with_merge(place, &kind);
        let message = "a child step can't stand in a stage".to_owned();
        self.say(&metas::KNOWN_VALUE, &place, kind.value.span(), message).help =
            Some("make it an item of the pipeline's own list, before the stage or after it".to_owned());
        self.silent.push(pointer.to_owned());
        true
    }

    /// `- A: b` among the variables of a custom pipeline.
    fn variable_as_key(&mut self, place: &Place<'d>) -> bool {
        let known = ["name", "default", "description", "allowed-values"];
        let Some(entry) = place.node.entries().find(|entry| !known.contains(&entry.name())) else { return false };
        let near =
            nearest(entry.name(), &known).is_some() || of_key(entry.name(), "custom pipeline's variable").is_some();
        if near || place.node.get("name").is_some() {
            return false;
        }
        // Beside its default it is the key that is meant to be `name`.
        if place.node.entries().any(|entry| known.contains(&entry.name())) {
            let message =
                format!("unknown key `{}` in a custom pipeline's variable, which has no `name`", shown(entry.name()));
            let help = match entry.value.text().filter(|value| !value.is_empty()) {
                Some(_) => "rename it to `name`".to_owned(),
                None => as_variable(entry.name()),
            };
            self.say(&metas::KNOWN_KEY, &with_merge(place, &entry), entry.key.span(), message).help = Some(help);
            return true;
        }
        let message = format!("the name of the variable `{}` is a value here, and no key", shown(entry.name()));
        let place = with_merge(place, &entry);
        self.say(&metas::KNOWN_KEY, &place, entry.key.span(), message).help = Some(as_variable(entry.name()));
        true
    }

    /// An alias of a whole item where the body of a step stands.
    fn item_as_body(&mut self, pointer: &str, place: &Place<'d>) -> bool {
        let is_item = |entry: &Entry<'_>| matches!(entry.name(), "step" | "parallel" | "stage");
        let merged = place.node.entries().filter(is_item).find_map(|entry| entry.merged);
        if let Some(span) = merged.filter(|_| pointer.ends_with("/step")) {
            let alias = self.document.slice(span).to_owned();
            let message = format!("`{alias}` is a whole item of a pipeline, and is merged into the body of a step");
            let alone = place.node.entries().all(|entry| entry.merged.is_some());
            let help = match alone {
                true => format!("write `- {alias}` in the place of this step"),
                false => {
                    "put the anchor behind its `step:` instead, so that it names the body: `step: &name`".to_owned()
                }
            };
            self.say(&metas::RIGHT_TYPE, &Place { alias: None, ..*place }, span, message).help = Some(help);
            self.silent.push(pointer.to_owned());
            return true;
        }
        let Some(span) = place.node.alias().filter(|_| pointer.ends_with("/step")) else { return false };
        if !place.node.entries().all(|entry| is_item(&entry)) {
            return false;
        }
        let alias = self.document.slice(span).to_owned();
        let message = format!("`{alias}` is a whole item of a pipeline, and stands where the body of a step should");
        self.say(&metas::RIGHT_TYPE, &Place { alias: None, ..*place }, span, message).help =
            Some(format!("write `- {alias}`"));
        self.silent.push(pointer.to_owned());
        true
    }

    fn item(&mut self, place: &Place<'d>, failures: &[Failure]) -> bool {
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
            for key in unknown {
                let Some(entry) = place.node.entry(key) else { continue };
                let message = format!("`{}` stands beside `{name}`, where nothing reads it", shown(key));
                let place = with_merge(place, &entry);
                self.say(&metas::KNOWN_KEY, &place, entry.key.span(), message).help =
                    Some(match head.value.alias().map(|alias| self.document.slice(alias)) {
                        Some(alias) => {
                            format!("write `{name}: {{ <<: {alias}, {}: … }}`, or leave it to the anchor", shown(key))
                        }
                        None => format!("indent it under `{name}`"),
                    });
            }
            return true;
        }
        if let Some(pipe) = place.node.entry("pipe") {
            let message =
                "a pipe stands where an item of a pipeline should: it is an item of a step's `script`".to_owned();
            let place = with_merge(place, &pipe);
            self.say(&metas::KNOWN_KEY, &place, pipe.key.span(), message).help =
                Some("write `- step:` and `script:` above it, and indent it below them".to_owned());
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
        if let Some(span) = place.node.alias().filter(|_| unknown.iter().any(|key| body(key))) {
            let alias = self.document.slice(span).to_owned();
            let message = format!("`{alias}` is the body of a step, and stands where an item should hold one");
            self.say(&metas::REQUIRED_KEY, &Place { alias: None, ..*place }, span, message).help =
                Some(format!("write `- step: {alias}`"));
            return true;
        }
        let is_name = |key: &str| key == "custom" && place.node.get(key).is_some_and(|name| name.text().is_some());
        if unknown.iter().any(|key| key == "script" || is_name(key)) {
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
        let has_steps = node.get("steps").is_some();
        let of_pipeline = has_steps && is_pipeline(pointer);
        let known = node.get("import").is_some() || has_steps && !of_pipeline;
        if known || !failures.iter().any(|failure| matches!(failure.kind, Kind::Missing(_))) {
            return false;
        }
        let group = schema("/definitions/parallel/properties");
        if pointer.ends_with("/parallel") && node.entries().all(|entry| group.get(entry.name()).is_some()) {
            let message = "a parallel group needs `steps`".to_owned();
            self.say(&metas::REQUIRED_KEY, place, place.span(), message).help =
                Some("add `steps:` and a list of `- step:` below it".to_owned());
            return true;
        }
        if pointer.ends_with("/parallel")
            && node.get("step").is_some()
            && node.entries().any(|entry| group.get(entry.name()).is_some())
        {
            let message = "a parallel group needs `steps`".to_owned();
            self.say(&metas::REQUIRED_KEY, place, place.span(), message).help = Some(
                "write `steps:` above `step`, and `- ` before it; indent both and what belongs to them".to_owned(),
            );
            self.silent.push(pointer.to_owned());
            return true;
        }
        self.silent.push(pointer.to_owned());
        if let Some((entry, odd)) = node.entries().find_map(|entry| Some((entry, odd_dash(entry.name())?))) {
            let message = format!("U+{:04X} is part of this key, where a dash is meant", u32::from(odd));
            self.say(&metas::KNOWN_KEY, place, entry.key.span(), message).help =
                Some("replace it with spaces: the line begins with them and the dash".to_owned());
            return true;
        }
        let of_request = pointer.starts_with("/pipelines/pull-requests/") && !of_pipeline;
        if let Some(entry) = node.entry("destinations").filter(|_| of_request) {
            let message = "`destinations` is not documented and has left Bitbucket's own schema".to_owned();
            let finding = self.say(&metas::KNOWN_KEY, place, entry.key.span(), message);
            finding.severity = Severity::Warning;
            finding.help = Some("use `triggers` with a condition on BITBUCKET_PR_DESTINATION_BRANCH".to_owned());
            return true;
        }
        let items = ["step", "-step", "parallel", "-parallel", "stage", "-stage", "final", "variables"];
        let first = node.entries().find(|entry| items.contains(&entry.name()));
        let message = format!("{} should be a list (it is a map)", place.words());
        if let Some(help) = lists::alias_of_another_kind(place) {
            self.say_of_alias(place, message).help = Some(help);
            return true;
        }
        let named = lists::named_bodies(node);
        let help = match first {
            Some(entry) => match entry.name().strip_prefix('-') {
                Some(rest) => format!("put a space after the dash: `- {rest}:`"),
                None => format!("put `- ` before `{}` and each item like it", entry.name()),
            },
            None if of_pipeline => "write the items of `steps` in its place: a pipeline is their list".to_owned(),
            None if is_body(node) => "write `- step:` and indent these keys under it".to_owned(),
            None if is_section_of_shared(pointer, node) => {
                let name = pointer.rsplit('/').next().unwrap_or("");
                format!("remove the level `{name}`: pipelines stand directly under `definitions.pipelines`")
            }
            None if named.is_some() => named.unwrap_or_default(),
            None if pointer == "/pipelines/default" => {
                "`default` has no patterns; put these under `branches`".to_owned()
            }
            None => "write a list of items: `- step:`".to_owned(),
        };
        self.say(&metas::RIGHT_TYPE, place, place.span(), message).help = Some(help);
        true
    }
}
