//! `constant-image`: the name of an image is written out.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!(
    "constant-image",
    Warning,
    "the name of an image holds a variable or an expression, which is not filled in there"
);

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
            let what = match () {
                () if variable(text) => "a variable",
                () if text.contains("$(") => "a command",
                () if expression(text) => "an expression",
                () => continue,
            };
            if told.first(name.span()) {
                out.violated(name.span(), format!("`{text}` holds {what}, and an image's name is taken as it is"))
                    .help("write the name and tag out; `username` and `password` may be variables")
                    .through(name);
            }
        }
    }
}

/// Whether `${{ … }}` holds more than the name of a variable.
fn expression(text: &str) -> bool {
    let inner = text.split("${{").skip(1).filter_map(|rest| rest.split("}}").next());
    inner.map(str::trim).any(|inner| inner.bytes().any(|byte| !byte.is_ascii_alphanumeric() && byte != b'_'))
}

/// Whether `$` begins a name or a brace. `${{NAME}}` is filled in before the file is read.
fn variable(text: &str) -> bool {
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '{');
    text.split('$').skip(1).any(|rest| begins(rest) && !rest.starts_with("{{"))
}

#[cfg(test)]
mod tests {
    use super::{expression, variable};

    #[test]
    fn expressions_are_told_from_names_that_are_filled_in() {
        for told in ["node:${{ matrix.node }}", "${{ vars.A }}/b"] {
            assert!(expression(told) && !variable(told), "{told}");
        }
        for none in ["node:${{NODE}}", "node:20", "${{ NODE_1 }}"] {
            assert!(!expression(none), "{none}");
        }
    }
}
