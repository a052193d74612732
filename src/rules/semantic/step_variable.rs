//! `step-variable`: a step reads no variable that only a step before it sets.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::site::{Earlier, Site, Told};
use super::variable_reads::{Guard, Read, commands, in_command, in_item, names_bare, sources};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::ScriptItem;
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Span};

static META: RuleMeta =
    meta!("step-variable", Warning, "a step reads a variable that only a step before it sets, and begins without it");

pub(super) struct StepVariable;

/// Where a step sets a variable.
struct Set<'d> {
    at: Earlier<'d>,
    /// Whether its value is made anew in each run.
    of_run: bool,
}

impl Rule for StepVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let scripts: Vec<_> = flow.scripts().collect();
        for pipeline in scripts.chunk_by(|(a, _), (b, _)| a.selector.key.id() == b.selector.key.id()) {
            // Whoever starts a custom pipeline chooses these.
            let chosen = pipeline[0].0.selector.pipeline().variables();
            let given: Vec<&str> = chosen.iter().filter_map(|variable| variable.name()).collect();
            let mut set: HashMap<&str, Set<'_>> = HashMap::new();
            let mut handed: Vec<&str> = Vec::new();
            for (at, (site, items)) in pipeline.iter().enumerate() {
                if site.step.runs_on_windows() || site.step.child().is_some() {
                    continue;
                }
                // Siblings are none before it.
                if !set.is_empty() && !site.parallel {
                    // An environment may bring a variable of the same name, but none that each run makes anew.
                    let environment = site.has_environment();
                    let lacks = |name: &str| set.get(name).filter(|own| !environment || own.of_run);
                    reads(site, items, lacks, &mut told, out);
                }
                // What the last one sets nobody reads.
                let is_last = at + 1 == pipeline.len();
                for (node, text) in commands(items).filter(|_| !is_last) {
                    for (name, span, value) in assigned(text) {
                        if given.contains(&name) || is_anybodys(name) {
                            continue;
                        }
                        let of_run = is_of_run(value, |other| set.get(other).is_some_and(|other| other.of_run));
                        set.entry(name).or_insert_with(|| Set { at: Earlier::new(site, node, span), of_run });
                    }
                }
                // What a step hands on is there in the next.
                handed.extend(site.step.output_variables().into_iter().filter_map(|name| name.text()));
                handed.iter().for_each(|name| _ = set.remove(name));
            }
        }
    }
}

/// Whether a variable is one that every container or Bitbucket sets.
fn is_anybodys(name: &str) -> bool {
    const ANYBODYS: [&str; 12] =
        ["HOME", "PATH", "USER", "PWD", "SHELL", "LANG", "LC_ALL", "TERM", "TMPDIR", "CI", "HOSTNAME", "DOCKER_HOST"];
    ANYBODYS.contains(&name) || name.starts_with("BITBUCKET_") || name.ends_with("_HOME") || name.ends_with("_PATH")
}

/// Whether a value is made anew in each run: of its commit, tag or number, of what git says of it, of the time, or of another such
/// value.
fn is_of_run(value: &str, made: impl Fn(&str) -> bool) -> bool {
    const OF_RUN: [&str; 5] = [
        "BITBUCKET_COMMIT",
        "BITBUCKET_TAG",
        "BITBUCKET_BUILD_NUMBER",
        "BITBUCKET_PIPELINE_UUID",
        "BITBUCKET_STEP_UUID",
    ];
    ["$(git ", "$(date", "`git ", "`date"].iter().any(|begin| value.contains(begin))
        || in_command(value, |name| OF_RUN.contains(&name) || made(name)).into_iter().next().is_some()
}

/// How many variables of one step are looked at.
const MOST: usize = 200;

