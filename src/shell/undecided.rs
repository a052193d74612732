//! Files that a branch may have written: what stands in them on each way, and how such a text is read again.

use super::expand::ALTERNATIVES;
use super::interpret::Interpreter;
use super::status::Left;
use super::value::{Part, Symbol, SymbolKind, Value};
use super::written::Written;

impl Symbol {
    /// Whether it stands for whole lines, of which it can't be told which ones are there.
    pub fn is_lines(&self) -> bool {
        let lines = |value: &Value| value.is_empty() || ends_line(value);
        !self.choices().is_empty() && self.choices().iter().all(lines)
    }
}

impl Value {
    /// The lines of a text, each without its end; undecided lines stand together in a line of their own.
    pub fn lines(&self) -> Vec<Value> {
        let mut lines = vec![Value::default()];
        for part in self.parts() {
            let begins = lines.last().is_some_and(Value::is_empty);
            match part {
                Part::Symbol(symbol) if begins && symbol.is_lines() => {
                    lines.pop();
                    lines.push(Value::symbol(symbol.as_ref().clone()));
                    lines.push(Value::default());
                }
                Part::Symbol(_) => lines.last_mut().into_iter().for_each(|line| line.push(part.clone())),
                Part::Literal(text) => {
                    for (index, piece) in text.split('\n').enumerate() {
                        if index > 0 {
                            lines.push(Value::default());
                        }
                        lines.last_mut().into_iter().for_each(|line| line.push_literal(piece));
                    }
                }
            }
        }
        if lines.last().is_some_and(Value::is_empty) {
            lines.pop();
        }
        lines
    }

    /// Whether it is undecided which lines these are.
    pub fn is_lines(&self) -> bool {
        self.as_symbol().is_some_and(Symbol::is_lines)
    }
}

/// Whether a text ends as a line does.
fn ends_line(text: &Value) -> bool {
    matches!(text.parts().last(), Some(Part::Literal(last)) if last.ends_with('\n'))
}

/// Whether all that is undecided in a text is some of its lines, or stands in one.
pub(super) fn has_clear_lines(text: &Value) -> bool {
    let mut begins = true;
    text.parts().iter().all(|part| match part {
        Part::Literal(text) => {
            begins = text.ends_with('\n');
            true
        }
        Part::Symbol(symbol) => {
            let lines = begins && symbol.is_lines();
            begins = lines;
            lines || !symbol.choices().iter().any(|choice| choice.literal_contains("\n"))
        }
    })
}

