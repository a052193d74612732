//! Expansion of a word: quotes, variables, parameter forms, command substitution.

use std::borrow::Borrow;

use smallvec::SmallVec;

use super::bounds::{balanced, begins_arithmetic, closing_quote};
use super::brace::Part;
use super::escapes::{closing_backquote, closing_escapes, unescaped};
use super::expansion::Form;
use super::inner::{Outer, unkept};
use super::interpret::Interpreter;
use super::kept::Keeps;
use super::piece::Piece;
use super::plain_word::is_name;
use super::value::Value;
use crate::yaml::Span;

/// How many values a word may have before it counts as unknown.
pub(super) const ALTERNATIVES: usize = 8;

/// Alternatives that grow together.
pub(super) struct Alternatives {
    values: Vec<Value>,
    keeps: Keeps,
    /// Whether quotes stand in the word itself.
    quoted: bool,
    /// Whether what may have several values is one unknown that knows them, and the text stays one.
    in_place: bool,
}

impl Alternatives {
    fn new(keeps: Keeps) -> Self {
        Self { values: vec![Value::default()], keeps, quoted: false, in_place: false }
    }

    /// Text of the word itself.
    fn literal(&mut self, text: &str, quoted: bool) {
        let text = if quoted { self.keeps.quoted(text) } else { self.keeps.written(text) };
        for value in &mut self.values {
            value.push_literal(&text);
        }
    }

    /// What an expansion has brought, in quotes or not.
    fn brought(&mut self, choices: &[Value], quoted: bool) {
        if quoted {
            let kept: SmallVec<[_; 2]> = choices.iter().map(|choice| self.keeps.brought(choice)).collect();
            self.any_of(&kept);
        } else {
            self.any_of(choices);
        }
    }

    fn any_of(&mut self, choices: &[impl Borrow<Value>]) {
        match choices {
            [] => {}
            [one] => self.values.iter_mut().for_each(|value| value.extend(one.borrow())),
            many if self.in_place => {
                let one = Value::one_of(many.iter().map(|choice| choice.borrow().clone()).collect());
                self.values.iter_mut().for_each(|value| value.extend(&one));
            }
            many if self.values.len() * many.len() > ALTERNATIVES => {
                self.values.iter_mut().for_each(|value| value.extend(&Value::opaque("one of many values")));
            }
            many => {
                let before = std::mem::take(&mut self.values);
                for value in before {
                    for choice in many {
                        let mut longer = value.clone();
                        longer.extend(choice.borrow());
                        self.values.push(longer);
                    }
                }
            }
        }
    }

    fn into_values(mut self) -> Vec<Value> {
        self.values.dedup();
        self.values
    }
}

