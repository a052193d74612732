//! What steps are given to run with: image, size, services, caches and their like, and what two files do otherwise in
//! this.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::compare::Change;
use super::model::{Plan, PlannedStep};
use super::values::{differences, each_once, names};
use crate::pipeline::File;
use crate::yaml::{Document, Entry, Node};

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
    told.extend(differ(was, is, "image").map(|(was, is)| of_image(was, is)));
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
        let of = |list: Option<Node<'_>>| -> Vec<String> {
            list.into_iter().flat_map(|list| list.items()).filter_map(|item| item.text().map(str::to_owned)).collect()
        };
        told.extend(names(&of(was.get(key)), &of(is.get(key)), word).map(|text| format!("has {text}")));
    }
    if let (Some(was), Some(is)) = (before.declared_name(), now.declared_name())
        && was == is
        && before.deployment.is_some() != now.deployment.is_some()
    {
        let (key, old) =
            if now.deployment.is_some() { ("deployment", "environment") } else { ("environment", "deployment") };
        told.push(format!("has `{is}` as its `{key}` now, before as its `{old}`"));
    }
    // An environment without a deployment is where the step goes, which is told as that.
    let environment = before.deployment.is_some() && now.deployment.is_some();
    let others = keys([was, is], &TOLD_ELSEWHERE);
    for key in others.into_iter().filter(|key| *key != "environment" || environment) {
        told.extend(differ(was, is, key).into_iter().flat_map(|(was, is)| differences(key, was, is)));
    }
    told
}

/// The keys of maps that are not told elsewhere, in the order in which they are written first.
fn keys<'k>(maps: impl IntoIterator<Item = Node<'k>>, told: &[&str]) -> Vec<&'k str> {
    let keys = maps.into_iter().flat_map(|map| map.entries()).map(|entry| entry.name());
    each_once(keys.filter(|key| !told.contains(key)))
}

/// Whether a value of `oidc` asks for a token.
fn is_asked_for(oidc: Node<'_>) -> bool {
    oidc.is_mapping() || oidc.text() == Some("true")
}

/// What the steps of plans leave to their file; of a file without plans every step may.
struct Used<'p, 'd> {
    plans: &'p [Plan<'d>],
    names: HashMap<&'static str, HashSet<&'d str>>,
}

impl<'p, 'd> Used<'p, 'd> {
    fn of(plans: &'p [Plan<'d>]) -> Self {
        let steps = || plans.iter().flat_map(|plan| &plan.steps);
        let names = |key: &str| -> HashSet<&str> {
            let lists = steps().filter_map(|step| step.step.node().get(key));
            lists.flat_map(|list| list.items()).filter_map(|item| item.text()).collect()
        };
        Self { plans, names: LISTS.into_iter().map(|(key, _)| (key, names(key))).collect() }
    }

    /// Whether a step takes a value that it does not say itself.
    fn leaves(&self, key: &str) -> bool {
        let takes = |step: &PlannedStep<'_>| step.step.node().get(key).is_none() && step.step.child().is_none();
        self.plans.is_empty() || self.plans.iter().flat_map(|plan| &plan.steps).any(takes)
    }

    /// Whether a step names a definition. Docker may be a service of all.
    fn is_used(&self, key: &str, name: &str) -> bool {
        self.plans.is_empty() || name == "docker" || self.names.get(key).is_none_or(|names| names.contains(name))
    }
}

