//! Where the commands of a step went that is no more: to a step with another name, to several, or nowhere.

use super::does;
use super::model::{Plan, PlannedStep};
use crate::pipeline::{ScriptItem, Step};
use crate::shell::said;

/// Up to how many effects two steps are compared by them.
const MOST_DONE: usize = 100;

/// A step of a plan under a name of its own.
pub(super) type Named<'p, 'd> = (String, &'p PlannedStep<'d>);

/// What became of a step whose name is gone.
pub(super) enum Moved<'s, 'p, 'd> {
    /// It has another name.
    Renamed(&'s Named<'p, 'd>),
    /// All its commands are in these.
    Split(Vec<&'s Named<'p, 'd>>),
    /// Its commands are no more, or not all of them.
    Gone,
}

/// What became of a step, given the steps of the plan as it is now; `fresh` tells which of them have a new name.
pub(super) fn moved<'s, 'p, 'd>(
    step: &PlannedStep<'_>,
    now: &'s [Named<'p, 'd>],
    fresh: impl Fn(&str) -> bool,
) -> Moved<'s, 'p, 'd> {
    let lines = commands(step);
    if lines.is_empty() {
        return Moved::Gone;
    }
    let shared = |other: &PlannedStep<'_>| {
        let own = commands(other);
        lines.iter().filter(|line| own.contains(line)).count()
    };
    // A step without its like keeps its place: of two that are as near, the one that stands where it stood.
    let distance = |other: &PlannedStep<'_>| other.number.abs_diff(step.number);
    let best = now
        .iter()
        .filter(|(name, other)| fresh(name) && shared(other) > 0)
        .max_by_key(|(_, other)| (shared(other), std::cmp::Reverse(distance(other))));
    if let Some(best) = best.filter(|(_, other)| shared(other) == lines.len()) {
        return Moved::Renamed(best);
    }
    let missing = |line: &&String| !now.iter().any(|(_, other)| commands(other).contains(line));
    if !lines.iter().any(|line| missing(&line)) {
        return Moved::Split(receivers(&lines, now));
    }
    let anchor = step.step.node().anchor_name();
    let same_anchor = |other: &PlannedStep<'_>| anchor.is_some() && other.step.node().anchor_name() == anchor;
    // One that does the same to the world, in the same environment, is the same however it does it.
    let does = does::told(step);
    let alike = |other: &PlannedStep<'_>| {
        (1..MOST_DONE).contains(&does.len())
            && other.declared_name() == step.declared_name()
            && does::told(other) == does
    };
    let same = || now.iter().filter(|(name, other)| fresh(name) && alike(other));
    match best {
        Some(best) if 2 * shared(best.1) >= lines.len() || same_anchor(best.1) => Moved::Renamed(best),
        _ => same().min_by_key(|(_, other)| distance(other)).map_or(Moved::Gone, Moved::Renamed),
    }
}

/// Whether a plan runs all commands of a step.
pub(super) fn runs_all(plan: &Plan<'_>, step: &PlannedStep<'_>) -> bool {
    let lines = commands(step);
    let mut all = plan.steps.iter().flat_map(commands).collect::<Vec<_>>();
    all.sort_unstable();
    !lines.is_empty() && lines.iter().all(|line| all.binary_search(line).is_ok())
}

/// The fewest steps, in order, that hold the lines.
fn receivers<'s, 'p, 'd>(lines: &[String], now: &'s [Named<'p, 'd>]) -> Vec<&'s Named<'p, 'd>> {
    let mut left: Vec<&String> = lines.iter().collect();
    let mut found: Vec<&Named<'_, '_>> = Vec::new();
    while !left.is_empty() {
        let held = |(_, other): &&Named<'_, '_>| {
            let own = commands(other);
            left.iter().filter(|line| own.contains(line)).count()
        };
        // Of several that hold as many the first.
        let Some(next) = now.iter().rev().max_by_key(held).filter(|next| held(next) > 0) else { break };
        let own = commands(next.1);
        left.retain(|line| !own.contains(line));
        found.push(next);
    }
    found.sort_by_key(|(_, step)| step.number);
    found
}

/// The lines of a step's scripts, and its pipes by name; comments left aside.
pub(super) fn commands(step: &PlannedStep<'_>) -> Vec<String> {
    commands_of(&step.step)
}

/// The same of a step by itself.
pub(super) fn commands_of(step: &Step<'_>) -> Vec<String> {
    let items = step.script().into_iter().chain(step.after_script());
    let lines = items.flat_map(|item| match item {
        ScriptItem::Command(node) => lines_of(node.text().unwrap_or("")),
        ScriptItem::Pipe(call) => vec![call.name().to_owned()],
        ScriptItem::Agent(_) | ScriptItem::Unknown(_) => Vec::new(),
    });
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The lines of a text, of a shell within those that it runs.
fn lines_of(text: &str) -> Vec<String> {
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    if !["sh -", "sh <<", "eval "].iter().any(|sign| text.contains(sign)) {
        return lines(text);
    }
    said(text).iter().flat_map(|one| lines(text.get(one.span.start..one.span.end).unwrap_or(""))).collect()
}
