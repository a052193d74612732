//! The delivery policy. One rule a file; the page of each says what it promises.

mod automatic_staging;
mod build_once;
mod declared_environment;
mod deploy_what_was_promoted;
mod hidden;
mod manual_production;
mod no_inline_secret;
mod pinned_image;
mod pinned_pipe;
mod production_from_release_tag;
mod promote_by_commit;
mod release_flow;
mod retag_not_rebuild;
pub mod secret;
mod secret_commands;
mod secret_handed;
mod secret_lines;
mod secret_lists;
mod secret_logins;
mod secret_places;
mod secret_shapes;
mod secret_weak;
mod secret_words;
mod secret_written;

pub use hidden::Hidden;
pub use secret_commands::Credentials;
mod tag_prefix;
mod template;
mod trunk_only;
mod unknown;
mod visible_script;

use super::Rule;
use crate::finding::{Layer, RuleMeta, Severity};

/// The rules of this layer.
pub static ALL: &[&dyn Rule] = &[
    &automatic_staging::AutomaticStaging,
    &build_once::BuildOnce,
    &declared_environment::DeclaredEnvironment,
    &deploy_what_was_promoted::DeployWhatWasPromoted,
    &manual_production::ManualProduction,
    &no_inline_secret::NoInlineSecret,
    &pinned_image::PinnedImage,
    &pinned_pipe::PinnedPipe,
    &production_from_release_tag::ProductionFromReleaseTag,
    &promote_by_commit::PromoteByCommit,
    &release_flow::ReleaseFlow,
    &retag_not_rebuild::RetagNotRebuild,
    &tag_prefix::TagPrefix,
    &trunk_only::TrunkOnly,
    &visible_script::VisibleScript,
];

macro_rules! page {
    ($id:literal) => {
        include_str!(concat!("../../../docs/rules/", $id, ".md"))
    };
}
use page;

const fn meta(id: &'static str, severity: Severity, summary: &'static str, page: &'static str) -> RuleMeta {
    RuleMeta { id, layer: Layer::Policy, severity, summary, page }
}
