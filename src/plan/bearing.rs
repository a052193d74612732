//! What weight commands have that two versions of a step both run: whether they run in any case, and whether their failure
//! ends the step.

use std::collections::{HashMap, HashSet};

use super::checks::is_safeguard;
use super::decides::ends;
use super::does::sites_of;
use super::lines::{MOST_PAIRS, shown};
use super::model::PlannedStep;
use super::script::{Line, LineKind, in_one_line, plainly};
use super::wrapped::bare;
use crate::effect::Runs;
use crate::pipeline::ScriptItem;
use crate::shell::{Stop, stops};
use crate::yaml::{NodeId, Span};

/// Commands that hardly fail, or of which nobody asks whether they did.
const LIGHT: [&str; 12] =
    ["echo", "printf", "cat", "true", ":", "exit", "return", "set", "wait", "break", "continue", "false"];

/// A command with its weight.
struct Command {
    node: NodeId,
    /// As it is written most plainly, without redirects and what stands before it.
    text: String,
    /// As it is written, with what stands before it.
    source: String,
    /// With redirects and that.
    whole: String,
    runs: Runs,
    stop: Stop,
}

impl Command {
    fn is_in(&self, line: &Line) -> bool {
        line.node == self.node && line.range.start <= self.stop.span.start && self.stop.span.start < line.range.end
    }

    fn is_light(&self) -> bool {
        LIGHT.contains(&self.text.split(' ').next().unwrap_or(""))
    }

    fn weight(&self) -> (Runs, bool) {
        (self.runs, self.stop.stops)
    }
}

/// The commands of a step's script, and its text.
struct Script {
    commands: Vec<Command>,
    /// For each text of a command the one that has most weight.
    heaviest: HashMap<String, usize>,
    text: String,
}

impl Script {
    /// `aware` of `set +e`, or not.
    fn read(step: &PlannedStep<'_>, aware: bool, hide: &dyn Fn(&mut String)) -> Self {
        let script = if step.step.runs_on_windows() { Vec::new() } else { step.step.script() };
        let nodes: Vec<_> = script.iter().filter_map(ScriptItem::command).collect();
        let texts: Vec<&str> = nodes.iter().map(|node| node.text().unwrap_or("")).collect();
        let plain = |text: &str, span: Span| {
            let mut part = text.get(span.start..span.end).unwrap_or("").replace("\\\n", " ");
            hide(&mut part);
            plainly(&part)
        };
        let commands = stops(&texts, aware).into_iter().map(|stop| {
            let (node, text) = (nodes[stop.text].id(), texts[stop.text]);
            let runs = step.found.ran.runs(node, stop.span);
            let own = plain(text, stop.span);
            let mut source = text.get(stop.span.start..stop.span.end).unwrap_or("").replace("\\\n", " ");
            hide(&mut source);
            let source = in_one_line(&source);
            Command { node, text: bare(&own).to_owned(), source, whole: plain(text, stop.whole), runs, stop }
        });
        let commands: Vec<Command> = commands.collect();
        let mut heaviest: HashMap<String, usize> = HashMap::new();
        for (at, command) in commands.iter().enumerate() {
            let best = heaviest.entry(command.text.clone()).or_insert(at);
            if commands[*best].weight() < command.weight() {
                *best = at;
            }
        }
        Self { commands, heaviest, text: texts.join("\n") }
    }

    fn heaviest(&self, text: &str) -> Option<&Command> {
        self.commands.get(*self.heaviest.get(text)?)
    }

    fn defines(&self, name: &str) -> bool {
        self.commands.iter().any(|command| command.stop.within.as_deref() == Some(name))
    }

    /// Whether a command stands in a function that may be called in a way that is not followed.
    fn may_be_called(&self, command: &Command) -> bool {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let named = |name: &str| self.text.split(|c| !is_name(c)).filter(|word| *word == name).count();
        command.stop.within.as_deref().is_some_and(|name| named(name) > 1)
    }

    fn of<'s>(&'s self, line: &'s Line) -> impl Iterator<Item = &'s Command> {
        self.commands.iter().filter(|command| command.is_in(line))
    }
}

