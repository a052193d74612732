//! `read`, `mapfile` and `readarray`: what they put into variables.

use super::array::Item;
use super::filter::first_line;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::kept::Keeps;
use super::value::{SymbolKind, Value};

/// What a call asks for.
#[derive(Default)]
struct Asked<'w> {
    names: Vec<&'w str>,
    /// The list that gets all fields, or lines.
    list: Option<&'w str>,
    /// Whether it reads up to something else than the end of a line, or less than a line.
    otherwise: bool,
}

impl<'w> Asked<'w> {
    fn read(invocation: &'w Invocation, lines: bool) -> Self {
        let mut asked = Asked::default();
        let mut words = invocation.words.iter().skip(1).filter_map(Word::literal);
        while let Some(word) = words.next() {
            let Some(flags) = word.strip_prefix('-') else {
                asked.names.push(word);
                continue;
            };
            // The last one of several letters may take a value.
            match flags.chars().last() {
                Some('a') if !lines => asked.list = words.next(),
                Some('p' | 't' | 'u') if !lines => drop(words.next()),
                Some('s') if !lines => {}
                Some('d' | 'n' | 'N' | 'i' | 'O' | 's' | 'u' | 'c' | 'C') => {
                    asked.otherwise = true;
                    words.next();
                }
                _ => {}
            }
        }
        if lines {
            asked.list = asked.names.pop();
            asked.names.clear();
        }
        asked
    }
}

impl Interpreter<'_> {
    /// Reads a line, or with `lines` all of them.
    pub(super) fn read_in(&mut self, invocation: &Invocation, lines: bool) {
        let asked = Asked::read(invocation, lines);
        // Behind a pipe it runs in a shell of its own.
        let text = if invocation.piped_from { None } else { self.input_text(&invocation.stdin) };
        let text = text.filter(|_| !asked.otherwise);
        let line = text.as_ref().map(first_line);
        if let Some(list) = asked.list {
            let items = match (lines, &text, &line) {
                (true, Some(text), _) => lines_of(text),
                (false, _, Some(line)) => self.fields_read(line, invocation),
                _ => None,
            };
            let unknown = || vec![Item::unknown(Value::opaque(format!("what is read into {list}")))];
            self.scope.set_array(list, items.map_or_else(unknown, |items| items.into_iter().map(item).collect()));
        }
        let fields = match asked.names.as_slice() {
            [_] => line.map(|line| vec![line]),
            _ => line.as_ref().and_then(|line| self.fields_read(line, invocation)),
        };
        for (at, name) in asked.names.iter().enumerate() {
            let last = at + 1 == asked.names.len();
            // What is left over is the last one's, as it was written.
            let own = fields.as_ref().filter(|fields| !last || fields.len() <= asked.names.len());
            let value = own.map(|fields| fields.get(at).cloned().unwrap_or_default());
            let value = value.unwrap_or_else(|| Value::opaque(format!("what is read into {name}")));
            self.scope.set(name, vec![value]);
        }
    }

    /// The fields of a line, by `IFS` as the command has it.
    fn fields_read(&self, line: &Value, invocation: &Invocation) -> Option<Vec<Value>> {
        line.as_literal()?;
        let own = invocation.assignments.iter().find(|(name, _)| name == "IFS").map(|(_, values)| values.as_slice());
        let separators = match own.or_else(|| self.known("IFS")) {
            Some([one]) => Some(Box::from(one.as_literal()?)),
            Some(_) => return None,
            None => None,
        };
        Some(Keeps::Word(separators).fields(line.clone()))
    }
}

fn item(value: Value) -> Item {
    Item::new(vec![value])
}

/// The lines of a text in which no unknown may hold any.
fn lines_of(text: &Value) -> Option<Vec<Value>> {
    let one_line = text.symbols().all(|symbol| symbol.kind == SymbolKind::Variable);
    one_line.then(|| text.clone().trim_newlines().split_on(|c| c == '\n'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn what_is_read_is_put_where_it_belongs() {
        for (script, due) in [
            ("IFS=, read -ra a <<< 1,2; p \"${a[@]}\" ${a[1]}", "p 1 2 2"),
            ("read -r -a a <<< '1 2'; p ${a[1]}", "p 2"),
            ("IFS=. read -r x y z <<< 1.2.3; p $x-$y-$z", "p 1-2-3"),
            ("read -r x y <<< '1'; p $x-$y", "p 1-"),
            ("read -r x <<< \"$BITBUCKET_TAG\"; p $x", "p $BITBUCKET_TAG"),
            ("read -rs x <<< 1; p $x", "p 1"),
            ("read -rp 'Which? ' x <<< 1; p $x", "p 1"),
            ("mapfile -t a <<< $'x\\ny'; p ${a[1]}", "p y"),
            ("readarray -t a <<E\nx\n$BITBUCKET_TAG\nE\np \"${a[@]}\"", "p x $BITBUCKET_TAG"),
        ] {
            assert_eq!(run(script).pop().unwrap(), due, "{script}");
        }
        for unknown in [
            "mapfile -t a < <(q); p ${a[1]}",
            "mapfile -t a < t; p ${a[1]}",
            "IFS=. read -ra a <<< \"$BITBUCKET_TAG\"; p ${a[1]}",
            "read -r x y <<< '1 2 3'; p $y",
            "read -r -d '' x <<< 1; p $x",
        ] {
            let told = run(unknown).pop().unwrap();
            assert!(told.starts_with("p <") || told.starts_with("p $"), "{unknown}: {told}");
        }
    }
}
