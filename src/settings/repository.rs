//! The reader of `pipewright.yaml`.

use std::path::{Component, Path};

use serde_json::Value;

use super::Settings;
use super::catalogue;
use super::reader::{META, Reader};
use crate::finding::{Finding, Severity};
use crate::pipeline::Pattern;
use crate::yaml::{Document, Node, Scalar};

/// The keys of `pipewright.yaml`.
pub(super) const KEYS: [&str; 8] =
    ["main-branch", "forbidden-branches", "tags", "environments", "rules", "policy", "file", "catalogue"];
/// Keys that say where prompts and keys go, and how reports look: a person's own to set.
pub(super) const OWN: [&str; 14] = [
    "server",
    "azure",
    "api",
    "base-url",
    "url",
    "key",
    "api-key",
    "token",
    "key-command",
    "model",
    "model-command",
    "command",
    "timeout",
    "color",
];
pub(super) const PAIR: [&str; 2] = ["candidate", "release"];
pub(super) const SEVERITIES: [&str; 4] = ["error", "warning", "note", "off"];
pub(super) const POLICIES: [&str; 2] = ["delivery", "none"];

/// Reads a repository's settings; `rules` are the known rule ids.
///
/// Never fails: what is wrong is a finding, and its default holds.
pub fn read(document: &Document, rules: &[&str]) -> (Settings, Vec<Finding>) {
    let mut findings = Vec::new();
    Reader::new(&mut findings).problems(document);
    let mut settings = Settings::default();
    if let Some(root) = document.root() {
        read_node(root, rules, &mut settings, &mut findings);
    }
    // What is wrong stays wrong; what is only doubtful weighs as much as the file says.
    if let Some(severity) = settings.severities.get(META.id) {
        findings.retain(|finding| finding.severity == Severity::Error || severity.is_some());
        let doubts = findings.iter_mut().filter(|finding| finding.severity != Severity::Error);
        doubts.for_each(|finding| finding.severity = severity.unwrap_or(finding.severity));
    }
    findings.sort_by_key(|finding| finding.span);
    (settings, findings)
}

/// Reads the settings of one node into `settings`, as they stand in `pipewright.yaml` or in a prompt script.
pub fn read_node(node: Node<'_>, rules: &[&str], settings: &mut Settings, findings: &mut Vec<Finding>) {
    let mut reader = Reader::new(findings);
    let entries = reader.entries(node, "the settings file");
    for entry in &entries {
        let value = entry.value;
        match entry.name() {
            "main-branch" => main_branch(&mut reader, value, settings),
            "forbidden-branches" => forbidden_branches(&mut reader, value, settings),
            "tags" => {
                let (candidate, release) = (&mut settings.tags.candidate, &mut settings.tags.release);
                pair(&mut reader, value, "tags", (candidate, release), beginning);
                if candidate.starts_with(release.as_str()) || release.starts_with(candidate.as_str()) {
                    let message = format!("`{candidate}` and `{release}` begin alike, so a tag can be both");
                    reader.wrong(value.place(), message).help("choose prefixes of which none begins the other");
                }
            }
            "environments" => {
                let (candidate, release) = (&mut settings.environments.candidate, &mut settings.environments.release);
                pair(&mut reader, value, "environments", (candidate, release), |reader, node, what| {
                    reader.text(node, what)
                });
                if candidate.to_lowercase() == release.to_lowercase() {
                    let message = format!("candidates and releases have one environment, `{release}`");
                    reader
                        .wrong(value.place(), message)
                        .help("name the one that comes before production as `candidate`");
                }
            }
            "rules" => severities(&mut reader, value, rules, settings),
            "policy" => {
                if let Some(word) = reader.word(value, "`policy`", &POLICIES) {
                    settings.policy = word == "delivery";
                }
            }
            "file" => set_some(&mut settings.file, file(&mut reader, value)),
            "catalogue" => {
                reader.entries(value, "`catalogue`");
                let entries = value.is_mapping().then(|| json(value, 0));
                settings.catalogue = entries.filter(|entries| catalogue::fits(value, entries, &mut reader));
            }
            name if OWN.contains(&name) => {
                let why = match name {
                    "color" => "how a report looks is for each reader to say",
                    _ => "a stranger's repository must not say where keys are sent",
                };
                reader.wrong(entry.key.place(), format!("`{name}` can't be set in a repository")).help(format!(
                    "{why}: set it in your own configuration file, the environment or the command line (`pipewright \
                           config` names the file)"
                ));
            }
            _ => reader.unknown(entry.key, "setting", &KEYS),
        }
    }
    // The list is told where it stands; one that was there before, at what names the branch now.
    let value = |key| entries.iter().find(|entry| entry.name() == key).map(|entry| entry.value);
    if let Some(forbidden) = settings.forbids_main() {
        let item =
            value("forbidden-branches").and_then(|list| list.items().find(|item| item.text() == Some(forbidden)));
        if let Some(at) = item.or_else(|| value("main-branch")) {
            let main = &settings.main_branch;
            reader
                .wrong(at.place(), format!("`{main}` is the main branch, and `{forbidden}` forbids it"))
                .help("take it out of `forbidden-branches`, or name another `main-branch`");
        }
    }
}

