//! The one place that writes to the screen: replies as they grow, verdict lines, notes. All of it is made harmless here.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::code::{code_line, paint};
use super::judged::Judged;
use super::markdown::Markdown;
use crate::finding::Verdict;
use crate::report::{Look, visible};
use crate::session::{Masked, Masker, Redact};

const NOTE: Style = Style::new().dimmed();
const SAID: Style = Style::new().bold();

/// Seconds of silence after which it is told.
const LONG: usize = 3;

/// Standard output, with what is known of it.
pub struct Screen<'w> {
    out: Masked<'w>,
    /// Hides keys in a reply before it is laid out, which may part them.
    hide: Masker,
    look: Look,
    /// Tells how wide the screen is now.
    measure: Option<fn() -> Option<usize>>,
    /// A terminal that can move its cursor: replies are laid out, and a waiting line comes and goes.
    live: bool,
    waiting: bool,
    /// Who is waited for.
    who: String,
    /// Seconds without a word, as the pulse of the backend tells them.
    silence: usize,
    /// A word about the silence stands behind the reply.
    silence_shown: bool,
    reply: Option<Markdown>,
    /// Whether the last character of a reply that is shown as it is was a line end.
    at_line_start: bool,
}

impl<'w> Screen<'w> {
    /// A screen of that look; `live` is for terminals, and not for dumb ones.
    pub fn new(out: &'w mut dyn Write, look: Look, live: bool) -> Self {
        let (out, hide) = (Masked::new(out, Masker::default()), Masker::default());
        Self {
            out,
            hide,
            look,
            measure: None,
            live,
            waiting: false,
            who: String::new(),
            silence: 0,
            silence_shown: false,
            reply: None,
            at_line_start: true,
        }
    }

    /// Never shows the values that `redact` knows.
    #[must_use]
    pub fn hiding(mut self, redact: &Redact) -> Self {
        self.hide = redact.masker();
        self.out.hide(redact.masker());
        self
    }

    /// Asks before each line how wide the screen is: a window may be made wider or narrower at any time.
    #[must_use]
    pub fn measured_by(mut self, measure: Option<fn() -> Option<usize>>) -> Self {
        self.measure = measure;
        self
    }

    /// Whether a text has a value that is never shown.
    pub(super) fn hides(&self, text: &str) -> bool {
        self.hide.knows(text)
    }

    /// Width and colour.
    pub fn look(&self) -> Look {
        let width = self.measure.and_then(|measure| measure()).unwrap_or(self.look.width);
        Look { width, ..self.look }
    }

    /// The stream itself, for reports that write on their own.
    pub fn out(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// A line of ours; what it names from outside is made harmless.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.styled(Style::new(), text)
    }

