//! `known-variable`: a command reads no variable that is misspelt, or that only another system sets.

use std::collections::HashMap;

use memchr::{memchr, memmem};

use super::site::{Site, Told};
use super::variable_names::{Unset, may_be, unset};
use super::variable_reads::{Guard, Read, in_item, names_bare, sources};
use crate::finding::{Findings, RuleMeta};
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
                let with_dollar = |text: &&str| memchr(b'$', text.as_bytes()).is_some();
                if let Some((node, text)) = item.command().zip(item.command_text().filter(with_dollar)) {
                    template(site, node, text, &mut told, out);
                }
                for (node, read) in in_item(item, may_be) {
                    let Some(why) = unset(read.name).filter(|_| read.guard != Guard::Asked) else { continue };
                    let foreign = matches!(why, Unset::Foreign(..) | Unset::Invented(_));
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

/// Variables of Bitbucket that have a value before a pipeline runs, when `${{NAME}}` is filled in.
const BEFORE_THE_RUN: [&str; 5] =
    ["BITBUCKET_WORKSPACE", "BITBUCKET_REPO_SLUG", "BITBUCKET_BRANCH", "BITBUCKET_COMMIT", "BITBUCKET_PR_ID"];

/// Tells of `${{ … }}` that Bitbucket does not fill in, on which the shell ends: "bad substitution".
fn template(site: &Site<'_>, node: Node<'_>, text: &str, told: &mut Told, out: &mut Findings<'_>) {
    if !text.contains("${{") {
        return;
    }
    let (mut from, mut quotes) = (0, 0);
    for first in memmem::find_iter(text.as_bytes(), b"${{") {
        quotes += text.get(from..first).unwrap_or("").matches('\'').count();
        from = first;
        let quoted = quotes % 2 == 1;
        let Some(length) = text.get(first..).and_then(|rest| rest.find("}}")) else { return };
        let name = text.get(first + 3..first + length).unwrap_or("").trim();
        let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let (message, help) = match name {
            own if own.starts_with("BITBUCKET_") && is_name(own) && !BEFORE_THE_RUN.contains(&own) => (
                format!("`${{{{{own}}}}}` is filled in before the run, when `{own}` has no value yet"),
                format!("write `${own}`: the shell knows it when the step runs"),
            ),
            own if is_name(own) => continue,
            _ if quoted || text.contains("<<") => return,
            _ => (
                "`${{ … }}` is an expression of GitHub Actions, and no shell can read it".to_owned(),
                "write the variable as `$NAME`; secrets are secured variables of the repository".to_owned(),
            ),
        };
        let span = node.source_span(Span::new(first, first + length + 2));
        if told.first(span) {
            site.tell(out.violated(span, message).help(help));
        }
        return;
    }
}
