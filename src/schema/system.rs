//! The system that a file's foreign words come from: many words are known to several, and one file speaks one dialect.

use std::collections::BTreeSet;

use super::compiled::{Failure, Kind};
use super::dialects::{CLOUD_BUILD, DRONE, TRAVIS};
use super::foreign::{AZURE, CIRCLE, GITHUB, GITLAB, JENKINS};
use crate::yaml::{Document, Node};

/// How many words inside unknown keys are looked at, and how deep.
const WORDS: usize = 500;
const DEEP: usize = 5;

/// A system with its words, as far as Bitbucket does not have them or has them elsewhere.
struct System {
    /// What is said of a word of it.
    whose: &'static str,
    words: &'static [&'static str],
}

static SYSTEMS: [System; 8] = [
    System {
        whose: GITHUB,
        words: &[
            "on",
            "jobs",
            "needs",
            "uses",
            "with",
            "run",
            "if",
            "matrix",
            "strategy",
            "continue-on-error",
            "concurrency",
            "working-directory",
            "shell",
            "outputs",
            "fetch-depth",
            "timeout-minutes",
            "permissions",
            "defaults",
            "steps",
            "env",
            "id",
            "name",
        ],
    },
    System {
        whose: GITLAB,
        words: &[
            "stages",
            "before_script",
            "after_script",
            "include",
            "needs",
            "dependencies",
            "only",
            "except",
            "rules",
            "when",
            "extends",
            "tags",
            "stage",
            "retry",
            "allow_failure",
            "resource_group",
            "cache",
            "variables",
            "timeout",
            "reports",
            "expire_in",
            "workflow",
            "matrix",
            "run",
            "secrets",
            "id_tokens",
            "interruptible",
            "coverage",
        ],
    },
    System {
        whose: CIRCLE,
        words: &[
            "workflows",
            "orbs",
            "executors",
            "executor",
            "jobs",
            "version",
            "commands",
            "command",
            "run",
            "when",
            "matrix",
            "working_directory",
            "resource_class",
            "parallelism",
            "requires",
            "filters",
            "shell",
            "steps",
            "docker",
            "save_cache",
            "restore_cache",
            "persist_to_workspace",
            "attach_workspace",
            "store_artifacts",
            "store_test_results",
            "setup_remote_docker",
            "checkout",
        ],
    },
    System {
        whose: AZURE,
        words: &[
            "trigger",
            "pr",
            "schedules",
            "pool",
            "vmImage",
            "displayName",
            "dependsOn",
            "stages",
            "stage",
            "jobs",
            "job",
            "strategy",
            "matrix",
            "timeoutInMinutes",
            "workingDirectory",
            "continueOnError",
            "resources",
            "parameters",
            "variables",
            "extends",
            "steps",
            "task",
            "inputs",
            "bash",
            "pwsh",
            "powershell",
            "name",
        ],
    },
    System {
        whose: JENKINS,
        words: &[
            "agent",
            "stages",
            "post",
            "tools",
            "when",
            "matrix",
            "retry",
            "parameters",
            "stage",
            "steps",
            "sh",
            "bat",
        ],
    },
    System {
        whose: TRAVIS,
        words: &[
            "language",
            "node_js",
            "python",
            "php",
            "rvm",
            "jdk",
            "go",
            "os",
            "dist",
            "sudo",
            "install",
            "before_install",
            "before_script",
            "after_script",
            "after_success",
            "after_failure",
            "before_deploy",
            "deploy",
            "addons",
            "notifications",
            "jobs",
            "matrix",
            "stages",
            "env",
            "cache",
        ],
    },
    System {
        whose: DRONE,
        words: &["kind", "type", "steps", "commands", "settings", "when", "workspace", "name", "depends_on", "trigger"],
    },
    System {
        whose: CLOUD_BUILD,
        words: &[
            "steps",
            "substitutions",
            "args",
            "entrypoint",
            "waitFor",
            "availableSecrets",
            "secretEnv",
            "logsBucket",
            "name",
            "id",
            "timeout",
        ],
    },
];

/// What is said of a word of the system that knows the most of a file's unknown keys; `None` where no one does.
pub(super) fn of_file<'k>(unknown: impl Iterator<Item = &'k str>) -> Option<&'static str> {
    let keys: BTreeSet<&str> = unknown.collect();
    // Most files have none.
    if keys.is_empty() {
        return None;
    }
    let known = |system: &System| system.words.iter().filter(|word| keys.contains(*word)).count();
    let mut counts: Vec<(usize, &'static str)> = SYSTEMS.iter().map(|system| (known(system), system.whose)).collect();
    counts.sort_unstable_by_key(|(count, _)| std::cmp::Reverse(*count));
    match counts.as_slice() {
        [(most, whose), (next, _), ..] if most > next => Some(whose),
        _ => None,
    }
}

