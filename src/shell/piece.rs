//! Shell text that knows where it is written, also when it was cut out of a quoted word.

use std::rc::Rc;

use crate::yaml::Span;

/// A range in the text of one source (a script item, a pipe's variable, a script at hand).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which source; the numbers are given out by whoever runs the interpreter.
    pub source: u32,
    /// Where in the source's text.
    pub span: Span,
}

/// Text to be read as shell.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text.
    pub text: Rc<str>,
    source: u32,
    map: Map,
}

#[derive(Clone, Debug)]
enum Map {
    /// The text stands there as it is.
    Offset(usize),
    /// All of it comes from one word.
    Whole(Span),
    /// The place of each byte.
    Table(Rc<Vec<usize>>),
    /// Texts of several sources, one behind another; the text begins at an offset among them.
    Joined(Rc<Vec<Segment>>, usize),
}

/// One of several texts that are read as one.
#[derive(Clone, Copy, Debug)]
struct Segment {
    source: u32,
    start: usize,
}

impl Piece {
    /// A source's whole text.
    pub fn new(source: u32, text: &str) -> Self {
        Self { text: text.into(), source, map: Map::Offset(0) }
    }

    /// The whole texts of several sources, each on lines of its own.
    pub fn joined(texts: &[(u32, &str)]) -> Self {
        let (mut whole, mut segments) = (String::new(), Vec::new());
        for (source, text) in texts {
            segments.push(Segment { source: *source, start: whole.len() });
            whole.push_str(text);
            whole.push('\n');
        }
        let source = segments.first().map_or(0, |first| first.source);
        Self { text: whole.into(), source, map: Map::Joined(Rc::new(segments), 0) }
    }

    /// A text that was put together from the word at `place`.
    pub fn whole(place: Place, text: &str) -> Self {
        Self { text: text.into(), source: place.source, map: Map::Whole(place.span) }
    }

    /// Whether it is the same text at the same place.
    pub(super) fn is(&self, other: &Piece) -> bool {
        let whole = |piece: &Piece| piece.place(Span::new(0, piece.text.len()));
        self.text == other.text && whole(self) == whole(other)
    }

    /// A part of this text.
    pub fn part(&self, span: Span) -> Piece {
        let text: Rc<str> = self.text.get(span.start..span.end).unwrap_or("").into();
        let map = match &self.map {
            Map::Offset(offset) => Map::Offset(offset + span.start),
            Map::Whole(whole) => Map::Whole(*whole),
            Map::Table(table) => Map::Table(Rc::new(table.get(span.start..span.end).unwrap_or(&[]).to_vec())),
            Map::Joined(segments, offset) => Map::Joined(Rc::clone(segments), offset + span.start),
        };
        Piece { text, source: self.source_at(span.start), map }
    }

    /// The source of the text at an offset.
    fn source_at(&self, at: usize) -> u32 {
        match &self.map {
            Map::Joined(segments, offset) => segment(segments, offset + at).source,
            Map::Offset(_) | Map::Whole(_) | Map::Table(_) => self.source,
        }
    }

    /// The body of a function that is called at a place: what was put together or stands in another file is met there.
    pub(super) fn called_at(&self, place: Place) -> Piece {
        match &self.map {
            Map::Whole(_) => Piece { text: self.text.clone(), source: place.source, map: Map::Whole(place.span) },
            Map::Offset(_) | Map::Table(_) | Map::Joined(..) => self.clone(),
        }
    }

    /// This text after edits: `places` has the offset in this text of each byte of `text`.
    pub fn edited(&self, text: &str, places: &[usize]) -> Piece {
        let table = places.iter().map(|at| self.offset(*at)).collect();
        let source = self.source_at(places.first().copied().unwrap_or(0));
        Piece { text: text.into(), source, map: Map::Table(Rc::new(table)) }
    }

    /// Where a range of the text is written.
    pub fn place(&self, span: Span) -> Place {
        let start = span.start;
        let span = match &self.map {
            Map::Offset(offset) => Span::new(span.start + offset, span.end + offset),
            Map::Whole(whole) => *whole,
            Map::Joined(segments, offset) => {
                // What goes over several of them is told in the first.
                let own = segment(segments, span.start + offset);
                let next =
                    segments.iter().find(|other| other.start > own.start).map_or(usize::MAX, |next| next.start - 1);
                let end = (span.end + offset).min(next).saturating_sub(own.start);
                Span::new(self.offset(span.start), end.max(self.offset(span.start)))
            }
            Map::Table(_) => {
                let last = self.offset(span.end.saturating_sub(1).max(span.start));
                Span::new(self.offset(span.start), last + 1)
            }
        };
        Place { source: self.source_at(start), span }
    }

    fn offset(&self, at: usize) -> usize {
        match &self.map {
            Map::Offset(offset) => at + offset,
            Map::Whole(whole) => whole.start,
            Map::Table(table) => table.get(at).or(table.last()).copied().unwrap_or(0),
            Map::Joined(segments, offset) => at + offset - segment(segments, at + offset).start,
        }
    }
}

/// The segment in which an offset lies.
fn segment(segments: &[Segment], at: usize) -> Segment {
    let next = segments.partition_point(|segment| segment.start <= at);
    segments.get(next.saturating_sub(1)).copied().unwrap_or(Segment { source: 0, start: 0 })
}
