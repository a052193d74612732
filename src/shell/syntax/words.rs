//! Words: quotes, expansions and substitutions in them, and redirects.

use super::{Document, Fault, FaultKind, Listed, Reader, Stopped};
use crate::shell::plain_word::{is_name, plain_length};
use crate::yaml::Span;

impl Reader<'_> {
    /// Goes over a word.
    pub(super) fn word(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        let mut bracket = None;
        loop {
            self.at += plain_length(self.bytes.get(self.at..).unwrap_or(&[]));
            let Some(byte) = self.peek() else { break };
            match byte {
                // `a[$i + 1]=b`
                b'[' if bracket.is_none() && self.names(start) => {
                    bracket = Some(self.at);
                    self.subscript()?;
                    continue;
                }
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' => break,
                b'<' | b'>' if self.bytes.get(self.at + 1) == Some(&b'(') => {
                    self.at += 1;
                    self.substitution(Span::new(self.at - 1, self.at + 1))?;
                    continue;
                }
                b'<' | b'>' => break,
                _ => {}
            }
            self.part()?;
        }
        if self.at == start { Err(Some(self.stray(None))) } else { Ok(()) }
    }

    /// Whether all that was read of a word is a name.
    fn names(&self, start: usize) -> bool {
        is_name(self.text.get(start..self.at).unwrap_or(""))
    }

    /// Goes over the subscript of an assignment, which may have blanks in it; a bracket that is none stays where it is.
    fn subscript(&mut self) -> Result<(), Stopped> {
        let rest = self.text.get(self.at..).unwrap_or("");
        let line = rest.split('\n').next().unwrap_or(rest);
        let end = line.find("]=").or_else(|| line.find("]+="));
        match end {
            Some(end) if !line.get(..end).is_some_and(|inside| inside.contains(['"', '\'', '`', ';', '|', '&'])) => {
                self.at += end + 1;
                Ok(())
            }
            _ => self.part(),
        }
    }

    /// Goes over one part of a word: a quoted text, an expansion, or a byte.
    pub(super) fn part(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        match self.peek() {
            Some(b'\\') => self.at = (self.at + 2).min(self.bytes.len()),
            Some(b'\'') => self.single(start)?,
            Some(b'"') => self.double(start)?,
            Some(b'`') => self.backquote(start)?,
            Some(b'$') => self.dollar()?,
            _ => self.at += 1,
        }
        // A byte behind a backslash may be the first of a character.
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        Ok(())
    }

    fn single(&mut self, start: usize) -> Result<(), Stopped> {
        match memchr::memchr(b'\'', &self.bytes[self.at + 1..]) {
            Some(end) => self.at += end + 2,
            None => return Err(self.open(Span::new(start, start + 1), "'")),
        }
        self.note_long(start);
        Ok(())
    }

    fn note_long(&mut self, start: usize) {
        if self.long.is_none() && memchr::memchr(b'\n', &self.bytes[start..self.at]).is_some() {
            self.long = Some(Span::new(start, start + 1));
        }
    }

    pub(super) fn double(&mut self, start: usize) -> Result<(), Stopped> {
        let outer = std::mem::replace(&mut self.quoted, true);
        let read = self.double_text(start);
        self.quoted = outer;
        read
    }

    fn double_text(&mut self, start: usize) -> Result<(), Stopped> {
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err(self.open(Span::new(start, start + 1), "\"")),
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(b'`') => self.backquote(self.at)?,
                Some(b'$') if matches!(self.bytes.get(self.at + 1), Some(b'(' | b'{' | b'$')) => self.dollar()?,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        self.note_long(start);
        Ok(())
    }

    fn backquote(&mut self, start: usize) -> Result<(), Stopped> {
        self.escaped(Span::new(start, start + 1), "`")
    }

    /// Goes over a text in which a backslash takes the next sign, and which the sign in `closes` ends.
    fn escaped(&mut self, opened: Span, closes: &'static str) -> Result<(), Stopped> {
        self.at = opened.end;
        while !self.starts_with(closes) {
            match self.peek() {
                None => return Err(self.open(opened, closes)),
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        self.at += closes.len();
        Ok(())
    }

    /// Goes over what begins with `$`.
    fn dollar(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        match self.bytes.get(self.at + 1) {
            Some(b'(') if self.bytes.get(self.at + 2) == Some(&b'(') => {
                if let Some(end) = self.arithmetic_end(self.at + 3) {
                    self.at = end;
                    return Ok(());
                }
                self.at += 1;
                self.substitution(Span::new(start, start + 2))
            }
            Some(b'(') => {
                self.at += 1;
                self.substitution(Span::new(start, start + 2))
            }
            Some(b'{') => self.nested(|this| this.braced(start)),
            // Arithmetic as it was written once.
            Some(b'[') => Err(None),
            Some(b'\'') => {
                self.escaped(Span::new(start, start + 2), "'")?;
                self.note_long(start);
                Ok(())
            }
            Some(b'"') => {
                self.at += 1;
                self.double(start)
            }
            // `$#`, `$$`
            Some(byte) if byte.is_ascii_punctuation() && !b" \\`".contains(byte) && b"#$?!@*-_".contains(byte) => {
                self.at += 2;
                Ok(())
            }
            _ => {
                self.at += 1;
                Ok(())
            }
        }
    }

    fn braced(&mut self, start: usize) -> Result<(), Stopped> {
        self.at += 2;
        // `${#x}`, `${x#y}`: a sign that begins comments elsewhere.
        loop {
            match self.peek() {
                None => return Err(self.open(Span::new(start, start + 2), "}")),
                Some(b'}') => break,
                // In quotes an apostrophe quotes a pattern, and stands for itself elsewhere.
                Some(b'\'') if self.quoted => match memchr::memchr2(b'\'', b'}', &self.bytes[self.at + 1..]) {
                    Some(end) if self.bytes[self.at + 1 + end] == b'\'' => self.at += end + 2,
                    _ => self.at += 1,
                },
                Some(_) => self.part()?,
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Goes over commands in brackets; `at` is the bracket that opens them, `opened` the sign that is told.
    pub(super) fn substitution(&mut self, opened: Span) -> Result<(), Stopped> {
        self.nested(|this| {
            this.at += 1;
            // Here-documents of the line around are not those of the lines in it.
            let outer = std::mem::take(&mut this.documents);
            let quoted = std::mem::take(&mut this.quoted);
            this.list()?;
            this.closing_bracket(opened)?;
            // One whose text has not come yet begins behind this line as well.
            this.documents.splice(0..0, outer);
            this.quoted = quoted;
            Ok(())
        })
    }

    /// Goes over the bracket that closes what is open.
    pub(super) fn closing_bracket(&mut self, opened: Span) -> Result<(), Stopped> {
        match self.peek() {
            Some(b')') => {
                self.at += 1;
                Ok(())
            }
            None => Err(self.open(opened, ")")),
            Some(_) => Err(Some(self.stray(Some(opened)))),
        }
    }

    /// The offset behind the `))` that closes arithmetic which begins at a place; `None` where it is none.
    pub(super) fn arithmetic_end(&self, from: usize) -> Option<usize> {
        let mut depth = 1usize;
        let mut at = from;
        loop {
            match self.bytes.get(at)? {
                b'\\' => at += 1,
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        return (self.bytes.get(at + 1) == Some(&b')')).then_some(at + 2);
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Whether a sign stands before this place that makes a pattern of brackets: `@(a|b)`.
    pub(super) fn is_behind_pattern(&self) -> bool {
        self.at.checked_sub(1).is_some_and(|at| b"@?*+!".contains(&self.bytes[at]))
    }

    /// The words of an array, up to its bracket.
    pub(super) fn array(&mut self) -> Result<(), Stopped> {
        let opened = Span::new(self.at, self.at + 1);
        self.at += 1;
        loop {
            self.lines()?;
            match self.peek() {
                None => return Err(self.open(opened, ")")),
                Some(b')') => break,
                // A pattern of bash's extended kind.
                Some(b'(') if self.is_behind_pattern() => return Err(None),
                Some(b';' | b'&' | b'|' | b'(') => return Err(Some(self.stray(Some(opened)))),
                Some(b'<' | b'>') if self.bytes.get(self.at + 1) != Some(&b'(') => {
                    return Err(Some(self.stray(Some(opened))));
                }
                // `[key]=value`
                Some(b'[') => self.subscript()?,
                Some(_) => self.word()?,
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Goes over a redirect, if one stands here.
    pub(super) fn redirect(&mut self) -> Result<bool, Stopped> {
        let start = self.at;
        let mut at = start;
        if self.peek() == Some(b'{') {
            let name =
                self.bytes[at + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let closes = name > 0 && self.bytes.get(at + 1 + name) == Some(&b'}');
            if !closes || !matches!(self.bytes.get(at + 2 + name), Some(b'<' | b'>')) {
                return Ok(false);
            }
            at += 2 + name;
        } else {
            at += self.bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        let operator = match self.bytes.get(at..).unwrap_or(&[]) {
            [b'<', b'<', b'<', ..] => 3,
            [b'<', b'<', b'-', ..] => 3,
            [b'&', b'>', b'>', ..] if at == start => 3,
            [b'<', b'<', ..] | [b'<', b'&' | b'>', ..] | [b'>', b'>' | b'&' | b'|', ..] => 2,
            [b'&', b'>', ..] if at == start => 2,
            // A process's output is a word.
            [b'<' | b'>', b'(', ..] => return Ok(false),
            [b'<' | b'>', ..] => 1,
            _ => return Ok(false),
        };
        let sign = self.text.get(at..at + operator).unwrap_or("");
        let (document, tabs) = (matches!(sign, "<<" | "<<-"), sign == "<<-");
        self.at = at + operator;
        self.blanks_alone();
        let from = self.at;
        if matches!(self.peek(), None | Some(b'\n' | b';' | b'&' | b'|' | b')' | b'#')) {
            let at = Span::new(start, at + operator);
            return Err(Some(Fault { kind: FaultKind::Unexpected, at, beside: None }));
        }
        self.word()?;
        if document {
            let word = unquoted(self.text.get(from..self.at).unwrap_or(""));
            self.documents.push(Document { at: Span::new(start, self.at), word, tabs });
        }
        Ok(true)
    }

    /// Goes over blanks and continued lines.
    pub(super) fn blanks_alone(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.bytes.get(self.at + 1) == Some(&b'\n') => self.at += 2,
                _ => return,
            }
        }
    }

    /// Statements that must be there; what opened them is told where they are not.
    pub(super) fn body(&mut self, opened: Span, closes: &'static str) -> Result<(), Stopped> {
        match self.list()? {
            Listed::Something => Ok(()),
            Listed::Nothing if self.at >= self.bytes.len() => Err(self.open(opened, closes)),
            Listed::Nothing => Err(Some(self.stray(Some(opened)))),
        }
    }
}

/// A word without its quotes.
fn unquoted(word: &str) -> String {
    let word = word.replace("\\\n", "");
    let word = word.as_str();
    let word = word.strip_prefix('$').filter(|rest| rest.starts_with(['"', '\''])).unwrap_or(word);
    word.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect()
}
