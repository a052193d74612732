//! What the policy file may change, with the defaults of the policy, and the readers of the two files that set it.
//!
//! `pipewright.yaml` of a repository is somebody else's file until proved otherwise: it can say what is checked, never
//! where prompts and keys are sent. A person's own file says that.

mod reader;
mod repository;
mod user;

pub use reader::META;
pub use repository::{read, read_node};
pub use user::{ColorChoice, User, read_user};

use std::collections::BTreeMap;

use crate::finding::Severity;

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
        let forbidden = ["develop", "development", "release", "releases", "release/**", "releases/**", "release-*"];
        Self {
            main_branch: "main".to_owned(),
            forbidden_branches: forbidden.map(str::to_owned).to_vec(),
            tags: TagPrefixes { candidate: "rc-".to_owned(), release: "release-".to_owned() },
            environments: EnvironmentNames { candidate: "staging".to_owned(), release: "production".to_owned() },
            policy: true,
            severities: BTreeMap::new(),
            file: None,
            catalogue: None,
        }
    }
}

#[cfg(test)]
mod tests;
