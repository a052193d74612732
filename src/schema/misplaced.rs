//! Unknown keys whose value tells what was meant: a list of items with no section, a job of GitLab CI, a step within a step.

use super::dialects::CLOUD_BUILD;
use super::explain::schema;
use super::foreign::GITHUB;
use super::keys::{Words, nearest, shown};
use super::types::is_item;
use crate::finding::Severity;
use crate::yaml::{Entry, Kind, Node};

/// The sections of `pipelines` that hold pipelines by pattern or name.
const OF_NAMES: [&str; 5] = ["branches", "tags", "pull-requests", "merge-queues", "custom"];

/// Words that other systems have around their steps, in the place of which a pipeline is named here.
const AROUND: [&str; 7] = ["jobs", "job", "workflows", "steps", "stages", "pipeline", "on"];

/// Message, help, and the known key that is lacking for the same reason.
struct Told {
    why: &'static str,
    help: String,
    meant: Option<&'static str>,
}

fn told(why: &'static str, help: impl Into<String>, meant: Option<&'static str>) -> Option<Told> {
    Some(Told { why, help: help.into(), meant })
}

/// The words for a key that `place`, an object's title, does not have, where its value tells what was meant.
pub(super) fn by_value(place: &str, key: &str, value: Node<'_>) -> Option<Words> {
    let Told { why, help, meant } = match place {
        "the file" => in_file(key, value),
        "`pipelines`" => in_pipelines(key, value),
        "a stage" => in_stage(key, value),
        "`clone`" if key == "fetch-depth" && value.text() == Some("0") => {
            told(GITHUB, "write `depth: full`, which is what 0 stands for there", Some("depth"))
        }
        _ if place.starts_with("a step") || place == "a final step" => in_step(key, value),
        _ => None,
    }?;
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    Some(Words {
        message: format!("unknown key `{}` in {place}{why}", shown(key)),
        help,
        severity: Severity::Error,
        meant: meant.map(str::to_owned),
    })
}

/// A list of items of a pipeline.
fn is_pipeline(value: Node<'_>) -> bool {
    value.is_sequence() && value.items().len() > 0 && value.items().all(is_item)
}

/// The filters of Travis CI and CircleCI: `only` and `ignore` with names of branches.
fn filters(key: &str, value: Node<'_>) -> bool {
    let is_filter = |entry: Entry<'_>| matches!(entry.name(), "only" | "except" | "ignore");
    matches!(key, "branches" | "tags") && value.entries().len() > 0 && value.entries().all(is_filter)
}

fn in_file(key: &str, value: Node<'_>) -> Option<Told> {
    let pipelines = Some("pipelines");
    if is_pipeline(value) && key != "default" {
        let help = match AROUND.contains(&key) || has("item", key) {
            true => "write `pipelines:` and `default:` in its place, and indent the list below them".to_owned(),
            false => format!("put it under `pipelines` and `{}`, two levels deeper", section_of(key)),
        };
        return told("it holds a pipeline", help, pipelines);
    }
    if names_of_step(key, value) {
        return told("a step names them", "put it into the steps that need them", None);
    }
    if filters(key, value) {
        let help = format!("write `{key}:` under `pipelines`, with the pattern as the key and its steps below it");
        return told("the pattern itself is the key here", help, pipelines);
    }
    if key == "images" && value.is_sequence() {
        return told(CLOUD_BUILD, "remove it, and push them in a step's `script`", None);
    }
    if key == "docker" {
        return match value.kind() {
            Kind::Boolean => told(
                "it is an option",
                "put it under `options`, or write `services: [docker]` in the steps that need it",
                None,
            ),
            _ => None,
        };
    }
    // The sections and items that Bitbucket has are told as those, and so is what stands under `jobs`.
    let own = ["pipelines", "item", "plainStep"].iter().any(|name| has(name, key)) || AROUND.contains(&key);
    // What has an anchor is kept for aliases, if none of them is left, and `x-` says the same.
    let holds = value.anchor().is_some() || key.starts_with("x-");
    if !own && !holds && value.is_mapping() && value.get("script").is_some() {
        return told("it is a job of GitLab CI", "make it a `- step:` under `pipelines` and `default`", pipelines);
    }
    None
}

