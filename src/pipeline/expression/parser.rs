//! The reading of an expression, by descent; its depth is bounded.

use super::{Expr, ExprError, Literal, Operator, Word};
use crate::yaml::Span;

/// How deep parentheses and `!` may nest.
const DEPTH: usize = 60;

/// Reads one expression that takes the whole text.
pub fn parse(text: &str) -> Result<Expr, ExprError> {
    let mut parser = Parser { text, at: 0 };
    parser.blank();
    if parser.rest().is_empty() {
        return Err(parser.error("an expression is missing"));
    }
    let expression = parser.or(0)?;
    parser.blank();
    if let Some(next) = parser.rest().chars().next() {
        return Err(parser.surprise(next));
    }
    if !expression.may_be_boolean() {
        let message = "this is a value, not something that is true or false: compare it with `==`";
        return Err(ExprError { offset: expression.span().start, message: message.to_owned() });
    }
    Ok(expression)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn blank(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn error(&self, message: impl Into<String>) -> ExprError {
        ExprError { offset: self.at, message: message.into() }
    }

    /// Takes a token if it is next.
    fn take(&mut self, token: &str) -> bool {
        self.blank();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// What to say of a character that can't stand here.
    fn surprise(&self, next: char) -> ExprError {
        let after = self.rest().get(next.len_utf8()..).unwrap_or("");
        let word = self.rest().split(|c: char| !is_word(c)).next().unwrap_or("");
        self.error(match (next, word) {
            ('$', _) => "a variable is written without `$`".to_owned(),
            ('=', _) if after.starts_with('~') => {
                "there is no `=~`; a pattern is matched by `glob(NAME, \"part*\")`".to_owned()
            }
            ('=', _) if !after.starts_with('=') => "a comparison is written `==`".to_owned(),
            ('&' | '|', _) if !after.starts_with(next) => format!("`{next}` is written twice: `{next}{next}`"),
            ('\'', _) => "text is written in double quotes".to_owned(),
            ('[', _) => "this is a shell test; an expression has no brackets: `NAME == \"value\"`".to_owned(),
            (')', _) => "this parenthesis closes nothing".to_owned(),
            (_, "and" | "AND") => "`and` is written `&&`".to_owned(),
            (_, "in" | "IN" | "not" | "NOT" | "is" | "contains" | "matches") => {
                format!("there is no `{word}`; values are compared by `==` and `!=`, and joined by `&&` and `||`")
            }
            (_, "or" | "OR") => "`or` is written `||`".to_owned(),
            _ => format!("`{next}` can't stand here"),
        })
    }

    fn or(&mut self, depth: usize) -> Result<Expr, ExprError> {
        self.chain(depth, "||", Expr::Or, |parser| parser.and(depth))
    }

    fn and(&mut self, depth: usize) -> Result<Expr, ExprError> {
        self.chain(depth, "&&", Expr::And, |parser| parser.not(depth))
    }

    fn chain(
        &mut self,
        depth: usize,
        token: &str,
        join: fn(Vec<Expr>) -> Expr,
        part: impl Fn(&mut Self) -> Result<Expr, ExprError>,
    ) -> Result<Expr, ExprError> {
        if depth > DEPTH {
            return Err(self.error("nested too deep"));
        }
        let first = part(self)?;
        let mut parts = vec![first];
        while self.take(token) {
            parts.push(part(self)?);
        }
        if parts.len() == 1 {
            return parts.pop().ok_or_else(|| self.error("an expression is missing"));
        }
        match parts.iter().find(|part| !part.may_be_boolean()) {
            Some(value) => Err(ExprError {
                offset: value.span().start,
                message: format!("`{token}` joins what is true or false, and this is a value"),
            }),
            None => Ok(join(parts)),
        }
    }

    fn not(&mut self, depth: usize) -> Result<Expr, ExprError> {
        self.blank();
        let start = self.at;
        if self.rest().starts_with('!') && !self.rest().starts_with("!=") {
            self.at += 1;
            if depth > DEPTH {
                return Err(self.error("nested too deep"));
            }
            let inner = Box::new(self.not(depth + 1)?);
            return Ok(Expr::Not { span: Span::new(start, self.at), inner });
        }
        self.comparison(depth)
    }

    fn comparison(&mut self, depth: usize) -> Result<Expr, ExprError> {
        let left = self.primary(depth, false)?;
        let operators = [
            ("==", Operator::Equal),
            ("!=", Operator::NotEqual),
            (">=", Operator::GreaterOrEqual),
            ("<=", Operator::LessOrEqual),
            (">", Operator::Greater),
            ("<", Operator::Less),
        ];
        let Some((_, operator)) = operators.into_iter().find(|(token, _)| self.take(token)) else { return Ok(left) };
        let right = self.primary(depth, true)?;
        Ok(Expr::Compare { left: Box::new(left), operator, right: Box::new(right) })
    }

    fn primary(&mut self, depth: usize, right: bool) -> Result<Expr, ExprError> {
        self.blank();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Err(self.error("a value is missing at the end"));
        };
        match first {
            '(' => {
                self.at += 1;
                let inner = self.or(depth + 1)?;
                if !self.take(")") {
                    return Err(self.error("a parenthesis is not closed"));
                }
                Ok(inner)
            }
            '"' => self.string().map(|word| Expr::Literal { span: word.span, value: Literal::String(word.text) }),
            c if c.is_ascii_digit() || (c == '-' && self.rest().len() > 1) => self.number(right),
            c if c.is_ascii_alphabetic() || c == '_' => self.word(start, depth, right),
            c => Err(self.surprise(c)),
        }
    }

    fn string(&mut self) -> Result<Word, ExprError> {
        let open = self.at;
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = open + at + 1;
                    return Ok(Word { text, span: Span::new(open + 1, open + at) });
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        Err(self.error("a double quote is not closed"))
    }

    fn number(&mut self, right: bool) -> Result<Expr, ExprError> {
        let start = self.at;
        let digits = self.rest().len() - self.rest().trim_start_matches(is_word).len();
        self.at += digits;
        let span = Span::new(start, self.at);
        let text = self.text.get(start..self.at).unwrap_or("");
        match text.parse::<f64>() {
            Ok(value) => Ok(Expr::Literal { value: Literal::Number(value), span }),
            Err(_) if right => Ok(Expr::Literal { value: Literal::String(text.to_owned()), span }),
            Err(_) => Err(ExprError { offset: start, message: format!("`{text}` is neither a number nor a name") }),
        }
    }

    fn word(&mut self, start: usize, depth: usize, right: bool) -> Result<Expr, ExprError> {
        let length = self.rest().find(|c: char| !is_word(c)).unwrap_or(self.rest().len());
        self.at += length;
        let word =
            Word { text: self.text.get(start..self.at).unwrap_or("").to_owned(), span: Span::new(start, self.at) };
        match word.text.as_str() {
            "true" => return Ok(Expr::Literal { value: Literal::Boolean(true), span: word.span }),
            "false" => return Ok(Expr::Literal { value: Literal::Boolean(false), span: word.span }),
            "null" => return Err(ExprError { offset: start, message: "there is no null in an expression".to_owned() }),
            "not" | "NOT" if self.rest().starts_with([' ', '(']) => {
                return Err(ExprError { offset: start, message: "`not` is written `!`".to_owned() });
            }
            _ => {}
        }
        if self.rest().starts_with('(') {
            return self.call(word, depth);
        }
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let shouted = !word.text.contains(|c: char| c.is_ascii_lowercase());
        if word.text.chars().all(name) && (!right || shouted) {
            return Ok(Expr::Variable(word));
        }
        if right {
            return Ok(Expr::Literal { value: Literal::String(word.text), span: word.span });
        }
        let message = format!("`{}` is no variable's name; text is written in double quotes", word.text);
        Err(ExprError { offset: start, message })
    }

    fn call(&mut self, name: Word, depth: usize) -> Result<Expr, ExprError> {
        let start = name.span.start;
        self.at += 1;
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.or(depth + 1)?);
                if !self.take(",") {
                    break;
                }
            }
            if !self.take(")") {
                return Err(self.error("a parenthesis is not closed"));
            }
        }
        let span = Span::new(start, self.at);
        if name.text != "glob" {
            return match foreign(&name.text) {
                Some(message) => Err(ExprError { offset: start, message }),
                None => Ok(Expr::Call { name, arguments, span }),
            };
        }
        match <[Expr; 2]>::try_from(arguments) {
            Ok([Expr::Variable(variable), Expr::Literal { value: Literal::String(text), span: place }]) => {
                Ok(Expr::Glob { variable, pattern: Word { text, span: place }, span })
            }
            _ => Err(ExprError {
                offset: start,
                message: "`glob` takes a variable and a pattern: `glob(NAME, \"pattern\")`".to_owned(),
            }),
        }
    }
}

/// What is said of functions of other systems. Not all of Bitbucket's own are documented, so any other name is taken.
fn foreign(name: &str) -> Option<String> {
    let pattern = match name {
        "contains" => Some("*part*"),
        "startsWith" => Some("begin*"),
        "endsWith" => Some("*end"),
        "format" | "join" | "toJSON" | "fromJSON" | "hashFiles" | "success" | "failure" | "always" | "cancelled" => {
            None
        }
        _ => return None,
    };
    let instead = pattern.map_or_else(String::new, |pattern| format!("; here it is `glob(NAME, \"{pattern}\")`"));
    Some(format!("`{name}` is a function of GitHub Actions{instead}"))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}