    /// An empty line.
    pub fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A line beside the matter: dim.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        self.styled(NOTE, text)
    }

    /// A line that asks for a second look.
    pub fn warning(&mut self, text: &str) -> io::Result<()> {
        self.styled(AnsiColor::Yellow.on_default(), text)
    }

    /// A line that tells what went wrong.
    pub fn trouble(&mut self, text: &str) -> io::Result<()> {
        self.styled(AnsiColor::Red.on_default(), text)
    }

    /// A prompt that nobody typed here, shown so that a transcript can be read.
    pub fn said(&mut self, text: &str) -> io::Result<()> {
        for (at, line) in text.lines().enumerate() {
            let mark = if at == 0 { "> " } else { ". " };
            self.styled(SAID, &format!("{mark}{line}"))?;
        }
        Ok(())
    }

    fn styled(&mut self, style: Style, text: &str) -> io::Result<()> {
        for line in text.lines() {
            let line = visible(line);
            let line = if self.live { wrapped(&line, self.look().width) } else { line.into_owned() };
            writeln!(self.out, "{}", paint(self.look, style, &line))?;
        }
        Ok(())
    }

    /// A reply is asked for: who is waited for, until the first word comes.
    pub fn reply_begins(&mut self, who: &str) -> io::Result<()> {
        self.reply = self.live.then(|| Markdown::new(self.look()));
        self.at_line_start = true;
        if self.live {
            (self.who, self.silence) = (visible(who).into_owned(), 0);
            self.waiting = true;
            self.waiting_line("")?;
        }
        Ok(())
    }

    /// A line beside the matter while a reply is waited for, which is waited for still.
    pub(super) fn aside(&mut self, text: &str) -> io::Result<()> {
        let waiting = self.waiting;
        self.stop_waiting()?;
        self.note(text)?;
        self.waiting = waiting;
        if waiting { self.waiting_line("") } else { Ok(()) }
    }

    /// The line in which is waited; `time` says how long, once it is long.
    fn waiting_line(&mut self, time: &str) -> io::Result<()> {
        let text = format!("waiting for {}{time}; Ctrl-C ends it", self.who);
        let text: String = text.chars().take(self.look().width.saturating_sub(1)).collect();
        let text = paint(self.look, NOTE, &text);
        write!(self.out, "{text}")?;
        self.out.flush()
    }

    /// A second went by without a word: after a few it is told, on a terminal, where no text is in the way.
    fn silent(&mut self) -> io::Result<()> {
        self.silence += 1;
        if !self.live || self.silence < LONG {
            return Ok(());
        }
        if self.waiting {
            // Written over what stands there, so that nothing flickers.
            write!(self.out, "\r")?;
            return self.waiting_line(&format!(", {} s", self.silence));
        }
        let text = format!(" … {} s", self.silence);
        let column = self.reply.as_ref().map_or(0, Markdown::column);
        if column + text.width() < self.look().width {
            let shown = paint(self.look, NOTE, &text);
            // The cursor goes back to where the reply goes on.
            write!(self.out, "{shown}\u{1b}[{}D", text.width())?;
            self.silence_shown = true;
            self.out.flush()?;
        }
        Ok(())
    }

    /// The next piece of a reply; an empty one says that a second went by in waiting.
    pub fn reply_grows(&mut self, piece: &str) -> io::Result<()> {
        if piece.is_empty() {
            return self.silent();
        }
        self.stop_waiting()?;
        let piece = self.hide.feed(piece.as_bytes());
        let piece = String::from_utf8_lossy(&piece).into_owned();
        self.grow(&piece)
    }

    fn grow(&mut self, piece: &str) -> io::Result<()> {
        let width = self.look().width;
        match &mut self.reply {
            Some(markdown) => {
                markdown.fit(width);
                let text = markdown.feed(piece);
                self.out.write_all(text.as_bytes())?;
            }
            None => {
                let text = harmless(piece);
                self.at_line_start = text.chars().next_back().map_or(self.at_line_start, |last| last == '\n');
                self.out.write_all(text.as_bytes())?;
            }
        }
        self.out.flush()
    }

    /// The reply is at its end, however it ended.
    pub fn reply_ends(&mut self) -> io::Result<()> {
        self.stop_waiting()?;
        // What looked like the beginning of a key until the end was none.
        let waited = self.hide.end();
        if !waited.is_empty() {
            self.grow(&String::from_utf8_lossy(&waited))?;
        }
        let rest = match self.reply.take() {
            Some(mut markdown) => markdown.end(),
            None if self.at_line_start => String::new(),
            None => "\n".to_owned(),
        };
        self.at_line_start = true;
        self.out.write_all(rest.as_bytes())?;
        self.out.flush()
    }

    /// Markdown of ours, laid out as a reply is.
    pub fn reply_shown(&mut self, text: &str) -> io::Result<()> {
        let mut markdown = Markdown::new(self.look());
        let laid = if self.live { markdown.feed(text) + &markdown.end() } else { harmless(text) };
        self.out.write_all(laid.as_bytes())
    }

    /// Clears the waiting line, before anything else is written.
    pub fn stop_waiting(&mut self) -> io::Result<()> {
        self.silence = 0;
        if std::mem::take(&mut self.waiting) {
            write!(self.out, "\r\u{1b}[K")?;
        }
        if std::mem::take(&mut self.silence_shown) {
            write!(self.out, "\u{1b}[K")?;
        }
        Ok(())
    }

    /// The verdict on a reply.
    pub fn verdict(&mut self, judged: &Judged<'_>) -> io::Result<()> {
        let line = visible(&judged.line()).into_owned();
        let line = if self.live { wrapped(&line, self.look().width) } else { line };
        let style = match judged.verdict {
            Verdict::Accepted => AnsiColor::Green.on_default().bold(),
            Verdict::Refused => AnsiColor::Red.on_default().bold(),
            Verdict::Incomplete => AnsiColor::Yellow.on_default().bold(),
        };
        if self.look.color { writeln!(self.out, "{style}{line}{style:#}") } else { writeln!(self.out, "{line}") }
    }

    /// A file with line numbers.
    pub fn file(&mut self, text: &str) -> io::Result<()> {
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            writeln!(self.out, "{}", code_line(line, Some(at + 1), self.look()))?;
        }
        Ok(())
    }
}

