//! Builds, promotions, and what is deployed.

use crate::effect::Kind;
use crate::mutate::edit::Edit;
use crate::mutate::subject::{Edits, Subject};
use crate::plan::Plan;

fn is_retag(kind: &Kind<'_>) -> bool {
    matches!(kind, Kind::Retag { .. })
}

/// A build of what a retag names, by a tool that needs no service.
fn build(kind: &Kind<'_>) -> Option<String> {
    let Kind::Retag { target: Some(target), .. } = kind else { return None };
    let name = target.to_string();
    (!name.contains(['(', ' ', '…'])).then(|| format!("buildah build -t {name} ."))
}

pub(super) fn rebuild(subject: &Subject<'_>) -> Vec<Edits> {
    let retags = subject.commands(Plan::is_tag, is_retag).into_iter();
    retags.filter_map(|(_, _, effect)| Some(vec![Edit::replace(effect.site.span(), build(&effect.kind)?)])).collect()
}

pub(super) fn rebuild_beside(subject: &Subject<'_>) -> Vec<Edits> {
    let retags = subject.commands(Plan::is_tag, is_retag).into_iter();
    let beside = retags.filter_map(|(_, _, effect)| {
        Some(vec![Edit::insert(effect.site.span().end, format!(" && {}", build(&effect.kind)?))])
    });
    beside.collect()
}

pub(super) fn build_twice(subject: &Subject<'_>) -> Vec<Edits> {
    let builds = subject.commands(Plan::is_main, |kind| matches!(kind, Kind::Build { .. })).into_iter();
    let whole = builds.filter(|(_, _, effect)| !subject.text(effect).is_empty());
    whole
        .map(|(_, _, effect)| vec![Edit::insert(effect.site.span().start, format!("{} && ", subject.text(effect)))])
        .collect()
}

/// All retags of a plan become a command that does nothing.
pub(super) fn retag_dropped(subject: &Subject<'_>) -> Vec<Edits> {
    let plans = subject.plans.iter().filter(|plan| plan.is_tag());
    let mutants = plans.filter_map(|plan| {
        let all = plan.effects().filter(|(_, effect)| is_retag(&effect.kind)).count();
        let own = subject.commands(|other| std::ptr::eq(other, plan), is_retag);
        let edits: Edits =
            own.iter().map(|(_, _, effect)| Edit::replace(effect.site.span(), "echo promoted")).collect();
        (all > 0 && own.len() == all).then_some(edits)
    });
    mutants.collect()
}

/// Another tag for the source of each retag that is named by the commit.
fn from(subject: &Subject<'_>, tag: &str) -> Vec<Edits> {
    let retags = subject.commands(Plan::is_tag, is_retag).into_iter();
    retags
        .filter_map(|(_, _, effect)| {
            let Kind::Retag { source: Some(source), .. } = &effect.kind else { return None };
            source.by_commit().then_some(())?;
            Some(vec![subject.with_tag(source, tag)?])
        })
        .collect()
}

pub(super) fn from_latest(subject: &Subject<'_>) -> Vec<Edits> {
    from(subject, "latest")
}

pub(super) fn from_branch(subject: &Subject<'_>) -> Vec<Edits> {
    from(subject, "$BITBUCKET_BRANCH")
}

pub(super) fn from_run(subject: &Subject<'_>) -> Vec<Edits> {
    from(subject, "$BITBUCKET_BUILD_NUMBER")
}

pub(super) fn cut(subject: &Subject<'_>) -> Vec<Edits> {
    let cut = from(subject, "${BITBUCKET_COMMIT::7}").into_iter();
    // Where main cuts the same way nothing would change.
    cut.filter(|edits| edits.iter().all(|edit| !subject.document.text().contains(&edit.text))).collect()
}

/// Every name under which main puts an image gets the number of the run.
pub(super) fn push_by_run(subject: &Subject<'_>) -> Vec<Edits> {
    let makes = |kind: &Kind<'_>| matches!(kind, Kind::Push { .. } | Kind::Build { .. } | Kind::Retag { .. });
    let mut edits = Edits::new();
    for (_, _, effect) in subject.commands(Plan::is_main, makes) {
        let references: Vec<_> = match &effect.kind {
            Kind::Push { reference, .. } => reference.iter().collect(),
            Kind::Build { references, .. } => references.iter().collect(),
            Kind::Retag { source, target, .. } => source.iter().chain(target).collect(),
            _ => Vec::new(),
        };
        let by_commit = references.into_iter().filter(|reference| reference.by_commit());
        edits.extend(by_commit.filter_map(|reference| subject.with_tag(reference, "$BITBUCKET_BUILD_NUMBER")));
    }
    if edits.is_empty() { Vec::new() } else { vec![edits] }
}

fn deploy(subject: &Subject<'_>, tag: &str) -> Vec<Edits> {
    let held = |plan: &Plan<'_>| plan.is_tag() || plan.is_main();
    let sites = subject.commands(held, |kind| matches!(kind, Kind::Deploy { .. })).into_iter();
    let references = sites.flat_map(|(_, _, effect)| Subject::deployed(&effect.kind));
    references.filter_map(|reference| Some(vec![subject.with_tag(reference, tag)?])).collect()
}

pub(super) fn deploy_latest(subject: &Subject<'_>) -> Vec<Edits> {
    deploy(subject, "latest")
}

pub(super) fn deploy_other(subject: &Subject<'_>) -> Vec<Edits> {
    deploy(subject, "$BITBUCKET_BUILD_NUMBER")
}