/// Words inside the unknown keys of the file itself: of a whole job only its name is told, and it speaks the dialect, too.
pub(super) fn inside<'d>(document: &'d Document, failures: &[Failure]) -> Vec<&'d str> {
    let unknown =
        failures.iter().filter(|failure| failure.instance.is_empty()).filter_map(|failure| match &failure.kind {
            Kind::UnknownKeys(keys) => Some(keys),
            _ => None,
        });
    let mut words = Vec::new();
    let Some(root) = document.root() else { return words };
    let mut open: Vec<(Node<'d>, usize)> =
        unknown.flatten().take(WORDS).filter_map(|key| Some((root.get(key)?, 0))).collect();
    while let Some((node, depth)) = open.pop().filter(|_| words.len() < WORDS) {
        words.extend(node.entries().map(|entry| entry.name()).take(WORDS));
        if depth < DEEP {
            let values = node.entries().map(|entry| entry.value).chain(node.items());
            open.extend(values.take(WORDS).map(|value| (value, depth + 1)));
        }
    }
    words
}

/// Of which system a word is, by the row that knows it and the system of its file: the file's, if that has the word, too.
pub(super) fn of_word(key: &str, row: &'static str, of_file: Option<&'static str>) -> &'static str {
    let is_one = SYSTEMS.iter().any(|system| system.whose == row);
    let has = |whose: &&str| SYSTEMS.iter().any(|system| system.whose == *whose && system.words.contains(&key));
    of_file.filter(|_| is_one).filter(has).unwrap_or(row)
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::super::dialects::DIALECTS;
    use super::super::foreign::FOREIGN;
    use super::*;
    use crate::yaml::Document;

    /// The keys that are told as words of another system, with its name.
    fn told(text: &str) -> Vec<(String, String)> {
        let findings = check(&Document::read(text)).into_iter();
        let words = findings.filter_map(|finding| {
            let (key, whose) = finding.message.split_once(": it is a word of ")?;
            Some((key.split('`').nth(1)?.to_owned(), whose.to_owned()))
        });
        words.collect()
    }

    #[test]
    fn the_words_of_a_file_are_of_one_system() {
        for (text, system) in [
            ("version: 2.1\norbs: {}\njobs: {}\nworkflows: {}\n", "CircleCI"),
            ("trigger: [main]\npool: {vmImage: a}\nstages: []\njobs: []\n", "Azure Pipelines"),
            ("agent: any\nstages: []\npost: {}\n", "Jenkins"),
            ("on: push\njobs: {}\n", "GitHub Actions"),
            ("language: go\nbefore_script: [a]\njobs: {}\n", "Travis CI"),
            ("kind: pipeline\nname: a\nsteps: [{name: b, commands: [c]}]\n", "Drone and Woodpecker"),
            ("steps: [{name: a, args: [b]}]\nsubstitutions: {}\n", "Google Cloud Build"),
            ("name: a\njobs: {b: {runs-on: c, steps: [{uses: d}]}}\n", "GitHub Actions"),
            (
                "pipelines:\n  default:\n    - step: {script: [a], needs: [b], only: [main], when: manual}\n",
                "GitLab CI",
            ),
            ("pipelines:\n  default:\n    - step: {script: [a], needs: [b], if: c}\n", "GitHub Actions"),
        ] {
            let told = told(text);
            assert!(told.len() > 1 && told.iter().all(|(_, whose)| whose == system), "{told:?}");
        }
    }

    #[test]
    fn each_word_that_votes_is_told_of_by_a_row() {
        let rows = |word: &str| FOREIGN.iter().chain(DIALECTS).any(|row| row.keys.contains(&word));
        for system in &SYSTEMS {
            let silent: Vec<_> = system.words.iter().filter(|word| !rows(word)).collect();
            assert!(silent.is_empty(), "{}: {silent:?}", system.whose);
        }
        let circle = "workflows: {}\npipelines:\n  default:\n    - step: {script: [a], requires: [b]}\n";
        assert!(told(circle).contains(&("requires".to_owned(), "CircleCI".to_owned())));
    }

    #[test]
    fn a_word_that_the_system_does_not_have_keeps_its_own() {
        let whose = |keys: &[&str]| of_file(keys.iter().copied());
        assert_eq!(whose(&["jobs", "colour"]), None);
        assert_eq!(whose(&["jobs", "workflows"]), Some(CIRCLE));
        assert_eq!(of_word("uses", GITHUB, Some(CIRCLE)), GITHUB);
        assert_eq!(of_word("tags", "it has another name", Some(GITLAB)), "it has another name");
    }
}
