//! What rules held before and hold no more, and what comments allow now.

use std::collections::{BTreeMap, BTreeSet};

use super::Checked;
use super::difference::change;
use super::suppress::{REASON, USED};
use crate::finding::{Allowed, Answer, Layer};
use crate::plan::Change;
use crate::rules::RuleAnswer;
use crate::text::counted;

/// Rules that hold no more, or hold again, or are violated in more cases than before, or in fewer.
pub(super) fn answers(old: &Checked, new: &Checked) -> Vec<Change> {
    let both = old.answers().filter_map(|(rule, was)| Some((rule, was, new.answer(rule)?)));
    both.filter_map(|(rule, was, is)| match (was, is) {
        (RuleAnswer::Violated, RuleAnswer::Violated) => counts(rule, &violations(old, rule), &violations(new, rule)),
        _ if was == is => None,
        _ => {
            let weakens = was == RuleAnswer::Holds || is == RuleAnswer::Violated;
            // What a comment allows does not hold.
            let past = if was == RuleAnswer::Holds && allows(old, rule) { "was allowed" } else { past(was) };
            let present = if is == RuleAnswer::Holds && allows(new, rule) { "is allowed" } else { present(is) };
            let comment = if is == RuleAnswer::Violated { of_comment(new, rule) } else { String::new() };
            Some(change("rules", format!("`{rule}` {past}, now {present}{comment}"), weakens))
        }
    })
    .collect()
}

/// What is wrong with the first comment that a rule about comments finds fault with.
fn of_comment(checked: &Checked, rule: &str) -> String {
    let finding = checked.findings.iter().filter(|_| [USED.id, REASON.id].contains(&rule)).find(|one| one.rule == rule);
    finding.map_or_else(String::new, |finding| {
        let line = checked.document.position(finding.span.start).line;
        format!(" by the comment of line {line}: {}", finding.message)
    })
}

fn allows(checked: &Checked, rule: &str) -> bool {
    checked.allowed.iter().any(|allowed| allowed.rule == rule)
}

/// Rules outside of the policy that are about pipelines and steps, too.
const OF_PLANS: [&str; 2] = ["automatic-first-step", "image-at-hand"];

/// What violates a rule, and how often, by what is said of it. What is found in plans counts for each plan, step and
/// command, so that it is as often where an anchor or an alternative of a pattern is written out. The rest is about the text,
/// of which the same may stand in any number of places.
fn violations<'c>(checked: &'c Checked, rule: &str) -> BTreeMap<&'c str, usize> {
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in checked.findings.iter().filter(|one| one.rule == rule && one.answer == Answer::Violated) {
        let known = cases.entry(&finding.message).or_default();
        *known = match finding.layer {
            _ if OF_PLANS.contains(&rule) => *known + finding.cases,
            Layer::Policy if !finding.trace.is_empty() => *known + finding.cases,
            Layer::Policy => finding.alternatives.max(*known),
            _ => 1,
        };
    }
    cases
}

fn counts(rule: &str, was: &BTreeMap<&str, usize>, is: &BTreeMap<&str, usize>) -> Option<Change> {
    let [before, now] = [was, is].map(|cases| cases.values().sum::<usize>());
    // Of those that are new the first one tells what it is about.
    let fresh = is.keys().find(|message| now > before && !was.contains_key(*message));
    let fresh = fresh.map_or_else(String::new, |message| format!(": {message}"));
    let text = format!("`{rule}` is violated in {}, before in {before}{fresh}", counted(now, "case"));
    (before != now).then(|| change("rules", text, now > before))
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