impl Interpreter<'_> {
    /// All values that a word may have.
    pub(super) fn expand(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        self.expand_keeping(piece, span, Keeps::Nothing)
    }

    /// All values of a pattern, in which signs in quotes are kept.
    pub(super) fn expand_pattern(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        self.expand_keeping(piece, span, Keeps::Pattern)
    }

    /// All values of the text behind an operator within `${…}`.
    pub(super) fn expand_operand(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        let keeps = self.keeps.of_operand();
        self.expand_keeping(piece, span, keeps)
    }

    fn expand_keeping(&mut self, piece: &Piece, span: Span, keeps: Keeps) -> Vec<Value> {
        let mut out = Alternatives::new(keeps);
        self.expand_into(piece, span, false, &mut out);
        out.into_values()
    }

    /// The values of text in which quotes mean nothing.
    pub(super) fn expand_quoted(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        let mut out = Alternatives::new(Keeps::Nothing);
        self.expand_into(piece, span, true, &mut out);
        out.into_values()
    }

    /// The same, where what may have several values stays where it stands.
    pub(super) fn expand_in_place(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        let mut out = Alternatives { in_place: true, ..Alternatives::new(Keeps::Nothing) };
        self.expand_into(piece, span, true, &mut out);
        out.into_values()
    }

    /// All values of a word before it is split, and whether quotes stand in it.
    pub(super) fn expand_word(&mut self, piece: &Piece, span: Span, keeps: &Keeps) -> (Vec<Value>, bool) {
        let mut out = Alternatives::new(keeps.clone());
        self.expand_into(piece, span, false, &mut out);
        let quoted = out.quoted;
        (out.into_values(), quoted)
    }

    /// The same of a word that is put together from parts of a text that begins at `from`.
    pub(super) fn expand_parts(
        &mut self,
        piece: &Piece,
        from: usize,
        parts: &[Part],
        keeps: &Keeps,
    ) -> (Vec<Value>, bool) {
        let mut out = Alternatives::new(keeps.clone());
        for part in parts {
            match part {
                Part::Text(part) => {
                    self.expand_into(piece, Span::new(from + part.start, from + part.end), false, &mut out)
                }
                Part::Counted(text) => out.literal(text, false),
            }
        }
        let quoted = out.quoted;
        (out.into_values(), quoted)
    }

    fn expand_into(&mut self, piece: &Piece, span: Span, quoted: bool, out: &mut Alternatives) {
        let text = piece.text.clone();
        let Some(raw) = text.get(span.start..span.end) else { return };
        if !self.descend() {
            out.any_of(&[Value::opaque("nested too deep")]);
            return;
        }
        let bytes = raw.as_bytes();
        let mut at = 0;
        let mut plain = 0;
        while at < bytes.len() {
            let special = match bytes[at] {
                b'\\' | b'$' | b'`' => true,
                b'\'' | b'"' => !quoted,
                b'<' | b'>' => !quoted && bytes.get(at + 1) == Some(&b'('),
                _ => false,
            };
            if !special {
                at += 1;
                continue;
            }
            out.literal(raw.get(plain..at).unwrap_or(""), quoted);
            at = self.special(piece, span, at, quoted, out);
            plain = at;
        }
        out.literal(raw.get(plain.min(raw.len())..).unwrap_or(""), quoted);
        self.ascend();
    }

    /// Reads one special construct at `at` and returns where it ends.
    fn special(&mut self, piece: &Piece, span: Span, at: usize, quoted: bool, out: &mut Alternatives) -> usize {
        let text = piece.text.clone();
        let raw = text.get(span.start..span.end).unwrap_or("");
        let bytes = raw.as_bytes();
        match bytes[at] {
            b'\\' => {
                let next = raw.get(at + 1..).and_then(|rest| rest.chars().next());
                match next {
                    Some('\n') => at + 2,
                    Some(c) => {
                        if quoted && !matches!(c, '$' | '`' | '"' | '\\') {
                            out.literal("\\", true);
                        }
                        out.literal(raw.get(at + 1..at + 1 + c.len_utf8()).unwrap_or(""), true);
                        at + 1 + c.len_utf8()
                    }
                    None => at + 1,
                }
            }
            b'\'' => {
                let end = raw.get(at + 1..).and_then(|rest| rest.find('\'')).map_or(raw.len(), |end| at + 1 + end);
                out.literal(raw.get(at + 1..end).unwrap_or(""), true);
                out.quoted = true;
                (end + 1).min(raw.len())
            }
            b'"' => {
                let end = closing_quote(raw, at + 1);
                out.quoted = true;
                self.expand_into(piece, Span::new(span.start + at + 1, span.start + end), true, out);
                (end + 1).min(raw.len())
            }
            b'`' => {
                let end = closing_backquote(raw, at + 1);
                let inner = piece.part(Span::new(span.start + at + 1, span.start + end));
                let outer = if quoted { Outer::Quotes } else { Outer::Document };
                let values = self.substitute(&unkept(inner, outer));
                out.brought(&values, quoted);
                (end + 1).min(raw.len())
            }
            // `<(…)`: the name of a pipe from or to other commands.
            b'<' | b'>' => {
                let end = balanced(raw, at + 1, '(', ')');
                self.beside(piece, Span::new(span.start + at, span.start + end));
                out.any_of(&[Value::opaque(raw.get(at..end).unwrap_or(""))]);
                end
            }
            _ => self.dollar(piece, span, at, quoted, out),
        }
    }

    fn dollar(&mut self, piece: &Piece, span: Span, at: usize, quoted: bool, out: &mut Alternatives) -> usize {
        let text = piece.text.clone();
        let raw = text.get(span.start..span.end).unwrap_or("");
        let bytes = raw.as_bytes();
        match bytes.get(at + 1) {
            Some(b'(') if begins_arithmetic(raw, at) => {
                let end = balanced(raw, at + 1, '(', ')');
                let inner = raw.get(at + 3..end.saturating_sub(2)).unwrap_or("");
                let number = self.calculated(inner);
                out.any_of(&[
                    number.map_or_else(|| Value::opaque("arithmetic"), |number| Value::literal(number.to_string()))
                ]);
                end
            }
            Some(b'(') => {
                let end = balanced(raw, at + 1, '(', ')');
                let inner = Span::new(span.start + at + 2, span.start + end.saturating_sub(1).max(at + 2));
                let values = self.substitute(&piece.part(inner));
                out.brought(&values, quoted);
                end
            }
            Some(b'{') => {
                let end = balanced(raw, at + 1, '{', '}');
                let inner = Span::new(span.start + at + 2, span.start + end.saturating_sub(1).max(at + 2));
                let before = std::mem::replace(&mut self.keeps, out.keeps.clone());
                let values = self.parameter(piece, inner);
                self.keeps = before;
                out.brought(&values, quoted);
                end
            }
            Some(b'\'') if !quoted => {
                let end = closing_escapes(raw, at + 2);
                out.literal(&unescaped(raw.get(at + 2..end).unwrap_or("")), true);
                out.quoted = true;
                (end + 1).min(raw.len())
            }
            Some(b'"') if !quoted => at + 1,
            Some(c) if c.is_ascii_alphabetic() || *c == b'_' => {
                let rest = raw.get(at + 1..).unwrap_or("");
                let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let values = self.variable(rest.get(..length).unwrap_or("")).or_itself();
                out.brought(&values, quoted);
                at + 1 + length
            }
            Some(c) if c.is_ascii_digit() || matches!(c, b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') => {
                let name = raw.get(at + 1..at + 2).unwrap_or("");
                let values = self.positional(name);
                out.brought(&values, quoted);
                at + 2
            }
            _ => {
                out.literal("$", quoted);
                at + 1
            }
        }
    }

    /// `${…}` without its braces.
    fn parameter(&mut self, piece: &Piece, span: Span) -> Vec<Value> {
        let text = piece.text.clone();
        let raw = text.get(span.start..span.end).unwrap_or("");
        // `${{NAME}}` is filled in by Bitbucket.
        if let Some(name) = raw.strip_prefix('{').and_then(|raw| raw.strip_suffix('}')).map(str::trim)
            && is_name(name)
        {
            return self.variable(name).or_itself().into_owned();
        }
        if let Some(values) = self.scope.list_text(raw).or_else(|| self.entry(piece, span)) {
            return values;
        }
        let Some((form, operand)) = Form::read(raw) else {
            return vec![Value::opaque(format!("${{{raw}}}"))];
        };
        let operand_span = Span::new(span.start + operand, span.end);
        let looked_up = if form.name.bytes().all(|b| b.is_ascii_digit() || b"@*#?$!-".contains(&b)) {
            let values = self.positional(form.name);
            super::interpret::Found::positional(values)
        } else {
            self.variable(form.name).owned()
        };
        self.apply(&form, looked_up, piece, operand_span)
    }
}
