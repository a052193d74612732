//! What two versions of a step do otherwise with pipes.

use std::collections::BTreeMap;

use super::checks::names_a_check;
use super::does::Sites;
use super::given::ordered;
use super::model::PlannedStep;
use crate::pipeline::PipeCall;

/// What is told of the pipes of two steps, each with whether a safeguard is lost; those of a name are the same in their order.
/// `gone` and `fresh` are where effects stand that are told: those of before, and those of now.
pub(super) fn pipes(
    before: &PlannedStep<'_>,
    now: &PlannedStep<'_>,
    gone: &Sites,
    fresh: &Sites,
) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let mut left = before.step.pipes();
    let is_told = |call: &PipeCall<'_>| fresh.are_in(call.identifier.id());
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
        let (unset, other) = variables(&old, &call);
        for (names, verb, end) in [(unset, "no longer sets", ""), (other, "sets", " otherwise")] {
            if !names.is_empty() && !is_told(&call) {
                told.push((format!("{verb} {} of `{}`{end}", names.join(", "), call.name()), false));
            }
        }
    }
    let lost = left.iter().filter(|call| !gone.are_in(call.identifier.id()));
    told.extend(lost.map(|call| (format!("no longer runs the pipe `{}`", call.text()), names_a_check(call.name()))));
    told
}

/// What two calls of a pipe set otherwise: the variables that one sets no longer, and those with other values.
fn variables(old: &PipeCall<'_>, new: &PipeCall<'_>) -> (Vec<String>, Vec<String>) {
    let values = |call: &PipeCall<'_>| -> BTreeMap<String, Vec<String>> {
        call.variables().into_iter().map(|entry| (entry.name().to_owned(), ordered(entry.value))).collect()
    };
    let (was, is) = (values(old), values(new));
    let named = |name: &String| format!("`{name}`");
    let gone = was.keys().filter(|name| !is.contains_key(*name)).map(named).collect();
    (gone, is.iter().filter(|(name, value)| was.get(*name) != Some(value)).map(|(name, _)| named(name)).collect())
}
