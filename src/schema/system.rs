//! The system that a file's foreign words come from: many words are known to several, and one file speaks one dialect.

use std::collections::BTreeSet;

use super::foreign::{AZURE, CIRCLE, GITHUB, GITLAB, JENKINS};

/// A system with its words, as far as Bitbucket does not have them or has them elsewhere.
struct System {
    /// What is said of a word of it.
    whose: &'static str,
    words: &'static [&'static str],
}

static SYSTEMS: [System; 5] = [
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
        ],
    },
    System {
        whose: JENKINS,
        words: &["agent", "stages", "post", "tools", "when", "matrix", "retry", "parameters", "stage", "steps"],
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

/// Of which system a word is, by the row that knows it and the system of its file: the file's, if that has the word, too.
pub(super) fn of_word(key: &str, row: &'static str, of_file: Option<&'static str>) -> &'static str {
    let is_one = SYSTEMS.iter().any(|system| system.whose == row);
    let has = |whose: &&str| SYSTEMS.iter().any(|system| system.whose == *whose && system.words.contains(&key));
    of_file.filter(|_| is_one).filter(has).unwrap_or(row)
}

#[cfg(test)]
mod tests {
    use super::super::check;
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
        let rows = |word: &str| FOREIGN.iter().any(|row| row.keys.contains(&word));
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
