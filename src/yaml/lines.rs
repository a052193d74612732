//! From byte offsets to lines and columns.

use super::Span;

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: usize,
    /// Byte offset, from 0.
    pub offset: usize,
}

/// The starts of a text's lines. A line ends with `\n`, `\r\n` or a lone `\r`.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self { starts }
    }

    /// The number of lines; a text that ends with a line break has an empty last line.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The line of a byte offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// Line and column of a byte offset; one past the end is the end.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = floor_char_boundary(text, offset.min(text.len()));
        let line = self.line(offset);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let before = text.get(start..offset).unwrap_or("");
        let before = if start == 0 { before.strip_prefix('\u{feff}').unwrap_or(before) } else { before };
        Position { line, column: before.chars().count() + 1, offset }
    }

    /// The span of a line (from 1) without its line break; empty past the end.
    pub fn span(&self, text: &str, line: usize) -> Span {
        let Some(start) = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied() else {
            return Span::new(text.len(), text.len());
        };
        let end = self.starts.get(line).copied().unwrap_or(text.len());
        let content = text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r']);
        Span::new(start, start + content.len())
    }
}

fn floor_char_boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_in_three_ways() {
        let text = "äb\r\nc\rd\ne";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 4);
        assert_eq!(lines.position(text, 2), Position { line: 1, column: 2, offset: 2 });
        assert_eq!(lines.position(text, 5).line, 2);
        assert_eq!(lines.position(text, 7).line, 3);
        assert_eq!(lines.span(text, 1), Span::new(0, 3));
        assert_eq!(lines.span(text, 9), Span::new(text.len(), text.len()));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let text = "\u{feff}a: 1";
        assert_eq!(Lines::new(text).position(text, 3).column, 1);
    }
}
