//! Versions, services, keywords, comments.

use crate::effect::Kind;
use crate::mutate::edit::{Edit, scalar, without};
use crate::mutate::subject::{Edits, Subject};
use crate::yaml::{Node, Span};

pub(super) fn pipe(subject: &Subject<'_>) -> Vec<Edits> {
    let steps = subject.steps();
    let calls = steps.iter().flat_map(|step| step.pipes()).filter(|call| call.version().is_some());
    calls.map(|call| vec![scalar(call.identifier, call.name().trim_end_matches([':', '@']))]).collect()
}

/// Images of steps and of the file that name a version.
pub(super) fn image(subject: &Subject<'_>) -> Vec<Edits> {
    let named = |node: Node<'_>| node.get("name").unwrap_or(node).text().is_some();
    let steps = subject.steps();
    let entries = steps.iter().filter_map(|step| step.entry("image")).filter(|entry| entry.merged.is_none());
    let nodes = entries.map(|entry| entry.value).chain(subject.file().and_then(|file| file.image()));
    let names = nodes.filter(|node| named(*node)).map(|node| node.get("name").unwrap_or(node));
    let pinned = names.filter_map(|node| {
        let text = node.text()?;
        let name = text.split('@').next()?;
        let (image, tag) = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
        (tag != "latest" && !image.contains('$')).then(|| vec![scalar(node, &format!("{image}:latest"))])
    });
    pinned.collect()
}

pub(super) fn service(subject: &Subject<'_>) -> Vec<Edits> {
    let all = subject.in_steps("services").into_iter().filter(|node| node.text().is_some());
    all.map(|node| vec![scalar(node, &format!("{}-of-old", node.text().unwrap_or("")))]).collect()
}

/// `services` with docker alone goes, where docker's own daemon builds, names or pushes.
pub(super) fn docker(subject: &Subject<'_>) -> Vec<Edits> {
    let needs =
        |kind: &Kind<'_>| matches!(kind, Kind::Build { .. } | Kind::Push { .. } | Kind::Retag { local: true, .. });
    let commands = subject.commands(|_| true, needs).into_iter();
    let steps = commands.filter(|(_, _, effect)| effect.command.starts_with("docker ")).map(|(_, step, _)| step.step);
    let alone = steps.filter_map(|step| step.entry("services")).filter(|entry| {
        let mut items = entry.value.items();
        items.len() == 1 && items.next().is_some_and(|item| item.text() == Some("docker"))
    });
    alone.filter_map(|entry| Some(vec![without(subject.document, &entry)?])).collect()
}

pub(super) fn keyword(subject: &Subject<'_>) -> Vec<Edits> {
    let steps = subject.steps();
    let entries = steps.iter().filter_map(|step| step.entry("script")).filter(|entry| entry.merged.is_none());
    // What a keyword says does not depend on the step.
    let mut all: Vec<Edits> = entries.map(|entry| vec![Edit::replace(entry.key.span(), "scripts")]).collect();
    all.truncate(1);
    all
}

/// The last command of a script that is one line, and has a command owed behind it.
pub(super) fn owed(subject: &Subject<'_>) -> Vec<Edits> {
    let steps = subject.steps();
    let last = steps.iter().filter_map(|step| step.script().last()?.command());
    let lines = last.filter_map(|node| Some((node, node.text()?))).filter(|(_, text)| !text.contains(['\n', '\'']));
    // Nor does it depend on the step what bash reads.
    lines.take(1).map(|(node, text)| vec![scalar(node, &format!("{text} &&"))]).collect()
}

pub(super) fn suppression(subject: &Subject<'_>) -> Vec<Edits> {
    let start = subject.file().and_then(|file| file.pipelines()).map(|entry| entry.key.span().start);
    start
        .map(|start| vec![vec![Edit::replace(Span::new(start, start), "# pipewright: allow build-once\n")]])
        .unwrap_or_default()
}
