//! Unknown keys: the nearest known one, the place it belongs to, or the system it comes from.

use serde_json::Value;

use super::compiled::TREE;
use crate::finding::Severity;

/// What is said of an unknown key.
#[derive(Debug)]
pub(super) struct Words {
    pub message: String,
    pub help: String,
    pub severity: Severity,
    /// The known key that was most likely meant.
    pub meant: Option<String>,
}

/// A word of another system, or one that Bitbucket once had.
struct Foreign {
    keys: &'static [&'static str],
    /// Parts of the titles of the places where the row holds; empty for all.
    places: &'static [&'static str],
    whose: &'static str,
    help: &'static str,
    severity: Severity,
}

const fn row(
    keys: &'static [&'static str],
    places: &'static [&'static str],
    whose: &'static str,
    help: &'static str,
) -> Foreign {
    Foreign { keys, places, whose, help, severity: Severity::Error }
}

const fn mild(
    keys: &'static [&'static str],
    places: &'static [&'static str],
    whose: &'static str,
    help: &'static str,
) -> Foreign {
    Foreign { keys, places, whose, help, severity: Severity::Warning }
}

const GITHUB: &str = "it is a word of GitHub Actions";
const GITLAB: &str = "it is a word of GitLab CI";
const CIRCLE: &str = "it is a word of CircleCI";
const COMPOSE: &str = "it is a word of Docker Compose";

