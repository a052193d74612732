//! `sound-export`: an exporting file defines what it exports.

use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::Section;
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("sound-export", Error, "a file that exports pipelines exports none, or one that is itself imported");

pub(super) struct SoundExport;

impl Rule for SoundExport {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let Some(export) = flow.file.root().get("export").filter(|export| export.boolean() == Some(true)) else {
            return;
        };
        let shared = flow.file.selectors_in(Section::Shared);
        if shared.is_empty() {
            out.violated(export.span(), "nothing is exported: there is no `definitions.pipelines`")
                .severity(Severity::Warning)
                .help("move the pipelines to share under `definitions.pipelines`");
        }
        for selector in shared {
            if let Some(import) = selector.pipeline().import() {
                out.violated(import.span(), format!("`{}` is exported and can't be an import itself", selector.name()))
                    .help("write its steps out")
                    .through(selector.body);
            }
        }
    }
}
