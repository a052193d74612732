//! Whether bash can read a script to its end, and where it can't: statements, and what opens and closes them.
//!
//! The grammar that the interpreter walks survives errors, and has some of its own; here a text is read as bash itself reads
//! it. Where bash's own answer depends on more than the text, the text is taken.

mod compound;
mod words;

use super::plain_word::{is_keyword, plain_length};
use crate::yaml::Span;

/// How deep constructs may stand in one another; what is deeper is taken as it is.
const DEPTH: usize = 100;

/// Why bash does not read a script to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The place: what is never closed, or what can't stand there.
    pub at: Span,
    /// What helps to see it: what is open where something else closes, the first quoted text that goes over a line's end, or
    /// the line that would end a here-document without its blanks.
    pub beside: Option<Span>,
}

/// What is wrong with a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Something is opened and never closed; what would close it.
    Open(&'static str),
    /// A here-document has no line that ends it.
    Document,
    /// A word or an operator stands where bash can't take it.
    Unexpected,
}

/// Why reading stopped: at a fault, or where the answer isn't known.
type Stopped = Option<Fault>;

/// Where bash stops reading a text as a script; `None` where it reads it to the end, or where that can't be told.
pub fn fault(text: &str) -> Option<Fault> {
    read(text).err()?
}

/// Whether bash reads a text to its end, beyond doubt.
pub(super) fn is_sound(text: &str) -> bool {
    read(text).is_ok()
}

fn read(text: &str) -> Result<(), Stopped> {
    if is_words(text) {
        return Ok(());
    }
    let mut reader =
        Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, documents: Vec::new(), quoted: false, long: None };
    reader.list()?;
    reader.unexpected()
}

/// Whether a text is nothing but words that stand for themselves, as many commands are, and the first is no word of bash's own.
fn is_words(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or("");
    let own = first.is_empty() || is_keyword(first);
    !own && text.split(' ').all(|word| plain_length(word.as_bytes()) == word.len())
}

/// A here-document whose text is still to come.
struct Document {
    /// The redirect with its word.
    at: Span,
    word: String,
    tabs: bool,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    documents: Vec<Document>,
    /// Whether a double quote is open around what is read.
    quoted: bool,
    /// The first quoted text that goes over a line's end.
    long: Option<Span>,
}

