//! From a scalar's text back to the bytes of the source: undoes indentation, folds, quotes and escapes.

use super::{Span, node::Style};

/// For each sorted offset into `text`, the offset in `source` of the character that it came from.
pub(super) fn map(source: &str, span: Span, text: &str, style: Style, offsets: &[usize]) -> Vec<usize> {
    let base = match style {
        Style::Literal | Style::Folded => block_start(source, span.start),
        _ => span.start,
    };
    let raw = source.get(base..span.end).unwrap_or("");
    let mut walk = Walk { offsets, found: Vec::with_capacity(offsets.len()), base };
    match style {
        Style::Literal => literal(raw, text, &mut walk),
        Style::Plain if raw == text => walk.reach(text.len() + 1, |offset| offset),
        _ => folded(raw, text, style, &mut walk),
    }
    let last = span.end.max(span.start);
    let Walk { mut found, .. } = walk;
    found.resize(offsets.len(), last);
    found.iter().map(|place| (*place).clamp(span.start, last)).collect()
}

/// The start of the first line after a block scalar's header; the node's span begins at its first character.
fn block_start(source: &str, first: usize) -> usize {
    let before = source.get(..first).unwrap_or("");
    let header = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
    before.get(header..).and_then(|rest| rest.find('\n')).map_or(first, |end| header + end + 1)
}

struct Walk<'o> {
    offsets: &'o [usize],
    found: Vec<usize>,
    base: usize,
}

impl Walk<'_> {
    /// Answers all wanted offsets below `until`.
    fn reach(&mut self, until: usize, place: impl Fn(usize) -> usize) {
        while let Some(offset) = self.offsets.get(self.found.len()).copied().filter(|offset| *offset < until) {
            self.found.push(self.base + place(offset));
        }
    }
}

fn literal(raw: &str, text: &str, walk: &mut Walk<'_>) {
    let mut at = 0;
    let mut read = 0;
    for line in text.split_inclusive('\n') {
        let rest = raw.get(at..).unwrap_or("");
        let whole = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let written = rest.get(..whole).unwrap_or("").trim_end_matches(['\n', '\r']);
        let content = line.trim_end_matches('\n');
        let indent = written.strip_suffix(content).map_or(0, str::len);
        walk.reach(read + line.len(), |offset| at + indent + (offset - read));
        read += line.len();
        at += whole;
    }
}

fn folded(raw: &str, text: &str, style: Style, walk: &mut Walk<'_>) {
    let bytes = raw.as_bytes();
    let mut at = match style {
        Style::Single | Style::Double => 1,
        _ => 0,
    };
    if style == Style::Folded {
        at = skip_blank(bytes, at);
    }
    for (offset, wanted) in text.char_indices() {
        if style == Style::Double {
            // A backslash before a line break joins the lines with nothing between.
            while bytes.get(at) == Some(&b'\\') && matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) {
                at = skip_blank(bytes, at + 1);
            }
        }
        let here = raw.get(at..).and_then(|rest| rest.chars().next());
        let mut next = at;
        match here {
            Some('\\') if style == Style::Double => {
                next += match bytes.get(at + 1) {
                    Some(b'x') => 4,
                    Some(b'u') => 6,
                    Some(b'U') => 10,
                    Some(_) => 2,
                    None => 1,
                };
            }
            Some('\'') if style == Style::Single => next += 2,
            Some(c) if c.is_whitespace() => {
                let blank = skip_blank(bytes, at);
                let fold = bytes.get(at..blank).is_some_and(|blank| blank.contains(&b'\n') || blank.contains(&b'\r'));
                if wanted.is_whitespace() {
                    next = if fold { blank } else { at + c.len_utf8() };
                } else {
                    at = blank;
                    next = at + wanted.len_utf8();
                }
            }
            Some(c) if c == wanted => next += c.len_utf8(),
            // A blank of the text that folding made out of more than one, or an indent that was skipped with a fold.
            _ => {}
        }
        let place = at;
        walk.reach(offset + wanted.len_utf8(), |_| place);
        at = next;
    }
}

fn skip_blank(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        at += 1;
    }
    at
}
