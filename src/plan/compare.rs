//! What two sets of plans have gained and lost against each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::EventKind;
use super::across::{Across, joined, version};
use super::asked::asked;
use super::compared::Comparisons;
use super::does::{otherwise, told_to};
use super::imported::{imported, ran};
use super::model::{Plan, PlannedStep};
use super::moved::{Moved, Named, commands, moved, runs_all};
use super::narrower::Narrower;
use super::pairs::{in_order, pairs};
use super::passed::Passed;
use super::waits::{conditions, fail_fast, failure, is_ignored, last, side_by_side, turned_round, waits_for};
use crate::effect::{EnvironmentKind, Kind, kind_of};
use crate::pipeline::Section;
use crate::settings::Settings;
use crate::text::{self, counted};

/// One difference in meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The event.
    pub event: String,
    /// What is different.
    pub text: String,
    /// Whether a safeguard was lost: a gate, a step.
    pub weakens: bool,
}

/// Compares what each event does before and after.
/// `settings` say which environment is production now; `hide` puts stars in place of what must not be said, in texts of
/// commands before they are cut.
pub fn compare(
    before: &[Plan<'_>],
    after: &[Plan<'_>],
    settings: &Settings,
    hide: &dyn Fn(&mut String),
) -> Vec<Change> {
    let mut changes = Vec::new();
    let (before, after) = (titled(before), titled(after));
    let old: BTreeMap<&Title, &Plan<'_>> = before.iter().map(|(title, plan)| (title, *plan)).collect();
    let new: BTreeMap<&Title, &Plan<'_>> = after.iter().map(|(title, plan)| (title, *plan)).collect();
    let main = after.iter().map(|(_, plan)| *plan).find(|plan| plan.is_main());
    let narrower = Narrower::new(&after, |title| old.get(title).copied());
    let comparisons = Comparisons::new(hide);
    let mut across = Across::default();
    for (title, plan) in &before {
        let event = title.0.clone();
        match new.get(title) {
            None => {
                let left = narrower.but_for(plan);
                let ran = ran(plan, || counted(plan.steps.len(), "step"));
                let text = match title.1 {
                    1 => format!("nothing runs any more{left}; it ran {ran}"),
                    _ => format!("another pipeline that takes it is gone; it ran {ran}"),
                };
                changes.push(Change { event, text, weakens: true });
            }
            Some(now) => {
                match imported(plan, now) {
                    Some((text, weakens)) => changes.push(Change { event: event.clone(), text, weakens }),
                    None => steps(&event, (plan, now, main), (settings, &comparisons), &mut across, &mut changes),
                }
                let asked = asked(plan, now).into_iter();
                changes.extend(asked.map(|text| Change { event: event.clone(), text, weakens: false }));
            }
        }
    }
    for (title, plan) in &after {
        let event = title.0.clone();
        if !old.contains_key(title) {
            let names = || plan.steps.iter().map(PlannedStep::shown).collect::<Vec<_>>().join(", ");
            changes.push(Change {
                event: event.clone(),
                text: format!("now runs {}", ran(plan, names)),
                weakens: false,
            });
            let acting = named(plan).into_iter();
            let acting = acting.filter_map(|(name, step)| Some(format!("{name}: it {}", acts_as(step, settings)?)));
            changes.extend(acting.map(|text| Change { event: event.clone(), text, weakens: false }));
        }
    }
    across.tell(&mut changes);
    let of_both = |event: &str| old.keys().any(|title| title.0 == event && new.contains_key(title));
    joined(changes, of_both)
}

/// The event as it is told, and its number among those that are told alike: two patterns may take one name.
pub(super) type Title = (String, usize);

fn titled<'p, 'd>(plans: &'p [Plan<'d>]) -> Vec<(Title, &'p Plan<'d>)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let numbered = plans.iter().map(|plan| {
        let title = title(plan);
        let count = seen.entry(title.clone()).or_default();
        *count += 1;
        ((title, *count), plan)
    });
    numbered.collect()
}

/// The event, with the pipeline where a trigger starts it beside another one.
fn title(plan: &Plan<'_>) -> String {
    let by_trigger =
        plan.selector.section == Section::Custom && !matches!(plan.event.kind, EventKind::Custom | EventKind::Shared);
    if by_trigger { format!("{} ({})", plan.event, plan.selector.label()) } else { plan.event.to_string() }
}

