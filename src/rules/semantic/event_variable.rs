//! `event-variable`: a command uses no variable that its event leaves empty.

use std::cell::LazyCell;
use std::collections::HashMap;

use super::lacking;
use super::site::Told;
use super::variable_reads::{Guard, Read, commands, in_command, in_value, names_own};
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::{ScriptItem, Section};
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, NodeId, Span};

static META: RuleMeta =
    meta!("event-variable", Warning, "a command uses a variable that its event or its step leaves empty");

pub(super) struct EventVariable;

impl Rule for EventVariable {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        // A step that several events run does with a variable what one of them needs.
        let sections = LazyCell::new(|| {
            let mut sections: HashMap<NodeId, Vec<Section>> = HashMap::new();
            for site in flow.steps() {
                sections.entry(site.step.node().id()).or_default().push(site.selector.section);
            }
            sections
        });
        lacking::check(flow, &mut told, out);
        let has = |section: &Section, name: &str| left_empty(*section).iter().all(|(empty, _)| *empty != name);
        for (site, items) in flow.scripts() {
            let empty = left_empty(site.selector.section);
            if empty.is_empty() || site.step.runs_on_windows() {
                continue;
            }
            let names = |name: &str| empty.iter().any(|(own, _)| *own == name);
            let mut uses: HashMap<&str, Vec<(Node<'_>, Read<'_>)>> = HashMap::new();
            let naming = commands(items).filter(|(_, text)| names_own(text));
            let commands: Vec<_> =
                naming.filter(|(_, text)| empty.iter().any(|(name, _)| text.contains(name))).collect();
            for (node, text) in &commands {
                for read in in_command(text, |read| empty.iter().any(|(name, _)| *name == read)) {
                    if let Some((name, _)) = empty.iter().find(|(name, _)| *name == read.name) {
                        uses.entry(name).or_default().push((*node, read));
                    }
                }
            }
            for (value, read) in items.iter().flat_map(of_pipe).filter(|(_, read)| names(read.name)) {
                uses.entry(read.name).or_default().push((value, read));
            }
            if uses.is_empty() || asks_for_event(items) {
                continue;
            }
            for (name, instead) in empty {
                let Some(uses) = uses.remove(name) else { continue };
                let minds = |guard| matches!(guard, Guard::Asked | Guard::Compared);
                let ran = sections.get(&site.step.node().id());
                let other = ran.and_then(|sections| sections.iter().find(|section| has(section, name)));
                // A branch that is needed has no stand-in where a tag starts the step; the rest may be for the other event alone.
                // So has the tag of an image, which no event does without.
                let shared = other.is_some() && *name != BRANCH.0;
                let sets = commands.iter().any(|(_, text)| text.contains(&format!("{name}=")));
                if sets || uses.iter().any(|(_, read)| minds(read.guard)) {
                    continue;
                }
                let used = uses.into_iter().filter(|(node, read)| {
                    read.guard == Guard::None && (!shared || is_tag_of_image(node.text().unwrap_or(""), read))
                });
                // `$BITBUCKET_BRANCH$BITBUCKET_TAG` is the one that is there.
                let used = used.filter(|(node, read)| !beside_other(node.text().unwrap_or(""), read));
                // What takes another value where it is empty.
                let mut used = used.filter(|(node, read)| {
                    let own = node.text().and_then(|text| assigned(text.get(..read.span.start)?));
                    own.is_none_or(|own| !texts(items).any(|text| falls_back(text, own)))
                });
                let Some((node, read)) = used.next() else { continue };
                let span = node.source_span(read.span);
                if !told.first(span) {
                    continue;
                }
                let event = starts(site.selector.section);
                let also = match other {
                    Some(Section::PullRequests) => ", which starts this step as a pull request does",
                    Some(Section::Default | Section::Branches) => ", which starts this step as a push to a branch does",
                    Some(_) => ", which starts this step among others",
                    None => "",
                };
                let message = match also {
                    "" => format!("`${name}` is empty in a run that {event} starts"),
                    also => format!("`${name}` is empty in a run of {event}{also}"),
                };
                let draft = out.violated(span, message);
                let more = used.take(3).map(|(node, read)| node.source_span(read.span));
                let draft = more.fold(draft.help(*instead), |draft, span| draft.related(span, "and here"));
                site.tell(draft);
            }
        }
    }
}

fn texts<'d>(items: &[ScriptItem<'d>]) -> impl Iterator<Item = &'d str> {
    items.iter().filter_map(ScriptItem::command_text)
}

/// The uses in a pipe's variables that are part of a longer text. One that is passed on alone the pipe may do without, and in a
/// message an empty one does no harm.
fn of_pipe<'d>(item: &ScriptItem<'d>) -> Vec<(Node<'d>, Read<'d>)> {
    const SHOWN: [&str; 8] = ["MESSAGE", "TITLE", "TEXT", "SUBJECT", "BODY", "DESCRIPTION", "NAME", "PAYLOAD"];
    let ScriptItem::Pipe(call) = item else { return Vec::new() };
    let is_shown = |name: &str| SHOWN.iter().any(|word| name.to_ascii_uppercase().contains(word));
    let variables = call.variables().into_iter().filter(|variable| !is_shown(variable.name()));
    let values = variables.flat_map(|variable| std::iter::once(variable.value).chain(variable.value.items()));
    let mut uses = Vec::new();
    for (value, text) in values.filter_map(|value| Some((value, value.text()?))) {
        let reads = in_value(text).into_iter();
        uses.extend(reads.filter(|read| read.span.end - read.span.start < text.trim().len()).map(|read| (value, read)));
    }
    uses
}

