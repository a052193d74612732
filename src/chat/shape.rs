//! Whether a YAML text is a pipeline file, a part of one, or something else.

use super::candidate::Shape;
use crate::yaml::{Document, Node};

/// Keys at the root of a pipeline file.
pub(super) const ROOT: [&str; 9] =
    ["pipelines", "image", "definitions", "options", "clone", "export", "triggers", "labels", "imports"];

/// Keys by which a part of a pipeline file is known.
const PARTS: [&str; 34] = [
    "step",
    "script",
    "parallel",
    "stage",
    "stages",
    "steps",
    "final",
    "pipe",
    "image",
    "definitions",
    "options",
    "clone",
    "default",
    "branches",
    "tags",
    "pull-requests",
    "custom",
    "caches",
    "services",
    "artifacts",
    "after-script",
    "deployment",
    "trigger",
    "size",
    "condition",
    "runs-on",
    "max-time",
    "oidc",
    "variables",
    "name",
    "fail-fast",
    "pipelines",
    "output-variables",
    "concurrency-group",
];

/// Keys that no other file would have beside these.
const STRONG: [&str; 12] = [
    "step",
    "script",
    "parallel",
    "pipe",
    "pull-requests",
    "after-script",
    "deployment",
    "max-time",
    "runs-on",
    "pipelines",
    "custom",
    "stage",
];

/// The shape of a text; `None` when it is no part of a pipeline file. `tagged` says that the block calls itself YAML.
pub(super) fn shape(document: &Document, tagged: bool) -> Option<Shape> {
    let Some(root) = document.root() else { return broken(document.text()) };
    if root.is_mapping() {
        if is_other(root) {
            return None;
        }
        if root.get("pipelines").is_some() {
            return Some(Shape::File);
        }
    }
    let part = if root.is_mapping() || root.is_sequence() { is_part(root, tagged, 0) } else { false };
    match part {
        true => Some(Shape::Fragment),
        false if !document.problems().is_empty() => broken(document.text()),
        false => None,
    }
}

/// A text that can't be read to its end: a line `pipelines:` at its margin makes it a file, with problems.
fn broken(text: &str) -> Option<Shape> {
    let has = |key: &str| {
        text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.trim_end().starts_with(':')))
    };
    (has("pipelines") && !(has("apiVersion") || has("format_version"))).then_some(Shape::File)
}

/// Files of other programs: Kubernetes and its relatives, GitHub Actions, GitLab, Azure, GoCD, Compose.
fn is_other(root: Node<'_>) -> bool {
    let has = |key: &str| root.entry(key).is_some();
    let words = |node: Node<'_>| node.is_sequence() && node.items().all(|item| item.string().is_some());
    if !has("pipelines") && (has("pool") || root.get("stages").is_some_and(words)) {
        return true;
    }
    (has("apiVersion") && has("kind"))
        || (has("jobs") && !has("pipelines"))
        || has("format_version")
        || (has("version") && has("services") && !has("pipelines"))
}

fn is_part(node: Node<'_>, tagged: bool, depth: u32) -> bool {
    if depth > 3 {
        return false;
    }
    if node.is_sequence() {
        return node.items().len() > 0
            && node.items().all(|item| item.is_mapping() && is_part(item, tagged, depth + 1));
    }
    let mut known = 0;
    let mut strong = false;
    let mut below = false;
    let mut all = 0;
    for entry in node.entries() {
        all += 1;
        known += usize::from(PARTS.contains(&entry.name()));
        strong |= STRONG.contains(&entry.name());
        // A branch, a tag pattern or a custom pipeline: any name over a list of steps.
        below |= (entry.value.is_sequence() || entry.value.is_mapping()) && is_part(entry.value, tagged, depth + 1);
    }
    // Every key is ours; or the name over it is free and what stands below is ours without doubt.
    (all > 0 && known == all && (strong || (tagged && depth == 0 && !is_compose(node))))
        || (below && all <= 8 && depth < 3)
}

/// `image` and `services` alone also stand in Compose files and Helm values; a map under `image` is Helm's habit.
fn is_compose(node: Node<'_>) -> bool {
    node.entries().all(|entry| matches!(entry.name(), "name" | "services" | "image" | "variables" | "tags" | "stages"))
        && !(node.entries().len() == 1 && node.get("image").is_some_and(|image| image.string().is_some()))
}
