//! Compound commands: branches, loops, groups, tests and functions.

use super::{Reader, Stopped};
use crate::yaml::Span;

impl Reader<'_> {
    /// Goes over a compound command, if one begins here.
    pub(super) fn compound(&mut self) -> Result<bool, Stopped> {
        let start = self.at;
        let word = self.reserved().len();
        let opened = Span::new(start, start + word);
        match self.reserved() {
            "if" => {
                self.at += word;
                self.branches(opened)?;
            }
            "while" | "until" => {
                self.at += word;
                self.body(opened, "done")?;
                self.loop_body(opened)?;
            }
            "for" | "select" => {
                self.at += word;
                self.each(opened)?;
            }
            "case" => {
                self.at += word;
                self.cases(opened)?;
            }
            "{" => {
                self.at += word;
                self.body(opened, "}")?;
                self.closing("}", opened)?;
            }
            "[[" => {
                self.at += word;
                self.test(opened)?;
            }
            "function" => {
                self.at += word;
                self.blanks();
                self.word()?;
                let named = Span::new(start, self.at);
                self.blanks();
                if self.peek() == Some(b'(') && !self.function_head() {
                    return Err(Some(self.stray(Some(named))));
                }
                self.function_body(named)?;
            }
            // What it starts is a command, or a name and a command.
            "coproc" => return Err(None),
            _ if self.peek() == Some(b'(') => self.group()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Goes over a word that must stand here.
    fn closing(&mut self, word: &'static str, opened: Span) -> Result<(), Stopped> {
        if self.reserved() == word {
            self.at += word.len();
            return Ok(());
        }
        if self.at >= self.bytes.len() { Err(self.open(opened, word)) } else { Err(Some(self.stray(Some(opened)))) }
    }

    fn branches(&mut self, opened: Span) -> Result<(), Stopped> {
        loop {
            self.body(opened, "fi")?;
            self.closing("then", opened).map_err(|stopped| lacking(stopped, opened, "fi"))?;
            self.body(opened, "fi")?;
            match self.reserved() {
                "elif" => self.at += "elif".len(),
                "else" => {
                    self.at += "else".len();
                    self.body(opened, "fi")?;
                    return self.closing("fi", opened);
                }
                _ => return self.closing("fi", opened),
            }
        }
    }

    fn loop_body(&mut self, opened: Span) -> Result<(), Stopped> {
        self.closing("do", opened).map_err(|stopped| lacking(stopped, opened, "done"))?;
        self.body(opened, "done")?;
        self.closing("done", opened)
    }

    /// The head of a `for`, and its body.
    fn each(&mut self, opened: Span) -> Result<(), Stopped> {
        self.blanks();
        if self.starts_with("((") {
            self.at = self.arithmetic_end(self.at + 2).ok_or(None)?;
            self.blanks();
            if self.peek() == Some(b';') {
                self.at += 1;
            }
        } else {
            self.head_word(opened, "done")?;
            self.lines()?;
            if self.reserved() == "in" {
                self.at += "in".len();
                loop {
                    self.blanks();
                    match self.peek() {
                        Some(b'\n' | b';') | None => break,
                        Some(b'(') if self.is_behind_pattern() => return Err(None),
                        Some(b'&' | b'|' | b'(' | b')') => return Err(Some(self.stray(Some(opened)))),
                        Some(b'<' | b'>') if self.bytes.get(self.at + 1) != Some(&b'(') => {
                            return Err(Some(self.stray(Some(opened))));
                        }
                        Some(_) => self.word()?,
                    }
                }
            }
            self.blanks();
            if self.peek() == Some(b';') {
                self.at += 1;
            }
        }
        self.lines()?;
        if self.reserved() == "{" {
            let brace = Span::new(self.at, self.at + 1);
            self.at += 1;
            self.body(brace, "}")?;
            return self.closing("}", brace);
        }
        self.loop_body(opened)
    }

    /// A word that a compound needs on its first line.
    fn head_word(&mut self, opened: Span, closes: &'static str) -> Result<(), Stopped> {
        self.blanks();
        match self.peek() {
            None => Err(self.open(opened, closes)),
            Some(b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>') => Err(Some(self.stray(Some(opened)))),
            Some(_) => self.word(),
        }
    }

    fn cases(&mut self, opened: Span) -> Result<(), Stopped> {
        self.head_word(opened, "esac")?;
        self.lines()?;
        self.closing("in", opened).map_err(|stopped| lacking(stopped, opened, "esac"))?;
        loop {
            self.lines()?;
            if self.at >= self.bytes.len() {
                return Err(self.open(opened, "esac"));
            }
            if self.reserved() == "esac" {
                self.at += "esac".len();
                return Ok(());
            }
            if self.peek() == Some(b'(') {
                self.at += 1;
            }
            self.patterns(opened)?;
            self.list()?;
            if self.starts_with(";;&") {
                self.at += 3;
            } else if self.starts_with(";;") || self.starts_with(";&") {
                self.at += 2;
            } else {
                return self.closing("esac", opened);
            }
        }
    }

    fn patterns(&mut self, opened: Span) -> Result<(), Stopped> {
        loop {
            self.blanks();
            self.head_word(opened, "esac")?;
            // A pattern of bash's extended kind.
            if self.peek() == Some(b'(') {
                return Err(None);
            }
            self.blanks();
            match self.peek() {
                Some(b'|') => self.at += 1,
                Some(b')') => {
                    self.at += 1;
                    return Ok(());
                }
                None => return Err(self.open(opened, "esac")),
                Some(_) => return Err(Some(self.stray(Some(opened)))),
            }
        }
    }

    /// Goes over a test to its `]]`.
    fn test(&mut self, opened: Span) -> Result<(), Stopped> {
        let mut pattern = false;
        loop {
            self.lines()?;
            match self.peek() {
                None => return Err(self.open(opened, "]]")),
                Some(b';') => return Err(Some(self.stray(Some(opened)))),
                Some(b'&' | b'|' | b'<' | b'>' | b'(' | b')') => self.at += 1,
                Some(_) if self.reserved() == "]]" => {
                    self.at += 2;
                    return Ok(());
                }
                Some(_) if pattern => self.regex()?,
                Some(_) => {
                    let start = self.at;
                    self.word()?;
                    pattern = self.text.get(start..self.at) == Some("=~");
                    continue;
                }
            }
            pattern = false;
        }
    }

    /// Goes over a regular expression: brackets in it stand for themselves.
    fn regex(&mut self) -> Result<(), Stopped> {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' if depth == 0 => break,
                b'\n' => break,
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.part()?;
        }
        Ok(())
    }

    /// Arithmetic as a command, or commands in brackets.
    fn group(&mut self) -> Result<(), Stopped> {
        let opened = Span::new(self.at, self.at + 1);
        if self.starts_with("((")
            && let Some(end) = self.arithmetic_end(self.at + 2)
        {
            self.at = end;
            return Ok(());
        }
        self.at += 1;
        self.body(opened, ")")?;
        self.closing_bracket(opened)
    }

    /// Goes over the brackets behind a function's name.
    pub(super) fn function_head(&mut self) -> bool {
        let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
        let blanks = rest.iter().take_while(|byte| b" \t".contains(byte)).count();
        let head = rest.get(blanks) == Some(&b')');
        if head {
            self.at += blanks + 2;
        }
        head
    }

    /// The body of a function: a compound command.
    pub(super) fn function_body(&mut self, named: Span) -> Result<(), Stopped> {
        self.lines()?;
        if self.at >= self.bytes.len() {
            return Err(self.open(named, "{ …; } behind it"));
        }
        if self.nested(Self::compound)? { self.redirects() } else { Err(Some(self.stray(Some(named)))) }
    }
}

/// The fault of a compound that ends before its second word has come: the one that closes it is missed, too.
fn lacking(stopped: Stopped, opened: Span, closes: &'static str) -> Stopped {
    stopped.map(|fault| match fault.kind {
        super::FaultKind::Open(_) if fault.at == opened => {
            super::Fault { kind: super::FaultKind::Open(closes), ..fault }
        }
        _ => fault,
    })
}
