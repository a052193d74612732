//! Which step of a plan is which of another: by its name, and where names don't tell, by what it runs.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::does;
use super::model::PlannedStep;
use super::moved::{Named, commands};

/// How many pairs of steps are looked at line by line; nobody writes so many under one name, or under none.
const MOST_PAIRS: usize = 1 << 14;

/// How many words of a step are looked at.
const MOST_WORDS: usize = 500;

/// How many steps are named in their order.
const MOST_NAMES: usize = 20;

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
        let looked_at = by_commands((old, &before), (new, &after), &mut found);
        if name.is_some() || !looked_at {
            // Steps of one name are the same in their order, where nothing else tells them apart.
            let left = before.iter().filter(|at| found[**at].is_none()).copied().collect::<Vec<_>>();
            let taken: HashSet<usize> = found.iter().flatten().copied().collect();
            let free = after.iter().filter(|at| !taken.contains(at)).copied().collect::<Vec<_>>();
            left.into_iter().zip(free).for_each(|(one, other)| found[one] = Some(other));
        }
    }
    found
}

/// Pairs the steps that run the same, then those that have most in common; of equals, those that stand nearest. False where
/// they are too many to be looked at.
fn by_commands(
    (old, before): (&[Named<'_, '_>], &[usize]),
    (new, after): (&[Named<'_, '_>], &[usize]),
    found: &mut [Option<usize>],
) -> bool {
    let lines = |all: &[Named<'_, '_>], at: &[usize]| -> Vec<(usize, Vec<String>)> {
        at.iter().map(|at| (*at, commands(all[*at].1))).collect()
    };
    let (mut was, mut is) = (lines(old, before), lines(new, after));
    let mut by_text: HashMap<&[String], VecDeque<usize>> = HashMap::new();
    for (at, own) in &is {
        by_text.entry(own).or_default().push_back(*at);
    }
    let mut taken: HashSet<usize> = HashSet::new();
    for (one, own) in &was {
        found[*one] = by_text.get_mut(own.as_slice()).and_then(VecDeque::pop_front);
        taken.extend(found[*one]);
    }
    was.retain(|(one, _)| found[*one].is_none());
    is.retain(|(other, _)| !taken.contains(other));
    if was.len().saturating_mul(is.len()) > MOST_PAIRS {
        return false;
    }
    let mut likeness = Vec::new();
    for (one, own) in &was {
        for (other, others) in &is {
            let shared = own.iter().filter(|line| others.contains(line)).count();
            if shared > 0 {
                likeness.push(((Reverse(shared), one.abs_diff(*other)), *one, *other));
            }
        }
    }
    take_likest(likeness, &mut taken, found);
    by_meaning((old, &was), (new, &is), &mut taken, found);
    true
}

/// Pairs what is left by what it does, and by the words of its commands, of which half have to be the same and one a program:
/// a command that is written otherwise makes no other step.
fn by_meaning(
    (old, was): (&[Named<'_, '_>], &[(usize, Vec<String>)]),
    (new, is): (&[Named<'_, '_>], &[(usize, Vec<String>)]),
    taken: &mut HashSet<usize>,
    found: &mut [Option<usize>],
) {
    let mut numbers = HashMap::new();
    let left = was.iter().filter(|(at, _)| found[*at].is_none());
    let was: Vec<Meaning> = left.map(|(at, lines)| Meaning::of(*at, old[*at].1, lines, &mut numbers)).collect();
    let left = is.iter().filter(|(at, _)| !taken.contains(at));
    let is: Vec<Meaning> = left.map(|(at, lines)| Meaning::of(*at, new[*at].1, lines, &mut numbers)).collect();
    let mut likeness = Vec::new();
    for one in &was {
        for other in &is {
            let effects = shared(&one.effects, &other.effects);
            let words = shared(&one.words, &other.words);
            let half = 2 * words >= one.words.len().max(other.words.len());
            if effects > 0 || half && shared(&one.programs, &other.programs) > 0 {
                likeness.push(((Reverse(effects), Reverse(words), one.at.abs_diff(other.at)), one.at, other.at));
            }
        }
    }
    take_likest(likeness, taken, found);
}

/// What a step does and how it says it, as numbers of texts in their order.
struct Meaning {
    at: usize,
    effects: Vec<usize>,
    programs: Vec<usize>,
    /// Those of its commands, but for options.
    words: Vec<usize>,
}

impl Meaning {
    fn of(at: usize, step: &PlannedStep<'_>, lines: &[String], numbers: &mut HashMap<String, usize>) -> Self {
        let mut number = |text: &str| match numbers.get(text) {
            Some(known) => *known,
            None => {
                let next = numbers.len();
                numbers.insert(text.to_owned(), next);
                next
            }
        };
        let sorted = |mut numbers: Vec<usize>| {
            numbers.sort_unstable();
            numbers
        };
        let words = lines.iter().flat_map(|line| line.split_whitespace()).filter(|word| !word.starts_with('-'));
        Self {
            at,
            effects: sorted(does::told(step).iter().map(|told| number(told)).collect()),
            words: sorted(words.take(MOST_WORDS).map(&mut number).collect()),
            programs: sorted(
                lines
                    .iter()
                    .filter_map(|line| line.split_whitespace().next())
                    .take(MOST_WORDS)
                    .map(&mut number)
                    .collect(),
            ),
        }
    }
}

/// How many numbers two lists in order have in common, each as often as both have it.
fn shared(left: &[usize], right: &[usize]) -> usize {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut count = 0;
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        match one.cmp(other) {
            Ordering::Less => drop(left.next()),
            Ordering::Greater => drop(right.next()),
            Ordering::Equal => {
                count += 1;
                left.next();
                right.next();
            }
        }
    }
    count
}

/// Pairs in the order of their likeness.
fn take_likest<L: Ord>(mut likeness: Vec<(L, usize, usize)>, taken: &mut HashSet<usize>, found: &mut [Option<usize>]) {
    likeness.sort_unstable();
    for (_, one, other) in likeness {
        if found[one].is_none() && taken.insert(other) {
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
    let shown = steps.iter().take(MOST_NAMES).map(|(name, step)| match commands(step).first() {
        Some(first) if !alone(step) => format!("{} (`{first}`)", step.shown()),
        _ => name.clone(),
    });
    let more = if steps.len() > MOST_NAMES { ", …" } else { "" };
    shown.collect::<Vec<_>>().join(", ") + more
}
