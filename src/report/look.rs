//! How a report for people looks: width and colour.

use anstyle::{AnsiColor, Style};

use crate::finding::Severity;

/// Width and colour of a report for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are written.
    pub color: bool,
    /// Columns of the screen; longer source lines are clipped.
    pub width: usize,
}

impl Default for Look {
    /// No colour, 140 columns: what a pipe gets.
    fn default() -> Self {
        Self { color: false, width: 140 }
    }
}

impl Look {
    /// Puts `text` in a style, when colours are on.
    pub(super) fn paint(self, style: Style, text: &str) -> String {
        if self.color && style != Style::new() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    pub(super) fn gutter(self, text: &str) -> String {
        self.paint(GUTTER, text)
    }

    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
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
