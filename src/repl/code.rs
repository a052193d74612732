//! Code on a screen: numbered lines, YAML's keys and comments in colour, long lines beside their numbers.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthChar;

use crate::report::{Look, visible};

pub(super) const DIM: Style = Style::new().dimmed();
const KEY: Style = AnsiColor::Blue.on_default();

/// Text in a style, where the screen has colours.
pub(super) fn paint(look: Look, style: Style, text: &str) -> String {
    if look.color && style != Style::new() && !text.is_empty() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// One line of code for a screen: its number if it has one, tabs as blanks, YAML's keys and comments in colour.
pub(super) fn code_line(text: &str, number: Option<usize>, look: Look) -> String {
    let mut spaced = String::with_capacity(text.len());
    let mut column = 0;
    for c in text.chars() {
        if c == '\t' {
            let wide = 4 - column % 4;
            spaced.push_str(&" ".repeat(wide));
            column += wide;
        } else {
            column += c.width().unwrap_or(1);
            spaced.push(c);
        }
    }
    let shown = visible(&spaced);
    let Some(number) = number else { return shown.into_owned() };
    let gutter = paint(look, DIM, &format!("{number:>4} │ "));
    let (first, mut rest) = split_at_width(&shown, look.width.saturating_sub(GUTTER).max(20));
    let mut out = format!("{gutter}{}", yaml_line(first, look));
    // What is too long goes on below, beside the numbers and not under them.
    while !rest.is_empty() {
        let (next, later) = split_at_width(rest, look.width.saturating_sub(GUTTER).max(20));
        out.push_str(&format!("\n{}{next}", paint(look, DIM, "     ┆ ")));
        rest = later;
    }
    out
}

/// Columns that the numbers take.
const GUTTER: usize = 7;

fn split_at_width(text: &str, width: usize) -> (&str, &str) {
    if text.len() <= width {
        return (text, "");
    }
    let mut column = 0;
    let end = text.char_indices().find(|(_, c)| {
        column += c.width().unwrap_or(1);
        column > width
    });
    text.split_at(end.map_or(text.len(), |(at, _)| at))
}

/// Keys and comments of one line, as far as a line alone tells.
fn yaml_line(text: &str, look: Look) -> String {
    if !look.color {
        return text.to_owned();
    }
    let comment = if text.trim_start().starts_with('#') { Some(0) } else { text.find(" #") };
    let (code, comment) = text.split_at(comment.unwrap_or(text.len()));
    let start = code.len() - code.trim_start_matches([' ', '-', '?']).len();
    let (lead, rest) = code.split_at(start);
    let colon = rest.find(':').filter(|&at| {
        let after = rest.get(at + 1..).unwrap_or_default();
        (after.is_empty() || after.starts_with(' ')) && !rest.starts_with(['"', '\'', '{', '['])
    });
    let (key, value) = rest.split_at(colon.unwrap_or(0));
    format!("{lead}{}{value}{}", paint(look, KEY, key), paint(look, DIM, comment))
}
