//! What a step waits for, and under which condition it runs: what two plans do otherwise in this.

use std::collections::BTreeSet;

use super::given::shape;
use super::model::PlannedStep;
use super::moved::Named;
use super::values::names;
use crate::pipeline::expression::without_blanks;
use crate::text;
use crate::yaml::{Entry, Node};

/// Whether two steps are members of one parallel group.
pub(super) fn side_by_side(step: &PlannedStep<'_>, other: &PlannedStep<'_>) -> bool {
    step.parallel && other.parallel && step.item == other.item && step.child == other.child
}

/// Whether a step begins only when another one has ended.
fn waits(step: &PlannedStep<'_>, other: &PlannedStep<'_>) -> bool {
    other.number < step.number && !side_by_side(step, other)
}

/// The names of the steps for which a step waits, of those that `both` plans have.
pub(super) fn waits_for(step: &PlannedStep<'_>, all: &[Named<'_, '_>], both: &BTreeSet<String>) -> BTreeSet<String> {
    let awaited = all.iter().filter(|(name, other)| both.contains(name) && waits(step, other));
    awaited.map(|(name, _)| name.clone()).collect()
}

/// Whether two steps have changed places: the one that waited is waited for. Steps that run side by side have no order.
pub(super) fn turned_round(old: &[Named<'_, '_>], new: &[Named<'_, '_>], now: &[Option<usize>]) -> bool {
    let of_both = |at: usize| Some((old.get(at)?.1, new.get(now[at]?)?.1));
    let steps: Vec<_> = (0..old.len()).filter_map(of_both).collect();
    steps.iter().any(|(was, is)| steps.iter().any(|(before, after)| waits(was, before) && waits(after, is)))
}

/// What is told of groups whose members stop one another where one fails, or do so no more.
pub(super) fn fail_fast(old: &[Named<'_, '_>], new: &[Named<'_, '_>], now: &[Option<usize>]) -> Vec<String> {
    let mut changed: Vec<(&PlannedStep<'_>, bool, Vec<&str>)> = Vec::new();
    for (at, (_, was)) in old.iter().enumerate() {
        let Some((name, is)) = now[at].and_then(|place| new.get(place)) else { continue };
        if !was.parallel || !is.parallel || was.fails_fast == is.fails_fast {
            continue;
        }
        let same = |(other, fast, _): &&mut (&PlannedStep<'_>, bool, Vec<&str>)| {
            side_by_side(other, is) && *fast == is.fails_fast
        };
        match changed.iter_mut().find(same) {
            Some((.., names)) => names.push(name),
            None => changed.push((is, is.fails_fast, vec![name])),
        }
    }
    let words = |(_, fast, names): (_, bool, Vec<&str>)| {
        let does = if fast { "stops the others of its group now" } else { "no longer stops the others of its group" };
        format!("a failure of {} {does}", names.join(" or "))
    };
    changed.into_iter().map(words).collect()
}

/// What is told of a step's conditions, and whether a safeguard may be passed over now.
pub(super) fn conditions(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Option<(String, bool)> {
    let own = |step: &PlannedStep<'_>| step.conditions.map(|node| node.map(meaning));
    let (was, is) = (own(before), own(now));
    let texts = |step: &PlannedStep<'_>| {
        let mut found = Vec::new();
        step.conditions.into_iter().flatten().for_each(|condition| texts(condition, &mut found));
        found
    };
    let none = |conditions: &[Option<Meaning>; 2]| conditions.iter().all(Option::is_none);
    match (none(&was), none(&is)) {
        _ if was == is => None,
        // A deployment that is left out does no harm.
        (true, false) => Some(("may be skipped now: it has a condition".to_owned(), now.deploying().is_empty())),
        (false, true) => Some(("has no condition any more".to_owned(), false)),
        _ => {
            if let Some(text) = turned(before, now) {
                return Some((text, now.deploying().is_empty()));
            }
            let narrows = narrowed(before, now);
            let names = names(&texts(before), &texts(now), "").unwrap_or_default();
            // A deployment that is left out does no harm.
            let weakens = narrows && now.deploying().is_empty();
            let is = if narrows { "runs in fewer cases now: its condition has" } else { "has another condition:" };
            let bare = if names.is_empty() { "has another condition".to_owned() } else { format!("{is} {names}") };
            Some((bare, weakens))
        }
    }
}

/// What a condition comes to, key by key.
type Meaning = Vec<(String, Option<Vec<String>>)>;

/// Of several paths any one will do, so that their order says nothing, and neither do blanks in an expression.
fn meaning(condition: Node<'_>) -> Meaning {
    let of = |entry: Entry<'_>| match entry.value.text().filter(|_| entry.name() == "state") {
        Some(text) => Some(vec![without_blanks(text)]),
        None => shape(Some(entry.value)),
    };
    let mut all: Meaning = condition.entries().map(|entry| (entry.name().to_owned(), of(entry))).collect();
    all.sort();
    all
}

