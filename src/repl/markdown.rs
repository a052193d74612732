//! A reply on the screen while it grows: only ever added to, so nothing flickers, wrapped at words, code with numbers.
//!
//! What comes in is untrusted: no control character of a reply reaches the terminal.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::code::{DIM, code_line, paint};
use crate::report::{Look, visible};

const HEAD: Style = Style::new().bold();
const CODE: Style = AnsiColor::Cyan.on_default();

/// Turns pieces of Markdown into what is written to a terminal.
#[derive(Debug)]
pub struct Markdown {
    look: Look,
    /// The beginning of a line whose kind is not certain yet, or a line of code that is not whole yet.
    held: String,
    /// A word that is not whole yet.
    word: String,
    place: Place,
    column: usize,
    /// Blanks between the last word and the next, written with the next.
    blanks: usize,
    /// Columns that wrapped lines are indented by.
    hang: usize,
    heading: bool,
    code: bool,
    bold: bool,
    /// A carriage return that may be half of a line end.
    returned: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    Line,
    Fence { mark: char, long: usize, numbered: bool, line: usize },
}

impl Markdown {
    /// A reply that begins.
    pub fn new(look: Look) -> Self {
        Self {
            look,
            held: String::new(),
            word: String::new(),
            place: Place::LineStart,
            column: 0,
            blanks: 0,
            hang: 0,
            heading: false,
            code: false,
            bold: false,
            returned: false,
        }
    }

    /// The column in which the next character stands.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// Lays out what comes from now on for a screen of that width.
    pub(super) fn fit(&mut self, width: usize) {
        self.look.width = width;
    }

    /// What `piece` adds to the screen.
    pub fn feed(&mut self, piece: &str) -> String {
        let mut out = String::with_capacity(piece.len() + 16);
        for c in piece.chars() {
            if self.returned && c != '\n' {
                self.character('\n', &mut out);
            }
            self.returned = c == '\r';
            if c != '\r' {
                self.character(c, &mut out);
            }
        }
        out
    }

    /// What the end adds: the rest, and a line end where none was.
    pub fn end(&mut self) -> String {
        let mut out = String::new();
        if std::mem::take(&mut self.returned) {
            self.character('\n', &mut out);
        }
        if !self.held.is_empty() || !self.word.is_empty() || self.column > 0 {
            self.character('\n', &mut out);
        }
        out
    }

    fn character(&mut self, c: char, out: &mut String) {
        match (self.place, c) {
            (Place::Fence { .. }, '\n') => self.line_of_code(out),
            (Place::Fence { .. }, c) => self.held.push(c),
            (Place::LineStart, '\n') => self.start_of_line(true, out),
            (Place::LineStart, c) => {
                self.held.push(c);
                if certain(&self.held) {
                    self.start_of_line(false, out);
                }
            }
            (Place::Line, '\n') => {
                self.flush_word(out);
                self.line_end(out);
            }
            (Place::Line, c) => self.prose(c, out),
        }
    }

    fn line_end(&mut self, out: &mut String) {
        out.push('\n');
        self.place = Place::LineStart;
        (self.column, self.blanks) = (0, 0);
        (self.heading, self.code, self.bold) = (false, false, false);
    }

    /// The kind of the line is known by now: a fence, or prose with its indentation.
    fn start_of_line(&mut self, ended: bool, out: &mut String) {
        let held = std::mem::take(&mut self.held);
        let text = held.trim_start_matches([' ', '\t']);
        let mark = text.chars().next().unwrap_or(' ');
        let long = text.chars().take_while(|&c| c == mark).count();
        if ended && matches!(mark, '`' | '~') && long >= 3 {
            let info = text.get(long..).unwrap_or_default().trim().to_lowercase();
            let language = info.split([' ', ',', '{']).next().unwrap_or_default().to_owned();
            let numbered = matches!(language.as_str(), "yaml" | "yml");
            out.push_str(&self.paint(DIM, &visible(held.trim_end())));
            out.push('\n');
            self.place = Place::Fence { mark, long, numbered, line: 0 };
            return;
        }
        self.place = Place::Line;
        self.heading = mark == '#' && text.get(long..).is_some_and(|rest| rest.starts_with(' '));
        let indent = held.chars().take_while(|c| matches!(c, ' ' | '\t')).count();
        let bullet = match text.split_once(' ') {
            Some((bullet, _)) if is_bullet(bullet) => bullet.chars().count() + 1,
            _ => 0,
        };
        self.hang = if indent + bullet < self.look.width / 2 { indent + bullet } else { 0 };
        out.push_str(&" ".repeat(indent));
        self.column = indent;
        for c in text.chars() {
            self.prose(c, out);
        }
        if ended {
            self.flush_word(out);
            self.line_end(out);
        }
    }

