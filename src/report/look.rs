//! How a report for people looks: width and colour.

use anstyle::{AnsiColor, Style};

use unicode_width::UnicodeWidthStr;

use crate::finding::Severity;

/// Width and colour of a report for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are written.
    pub color: bool,
    /// Columns of the screen; longer source lines are clipped.
    pub width: usize,
    /// Whether sentences are broken between words at the width: on a terminal, never in a pipe.
    pub wrap: bool,
}

impl Default for Look {
    /// No colour, 140 columns: what a pipe gets.
    fn default() -> Self {
        Self { color: false, width: 140, wrap: false }
    }
}

impl Look {
    /// Puts `text` in a style, when colours are on.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.color && style != Style::new() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// A sentence that begins in `column`, broken where lines are; the lines after the first begin in `hang`.
    pub fn fold(self, text: &str, column: usize, hang: usize) -> String {
        if self.wrap { wrapped(text, self.width, column, hang) } else { text.to_owned() }
    }

    /// What a heading says.
    pub fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub(super) fn gutter(self, text: &str) -> String {
        self.paint(GUTTER, text)
    }

    /// What is good.
    pub fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    /// What is as bad as a finding of this severity.
    pub fn severity(self, severity: Severity, text: &str) -> String {
        self.paint(severity_style(severity), text)
    }
}

const GUTTER: Style = AnsiColor::Blue.on_default().bold();

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Note => AnsiColor::Cyan.on_default().bold(),
    }
}

/// A text that begins in `column`, broken between words where it is wider than `width`; the lines after the first begin
/// in `hang`. A word that is wider than a line stays whole.
pub fn wrapped(text: &str, width: usize, column: usize, hang: usize) -> String {
    if column + text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    let (mut at, mut begun) = (column, false);
    for word in text.split(' ') {
        if begun && !word.is_empty() && at + 1 + word.width() > width && at > hang {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', hang));
            at = hang;
        } else if begun {
            out.push(' ');
            at += 1;
        }
        out.push_str(word);
        at += word.width();
        begun = true;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_break_between_words_and_only_on_a_terminal() {
        let text = "one two three four five";
        let look = Look { width: 12, wrap: true, ..Look::default() };
        assert_eq!(look.fold(text, 3, 2), "one two\n  three four\n  five");
        assert_eq!(Look { wrap: false, ..look }.fold(text, 3, 2), text);
        assert_eq!(wrapped("a verylongwordindeed b", 8, 0, 0), "a\nverylongwordindeed\nb");
    }
}
