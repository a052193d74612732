//! Commands of two versions of a step that run the same, however each is written: out of a variable, in a function, by a script
//! at hand.

use std::collections::{HashMap, HashSet};

use super::checks::is_safeguard;
use super::model::PlannedStep;
use super::script::{Line, LineKind};
use crate::effect::Filled;
use crate::pipeline::ScriptItem;
use crate::yaml::NodeId;

/// The commands of a step as they run, by where they stand, and how often each runs.
struct Commands<'s> {
    placed: HashMap<NodeId, Vec<(usize, &'s Filled)>>,
    times: HashMap<(&'s str, bool), usize>,
    /// Those that stand in the step itself.
    own: HashMap<(&'s str, bool), usize>,
}

impl<'s> Commands<'s> {
    fn of(step: &'s PlannedStep<'_>) -> Self {
        let (mut placed, mut times, mut own) = (HashMap::new(), HashMap::new(), HashMap::new());
        let after: HashSet<NodeId> =
            step.step.after_script().iter().filter_map(ScriptItem::command).map(|node| node.id()).collect();
        for (node, start, filled) in step.found.ran.filled().filter(|(node, ..)| !after.contains(node)) {
            placed.entry(node).or_insert_with(Vec::new).push((start, filled));
            let key = (filled.text.as_str(), filled.certain);
            *times.entry(key).or_insert(0) += 1;
            if !filled.called {
                *own.entry(key).or_insert(0) += 1;
            }
        }
        placed.values_mut().for_each(|all| all.sort_by_key(|(start, _)| *start));
        Self { placed, times, own }
    }

    /// The commands of a line as they run.
    fn of_line(&self, line: &Line) -> &[(usize, &'s Filled)] {
        let Some(all) = self.placed.get(&line.node) else { return &[] };
        let at = |place: usize| all.partition_point(|(start, _)| *start < place);
        all.get(at(line.range.start)..at(line.range.end)).unwrap_or_default()
    }

    /// Whether a line says more than what runs: where its output goes, who hears of a failure, what stands around a command.
    fn says_more(&self, line: &Line) -> bool {
        let first = line.text.split(' ').next().unwrap_or("");
        let other = |(_, filled): &(usize, &Filled)| {
            !filled.called && !first.contains('$') && filled.text.split(' ').next() != Some(first)
        };
        line.kind != LineKind::Script
            || line.text.contains(['|', '&', '<', '>', '!'])
            || self.of_line(line).iter().any(other)
    }

    fn keys<'l>(&'l self, line: &Line) -> impl Iterator<Item = (&'s str, bool)> + use<'l, 's> {
        self.of_line(line).iter().map(|(_, filled)| (filled.text.as_str(), filled.certain))
    }

    /// Whether all of a line runs, and as often, in the other version. A check counts only where its failure ends the step.
    fn runs(&self, line: &Line, other: &Self) -> bool {
        let mut keys = self.keys(line).peekable();
        let same = |key: (&str, bool)| {
            let theirs = if is_safeguard(key.0) { &other.own } else { &other.times };
            self.times.get(&key) == theirs.get(&key)
        };
        keys.peek().is_some() && keys.all(same)
    }
}

/// Takes out of what is gone and what is fresh the lines that only say otherwise what runs, and the variables that they say it
/// with where nothing else is left.
pub(super) fn take_out_same(
    (before, now): (&PlannedStep<'_>, &PlannedStep<'_>),
    gone: &mut Vec<&Line>,
    fresh: &mut Vec<&Line>,
) {
    let (was, is) = (Commands::of(before), Commands::of(now));
    // What one side says more of is compared as it is written.
    let more = |all: &[&Line], own: &Commands<'_>| -> HashSet<(String, bool)> {
        let lines = all.iter().filter(|line| own.says_more(line));
        lines.flat_map(|line| own.keys(line)).map(|(text, certain)| (text.to_owned(), certain)).collect()
    };
    let mut as_written = more(gone, &was);
    as_written.extend(more(fresh, &is));
    let is_same = |line: &Line, own: &Commands<'_>, other: &Commands<'_>| {
        let mut keys = own.keys(line).map(|(text, certain)| (text.to_owned(), certain));
        own.runs(line, other) && !keys.any(|key| as_written.contains(&key))
    };
    let count = gone.len() + fresh.len();
    gone.retain(|line| !is_same(line, &was, &is));
    fresh.retain(|line| !is_same(line, &is, &was));
    let only_sets = |line: &&Line| line.kind == LineKind::Script && is_assignment(&line.text);
    if gone.len() + fresh.len() < count && gone.iter().chain(fresh.iter()).all(only_sets) {
        gone.clear();
        fresh.clear();
    }
}

/// Whether a command only gives the shell's own variable a value.
fn is_assignment(text: &str) -> bool {
    let name = text.split_once('=').map_or("", |(name, _)| name);
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !text.contains([' ', '`', '('])
}