/// Rows that hold first come first.
static FOREIGN: &[Foreign] = &[
    mild(&["environment"], &["a service"], "an old spelling that the help has dropped", "rename it to `variables`"),
    row(&["ports", "expose"], &["a service"], COMPOSE, "remove it: a service's ports are reached on localhost"),
    row(
        &["volumes"],
        &["a service"],
        COMPOSE,
        "remove it: a service has no volumes; use an image with the files inside",
    ),
    row(
        &["depends_on", "links"],
        &["a service"],
        COMPOSE,
        "remove it: services start together; wait for a port in the script",
    ),
    row(
        &[
            "command",
            "entrypoint",
            "healthcheck",
            "restart",
            "networks",
            "container_name",
            "env_file",
            "build",
            "hostname",
            "user",
        ],
        &["a service"],
        COMPOSE,
        "remove it: a service has `image`, `variables`, `memory` and `type`",
    ),
    row(
        &["env", "with", "inputs", "args", "params", "environment"],
        &["a pipe"],
        "no pipe reads it",
        "rename it to `variables`",
    ),
    row(&["version"], &["a pipe"], "it belongs to the identifier", "write `pipe: account/repository:version`"),
    mild(&["name"], &["a pipe"], "a pipe has no name of its own", "remove it"),
    mild(&["script"], &["a child step"], "it is ignored there: the started pipeline has its own", "remove it"),
    row(
        &["stages"],
        &["the file"],
        GITLAB,
        "write the steps under `pipelines`: they run in order; `stage` groups them there",
    ),
    row(&["jobs"], &["the file"], GITHUB, "write the steps under `pipelines`, for instance under `default`"),
    row(
        &["on"],
        &["the file"],
        GITHUB,
        "name the event by a section of `pipelines`: `branches`, `tags`, `pull-requests`",
    ),
    row(&["workflows", "orbs", "executors"], &["the file"], CIRCLE, "write the steps under `pipelines`"),
    row(&["before_script"], &[], GITLAB, "put its commands at the beginning of `script`; an anchor shares them"),
    row(&["include"], &["the file"], GITLAB, "import a pipeline: `definitions.imports` and `import`"),
    row(
        &["env", "environment", "variables"],
        &["the file"],
        "a file has no variables",
        "set them in the repository's settings, or `export` them in the script",
    ),
    row(
        &["env", "variables"],
        &["step", "a stage"],
        "a step has no variables",
        "`export` them in the script, or set them in the repository's settings; a custom pipeline may begin with `variables`",
    ),
    row(
        &["needs", "depends_on", "dependsOn"],
        &[],
        GITHUB,
        "remove it: steps run in the order in which they stand; `parallel` runs some at once",
    ),
    row(&["dependencies"], &["step"], GITLAB, "remove it: artifacts come by themselves; `artifacts.download` chooses"),
    row(&["runs-on"], &["the file"], "it is an option", "put it under `options`"),
    row(&["uses"], &[], GITHUB, "call a pipe in the script: `- pipe: account/repository:version`"),
    row(&["with"], &["step"], GITHUB, "give a pipe `variables`"),
    row(&["run", "commands", "cmd", "command"], &["step", "script"], GITHUB, "write commands as a list under `script`"),
    row(
        &["timeout-minutes", "timeout", "timeout_minutes", "timeoutInMinutes"],
        &[],
        "the time limit has another name",
        "write `max-time`, in minutes",
    ),
    row(&["if"], &[], GITHUB, "use `condition`, with `changesets` or `state`"),
    row(
        &["matrix", "strategy"],
        &["step", "a stage", "parallel", "item"],
        GITHUB,
        "write a `parallel` group with a step for each value",
    ),
    row(&["continue-on-error"], &[], GITHUB, "write `on-fail: { strategy: ignore }`"),
    row(&["allow_failure"], &[], GITLAB, "write `on-fail: { strategy: ignore }`"),
    row(&["retry"], &[], GITLAB, "write `on-fail: { strategy: retry, maxRetryCount: 2 }`"),
    row(&["concurrency"], &[], GITHUB, "write `concurrency-group: name`"),
    row(&["resource_group"], &[], GITLAB, "write `concurrency-group: name`"),
    row(&["container", "docker-image"], &["step", "the file"], "the container is the image", "write `image: name:tag`"),
    row(
        &["working-directory", "workdir", "shell"],
        &[],
        GITHUB,
        "remove it; `cd` in the script, or call the shell there",
    ),
    row(&["outputs"], &["step"], GITHUB, "write `output-variables: [NAME]`"),
    row(
        &["only", "except", "rules"],
        &[],
        GITLAB,
        "choose by the section of `pipelines` (`branches`, `tags`, `pull-requests`), or use `condition`",
    ),
    row(
        &["when"],
        &["step", "item", "a stage"],
        GITLAB,
        "write `trigger: manual` for a gate, or `condition` for a choice",
    ),
    row(&["extends"], &[], GITLAB, "use an anchor: `step: { <<: *name, … }`"),
    row(&["tags"], &["step"], GITLAB, "write `runs-on` with the runner's labels"),
    row(&["stage"], &["step"], GITLAB, "put the step under a `stage` item: `- stage: { steps: [...] }`"),
    row(&["resource_class"], &[], CIRCLE, "write `size: 2x`"),
    row(&["cache"], &["the file"], GITLAB, "define it under `definitions.caches` and name it in the step's `caches`"),
    row(
        &["custom", "input-variables"],
        &["a step", "a final"],
        "only a child step has it",
        "add `type: pipeline`, or remove it",
    ),
    row(&["path"], &["`artifacts`"], "it is a list here", "write `paths:` and a list of globs"),
    row(&["name"], &["`artifacts`"], "an upload has the name", "write `upload: [{ name: …, paths: [...] }]`"),
    row(
        &["expire", "expire_in", "expire-in", "retention", "retention-days"],
        &[],
        "artifacts are kept for 14 days",
        "remove it",
    ),
    row(&["exclude", "ignore"], &["`artifacts`"], "an upload has it", "write `ignore-paths` in an `upload`"),
    row(&["reports"], &["`artifacts`"], GITLAB, "write an `upload` with `type: test-reports`"),
    row(&["when"], &["`artifacts`", "an upload"], GITLAB, "write `capture-on` in an `upload`"),
    row(&["fetch-depth"], &["`clone`"], GITHUB, "rename it to `depth`"),
    row(&["submodules"], &["`clone`"], GITHUB, "run `git submodule update --init` in the script"),
    mild(&["strategy", "filter"], &["`clone`"], "it is not documented", "remove it unless you know that it works"),
    row(
        &["branches", "branch", "tags"],
        &["`condition`"],
        "a condition knows no branches",
        "use a section of `pipelines`, or `state: BITBUCKET_BRANCH == \"main\"`",
    ),
    row(&["variables"], &["`condition`"], "a condition knows no variables", "write `state: NAME == \"value\"`"),
    row(&["paths", "changes"], &["`condition`"], "it has another name", "write `changesets: { includePaths: [...] }`"),
    row(&["tag"], &["an image"], "the tag belongs to the name", "write `name: image:tag`"),
    row(&["user"], &["an image"], "it has another name", "write `run-as-user` with a number"),
    row(&["entrypoint", "command"], &["an image"], "an image is used as it is", "remove it"),
    row(&["on-fail"], &["`options`"], "only steps, stages and parallel groups have it", "set it there"),
    row(&["push"], &["`triggers`"], GITHUB, "write `repository-push`"),
    row(
        &["pull_request", "pull-request", "pullrequest", "pull_requests", "pull-requests"],
        &["`triggers`"],
        GITHUB,
        "write `pullrequest-created`, `pullrequest-updated` or `pullrequest-push`",
    ),
    mild(&["bookmarks"], &["`pipelines`"], "it was for Mercurial, which Bitbucket no longer has", "remove it"),
    row(&["pull-requests-target", "merge-requests"], &["`pipelines`"], "it has another name", "write `pull-requests`"),
    row(&["deployment", "environment"], &["a parallel group"], "a group has none", "set it on the group's steps"),
    row(&["deployment"], &["a final step"], "a final step deploys nothing", "deploy in a step before it"),
    row(&["condition"], &["a final step"], "a final step always runs", "remove it, or test in the script"),
    row(&["condition"], &["a step of a stage"], "the stage has it", "move it to the stage"),
    row(&["fail-fast"], &["a final step"], "a final step has no siblings", "remove it"),
    row(&["final"], &["stage", "parallel"], "it stands at the end of the pipeline's own list", "move it there"),
    row(
        &["stage"],
        &["parallel", "an item of a stage"],
        "a stage is an item of the pipeline's own list",
        "move it there, or write its steps as `- step:`",
    ),
    row(&["parallel"], &["an item of a parallel"], "parallel groups don't nest", "write its steps into this group"),
    row(
        &["variables"],
        &["a pipeline's item"],
        "only a custom pipeline has variables",
        "move the pipeline under `custom`, or `export` them in the script",
    ),
];

