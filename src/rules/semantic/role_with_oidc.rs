//! `role-with-oidc`: an image or a pipe with a role of OpenID Connect is one of steps with `oidc`.

use memchr::memmem;

use super::site::{Told, bare_runner};
use crate::finding::{Findings, RuleMeta};
use crate::rules::{Flow, Rule};
use crate::yaml::Entry;

static META: RuleMeta =
    meta!("role-with-oidc", Warning, "an image or a pipe is given a role of OpenID Connect in a step without `oidc`");

/// The role that a pipe for AWS takes with the step's token.
const ROLE: &str = "AWS_OIDC_ROLE_ARN";

pub(super) struct RoleWithOidc;

impl Rule for RoleWithOidc {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        // Few files name a role at all.
        let names = |word: &str| memmem::find(flow.document.text().as_bytes(), word.as_bytes()).is_some();
        if flow.document.parts().is_empty() && !names(ROLE) && !names("oidc-role") {
            return;
        }
        let services = flow.file.definitions().services();
        let mut told = Told::default();
        for site in
            flow.steps().iter().filter(|site| !site.step.is_child() && bare_runner(&site.step, &flow.file).is_none())
        {
            if site.has_oidc(&flow.file) {
                continue;
            }
            for pipe in site.step.pipes() {
                let role = pipe.node.get("variables").and_then(|variables| variables.entry(ROLE));
                let Some(role) = role.filter(|role| role.value.text() != Some("")) else { continue };
                if told.first(role.key.span()) {
                    let message = format!("`{ROLE}` is for steps with a token, and this one has no `oidc`");
                    site.tell(out.violated(role.key.span(), message).help("add `oidc: true` to the step"));
                }
            }
            let own = site.step.image().or_else(|| flow.file.image());
            let asked = site.step.services();
            let used = services.iter().filter(|service| asked.iter().any(|name| name.text() == Some(service.name())));
            let images = own.into_iter().chain(used.filter_map(|service| service.node.get("image")));
            let roles = images.filter_map(|image| -> Option<Entry<'_>> { image.get("aws")?.entry("oidc-role") });
            for role in roles.filter(|role| told.first(role.key.span())) {
                let step = site.step.name().map_or_else(|| "a step".to_owned(), |name| format!("`{name}`"));
                let message = format!("`oidc-role` is for steps with a token, and {step} has no `oidc`");
                site.tell(
                    out.violated(role.key.span(), message).help("add `oidc: true` to each step that has this image"),
                );
            }
        }
    }
}
