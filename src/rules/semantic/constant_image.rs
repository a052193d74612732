//! `constant-image`: the name of an image is written out.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("constant-image", Warning, "the name of an image holds a variable, which is not expanded there");

pub(super) struct ConstantImage;

impl Rule for ConstantImage {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let services = flow.file.definitions().services();
        let images = flow.file.image().into_iter();
        let images = images.chain(services.iter().filter_map(|service| service.node.get("image")));
        for image in images.chain(flow.steps().iter().filter_map(|site| site.step.image())) {
            let name = if image.is_mapping() { image.get("name") } else { Some(image) };
            let Some((name, text)) = name.and_then(|name| Some((name, name.text()?))) else { continue };
            if variable(text) && told.first(name.span()) {
                out.violated(name.span(), format!("`{text}` holds a variable, and an image's name is taken as it is"))
                    .help("write the name and tag out; `username` and `password` may be variables")
                    .through(name);
            }
        }
    }
}

/// Whether `$` begins a name or a brace. `${{NAME}}` is filled in before the file is read.
fn variable(text: &str) -> bool {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '{');
    text.split('$').skip(1).any(|rest| begins(rest) && !rest.starts_with("{{"))
}