/// Whether a command asks which branch or tag it runs for: what it does with each is its own affair.
fn asks_for_event(items: &[ScriptItem<'_>]) -> bool {
    let names = |name: &str| matches!(name, "BITBUCKET_BRANCH" | "BITBUCKET_TAG");
    let asks =
        |text: &str| in_command(text, names).iter().any(|read| matches!(read.guard, Guard::Asked | Guard::Compared));
    texts(items).filter(|text| names_own(text)).any(asks)
}

/// Whether a branch stands right beside a tag, or both are told in one command, each as a value of its own (`--build-arg
/// TAG=$BITBUCKET_TAG`, the body of a message): a run has one of the two, and whoever names both knows.
fn beside_other(text: &str, read: &Read<'_>) -> bool {
    let other = match read.name {
        "BITBUCKET_BRANCH" => TAG.0,
        "BITBUCKET_TAG" => BRANCH.0,
        _ => return false,
    };
    let line_begin = text.get(..read.span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(line_begin..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
    let own = Span::new(read.span.start - line_begin, read.span.end.min(line_begin + line.len()) - line_begin);
    let is_value = |span: Span| {
        let before = line.get(..span.start).unwrap_or("");
        ["=", "=\"", "='", "\\\""].iter().any(|sign| before.ends_with(sign))
    };
    in_value(line)
        .iter()
        .filter(|read| read.name == other)
        .any(|read| read.span.end == own.start || own.end == read.span.start || is_value(own) && is_value(read.span))
}

/// Whether a variable is the whole tag of an image that a command names: `docker build -t app:$BITBUCKET_TAG`.
fn is_tag_of_image(text: &str, read: &Read<'_>) -> bool {
    let (before, behind) = (text.get(..read.span.start).unwrap_or(""), text.get(read.span.end..).unwrap_or(""));
    let line = before.rsplit(['\n', ';', '&', '|']).next().unwrap_or("");
    let tool = line.split_whitespace().next().unwrap_or("");
    let name =
        line.strip_suffix(':').is_some_and(|name| name.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '}'));
    let ends = behind.is_empty() || behind.starts_with([' ', '\n', '"', '\'', ';', '&', '|']);
    name && ends && matches!(tool, "docker" | "podman" | "buildah" | "nerdctl" | "crane" | "skopeo")
}

/// The variable that takes a value which begins behind a text: `TAG="${`.
fn assigned(before: &str) -> Option<&str> {
    let left = before.trim_end_matches(['"', '$', '{']).strip_suffix('=')?;
    let from = left.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    left.get(from..).filter(|name| !name.is_empty())
}

/// Whether a text says what holds where a variable is empty: `${TAG:-x}`, `[ -z "$TAG" ]`.
fn falls_back(text: &str, variable: &str) -> bool {
    let forms = [
        format!("${{{variable}:-"),
        format!("${{{variable}-"),
        format!("${{{variable}:="),
        format!("-z \"${variable}\""),
        format!("-z ${variable} "),
        format!("-z \"${{{variable}}}\""),
        format!("-n \"${variable}\""),
        format!("-n ${variable} "),
        format!("-n \"${{{variable}}}\""),
        format!("\"${variable}\" = \"\""),
        format!("\"${variable}\" == \"\""),
    ];
    forms.iter().any(|form| text.contains(form.as_str()))
}

const OF_PULL_REQUESTS: &str =
    "move the step to a pipeline under `pull-requests`, or guard it: `[ -n \"$BITBUCKET_PR_ID\" ]`";
const PR_ID: (&str, &str) = ("BITBUCKET_PR_ID", OF_PULL_REQUESTS);
const PR_DESTINATION: (&str, &str) = ("BITBUCKET_PR_DESTINATION_BRANCH", OF_PULL_REQUESTS);
const BRANCH: (&str, &str) =
    ("BITBUCKET_BRANCH", "use `$BITBUCKET_TAG`, or say what holds for a tag: `${BITBUCKET_BRANCH:-…}`");
const TAG: (&str, &str) =
    ("BITBUCKET_TAG", "use `$BITBUCKET_BRANCH` or `$BITBUCKET_COMMIT`, or move the step to a pipeline under `tags`");

/// What the events of a section leave empty, each with what to do instead.
fn left_empty(section: Section) -> &'static [(&'static str, &'static str)] {
    match section {
        Section::Tags => &[BRANCH, PR_ID, PR_DESTINATION],
        Section::Default | Section::Branches => &[TAG, PR_ID, PR_DESTINATION],
        Section::PullRequests => &[TAG],
        // Whoever starts these chooses branch or tag, and of merge queues too little is known.
        Section::Custom | Section::MergeQueues | Section::Shared => &[],
    }
}

/// What starts the pipelines of a section.
fn starts(section: Section) -> &'static str {
    match section {
        Section::Tags => "a tag",
        Section::PullRequests => "a pull request",
        _ => "a push to a branch",
    }
}
