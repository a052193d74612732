//! Parameter forms: `${x:-y}`, `${x::8}`, `${x#release-}` and their kin.

use super::glob::glob;
use super::interpret::{Found, Interpreter};
use super::kept::freed_all;
use super::piece::Piece;
use super::plain_word::is_name;
use super::value::{CUT_END, Part, Symbol, SymbolKind, Value};
use crate::yaml::Span;

/// What stands in `${…}`.
pub(super) struct Form<'t> {
    pub(super) name: &'t str,
    operator: &'t str,
    raw: &'t str,
}

const OPERATORS: [&str; 16] = [":-", ":=", ":+", ":?", "##", "%%", "//", "^^", ",,", "#", "%", "/", "-", "=", "+", "?"];

impl<'t> Form<'t> {
    /// Reads a form; also gives the offset of its operand.
    pub(super) fn read(raw: &'t str) -> Option<(Self, usize)> {
        if let Some(name) = raw.strip_prefix('#').filter(|name| !name.is_empty()) {
            return Some((Form { name, operator: "length", raw }, raw.len()));
        }
        if let Some(name) = raw.strip_prefix('!') {
            return Some((Form { name, operator: "indirect", raw }, raw.len()));
        }
        let length = raw
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(raw.len())
            .max(usize::from(raw.starts_with(['@', '*', '?', '$', '-'])));
        if length == 0 {
            return None;
        }
        let rest = raw.get(length..)?;
        let name = raw.get(..length)?;
        // The first item of a list is what its name alone means.
        let (rest, length) = rest.strip_prefix("[0]").map_or((rest, length), |rest| (rest, length + "[0]".len()));
        if rest.is_empty() {
            return Some((Form { name, operator: "", raw }, raw.len()));
        }
        if let Some(operator) = OPERATORS.into_iter().find(|operator| rest.starts_with(operator)) {
            return Some((Form { name, operator, raw }, length + operator.len()));
        }
        if rest.starts_with(':') {
            return Some((Form { name, operator: ":", raw }, length + 1));
        }
        if rest.starts_with('^') || rest.starts_with(',') {
            return Some((Form { name, operator: &rest[..1], raw }, length + 1));
        }
        None
    }
}

impl Interpreter<'_> {
    pub(super) fn apply(&mut self, form: &Form<'_>, found: Found<'_, '_>, piece: &Piece, operand: Span) -> Vec<Value> {
        match form.operator {
            "" => found.or_itself().into_owned(),
            ":-" | "-" | ":=" | "=" => {
                if found.is_surely_set(self.host()) {
                    return found.or_itself().into_owned();
                }
                let other = self.expand_operand(piece, operand);
                let values = if found.is_surely_unset() {
                    other
                } else {
                    let mut values = found.or_itself().into_owned();
                    values.retain(|value| !value.is_empty());
                    values.extend(other);
                    values.dedup();
                    values
                };
                if form.operator.ends_with('=') {
                    let plain = freed_all(&values);
                    self.scope.set(form.name, plain);
                }
                values
            }
            ":+" | "+" => {
                if found.is_surely_unset() {
                    return vec![Value::default()];
                }
                let other = self.expand_operand(piece, operand);
                if found.is_surely_set(self.host()) {
                    return other;
                }
                let mut values = vec![Value::default()];
                values.extend(other);
                values
            }
            ":?" | "?" => found.or_itself().into_owned(),
            ":" => {
                let range = piece.text.get(operand.start..operand.end).unwrap_or("").to_owned();
                found.or_itself().iter().map(|value| self.slice(value, &range)).collect()
            }
            "#" | "##" | "%" | "%%" => {
                let pattern = self.expand_pattern(piece, operand);
                let [pattern] = pattern.as_slice() else { return vec![Value::opaque(format!("${{{}}}", form.raw))] };
                found.or_itself().iter().map(|value| self.trim(value, form.operator, pattern)).collect()
            }
            "/" | "//" => {
                let replacement = self.replacement(form.operator, piece, operand);
                found.or_itself().iter().map(|value| self.replace(value, &replacement)).collect()
            }
            "^^" | ",," if operand.start == operand.end => {
                found.or_itself().iter().map(|value| in_case(value, form.operator)).collect()
            }
            "indirect" => self.indirect(form, &found.or_itself()),
            _ => found
                .or_itself()
                .iter()
                .map(|value| match (value.as_literal(), form.operator) {
                    (Some(text), "length") => Value::literal(text.chars().count().to_string()),
                    _ => Value::opaque(format!("${{{}}}", form.raw)),
                })
                .collect(),
        }
    }
}