/// A line of ours, broken between words where it is wider than the screen.
fn wrapped(line: &str, width: usize) -> String {
    let indent = line.len() - line.trim_start().len();
    format!("{:indent$}{}", "", crate::report::wrapped(line.trim_start(), width, indent, indent))
}

/// A reply as it is, its control characters shown; line ends and tabs stay.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(['\n', '\t']) {
        let end = part.chars().next_back().filter(|c| matches!(c, '\n' | '\t'));
        let body = end.map_or(part, |_| part.get(..part.len() - 1).unwrap_or_default());
        out.push_str(&visible(body.trim_end_matches('\r')));
        out.extend(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(live: bool, color: bool, act: impl FnOnce(&mut Screen<'_>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        act(&mut Screen::new(&mut out, Look { color, width: 40, wrap: false }, live)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_pipe_gets_the_reply_as_it_is_but_for_control_characters() {
        let text = shown(false, false, |screen| {
            screen.reply_begins("m")?;
            screen.reply_grows("```yaml\r\nimage:\tx\u{1b}[2J")?;
            screen.reply_grows("\n```")?;
            screen.reply_ends()
        });
        assert_eq!(text, "```yaml\nimage:\tx␛[2J\n```\n");
    }

    #[test]
    fn the_waiting_line_goes_before_the_first_word() {
        let text = shown(true, false, |screen| {
            screen.reply_begins("m\u{1b}[31m")?;
            screen.reply_grows("Hello")?;
            screen.reply_grows(" there")?;
            screen.reply_ends()
        });
        assert_eq!(text, "waiting for m␛[31m; Ctrl-C ends it\r\u{1b}[KHello there\n");
    }

    #[test]
    fn a_silence_is_told_and_leaves_no_trace() {
        let waits = |screen: &mut Screen<'_>| (0..4).try_for_each(|_| screen.reply_grows(""));
        let act = |screen: &mut Screen<'_>| {
            screen.reply_begins("m")?;
            waits(screen)?;
            screen.reply_grows("Hello there ")?;
            waits(screen)?;
            screen.reply_grows("again")?;
            screen.reply_ends()
        };
        let begun =
            "waiting for m; Ctrl-C ends it\rwaiting for m, 3 s; Ctrl-C ends it\rwaiting for m, 4 s; Ctrl-C ends it";
        let told = " … 3 s\u{1b}[6D … 4 s\u{1b}[6D\u{1b}[K";
        assert_eq!(shown(true, false, act), format!("{begun}\r\x1b[KHello there{told} again\n"));
        assert_eq!(shown(false, false, act), "Hello there again\n", "a pipe gets the reply alone");
    }

    #[test]
    fn lines_of_ours_break_between_words() {
        let text = shown(true, false, |screen| screen.note("  a line of ours that is wider than forty columns"));
        assert_eq!(text, "  a line of ours that is wider than\n  forty columns\n");
        assert_eq!(shown(false, false, |screen| screen.note(&"word ".repeat(20))).lines().count(), 1);
    }

    #[test]
    fn a_window_that_is_made_narrower_is_filled_as_it_is_now() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static WIDTH: AtomicUsize = AtomicUsize::new(60);
        let mut out = Vec::new();
        let look = Look { color: false, width: 60, wrap: false };
        let mut screen = Screen::new(&mut out, look, true).measured_by(Some(|| Some(WIDTH.load(Ordering::Relaxed))));
        screen.reply_begins("m").unwrap();
        screen.reply_grows("one two three four five six\n").unwrap();
        WIDTH.store(12, Ordering::Relaxed);
        screen.reply_grows("one two three four\n").unwrap();
        screen.reply_ends().unwrap();
        screen.note("one two three four").unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.ends_with("one two three four five six\none two\nthree four\none two\nthree four\n"), "{text:?}");
    }

    #[test]
    fn files_bring_no_control_characters() {
        let text = shown(true, false, |screen| {
            screen.file("a: \u{1b}]0;x\u{7}\n\tb\n")?;
            screen.trouble("a server said \u{9b}31m")
        });
        assert_eq!(text, "   1 │ a: ␛]0;x␇\n   2 │     b\na server said \u{fffd}31m\n");
    }
}
