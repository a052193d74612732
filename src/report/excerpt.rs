//! Source excerpts: the lines of a finding with markers under its places.
//!
//! Only a window of a line is ever looked at, so a line of ten megabytes costs no more than a short one. Values that
//! must not be shown are masked here, in every excerpt of the file.

use std::io::{self, Write};

use unicode_width::UnicodeWidthChar;

use super::visible::{is_plain, shown, visible};
use super::{FileReport, Look};
use crate::finding::{Finding, Related, Severity};
use crate::pipeline::File;
use crate::yaml::{Document, Span};

/// The rule whose places are never shown.
const SECRET: &str = "no-inline-secret";
/// Columns that a tab takes.
const TAB: usize = 4;
/// What stands where a line is clipped.
const CLIP: &str = "...";

/// One place to be marked.
struct Mark<'a> {
    span: Span,
    line: usize,
    label: Option<&'a str>,
}

/// Writes the lines of a finding's place and of its related places, `gutter` columns wide.
pub(super) fn excerpt(
    file: &FileReport<'_>,
    secrets: &Secrets,
    finding: &Finding,
    gutter: usize,
    look: Look,
    out: &mut dyn Write,
) -> io::Result<()> {
    let line_of = |span: Span| file.document.lines().line(span.start.min(file.document.text().len()));
    let mut marks = vec![Mark { span: finding.span, line: line_of(finding.span), label: None }];
    for related in shown_beside(file, finding) {
        marks.push(Mark { span: related.span, line: line_of(related.span), label: Some(&related.message) });
    }
    marks.sort_by_key(|mark| mark.line);
    let bar = look.gutter("|");
    writeln!(out, "{:gutter$} {bar}", "")?;
    let mut last: Option<(usize, String)> = None;
    for mark in &marks {
        let view = View::new(file, secrets, mark, look.width.saturating_sub(gutter + 3).max(30));
        // Two marks of one line share its row, unless it is clipped around each of them.
        if last.as_ref().is_none_or(|(line, row)| *line != mark.line || *row != view.row) {
            if last.as_ref().is_some_and(|(line, _)| mark.line > line + 1) {
                writeln!(out, "{}", look.gutter("..."))?;
            }
            let number = look.gutter(&format!("{:>gutter$}", mark.line));
            writeln!(out, "{}", format!("{number} {bar} {}", view.row).trim_end())?;
            last = Some((mark.line, view.row.clone()));
        }
        let marker = match mark.label {
            None => look.severity(finding.severity, &"^".repeat(view.marked)),
            Some(label) => look.gutter(&format!("{} {}", "-".repeat(view.marked), visible(label))),
        };
        writeln!(out, "{:gutter$} {bar} {:before$}{marker}", "", "", before = view.before)?;
    }
    Ok(())
}

/// The greatest line number of a finding's excerpt, in digits.
pub(super) fn gutter(file: &FileReport<'_>, finding: &Finding) -> usize {
    let spans = std::iter::once(finding.span).chain(shown_beside(file, finding).map(|related| related.span));
    spans.map(|span| file.document.lines().line(span.start)).max().unwrap_or(1).to_string().len()
}

/// The other places that stand in the file itself: those of an imported file are told in the message and the trace.
fn shown_beside<'f>(file: &FileReport<'f>, finding: &'f Finding) -> impl Iterator<Item = &'f Related> {
    let document = file.document;
    finding.related.iter().filter(move |related| document.part_at(related.span.start).is_none())
}

/// A line (or the part of it that fits) as it is shown, and where the mark lies in it, in columns.
struct View {
    row: String,
    before: usize,
    marked: usize,
}

impl View {
    fn new(file: &FileReport<'_>, secrets: &Secrets, mark: &Mark<'_>, width: usize) -> Self {
        let text = file.document.text();
        let line = file.document.lines().span(text, mark.line);
        let start = mark.span.start.clamp(line.start, line.end);
        let (head, tail) = (text.get(line.start..start).unwrap_or(""), text.get(start..line.end).unwrap_or(""));
        let head = if line.start == 0 { head.strip_prefix('\u{feff}').unwrap_or(head) } else { head };

        // Most lines fit and are plain: each byte is a column.
        let part = Span::new(start - head.len(), line.end);
        if head.len() + tail.len() <= width && is_plain(head) && is_plain(tail) && !secrets.are_in(part) {
            let marked = mark.span.end.min(line.end).saturating_sub(start);
            let row = format!("{head}{tail}").trim_end().to_owned();
            return Self { row, before: head.len(), marked: marked.max(1) };
        }

        // The whole line where it fits; else a third of the width before the mark, and the rest after it.
        let (left_all, left_whole) = cells(head.char_indices().rev(), width);
        let (right_all, right_whole) = cells(tail.char_indices(), width);
        let (left_room, right_room) = if left_whole && right_whole && left_all.1 + right_all.1 <= width {
            (width, width)
        } else if left_whole && left_all.1 <= width / 2 {
            (width, width.saturating_sub(left_all.1 + CLIP.len()))
        } else if right_whole && right_all.1 <= width / 2 {
            (width.saturating_sub(right_all.1 + CLIP.len()), width)
        } else {
            (width / 3, width - width / 3 - 2 * CLIP.len())
        };
        let ((left, left_columns), left_whole) = cells(head.char_indices().rev(), left_room);
        let ((right, _), right_whole) = cells(tail.char_indices(), right_room);

        let mut row = String::new();
        let mut before = left_columns;
        if !left_whole {
            row.push_str(CLIP);
            before += CLIP.len();
        }
        let head_start = start - head.len();
        for (at, c) in left.iter().rev() {
            push_cell(&mut row, *c, secrets.hide(head_start + at));
        }
        let mut marked = 0;
        for (at, c) in &right {
            push_cell(&mut row, *c, secrets.hide(start + at));
            if start + at < mark.span.end {
                marked += columns(*c);
            }
        }
        if !right_whole {
            row.push_str(CLIP);
        }
        Self { row: row.trim_end().to_owned(), before, marked: marked.max(1) }
    }
}