fn has(definition: &str, key: &str) -> bool {
    schema(&format!("/definitions/{definition}/properties")).get(key).is_some()
}

/// Names of caches or services, which a step lists.
fn names_of_step(key: &str, value: Node<'_>) -> bool {
    let texts = value.is_sequence() && value.items().len() > 0 && value.items().all(|item| item.text().is_some());
    matches!(key, "services" | "caches") && texts
}

fn in_pipelines(key: &str, value: Node<'_>) -> Option<Told> {
    if names_of_step(key, value) {
        return told("a step names them", "put it into the steps that need them", None);
    }
    if key == "pipelines" && value.is_mapping() {
        let help = "remove this level: its sections stand directly under the outer `pipelines`";
        return told("it holds itself", help, None);
    }
    if has("item", key) && is_pipeline(value) {
        let help = format!("write `default:` above it and `- ` before it, and indent it: `- {key}:`");
        return told("it is an item of a pipeline, and no section", help, None);
    }
    if !is_pipeline(value) {
        return None;
    }
    if AROUND.contains(&key) {
        return told("a pipeline stands under its event", "put its list under `default` instead", None);
    }
    if nearest(key, &["default"]).is_some() || has("definitions", key) {
        return None;
    }
    if let Some(section) = nearest(key, &OF_NAMES) {
        let help = format!("rename it to `{section}`, and put a pattern between it and the list");
        return told("it is spelt otherwise, and holds patterns", help, None);
    }
    told("it is no section", format!("put it under `{}`, one level deeper", section_of(key)), None)
}

/// The section that a pattern is most likely of: versions are tags, and what says how it is started is a custom pipeline.
fn section_of(pattern: &str) -> &'static str {
    if ["manual", "manually", "schedule", "schedules", "scheduled", "nightly", "weekly"].contains(&pattern) {
        return "custom";
    }
    let is_version = pattern.trim_start_matches(['v', 'V']).starts_with(|c: char| c.is_ascii_digit());
    if is_version { "tags" } else { "branches" }
}

fn in_stage(key: &str, value: Node<'_>) -> Option<Told> {
    match key {
        "step" if value.is_mapping() => told(
            "its steps are a list",
            "write `steps:` above it and `- ` before it; indent both and what belongs to them",
            Some("steps"),
        ),
        "script" => {
            told("its steps have one", "write `steps:` and `- step:` above it, and indent it below them", Some("steps"))
        }
        _ => None,
    }
}

