//! A byte range of the text.

/// A half-open range of bytes in the text of a document, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The range from `start` to `end`; an `end` before `start` gives an empty span at `start`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The character at `start`; nothing where the text ends there.
    pub(super) fn of_char(text: &str, start: usize) -> Self {
        let first = text.get(start..).and_then(|rest| rest.chars().next());
        Self::new(start, start + first.map_or(0, char::len_utf8))
    }

    /// The span in a text, with the whole of the characters at which it begins and ends.
    pub(super) fn of_whole_characters(self, text: &str) -> Self {
        let is_edge = |at: &usize| text.is_char_boundary(*at);
        let start = (0..=self.start.min(text.len())).rev().find(is_edge).unwrap_or(0);
        Self::new(start, (self.end.min(text.len())..=text.len()).find(is_edge).unwrap_or(text.len()))
    }

    /// The number of bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether no byte is covered.
    pub fn is_empty(self) -> bool {
        self.end == self.start
    }

    /// Whether `offset` lies inside.
    pub fn contains(self, offset: usize) -> bool {
        self.start <= offset && offset < self.end
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }
}
