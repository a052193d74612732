//! Lists and maps in brackets that are not closed, closed wrongly, or were meant as text.

use super::rows::Row;
use super::{Cause, Stop, cause, unknown};
use crate::yaml::Span;

fn closing(open: char) -> char {
    if open == '[' { ']' } else { '}' }
}

pub(super) fn unclosed(at: Span, open: char) -> Cause {
    let help = format!("close it with `{}`, or quote the text that begins with it", closing(open));
    cause(at, format!("the `{open}` that opens here is never closed"), help)
}

pub(super) fn mismatched(at: Span, open: char, close: char) -> Cause {
    let help = format!("close it with `{}`, or quote the text that the bracket belongs to", closing(open));
    cause(at, format!("the `{open}` that opens here is closed by `{close}`"), help)
}

impl<'t> Stop<'t> {
    /// A stop between brackets: one is not closed above, or a comma or quotes are missing here.
    pub(super) fn in_brackets(&self, row: &Row<'t>) -> Cause {
        let Some((at, open)) = self.innermost_bracket() else {
            let close = self.text.get(self.at.start..self.at.end).unwrap_or("");
            if matches!(close, "]" | "}") {
                let help = "remove it, or quote the text that it belongs to";
                return cause(self.at, format!("the `{close}` closes nothing"), help);
            }
            return unknown(self.at);
        };
        let opened = self.rows.rows.iter().rev().find(|row| row.start <= at);
        let span = Span::new(at, at + open.len_utf8());
        let close = closing(open);
        match opened {
            // A line that is no deeper than the one with the bracket begins something new.
            Some(opened) if opened.line < row.line && row.depth <= opened.depth && !row.text.starts_with(close) => {
                cause(
                    span,
                    format!("the `{open}` that opens here is not closed before line {}", row.line),
                    format!("close it with `{close}`, or quote the text that begins with it"),
                )
            }
            Some(opened) if opened.line < row.line && self.at.start == row.start && row.is_item() => cause(
                span,
                format!("an item with a dash stands inside the `{open}` that opens here"),
                format!("close it with `{close}`, or write the list with dashes alone or commas alone"),
            ),
            // The reader may have taken the key of the next entry for part of this one.
            Some(opened) if opened.line < row.line && self.at.start <= row.start + first_text(row) => cause(
                row.span(),
                format!("no comma stands before this entry of the `{open}` on line {}", opened.line),
                format!("put a comma at the end of the line before, or close it there with `{close}`"),
            ),
            _ => cause(
                self.at,
                format!("this can't stand between `{open}` and `{close}`"),
                "put commas between the entries, and quotes around a text that holds a comma, a colon or a bracket",
            ),
        }
    }

    /// The bracket that is open where the reader stopped.
    fn innermost_bracket(&self) -> Option<(usize, char)> {
        let mut from = 0;
        for row in self.rows.rows[..=self.rows.last].iter().filter(|row| row.block.is_none()) {
            let value = row.body().value;
            let start = row.part(value).start;
            if start < from || !value.starts_with(['[', '{']) {
                continue;
            }
            match open_brackets(self.text, start, self.at.start) {
                Ok(end) => from = end,
                Err(innermost) => return innermost,
            }
        }
        None
    }

    /// A value that begins with a bracket and goes on behind it, up to the stop.
    pub(super) fn text_in_brackets(&self, row: &Row<'t>) -> Option<Cause> {
        let value = row.body().value;
        let mark = value.chars().next().filter(|c| matches!(c, '[' | '{'))?;
        let start = row.part(value).start;
        let closed = open_brackets(self.text, start, row.span().end).is_ok_and(|end| end <= self.at.start);
        (start < self.at.start && closed).then(|| self.begins_with(mark, row))
    }
}

/// Where the first text of a row ends: its key, or a text in quotes.
fn first_text(row: &Row<'_>) -> usize {
    row.body().key.map_or(0, |key| row.part(key).end - row.start + 1)
}

/// Where the bracket at `start` closes; the innermost one that is open at `end` if it doesn't.
fn open_brackets(text: &str, start: usize, end: usize) -> Result<usize, Option<(usize, char)>> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in text.get(start..end).unwrap_or("").char_indices() {
        match (quote, c) {
            (Some('"'), '"') if before == '\\' => {}
            (Some(mark), c) if c == mark => quote = None,
            (Some(_), _) => {}
            // A quote opens a text only where one can begin.
            (None, '"' | '\'') if matches!(before, ' ' | '[' | '{' | ',' | ':' | '\n') => quote = Some(c),
            (None, '[' | '{') => open.push((start + at, c)),
            (None, ']' | '}') => {
                open.pop();
                if open.is_empty() {
                    return Ok(start + at + 1);
                }
            }
            _ => {}
        }
        before = c;
    }
    Err(open.last().copied())
}
