//! What two sets of plans have gained and lost against each other.

use std::collections::BTreeMap;

use super::model::{Plan, PlannedStep};
use crate::effect::{Effect, Images, Kind, Reference};

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
pub fn compare(before: &[Plan<'_>], after: &[Plan<'_>]) -> Vec<Change> {
    let mut changes = Vec::new();
    let old: BTreeMap<String, &Plan<'_>> = before.iter().map(|plan| (plan.event.to_string(), plan)).collect();
    let new: BTreeMap<String, &Plan<'_>> = after.iter().map(|plan| (plan.event.to_string(), plan)).collect();
    for plan in before {
        let event = plan.event.to_string();
        match new.get(&event) {
            None => {
                let text = format!("nothing runs any more; it ran {} step(s)", plan.steps.len());
                changes.push(Change { event, text, weakens: true });
            }
            Some(now) => steps(&event, plan, now, &mut changes),
        }
    }
    for plan in after {
        let event = plan.event.to_string();
        if !old.contains_key(&event) {
            let names: Vec<String> = plan.steps.iter().map(PlannedStep::shown).collect();
            changes.push(Change { event, text: format!("now runs {}", names.join(", ")), weakens: false });
        }
    }
    changes
}

/// Steps as a message names them: the second of two equal names gets a number.
fn named<'p, 'd>(plan: &'p Plan<'d>) -> Vec<(String, &'p PlannedStep<'d>)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let steps = plan.steps.iter().map(|step| {
        let name = step.shown();
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        (if *count > 1 { format!("{name} ({count})") } else { name }, step)
    });
    steps.collect()
}

fn steps(event: &str, before: &Plan<'_>, after: &Plan<'_>, out: &mut Vec<Change>) {
    let old = named(before);
    let new = named(after);
    let mut tell = |text: String, weakens: bool| out.push(Change { event: event.to_owned(), text, weakens });
    for (name, step) in &old {
        match new.iter().find(|(other, _)| other == name) {
            None => tell(format!("{name} is gone"), true),
            Some((_, now)) => {
                match (step.gated, now.gated) {
                    (true, false) => tell(format!("{name} was behind a gate, now is not"), true),
                    (false, true) => tell(format!("{name} is behind a gate now"), false),
                    _ => {}
                }
                let (was, is) = (step.declared_name(), now.declared_name());
                if was != is {
                    let show =
                        |name: Option<&str>| name.map_or("no environment".to_owned(), |name| format!("`{name}`"));
                    tell(format!("{name} deploys to {}, before to {}", show(is), show(was)), is.is_none());
                }
                let (was, is) = (effects(step), effects(now));
                for gone in was.iter().filter(|effect| !is.contains(effect)) {
                    tell(format!("{name} no longer {gone}"), false);
                }
                for fresh in is.iter().filter(|effect| !was.contains(effect)) {
                    tell(format!("{name} now {fresh}"), false);
                }
            }
        }
    }
    for (name, step) in &new {
        if !old.iter().any(|(other, _)| other == name) {
            let gate = if step.gated { " behind a gate" } else { "" };
            tell(format!("{name} is new{gate}"), false);
        }
    }
    let order = |steps: &[(String, &PlannedStep<'_>)], others: &[(String, &PlannedStep<'_>)]| -> Vec<String> {
        let common = steps.iter().filter(|(name, _)| others.iter().any(|(other, _)| other == name));
        common.map(|(name, _)| name.clone()).collect()
    };
    if order(&old, &new) != order(&new, &old) {
        tell(format!("the order is now {}", order(&new, &old).join(", ")), false);
    }
}

/// What a step does, as phrases; each once.
fn effects(step: &PlannedStep<'_>) -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    for effect in &step.found.effects {
        if let Some(phrase) = phrase(effect)
            && !phrases.contains(&phrase)
        {
            phrases.push(phrase);
        }
    }
    phrases
}

fn phrase(effect: &Effect<'_>) -> Option<String> {
    let name = |reference: &Option<Reference<'_>>| {
        reference
            .as_ref()
            .map_or_else(|| "an image whose name is hidden".to_owned(), |reference| format!("`{reference}`"))
    };
    let all = |references: &[Reference<'_>]| {
        references.iter().map(|reference| format!("`{reference}`")).collect::<Vec<_>>().join(" and ")
    };
    Some(match &effect.kind {
        Kind::Build { references, .. } if references.is_empty() => "builds an image whose name is hidden".to_owned(),
        Kind::Build { references, .. } => format!("builds {}", all(references)),
        Kind::Push { reference } => format!("pushes {}", name(reference)),
        Kind::Retag { source, target, .. } => format!("gives {} the name {}", name(source), name(target)),
        Kind::Deploy { images: Images::Known(references), .. } => format!("deploys {}", all(references)),
        Kind::Deploy { .. } => format!("deploys with `{}`", effect.command),
        Kind::Opaque(_) => format!("runs `{}`, which is not followed", effect.command),
        Kind::Pull { .. } | Kind::Login | Kind::ReadVariable { .. } | Kind::Docker => return None,
    })
}
