//! What rules held before and hold no more, and what comments allow now.

use super::Checked;
use super::difference::change;
use super::suppress::{self, Allowed};
use crate::finding::Answer;
use crate::plan::Change;
use crate::rules::RuleAnswer;
use crate::text::counted;

/// Rules that hold no more, or hold again, or are violated in more places than before, or in fewer.
pub(super) fn answers(old: &Checked, new: &Checked) -> Vec<Change> {
    let both = old.answers.iter().filter_map(|(rule, was)| Some((rule, *was, *new.answers.get(rule)?)));
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
    allowed(checked).iter().any(|allowed| allowed.rule == rule)
}

/// The comments that allow something: one where nothing is found is told as such.
fn allowed(checked: &Checked) -> Vec<Allowed> {
    let idle = |allowed: &Allowed| {
        checked.findings.iter().any(|finding| finding.rule == suppress::USED.id && finding.span == allowed.span)
    };
    suppress::all(&checked.document).into_iter().filter(|allowed| !idle(allowed)).collect()
}

/// How many places violate a rule.
fn violations(checked: &Checked, rule: &str) -> usize {
    checked.findings.iter().filter(|finding| finding.rule == rule && finding.answer == Answer::Violated).count()
}

fn counts(rule: &str, was: usize, is: usize) -> Option<Change> {
    let text = || format!("`{rule}` is violated in {}, before in {was}", counted(is, "place"));
    (was != is).then(|| change("rules", text(), is > was))
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
    let (was, is) = (allowed(old), allowed(new));
    let count = |all: &[Allowed], rule: &str| all.iter().filter(|allowed| allowed.rule == rule).count();
    let mut changes = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for allowed in is.iter().chain(&was) {
        if seen.contains(&allowed.rule.as_str()) {
            continue;
        }
        seen.push(&allowed.rule);
        let (before, now) = (count(&was, &allowed.rule), count(&is, &allowed.rule));
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
        }
    }
    changes
}
