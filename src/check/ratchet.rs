//! What rules held before and hold no more, and what comments allow now.

use std::collections::BTreeSet;

use super::Checked;
use super::difference::change;
use super::once::ALSO;
use crate::finding::{Allowed, Answer, Finding};
use crate::plan::Change;
use crate::rules::RuleAnswer;
use crate::text::counted;

/// Rules that hold no more, or hold again, or are violated in more places than before, or in fewer.
pub(super) fn answers(old: &Checked, new: &Checked) -> Vec<Change> {
    let both = old.answers().filter_map(|(rule, was)| Some((rule, was, new.answer(rule)?)));
    both.filter_map(|(rule, was, is)| match (was, is) {
        (RuleAnswer::Violated, RuleAnswer::Violated) => counts(rule, violations(old, rule), violations(new, rule)),
        _ if was == is => None,
        _ => {
            let weakens = was == RuleAnswer::Holds || is == RuleAnswer::Violated;
            // What a comment allows does not hold.
            let past = if was == RuleAnswer::Holds && allows(old, rule) { "was allowed" } else { past(was) };
            let present = if is == RuleAnswer::Holds && allows(new, rule) { "is allowed" } else { present(is) };
            Some(change("rules", format!("`{rule}` {past}, now {present}"), weakens))
        }
    })
    .collect()
}

fn allows(checked: &Checked, rule: &str) -> bool {
    checked.allowed.iter().any(|allowed| allowed.rule == rule)
}

/// How often a rule is violated: at a place in each plan that reaches it, so that it is as often where an anchor is written out.
fn violations(checked: &Checked, rule: &str) -> (usize, usize) {
    let violated = checked.findings.iter().filter(|finding| finding.rule == rule && finding.answer == Answer::Violated);
    let plans = |finding: &Finding| 1 + finding.trace.iter().filter(|line| line.starts_with(ALSO)).count();
    violated.fold((0, 0), |(places, all), finding| (places + 1, all + plans(finding)))
}

fn counts(rule: &str, (was, before): (usize, usize), (is, now): (usize, usize)) -> Option<Change> {
    // The same places may be reached by more plans.
    let text = || match was == is {
        true => format!("`{rule}` is violated in {}, before in {before}", counted(now, "plan")),
        false => format!("`{rule}` is violated in {}, before in {was}", counted(is, "place")),
    };
    (before != now).then(|| change("rules", text(), now > before))
}

fn past(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "held",
        RuleAnswer::Violated => "was violated",
        RuleAnswer::CannotTell => "could not be told",
    }
}

fn present(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "holds",
        RuleAnswer::Violated => "is violated",
        RuleAnswer::CannotTell => "can't be told",
    }
}

/// Suppressions that came or went: a rule that is allowed away holds less than before, however clean the file looks.
pub(super) fn suppressions(old: &Checked, new: &Checked) -> Vec<Change> {
    let (was, is) = (&old.allowed, &new.allowed);
    let of = |all: &[Allowed], rule: &str| all.iter().filter(|one| one.rule == rule).cloned().collect::<Vec<_>>();
    let comments = |all: &[Allowed]| all.iter().map(|one| one.span).collect::<BTreeSet<_>>().len();
    let mut changes = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for allowed in is.iter().chain(was) {
        if seen.contains(&allowed.rule) {
            continue;
        }
        seen.push(allowed.rule);
        let (was, is) = (of(was, allowed.rule), of(is, allowed.rule));
        let (before, now) = (comments(&was), comments(&is));
        if now > before {
            let line = new.document.position(allowed.span.start).line;
            changes.push(change(
                "suppressions",
                format!("`{}` is allowed by a comment (line {line})", allowed.rule),
                true,
            ));
        } else if before > now {
            changes.push(change(
                "suppressions",
                format!("`{}` is no longer allowed by a comment", allowed.rule),
                false,
            ));
        } else {
            changes.extend(wider(&was, &is, new));
        }
    }
    changes
}

/// Events in which as many comments as before allow a rule, and none did.
fn wider(was: &[Allowed], is: &[Allowed], new: &Checked) -> Vec<Change> {
    let before: BTreeSet<&String> = was.iter().flat_map(|allowed| &allowed.events).collect();
    let mut told = before.clone();
    let events = is.iter().flat_map(|allowed| allowed.events.iter().map(move |event| (allowed, event)));
    let fresh = events.filter(|(_, event)| told.insert(event));
    let text = |(allowed, event): (&Allowed, &String)| {
        let line = new.document.position(allowed.span.start).line;
        change("suppressions", format!("the comment of line {line} allows `{}` on {event}, too", allowed.rule), true)
    };
    fresh.map(text).collect()
}