/// What is told of commands that both run with another weight. The lines that are told so, and those that say the same in
/// another place, are taken out of what is gone and what is fresh.
pub(super) fn weighed<'l>(
    (before, now): (&PlannedStep<'_>, &PlannedStep<'_>),
    hide: &dyn Fn(&mut String),
    gone: &mut Vec<&'l Line>,
    fresh: &mut Vec<&'l Line>,
) -> Vec<(String, bool)> {
    if gone.len().saturating_mul(fresh.len()) > MOST_PAIRS {
        return Vec::new();
    }
    let (was, is) = (Script::read(before, false, hide), Script::read(now, false, hide));
    let (old_sites, new_sites) = (sites_of(before), sites_of(now));
    // What an `exit 0` ends is told with it.
    let ended = fresh.iter().any(|line| ends(&line.text));
    let mut told = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    for command in &was.commands {
        let (Some(old), Some(new)) = (was.heaviest(&command.text), is.heaviest(&command.text)) else { continue };
        let is_told = !seen.insert(&command.text) || old.weight() == new.weight();
        if is_told || old.is_light() || was.defines(&old.text) || is.defines(&old.text) {
            continue;
        }
        let is_effect = old_sites.meet(old.node, old.stop.span) || new_sites.meet(new.node, new.stop.span);
        // Where a text within stands that runs can't always be told.
        let uncalled =
            old.runs != Runs::Never && new.runs == Runs::Never && !new.stop.nested && !ended && !is.may_be_called(new);
        told.extend(change((old, new), is_effect, uncalled));
    }
    gone.retain(|line| match fresh.iter().position(|other| is_same_elsewhere((&was, line), (&is, other))) {
        Some(at) => {
            fresh.remove(at);
            false
        }
        None => true,
    });
    gone.retain(|line| !is_call(line, (&was, &is)));
    fresh.retain(|line| !is_call(line, (&is, &was)));
    told
}

/// Whether no command of both versions whose failure ended the step is passed over by a `set +e`.
pub(super) fn is_heard_of((before, now): (&PlannedStep<'_>, &PlannedStep<'_>), hide: &dyn Fn(&mut String)) -> bool {
    let (was, is) = (Script::read(before, true, hide), Script::read(now, true, hide));
    let mut ended =
        was.heaviest.keys().filter_map(|text| was.heaviest(text)).filter(|old| !old.is_light() && old.stop.stops);
    ended.all(|old| is.heaviest(&old.text).is_none_or(|new| new.stop.stops))
}

/// What is told of one command that weighs otherwise. Whether an effect happens is told of the effect.
fn change((old, new): (&Command, &Command), is_effect: bool, uncalled: bool) -> Vec<(String, bool)> {
    let text = shown(&old.source);
    let guards = is_safeguard(&old.text);
    if uncalled && !is_effect {
        return vec![(format!("no longer runs {text}"), guards)];
    }
    let mut told = Vec::new();
    match (old.runs, new.runs) {
        _ if is_effect || !guards => {}
        (Runs::Surely, Runs::Sometimes) => told.push((format!("runs {text} only in some cases now"), true)),
        (Runs::Sometimes, Runs::Surely) => told.push((format!("runs {text} in any case now"), false)),
        _ => {}
    }
    match (old.stop.stops, new.stop.stops) {
        // Of both `pipefail` decides, which is told where it comes or goes.
        _ if old.stop.piped && new.stop.piped => {}
        (true, false) => told.push((format!("goes on now where {text} fails"), true)),
        (false, true) => told.push((format!("stops now where {text} fails"), false)),
        _ => {}
    }
    told
}

/// Whether two lines hold the same commands, or one that weighs otherwise and is told so.
fn is_same_elsewhere((was, old): (&Script, &Line), (is, new): (&Script, &Line)) -> bool {
    if ![old.kind, new.kind].iter().all(|kind| matches!(kind, LineKind::Script | LineKind::Branch)) {
        return false;
    }
    let olds: Vec<&Command> = was.of(old).collect();
    let news: Vec<&Command> = is.of(new).collect();
    let wholes = olds.iter().map(|command| &command.whole).eq(news.iter().map(|command| &command.whole));
    if !olds.is_empty() && wholes {
        return !olds.iter().all(|command| command.is_light());
    }
    let weight = |script: &Script, text: &str| script.heaviest(text).map(Command::weight);
    let in_both = |command: &&&Command| news.iter().any(|other| other.text == command.text) && !command.is_light();
    olds.iter().filter(in_both).any(|command| weight(was, &command.text) != weight(is, &command.text))
}

/// Whether a line only calls, or begins, a function that the other script has not.
fn is_call(line: &Line, (own, other): (&Script, &Script)) -> bool {
    let text = line.text.split("||").next().unwrap_or("").trim().trim_start_matches("function ");
    let name = text.split_whitespace().next().unwrap_or("").trim_end_matches('{').trim_end_matches("()");
    own.defines(name) && !other.defines(name)
}