/// What a file gives otherwise than before to every step that doesn't say it itself, and the services and caches that it
/// defines otherwise, as far as the steps of its plans use them. Where only one of the two has such steps, each of them is told.
pub fn given_to_all(
    (before, plans_before): (&Document, &[Plan<'_>]),
    (now, plans): (&Document, &[Plan<'_>]),
) -> Vec<Change> {
    let (used_before, used) = (Used::of(plans_before), Used::of(plans));
    let (Some(before), Some(now)) = (File::new(before), File::new(now)) else { return Vec::new() };
    let mut told = Vec::new();
    let options = [before, now].into_iter().filter_map(|file| file.root().get("options"));
    for key in ["image", "clone"].into_iter().chain(keys(options, &["docker", "oidc", "image", "clone"])) {
        let (was, is) = (of_file(&before, key), of_file(&now, key));
        if shape(was) != shape(is) && used.leaves(key) && used_before.leaves(key) {
            let all = if key == "image" { vec![of_image(was, is)] } else { differences(key, was, is) };
            told.extend(all.into_iter().map(|text| format!("a step that sets no `{key}` {text}")));
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
    for (key, word) in LISTS.into_iter().chain([("agents", "agent")]) {
        let [was, is] = [before, now].map(|file| defined(&file, key));
        let old: HashMap<&str, Node<'_>> = was.into_iter().collect();
        for (name, new) in is.into_iter().filter(|(name, _)| used.is_used(key, name)) {
            let otherwise = old.get(name).map(|old| of_definition(*old, new)).unwrap_or_default();
            told.extend(otherwise.into_iter().map(|text| format!("the {word} `{name}` {text}")));
        }
    }
    told.into_iter().map(|text| Change { event: "every event".to_owned(), text, weakens: false }).collect()
}

/// What a file that defines nothing has (reference A.6).
static PREDEFINED: LazyLock<Document> = LazyLock::new(|| {
    Document::read(
        "definitions:
  caches: {composer: ~/.composer/cache, dotnetcore: ~/.nuget/packages, gradle: ~/.gradle/caches, ivy2: ~/.ivy2/cache, maven: ~/.m2/repository, node: node_modules, pip: ~/.cache/pip, sbt: ~/.sbt}
  services: {docker: {memory: 1024}}
",
    )
});

/// What is defined under a key by name: what the file defines, and what needs no definition.
fn defined<'d>(file: &File<'d>, key: &str) -> Vec<(&'d str, Node<'d>)> {
    let known = File::new(&PREDEFINED).map(|file| file.definitions().entries(key)).unwrap_or_default();
    let own = file.definitions().entries(key);
    let is_own: HashSet<&str> = own.iter().map(|entry| entry.name()).collect();
    let more: Vec<_> = known.into_iter().filter(|entry| !is_own.contains(entry.name())).collect();
    own.into_iter().chain(more).map(|entry| (entry.name(), entry.value)).collect()
}

/// What a service or a cache has otherwise. Of an image only its name is told, and of variables theirs: there may be keys among
/// them.
fn of_definition(was: Node<'_>, is: Node<'_>) -> Vec<String> {
    let mut told = Vec::new();
    // A cache may be its path alone.
    let path = [was, is].iter().any(|node| node.text().is_some()).then_some("path");
    for key in each_once(path.into_iter().chain(keys([was, is], &[]))) {
        let (was, is) = (below(was, key), below(is, key));
        match key {
            _ if shape(was) == shape(is) => {}
            "image" if was.is_some() && is.is_some() => told.push(of_image(was, is)),
            "variables" => {
                let (was, is) = (variables(was), variables(is));
                let named = |all: &[Entry<'_>]| all.iter().map(|one| one.name().to_owned()).collect::<Vec<_>>();
                told.extend(names(&named(&was), &named(&is), "variable").map(|text| format!("has {text}")));
                let other = is.iter().filter(|one| {
                    let old = was.iter().find(|old| old.name() == one.name());
                    old.is_some_and(|old| shape(Some(old.value)) != shape(Some(one.value)))
                });
                told.extend(other.map(|one| format!("has another value of `{}`", one.name())));
            }
            _ => told.extend(differences(key, was, is)),
        }
    }
    told
}

/// The value of a key of a definition.
fn below<'d>(node: Node<'d>, key: &str) -> Option<Node<'d>> {
    if key == "path" && node.text().is_some() { Some(node) } else { node.get(key) }
}

fn variables<'d>(node: Option<Node<'d>>) -> Vec<Entry<'d>> {
    node.into_iter().flat_map(|node| node.entries()).collect()
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

/// That the image is another one.
fn of_image(was: Option<Node<'_>>, is: Option<Node<'_>>) -> String {
    if image(was) == image(is) {
        "pulls its image with other settings".to_owned()
    } else {
        format!("runs in {}, before in {}", image(is), image(was))
    }
}

/// What a node comes to, whatever the order of its keys and the items of its lists, none of which has a meaning here.
pub(super) fn shape(node: Option<Node<'_>>) -> Option<Vec<String>> {
    let mut left = MOST;
    node.filter(|node| !node.is_null()).map(|node| parts(alone(short(node)), false, &mut left))
}

/// What a node comes to where the items of its lists have an order.
pub(super) fn ordered(node: Node<'_>) -> Vec<String> {
    let mut left = MOST;
    parts(node, true, &mut left)
}

/// The short form of what is written at length: `{name: x}` of an image, `{path: x}` of a cache, `{paths: [x]}` of artifacts.
pub(super) fn short(node: Node<'_>) -> Node<'_> {
    let only = |key: &str| node.get(key).filter(|_| node.entries().len() == 1);
    ["name", "path", "paths"].into_iter().find_map(only).unwrap_or(node)
}

/// The item of a list that has no other one: `runs-on: [x]` is `runs-on: x`.
fn alone(node: Node<'_>) -> Node<'_> {
    let mut items = node.items();
    match (items.next(), items.next()) {
        (Some(only), None) if only.text().is_some() => only,
        _ => node,
    }
}

fn parts(node: Node<'_>, in_order: bool, left: &mut usize) -> Vec<String> {
    let mut all: Vec<String> = node.text().map(str::to_owned).into_iter().collect();
    for entry in node.entries() {
        let Some(fewer) = left.checked_sub(1) else { break };
        *left = fewer;
        all.push(format!("{}: {:?}", entry.name(), parts(entry.value, in_order, left)));
    }
    for item in node.items() {
        let Some(fewer) = left.checked_sub(1) else { break };
        *left = fewer;
        all.push(format!("- {:?}", parts(item, in_order, left)));
    }
    if !(in_order && node.is_sequence()) {
        all.sort();
    }
    all
}
