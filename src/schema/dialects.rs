//! Words of systems that have little in common with Bitbucket, and words that stand in a script's place elsewhere.

use super::foreign::{AZURE, CIRCLE, Foreign, GITHUB, GITLAB, JENKINS, row};

pub(super) const TRAVIS: &str = "it is a word of Travis CI";
pub(super) const DRONE: &str = "it is a word of Drone and Woodpecker";
pub(super) const CLOUD_BUILD: &str = "it is a word of Google Cloud Build";

const CACHE: &str = "remove it, and name a cache in the step's `caches`";
const ARTIFACTS: &str = "remove it, and list the files under the step's `artifacts`";
const SCRIPT: &str = "write commands as a list under `script`";
const IN_IMAGE: &str = "choose an `image` that has it";
const FIRST: &str = "put its commands at the beginning of the step's `script`";
const SECURED: &str = "set secured variables in the repository's settings";
const ORDER: &str = "remove it: steps run in the order in which they stand; `parallel` runs some at once";

/// The row for a word that stands as an item of a script in another system.
pub(super) fn of_dialect(word: &str) -> Option<&'static Foreign> {
    let of_script = |row: &&Foreign| row.places.is_empty() || row.places.contains(&"script");
    DIALECTS.iter().filter(of_script).find(|row| row.keys.contains(&word))
}

/// Rows that come after those of `foreign`.
pub(super) static DIALECTS: &[Foreign] = &[
    row(
        &["language", "node_js", "python", "php", "rvm", "jdk", "go", "rust", "scala", "perl"],
        &["the file"],
        TRAVIS,
        IN_IMAGE,
    ),
    row(
        &["os", "dist", "sudo", "virt"],
        &["the file"],
        TRAVIS,
        "remove it: a step runs in a container, chosen with `image`, or on a runner of your own, chosen with `runs-on`",
    ),
    row(&["install", "before_install"], &["the file", "step"], TRAVIS, FIRST),
    row(
        &["after_success"],
        &[],
        TRAVIS,
        "put its commands at the end of `script`, which is reached when all before them succeeded",
    ),
    row(&["after_failure"], &[], TRAVIS, "put its commands under `after-script`, and test BITBUCKET_EXIT_CODE there"),
    row(
        &["before_deploy", "deploy", "after_deploy"],
        &["the file"],
        TRAVIS,
        "write a step with `deployment`, and what deploys in its `script`",
    ),
    row(
        &["addons"],
        &["the file"],
        TRAVIS,
        "choose an `image` that has them; a database is a service: `definitions.services`",
    ),
    row(&["notifications"], &["the file"], TRAVIS, "remove it: they are set in Bitbucket"),
    row(&["matrix"], &["the file"], TRAVIS, "write a `parallel` group with a step for each value"),
    row(&["kind", "type"], &["the file"], DRONE, "remove it: the file begins with `pipelines:`"),
    row(&["settings"], &["the file", "step"], DRONE, "call a pipe in the script, and give it `variables`"),
    row(&["workspace"], &["the file"], DRONE, "remove it: a step begins in the folder of the clone"),
    row(&["when"], &["the file"], DRONE, "choose by the section of `pipelines`: `branches`, `tags`, `pull-requests`"),
    row(
        &["substitutions"],
        &["the file"],
        CLOUD_BUILD,
        "set variables in the repository's settings, or begin a pipeline under `custom` with `variables`",
    ),
    row(
        &["args"],
        &["the file", "step", "item"],
        CLOUD_BUILD,
        "write the command with its arguments as an item of `script`",
    ),
    row(&["waitFor"], &[], CLOUD_BUILD, ORDER),
    row(&["availableSecrets", "secretEnv"], &[], CLOUD_BUILD, SECURED),
    row(&["logsBucket"], &["the file"], CLOUD_BUILD, "remove it: Bitbucket keeps the logs"),
    row(
        &["steps"],
        &["the file"],
        AZURE,
        "write them under `pipelines` and `default`, each as a `- step:` with its commands under `script`",
    ),
    row(&["docker"], &["the file", "a step", "a final step"], CIRCLE, "write `image: name:tag`"),
    row(&["save_cache", "restore_cache"], &[], CIRCLE, CACHE),
    row(&["persist_to_workspace", "store_artifacts"], &[], CIRCLE, ARTIFACTS),
    row(&["attach_workspace"], &[], CIRCLE, "remove it: what earlier steps list under `artifacts` is there already"),
    row(
        &["store_test_results"],
        &[],
        CIRCLE,
        "remove it: reports in a folder `test-results` are found, others are an `upload` with `type: test-reports`",
    ),
    row(&["setup_remote_docker"], &[], CIRCLE, "write `services: [docker]` in the step"),
    row(&["checkout"], &[], CIRCLE, "remove it: the repository is cloned before the script"),
    row(
        &["task"],
        &[],
        AZURE,
        "write its commands under `script`; an `image` brings the tools, or a pipe does the task",
    ),
    row(&["inputs"], &["step"], AZURE, "give a pipe `variables`"),
    row(&["bash", "pwsh", "powershell"], &["step", "script"], AZURE, SCRIPT),
    row(&["sh", "bat"], &["step", "the file", "script"], JENKINS, SCRIPT),
    row(&["secrets"], &["the file", "step", "item"], GITLAB, SECURED),
    row(&["id_tokens"], &["the file", "step", "item"], GITLAB, "write `oidc: true`"),
    row(&["interruptible", "coverage"], &["the file", "step", "item"], GITLAB, "remove it: there is nothing like it"),
    row(&["id"], &["step", "item"], GITHUB, "remove it: nothing refers to a step"),
    row(&["name"], &["the file"], GITHUB, "remove it: a file has no name; steps have one"),
];
