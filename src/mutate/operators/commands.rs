//! Lines of scripts.

use crate::effect::Kind;
use crate::mutate::edit::{Edit, item_before};
use crate::mutate::subject::{Edits, Subject};
use crate::pipeline::ScriptItem;

pub(super) fn hidden(subject: &Subject<'_>) -> Vec<Edits> {
    let deploys = subject.commands(|_| true, |kind| matches!(kind, Kind::Deploy { .. })).into_iter();
    deploys.map(|(_, _, effect)| vec![Edit::replace(effect.site.span(), "./deploy.sh")]).collect()
}

/// A line before the first command of the first and of the last script: what a line says does not depend on the step.
fn line(subject: &Subject<'_>, command: &str) -> Vec<Edits> {
    let steps = subject.steps();
    let lines = steps.iter().filter_map(|step| match step.script().into_iter().next()? {
        ScriptItem::Command(node) => Some(vec![item_before(node, command)?]),
        _ => None,
    });
    let lines: Vec<Edits> = lines.collect();
    let (first, last) = (lines.first(), lines.last());
    first.into_iter().chain(last).cloned().collect()
}

pub(super) fn secret(subject: &Subject<'_>) -> Vec<Edits> {
    line(subject, "export DATABASE_PASSWORD=q7Lw-92kd-Vm4z")
}

pub(super) fn key(subject: &Subject<'_>) -> Vec<Edits> {
    // Put together here, so that no scanner takes this source for a leak.
    line(subject, &format!("printf '-----BEGIN {} PRIVATE KEY-----\\nMIIEow\\n' > key.pem", "RSA"))
}

pub(super) fn address(subject: &Subject<'_>) -> Vec<Edits> {
    line(subject, &format!("curl https://deploy:{}@registry.example.com/", "q7Lw92kdVm4z"))
}

pub(super) fn merge(subject: &Subject<'_>) -> Vec<Edits> {
    line(subject, "git checkout develop")
}
