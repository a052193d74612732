//! What selects a pipeline: patterns of tags and branches.

use crate::mutate::edit::{Edit, scalar};
use crate::mutate::subject::{Edits, Subject};
use crate::pipeline::{Section, Selector};
use crate::plan::TagKind::{Candidate, Release};

/// Another pattern for each of these pipelines.
fn renamed(selectors: Vec<Selector<'_>>, to: impl Fn(&str) -> String) -> Vec<Edits> {
    selectors.iter().map(|selector| vec![scalar(selector.key, &to(selector.name()))]).collect()
}

pub(super) fn any_tag(subject: &Subject<'_>) -> Vec<Edits> {
    renamed(subject.tags(Release), |_| "*".to_owned())
}

pub(super) fn version_tag(subject: &Subject<'_>) -> Vec<Edits> {
    renamed(subject.tags(Release), |_| "v*".to_owned())
}

pub(super) fn upper_tag(subject: &Subject<'_>) -> Vec<Edits> {
    renamed(subject.tags(Candidate), str::to_uppercase)
}

pub(super) fn also_tag(subject: &Subject<'_>) -> Vec<Edits> {
    let plain = subject.tags(Candidate).into_iter().filter(|selector| !selector.name().contains(['{', '[', ',']));
    renamed(plain.collect(), |name| format!("{{{name},v*}}"))
}

pub(super) fn candidate_lost(subject: &Subject<'_>) -> Vec<Edits> {
    let release = &subject.settings.tags.release;
    let all = subject.tags(Candidate);
    // All at once: one that is left still makes the flow whole.
    let edits = all.iter().enumerate().map(|(index, selector)| scalar(selector.key, &format!("{release}{index}-*")));
    if all.is_empty() { Vec::new() } else { vec![edits.collect()] }
}

pub(super) fn release_as_candidate(subject: &Subject<'_>) -> Vec<Edits> {
    let candidate = &subject.settings.tags.candidate;
    renamed(subject.tags(Release), |_| format!("{candidate}final-*"))
}

fn main_as(subject: &Subject<'_>, to: impl Fn(&str) -> String) -> Vec<Edits> {
    renamed(subject.main().into_iter().collect(), to)
}

pub(super) fn develop(subject: &Subject<'_>) -> Vec<Edits> {
    main_as(subject, |_| "develop".to_owned())
}

pub(super) fn release_branch(subject: &Subject<'_>) -> Vec<Edits> {
    main_as(subject, |_| "release/*".to_owned())
}

pub(super) fn also_develop(subject: &Subject<'_>) -> Vec<Edits> {
    main_as(subject, |main| format!("{{{main},develop}}"))
}

pub(super) fn master(subject: &Subject<'_>) -> Vec<Edits> {
    main_as(subject, |_| "master".to_owned())
}

/// `tags` becomes `custom` where there is no custom pipeline yet and all tags are releases.
pub(super) fn custom(subject: &Subject<'_>) -> Vec<Edits> {
    let Some(file) = subject.file() else { return Vec::new() };
    let entry = file.section(Section::Tags).filter(|entry| entry.merged.is_none());
    match entry.filter(|_| file.section(Section::Custom).is_none()) {
        Some(entry) => vec![vec![Edit::replace(entry.key.span(), "custom")]],
        None => Vec::new(),
    }
}
