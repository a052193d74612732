//! Quotes that close too early, too late or never, and escapes that there are not.

use super::rows::Row;
use super::{Cause, Stop, cause};
use crate::yaml::Span;

/// How the whole text of a row is put in quotes: those that it doesn't hold, else as a block.
pub(super) fn whole(row: &Row<'_>) -> String {
    let value = row.body().value;
    match (value.contains('\''), value.contains('"') || value.contains('\\')) {
        (false, _) => "put the whole text in single quotes".to_owned(),
        (true, false) => "put the whole text in double quotes".to_owned(),
        (true, true) => block(row),
    }
}

/// How the text of a row is written as a block, which needs no quotes.
pub(super) fn block(row: &Row<'_>) -> String {
    match row.body().key.filter(|key| super::rows::is_word(key)) {
        Some(key) => format!("write it as a block: `{key}: |`, and the text, indented, on the next line"),
        None => "write it as a block: `- |`, and the text, indented, on the next line".to_owned(),
    }
}

pub(super) fn unclosed(at: Span) -> Cause {
    cause(at, "the quote that opens here is never closed", "close it at the end of the text, or remove it")
}

impl Stop<'_> {
    /// Text after a closing quote.
    pub(super) fn behind_quotes(&self, quote: char) -> Cause {
        let row = self.rows.stop();
        let before = self.text.get(row.start..self.at.start).unwrap_or("");
        if let Some(opened) = self.opened_above(quote).filter(|_| before.matches(quote).count() % 2 == 1) {
            return cause(
                opened,
                "the quote that opens here is not closed on its line, and ends at the next quote in the file",
                "close it at the end of its text",
            );
        }
        let after = self.text.get(self.at.start..row.start + row.text.len()).unwrap_or("");
        let inside = before.trim_end().strip_suffix(quote).unwrap_or("").chars().next_back();
        let attached = before.ends_with(quote);
        let next = after.chars().next();
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let more = after.contains(quote);
        // `'it's'`, `"echo "hi""`: what was meant to be inside ends the text.
        if attached && more && letter(next) && (inside.is_some_and(char::is_whitespace) || letter(inside)) {
            return match quote {
                '\'' => cause(
                    self.at,
                    "a single quote within the text ends it before this",
                    if row.text.contains(['"', '\\']) {
                        "double each single quote that belongs to the text: `''`"
                    } else {
                        "double each single quote that belongs to the text (`''`), or put the text in double quotes"
                    },
                ),
                _ => cause(
                    self.at,
                    "a double quote within the text ends it before this",
                    if row.text.contains('\'') {
                        "write `\\\"` for each double quote that belongs to the text"
                    } else {
                        "write `\\\"` for each double quote that belongs to the text, or put the text in single quotes"
                    },
                ),
            };
        }
        // `"name":"x"`.
        if attached && after.starts_with(':') {
            return cause(self.at, "a colon has no space after it", "put a space after the colon: `key: value`");
        }
        if after.starts_with('#') {
            let help = "put a space before it to make it a comment, or the whole text in quotes";
            return cause(self.at, "a `#` follows the closing quote at once", help);
        }
        cause(self.at, "the text goes on after its closing quote", whole(&row))
    }

    /// The quote that opened a text on an earlier line: the nearest row whose value begins with one that it doesn't close.
    fn opened_above(&self, quote: char) -> Option<Span> {
        let row = self.rows.above().find(|row| row.block.is_none() && row.body().value.contains(quote))?;
        let body = row.body();
        let open = body.value.starts_with(quote) && body.value.matches(quote).count() % 2 == 1;
        let at = row.part(body.value).start;
        open.then(|| Span::new(at, at + quote.len_utf8()))
    }

    /// An escape that double quotes don't know; the reader tells only where the text begins.
    pub(super) fn escape(&self) -> Cause {
        let rest = self.text.get(self.at.start..).unwrap_or("");
        let found = wrong_escape(rest);
        let escape = found.and_then(|(start, end)| rest.get(start..end)).unwrap_or("\\");
        let span = found.map_or(self.at, |(start, end)| Span::new(self.at.start + start, self.at.start + end));
        let inside = rest.get(1..).and_then(|inside| inside.split('"').next()).unwrap_or("");
        let help = match inside.contains('\'') {
            false => format!("put the text in single quotes, where `\\` is itself, or write `\\{escape}`"),
            true => format!("write `\\{escape}`"),
        };
        cause(span, format!("double quotes know no escape `{escape}`"), help)
    }
}

/// The first escape of a text in double quotes that stands for nothing.
fn wrong_escape(text: &str) -> Option<(usize, usize)> {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == '"' {
            return None;
        }
        if c != '\\' {
            continue;
        }
        let (next, c) = chars.next()?;
        let end = next + c.len_utf8();
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ if "0abtnvfre \"/\\N_LP\t\r\n".contains(c) => continue,
            _ => return Some((at, end)),
        };
        let code = text.get(end..end + digits).filter(|code| code.bytes().all(|b| b.is_ascii_hexdigit()));
        if code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32).is_none() {
            return Some((at, end));
        }
    }
    None
}