/// Tells of the first use of each variable that only steps before set.
fn reads<'s, 'd: 's>(
    site: &Site<'d>,
    items: &[ScriptItem<'d>],
    lacks: impl Fn(&str) -> Option<&'s Set<'d>>,
    told: &mut Told,
    out: &mut Findings<'_>,
) {
    let mut found: Vec<Read<'d>> = Vec::new();
    let mut places: HashMap<&str, Node<'d>> = HashMap::new();
    let mut minded: HashSet<&str> = HashSet::new();
    for item in items {
        for (node, read) in in_item(item, |name| lacks(name).is_some()) {
            if matches!(read.guard, Guard::Asked | Guard::Compared) {
                // What a pipe's value asks is that value's own affair.
                minded.extend(item.command().map(|_| read.name));
            } else if places.len() < MOST
                && let Entry::Vacant(entry) = places.entry(read.name)
            {
                entry.insert(node);
                found.push(read);
            }
        }
    }
    // Few steps read such a variable: only their scripts are searched for what may bring it.
    if found.is_empty() || sources(items) {
        return;
    }
    for read in found {
        let name = read.name;
        let span = places[name].source_span(read.span);
        let sets = || commands(items).any(|(_, text)| names_bare(text, name));
        if minded.contains(name) || sets() || !told.first(span) {
            continue;
        }
        let Some(own) = lacks(name) else { continue };
        let message = format!("`${name}` is set in {}, and empty here: each step begins anew", own.at.step);
        let draft = out.violated(span, message).related(own.at.source_span(), "set here").help(format!(
            "set it in this step too, hand it on with `output-variables: [{name}]`, or keep it in a file among the artifacts and `source` that"
        ));
        site.tell(draft);
    }
}

/// The variables that a script sets for what follows, each with its place and value; none whose value is made of itself, which it has from
/// outside.
///
/// What stands in a here-document, in a function or in quotes sets nothing here; a text with any of the first two is passed over, and one
/// of very many signs is nobody's script.
fn assigned(text: &str) -> impl Iterator<Item = (&str, Span, &str)> {
    let sets = || !(text.contains("<<") || text.contains("()") || text.matches('=').count() > 200);
    let text = if text.contains('=') && sets() { text } else { "" };
    text.match_indices('=').filter_map(move |(at, _)| {
        let before = text.get(..at)?;
        let from = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |from| from + 1);
        let name = before.get(from..).filter(|name| name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'))?;
        let begin = before.get(..from)?;
        let line = begin.rsplit('\n').next()?;
        let open = |quote| line.matches(quote).count() % 2 == 1;
        if open('\'') || open('"') {
            return None;
        }
        let line = line.rsplit([';', '&', '|', '(', '{']).next()?.trim_start();
        let line = line.strip_prefix("then ").or_else(|| line.strip_prefix("do ")).unwrap_or(line);
        let declared =
            ["export ", "readonly ", "declare "].iter().any(|word| line.starts_with(word) && !line.contains('\''));
        if !declared && !line.is_empty() {
            return None;
        }
        // `A=b command` sets it for that command alone.
        let behind = text.get(at + 1..)?;
        let (length, alone) = value_end(behind);
        let value = behind.split('\n').next()?;
        let of_itself =
            || value.split('$').skip(1).any(|rest| rest.strip_prefix('{').unwrap_or(rest).starts_with(name));
        let told = || (name, Span::new(from, at), behind.get(..length).unwrap_or(behind));
        ((declared || alone) && !value.starts_with('=') && !of_itself()).then(told)
    })
}

/// How long the value is with which a text begins, and whether the command ends behind it.
fn value_end(text: &str) -> (usize, bool) {
    let (mut quote, mut depth) = (None, 0usize);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth = depth.saturating_sub(1),
            (None, '\n' | ';') if depth == 0 => return (at, true),
            (None, ' ' | '\t') if depth == 0 => {
                let rest = text.get(at..).unwrap_or("").trim_start_matches([' ', '\t']);
                let ends = rest.is_empty()
                    || rest.starts_with(['\n', ';', '#'])
                    || rest.starts_with("&&")
                    || rest.starts_with("||");
                return (at, ends);
            }
            _ => {}
        }
    }
    (text.len(), true)
}
