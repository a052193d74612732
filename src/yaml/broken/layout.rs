//! Colons, blanks, dashes and depth: lines that don't stand as the lines around them ask for.

use granit_parser::ErrorKind;

use super::blocks::block_header;
use super::depth::{as_row, indent};
use super::rows::{Row, is_word};
use super::{Cause, Stop, cause, quotes, unknown};
use crate::yaml::Span;

/// How a key is shown: one word; anything else may hold a secret.
pub(super) fn named(key: Option<&str>) -> Option<&str> {
    key.filter(|key| is_word(key))
}

impl<'t> Stop<'t> {
    pub(super) fn of_layout(&self, kind: &ErrorKind, row: &Row<'t>) -> Cause {
        // A stop after the dashes of a line is one at its beginning.
        let before = self.text.get(row.start..self.at.start).unwrap_or("");
        let at_start = before.chars().all(|c| matches!(c, '-' | ' '));
        let found = match kind {
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidSimpleKey | ErrorKind::ExpectedDocumentStart => {
                self.colon(row)
            }
            ErrorKind::SimpleKeyExpected => {
                let found =
                    self.left_block(row).or_else(|| self.plain_here_document(row)).or_else(|| self.no_item(row));
                found.or_else(|| Some(self.text_alone(row)))
            }
            ErrorKind::BlockSequenceEntryNotAllowed => self.list_on_line(row),
            ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => {
                let text = self.goes_on(row).or_else(|| self.text_in_brackets(row));
                text.or_else(|| Some(block_header(self.at, row)))
            }
            ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry if !at_start => {
                self.text_in_brackets(row).or_else(|| self.after_value(row))
            }
            ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
                let found = self.wrong_name(row).or_else(|| self.left_block(row));
                found.or_else(|| self.plain_here_document(row)).or_else(|| self.wrong_depth(row))
            }
            _ => None,
        };
        found.unwrap_or_else(|| match row.body().value.chars().next() {
            Some(mark @ (',' | '[' | ']' | '{' | '}' | '&' | '*' | '%' | '@' | '`' | '|' | '>' | '?')) => {
                self.begins_with(mark, row)
            }
            _ => unknown(self.at),
        })
    }

    /// A blank that is no space where YAML wants one, on the line or on one above that leads to it: before its text, behind a
    /// dash, behind the colon of a key.
    pub(super) fn odd_blank(&self, row: &Row<'t>) -> Option<Cause> {
        let leads = |above: &Row<'t>| above.depth >= row.depth || odd_blank_of(above).is_some();
        let rows = std::iter::once(*row).chain(self.rows.above().take_while(leads));
        let found = rows.filter(|row| row.block.is_none()).find_map(|row| Some((row, odd_blank_of(&row)?)));
        let (row, (at, blank, place)) = found?;
        Some(cause(
            Span::new(row.start + at, row.start + at + blank.len_utf8()),
            format!("U+{:04X} stands {place}, where YAML knows only spaces", u32::from(blank)),
            "replace it, and each like it on this line, with a space",
        ))
    }

    /// A key that begins with a mark of YAML, on this line or as the key before it: `*:`, `&main:`, `!main: [a]`.
    pub(super) fn key_as_mark(&self, row: &Row<'t>) -> Option<Cause> {
        let beside = self.rows.above().take_while(|above| above.depth >= row.depth);
        let before =
            beside.filter(|above| above.depth == row.depth && above.block.is_none()).find(|above| !above.is_item());
        let (row, pattern) = [Some(*row), before].into_iter().flatten().find_map(|row| {
            let pattern = row.text.split(' ').next().and_then(|word| word.strip_suffix(':'))?;
            (row.block.is_none() && pattern.starts_with(['*', '&', '!'])).then_some((row, pattern))
        })?;
        let read_as = match pattern.chars().next() {
            Some('*') => "a pattern that begins with `*` is read as an alias",
            Some('&') => "a key that begins with `&` is read as the name of an anchor",
            _ => "a key that begins with `!` is read as a tag",
        };
        let span = row.part(row.text.get(..=pattern.len())?);
        Some(cause(span, format!("{read_as}, unless it stands in quotes"), format!("write `'{pattern}':`")))
    }

    /// A line of text at the depth of a list's dashes.
    fn no_item(&self, row: &Row<'t>) -> Option<Cause> {
        if let Some(on) = self.goes_on(row) {
            return Some(on);
        }
        if let Some(dash) = no_space_after_dash(row) {
            return Some(dash);
        }
        let holders = self.rows.holders();
        let item = holders.iter().find(|holder| holder.depth == row.depth).filter(|holder| holder.is_item())?;
        if missing_space(row.text).is_some() && item.body().key.is_some() || self.holds_body(row) {
            return None;
        }
        Some(cause(
            row.span(),
            format!("this line has no dash, as the items beside it have (line {})", item.line),
            "begin it with `- `; if it goes on with the item above, indent it deeper than the dash",
        ))
    }

    /// A command that goes on in a line that is no deeper than its dash.
    fn goes_on(&self, row: &Row<'t>) -> Option<Cause> {
        let before = self.rows.before().filter(|before| before.block.is_none())?;
        let item = self.rows.holders().into_iter().find(Row::is_item).filter(|item| item.depth >= row.depth)?;
        let open = ["\\", "&&", "||", " |"].iter().any(|end| before.text.ends_with(end));
        let operator = ["&& ", "|| ", "| ", "> ", ">> ", "; ", "--"].iter().any(|start| row.text.starts_with(start));
        let mut letters = row.text.chars();
        let option = letters.next() == Some('-')
            && letters.next().is_some_and(char::is_alphabetic)
            && letters.next().is_none_or(|c| c == ' ');
        (row.is_text() || operator).then_some(())?;
        (open || operator || option && before.is_item()).then(|| {
            let message =
                format!("this line goes on with the item of line {}, but is no deeper than its dash", item.line);
            let help =
                "indent it deeper than the dash, or write the item as a block: `- |`, and its lines below, indented";
            cause(row.span(), message, help)
        })
    }

    /// Whether what follows a row of text looks like the body of a key: a list, or deeper lines.
    pub(super) fn holds_body(&self, row: &Row<'t>) -> bool {
        is_word(row.text)
            && self
                .rows
                .after(row.line)
                .is_some_and(|next| next.depth > row.depth || (next.depth == row.depth && next.is_item()))
    }

    /// A line of text where a key is expected.
    fn text_alone(&self, row: &Row<'t>) -> Cause {
        if let Some(left) = self.left_here_document(row) {
            return left;
        }
        if let Some((key, colon)) = missing_space(row.text) {
            let at = row.start + colon;
            return no_space(key, at);
        }
        if self.holds_body(row) {
            let key = row.text;
            return cause(row.span(), format!("`{key}` has no colon after it"), format!("write `{key}:`"));
        }
        if row.text.starts_with('%') {
            return cause(row.span(), "a line that begins with `%` needs a line `---` below it", "remove it");
        }
        if row.depth == 0 {
            let message = format!("line {} is text, not `key: value`", row.line);
            return cause(row.span(), message, "remove it, or begin it with `#` to make it a comment");
        }
        let message = format!("line {} is text, neither `key: value` nor `- item`", row.line);
        let help = match named(row.text.split([' ', '=', ';']).next()) {
            _ if row.text.starts_with("<<") => "write `<<: *name`, with a colon and a space".to_owned(),
            Some(key) => format!("put a colon and a space after its key, as in `{key}: …`, or remove the line"),
            None => "write it as one of the two, or begin it with `#` to make it a comment".to_owned(),
        };
        cause(row.span(), message, help)
    }

    /// A colon after a text that can be no key.
    fn colon(&self, row: &Row<'t>) -> Option<Cause> {
        let body = row.body();
        let first = body.key.map(|key| row.part(key).end);
        let between = first.and_then(|first| self.text.get(first..self.at.start)).unwrap_or("");
        if !between.trim_matches(['"', '\'', ' ']).is_empty() {
            let help = format!("{}, if the colon belongs to it; else begin a new line", quotes::whole(row));
            return Some(cause(self.at, "a second colon stands in this line", help));
        }
        if self.at.start.saturating_sub(row.start) > 1024 {
            let help = format!("{}, if the colon belongs to it", quotes::whole(row));
            return Some(cause(self.at, "more than 1024 characters stand before this colon, too many for a key", help));
        }
        if let Some(deeper) = self.first_is_deeper(row) {
            return Some(deeper);
        }
        if self.rows.before().is_some_and(|before| before.block.is_some()) {
            return self.left_block(row);
        }
        // A key without its colon takes the list below it for its text.
        let texts = self.rows.above().take_while(|row| row.block.is_none() && row.body().key.is_none());
        if let Some(key) = texts.filter(Row::is_text).find(|text| self.holds_body(text)) {
            return Some(self.text_alone(&key));
        }
        // The text that this line goes on with.
        let head = self.rows.above().find(|row| !row.is_text());
        let from = head.map_or(0, |head| head.line);
        let below = self.rows.after(from).filter(|first| first.line < row.line && first.is_text());
        let Some(head) = head.filter(|head| !head.body().value.is_empty()) else {
            return below.map(|text| self.text_alone(&text));
        };
        if let Some(dash) = no_space_after_dash(&head) {
            return Some(dash);
        }
        if let Some(text) = below.filter(|text| missing_space(text.text).is_some()) {
            return Some(self.text_alone(&text));
        }
        let held = head.body();
        let key = held.key.is_none().then_some(held.value);
        if let Some((key, colon)) = key.and_then(missing_space) {
            let at = head.part(held.value).start + colon;
            return Some(no_space(key, at));
        }
        if let Some(key) = named(key) {
            let span = head.part(held.value);
            return Some(cause(span, format!("`{key}` has no colon after it"), format!("write `{key}:`")));
        }
        let anchor = held.value.starts_with('&');
        match (named(body.key), named(held.key)) {
            (Some(below), Some(above)) if anchor => {
                let help = format!("leave the name of the anchor alone on the line of `{above}`");
                let message = format!("`{above}` has text after its anchor, so `{below}` can't stand below it");
                Some(cause(head.part(held.value), message, help))
            }
            (Some(below), Some(above)) => Some(cause(
                row.part(below),
                format!("`{below}` stands below `{above}`, which has a value on its own line"),
                format!("{}, as `{above}` has{}", indent(held.depth), self.or_the_line_before(&head)),
            )),
            (Some(below), None) if held.key.is_none() && !head.text.ends_with('\\') => {
                // The nearest key that is no deeper: in a list at the depth of its key, that key.
                let keys = |above: &Row<'t>| above.block.is_none() && !above.is_item() && above.body().key.is_some();
                let beside = self.rows.above().find(|above| keys(above) && above.depth <= row.depth);
                let beside = beside.map_or("check the indentation".to_owned(), |row| {
                    format!("{}, {}", indent(row.depth), as_row(&row))
                });
                Some(cause(
                    row.part(below),
                    format!("`{below}` stands below the text of line {}, which can't hold it", head.line),
                    format!("{beside}; or write the text as a block: `- |`, and its lines below, indented"),
                ))
            }
            _ => Some(cause(
                self.at,
                format!("a colon stands in a text of several lines, which begins on line {}", head.line),
                quotes::block(&head),
            )),
        }
    }

    /// `key: - item`.
    fn list_on_line(&self, row: &Row<'t>) -> Option<Cause> {
        let body = row.body();
        let at = row.part(body.value).start;
        match named(body.key) {
            Some(key) if at == self.at.start => Some(cause(
                self.at,
                format!("the list of `{key}` begins on the line of its key"),
                format!("put each item on a line of its own below `{key}:`"),
            )),
            _ => None,
        }
    }

    /// Text after a value that is whole: an alias, a text in quotes.
    fn after_value(&self, row: &Row<'t>) -> Option<Cause> {
        let value = row.body().value;
        if let Some(wrong) = self.anchor(row) {
            return Some(wrong);
        }
        if value.starts_with('*') {
            let help = "put the whole text in quotes if no alias is meant; to add keys to it, merge it: `<<: *name`";
            return Some(cause(self.at, "text follows an alias, which is a whole value", help));
        }
        if row.text.contains("\":") || row.text.contains("':") {
            return Some(cause(self.at, "a colon has no space after it", "put a space after the colon: `key: value`"));
        }
        None
    }

    fn anchor(&self, row: &Row<'t>) -> Option<Cause> {
        let value = row.body().value;
        let name = value.split(' ').next().unwrap_or("");
        let wrong = name.strip_prefix(['&', '*'])?.contains(['[', ']', '{', '}', ',']);
        let what = if name.starts_with('&') { "anchor" } else { "alias" };
        wrong.then(|| {
            let span = row.part(name);
            let message = format!("the name of an {what} holds none of `[`, `]`, `{{`, `}}` and `,`");
            cause(span, message, "name it with letters, digits, `-` and `_`, also where it is used")
        })
    }

    /// The line above ends with an alias or the name of an anchor, which can't hold this line.
    fn wrong_name(&self, row: &Row<'t>) -> Option<Cause> {
        let before = self.rows.before().filter(|before| before.block.is_none())?;
        let body = before.body();
        if let Some(wrong) = self.anchor(&before) {
            return Some(wrong);
        }
        let alone = body.value.starts_with('*') && !body.value.contains(' ');
        let merge = body.key == Some("<<");
        let below = row.depth > before.depth || (body.key.is_none() && row.depth == body.depth);
        (alone && !merge && !row.is_item() && below).then(|| {
            let help = format!("merge it: `<<: {}` on a line of its own, as deep as this one", body.value);
            cause(row.span(), "keys can't be added to an alias, which is a whole value", help)
        })
    }
}

