//! What the policy file may change, with the defaults of the policy, and the readers of the two files that set it.
//!
//! `pipewright.yaml` of a repository is somebody else's file until proved otherwise: it can say what is checked, never
//! where prompts and keys are sent. A person's own file says that.

mod catalogue;
mod reader;
mod repository;
mod user;

pub use reader::{META, nearest};
pub use repository::{read, read_node};
pub use user::{Api, Azure, ColorChoice, User, read_user};

use std::collections::BTreeMap;

use crate::finding::Severity;
use crate::pipeline::{Alternative, Matching, Pattern};

/// Policy settings and rule severities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The one long-lived branch.
    pub main_branch: String,
    /// Branch patterns that may not select a pipeline.
    pub forbidden_branches: Vec<String>,
    /// Literal beginnings of tags.
    pub tags: TagPrefixes,
    /// Names of the deployment environments.
    pub environments: EnvironmentNames,
    /// Whether the policy layer runs (`policy: none` switches it off).
    pub policy: bool,
    /// Severities by rule id; `None` switches the rule off.
    pub severities: BTreeMap<String, Option<Severity>>,
    /// The pipeline file, relative to the repository.
    pub file: Option<String>,
    /// Entries that the repository adds to the catalogue, as they are written.
    pub catalogue: Option<serde_json::Value>,
}

/// The file name of a pipeline, as Bitbucket wants it.
pub const DEFAULT_FILE: &str = "bitbucket-pipelines.yml";

/// The literal beginnings of the two kinds of tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPrefixes {
    /// A release candidate's.
    pub candidate: String,
    /// A release's.
    pub release: String,
}

/// The environments of the two kinds of tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentNames {
    /// Where main and a candidate go.
    pub candidate: String,
    /// Where a release goes.
    pub release: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            main_branch: "main".to_owned(),
            forbidden_branches: usually_forbidden("main"),
            tags: TagPrefixes { candidate: "rc-".to_owned(), release: "release-".to_owned() },
            environments: EnvironmentNames { candidate: "staging".to_owned(), release: "production".to_owned() },
            policy: true,
            severities: BTreeMap::new(),
            file: None,
            catalogue: None,
        }
    }
}

/// The branches that are forbidden where nothing else is said: all but those that take the main branch.
fn usually_forbidden(main: &str) -> Vec<String> {
    let forbidden = ["develop", "development", "release", "releases", "release/**", "releases/**", "release-*"];
    let others = forbidden.into_iter().filter(|entry| Pattern::new(entry).matches(main) == Matching::No);
    others.map(str::to_owned).collect()
}

impl Settings {
    /// Names the main branch. Where the forbidden branches are the usual ones, it is none of them.
    pub fn set_main_branch(&mut self, name: String) {
        let usual = self.forbidden_branches == usually_forbidden(&self.main_branch);
        self.main_branch = name;
        if usual {
            self.forbidden_branches = usually_forbidden(&self.main_branch);
        }
    }

    /// The entry of the forbidden branches that takes the main branch: one of the two is wrong.
    pub fn forbids_main(&self) -> Option<&str> {
        let takes = |entry: &&String| Pattern::new(entry).matches(&self.main_branch) == Matching::Yes;
        self.forbidden_branches.iter().find(takes).map(String::as_str)
    }

    /// The forbidden branch that a pattern's alternative names, if it names one.
    pub fn forbidden(&self, alternative: &Alternative) -> Option<String> {
        if !alternative.names_something() {
            return None;
        }
        for entry in &self.forbidden_branches {
            let entry_pattern = Pattern::new(entry);
            let named = if alternative.is_exact() {
                entry_pattern.matches(&alternative.text) == Matching::Yes
            } else if entry_pattern.is_exact() {
                alternative.matches(entry) == Matching::Yes
            } else {
                entry_pattern.alternatives().iter().any(|entry| {
                    let literal = entry.literal_prefix();
                    !literal.is_empty() && alternative.text.starts_with(literal)
                })
            };
            if named {
                return Some(if alternative.is_exact() { alternative.text.clone() } else { entry.clone() });
            }
        }
        None
    }

    /// The settings as a settings file would have them; what has its default is left out.
    pub fn written(&self) -> serde_json::Map<String, serde_json::Value> {
        let default = Self::default();
        let mut map = serde_json::Map::new();
        let mut put = |key: &str, changed: bool, value: serde_json::Value| {
            if changed {
                map.insert(key.to_owned(), value);
            }
        };
        put("main-branch", self.main_branch != default.main_branch, self.main_branch.clone().into());
        let forbidden = self.forbidden_branches.clone();
        put("forbidden-branches", forbidden != usually_forbidden(&self.main_branch), forbidden.into());
        let pair = |candidate: &str, release: &str| serde_json::json!({"candidate": candidate, "release": release});
        put("tags", self.tags != default.tags, pair(&self.tags.candidate, &self.tags.release));
        let names = &self.environments;
        put("environments", *names != default.environments, pair(&names.candidate, &names.release));
        let word = |severity: &Option<Severity>| severity.map_or("off", Severity::word);
        let rules = self.severities.iter().map(|(id, severity)| (id.clone(), word(severity).into()));
        put("rules", !self.severities.is_empty(), serde_json::Value::Object(rules.collect()));
        put("policy", self.policy != default.policy, "none".into());
        put("file", self.file.is_some(), self.file.clone().into());
        put("catalogue", self.catalogue.is_some(), self.catalogue.clone().unwrap_or_default());
        map
    }
}

#[cfg(test)]
mod tests;
