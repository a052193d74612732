//! What a text is searched for: patterns of the shell and regular expressions, read into shapes.

use super::texts::{Class, Shape};

/// The longest expression that is read, in bytes.
const LONGEST: usize = 256;

/// What a test holds a text against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    /// The shape that the whole text has.
    pub shape: Shape,
}

/// How a regular expression is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Writing {
    /// `(`, `|`, `+` and `?` mean themselves without a backslash.
    pub(super) basic: bool,
    /// `\d` is a digit.
    pub(super) perl: bool,
    /// Small and capital letters are the same.
    pub(super) folded: bool,
    /// The whole text is meant.
    pub(super) whole: bool,
}

impl Sought {
    /// A pattern of the shell; `None` where it is not followed.
    pub fn pattern(text: &str) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut reader = Reader { letters: text.chars().collect(), at: 0, writing: Writing::default() };
        let shape = reader.glob(false)?;
        (reader.at == reader.letters.len()).then_some(Self { shape })
    }

    /// A text that holds what a regular expression says; `None` where that is not followed.
    pub(super) fn regex(text: &str, writing: Writing) -> Option<Self> {
        if text.len() > LONGEST {
            return None;
        }
        let mut reader = Reader { letters: text.chars().collect(), at: 0, writing };
        let found = reader.choice()?;
        if reader.at != reader.letters.len() {
            return None;
        }
        let row = if writing.whole { vec![found] } else { vec![Shape::anything(), found, Shape::anything()] };
        Some(Self { shape: Shape::Row(row) })
    }

    /// A text that holds another one.
    pub(super) fn fixed(text: &str, writing: Writing) -> Self {
        let found = Shape::Row(text.chars().map(|c| one(c, writing.folded)).collect());
        let row = if writing.whole { vec![found] } else { vec![Shape::anything(), found, Shape::anything()] };
        Self { shape: Shape::Row(row) }
    }
}

fn one(c: char, folded: bool) -> Shape {
    let mut class = Class { ranges: vec![(c, c)], negated: false };
    if folded {
        class.ranges.extend(c.to_lowercase().chain(c.to_uppercase()).map(|c| (c, c)));
    }
    Shape::One(class)
}

struct Reader {
    letters: Vec<char>,
    at: usize,
    writing: Writing,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn take(&mut self, c: char) -> bool {
        let is = self.peek() == Some(c);
        self.at += usize::from(is);
        is
    }

    /// Passes over an operator.
    fn operator(&mut self, c: char) -> bool {
        let is = self.is_operator(c);
        self.at += if is { 1 + usize::from(self.writing.basic) } else { 0 };
        is
    }

    /// Whether an operator is next, which a basic expression writes behind a backslash.
    fn is_operator(&self, c: char) -> bool {
        let escaped = usize::from(self.writing.basic);
        (escaped == 0 || self.peek() == Some('\\')) && self.letters.get(self.at + escaped) == Some(&c)
    }

    fn choice(&mut self) -> Option<Shape> {
        let mut choice = vec![self.row()?];
        while self.operator('|') {
            choice.push(self.row()?);
        }
        Some(if choice.len() == 1 { choice.pop()? } else { Shape::Choice(choice) })
    }

    fn row(&mut self) -> Option<Shape> {
        let mut row = Vec::new();
        while self.peek().is_some() && !self.is_operator('|') && !self.is_operator(')') {
            let mut shape = self.atom()?;
            loop {
                shape = if self.take('*') {
                    Shape::Times(Box::new(shape), 0, None)
                } else if self.operator('+') {
                    Shape::Times(Box::new(shape), 1, None)
                } else if self.operator('?') {
                    Shape::Times(Box::new(shape), 0, Some(1))
                } else if self.operator('{') {
                    let (least, most) = self.bounds()?;
                    Shape::Times(Box::new(shape), least, most)
                } else {
                    break;
                };
            }
            row.push(shape);
        }
        Some(Shape::Row(row))
    }

    fn bounds(&mut self) -> Option<(usize, Option<usize>)> {
        let least = self.number();
        let most = if self.take(',') { self.number() } else { least };
        let (least, most) = (least.unwrap_or(0), most);
        (self.operator('}') && most.is_none_or(|most| most >= least && most <= 64) && least <= 64)
            .then_some((least, most))
    }

    fn number(&mut self) -> Option<usize> {
        let from = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.letters.get(from..self.at)?.iter().collect::<String>().parse().ok()
    }

    fn atom(&mut self) -> Option<Shape> {
        if self.operator('(') {
            // `(?:` and its kin are another language's.
            if self.peek() == Some('?') {
                return None;
            }
            let inner = self.choice()?;
            return self.operator(')').then_some(inner);
        }
        let c = self.peek()?;
        self.at += 1;
        Some(match c {
            '^' => Shape::Start,
            '$' => Shape::End,
            '.' => Shape::One(Class::but(&[])),
            '[' => Shape::One(self.class()?),
            '\\' => {
                let escaped = self.peek()?;
                self.at += 1;
                match escaped {
                    'd' if self.writing.perl => Shape::One(Class { ranges: vec![('0', '9')], negated: false }),
                    escaped if escaped.is_alphanumeric() || matches!(escaped, '<' | '>' | '`' | '\'') => return None,
                    escaped => Shape::character(escaped),
                }
            }
            '*' | '+' | '?' | '{' if !self.writing.basic => return None,
            '*' => return None,
            c => one(c, self.writing.folded),
        })
    }