    fn prose(&mut self, c: char, out: &mut String) {
        if !matches!(c, ' ' | '\t') {
            self.word.push(c);
            // A word longer than the screen is shown while it comes.
            if self.word.len() > 4 * self.look.width.max(20) {
                self.flush_word(out);
            }
            return;
        }
        self.flush_word(out);
        self.blanks += 1;
    }

    fn flush_word(&mut self, out: &mut String) {
        let word = std::mem::take(&mut self.word);
        if word.is_empty() {
            return;
        }
        let shown = visible(&word);
        let wide = shown.width();
        let blanks = std::mem::take(&mut self.blanks);
        if blanks > 0 && self.column + blanks + wide > self.look.width && self.column > self.hang {
            out.push('\n');
            out.push_str(&" ".repeat(self.hang));
            self.column = self.hang;
        } else {
            out.push_str(&" ".repeat(blanks));
            self.column += blanks;
        }
        self.column += wide;
        self.styled(&shown, out);
    }

    /// One word, its backquotes and stars turned into styles; the marks stay, so nothing of the reply is lost.
    fn styled(&mut self, word: &str, out: &mut String) {
        if !self.look.color {
            out.push_str(word);
            return;
        }
        let mut rest = word;
        while !rest.is_empty() {
            if !self.code && rest.starts_with("**") {
                let style = self.style();
                let closing = self.bold;
                self.bold = !self.bold;
                out.push_str(&self.paint(if closing { style } else { self.style() }, "**"));
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            if rest.starts_with('`') {
                let before = self.style();
                let closing = self.code;
                self.code = !self.code;
                out.push_str(&self.paint(if closing { before } else { self.style() }, "`"));
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            let stars = if self.code { None } else { rest.find("**") };
            let end = [rest.find('`'), stars].into_iter().flatten().min().unwrap_or(rest.len());
            let (now, later) = rest.split_at(end);
            out.push_str(&self.paint(self.style(), now));
            rest = later;
        }
    }

    fn style(&self) -> Style {
        let style = if self.code { CODE } else { Style::new() };
        if self.bold || self.heading { style.effects(style.get_effects() | HEAD.get_effects()) } else { style }
    }

    fn line_of_code(&mut self, out: &mut String) {
        let Place::Fence { mark, long, numbered, line } = self.place else { return };
        let held = std::mem::take(&mut self.held);
        let text = held.trim();
        if text.chars().count() >= long && text.chars().all(|c| c == mark) {
            out.push_str(&self.paint(DIM, &visible(held.trim_end())));
            return self.line_end(out);
        }
        self.place = Place::Fence { mark, long, numbered, line: line + 1 };
        out.push_str(&code_line(&held, numbered.then_some(line + 1), self.look));
        out.push('\n');
    }

    fn paint(&self, style: Style, text: &str) -> String {
        paint(self.look, style, text)
    }
}

/// Whether the beginning of a line shows what the line is; what may be a fence is known at its end only.
fn certain(held: &str) -> bool {
    let text = held.trim_start_matches([' ', '\t']);
    match text.chars().next() {
        None => false,
        Some(mark @ ('`' | '~')) => {
            let run = text.chars().take_while(|&c| c == mark).count();
            // Blocks open with three marks at least; shorter runs are code in a line.
            run < 3 && run < text.chars().count()
        }
        // A bullet or a heading is known with the blank behind it.
        Some('-' | '*' | '+' | '#' | '0'..='9') => text.contains(' ') || text.chars().count() > 8,
        Some(_) => true,
    }
}

fn is_bullet(word: &str) -> bool {
    matches!(word, "-" | "*" | "+")
        || word
            .strip_suffix(['.', ')'])
            .is_some_and(|n| !n.is_empty() && n.len() < 4 && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const REPLY: &str = "# Title\n\nSome *prose* with `code` that is **long enough** to wrap.\n\n1. a point that is long enough to wrap too\n\n```yaml\nimage: x # why\n\tsteps:\n```\nDone.";

    fn show(text: &str, cut: usize, look: Look) -> String {
        let mut markdown = Markdown::new(look);
        let chars: Vec<char> = text.chars().collect();
        let mut out: String = chars.chunks(cut).map(|piece| markdown.feed(&piece.iter().collect::<String>())).collect();
        out.push_str(&markdown.end());
        out
    }

    #[test]
    fn prose_wraps_and_code_has_numbers() {
        insta::assert_snapshot!(show(REPLY, 3, Look { color: false, width: 24, wrap: false }), @r#"
        # Title

        Some *prose* with `code`
        that is **long enough**
        to wrap.

        1. a point that is long
           enough to wrap too

        ```yaml
           1 │ image: x # why
           2 │     steps:
        ```
        Done.
        "#);
    }

    #[test]
    fn colours_close_where_they_open() {
        let shown = show(REPLY, 1000, Look { color: true, width: 60, wrap: false });
        insta::assert_snapshot!(shown.replace('\u{1b}', "^"), @r#"
        ^[1m#^[0m ^[1mTitle^[0m

        Some *prose* with ^[36m`^[0m^[36mcode^[0m^[36m`^[0m that is ^[1m**^[0m^[1mlong^[0m ^[1menough^[0m^[1m**^[0m to wrap.

        1. a point that is long enough to wrap too

        ^[2m```yaml^[0m
        ^[2m   1 │ ^[0m^[34mimage^[0m: x^[2m # why^[0m
        ^[2m   2 │ ^[0m    ^[34msteps^[0m:
        ^[2m```^[0m
        Done.
        "#);
    }

    #[test]
    fn a_long_line_of_code_goes_on_beside_the_numbers() {
        let text = format!("```yaml\nimage: {}\n```\n", "日".repeat(20));
        let shown = show(&text, 9, Look { color: false, width: 37, wrap: false });
        assert_eq!(shown, format!("```yaml\n   1 │ image: {}\n     ┆ {}\n```\n", "日".repeat(11), "日".repeat(9)));
    }

    #[test]
    fn control_sequences_do_not_reach_the_screen() {
        let hostile = "a\u{1b}[2Jb\u{7}\u{202e}c\r\n```\n\u{1b}]0;title\u{7}\n```\n~~~\u{1b}[31m\n\u{9b}5m\n";
        let shown = show(hostile, 1, Look { color: false, width: 80, wrap: false });
        assert!(!shown.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
    }

    #[test]
    fn wide_characters_count_twice() {
        let shown = show("日本 日本 日本", 1, Look { color: false, width: 10, wrap: false });
        assert_eq!(shown, "日本 日本\n日本\n");
    }

    #[test]
    fn a_megabyte_is_shown_in_linear_time() {
        let text = "word `code` and **more**\n```yaml\nimage: x\n```\n".repeat(1 << 15);
        let began = std::time::Instant::now();
        assert!(show(&text, 5, Look { color: true, width: 80, wrap: false }).len() > text.len());
        assert!(began.elapsed() < std::time::Duration::from_secs(8), "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn any_split_looks_the_same_and_loses_no_word(text in "(`{1,4}|~~~|#|\\*\\*|- |[a-z]{1,9}| |\n|\r\n|\t|\u{1b}|日){0,60}", cut in 1usize..7) {
            let look = Look { color: false, width: 20, wrap: false };
            let shown = show(&text, cut, look);
            prop_assert_eq!(&shown, &show(&text, text.len().max(1), look));
            let letters = |text: &str| text.chars().filter(|c| c.is_ascii_lowercase()).collect::<String>();
            prop_assert_eq!(letters(&shown), letters(&text));
        }
    }
}
