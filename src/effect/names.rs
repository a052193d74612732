//! The names that a branch or a tag may have in a plan.

use crate::pipeline::{Alternative, Matching};
use crate::shell::{Class, Shape};

/// The names that a branch or tag may have in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Names {
    /// The alternative that matches; `None` for any name.
    pub pattern: Option<Alternative>,
    /// Names that it surely has not.
    pub except: Vec<String>,
}

impl Names {
    /// One name.
    pub fn exactly(name: &str) -> Self {
        Self { pattern: Some(Alternative { text: name.to_owned() }), except: Vec::new() }
    }

    pub(super) fn known(&self) -> Option<&str> {
        self.pattern.as_ref().filter(|pattern| pattern.is_exact()).map(|pattern| pattern.text.as_str())
    }

    /// Whether a name of this kind equals a text or matches a shell pattern.
    pub(super) fn compares(&self, pattern: &str) -> Option<bool> {
        if pattern.is_empty() || self.except.iter().any(|name| name == pattern) {
            return Some(false);
        }
        let own = self.pattern.as_ref()?;
        if !pattern.contains(['*', '?', '[']) {
            return (own.matches(pattern) == Matching::No).then_some(false);
        }
        let (own, other) = (own.literal_prefix(), pattern.split(['*', '?', '[']).next().unwrap_or(""));
        if pattern.strip_prefix(other) == Some("*") && own.starts_with(other) {
            return Some(true);
        }
        (!own.starts_with(other) && !other.starts_with(own)).then_some(false)
    }

    /// All texts that may be such a name, and perhaps some more.
    pub(super) fn shape(&self) -> Shape {
        let Some(pattern) = &self.pattern else { return Shape::something() };
        let mut row = Vec::new();
        let mut letters = pattern.text.chars().peekable();
        while let Some(letter) = letters.next() {
            row.push(match letter {
                '*' if letters.peek() == Some(&'*') => {
                    letters.next();
                    Shape::anything()
                }
                // No name ends where its pattern's last wildcard begins: nobody calls a tag `rc-`.
                '*' => {
                    Shape::Times(Box::new(Shape::One(Class::but(&['/']))), usize::from(letters.peek().is_none()), None)
                }
                '?' => Shape::One(Class::but(&['/'])),
                // What brackets mean is not documented.
                '[' => {
                    row.push(Shape::anything());
                    break;
                }
                letter => Shape::character(letter),
            });
        }
        Shape::Row(row)
    }
}