/// One of two texts of a file, with the lines that both begin with written once; `None` where they are too many.
fn either(one: &Value, other: &Value) -> Option<Value> {
    let (ones, others) = (one.lines(), other.lines());
    let whole =
        |text: &Value| text.is_empty() || ends_line(text) || text.symbols().last().is_some_and(Symbol::is_lines);
    let shared = match whole(one) && whole(other) {
        true => ones.iter().zip(&others).take_while(|(one, other)| one == other).count(),
        false => 0,
    };
    let text_of = |lines: &[Value]| {
        let mut text = Value::default();
        for line in lines {
            text.extend(line);
            if !line.is_lines() {
                text.push_literal("\n");
            }
        }
        text
    };
    let rest = |whole: &Value, lines: &[Value]| match shared {
        0 => whole.alternatives(),
        shared => text_of(lines.get(shared..).unwrap_or_default()).alternatives(),
    };
    let (mut ways, more) = (rest(one, &ones), rest(other, &others));
    if ways.is_empty() || more.is_empty() {
        return None;
    }
    for way in more {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    if ways.len() > ALTERNATIVES {
        return None;
    }
    ways.sort();
    let names: Vec<String> =
        ways.iter().map(|way| if way.is_empty() { "nothing".to_owned() } else { way.to_string() }).collect();
    let name = names.join(" or ").replace('\n', " ");
    let choice = Symbol { kind: SymbolKind::Choice, name, cut: String::new(), of: Some(ways.into()) };
    let mut text = text_of(ones.get(..shared).unwrap_or_default());
    text.extend(&Value::symbol(choice));
    Some(text).filter(has_clear_lines)
}

impl Written {
    /// What is known of files that were written on one of two ways.
    pub(super) fn or(&self, other: &Written) -> Written {
        let mut joined = self.clone();
        joined.doubtful |= other.doubtful;
        joined.fresh.extend(other.fresh.iter().cloned());
        joined.handed.extend(other.handed.iter().filter(|pattern| !self.handed.contains(pattern)).cloned());
        for path in self.files.keys().chain(other.files.keys()) {
            let (one, another) = (self.files.get(path), other.files.get(path));
            if one == another {
                continue;
            }
            // A way that wrote nothing left it as it was: not there.
            let nothing = Some(Value::default()).filter(|_| joined.fresh.contains(path));
            let text = match (one.unwrap_or(&nothing), another.unwrap_or(&nothing)) {
                (Some(one), Some(other)) => either(one, other),
                _ => None,
            };
            joined.files.insert(path.clone(), text);
        }
        joined
    }

    /// Forgets what stands in files that are not as they were before a loop of which the rounds can't be counted.
    pub(super) fn forget_changes(&mut self, before: &Written) {
        for (path, text) in &mut self.files {
            if before.files.get(path) != Some(text) {
                *text = None;
            }
        }
    }
}

impl Interpreter<'_> {
    /// The files as the script leaves them, on whichever way it ended well.
    pub fn take_files(&mut self) -> Written {
        let own = std::mem::take(&mut self.scope.written);
        self.left.iter().filter_map(Left::files).fold((*own).clone(), |files, left| files.or(left))
    }

    /// Takes note that any file may have changed.
    pub fn doubt_files(&mut self) {
        self.files_mut().doubt_all();
    }

    /// Shell text for lines of which it can't be told which ones are there: a branch that can't be decided.
    pub(super) fn undecided_text(&mut self, symbol: &Symbol) -> String {
        let asked = self.placeholder(vec![Value::opaque("which lines are there")]);
        let (mut ways, nothing): (Vec<&Value>, Vec<&Value>) = symbol.choices().iter().partition(|way| !way.is_empty());
        let last = if nothing.is_empty() { ways.pop() } else { None };
        let mut text = String::new();
        for (number, way) in ways.into_iter().enumerate() {
            let lines = self.as_shell_text(way);
            let word = if number == 0 { "if" } else { "elif" };
            text.push_str(&format!("{word} [ \"${{{asked}}}\" = {number} ]; then\n{lines}"));
        }
        if let Some(last) = last {
            let lines = self.as_shell_text(last);
            text.push_str(&format!("else\n{lines}"));
        }
        text.push_str("fi\n");
        text
    }

    /// Shell text for a value: what is unknown in it becomes a variable that holds it.
    pub(super) fn as_shell_text(&mut self, value: &Value) -> String {
        let mut text = String::new();
        let mut quote = None;
        for part in value.parts() {
            match part {
                Part::Literal(literal) => {
                    text.push_str(literal);
                    quote = open_quote(quote, literal);
                }
                Part::Symbol(symbol) if symbol.is_lines() && (text.is_empty() || text.ends_with('\n')) => {
                    text.push_str(&self.undecided_text(symbol));
                }
                Part::Symbol(symbol) => {
                    let whole = || vec![Value::symbol(symbol.as_ref().clone())];
                    let values = symbol.choices();
                    let name = self.placeholder(if values.is_empty() { whole() } else { values.to_vec() });
                    // Single quotes would take it as it is written.
                    text.push_str(&if quote == Some('\'') {
                        format!("'\"${{{name}}}\"'")
                    } else {
                        format!("${{{name}}}")
                    });
                }
            }
        }
        text
    }

    /// A variable of no other's name that holds one of some values.
    pub(super) fn placeholder(&mut self, values: Vec<Value>) -> String {
        let name = format!("__unknown_{}", self.placeholders);
        self.placeholders += 1;
        self.scope.set(&name, values);
        name
    }
}

/// The quote that is open behind a text.
fn open_quote(before: Option<char>, text: &str) -> Option<char> {
    let mut characters = text.chars();
    let mut open = before;
    while let Some(c) = characters.next() {
        match (open, c) {
            (Some('"') | None, '\\') => {
                characters.next();
            }
            (Some(quote), c) if c == quote => open = None,
            (None, '"' | '\'') => open = Some(c),
            _ => {}
        }
    }
    open
}