/// The words for a key that the schema's object does not have.
pub(super) fn unknown(owner: &Value, key: &str) -> Words {
    let place = owner.get("title").and_then(Value::as_str).unwrap_or("this map");
    let known: Vec<&str> =
        owner.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    let foreign = FOREIGN.iter().find(|row| {
        row.keys.contains(&key) && (row.places.is_empty() || row.places.iter().any(|part| place.contains(part)))
    });
    if let Some(row) = foreign {
        return Words {
            message: format!("unknown key `{}` in {place}: {}", shown(key), row.whose),
            help: row.help.to_owned(),
            severity: row.severity,
            meant: known.iter().find(|known| row.help.contains(&format!("`{known}`"))).map(|known| (*known).to_owned()),
        };
    }
    if let Some(meant) = nearest(key, &known) {
        return Words {
            message: format!("unknown key `{}` in {place}; did you mean `{meant}`?", shown(key)),
            help: format!("rename it to `{meant}`"),
            severity: Severity::Error,
            meant: Some(meant.to_owned()),
        };
    }
    let help = match elsewhere(place, key) {
        Some(help) => help,
        None if known.is_empty() => "remove it".to_owned(),
        None => format!("known here: {}", list(&known)),
    };
    Words {
        message: format!("unknown key `{}` in {place}", shown(key)),
        help,
        severity: mildness(place, key),
        meant: None,
    }
}

