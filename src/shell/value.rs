//! Symbolic text: literals with unknowns between them.

use std::fmt;
use std::rc::Rc;

use smallvec::{SmallVec, smallvec};

/// How long a text may grow, in bytes; `A=$A$A` doubles it each time. Texts that are written out may be longer.
const LONGEST: usize = 1 << 13;
/// Stands for the rest of a text that grew too long.
const TOO_LONG: &str = "a text that is too long to follow";

/// Stands between two cuts of one unknown.
pub(super) const CUT_END: char = '\u{1f}';

/// Where an unknown comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SymbolKind {
    /// A variable of Bitbucket, of the repository, or of a deployment.
    Variable,
    /// A variable that an earlier step hands on, with a value that is not followed.
    Handed,
    /// What a command printed.
    Command,
    /// One of some values that are known.
    Choice,
    /// Anything else that is not followed: a loop over an unknown list, arithmetic, too many cases.
    Opaque,
}

/// One unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Symbol {
    /// Where it comes from.
    pub kind: SymbolKind,
    /// A variable's name, or the command's text after expansion.
    pub name: String,
    /// What was cut from it, in one spelling for all ways to write it: `::8`, `#release-`; empty for the whole. Several cuts, one
    /// after the other, are parted by a control character.
    pub cut: String,
    /// What a choice may be.
    pub of: Option<Rc<[Value]>>,
}

/// A literal or an unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Known text.
    Literal(String),
    /// An unknown; shared, since values are copied from word to word.
    Symbol(Rc<Symbol>),
}

impl From<Symbol> for Part {
    fn from(symbol: Symbol) -> Self {
        Self::Symbol(Rc::new(symbol))
    }
}

/// Text, known as far as it is; adjacent literals are always one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value {
    // Most words are one literal.
    parts: SmallVec<[Part; 1]>,
}

impl Symbol {
    /// An unknown, whole.
    pub(super) fn new(kind: SymbolKind, name: String) -> Self {
        Self { kind, name, cut: String::new(), of: None }
    }

    /// A variable, whole.
    pub fn variable(name: &str) -> Self {
        Self::new(SymbolKind::Variable, name.to_owned())
    }

    /// Whether it is a variable, of its own or handed on.
    pub fn is_named(&self) -> bool {
        matches!(self.kind, SymbolKind::Variable | SymbolKind::Handed)
    }

    /// Whether it is this variable, cut or not.
    pub fn is_variable(&self, name: &str) -> bool {
        self.kind == SymbolKind::Variable && self.name == name
    }
}

