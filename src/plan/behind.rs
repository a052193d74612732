//! Checks that came before an effect and come after it now: what they find comes too late.

use super::checks::{is_of_check, is_safeguard};
use super::does::acting;
use super::kinds::checks_of;
use super::lines::shown;
use super::model::PlannedStep;
use super::script::{Line, LineKind};
use crate::text::named;
use crate::yaml::{NodeId, Span};

/// How many pairs of checks and effects are looked at.
const MOST_PAIRS: usize = 10_000;

/// What is told of the effects of a step, by the lines of its scripts before and now.
pub(super) fn behind(
    (before, was): (&PlannedStep<'_>, &[Line]),
    (now, is): (&PlannedStep<'_>, &[Line]),
) -> Vec<(String, bool)> {
    let (old, new) = (acting(before), acting(now));
    let mut told: Vec<(String, bool)> = Vec::new();
    if is.len().saturating_mul(new.len()) > MOST_PAIRS || was.len().saturating_mul(old.len()) > MOST_PAIRS {
        return told;
    }
    let mut seen: Vec<&str> = Vec::new();
    for (words, place) in &new {
        if seen.contains(&words.as_str()) {
            continue;
        }
        seen.push(words);
        let Some((_, old_place)) = old.iter().find(|(other, _)| other == words) else { continue };
        let (Some(acted), Some(acts)) = (at(was, old_place), at(is, place)) else { continue };
        let ahead: Vec<&str> = was.iter().take(acted).filter(|line| checks(line)).map(|line| &*line.text).collect();
        let mut late: Vec<String> = Vec::new();
        for line in is.iter().skip(acts + 1).filter(|line| ahead.contains(&&*line.text)) {
            if !is.iter().take(acts).any(|other| other.text == line.text) {
                late.push(shown(&line.source));
            }
        }
        if !late.is_empty() {
            told.push((format!("now {words} before it runs {}", named(&late)), true));
        }
    }
    told
}

/// Where the line stands in which something is done.
fn at(lines: &[Line], (node, span): &(NodeId, Span)) -> Option<usize> {
    let holds = |line: &Line| line.kind == LineKind::Pipe || line.range.start < span.end && span.start < line.range.end;
    lines.iter().position(|line| line.node == *node && holds(line))
}

/// Whether a failure of a line says that something was found.
fn checks(line: &Line) -> bool {
    match line.kind {
        LineKind::Script => is_safeguard(&line.text) && !checks_of(&line.text).is_empty(),
        LineKind::Pipe => is_of_check(&line.text),
        _ => false,
    }
}
