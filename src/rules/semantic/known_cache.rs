//! `known-cache`: each cache of a step is predefined or defined.

use std::collections::HashSet;

use super::refused;
use super::site::{Told, meant_or};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::PREDEFINED_CACHES;
use crate::rules::{Flow, Rule};

static META: RuleMeta = meta!("known-cache", Error, "a step names a cache that is neither predefined nor defined");

pub(super) struct KnownCache;

impl Rule for KnownCache {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let defined = flow.file.definitions().caches();
        let defined: HashSet<&str> = defined.iter().map(|entry| entry.name()).collect();
        let refused = refused::names(&flow.file, "caches");
        let mut told = Told::default();
        for site in flow.steps() {
            for cache in site.step.caches() {
                // What is no text is told as that.
                let Some(name) = cache.string().filter(|name| !name.is_empty()) else { continue };
                let known = PREDEFINED_CACHES.contains(&name) || defined.contains(name) || refused.contains(name);
                if !known && told.first(cache.span()) {
                    let draft = out.violated(cache.span(), format!("no cache `{name}` is predefined or defined"));
                    let path = path(name);
                    let define = format!("define it under `definitions.caches`: `{name}: {path}`");
                    let known = defined.iter().copied().chain(PREDEFINED_CACHES);
                    site.tell(draft.help(meant_or(name, known, &define)));
                }
            }
        }
    }
}

/// Where tools keep what caches of these names are meant for.
fn path(name: &str) -> &'static str {
    match name {
        "npm" => "~/.npm",
        "yarn" => "/usr/local/share/.cache/yarn",
        "pnpm" => "$BITBUCKET_CLONE_DIR/.pnpm-store",
        "bundler" | "ruby" | "bundle" => "vendor/bundle",
        "cargo" | "rust" => "~/.cargo",
        "go" | "golang" => "~/go/pkg/mod",
        "pip-cache" => "~/.cache/pip",
        _ => "path",
    }
}
