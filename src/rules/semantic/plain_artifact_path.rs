//! `plain-artifact-path`: paths of artifacts go down from the clone.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!(
    "plain-artifact-path",
    Warning,
    "a path of an artifact is absolute or has a `.` or `..` in it, and matches nothing"
);

pub(super) struct PlainArtifactPath;

impl Rule for PlainArtifactPath {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for site in flow.steps() {
            let Some(artifacts) = site.step.artifacts() else { continue };
            for path in artifacts.paths() {
                let Some(text) = path.text() else { continue };
                let message = if text.split('/').any(|part| part == "." || part == "..") {
                    format!("`{text}` has `.` or `..` in it, and matches nothing")
                } else if text.starts_with('/') || text.starts_with('~') {
                    format!("`{text}` is not below the clone, and matches nothing")
                } else {
                    continue;
                };
                if told.first(path.span()) {
                    let help = match text.strip_prefix("./").filter(|rest| !rest.contains("./")) {
                        Some(rest) => format!("write `{rest}`"),
                        None => "write it relative to the clone; copy the files there first".to_owned(),
                    };
                    site.tell(out.violated(path.span(), message).help(help));
                }
            }
        }
    }
}
