//! Words of other systems, and words that Bitbucket once had, with what to write instead.

use super::dialects::DIALECTS;
use super::keys::plain;
use crate::finding::Severity;

/// A word of another system, or one that Bitbucket once had.
pub(super) struct Foreign {
    pub keys: &'static [&'static str],
    /// Parts of the titles of the places where the row holds; empty for all.
    pub places: &'static [&'static str],
    /// Why it is not known here.
    pub whose: &'static str,
    /// What to write instead.
    pub help: &'static str,
    pub severity: Severity,
}

pub(super) const fn row(
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

pub(super) const GITHUB: &str = "it is a word of GitHub Actions";
pub(super) const GITLAB: &str = "it is a word of GitLab CI";
pub(super) const CIRCLE: &str = "it is a word of CircleCI";
pub(super) const AZURE: &str = "it is a word of Azure Pipelines";
pub(super) const JENKINS: &str = "it is a word of Jenkins";
const COMPOSE: &str = "it is a word of Docker Compose";

const RETRY: &str = "write `on-fail: { strategy: retry, maxRetryCount: 2 }`";
pub(super) const CHILD_KEEPS_NONE: &str = "a child step keeps no files";
pub(super) const DOWNLOAD_ALONE: &str = "remove it: `download` alone is taken, with names of artifacts";

/// The row that holds for a key in an object with this title.
pub(super) fn of_key(key: &str, place: &str) -> Option<&'static Foreign> {
    FOREIGN.iter().chain(DIALECTS).find(|row| row.keys.contains(&key) && holds_in(row, place))
}

/// The same for a key that is written otherwise, with the word as its system writes it: `allow-failure`, `continue_on_error`.
pub(super) fn of_spelling(key: &str, place: &str) -> Option<(&'static str, &'static Foreign)> {
    let meant = plain(key);
    let rows = FOREIGN.iter().chain(DIALECTS).filter(|row| holds_in(row, place));
    rows.flat_map(|row| row.keys.iter().map(move |word| (*word, row))).find(|(word, _)| plain(word) == meant)
}