impl Interpreter<'_> {
    /// `${!name}`: what the variable holds that another one names.
    fn indirect(&mut self, form: &Form<'_>, names: &[Value]) -> Vec<Value> {
        let held = |name: &Value| match name.as_literal().filter(|name| is_name(name)) {
            Some(name) => self.variable(name).or_itself().into_owned(),
            None => vec![Value::opaque(format!("${{{}}}", form.raw))],
        };
        let mut values: Vec<Value> = names.iter().flat_map(held).collect();
        values.dedup();
        values
    }
}

/// Cuts a symbol; `None` where the value is no single symbol.
pub(super) fn cut(value: &Value, how: &str) -> Option<Value> {
    let symbol = value.as_symbol()?;
    let cut = if symbol.cut.is_empty() { how.to_owned() } else { format!("{}{CUT_END}{how}", symbol.cut) };
    Some(Value::symbol(Symbol { cut, ..symbol.clone() }))
}

pub(super) fn unfollowed(value: &Value, how: &str) -> Value {
    cut(value, how).unwrap_or_else(|| {
        Value::symbol(Symbol { cut: how.to_owned(), ..Symbol::new(SymbolKind::Opaque, value.to_string()) })
    })
}

/// `${x^^}` and `${x,,}`: the known text in its case, what is not known with the form beside it.
pub(super) fn in_case(value: &Value, operator: &str) -> Value {
    let part = |part: &Part| match part {
        Part::Literal(text) if operator == "^^" => Value::literal(text.to_uppercase()),
        Part::Literal(text) => Value::literal(text.to_lowercase()),
        Part::Symbol(symbol) => unfollowed(&Value::symbol(symbol.as_ref().clone()), operator),
    };
    let parts: Vec<Value> = value.parts().iter().map(part).collect();
    super::value::join(parts.iter(), "")
}

pub(super) fn trim_text(text: &str, operator: &str, pattern: &str) -> String {
    let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let matches = |part: &str| glob(pattern, part);
    let head = |at: &&usize| matches(text.get(..**at).unwrap_or(""));
    let tail = |at: &&usize| matches(text.get(**at..).unwrap_or(""));
    let found = match operator {
        "#" => cuts.iter().find(head).map(|at| text.get(*at..)),
        "##" => cuts.iter().rev().find(head).map(|at| text.get(*at..)),
        "%" => cuts.iter().rev().find(tail).map(|at| text.get(..*at)),
        _ => cuts.iter().find(tail).map(|at| text.get(..*at)),
    };
    found.flatten().unwrap_or(text).to_owned()
}

/// A value in which a known beginning makes a cut whole again: `release-` before `${TAG#release-}` is the tag.
pub fn rejoin(value: &Value, begins: impl Fn(&Symbol, &str) -> bool) -> Value {
    rejoined(value, &begins)
}

fn rejoined(value: &Value, begins: &dyn Fn(&Symbol, &str) -> bool) -> Value {
    let mut parts: Vec<Part> = Vec::with_capacity(value.parts().len());
    for part in value.parts() {
        if let Part::Symbol(symbol) = part
            && !symbol.choices().is_empty()
        {
            let of = symbol.choices().iter().map(|choice| rejoined(choice, begins)).collect();
            parts.push(Part::from(Symbol { of: Some(of), ..symbol.as_ref().clone() }));
            continue;
        }
        if let (Part::Symbol(symbol), Some(Part::Literal(before))) = (part, parts.last())
            && let Some(prefix) = symbol.cut.strip_prefix('#')
            && before.ends_with(prefix)
            && begins(symbol, prefix)
        {
            let kept = before.strip_suffix(prefix).unwrap_or("").to_owned();
            parts.pop();
            parts.push(Part::Literal(kept));
            parts.push(Part::from(Symbol { cut: String::new(), ..symbol.as_ref().clone() }));
            continue;
        }
        parts.push(part.clone());
    }
    Value::from_parts(parts)
}
