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
}

impl Piece {
    /// A source's whole text.
    pub fn new(source: u32, text: &str) -> Self {
        Self { text: text.into(), source, map: Map::Offset(0) }
    }

    /// A text that was put together from the word at `place`.
    pub fn whole(place: Place, text: &str) -> Self {
        Self { text: text.into(), source: place.source, map: Map::Whole(place.span) }
    }

    /// A part of this text.
    pub fn part(&self, span: Span) -> Piece {
        let text: Rc<str> = self.text.get(span.start..span.end).unwrap_or("").into();
        let map = match &self.map {
            Map::Offset(offset) => Map::Offset(offset + span.start),
            Map::Whole(whole) => Map::Whole(*whole),
            Map::Table(table) => Map::Table(Rc::new(table.get(span.start..span.end).unwrap_or(&[]).to_vec())),
        };
        Piece { text, source: self.source, map }
    }

    /// The body of a function that is called at a place: what was put together or stands in another file is met there.
    pub(super) fn called_at(&self, place: Place) -> Piece {
        match &self.map {
            Map::Whole(_) => Piece { text: self.text.clone(), source: place.source, map: Map::Whole(place.span) },
            Map::Offset(_) | Map::Table(_) => self.clone(),
        }
    }

    /// This text after edits: `places` has the offset in this text of each byte of `text`.
    pub fn edited(&self, text: &str, places: &[usize]) -> Piece {
        let table = places.iter().map(|at| self.offset(*at)).collect();
        Piece { text: text.into(), source: self.source, map: Map::Table(Rc::new(table)) }
    }

    /// Where a range of the text is written.
    pub fn place(&self, span: Span) -> Place {
        let span = match &self.map {
            Map::Offset(offset) => Span::new(span.start + offset, span.end + offset),
            Map::Whole(whole) => *whole,
            Map::Table(_) => {
                let last = self.offset(span.end.saturating_sub(1).max(span.start));
                Span::new(self.offset(span.start), last + 1)
            }
        };
        Place { source: self.source, span }
    }

    fn offset(&self, at: usize) -> usize {
        match &self.map {
            Map::Offset(offset) => at + offset,
            Map::Whole(whole) => whole.start,
            Map::Table(table) => table.get(at).or(table.last()).copied().unwrap_or(0),
        }
    }
}
