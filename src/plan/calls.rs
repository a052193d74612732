//! What two versions of a step do otherwise with pipes.

use std::collections::HashMap;

use super::does::told_at;
use super::lines::is_check;
use super::model::PlannedStep;
use crate::pipeline::PipeCall;
use crate::yaml::Node;

/// What is told of the pipes of two steps, each with whether a safeguard is lost; those of a name are the same in their order.
pub(super) fn pipes(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let mut left = before.step.pipes();
    let told_here = told_at(now, before);
    let is_told = |call: &PipeCall<'_>| told_here.iter().any(|(node, _)| *node == call.identifier.id());
    for call in now.step.pipes() {
        let Some(at) = left.iter().position(|old| old.name() == call.name()) else {
            if !is_told(&call) {
                told.push((format!("runs the pipe `{}` too", call.text()), false));
            }
            continue;
        };
        let old = left.remove(at);
        if old.text() != call.text() {
            told.push((format!("runs `{}` in place of `{}`", call.text(), old.text()), false));
        }
        let variables = variables(&old, &call);
        if !variables.is_empty() && !is_told(&call) {
            told.push((format!("sets {} of `{}` otherwise", variables.join(", "), call.name()), false));
        }
    }
    let told_there = told_at(before, now);
    let gone = left.iter().filter(|call| !told_there.iter().any(|(node, _)| *node == call.identifier.id()));
    told.extend(gone.map(|call| (format!("no longer runs the pipe `{}`", call.text()), is_check(call.name()))));
    told
}

/// The names of variables that two calls of a pipe set otherwise.
fn variables(old: &PipeCall<'_>, new: &PipeCall<'_>) -> Vec<String> {
    let values = |call: &PipeCall<'_>| -> HashMap<String, Vec<String>> {
        call.variables().into_iter().map(|entry| (entry.name().to_owned(), value(entry.value))).collect()
    };
    let (was, is) = (values(old), values(new));
    let mut names: Vec<String> = was
        .keys()
        .chain(is.keys())
        .filter(|name| was.get(*name) != is.get(*name))
        .map(|name| format!("`{name}`"))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn value(node: Node<'_>) -> Vec<String> {
    if node.is_sequence() {
        node.items().filter_map(|item| item.text()).map(str::to_owned).collect()
    } else {
        node.text().map(str::to_owned).into_iter().collect()
    }
}
