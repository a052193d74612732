//! What is wrong with a text as YAML.

use super::Span;

/// The kinds of problems; each is one rule of the syntax layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// The text is not YAML from here on.
    Unreadable,
    /// A tab stands where indentation is expected.
    Tab,
    /// A key stands twice in one mapping.
    DuplicateKey,
    /// `*name` with no `&name` before it.
    UndefinedAlias,
    /// An alias stands inside the node that it names.
    RecursiveAlias,
    /// A second document begins.
    SecondDocument,
    /// A mapping or a sequence is used as a key.
    CompoundKey,
    /// `<<` has a value that is no mapping.
    BadMerge,
    /// A bound on size, nesting or expansion is passed.
    TooLarge,
}

/// One problem at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What kind of problem.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// The message: lowercase, no final period.
    pub message: String,
    /// The next move, where there is one.
    pub help: Option<String>,
    /// Another place that belongs to it, such as the first of two equal keys.
    pub related: Option<(Span, String)>,
}

/// The next edit where a second document begins, behind one that is empty or not.
pub(super) fn second_document(empty: bool, explicit: bool) -> &'static str {
    match (empty, explicit) {
        (true, _) => "remove this `---`: nothing stands before it",
        (false, true) => "remove this `---` and what follows, or merge the two",
        (false, false) => "remove it",
    }
}

/// The next edit where a key stands twice, with a text behind it or more.
pub(super) fn twice(name: &str, is_text: bool) -> String {
    match name {
        "step" | "parallel" | "stage" => format!("begin a new item with it: `- {name}:`"),
        _ if is_text => "remove one of the two".to_owned(),
        _ => "put both bodies under one key, or remove one".to_owned(),
    }
}
