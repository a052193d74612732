//! `step-variable`: a step reads no variable that only a step before it sets.

use std::collections::HashMap;

use super::site::{Site, Told};
use super::variable_reads::{Guard, Read, in_command, in_value, sources};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{Item, ScriptItem};
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Span};

static META: RuleMeta =
    meta!("step-variable", Warning, "a step reads a variable that only a step before it sets, and begins without it");

pub(super) struct StepVariable;

/// Where a step sets a variable.
struct Set<'d> {
    node: Node<'d>,
    span: Span,
    step: String,
}

impl Rule for StepVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let scripts: Vec<_> = flow.scripts().collect();
        for pipeline in scripts.chunk_by(|(a, _), (b, _)| a.selector.key.id() == b.selector.key.id()) {
            let given = given_by_hand(pipeline[0].0);
            let mut set: HashMap<&str, Set<'_>> = HashMap::new();
            let mut handed: Vec<&str> = Vec::new();
            for (site, items) in pipeline {
                if site.step.runs_on_windows() || site.step.child().is_some() {
                    continue;
                }
                let asks_for_more = site.step.deployment().is_some()
                    || site.step.environment().is_some()
                    || site.stage.is_some_and(|stage| stage.deployment().or_else(|| stage.environment()).is_some());
                // An environment may bring a variable of the same name, and siblings are none before it.
                if !set.is_empty() && !asks_for_more && !site.parallel && !may_source(items) {
                    reads(site, items, &set, &mut told, out);
                }
                for (node, text) in commands(items) {
                    for (name, span) in assigned(text).filter(|(name, _)| !given.contains(name) && !is_anybodys(name)) {
                        let step =
                            site.step.name().map_or_else(|| "a step before".to_owned(), |name| format!("`{name}`"));
                        set.entry(name).or_insert(Set { node, span, step });
                    }
                }
                // What a step hands on is there in the next.
                handed.extend(site.step.output_variables().into_iter().filter_map(|name| name.text()));
                handed.iter().for_each(|name| _ = set.remove(name));
            }
        }
    }
}

fn commands<'i, 'd>(items: &'i [ScriptItem<'d>]) -> impl Iterator<Item = (Node<'d>, &'d str)> + 'i {
    items.iter().filter_map(|item| Some((item.command()?, item.command_text()?)))
}

/// Whether a variable is one that every container or Bitbucket sets.
fn is_anybodys(name: &str) -> bool {
    const ANYBODYS: [&str; 12] =
        ["HOME", "PATH", "USER", "PWD", "SHELL", "LANG", "LC_ALL", "TERM", "TMPDIR", "CI", "HOSTNAME", "DOCKER_HOST"];
    ANYBODYS.contains(&name) || name.starts_with("BITBUCKET_") || name.ends_with("_HOME") || name.ends_with("_PATH")
}

/// Whether a step may take variables from a file, wherever in its script that is said.
fn may_source(items: &[ScriptItem<'_>]) -> bool {
    let words = |text: &str| {
        text.split([' ', '\t', '\n', ';', '&', '(', '{']).any(|word| matches!(word, "source" | "." | "eval"))
    };
    sources(items)
        || commands(items).any(|(_, text)| words(text) || text.contains("export \"$(") || text.contains("set -a"))
}

/// The variables that whoever starts a pipeline chooses.
fn given_by_hand<'d>(site: &Site<'d>) -> Vec<&'d str> {
    let variables = site.selector.pipeline();
    let variables = variables.items().filter_map(|item| match item {
        Item::Variables(node) => Some(node),
        _ => None,
    });
    variables.flat_map(|node| node.items()).filter_map(|one| one.get("name")?.text()).collect()
}