/// Steps as a message names them: the second of two equal names gets a number.
fn named<'p, 'd>(plan: &'p Plan<'d>) -> Vec<Named<'p, 'd>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let steps = plan.steps.iter().map(|step| {
        let name = step.shown();
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        (if *count > 1 { format!("{name} ({count})") } else { name }, step)
    });
    steps.collect()
}

/// What is told of one event.
struct Told<'o> {
    event: String,
    comparisons: &'o Comparisons<'o>,
    /// The steps of the plan as it is now.
    steps: &'o [PlannedStep<'o>],
    is_tag: bool,
    across: &'o mut Across,
    out: &'o mut Vec<Change>,
}

impl Told<'_> {
    fn tell(&mut self, text: String, weakens: bool) {
        self.out.push(Change { event: self.event.clone(), text, weakens });
    }

    /// Whether another step runs a command now wherever a step as it was did.
    fn runs(&self, was: &PlannedStep<'_>, command: &str) -> bool {
        self.steps.iter().any(|step| self.comparisons.has(step, command) && counts_as_much(step, was))
    }
}

/// `main` is what a push to main runs now: what a tag's commit has been through.
fn steps(
    event: &str,
    (before, after, main): (&Plan<'_>, &Plan<'_>, Option<&Plan<'_>>),
    (settings, comparisons): (&Settings, &Comparisons<'_>),
    across: &mut Across,
    out: &mut Vec<Change>,
) {
    let (old, new) = (named(before), named(after));
    let (event, is_tag) = (event.to_owned(), after.is_tag());
    let mut told = Told { event, comparisons, steps: &after.steps, is_tag, across, out };
    let (passed_before, passed_now) = (Passed::of(&before.skipped), Passed::of(&after.skipped));
    // For each old step the place of the new one.
    let mut now = pairs(&old, &new);
    let places: HashMap<&str, usize> =
        new.iter().enumerate().map(|(place, (name, _))| (name.as_str(), place)).collect();
    let is_fresh =
        |now: &[Option<usize>], name: &str| places.get(name).is_some_and(|place| !now.contains(&Some(*place)));
    for (at, (name, step)) in old.iter().enumerate() {
        if let Some((name, other)) = now[at].and_then(|place| new.get(place)) {
            step_changes(name, step, other, &mut told);
            continue;
        }
        if passed_now.has(step) {
            // A deployment that is left out does no harm.
            told.tell(format!("{name} is skipped now: its condition does not hold"), step.deploying().is_empty());
            continue;
        }
        match moved(step, &new, |name| is_fresh(&now, name)) {
            Moved::Renamed((called, other)) => {
                told.tell(
                    match other.step.name() {
                        Some(_) => format!("{name} is called {called} now"),
                        None => format!("{name} has no name any more"),
                    },
                    false,
                );
                step_changes(called, step, other, &mut told);
                now[at] = places.get(called.as_str()).copied();
            }
            Moved::Split(receivers) => {
                let names: Vec<&str> = receivers.iter().map(|(name, _)| name.as_str()).collect();
                let ungated = step.gated && receivers.iter().any(|(_, other)| !other.gated);
                told.tell(format!("{name} is gone; its commands are in {} now", names.join(" and ")), ungated);
            }
            Moved::Gone if is_written_out(step, &old, &now) => {
                told.tell(format!("{name} is gone; the steps of its child pipeline stand in its place"), false);
            }
            Moved::Gone => match excuse(before, step, main) {
                Some(excuse) => told.tell(format!("{name} is gone; {excuse}"), false),
                None => {
                    let does = it_does(step, settings, comparisons);
                    // One that only asked held back those behind it, of which each is told.
                    let only_asked = step.manual.is_some() && does.is_empty() && only_speaks(step);
                    told.tell(format!("{name} is gone{does}"), !only_asked);
                }
            },
        }
    }
    for (name, step) in &new {
        if is_fresh(&now, name) {
            let gate = match (step.manual.is_some(), step.gated) {
                (true, _) => ", and waits for a person",
                (false, true) => " behind a gate",
                (false, false) => "",
            };
            let beside = |(other, sibling): &&Named<'_, '_>| other != name && side_by_side(step, sibling);
            let siblings: Vec<&str> = new.iter().filter(beside).map(|(other, _)| other.as_str()).collect();
            let place =
                if siblings.is_empty() { String::new() } else { format!(", beside {}", siblings.join(" and ")) };
            let is = if passed_before.has(step) { "is not skipped any more" } else { "is new" };
            told.tell(format!("{name} {is}{gate}{place}{}", it_does(step, settings, comparisons)), false);
        }
    }
    for text in fail_fast(&old, &new, &now) {
        told.tell(text, false);
    }
    // The order is about the steps of both sides, by their names of now.
    let turned = turned_round(&old, &new, &now);
    if turned {
        let both = new.iter().enumerate().filter(|(place, _)| now.contains(&Some(*place))).map(|(_, step)| step);
        let both: Vec<&Named<'_, '_>> = both.collect();
        told.tell(format!("the order is now {}", in_order(&both)), false);
    }
    // In the same order a step may still wait for less; in another one that matters of what acts on the world.
    let old: Vec<Named<'_, '_>> =
        old.iter().zip(&now).filter_map(|((_, step), place)| Some((new.get((*place)?)?.0.clone(), *step))).collect();
    let both: BTreeSet<String> = old.iter().map(|(name, _)| name.clone()).collect();
    let pairs = new.iter().filter_map(|(name, step)| Some((name, step, old.iter().find(|(other, _)| other == name)?)));
    for (name, step, (_, before)) in pairs {
        let (was, is) = (waits_for(before, &old, &both), waits_for(step, &new, &both));
        let names = |left: &BTreeSet<String>, right: &BTreeSet<String>| {
            left.difference(right).cloned().collect::<Vec<_>>().join(" and ")
        };
        if was.difference(&is).next().is_some() && (!turned || acts(step)) {
            told.tell(format!("{name} no longer waits for {}", names(&was, &is)), true);
        }
        if is.difference(&was).next().is_some() && !turned {
            told.tell(format!("{name} waits for {} now", names(&is, &was)), false);
        }
    }
}

/// How many of the things that a step does are told of one that is new or gone.
const MOST_DONE: usize = 3;

/// What a step that is new or gone does to the world, else what it checks; nothing where that is nothing.
fn it_does(step: &PlannedStep<'_>, settings: &Settings, comparisons: &Comparisons<'_>) -> String {
    let runs = || {
        let commands = comparisons.told_commands(step);
        (!commands.is_empty()).then(|| format!("runs {}", text::named(&commands)))
    };
    acts_as(step, settings).or_else(runs).map_or_else(String::new, |words| format!(": it {words}"))
}

fn acts_as(step: &PlannedStep<'_>, settings: &Settings) -> Option<String> {
    let deploys = !step.deploying().is_empty();
    let place = step.declared_name().filter(|_| deploys).map_or_else(String::new, |name| format!("`{name}`"));
    let production = step.declared_name().and_then(|name| kind_of(name, settings));
    let production = deploys && production == Some(EnvironmentKind::Production);
    let is_open = production && !step.gated;
    // Beside other words it stands with the deployment.
    let (place, open) = match is_open {
        true if told_to(step, "").len() > 1 => (place + " with no gate", ""),
        true => (place, ", with no gate"),
        false => (place, ""),
    };
    let mut does = told_to(step, &place);
    // Where it goes is told in any case.
    let goes = does.iter().position(|words| !place.is_empty() && words.ends_with(&place));
    if let Some(at) = goes.filter(|at| *at >= MOST_DONE) {
        let words = does.remove(at);
        does.insert(MOST_DONE - 1, words);
    }
    let more = does.len().saturating_sub(MOST_DONE);
    does.truncate(MOST_DONE);
    if more > 0 {
        does.push(format!("{more} more"));
    }
    (!does.is_empty()).then(|| format!("{}{open}", does.join(" and ")))
}

/// Whether a step deploys, or puts an image into a registry: what stood before it may have been a check.
fn acts(step: &PlannedStep<'_>) -> bool {
    step.deployment.is_some()
        || !step.deploying().is_empty()
        || step.found.effects.iter().any(|effect| !effect.pushed().is_empty())
}

/// Why a step that is gone is no safeguard that is lost; `None` where it may have been one.
fn excuse(plan: &Plan<'_>, step: &PlannedStep<'_>, main: Option<&Plan<'_>>) -> Option<&'static str> {
    let acts = step.manual.is_some() || step.deployment.is_some() || !step.deploying().is_empty();
    if !plan.is_tag() || acts {
        None
    } else if main.is_some_and(|main| runs_all(main, step)) {
        Some("a push to main runs its commands")
    } else if step.found.effects.iter().any(|effect| matches!(effect.kind, Kind::Build { .. })) {
        Some("it built an image, which no tag should")
    } else {
        None
    }
}

/// What one step does otherwise.
fn step_changes(name: &str, before: &PlannedStep<'_>, now: &PlannedStep<'_>, told: &mut Told<'_>) {
    match (before.gated, now.gated) {
        // A step that only asked, or printed, was held back for the sake of those behind it, of which each is told.
        (true, false) => told.tell(format!("{name} was behind a gate, now is not"), !does_nothing(before)),
        (false, true) => told.tell(format!("{name} is behind a gate now"), false),
        (true, true) if before.manual.is_none() && now.manual.is_some() => {
            told.tell(format!("{name} waits for a person itself now"), false);
        }
        (true, true) if before.manual.is_some() && now.manual.is_none() && before.gate_before.is_some() => {
            let text = format!("{name} no longer waits for a person itself, only for the gate before it");
            told.tell(text, !does_nothing(before));
        }
        _ => {}
    }
    let (was, is) = (before.declared_name(), now.declared_name());
    if was != is {
        let deploys = !before.deploying().is_empty() || !now.deploying().is_empty();
        let show = |name: Option<&str>| name.map_or("none".to_owned(), |name| format!("`{name}`"));
        // A step that deploys nothing takes the environment for its variables.
        let text = match is {
            _ if deploys => {
                let show = |name: Option<&str>| name.map_or("no environment".to_owned(), |name| format!("`{name}`"));
                format!("{name} deploys to {}, before to {}", show(is), show(was))
            }
            Some(_) => format!("{name} has the environment {}, before {}", show(is), show(was)),
            None => format!("{name} has no environment any more, before {}", show(was)),
        };
        told.tell(text, is.is_none());
    }
    let last = last(before, now).map(|(text, weakens)| (text.to_owned(), weakens));
    let others = failure(before, now).into_iter().chain(last);
    for (text, weakens) in conditions(before, now).into_iter().chain(others) {
        told.tell(format!("{name} {text}"), weakens);
    }
    let compared = told.comparisons.of(before, now);
    for (text, weakens) in otherwise(before, now, (told.steps, told.is_tag)) {
        let hidden = text.strip_prefix("now runs `").and_then(|rest| rest.strip_suffix("`, which is not followed"));
        // In the place of what it stands is told with the commands.
        if hidden.is_none_or(|command| !compared.runs.tells_of(command)) {
            told.tell(format!("{name} {text}"), weakens);
        }
    }
    let given = compared.given.iter().map(|text| (text.clone(), false));
    let all = compared.runs.all(|command| told.runs(before, command)).chain(given);
    let all = all.map(|(text, weakens)| (format!("{name} {text}"), weakens)).collect();
    let steps = (version(before), version(now));
    told.across.add(steps, &told.event, told.out.len(), all);
}

/// Whether what a step runs is run wherever, and counts as much as, what another one ran: it is not skipped, held back, ignored
/// or left to the end where that one was not.
fn counts_as_much(step: &PlannedStep<'_>, other: &PlannedStep<'_>) -> bool {
    step.condition_beyond(other).is_none()
        && (!step.gated || other.gated)
        && (!step.last || other.last)
        && (!is_ignored(step) || is_ignored(other))
}

/// Whether a step that started a child pipeline is gone, and all steps of that are there.
fn is_written_out(step: &PlannedStep<'_>, old: &[Named<'_, '_>], now: &[Option<usize>]) -> bool {
    let name = step.step.child().and_then(|name| name.text());
    let is_inner = |other: &PlannedStep<'_>| other.child.is_some() && other.child.as_deref() == name;
    let mut inner = old.iter().zip(now).filter(|((_, other), _)| is_inner(other)).peekable();
    inner.peek().is_some() && inner.all(|(_, place)| place.is_some())
}

/// Whether a step does nothing, and runs nothing that could fail.
fn only_speaks(step: &PlannedStep<'_>) -> bool {
    let speaks = |text: &str| ["echo ", "printf ", "true", ": "].iter().any(|word| text.starts_with(word));
    does_nothing(step) && commands(step).iter().all(|line| speaks(line))
}

/// Whether all that a step does is known, and is nothing to images, to environments or to anything else.
fn does_nothing(step: &PlannedStep<'_>) -> bool {
    let found = &step.found;
    step.declared_name().is_none() && found.effects.is_empty() && found.unread.is_empty() && found.changes.is_empty()
}