/// Events are added to Bitbucket from time to time, so one that looks like them is only a warning.
fn mildness(place: &str, key: &str) -> Severity {
    let families = ["repository-", "pullrequest-", "pipeline-", "deployment-", "commit-"];
    let likely = place == "`triggers`" && families.iter().any(|family| key.starts_with(family));
    if likely { Severity::Warning } else { Severity::Error }
}

/// The known key that is spelt most like `key`, if one is near.
pub(super) fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let meant = plain(key);
    if meant.len() < 2 {
        return None;
    }
    if let Some(same) = known.iter().find(|known| plain(known) == meant) {
        return Some(same);
    }
    let distance = |known: &str| strsim::damerau_levenshtein(&plain(known), &meant);
    let near = known.iter().map(|known| (distance(known), *known)).min_by_key(|(distance, _)| *distance);
    if let Some((distance, known)) = near
        && (distance == 1 && meant.len() > 2 || distance == 2 && meant.len() > 5)
    {
        return Some(known);
    }
    let begins = |known: &&&str| {
        let known = plain(known);
        (meant.len() > 3 && known.starts_with(&meant)) || (known.len() > 3 && meant.starts_with(&known))
    };
    known.iter().find(begins).copied()
}

/// Where a key belongs that is known, but not here.
fn elsewhere(place: &str, key: &str) -> Option<String> {
    let has = |definition: &str| {
        let pointer = if definition.is_empty() {
            "/properties".to_owned()
        } else {
            format!("/definitions/{definition}/properties")
        };
        TREE.pointer(&pointer).and_then(Value::as_object).is_some_and(|keys| keys.contains_key(key))
    };
    if has("plainStep") && !place.contains("step") {
        return Some(if place == "the file" || place == "`pipelines`" {
            "a step has it: `- step:` in a pipeline".to_owned()
        } else {
            format!("set it in a step: {place} has none")
        });
    }
    if has("plainStep") && place.contains("step") {
        return Some(format!("remove it: {place} has none"));
    }
    if has("item") {
        return Some(
            "it is an item of a pipeline: `- ` before it, under `default` or another section of `pipelines`".to_owned(),
        );
    }
    if has("pipelines") {
        return Some("it is a section of `pipelines`".to_owned());
    }
    has("").then(|| "it stands at the top of the file".to_owned())
}

/// Words in backquotes with commas.
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// A text of the file, short enough for a message.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 40 || line.len() < text.len() {
        let short: String = line.chars().take(37).collect();
        return format!("{}…", short.trim_end());
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_found_and_a_far_one_is_not() {
        let known = ["script", "after-script", "caches", "max-time", "maxRetryCount", "arch", "ignore-paths"];
        for (key, meant) in [
            ("scripts", Some("script")),
            ("after_script", Some("after-script")),
            ("cache", Some("caches")),
            ("max_time", Some("max-time")),
            ("max-retry-count", Some("maxRetryCount")),
            ("architecture", Some("arch")),
            ("ignore", Some("ignore-paths")),
            ("colour", None),
            ("x", None),
        ] {
            assert_eq!(nearest(key, &known), meant, "{key}");
        }
    }

    #[test]
    fn words_of_other_systems_name_the_system() {
        let step = TREE.pointer("/definitions/plainStep").unwrap();
        let words = unknown(step, "needs");
        assert_eq!(words.message, "unknown key `needs` in a step: it is a word of GitHub Actions");
        assert!(words.help.contains("in the order"));
        assert_eq!(unknown(step, "scripts").message, "unknown key `scripts` in a step; did you mean `script`?");
        assert_eq!(unknown(step, "pipelines").help, "it stands at the top of the file");
    }
}