fn holds_in(row: &Foreign, place: &str) -> bool {
    // The title of a pipeline begins as that of a pipe.
    let names = |part: &&str| {
        let rest = place.find(*part).and_then(|at| place.get(at + part.len()..));
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    row.places.is_empty() || row.places.iter().any(names)
}

/// Rows that hold first come first.
pub(super) static FOREIGN: &[Foreign] = &[
    row(&["env"], &["a service"], "it has another name", "rename it to `variables`"),
    mild(&["environment"], &["a service"], "an old spelling that the help has dropped", "rename it to `variables`"),
    row(
        &["mem", "mem_limit", "mem-limit", "memory_limit", "memory-limit", "memory-reservation"],
        &["a service"],
        "it has another name",
        "rename it to `memory`, in megabytes",
    ),
    row(
        &["memory", "docker-memory"],
        &["`options`", "step", "a stage", "the file"],
        "a service has it",
        "set it under `definitions.services.docker`, or give the step a larger `size`",
    ),
    row(
        &["changesets", "includePaths", "excludePaths"],
        &["step", "a stage", "item"],
        "a condition has it",
        "write `condition: { changesets: { includePaths: … } }`",
    ),
    row(&["includePaths", "excludePaths"], &["`condition`"], "`changesets` has it", "put it under `changesets`"),
    row(
        &["if"],
        &["a trigger"],
        GITHUB,
        "rename it to `condition`: an expression such as `BITBUCKET_BRANCH == \"main\"`",
    ),
    row(
        &["fail-fast"],
        &["an item of a parallel group"],
        "the group has it",
        "write the group as a map: `fail-fast: true`, and `steps:` with the items below it",
    ),
    row(
        &["type", "required", "options", "value", "enum"],
        &["custom pipeline's variable"],
        "its value is a text",
        "remove it; `default` sets a value, and `allowed-values` lists those that may be chosen",
    ),
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
    mild(&["script"], &["a child step"], "the started pipeline has its own, and this one is ignored", "remove it"),
    row(
        &["stages"],
        &["the file"],
        GITLAB,
        "write the steps under `pipelines`: they run in order; `stage` groups them there",
    ),
    row(
        &["stages"],
        &["`pipelines`"],
        GITLAB,
        "write the steps under `default`: they run in order; a `stage` item groups them there",
    ),
    row(&["jobs", "steps"], &["`pipelines`"], GITHUB, "write the steps under `default`, each as a `- step:`"),
    row(&["workflows"], &["`pipelines`"], CIRCLE, "write the steps under `default`, each as a `- step:`"),
    row(
        &["variables", "env", "environment"],
        &["`pipelines`"],
        "a custom pipeline alone begins with variables",
        "set them in the repository's settings, or `export` them in the script",
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
    row(&["after_script"], &["the file"], GITLAB, "put its commands under the steps' `after-script`"),
    row(&["include"], &["the file"], GITLAB, "import a pipeline: `definitions.imports` and `import`"),
    row(
        &["env", "environment", "variables"],
        &["the file"],
        "a file has no variables",
        "set them in the repository's settings, or `export` them in the script",
    ),
    row(
        &["env", "variables", "inputs", "with"],
        &["a child step"],
        "it has another name",
        "rename it to `input-variables`",
    ),
    row(
        &["env", "variables"],
        &["step", "a stage"],
        "a step has no variables",
        "`export` them in the script, or set them in the repository's settings; a custom pipeline may begin with `variables`",
    ),
    row(
        &["dependsOn"],
        &[],
        AZURE,
        "remove it: steps run in the order in which they stand; `parallel` runs some at once",
    ),
    row(&["pool", "vmImage"], &[], AZURE, "choose the container with `image`, and a runner of your own with `runs-on`"),
    row(
        &["trigger", "pr", "schedules"],
        &["the file"],
        AZURE,
        "name the event by a section of `pipelines`; a schedule is set in the repository's settings",
    ),
    row(&["displayName"], &[], AZURE, "rename it to `name`"),
    row(
        &["agent"],
        &["the file", "step"],
        JENKINS,
        "choose the container with `image`, and a runner of your own with `runs-on`",
    ),
    row(
        &["post"],
        &["the file", "step", "item", "a stage"],
        JENKINS,
        "put its commands under the step's `after-script`",
    ),
    row(
        &["needs", "depends_on"],
        &[],
        GITHUB,
        "remove it: steps run in the order in which they stand; `parallel` runs some at once",
    ),
    row(
        &["requires"],
        &[],
        CIRCLE,
        "remove it: steps run in the order in which they stand; `parallel` runs some at once",
    ),
    row(&["dependencies"], &["step"], GITLAB, "remove it: artifacts come by themselves; `artifacts.download` chooses"),
    row(&["runs-on"], &["the file"], "it is an option", "put it under `options`"),
    row(&["steps"], &["item"], "a pipeline is itself the list", "remove `steps:` and list the items directly"),
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
    row(&["continueOnError"], &[], AZURE, "write `on-fail: { strategy: ignore }`"),
    row(&["allow_failure"], &[], GITLAB, "write `on-fail: { strategy: ignore }`"),
    row(&["retry"], &[], GITLAB, RETRY),
    row(
        &["retries", "retry-count", "max-retries", "max-retry-count", "maxRetryCount", "attempts"],
        &["step", "a stage", "item", "parallel"],
        "`on-fail` has it",
        RETRY,
    ),
    row(&["manual"], &["step", "a stage"], "it is a value", "write `trigger: manual`"),
    row(
        &["pipe"],
        &["step", "a stage"],
        "a script calls it",
        "write it as an item of the step's `script`: `- pipe: …`",
    ),
    row(&["concurrency"], &[], GITHUB, "write `concurrency-group: name`"),
    row(&["resource_group"], &[], GITLAB, "write `concurrency-group: name`"),
    row(&["container", "docker-image"], &["step", "the file"], "the container is the image", "write `image: name:tag`"),
    row(
        &["working-directory", "workdir", "shell"],
        &[],
        GITHUB,
        "remove it; `cd` in the script, or call the shell there",
    ),
    row(&["working_directory"], &[], CIRCLE, "remove it; `cd` in the script"),
    row(&["workingDirectory"], &[], AZURE, "remove it; `cd` in the script"),
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
    row(&["executor"], &["step"], CIRCLE, "choose the container with `image`, and a runner of your own with `runs-on`"),
    row(&["parallelism"], &["step", "item"], CIRCLE, "write a `parallel` group with the steps that run at once"),
    row(&["filters"], &["step", "item"], CIRCLE, "choose by the section of `pipelines`: `branches`, `tags`"),
    row(&["job"], &["step", "item", "a stage"], AZURE, "write its commands as a step: `- step: { script: [...] }`"),
    row(&["version"], &["the file"], CIRCLE, "remove it: the file has no version"),
    row(
        &["workflow"],
        &["the file"],
        GITLAB,
        "choose by the section of `pipelines`: `branches`, `tags`, `pull-requests`",
    ),
    row(&["permissions"], &["the file", "step"], GITHUB, "remove it: access is set in the repository's settings"),
    row(&["defaults"], &["the file"], GITHUB, "put what all steps share under `options`, or use an anchor"),
    row(&["parameters"], &["the file"], AZURE, "begin a pipeline under `custom` with `variables`"),
    row(&["resources"], &["the file"], AZURE, "import a pipeline: `definitions.imports` and `import`"),
    row(&["tools"], &["the file", "step"], JENKINS, "choose an `image` that has them"),
    row(&["cache"], &["the file"], GITLAB, "define it under `definitions.caches` and name it in the step's `caches`"),
    row(
        &["custom", "input-variables"],
        &["a step", "a final"],
        "only a child step has it",
        "add `type: pipeline`, or remove it",
    ),
    row(&["path", "paths"], &["`artifacts` of a child step"], CHILD_KEEPS_NONE, DOWNLOAD_ALONE),
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
    row(&["image"], &["an image"], "it has another name", "rename it to `name`"),
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