fn in_step(key: &str, value: Node<'_>) -> Option<Told> {
    let script = Some("script");
    match key {
        "step" if value.is_mapping() => {
            told("a step holds no other", "remove this level: its keys stand directly under the outer one", script)
        }
        "steps" if is_pipeline(value) => told(
            "a step holds no others",
            "write `stage` in the place of the step around it, or make each of them an item of its own: `- step:`",
            script,
        ),
        "steps" if value.is_sequence() => {
            told("a step is not divided further", "write the commands as a list under `script`", script)
        }
        "docker" if matches!(value.kind(), Kind::Boolean | Kind::Null) => {
            told("it is an option", "write `services: [docker]`", None)
        }
        _ if filters(key, value) => told(
            "the section of `pipelines` chooses",
            format!("move the step there: `{key}:`, with the pattern as the key and the steps below it"),
            None,
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use crate::yaml::Document;

    /// The help of each finding.
    fn said(text: &str) -> Vec<String> {
        check(&Document::read(text)).into_iter().map(|finding| finding.help.unwrap_or_default()).collect()
    }

    fn of_pipelines(key: &str) -> String {
        format!("pipelines:\n  {key}:\n    - step: {{script: [a]}}\n")
    }

    fn step(body: &str) -> String {
        format!("pipelines:\n  default:\n    - step: {{{body}}}\n")
    }

    #[test]
    fn a_list_of_items_with_no_section_gets_one() {
        for (key, help) in [
            ("main", "put it under `branches`, one level deeper"),
            ("v1.*", "put it under `tags`, one level deeper"),
            ("manual", "put it under `custom`, one level deeper"),
            ("stages", "put its list under `default` instead"),
            ("jobs", "put its list under `default` instead"),
            ("defualt", "rename it to `default`"),
            ("branch", "rename it to `branches`, and put a pattern between it and the list"),
        ] {
            assert_eq!(said(&of_pipelines(key)), [help], "{key}");
        }
        let own = |text: &str| said(&format!("pipelines:\n  {text}\n  default: [step: {{script: [a]}}]\n"));
        assert!(own("stages: [build, test]")[0].starts_with("write the steps under `default`"));
        assert!(own("variables: {A: b}")[0].starts_with("set them in the repository's settings"));
        assert_eq!(
            said("develop:\n  - step: {script: [a]}\n"),
            ["put it under `pipelines` and `branches`, two levels deeper"]
        );
        assert_eq!(
            said("steps:\n  - step: {script: [a]}\n"),
            ["write `pipelines:` and `default:` in its place, and indent the list below them"]
        );
    }

    #[test]
    fn a_file_that_lacks_its_pipelines_is_told_where_they_stand() {
        for text in
            ["branches:\n  main:\n    - step: {script: [a]}\n", "default:\n  - step: {script: [a]}\n", "script: [a]\n"]
        {
            let said = said(text);
            assert!(said.len() == 1 && said[0].contains("`pipelines`"), "{text}\n{said:?}");
        }
    }

    #[test]
    fn steps_within_steps_and_stages_are_told_once() {
        let stage = |body: &str| said(&format!("pipelines:\n  default:\n    - stage: {{name: a, {body}}}\n"));
        assert_eq!(stage("script: [a]"), ["write `steps:` and `- step:` above it, and indent it below them"]);
        assert_eq!(
            stage("step: {script: [a]}"),
            ["write `steps:` above it and `- ` before it; indent both and what belongs to them"]
        );
        assert_eq!(
            said(&step("steps: [step: {script: [a]}]")),
            ["write `stage` in the place of the step around it, or make each of them an item of its own: `- step:`"]
        );
        assert_eq!(said(&step("steps: [run: a]")), ["write the commands as a list under `script`"]);
        assert_eq!(
            said("pipelines:\n  default:\n    - final: {step: {script: [a]}}\n"),
            ["remove this level: its keys stand directly under the outer one"]
        );
    }

    #[test]
    fn options_are_told_where_they_stand() {
        let root = |key: &str| said(&format!("{key}\n{}", step("script: [a]")));
        assert_eq!(root("max-time: 5"), ["put it under `options`, or into the steps that need it"]);
        assert_eq!(
            root("docker: true"),
            ["put it under `options`, or write `services: [docker]` in the steps that need it"]
        );
        for value in ["true", "~"] {
            let text = step(&format!("script: [a], docker: {value}"));
            assert_eq!(said(&text), ["write `services: [docker]`"]);
        }
        assert_eq!(said(&step("script: [a], docker: [{image: b}]")), ["write `image: name:tag`"]);
    }

    #[test]
    fn jobs_and_filters_of_other_systems_are_told_as_those() {
        let job = "make it a `- step:` under `pipelines` and `default`";
        assert_eq!(said("build:\n  stage: a\n  script: [b]\n.c:\n  script: [d]\n"), [job, job]);
        let anchors = format!("a: &a\n  script: [b]\n{}", step("<<: *a"));
        assert_eq!(said(&anchors), ["it holds anchors: put it under `definitions` as `definitions.a`"]);
        assert_eq!(
            said(&step("script: [a], branches: {only: [main]}")),
            ["move the step there: `branches:`, with the pattern as the key and the steps below it"]
        );
        assert_eq!(
            said("pipelines:\n  branches: {only: [main, dev]}\n"),
            ["use the pattern as the key: `'main':`, with a list of `- step:` below it"]
        );
    }
}
