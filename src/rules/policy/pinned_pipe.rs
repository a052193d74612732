//! `pinned-pipe`: a pipe is the same one tomorrow.

use super::{meta, page};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta("pinned-pipe", Severity::Warning, "a pipe names no version, or `latest`", page!("pinned-pipe"));

pub(super) struct PinnedPipe;

impl Rule for PinnedPipe {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        for selector in flow.selectors() {
            for step in selector.pipeline().steps() {
                // What has no owner is no pipe's name, which `well-formed` tells.
                for pipe in step.pipes().into_iter().filter(|pipe| pipe.text().contains('/')) {
                    let message = match pipe.version() {
                        None => format!("`{}` names no version", pipe.text()),
                        Some("latest") => format!("`{}` is whatever is newest on the day of the run", pipe.text()),
                        Some(_) => continue,
                    };
                    out.violated(pipe.identifier.span(), message)
                        .through(step.node())
                        .help(format!("name the version: `{}:<version>`", pipe.name()));
                }
            }
        }
    }
}
