//! Which step of a plan is which of another: by its name, and where names don't tell, by what it runs.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::model::PlannedStep;
use super::moved::{Named, commands};

/// For each old step the place of the same one among the new ones.
pub(super) fn pairs(old: &[Named<'_, '_>], new: &[Named<'_, '_>]) -> Vec<Option<usize>> {
    let mut groups: BTreeMap<Option<&str>, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (at, (_, step)) in old.iter().enumerate() {
        groups.entry(step.step.name()).or_default().0.push(at);
    }
    for (at, (_, step)) in new.iter().enumerate() {
        groups.entry(step.step.name()).or_default().1.push(at);
    }
    let mut found = vec![None; old.len()];
    for (name, (before, after)) in groups {
        if let ([one], [other], Some(_)) = (before.as_slice(), after.as_slice(), name) {
            found[*one] = Some(*other);
            continue;
        }
        by_commands((old, &before), (new, &after), &mut found);
        if name.is_some() {
            // Steps of one name are the same in their order, where nothing else tells them apart.
            let left = before.iter().filter(|at| found[**at].is_none()).copied().collect::<Vec<_>>();
            let free = after.iter().filter(|at| !found.contains(&Some(**at))).copied().collect::<Vec<_>>();
            left.into_iter().zip(free).for_each(|(one, other)| found[one] = Some(other));
        }
    }
    found
}

/// Pairs the steps that have most in common first; of equals, those that stand nearest.
fn by_commands(
    (old, before): (&[Named<'_, '_>], &[usize]),
    (new, after): (&[Named<'_, '_>], &[usize]),
    found: &mut [Option<usize>],
) {
    let lines = |all: &[Named<'_, '_>], at: &[usize]| -> Vec<(usize, Vec<String>)> {
        at.iter().map(|at| (*at, commands(all[*at].1))).collect()
    };
    let (was, is) = (lines(old, before), lines(new, after));
    let mut likeness = Vec::new();
    for (one, own) in &was {
        for (other, others) in &is {
            let shared = own.iter().filter(|line| others.contains(line)).count();
            if shared > 0 || own == others {
                likeness.push((Reverse((own == others, shared)), one.abs_diff(*other), *one, *other));
            }
        }
    }
    likeness.sort_unstable();
    for (.., one, other) in likeness {
        if found[one].is_none() && !found.contains(&Some(other)) {
            found[one] = Some(other);
        }
    }
}

/// The names of steps in their order; those that a name does not tell apart with their first command.
pub(super) fn in_order(steps: &[&Named<'_, '_>]) -> String {
    let alone = |step: &PlannedStep<'_>| {
        let name = step.step.name();
        name.is_some() && steps.iter().filter(|(_, other)| other.step.name() == name).count() == 1
    };
    let shown = steps.iter().map(|(name, step)| match commands(step).first() {
        Some(first) if !alone(step) => format!("{} (`{first}`)", step.shown()),
        _ => name.clone(),
    });
    shown.collect::<Vec<_>>().join(", ")
}