/// The name of a branch, which no pattern is.
fn main_branch(reader: &mut Reader<'_>, node: Node<'_>, settings: &mut Settings) {
    let Some(name) = reader.text(node, "`main-branch`") else { return };
    if Pattern::new(&name).is_exact() {
        settings.set_main_branch(name);
    } else {
        let message = format!("`main-branch` is a pattern: `{name}`");
        reader.wrong(node.place(), message).help("name the one branch that is deployed from");
    }
}

/// Patterns, each with all its brackets closed: another one forbids nothing, or something else than it says.
fn forbidden_branches(reader: &mut Reader<'_>, node: Node<'_>, settings: &mut Settings) {
    let Some(patterns) = reader.texts(node, "`forbidden-branches`") else { return };
    for (item, pattern) in node.items().zip(&patterns) {
        for (open, close, name) in [('{', '}', "brace"), ('[', ']', "bracket")] {
            if !Pattern::new(pattern).is_balanced(open, close) {
                reader
                    .wrong(item.place(), format!("`{pattern}` has a {name} without its other half"))
                    .help("a pattern is a name, or one with `*`, `**`, `?` and `{a,b}`");
            }
        }
    }
    settings.forbidden_branches = patterns;
}

/// The letters with which a tag begins: a pattern is none.
fn beginning(reader: &mut Reader<'_>, node: Node<'_>, what: &str) -> Option<String> {
    let text = reader.text(node, what)?;
    let Some(end) = text.find(['*', '?', '[', '{']) else { return Some(text) };
    let help = match text.get(..end) {
        Some(letters) if !letters.is_empty() => format!("write the beginning alone: `{letters}`"),
        _ => "write the letters with which these tags begin, as in `rc-`".to_owned(),
    };
    reader.wrong(node.place(), format!("{what} is a pattern: `{text}`")).help(help);
    None
}

fn set<T>(slot: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *slot = value;
    }
}

fn set_some<T>(slot: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *slot = value;
    }
}

/// A text for candidates and one for releases, each as `read` takes it.
fn pair<'a>(
    reader: &mut Reader<'a>,
    node: Node<'_>,
    name: &str,
    (candidate, release): (&mut String, &mut String),
    read: impl Fn(&mut Reader<'a>, Node<'_>, &str) -> Option<String>,
) {
    for entry in reader.entries(node, &format!("`{name}`")) {
        let what = format!("`{name}.{}`", entry.name());
        match entry.name() {
            "candidate" => set(candidate, read(reader, entry.value, &what)),
            "release" => set(release, read(reader, entry.value, &what)),
            _ => reader.unknown(entry.key, &format!("key of `{name}`"), &PAIR),
        }
    }
}

fn severities(reader: &mut Reader<'_>, node: Node<'_>, rules: &[&str], settings: &mut Settings) {
    for entry in reader.entries(node, "`rules`") {
        let id = entry.name();
        if !rules.contains(&id) {
            reader.unknown(entry.key, "rule", rules);
            continue;
        }
        let severity = match reader.word(entry.value, &format!("the severity of `{id}`"), &SEVERITIES) {
            Some("error") => Some(Severity::Error),
            Some("warning") => Some(Severity::Warning),
            Some("note") => Some(Severity::Note),
            Some(_) => None,
            None => continue,
        };
        settings.severities.insert(id.to_owned(), severity);
    }
}

/// A path that stays inside the repository and names a YAML file.
fn file(reader: &mut Reader<'_>, node: Node<'_>) -> Option<String> {
    let text = reader.text(node, "`file`")?;
    let inside = Path::new(&text).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside || text.contains('\\') || text.contains(':') {
        reader.wrong(node.place(), format!("`file` leaves the repository: `{text}`")).help("name a path inside it");
        return None;
    }
    if !text.ends_with(".yml") && !text.ends_with(".yaml") {
        reader.wrong(node.place(), format!("`file` is no YAML file: `{text}`")).help("a name that ends with `.yml`");
        return None;
    }
    if Path::new(&text).file_name().is_none_or(|name| name != super::DEFAULT_FILE) {
        reader.doubtful(node.place(), format!("Bitbucket reads `{}` alone", super::DEFAULT_FILE));
    }
    Some(text)
}

/// A node as JSON. Deeper than any catalogue needs, it is null.
fn json(node: Node<'_>, depth: usize) -> Value {
    if depth > 32 {
        return Value::Null;
    }
    if node.is_mapping() {
        return node.entries().map(|entry| (entry.name().to_owned(), json(entry.value, depth + 1))).collect();
    }
    if node.is_sequence() {
        return node.items().map(|item| json(item, depth + 1)).collect();
    }
    match node.scalar() {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => value.into(),
        Scalar::Integer(value) => value.into(),
        Scalar::Float(value) => value.into(),
        Scalar::String(text) => text.into(),
    }
}
