//! `unique-names`: variables, uploads, services and caches of one list have different names.

use std::collections::HashMap;

use super::site::Told;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Span};

static META: RuleMeta = meta!("unique-names", Error, "one name is given twice where names tell things apart");

pub(super) struct UniqueNames;

impl Rule for UniqueNames {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        for selector in flow.selectors() {
            let variables = selector.pipeline().variables();
            let names = variables.iter().filter_map(|variable| variable.node.get("name"));
            for (name, first) in repeated(names) {
                if told.first(name.span()) {
                    let message = format!("the variable `{}` is declared twice", name.text().unwrap_or(""));
                    out.violated(name.span(), message).help("rename one, or remove it").related(first, "first here");
                }
            }
        }
        for site in flow.steps() {
            let uploads = site.step.artifacts().map(|artifacts| artifacts.uploads()).unwrap_or_default();
            let lists = [
                ("upload", Severity::Error, uploads.iter().filter_map(|upload| upload.name()).collect::<Vec<_>>()),
                ("service", Severity::Warning, site.step.services()),
                ("cache", Severity::Warning, site.step.caches()),
            ];
            for (what, severity, names) in lists {
                for (name, first) in repeated(names) {
                    if told.first(name.span()) {
                        let message = format!("the {what} `{}` is listed twice", name.text().unwrap_or(""));
                        let draft = out.violated(name.span(), message).severity(severity);
                        let help = if what == "upload" { "rename one, or remove it" } else { "remove one" };
                        site.tell(draft.help(help).related(first, "first here"));
                    }
                }
            }
        }
    }
}

/// The nodes whose text stood before, each with the place of the first.
fn repeated<'d>(names: impl IntoIterator<Item = Node<'d>>) -> Vec<(Node<'d>, Span)> {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let mut found = Vec::new();
    for node in names {
        let Some(text) = node.text() else { continue };
        match seen.get(text) {
            Some(first) => found.push((node, *first)),
            None => {
                seen.insert(text, node.span());
            }
        }
    }
    found
}
