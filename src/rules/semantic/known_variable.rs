//! `known-variable`: a command reads no variable that is misspelt, or that only another system sets.

use std::collections::HashMap;

use memchr::memmem;

use super::expressions::{Place, foreign, values};
use super::site::{Site, Told};
use super::variable_names::{Unset, may_be, unset};
use super::variable_reads::{Guard, Read, in_item, names_bare, sources};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Span};

static META: RuleMeta = meta!("known-variable", Warning, "a variable is misspelt, or only another system sets it");

pub(super) struct KnownVariable;

impl Rule for KnownVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let mut written: HashMap<&str, bool> = HashMap::new();
        for (site, items) in flow.scripts() {
            if site.step.runs_on_windows() {
                continue;
            }
            let mut may_come = None;
            for item in items {
                if let Some((node, text)) = item.command().zip(item.command_text()) {
                    expression(site, node, text, Place::Command, &mut told, out);
                }
                if let ScriptItem::Pipe(call) = item {
                    for value in call.variables().iter().map(|entry| entry.value) {
                        expression(site, value, value.text().unwrap_or(""), Place::Filled, &mut told, out);
                    }
                }
                for (node, read) in in_item(item, may_be) {
                    let Some(why) = unset(read.name).filter(|_| read.guard != Guard::Asked) else { continue };
                    let foreign = matches!(why, Unset::Foreign(..) | Unset::Invented(_) | Unset::Vague(_));
                    let mut may_come = || *may_come.get_or_insert_with(|| sources(items));
                    if *written.entry(read.name).or_insert_with(|| names_bare(flow.document.text(), read.name))
                        || foreign && may_come()
                    {
                        continue;
                    }
                    let span = node.source_span(read.span);
                    if told.first(span) {
                        tell(site, span, &read, &why, out);
                    }
                }
            }
        }
        in_values(flow, &mut told, out);
    }
}

/// Tells of one use.
fn tell(site: &Site<'_>, span: Span, read: &Read<'_>, why: &Unset, out: &mut Findings<'_>) {
    let name = read.name;
    let (message, help) = match why {
        Unset::Misspelt(own) => (
            format!("Bitbucket sets no `${name}`, and nothing here does, so it is empty"),
            format!("did you mean `${own}`?"),
        ),
        Unset::RunsOn(own) => {
            let end = name.strip_prefix(own).unwrap_or("");
            let message = format!("`{end}` is read as the end of the name, and `${name}` is empty");
            (message, format!("write `${{{own}}}{end}`"))
        }
        Unset::Foreign(whose, "") => (
            format!("`${name}` is a variable of {whose}, and empty here"),
            "write what it stands for, or export it in the script".to_owned(),
        ),
        Unset::Foreign(whose, own) => {
            (format!("`${name}` is a variable of {whose}, and empty here"), format!("use `${own}`"))
        }
        Unset::Vague(next) => {
            let message =
                format!("Bitbucket sets no `${name}`: it is empty, unless a person has set it in the settings");
            (message, (*next).to_owned())
        }
        Unset::Invented("") => (
            format!("Bitbucket sets no `${name}`, and nothing here does, so it is empty"),
            "the section of `pipelines` tells the event: give each its own steps".to_owned(),
        ),
        Unset::Invented(own) => {
            (format!("Bitbucket sets no `${name}`, and nothing here does, so it is empty"), format!("use `${own}`"))
        }
    };
    site.tell(out.violated(span, message).help(help));
}

/// Tells of the first expression of another system in a text.
fn expression(site: &Site<'_>, node: Node<'_>, text: &str, place: Place, told: &mut Told, out: &mut Findings<'_>) {
    let Some(found) = foreign(text, place) else { return };
    let span = node.source_span(found.span);
    if told.first(span) {
        site.tell(out.violated(span, found.message).help(found.help));
    }
}

/// Tells of expressions in values that are no commands.
fn in_values(flow: &Flow<'_>, told: &mut Told, out: &mut Findings<'_>) {
    if memmem::find(flow.document.text().as_bytes(), b"${{").is_none() {
        return;
    }
    let mut found = Vec::new();
    let roots = [flow.file.image(), flow.file.pipelines().map(|entry| entry.value)];
    let definitions = flow.file.definitions();
    let own = ["services", "caches"].iter().flat_map(|keyword| definitions.entries(keyword)).map(|entry| entry.value);
    for root in roots.into_iter().flatten().chain(own).filter(|root| root.text().is_none()) {
        values(root, &mut found);
    }
    for (node, place) in found {
        let Some(expression) = foreign(node.text().unwrap_or(""), place) else { continue };
        let span = node.source_span(expression.span);
        if told.first(span) {
            out.violated(span, expression.message).help(expression.help).through(node);
        }
    }
}
