//! What the policy file may change, with the defaults of the policy.

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
}

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
        }
    }
}
