//! `pinned-image`: a build image is the same one tomorrow.

use super::{meta, page};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::Section;
use crate::rules::semantic::bare_runner;
use crate::rules::{Flow, Rule};
use crate::yaml::Node;

static META: RuleMeta =
    meta("pinned-image", Severity::Warning, "a build image names no version, or `latest`", page!("pinned-image"));

pub(super) struct PinnedImage;

impl Rule for PinnedImage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let root = flow.file.image();
        let mut images: Vec<Node<'_>> = root.into_iter().collect();
        let mut without: Option<Node<'_>> = None;
        for selector in flow.selectors() {
            for step in selector.pipeline().steps() {
                match step.image() {
                    Some(image) => images.push(image),
                    // A shared pipeline runs with the image of who imports it, and a runner without containers with none.
                    None if root.is_none()
                        && selector.section != Section::Shared
                        && !step.is_child()
                        && bare_runner(&step, &flow.file).is_none()
                        && step.get("script").is_some() =>
                    {
                        without.get_or_insert(step.node());
                    }
                    None => {}
                }
            }
        }
        images.extend(flow.file.definitions().services().iter().filter_map(|service| service.node.get("image")));
        for image in images {
            let name = if image.is_mapping() { image.get("name") } else { Some(image) };
            let Some((node, text)) = name.and_then(|node| Some((node, node.string()?))) else { continue };
            // `not-empty` tells that there is none.
            if text.trim().is_empty() {
                continue;
            }
            let message = match version(text) {
                Version::None => format!("`{text}` names no version, so it is `latest`"),
                Version::Latest => format!("`{text}` is whatever is newest on the day of the run"),
                Version::Named => continue,
            };
            out.violated(node.span(), message)
                .through(image)
                .help("name a version or a digest: `image: <name>:<version>`");
        }
        if let Some(step) = without {
            let place = flow.file.pipelines().map_or(step.span(), |entry| entry.key.span());
            out.cannot_tell(place, "no `image` is named, so Bitbucket's oldest default image runs")
                .help("name one: `image: atlassian/default-image:4` is the recommended one");
        }
    }
}

enum Version {
    None,
    Latest,
    Named,
}

fn version(text: &str) -> Version {
    if text.contains('@') {
        return Version::Named;
    }
    let last = text.rsplit('/').next().unwrap_or(text);
    match last.split_once(':') {
        None if text.ends_with('}') || last.starts_with('$') => Version::Named,
        None => Version::None,
        // `latest-full` is as new as `latest`.
        Some((_, tag)) if tag.is_empty() || tag == "latest" || tag.starts_with("latest-") => Version::Latest,
        Some(_) => Version::Named,
    }
}