impl Value {
    /// Known text.
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::default() } else { Self { parts: smallvec![Part::Literal(text)] } }
    }

    /// One unknown.
    pub fn symbol(symbol: Symbol) -> Self {
        Self { parts: smallvec![Part::from(symbol)] }
    }

    /// A variable.
    pub fn variable(name: &str) -> Self {
        Self::symbol(Symbol::variable(name))
    }

    /// A variable that an earlier step hands on, with a value that is not followed.
    pub fn handed(name: &str) -> Self {
        Self::symbol(Symbol { kind: SymbolKind::Handed, ..Symbol::variable(name) })
    }

    /// The printed text of a command.
    pub fn command(text: impl Into<String>) -> Self {
        Self::symbol(Symbol::new(SymbolKind::Command, text.into()))
    }

    /// Something that is not followed.
    pub fn opaque(why: impl Into<String>) -> Self {
        Self::symbol(Symbol::new(SymbolKind::Opaque, why.into()))
    }

    /// From parts; literals that meet are joined.
    pub fn from_parts(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut value = Self::default();
        for part in parts {
            value.push(part);
        }
        value
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Appends a part.
    pub fn push(&mut self, part: Part) {
        if self.is_cut_off() {
            return;
        }
        match (self.parts.last_mut(), part) {
            (_, Part::Literal(text)) if text.is_empty() => {}
            (Some(Part::Literal(last)), Part::Literal(text)) if last.len() + text.len() <= LONGEST => {
                last.push_str(&text);
            }
            (Some(Part::Literal(_)), Part::Literal(_)) => self.cut_off(),
            (_, part) => self.parts.push(part),
        }
    }

    /// Appends a value. What would be too long ends in an unknown, which stands for all the rest.
    pub fn extend(&mut self, other: &Value) {
        if self.is_cut_off() {
            return;
        }
        if !self.parts.is_empty() && self.weight() + other.weight() > LONGEST {
            return self.cut_off();
        }
        for part in &other.parts {
            match part {
                Part::Literal(text) => self.push_literal(text),
                part => self.push(part.clone()),
            }
        }
    }

    /// Appends known text.
    pub fn push_literal(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(Part::Literal(last)) if last.len() + text.len() <= LONGEST => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.push(Part::Literal(text.to_owned())),
        }
    }

    fn cut_off(&mut self) {
        self.parts.push(Part::from(Symbol::new(SymbolKind::Opaque, TOO_LONG.to_owned())));
    }

    fn is_cut_off(&self) -> bool {
        matches!(self.parts.last(), Some(Part::Symbol(last)) if last.kind == SymbolKind::Opaque && last.name == TOO_LONG)
    }

    /// About how much memory it takes, in bytes.
    fn weight(&self) -> usize {
        let weight = |part: &Part| match part {
            Part::Literal(text) => text.len(),
            Part::Symbol(symbol) => 64 + symbol.name.len() + symbol.cut.len(),
        };
        self.parts.iter().map(weight).sum()
    }

    /// The text, where all of it is known.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it is known to be empty.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The symbol, where the value is one and nothing else.
    pub fn as_symbol(&self) -> Option<&Symbol> {
        match self.parts.as_slice() {
            [Part::Symbol(symbol)] => Some(symbol),
            _ => None,
        }
    }

    /// The symbol with which it begins.
    pub fn first_symbol(&self) -> Option<&Symbol> {
        match self.parts.first() {
            Some(Part::Symbol(symbol)) => Some(symbol),
            _ => None,
        }
    }

    /// Takes off the last part.
    pub(super) fn pop(&mut self) {
        self.parts.pop();
    }

    /// Takes so many bytes off the known text at its end.
    pub(super) fn truncate_last(&mut self, length: usize) {
        if let Some(Part::Literal(text)) = self.parts.last_mut() {
            text.truncate(text.len().saturating_sub(length));
            if text.is_empty() {
                self.parts.pop();
            }
        }
    }

    /// The value without newlines at its end, as a substitution gives it.
    pub fn trim_newlines(mut self) -> Value {
        if let Some(Part::Literal(text)) = self.parts.last_mut() {
            text.truncate(text.trim_end_matches('\n').len());
            if text.is_empty() {
                self.parts.pop();
            }
        }
        self
    }

    /// The symbols.
    pub fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.parts.iter().filter_map(|part| match part {
            Part::Symbol(symbol) => Some(symbol.as_ref()),
            Part::Literal(_) => None,
        })
    }

    /// Whether a literal part contains `text`.
    pub fn literal_contains(&self, text: &str) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Literal(literal) if literal.contains(text)))
    }

    /// The literal text with which it begins.
    pub fn literal_prefix(&self) -> &str {
        match self.parts.first() {
            Some(Part::Literal(text)) => text,
            _ => "",
        }
    }

    /// The value without a literal beginning, if it has it.
    pub fn strip_prefix(&self, prefix: &str) -> Option<Value> {
        let rest = self.literal_prefix().strip_prefix(prefix)?;
        let mut parts = vec![Part::Literal(rest.to_owned())];
        parts.extend(self.parts.iter().skip(usize::from(!self.literal_prefix().is_empty())).cloned());
        Some(Value::from_parts(parts))
    }

    /// Splits at the first literal occurrence of `at`: what is before it and what is after it.
    pub fn split_once(&self, at: &str) -> Option<(Value, Value)> {
        for (index, part) in self.parts.iter().enumerate() {
            if let Part::Literal(text) = part
                && let Some((before, after)) = split_text(text, at)
            {
                return Some(self.split(index, before, after));
            }
        }
        None
    }

    /// Splits at the last literal occurrence of `at`.
    pub fn rsplit_once(&self, at: &str) -> Option<(Value, Value)> {
        for (index, part) in self.parts.iter().enumerate().rev() {
            if let Part::Literal(text) = part
                && let Some((before, after)) = text.rsplit_once(at)
            {
                return Some(self.split(index, before, after));
            }
        }
        None
    }

    fn split(&self, index: usize, before: &str, after: &str) -> (Value, Value) {
        let mut left = Value::from_parts(self.parts.iter().take(index).cloned());
        left.push_literal(before);
        let mut right = Value::literal(after);
        for part in self.parts.iter().skip(index + 1) {
            right.push(part.clone());
        }
        (left, right)
    }

    /// Splits at blanks in literals, as the shell splits an unquoted expansion.
    pub fn split_whitespace(&self) -> Vec<Value> {
        self.split_on(char::is_whitespace)
    }

    /// Splits at each literal character that `at` accepts; empty pieces are dropped.
    pub fn split_on(&self, at: impl Fn(char) -> bool) -> Vec<Value> {
        let mut pieces = vec![Value::default()];
        for part in &self.parts {
            match part {
                Part::Symbol(_) => {
                    if let Some(last) = pieces.last_mut() {
                        last.push(part.clone());
                    }
                }
                Part::Literal(text) => {
                    for (index, piece) in text.split(&at).enumerate() {
                        if index > 0 {
                            pieces.push(Value::default());
                        }
                        if let Some(last) = pieces.last_mut() {
                            last.push_literal(piece);
                        }
                    }
                }
            }
        }
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }
}

/// As [`str::split_once`]; at one byte, at which most are split, without its setting up of a search.
fn split_text<'t>(text: &'t str, at: &str) -> Option<(&'t str, &'t str)> {
    match at.as_bytes() {
        [one] if one.is_ascii() => text.split_once(char::from(*one)),
        _ => text.split_once(at),
    }
}

/// Joins values with a literal between.
pub fn join<'v>(values: impl IntoIterator<Item = &'v Value>, between: &str) -> Value {
    let mut joined = Value::default();
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            joined.push_literal(between);
        }
        joined.extend(value);
    }
    joined
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SymbolKind::Variable | SymbolKind::Handed if self.cut.is_empty() => write!(f, "${}", self.name),
            // Each cut stands around the ones before it.
            SymbolKind::Variable | SymbolKind::Handed => {
                let cuts: Vec<&str> = self.cut.split(CUT_END).collect();
                let inner = "${".repeat(cuts.len() - 1);
                write!(f, "{inner}${{{}{}}}", self.name, cuts.join("}"))
            }
            SymbolKind::Command => write!(f, "$({})", self.name),
            SymbolKind::Choice | SymbolKind::Opaque => write!(f, "<{}>", self.name),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Literal(text) => f.write_str(text)?,
                Part::Symbol(symbol) => {
                    let word_follows = match self.parts.get(index + 1) {
                        Some(Part::Literal(next)) => next.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
                        _ => false,
                    };
                    if word_follows && symbol.is_named() && symbol.cut.is_empty() {
                        write!(f, "${{{}}}", symbol.name)?;
                    } else {
                        write!(f, "{symbol}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
