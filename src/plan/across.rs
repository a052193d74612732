//! What several events have in common of the steps that changed, told once below all their names.

use std::collections::HashMap;
use std::rc::Rc;

use super::compare::Change;
use super::model::PlannedStep;
use crate::text::counted;
use crate::yaml::NodeId;

/// The most events that a heading names.
const MOST_EVENTS: usize = 5;

/// What is the same in all events that run two versions of a step: its commands, and what it is given.
#[derive(Default)]
pub(super) struct Across(Vec<OfPair>);

/// A line, and whether it takes a safeguard away.
type Line = (String, bool);

/// Two versions of a step, and how each was read: on some events a script does something else.
type Versions = (Version, Version);
pub(super) type Version = (NodeId, usize);

/// A version of a step as it was read for an event; plans on which it does the same share the reading.
pub(super) fn version(step: &PlannedStep<'_>) -> Version {
    (step.step.node().id(), Rc::as_ptr(&step.found).addr())
}

struct OfPair {
    steps: Versions,
    events: Vec<String>,
    /// Where the first event's own changes end.
    at: usize,
    told: Vec<Line>,
}

impl Across {
    /// Takes an event that runs two versions of a step, and what is told of them there: one event may run in another step
    /// what another event runs no more. `at` is where the event's own changes end.
    pub(super) fn add(&mut self, steps: Versions, event: &str, at: usize, told: Vec<Line>) {
        match self.0.iter_mut().find(|pair| pair.steps == steps && pair.told == told) {
            Some(pair) if pair.events.iter().any(|known| known == event) => {}
            Some(pair) => pair.events.push(event.to_owned()),
            None => self.0.push(OfPair { steps, events: vec![event.to_owned()], at, told }),
        }
    }

    /// Tells what one event alone has with its own changes, and the rest below the names of its events.
    pub(super) fn tell(self, changes: &mut Vec<Change>) {
        let as_change = |event: &str, (text, weakens): Line| Change { event: event.to_owned(), text, weakens };
        // Steps that take the same from one anchor are several, and change alike.
        let mut pairs: Vec<OfPair> = Vec::new();
        for pair in self.0 {
            match pairs.iter_mut().find(|other| other.told == pair.told) {
                Some(alike) => {
                    let fresh: Vec<String> =
                        pair.events.into_iter().filter(|event| !alike.events.contains(event)).collect();
                    alike.events.extend(fresh);
                }
                None => pairs.push(pair),
            }
        }
        let (own, common): (Vec<OfPair>, Vec<OfPair>) = pairs.into_iter().partition(|pair| pair.events.len() == 1);
        let mut of_several: Vec<(Vec<String>, Vec<Line>)> = Vec::new();
        for pair in common {
            match of_several.iter_mut().find(|(events, _)| *events == pair.events) {
                Some((_, told)) => told.extend(pair.told),
                None => of_several.push((pair.events, pair.told)),
            }
        }
        // From the last one on, so that places before it stay.
        for pair in own.into_iter().rev() {
            let event = pair.events.first().map(String::as_str).unwrap_or_default();
            changes.splice(pair.at..pair.at, pair.told.into_iter().map(|told| as_change(event, told)));
        }
        for (events, told) in of_several {
            let heading = events_in_words(&events);
            changes.extend(told.into_iter().map(|told| as_change(&heading, told)));
        }
    }
}

/// Changes of which those are told once below the names of all their events that several events have in common, as far as they
/// are `of_both` sides.
pub(super) fn joined(changes: Vec<Change>, of_both: impl Fn(&str) -> bool) -> Vec<Change> {
    let mut events: HashMap<Line, Vec<String>> = HashMap::new();
    for change in changes.iter().filter(|change| of_both(&change.event)) {
        let known = events.entry((change.text.clone(), change.weakens)).or_default();
        if !known.contains(&change.event) {
            known.push(change.event.clone());
        }
    }
    let (mut own, mut common): (Vec<Change>, Vec<(String, Vec<Change>)>) = (Vec::new(), Vec::new());
    for change in changes {
        let is_own = of_both(&change.event);
        let all = events.get(&(change.text.clone(), change.weakens)).filter(|all| is_own && all.len() > 1);
        let event = match all {
            Some(all) => events_in_words(all),
            None if !is_own && change.event.contains(" and ") => change.event.clone(),
            None => {
                own.push(change);
                continue;
            }
        };
        let change = Change { event: event.clone(), ..change };
        match common.iter_mut().find(|(heading, _)| *heading == event) {
            Some((_, told)) if told.contains(&change) => {}
            Some((_, told)) => told.push(change),
            None => common.push((event, vec![change])),
        }
    }
    own.extend(common.into_iter().flat_map(|(_, told)| told));
    own
}

/// Events as a heading names them.
fn events_in_words(events: &[String]) -> String {
    match events {
        [named @ .., last] if events.len() <= MOST_EVENTS => format!("{} and {last}", named.join(", ")),
        _ => {
            let named = events.iter().take(MOST_EVENTS - 1).cloned().collect::<Vec<_>>().join(", ");
            format!("{named} and {}", counted(events.len() + 1 - MOST_EVENTS, "other event"))
        }
    }
}
