//! The language of `condition.state` and of trigger conditions: one boolean expression.
//!
//! `BITBUCKET_BRANCH == "main" && !glob(BITBUCKET_PR_DESTINATION_BRANCH, "release/*")`. Variables are bare names, text
//! is in double quotes; help pages also show a bare word on the right of a comparison, so that is taken for text.

mod exclusive;
mod parser;

use thiserror::Error;

pub use exclusive::exclude_each_other;
pub use parser::parse;

use crate::yaml::Span;

/// An expression. Spans are byte ranges of the text that was parsed.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// One of these holds; at least two.
    Or(Vec<Expr>),
    /// All of these hold; at least two.
    And(Vec<Expr>),
    /// It does not hold.
    Not {
        /// What is denied.
        inner: Box<Expr>,
        /// From `!` on.
        span: Span,
    },
    /// Two values compared.
    Compare {
        /// The value on the left.
        left: Box<Expr>,
        /// How.
        operator: Operator,
        /// The value on the right.
        right: Box<Expr>,
    },
    /// `glob(variable, "pattern")`.
    Glob {
        /// The variable's name.
        variable: Word,
        /// The pattern, without its quotes.
        pattern: Word,
        /// The whole call.
        span: Span,
    },
    /// A call of another function; their names are not all documented.
    Call {
        /// The function's name.
        name: Word,
        /// What it is given.
        arguments: Vec<Expr>,
        /// The whole call.
        span: Span,
    },
    /// A variable.
    Variable(Word),
    /// A literal.
    Literal {
        /// Its value.
        value: Literal,
        /// Where it stands; for a string without its quotes.
        span: Span,
    },
}

/// A piece of text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The text, escapes undone.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A literal's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text in double quotes, or a bare word on the right of a comparison.
    String(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// Why a text is no expression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message} (at byte {offset})")]
pub struct ExprError {
    /// The byte at which it stops being one.
    pub offset: usize,
    /// Lower-case fragment, with what to write instead where that is known.
    pub message: String,
}

/// An expression without blanks outside of its texts.
pub fn without_blanks(expression: &str) -> String {
    let mut quoted = false;
    let mut kept = |c: &char| {
        quoted ^= *c == '"';
        quoted || !c.is_whitespace()
    };
    expression.chars().filter(|c| kept(c)).collect()
}

impl Expr {
    /// The bytes from the first to the last part.
    pub fn span(&self) -> Span {
        match self {
            Expr::Or(parts) | Expr::And(parts) => match (parts.first(), parts.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => Span::default(),
            },
            Expr::Compare { left, right, .. } => left.span().to(right.span()),
            Expr::Variable(word) => word.span,
            Expr::Not { span, .. } | Expr::Glob { span, .. } | Expr::Call { span, .. } => *span,
            Expr::Literal { span, .. } => *span,
        }
    }

    /// Whether it can be true or false: text and numbers can't.
    fn may_be_boolean(&self) -> bool {
        !matches!(self, Expr::Literal { value: Literal::String(_) | Literal::Number(_), .. })
    }
}

#[cfg(test)]
mod tests;
