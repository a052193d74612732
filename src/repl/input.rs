//! Where prompts come from: lines of a stream here, a terminal in `editor.rs`. Both know prompts of several lines.

use std::io::{self, BufRead, Write};

use super::complete::Words;

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A whole prompt or command.
    Text(String),
    /// Ctrl-C: the line was thrown away.
    Cleared,
    /// Ctrl-D, or the end of the stream.
    Ended,
}

/// A source of prompts.
pub trait Input {
    /// Asks for one; `words` is what can be completed now.
    ///
    /// # Errors
    /// Whatever keeps the source from being read.
    fn ask(&mut self, words: &Words, out: &mut dyn Write) -> io::Result<Said>;

    /// Whether what is typed is not seen anywhere unless we write it.
    fn silent(&self) -> bool;
}

/// More than this in one prompt is a mistake at the other end of the pipe.
const MOST: usize = 4 << 20;

/// Prompts from a stream, a line each.
pub struct Lines<'r> {
    reader: &'r mut dyn BufRead,
    /// Shown before each line, where a person sits at a plain terminal.
    prompt: Option<&'static str>,
}

impl<'r> Lines<'r> {
    /// Prompts piped in.
    pub fn piped(reader: &'r mut dyn BufRead) -> Self {
        Self { reader, prompt: None }
    }

    /// A person at a terminal that can do nothing but lines.
    pub fn plain(reader: &'r mut dyn BufRead) -> Self {
        Self { reader, prompt: Some("> ") }
    }
}

impl Input for Lines<'_> {
    fn ask(&mut self, _: &Words, out: &mut dyn Write) -> io::Result<Said> {
        let mut text = String::new();
        loop {
            if let Some(prompt) = self.prompt {
                write!(out, "{}", if text.is_empty() { prompt } else { ". " })?;
            }
            // Whoever writes the prompts reads what was answered before the next one.
            out.flush()?;
            let mut line = Vec::new();
            let read = self.reader.read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(if text.trim().is_empty() { Said::Ended } else { Said::Text(whole(&text)) });
            }
            let line = String::from_utf8_lossy(&line);
            text.push_str(line.strip_prefix('\u{feff}').unwrap_or(&line).trim_end_matches(['\n', '\r']));
            if text.len() > MOST {
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a prompt of more than 4 MiB"));
            }
            if !unfinished(&text) {
                return Ok(Said::Text(whole(&text)));
            }
            text.push('\n');
        }
    }

    fn silent(&self) -> bool {
        self.prompt.is_none()
    }
}

const BLOCK: &str = "\"\"\"";

/// Whether more lines belong to this prompt: an open block, or a backslash at the end.
pub(super) fn unfinished(text: &str) -> bool {
    if let Some(inside) = text.trim_start().strip_prefix(BLOCK) {
        return !inside.contains(BLOCK);
    }
    text.ends_with('\\') && !text.ends_with("\\\\")
}

/// The prompt without the marks that held its lines together.
pub(super) fn whole(text: &str) -> String {
    if let Some(inside) = text.trim_start().strip_prefix(BLOCK) {
        let (inside, after) = inside.split_once(BLOCK).unwrap_or((inside, ""));
        return format!("{}{}", inside.trim_matches('\n'), after.trim_end());
    }
    text.replace("\\\n", "\n").trim_end_matches(['\\', '\n']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let mut reader = text.as_bytes();
        let mut lines = Lines::piped(&mut reader);
        let mut said = Vec::new();
        while let Said::Text(text) = lines.ask(&Words::default(), &mut io::sink()).unwrap() {
            said.push(text);
        }
        said
    }

    #[test]
    fn a_line_is_a_prompt_and_marks_join_lines() {
        assert_eq!(all("one\ntwo\r\n"), ["one", "two"]);
        assert_eq!(all("one \\\ntwo\\\nthree\nfour"), ["one \ntwo\nthree", "four"]);
        assert_eq!(all("\"\"\"\none\n\ntwo\n\"\"\"\nthree\n"), ["one\n\ntwo", "three"]);
        assert_eq!(all("\"\"\"one\"\"\"\n"), ["one"]);
        assert_eq!(all("\u{feff}one"), ["one"]);
    }

    #[test]
    fn an_end_in_the_middle_loses_nothing() {
        assert_eq!(all("\"\"\"\none\ntwo"), ["one\ntwo"]);
        assert_eq!(all("one\\"), ["one"]);
        assert_eq!(all("\n\none"), ["", "", "one"]);
    }

    #[test]
    fn whoever_reads_along_has_everything_before_more_is_waited_for() {
        /// Counts how often it is flushed.
        struct Flushed(usize);
        impl Write for Flushed {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                self.0 += 1;
                Ok(())
            }
        }
        let (mut reader, mut out) = (&b"one\ntwo\n"[..], Flushed(0));
        let mut lines = Lines::piped(&mut reader);
        while lines.ask(&Words::default(), &mut out).unwrap() != Said::Ended {}
        assert_eq!(out.0, 3);
    }

    #[test]
    fn a_plain_terminal_is_prompted() {
        let mut reader = &b"one\\\ntwo\n"[..];
        let mut out = Vec::new();
        let said = Lines::plain(&mut reader).ask(&Words::default(), &mut out).unwrap();
        assert_eq!((said, out.as_slice()), (Said::Text("one\ntwo".into()), &b"> . "[..]));
    }
}
