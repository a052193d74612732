//! Files of other CI systems in a reply: known by the keys at their root, so that the person is told what stands there.

use super::block::blocks;
use super::reasoning;
use crate::yaml::{Document, Node};

/// A file of another CI system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The system.
    pub system: &'static str,
    /// The line of the reply on which its block begins, from 1.
    pub line: usize,
}

/// The last file of another CI system that stands in a reply's blocks.
pub fn foreign(reply: &str) -> Option<Foreign> {
    let text = reasoning::without_reasoning(reply);
    let lines = crate::yaml::Lines::new(&text);
    let mut found = blocks(&text).into_iter().filter_map(|block| {
        let system =
            if block.language.as_deref() == Some("groovy") || block.content.trim_start().starts_with("pipeline {") {
                block.content.contains("pipeline {").then_some("Jenkins")
            } else {
                system(&Document::read(block.content.as_str()))
            };
        Some(Foreign { system: system?, line: lines.line(block.range.start) })
    });
    found.next_back()
}

/// The line of the reply, from 1, on which the last block begins that holds a patch in place of a file.
pub fn patch(reply: &str) -> Option<usize> {
    let text = reasoning::without_reasoning(reply);
    let lines = crate::yaml::Lines::new(&text);
    let is_patch = |block: &super::block::Block| {
        let hunks = block.content.lines().any(|line| line.starts_with("@@ "));
        matches!(block.language.as_deref(), Some("diff" | "patch" | "udiff")) || block.fenced && hunks
    };
    blocks(&text).into_iter().filter(is_patch).map(|block| lines.line(block.range.start)).next_back()
}

fn system(document: &Document) -> Option<&'static str> {
    let root = document.root().filter(|root| root.is_mapping())?;
    let has = |key: &str| root.entry(key).is_some();
    // YAML 1.1 readers take `on` for a boolean; the key is the word all the same.
    let jobs = root.get("jobs");
    let any_job = |key: &str| {
        jobs.is_some_and(|jobs| jobs.entries().any(|job| job.value.is_mapping() && job.value.entry(key).is_some()))
    };
    match () {
        () if has("pipelines") => None,
        () if has("orbs") || has("workflows") && has("version") || has("version") && any_job("docker") => {
            Some("CircleCI")
        }
        () if has("on") && has("jobs") || any_job("runs-on") || any_job("uses") => Some("GitHub Actions"),
        () if has("pool") || has("trigger") && (has("steps") || has("stages") || has("jobs")) => {
            Some("Azure Pipelines")
        }
        () if has("kind") && has("steps") => Some("Drone"),
        () if has("language") && (has("script") || has("jobs")) => Some("Travis CI"),
        () if is_gitlab(root) => Some("GitLab CI"),
        () => None,
    }
}

/// Jobs at the root, each with a script of its own.
fn is_gitlab(root: Node<'_>) -> bool {
    const OWN: [&str; 10] = [
        "stage",
        "only",
        "except",
        "rules",
        "needs",
        "before_script",
        "after_script",
        "tags",
        "environment",
        "extends",
    ];
    let job = |node: Node<'_>| {
        node.is_mapping() && node.entry("script").is_some() && node.entries().any(|entry| OWN.contains(&entry.name()))
    };
    root.entries().any(|entry| job(entry.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(yaml: &str) -> Option<&'static str> {
        foreign(&format!("Here:\n\n```yaml\n{yaml}```\n")).map(|foreign| foreign.system)
    }

    #[test]
    fn other_systems_are_known_by_their_keys() {
        assert_eq!(told("on: push\njobs:\n  a:\n    runs-on: x\n"), Some("GitHub Actions"));
        assert_eq!(told("stages: [a]\nbuild:\n  stage: a\n  script: [make]\n"), Some("GitLab CI"));
        assert_eq!(told("version: 2.1\njobs:\n  a:\n    docker: [{image: x}]\n"), Some("CircleCI"));
        assert_eq!(told("trigger: [main]\npool: {vmImage: x}\nsteps:\n- script: make\n"), Some("Azure Pipelines"));
        assert_eq!(foreign("```groovy\npipeline {\n  agent any\n}\n```").map(|one| one.system), Some("Jenkins"));
    }

    #[test]
    fn ours_and_files_of_no_ci_are_not_foreign() {
        for yaml in [
            "pipelines:\n  default:\n    - step: {script: [make]}\n",
            "- step:\n    script: [make]\n",
            "apiVersion: v1\nkind: Service\n",
            "services:\n  db: {image: postgres}\nversion: '3'\n",
            "definitions:\n  caches: {a: b}\n",
        ] {
            assert_eq!(told(yaml), None, "{yaml}");
        }
        assert_eq!(foreign("```sh\nmake\n```\nwords"), None);
    }

    #[test]
    fn a_patch_is_no_file() {
        assert_eq!(patch("So:\n\n```diff\n-  - make\n+  - make test\n```"), Some(3));
        assert_eq!(patch("```\n--- a\n+++ b\n@@ -1 +1 @@\n-a\n+b\n```"), Some(1));
        assert_eq!(patch("```yaml\n- a\n```\n@@ x"), None);
    }

    #[test]
    fn its_place_is_that_of_the_block() {
        assert_eq!(foreign("a\n\n```yaml\non: push\njobs: {a: {runs-on: x}}\n```").map(|one| one.line), Some(3));
    }
}
