//! The lines of a text that can't be read to its end, with what each shows by itself: depth, dashes, key, value.

use crate::yaml::{Lines, Span};

/// A line with something in it that is no comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'t> {
    /// Line, from 1.
    pub line: usize,
    /// Where its text begins, in bytes.
    pub start: usize,
    /// How many blanks stand before it.
    pub depth: usize,
    /// The text without the blanks around it.
    pub text: &'t str,
    /// The row, by index, whose `|` or `>` this line belongs to.
    pub block: Option<usize>,
}

/// What stands behind the dashes of a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Body<'t> {
    /// How deep it stands.
    pub depth: usize,
    /// The key, where a colon and a blank follow one.
    pub key: Option<&'t str>,
    /// What follows the key, or all of it.
    pub value: &'t str,
}

impl<'t> Row<'t> {
    /// Whether the row begins an item of a list.
    pub(super) fn is_item(&self) -> bool {
        self.text == "-" || self.text.starts_with("- ")
    }

    /// The row behind its dashes.
    pub(super) fn body(&self) -> Body<'t> {
        let mut rest = self.text;
        while let Some(behind) = rest.strip_prefix("- ") {
            rest = behind.trim_start();
        }
        let rest = if rest == "-" { "" } else { rest };
        let depth = self.depth + (self.text.len() - rest.len());
        match split(rest) {
            Some((key, value)) => Body { depth, key: Some(key), value },
            None => Body { depth, key: None, value: rest },
        }
    }

    /// Whether it is text alone: neither an item nor a key with its colon.
    pub(super) fn is_text(&self) -> bool {
        self.block.is_none() && !self.is_item() && self.body().key.is_none()
    }

    pub(super) fn span(&self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }

    /// The span of a part of its text.
    pub(super) fn part(&self, part: &str) -> Span {
        let at = (part.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).min(self.text.len());
        Span::new(self.start + at, self.start + (at + part.len()).min(self.text.len()))
    }
}

/// Key and value of a text, where its first colon has a blank or the end behind it.
fn split(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let (key, rest) = text.get(1..)?.split_once(quote)?;
        let value = rest.trim_start().strip_prefix(':')?;
        return (value.is_empty() || value.starts_with(' ')).then(|| (key, value.trim_start()));
    }
    if text.starts_with(['[', '{', '#']) {
        return None;
    }
    match text.split_once(": ") {
        Some((key, value)) => Some((key.trim_end(), value.trim_start())),
        None => text.strip_suffix(':').map(|key| (key.trim_end(), "")),
    }
}

/// Whether a text could be a key: one short word.
pub(super) fn is_word(text: &str) -> bool {
    text == "<<"
        || (text.len() <= 40
            && text.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
}

/// The rows of a text up to a place, and the one after it.
#[derive(Debug)]
pub(super) struct Rows<'t> {
    pub rows: Vec<Row<'t>>,
    /// The index of the row of the place.
    pub last: usize,
}

impl<'t> Rows<'t> {
    /// Reads the rows up to `at`; `None` where nothing stands there or before it.
    pub(super) fn read(text: &'t str, lines: &Lines, at: usize) -> Option<Self> {
        let mut rows: Vec<Row<'t>> = Vec::new();
        let mut last = None;
        // The row of the block that is open, and how deep its text must be at least.
        let mut block: Option<(usize, usize)> = None;
        for line in 1..=lines.count() {
            let span = lines.span(text, line);
            let content = text.get(span.start..span.end).unwrap_or("").trim_start_matches('\u{feff}');
            let trimmed = content.trim_start_matches([' ', '\t']);
            let body = trimmed.trim_end();
            let depth = content.len() - trimmed.len();
            if body.is_empty() {
                continue;
            }
            block = block.filter(|(_, least)| depth >= *least);
            if block.is_none() && body.starts_with('#') {
                continue;
            }
            let row = Row {
                line,
                start: span.end - trimmed.len(),
                depth,
                text: body,
                block: block.map(|(header, _)| header),
            };
            if let Some((header, least)) = &mut block
                && rows.len() == *header + 1
            {
                *least = depth;
            }
            if block.is_none() {
                block = opens_block(&row).map(|least| (rows.len(), least));
            }
            if span.start > at && last.is_some() {
                rows.push(row);
                break;
            }
            rows.push(row);
            last = Some(rows.len() - 1);
        }
        Some(Self { rows, last: last? })
    }

    /// The row where the reading stopped.
    pub(super) fn stop(&self) -> Row<'t> {
        self.rows[self.last]
    }

    /// The row before that.
    pub(super) fn before(&self) -> Option<Row<'t>> {
        self.above().next()
    }

    /// The rows before that, upwards.
    pub(super) fn above(&self) -> impl Iterator<Item = Row<'t>> + '_ {
        self.rows[..self.last].iter().rev().copied()
    }

    /// The first row after a line.
    pub(super) fn after(&self, line: usize) -> Option<Row<'t>> {
        self.rows.get(self.rows.partition_point(|row| row.line <= line)).copied()
    }

    /// The rows that hold the stop: upwards, each less deep than those below it. Texts of several lines are passed over.
    pub(super) fn holders(&self) -> Vec<Row<'t>> {
        let mut least = usize::MAX;
        let mut found = Vec::new();
        for row in self.above().filter(|row| row.block.is_none() && !row.is_text()) {
            if row.depth < least {
                least = row.depth;
                found.push(row);
            }
        }
        found
    }
}

/// How deep the text below a row must be at least, where the row ends with `|` or `>`.
fn opens_block(row: &Row<'_>) -> Option<usize> {
    let text = row.text.split(" #").next().unwrap_or("").trim_end();
    let (before, mark) = text.rsplit_once(' ')?;
    if !mark.starts_with(['|', '>']) || !mark[1..].chars().all(|c| matches!(c, '+' | '-' | '1'..='9')) {
        return None;
    }
    let before = before.trim_end();
    let before = match before.rsplit_once(' ') {
        Some((rest, name)) if name.starts_with(['&', '!']) => rest.trim_end(),
        _ => before,
    };
    if !before.ends_with(':') && !before.chars().all(|c| matches!(c, '-' | ' ')) {
        return None;
    }
    let body = row.body();
    Some(if body.key.is_some() { body.depth + 1 } else { row.depth + 1 })
}