    /// A class, behind its bracket.
    fn class(&mut self) -> Option<Class> {
        let mut class = Class { ranges: Vec::new(), negated: self.take('^') || self.take('!') };
        let from = self.at;
        loop {
            let c = self.peek()?;
            self.at += 1;
            match c {
                ']' if self.at > from + 1 => break,
                '[' if self.peek() == Some(':') => {
                    let rest: String = self.letters.get(self.at + 1..)?.iter().collect();
                    let (name, _) = rest.split_once(":]")?;
                    self.at += name.chars().count() + 3;
                    class.ranges.extend(named(name)?);
                }
                '[' if matches!(self.peek(), Some('.' | '=')) => return None,
                '\\' if self.writing.perl => return None,
                c if self.peek() == Some('-') && self.letters.get(self.at + 1).is_some_and(|next| *next != ']') => {
                    let last = *self.letters.get(self.at + 1)?;
                    self.at += 2;
                    class.ranges.push((c, last));
                }
                c => class.ranges.push((c, c)),
            }
        }
        if self.writing.folded {
            let both = |(first, last): &(char, char)| {
                [
                    (first.to_ascii_lowercase(), last.to_ascii_lowercase()),
                    (first.to_ascii_uppercase(), last.to_ascii_uppercase()),
                ]
            };
            let folded: Vec<(char, char)> = class.ranges.iter().flat_map(both).collect();
            class.ranges.extend(folded);
        }
        Some(class)
    }

    /// A pattern of the shell; `inner` tells that it stands in a group such as `@(a|b)`.
    fn glob(&mut self, inner: bool) -> Option<Shape> {
        let mut choice = Vec::new();
        let mut row = Vec::new();
        while let Some(c) = self.peek() {
            if inner && c == ')' {
                break;
            }
            self.at += 1;
            let group = self.peek() == Some('(');
            row.push(match c {
                '|' if inner => {
                    choice.push(Shape::Row(std::mem::take(&mut row)));
                    continue;
                }
                '@' | '?' | '*' | '+' if group => {
                    self.at += 1;
                    let shape = Box::new(self.glob(true)?);
                    if !self.take(')') {
                        return None;
                    }
                    match c {
                        '@' => Shape::Times(shape, 1, Some(1)),
                        '?' => Shape::Times(shape, 0, Some(1)),
                        '*' => Shape::Times(shape, 0, None),
                        _ => Shape::Times(shape, 1, None),
                    }
                }
                '!' if group => return None,
                '*' => Shape::anything(),
                '?' => Shape::One(Class::but(&[])),
                '[' if self.letters.get(self.at + 1..).is_some_and(|rest| rest.contains(&']')) => {
                    Shape::One(self.class()?)
                }
                c => Shape::character(c),
            });
        }
        choice.push(Shape::Row(row));
        Some(if choice.len() == 1 { choice.pop()? } else { Shape::Choice(choice) })
    }
}

fn named(class: &str) -> Option<Vec<(char, char)>> {
    Some(match class {
        "digit" => vec![('0', '9')],
        "lower" => vec![('a', 'z')],
        "upper" => vec![('A', 'Z')],
        "alpha" => vec![('a', 'z'), ('A', 'Z')],
        "alnum" => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
        "xdigit" => vec![('a', 'f'), ('A', 'F'), ('0', '9')],
        "space" | "blank" => vec![(' ', ' '), ('\t', '\t')],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::texts::Texts;
    use super::*;

    fn held(name: &str, sought: Option<Sought>) -> Option<bool> {
        let names = Texts::of(&Sought::pattern(name).unwrap().shape).unwrap();
        names.are_in(&Texts::of(&sought?.shape)?, &[])
    }

    #[test]
    fn a_regular_expression_holds_for_all_names_of_a_pattern_or_for_none() {
        let extended = |text: &str| Sought::regex(text, Writing::default());
        for (name, regex, answer) in [
            ("rc-*", "^(rc|release)-", Some(true)),
            ("rc-*", "^release-", Some(false)),
            ("rc-*", "-", Some(true)),
            ("rc-*", "^rc-[0-9]+$", None),
            ("rc-[0-9]*", "^rc-[[:digit:]]", Some(true)),
            ("main", "^main$", Some(true)),
            ("main", "^(develop|main)$", Some(true)),
            ("main", "^release/", Some(false)),
            ("v1.2.3", "^v[0-9]+\\.[0-9]+\\.[0-9]+$", Some(true)),
            ("v1.2", "^v[0-9]+(\\.[0-9]+){2}$", Some(false)),
            ("", "^$", Some(true)),
            ("", "rc", Some(false)),
            ("main", "^\\d", None),
        ] {
            assert_eq!(held(name, extended(regex)), answer, "{name} {regex}");
        }
        let basic = |text: &str| Sought::regex(text, Writing { basic: true, ..Writing::default() });
        assert_eq!(held("rc-*", basic("^\\(rc\\|release\\)-")), Some(true));
        assert_eq!(held("rc-*", basic("rc|release")), None);
        assert_eq!(held("Main", Sought::regex("^main$", Writing { folded: true, ..Writing::default() })), Some(true));
        assert_eq!(held("main", Some(Sought::fixed("ma", Writing { whole: true, ..Writing::default() }))), Some(false));
        assert_eq!(held("rc-*", Sought::pattern("@(rc|release)-*")), Some(true));
        assert_eq!(held("rc-*", Sought::pattern("v*")), Some(false));
    }

    #[test]
    fn names_that_are_left_out_do_not_count() {
        let any = Texts::of(&Shape::anything()).unwrap();
        let is_main = Texts::of(&Sought::pattern("main").unwrap().shape).unwrap();
        assert_eq!(any.are_in(&is_main, &["main".to_owned()]), Some(false));
        assert_eq!(any.are_in(&is_main, &["other".to_owned()]), None);
    }
}