/// The first blank of a row that is no space where one is wanted, with its offset and words for the place.
fn odd_blank_of(row: &Row<'_>) -> Option<(usize, char, &'static str)> {
    let odd = |at: usize| row.text.get(at..)?.chars().next().filter(|c| c.is_whitespace() && !c.is_ascii());
    if let Some(blank) = odd(0) {
        return Some((0, blank, "in the indentation"));
    }
    if let Some(blank) = odd(1).filter(|_| row.text.starts_with('-')) {
        return Some((1, blank, "behind the dash"));
    }
    let body = row.body().value;
    let colon = body.find(':').filter(|colon| body.get(..*colon).is_some_and(is_word))?;
    let at = row.part(body).start - row.start + colon + 1;
    odd(at).map(|blank| (at, blank, "behind the colon"))
}

pub(super) fn no_space_after_dash(row: &Row<'_>) -> Option<Cause> {
    let mut letters = row.text.chars();
    (letters.next() == Some('-') && letters.next().is_some_and(|c| !matches!(c, '-' | ' '))).then(|| {
        cause(Span::new(row.start, row.start + 1), "the dash has no space after it", "put a space after the dash: `- `")
    })
}

fn no_space(key: &str, at: usize) -> Cause {
    let message = format!("`{key}:` has no space after its colon");
    cause(Span::new(at, at + 1), message, format!("write `{key}: …`, with a space"))
}

/// A key whose colon has no blank behind it, and where the colon stands: `image:node`, but no address.
fn missing_space(text: &str) -> Option<(&str, usize)> {
    let (key, value) = text.split_once(':')?;
    (is_word(key) && !value.is_empty() && !value.starts_with([' ', '/', ':'])).then_some((key, key.len()))
}
