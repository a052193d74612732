//! What is found in a reply: a fragment or a file, with the reasons why it may not be taken.

use std::ops::Range;

/// What a candidate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A part of a pipeline file.
    Fragment,
    /// A whole pipeline file: a map with `pipelines` at its root.
    File,
}

/// How the reply ended, as far as the backend can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Ending {
    /// The model had said all.
    #[default]
    Whole,
    /// Nobody said.
    Unknown,
    /// A limit, an interruption or a broken line cut it off.
    Cut,
}

/// Why a candidate is no revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlawKind {
    /// The text stops before the file does.
    CutOff,
    /// A part is left out and only spoken of.
    Placeholder,
}

/// A reason against taking a candidate, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// What is wrong.
    pub kind: FlawKind,
    /// The line of the candidate, from 1.
    pub line: usize,
    /// The reason: a lower-case fragment that quotes the line.
    pub reason: String,
}

/// YAML of a pipeline file that was found in a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The YAML, without fence and indentation of the block; lines end in `\n`.
    pub text: String,
    /// Where the block stands in the reply, in bytes, fences included.
    pub range: Range<usize>,
    /// The line of the reply on which the block begins, from 1.
    pub line: usize,
    /// A part or the whole.
    pub shape: Shape,
    /// The file name that the reply gives it. Told to the user; it never chooses a path.
    pub name: Option<String>,
    /// Why it may not be taken; empty when nothing speaks against it.
    pub flaws: Vec<Flaw>,
}

impl Candidate {
    /// Whether it is a whole file with nothing against it.
    pub fn is_whole(&self) -> bool {
        self.shape == Shape::File && self.flaws.is_empty()
    }

    /// Whether the reply names it as some other file than a `bitbucket-pipelines.yml`.
    pub(super) fn is_named_otherwise(&self) -> bool {
        self.name.is_some() && !self.is_named_ours()
    }

    /// Whether the reply names it `bitbucket-pipelines.yml`.
    pub(super) fn is_named_ours(&self) -> bool {
        self.name.as_deref().is_some_and(|name| {
            let last = name.rsplit('/').next().unwrap_or(name);
            last.eq_ignore_ascii_case("bitbucket-pipelines.yml")
                || last.eq_ignore_ascii_case("bitbucket-pipelines.yaml")
        })
    }
}