/// Tells of the first use of each variable that only steps before set.
fn reads<'d>(
    site: &Site<'d>,
    items: &[ScriptItem<'d>],
    set: &HashMap<&str, Set<'d>>,
    told: &mut Told,
    out: &mut Findings<'_>,
) {
    let wanted = |name: &str| set.contains_key(name);
    let mut found: Vec<(&str, Node<'d>, Span)> = Vec::new();
    for item in items {
        let mut add = |node: Node<'d>, reads: Vec<Read<'d>>| {
            for read in reads.into_iter().filter(|read| wanted(read.name)) {
                let Some((name, _)) = set.get_key_value(read.name) else { continue };
                let known = found.iter().any(|(other, ..)| other == name);
                if !known && matches!(read.guard, Guard::None | Guard::Shown) {
                    found.push((name, node, read.span));
                }
            }
        };
        match item {
            ScriptItem::Command(node) => add(*node, in_command(node.text().unwrap_or(""), wanted)),
            ScriptItem::Pipe(call) => {
                for value in call.variables().into_iter().map(|entry| entry.value) {
                    add(value, in_value(value.text().unwrap_or("")));
                }
            }
            ScriptItem::Agent(_) | ScriptItem::Unknown(_) => {}
        }
    }
    for (name, node, span) in found {
        let (asks, sets) = commands(items).fold((false, false), |(asks, sets), (_, text)| {
            let minds = |guard| matches!(guard, Guard::Asked | Guard::Compared);
            let asked = in_command(text, |own| own == name).iter().any(|read| minds(read.guard));
            (asks || asked, sets || names_bare(text, name))
        });
        let span = node.source_span(span);
        if asks || sets || !told.first(span) {
            continue;
        }
        let own = &set[name];
        let message = format!("`${name}` is set in {}, and empty here: each step begins anew", own.step);
        let draft = out.violated(span, message).related(own.node.source_span(own.span), "set here").help(format!(
            "set it in this step too, hand it on with `output-variables: [{name}]`, or keep it in a file among the artifacts and `source` that"
        ));
        site.tell(draft);
    }
}

/// Whether a text has a name that it does not read: it may set it.
fn names_bare(text: &str, name: &str) -> bool {
    let is_name = |c: &u8| c.is_ascii_alphanumeric() || *c == b'_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("").as_bytes().last();
        let after = text.as_bytes().get(at + name.len());
        !before.is_some_and(|c| matches!(c, b'$' | b'{') || is_name(c)) && !after.is_some_and(is_name)
    })
}

/// The variables that a script sets for what follows, each with its place; none whose value is made of itself, which it has from
/// outside.
///
/// What stands in a here-document, in a function or in quotes sets nothing here; a text with any of the first two is passed over, and one
/// of very many signs is nobody's script.
fn assigned(text: &str) -> impl Iterator<Item = (&str, Span)> {
    let unclear = text.contains("<<") || text.contains("()") || text.matches('=').count() > 200;
    let text = if unclear { "" } else { text };
    text.match_indices('=').filter_map(move |(at, _)| {
        let before = text.get(..at)?;
        let from = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |from| from + 1);
        let name = before.get(from..).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
        let begin = before.get(..from)?;
        let open = |quote| begin.rsplit('\n').next().unwrap_or("").matches(quote).count() % 2 == 1;
        if open('\'') || open('"') {
            return None;
        }
        let line = begin.rsplit(['\n', ';', '&', '|', '(', '{']).next()?.trim_start();
        let line = line.strip_prefix("then ").or_else(|| line.strip_prefix("do ")).unwrap_or(line);
        let declared =
            ["export ", "readonly ", "declare "].iter().any(|word| line.starts_with(word) && !line.contains('\''));
        // `A=b command` sets it for that command alone.
        let alone = || line.is_empty() && ends_there(text.get(at + 1..).unwrap_or(""));
        let value = text.get(at + 1..)?.split('\n').next()?;
        let of_itself = value.contains(&format!("${name}")) || value.contains(&format!("${{{name}"));
        ((declared || alone()) && !of_itself && !value.starts_with('=')).then(|| (name, Span::new(from, at)))
    })
}

/// Whether a command ends behind the value with which a text begins.
fn ends_there(text: &str) -> bool {
    let (mut quote, mut depth) = (None, 0usize);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth = depth.saturating_sub(1),
            (None, '\n' | ';') if depth == 0 => return true,
            (None, ' ' | '\t') if depth == 0 => {
                let rest = text.get(at..).unwrap_or("").trim_start_matches([' ', '\t']);
                return rest.is_empty()
                    || rest.starts_with(['\n', ';', '#'])
                    || rest.starts_with("&&")
                    || rest.starts_with("||");
            }
            _ => {}
        }
    }
    true
}