/// What is told where files that made a step run make it be skipped now, or the other way round.
fn turned(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Option<String> {
    let files = |step: &PlannedStep<'_>, key: &str| {
        let paths = step.conditions.into_iter().flatten().find_map(|node| node.get("changesets")?.get(key))?;
        let paths: Vec<String> = paths.items().filter_map(|path| path.text()).map(|path| format!("`{path}`")).collect();
        (!paths.is_empty()).then(|| text::named(&paths))
    };
    let (include, exclude) = ("includePaths", "excludePaths");
    match (files(before, include), files(before, exclude), files(now, include), files(now, exclude)) {
        (Some(was), None, None, Some(is)) => {
            Some(format!("is skipped now where only {is} changed; before, it ran only where {was} changed"))
        }
        (None, Some(was), Some(is), None) => {
            Some(format!("runs now only where {is} changed; before, it was skipped where only {was} changed"))
        }
        _ => None,
    }
}

/// The paths of a key in the conditions of a step.
fn paths<'d>(step: &PlannedStep<'d>, key: &str) -> Vec<&'d str> {
    let of = |node: Node<'d>| node.get("changesets")?.get(key);
    let found = step.conditions.into_iter().flatten().filter_map(of);
    found.flat_map(|paths| paths.items()).filter_map(|path| path.text()).collect()
}

/// Whether a step runs where fewer files changed: it names fewer that make it run, or more that don't, and nothing else is
/// otherwise.
fn narrowed(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> bool {
    let beyond = |one: &[&str], other: &[&str]| {
        let whole =
            |path: &str| path.strip_suffix("/**/*").map_or_else(|| path.to_owned(), |folder| folder.to_owned() + "/**");
        let covers = |path: &&str, wider: &&str| {
            let (path, wider) = (whole(path), whole(wider));
            path == wider || wider.strip_suffix("**").is_some_and(|folder| path.starts_with(folder))
        };
        one.iter().any(|path| !other.iter().any(|wider| covers(path, wider)))
    };
    let of = |key: &str| (paths(before, key), paths(now, key));
    let ((included, includes), (excluded, excludes)) = (of("includePaths"), of("excludePaths"));
    let fewer = !includes.is_empty() && beyond(&included, &includes) || beyond(&excludes, &excluded);
    let more = !included.is_empty() && beyond(&includes, &included)
        || beyond(&excluded, &excludes)
        || included.is_empty() != includes.is_empty();
    let states = |step: &PlannedStep<'_>| -> Vec<String> {
        let all = step.conditions.into_iter().flatten().filter_map(|node| node.get("state")?.text());
        all.map(without_blanks).collect()
    };
    fewer && !more && states(before) == states(now)
}

/// Whether the pipeline goes on where a step fails.
pub(super) fn is_ignored(step: &PlannedStep<'_>) -> bool {
    step.on_fail.is_some_and(|node| words(node).iter().any(|word| word == "ignore"))
}

/// How often a step is run again where it fails: once, where nothing says how often.
fn retries<'d>(step: &PlannedStep<'d>) -> Option<&'d str> {
    let node = step.on_fail.filter(|node| words(*node).iter().any(|word| word == "retry"))?;
    Some(node.get("maxRetryCount").and_then(|count| count.text()).unwrap_or("1"))
}

/// What is told of a failure of a step.
pub(super) fn failure(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Vec<(String, bool)> {
    let ignored = match (is_ignored(before), is_ignored(now)) {
        (false, true) => Some(("may fail now, and the pipeline goes on".to_owned(), true)),
        (true, false) => Some(("stops the pipeline now where it fails".to_owned(), false)),
        _ => None,
    };
    let times = |count: &str| if count == "1" { "once".to_owned() } else { format!("up to {count} times") };
    let again = match (retries(before), retries(now)) {
        (None, Some(is)) => Some(format!("is run again {} now where it fails", times(is))),
        (Some(was), None) => Some(format!("is not run again any more where it fails, before {}", times(was))),
        (Some(was), Some(is)) if was != is => {
            Some(format!("is run again {} where it fails, before {}", times(is), times(was)))
        }
        _ => None,
    };
    ignored.into_iter().chain(again.map(|text| (text, false))).collect()
}

/// What is told of a step that runs last, whatever happened before, or does so no more.
pub(super) fn last(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Option<(&'static str, bool)> {
    match (before.last, now.last) {
        (false, true) => Some(("is the final step now, which runs after a failure too", !now.deploying().is_empty())),
        (true, false) => Some(("is not the final step any more: after a failure it does not run", false)),
        _ => None,
    }
}

/// The scalars of a node without its keys.
fn texts(node: Node<'_>, out: &mut Vec<String>) {
    let below = node.entries().map(|entry| entry.value).chain(node.items());
    below.for_each(|node| texts(node, out));
    out.extend(node.text().map(str::to_owned));
}

/// The scalars of a node, keys included.
fn words(node: Node<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for entry in node.entries() {
        found.push(entry.name().to_owned());
        found.extend(words(entry.value));
    }
    for item in node.items() {
        found.extend(words(item));
    }
    found.extend(node.text().map(str::to_owned));
    found
}
