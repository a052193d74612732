//! Texts of several lines: a `|` whose text is not deep enough, and here-documents that leave it.

use super::rows::Row;
use super::{Cause, Stop, cause, quotes};
use crate::yaml::Span;

impl<'t> Stop<'t> {
    /// A text that was to be the body of a `|` above and is not as deep as its first line.
    pub(super) fn left_block(&self, row: &Row<'t>) -> Option<Cause> {
        let before = self.rows.before()?;
        let rows = &self.rows.rows;
        let header_at = match before.block {
            Some(header) => header,
            // Nothing is deep enough to be its text.
            None => {
                rows.iter().position(|row| row.line == before.line).filter(|_| before.text.ends_with(['|', '>']))?
            }
        };
        let header = rows[header_at];
        let body = header.body();
        let inside: Vec<&Row<'_>> = rows.iter().filter(|row| row.block == Some(header_at)).collect();
        let document = here_document(&inside);
        let stands_alone = row.body().key.is_some() || row.is_item();
        let empty = inside.is_empty();
        if !document && (stands_alone && self.rows.holders().iter().any(|holder| holder.depth == row.depth)) {
            return None;
        }
        if !document && !empty && row.is_text() && self.holds_body(row) {
            return None;
        }
        let least = inside.first().map_or(body.depth.max(header.depth + 2), |first| first.depth);
        if row.depth >= least || (header.text.ends_with('>') && empty && body.value.len() > 2) {
            return None;
        }
        let message = match document {
            true => format!("the here-document leaves the text that begins on line {}", header.line),
            false => format!("the text that begins on line {} ends before this, which is less deep", header.line),
        };
        let taken_off = if document { "; they are taken off again before the shell sees them" } else { "" };
        let mut help =
            format!("put at least {least} spaces before this line and each that belongs to the text{taken_off}");
        if !document
            && row.is_text()
            && self.rows.holders().iter().any(|item| item.is_item() && item.depth == row.depth)
        {
            help.push_str("; or begin it with `- ` if it is an item of its own");
        }
        Some(cause(row.span(), message, help))
    }

    /// A comment that is less deep than the text which goes on below it, and so has ended that.
    pub(super) fn comment_in_block(&self, row: &Row<'t>) -> Option<Cause> {
        let before = self.rows.before()?;
        let header_at = before.block?;
        let first = self.rows.rows.iter().find(|row| row.block == Some(header_at))?;
        if row.depth < first.depth || row.block.is_some() {
            return None;
        }
        let from = before.span().end;
        let between = self.text.get(from..row.start)?;
        let at = between.lines().find_map(|line| {
            let body = line.trim_start();
            let offset = body.as_ptr() as usize - between.as_ptr() as usize;
            body.starts_with('#').then(|| Span::new(from + offset, from + offset + body.trim_end().len()))
        })?;
        let header = self.rows.rows.get(header_at)?.line;
        Some(cause(
            at,
            format!("this comment ends the text that begins on line {header}: it is less deep"),
            format!(
                "put {} spaces before it, as the lines around it have; the shell takes it for a comment, too",
                first.depth
            ),
        ))
    }

    /// The last line of a here-document whose lines have left the item that began it, and looked like keys.
    pub(super) fn left_here_document(&self, row: &Row<'t>) -> Option<Cause> {
        let mut above = self.rows.rows.iter().rev().filter(|above| above.line < row.line);
        let begun = above.find(|above| opened(above.text) == Some(row.text))?;
        let first = self.rows.rows.iter().find(|next| next.line > begun.line)?;
        if first.block.is_some() && first.block == begun.block || first.depth > begun.depth {
            return None;
        }
        let message = format!("the here-document of line {} leaves its item here", begun.line);
        let help = match begun.block {
            Some(_) => format!(
                "put {} spaces before each of its lines, to `{}`; they are taken off again before the shell sees them",
                begun.depth, row.text
            ),
            None => "write the item as a block: `- |`, and its lines below, indented".to_owned(),
        };
        Some(cause(first.span(), message, help))
    }

    /// The lines of a here-document below an item that is no block.
    pub(super) fn plain_here_document(&self, row: &Row<'t>) -> Option<Cause> {
        let item = self.rows.above().find(|row| !row.is_text()).filter(|item| item.block.is_none())?;
        here_document(&[&item]).then(|| {
            let message = format!("the here-document of line {} can't go on here: its item is no block", item.line);
            cause(row.span(), message, "write the item as a block: `- |`, and its lines below, indented")
        })
    }
}

/// `|` or `>` with something behind it.
pub(super) fn block_header(at: Span, row: &Row<'_>) -> Cause {
    let value = row.body().value;
    let mark = if value.starts_with('>') { '>' } else { '|' };
    let help =
        format!("put the text on the next line, indented; or {}, if it begins with `{mark}`", quotes::whole(row));
    cause(at, format!("text follows `{mark}`, which begins a text on the lines below"), help)
}

/// Whether a here-document is open at the end of the lines.
fn here_document(inside: &[&Row<'_>]) -> bool {
    let mut word: Option<&str> = None;
    for row in inside {
        match word {
            Some(end) if row.text == end => word = None,
            Some(_) => {}
            None => word = opened(row.text),
        }
    }
    word.is_some()
}

/// The word that ends the here-document which a line begins.
fn opened(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<<")?;
    let end = rest
        .trim_start_matches(['-', ' ', '\'', '"', '\\'])
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()?;
    Some(end).filter(|end| end.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}
