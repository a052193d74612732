//! What two versions of a step do otherwise with pipes.

use super::checks::is_of_check;
use super::does::Sites;
use super::model::PlannedStep;
use super::switched::switched;
use crate::pipeline::PipeCall;

/// What is told of the pipes of two steps, each with whether a safeguard is lost; those of a name are the same in their order.
/// `gone` and `fresh` are where effects stand that are told: those of before, and those of now.
pub(super) fn pipes(
    before: &PlannedStep<'_>,
    now: &PlannedStep<'_>,
    gone: &Sites,
    fresh: &Sites,
    hide: &dyn Fn(&mut String),
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
        if !is_told(&call) {
            told.extend(switched(&old, &call, hide));
        }
    }
    let lost = left.iter().filter(|call| !gone.are_in(call.identifier.id()));
    told.extend(lost.map(|call| (format!("no longer runs the pipe `{}`", call.text()), is_of_check(call.name()))));
    told
}