/// What a list of statements ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    /// It has no statement.
    Nothing,
    Something,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn starts_with(&self, text: &str) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    fn open(&self, at: Span, closes: &'static str) -> Stopped {
        Some(Fault { kind: FaultKind::Open(closes), at, beside: self.long.filter(|long| long.start < at.start) })
    }

    /// A fault at what stands here; nothing is wrong at the end of the text.
    fn unexpected(&mut self) -> Result<(), Stopped> {
        if self.at >= self.bytes.len() { Ok(()) } else { Err(Some(self.stray(None))) }
    }

    /// What stands here can't.
    fn stray(&mut self, beside: Option<Span>) -> Fault {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let operator = rest.iter().take_while(|byte| b";&|<>".contains(byte)).count();
        let length = match operator {
            0 if rest.first().is_some_and(|byte| b"()\n".contains(byte)) => 1,
            0 => rest.iter().take_while(|byte| !b" \t\n;&|()<>".contains(byte)).count(),
            _ => operator,
        };
        Fault { kind: FaultKind::Unexpected, at: Span::new(self.at, self.at + length), beside }
    }

    /// Runs a reading one level deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Stopped>) -> Result<T, Stopped> {
        if self.depth >= DEPTH {
            return Err(None);
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Goes over blanks, continued lines and a comment.
    fn blanks(&mut self) {
        self.blanks_alone();
        if self.peek() == Some(b'#') {
            // A line's end, or the text's, stands behind it.
            self.at = memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end);
        }
    }

    /// Goes over blanks and ends of lines, and over the here-documents that begin behind them.
    fn lines(&mut self) -> Result<(), Stopped> {
        loop {
            self.blanks();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.line_end()?;
        }
    }

    /// Goes over the end of a line, and the here-documents that begin behind it.
    fn line_end(&mut self) -> Result<(), Stopped> {
        self.at += 1;
        for document in std::mem::take(&mut self.documents) {
            self.document(&document)?;
        }
        Ok(())
    }

    fn document(&mut self, document: &Document) -> Result<(), Stopped> {
        let mut beside = None;
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            if rest.is_empty() {
                return Err(Some(Fault { kind: FaultKind::Document, at: document.at, beside }));
            }
            let line = rest.split('\n').next().unwrap_or(rest);
            if beside.is_none() && line.trim() == document.word {
                let start = self.at + line.len() - line.trim_start().len();
                beside = Some(Span::new(start, start + document.word.len()));
            }
            self.at = (self.at + line.len() + 1).min(self.bytes.len());
            let line = if document.tabs { line.trim_start_matches('\t') } else { line };
            if line.trim_end_matches('\r') == document.word {
                return Ok(());
            }
        }
    }

    /// Statements up to what ends them: a word that closes, a bracket, or the end of the text.
    fn list(&mut self) -> Result<Listed, Stopped> {
        let mut listed = Listed::Nothing;
        loop {
            self.lines()?;
            if self.ends_list() {
                return Ok(listed);
            }
            self.chain()?;
            listed = Listed::Something;
            self.blanks();
            match self.peek() {
                Some(b'\n') => self.line_end()?,
                Some(b';') if self.bytes.get(self.at + 1).is_none_or(|next| !b";&".contains(next)) => self.at += 1,
                Some(b'&') if self.bytes.get(self.at + 1) != Some(&b'&') => self.at += 1,
                None => return self.finished().map(|()| listed),
                _ if self.ends_list() => return Ok(listed),
                _ => return Err(Some(self.stray(None))),
            }
        }
    }

    /// Whether here-documents are left at the text's end.
    fn finished(&mut self) -> Result<(), Stopped> {
        match self.documents.first() {
            Some(document) => Err(Some(Fault { kind: FaultKind::Document, at: document.at, beside: None })),
            None => Ok(()),
        }
    }

    fn ends_list(&self) -> bool {
        match self.peek() {
            None | Some(b')') => true,
            Some(b';') => self.bytes.get(self.at + 1).is_some_and(|next| b";&".contains(next)),
            _ => matches!(self.reserved(), "then" | "else" | "elif" | "fi" | "do" | "done" | "esac" | "in" | "}"),
        }
    }

    /// The word that stands here, if it is one that bash may keep for itself.
    fn reserved(&self) -> &str {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let length = rest.iter().take_while(|byte| byte.is_ascii_lowercase() || b"{}[]!".contains(byte)).count();
        let mut behind = length;
        while rest.get(behind..).is_some_and(|rest| rest.starts_with(b"\\\n")) {
            behind += 2;
        }
        let ends = rest.get(behind).is_none_or(|byte| b" \t\r\n;&|()<>".contains(byte));
        if ends { self.text.get(self.at..self.at + length).unwrap_or("") } else { "" }
    }

    /// Pipelines joined by `&&` and `||`.
    fn chain(&mut self) -> Result<(), Stopped> {
        loop {
            self.pipeline()?;
            self.blanks();
            if !(self.starts_with("&&") || self.starts_with("||")) {
                return Ok(());
            }
            self.operand(2)?;
        }
    }

    /// Goes over an operator and the lines behind it to the command that it asks for.
    fn operand(&mut self, length: usize) -> Result<(), Stopped> {
        let operator = Span::new(self.at, self.at + length);
        self.at += length;
        self.lines()?;
        if self.at >= self.bytes.len() {
            return Err(self.open(operator, "a command behind it"));
        }
        if self.ends_list() { Err(Some(self.stray(Some(operator)))) } else { Ok(()) }
    }

    fn pipeline(&mut self) -> Result<(), Stopped> {
        loop {
            while matches!(self.reserved(), "!" | "time") {
                let timed = self.reserved() == "time";
                self.at += self.reserved().len();
                self.blanks();
                if timed && self.starts_with("-p") {
                    self.at += 2;
                    self.blanks();
                }
                // Both may stand alone.
                if matches!(self.peek(), None | Some(b'\n' | b';')) {
                    return Ok(());
                }
            }
            self.nested(Self::command)?;
            self.blanks();
            match (self.peek(), self.bytes.get(self.at + 1)) {
                (Some(b'|'), Some(b'|')) => return Ok(()),
                (Some(b'|'), Some(b'&')) => self.operand(2)?,
                (Some(b'|'), _) => self.operand(1)?,
                _ => return Ok(()),
            }
        }
    }

    fn command(&mut self) -> Result<(), Stopped> {
        if self.compound()? { self.redirects() } else { self.simple() }
    }

    /// Redirects behind a compound; nothing else may follow it.
    fn redirects(&mut self) -> Result<(), Stopped> {
        loop {
            self.blanks();
            if !self.redirect()? {
                return Ok(());
            }
        }
    }

    /// Assignments, words and redirects; or the head of a function, and its body.
    fn simple(&mut self) -> Result<(), Stopped> {
        let from = self.at;
        let (mut first, mut declares) = (true, false);
        loop {
            self.blanks();
            if self.redirect()? {
                continue;
            }
            let start = self.at;
            match self.peek() {
                None | Some(b'\n' | b';' | b'&' | b'|' | b')') => break,
                Some(b'(') if !first => return Err(Some(self.stray(None))),
                Some(b'(') => return Err(None),
                _ => {}
            }
            self.word()?;
            let word = self.text.get(start..self.at).unwrap_or("");
            let assigns = (first || declares) && is_assignment(word);
            if self.peek() == Some(b'(') {
                let opened = self.at;
                if assigns && word.ends_with('=') {
                    self.array()?;
                    // `a=(b)c`
                    if self.peek().is_some_and(|byte| !b" \t\r\n;&|)<>".contains(&byte)) {
                        return Err(None);
                    }
                    continue;
                }
                if word.ends_with(['@', '?', '*', '+', '!']) {
                    // A pattern of bash's extended kind, which a script may have switched on.
                    return Err(None);
                }
                if first && self.function_head() {
                    return self.function_body(Span::new(start, self.at));
                }
                self.at = opened;
                return Err(Some(self.stray(None)));
            }
            if first && self.blank_then_bracket() {
                if self.function_head() {
                    return self.function_body(Span::new(start, self.at));
                }
                return Err(Some(self.stray(None)));
            }
            if !assigns {
                first = false;
                declares |= matches!(word, "declare" | "typeset" | "export" | "local" | "readonly" | "alias" | "eval");
            }
        }
        // An operator where a command must stand.
        if self.at == from { Err(Some(self.stray(None))) } else { Ok(()) }
    }

    /// Goes to a bracket behind blanks, if one stands there.
    fn blank_then_bracket(&mut self) -> bool {
        let blanks = self.bytes.get(self.at..).unwrap_or(&[]).iter().take_while(|byte| b" \t".contains(byte)).count();
        let bracket = self.bytes.get(self.at + blanks) == Some(&b'(');
        if bracket {
            self.at += blanks;
        }
        bracket
    }
}

/// Whether a word assigns: a name, perhaps with a subscript, before `=` or `+=`.
fn is_assignment(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    super::plain_word::is_name(name)
}

#[cfg(test)]
mod tests;
