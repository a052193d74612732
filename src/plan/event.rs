//! What starts a pipeline.

use std::borrow::Cow;
use std::fmt;

use crate::settings::Settings;

/// The kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// A push to the main branch.
    Main,
    /// A push to another branch.
    Branch,
    /// A pushed tag.
    Tag,
    /// A pull request created or updated.
    PullRequest,
    /// A build of a merge queue, by its destination.
    MergeQueue,
    /// A run of a pipeline that the file only shares, by whatever imports it.
    Shared,
    /// A run that somebody starts, or a schedule, or another pipeline.
    Custom,
}

/// Which kind of tag a pattern takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TagKind {
    /// A release candidate.
    Candidate,
    /// A release.
    Release,
    /// Neither.
    Other,
}

/// One event, or a class of events that the file does not tell apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// The kind.
    pub kind: EventKind,
    /// A name, or the pattern that stands for the class; empty for all branches that no pattern takes.
    pub name: String,
    /// The destination of a pull request, where one is given.
    pub destination: Option<String>,
    /// Of the branches that no pattern takes: a pattern that all of them fit, where one takes all other names.
    pub left: Option<String>,
}

impl Event {
    /// An event.
    pub fn new(kind: EventKind, name: &str) -> Self {
        Self { kind, name: name.to_owned(), destination: None, left: None }
    }

    /// Which kind of tag it is.
    pub fn tag_kind(&self, settings: &Settings) -> Option<TagKind> {
        (self.kind == EventKind::Tag).then(|| {
            if self.name.starts_with(&settings.tags.candidate) {
                TagKind::Candidate
            } else if self.name.starts_with(&settings.tags.release) {
                TagKind::Release
            } else {
                TagKind::Other
            }
        })
    }

    /// Whether it stands for all branches that no pattern takes.
    pub fn is_any_other(&self) -> bool {
        self.kind == EventKind::Branch && self.name.is_empty()
    }

    /// The name, or the pattern of the class; `None` where any name is in it.
    pub fn pattern(&self) -> Option<&str> {
        if self.is_any_other() { self.left.as_deref() } else { Some(&self.name) }
    }

    /// The word of the JSON format.
    pub fn word(&self) -> &'static str {
        match self.kind {
            EventKind::Main | EventKind::Branch => "branch",
            EventKind::Tag => "tag",
            EventKind::PullRequest => "pull-request",
            EventKind::MergeQueue => "merge-queue",
            EventKind::Shared => "shared",
            EventKind::Custom => "custom",
        }
    }
}

/// A name as a sentence has it: in backquotes where it begins or ends with a blank.
pub fn clear(name: &str) -> Cow<'_, str> {
    if name.trim() == name { Cow::Borrowed(name) } else { Cow::Owned(format!("`{name}`")) }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = clear(&self.name);
        match self.kind {
            EventKind::Main => write!(f, "push to {name}"),
            EventKind::Branch if self.is_any_other() => write!(f, "push to any other branch"),
            EventKind::Branch => write!(f, "push to {name}"),
            EventKind::Tag => write!(f, "push of tag {name}"),
            EventKind::PullRequest => match &self.destination {
                Some(destination) => write!(f, "pull request from {name} to {destination}"),
                None => write!(f, "pull request from {name}"),
            },
            EventKind::MergeQueue => write!(f, "merge queue of {name}"),
            EventKind::Shared => write!(f, "shared pipeline {name}"),
            EventKind::Custom => write!(f, "custom pipeline {name}"),
        }
    }
}