/// The characters that fit in `room` columns, with their offsets and columns, and whether these are all.
fn cells(chars: impl Iterator<Item = (usize, char)>, room: usize) -> ((Vec<(usize, char)>, usize), bool) {
    let (mut cells, mut used) = (Vec::new(), 0);
    for (at, c) in chars {
        if used + columns(c) > room {
            return ((cells, used), false);
        }
        used += columns(c);
        cells.push((at, c));
    }
    ((cells, used), true)
}

fn columns(c: char) -> usize {
    if c == '\t' { TAB } else { shown(c).width().unwrap_or(0) }
}

fn push_cell(row: &mut String, c: char, secret: bool) {
    match c {
        _ if secret => row.extend(std::iter::repeat_n('*', columns(c))),
        '\t' => row.extend(std::iter::repeat_n(' ', TAB)),
        _ => row.push(shown(c)),
    }
}

/// The text of a file, credentials masked: those that a finding or `secrets` names.
pub fn masked_text(file: &FileReport<'_>) -> String {
    Secrets::of(file).masked_text(file)
}

/// Whether a credential stands at a place where one was told of: a variable that is printed is none, nor is the import of a
/// file that holds one.
pub fn is_value(document: &Document, span: Span) -> bool {
    let is_import = || {
        let file = File::new(document).filter(|_| !document.parts().is_empty());
        file.is_some_and(|file| file.imports().any(|(_, import)| import.node.span() == span))
    };
    !is_variable(document.slice(span)) && !is_import()
}

/// Whether a text is nothing but a variable, which says nothing of its value.
fn is_variable(text: &str) -> bool {
    let name = text
        .strip_prefix('$')
        .map(|name| name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name));
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    name.is_some_and(is_name)
}

/// The places of a file that hold a credential, in order.
pub(super) struct Secrets(Vec<Span>);

impl Secrets {
    pub(super) fn of(file: &FileReport<'_>) -> Self {
        let told = file.findings.iter().filter(|finding| finding.rule == SECRET && finding.severity > Severity::Note);
        let told = told.filter(|finding| is_value(file.document, finding.span));
        let mut spans: Vec<Span> = told.map(|finding| finding.span).chain(file.secrets.iter().copied()).collect();
        spans.sort_unstable();
        Self(spans)
    }

    /// Whether one of them has to do with a part of the text.
    fn are_in(&self, part: Span) -> bool {
        self.0.iter().any(|span| span.start < part.end && part.start < span.end)
    }

    /// Whether a byte belongs to one of them.
    fn hide(&self, offset: usize) -> bool {
        let before = self.0.partition_point(|span| span.start <= offset);
        // Two credentials hardly ever overlap; a few are looked at so that a short one inside a long one does no harm.
        self.0[..before].iter().rev().take(8).any(|span| span.contains(offset))
    }

    /// The whole text, credentials masked.
    pub(super) fn masked_text(&self, file: &FileReport<'_>) -> String {
        let text = file.document.text();
        if self.0.is_empty() {
            return text.to_owned();
        }
        let line_break = |c| c == '\n' || c == '\r';
        text.char_indices().map(|(at, c)| if self.hide(at) && !line_break(c) { '*' } else { c }).collect()
    }

    /// The beginning of a line, credentials masked.
    pub(super) fn masked_line(&self, file: &FileReport<'_>, number: usize) -> String {
        let text = file.document.text();
        let line = file.document.lines().span(text, number);
        let chars = text.get(line.start..line.end).unwrap_or("").char_indices().take(2_000);
        chars.map(|(at, c)| if self.hide(line.start + at) { '*' } else { c }).collect()
    }
}
