//! Filters: what `cut`, `sed`, `head` and their kin make of a text.

use super::expansion::{cut, in_case};
use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::replaced::Replacement;
use super::status::Status;
use super::substitute::{matching, printed, words_text};
use super::value::Value;

impl Interpreter<'_> {
    /// The last line that a command prints: what follows from its words and its input, else the command itself.
    pub(super) fn line(&self, invocation: &Invocation) -> Option<Value> {
        match &invocation.stdin {
            Stdin::Text(values) if invocation.piped_from => match values.as_slice() {
                [one] => self.filtered(one.clone(), invocation),
                _ => None,
            },
            _ if invocation.piped_from => None,
            _ => self.by_itself(invocation).or_else(|| Some(Value::command(words_text(invocation)))),
        }
    }

    /// What a command prints that no other one feeds: `echo a`, `cut -d- -f1 <<< "$TAG"`.
    pub(super) fn by_itself(&self, invocation: &Invocation) -> Option<Value> {
        printed(invocation).or_else(|| match &invocation.stdin {
            Stdin::Text(values) => match values.as_slice() {
                [one] => self.filtered(one.clone(), invocation),
                _ => None,
            },
            _ => None,
        })
    }

    /// `printf -v NAME FORMAT …`
    pub(super) fn print_into(&mut self, mut invocation: Invocation) {
        let name = invocation.words.get(2).and_then(Word::literal).map(str::to_owned);
        if let Some(name) = name {
            invocation.words.drain(1..3);
            let value = printed(&invocation).unwrap_or_else(|| Value::command(words_text(&invocation)));
            self.scope.set(&name, vec![value]);
        }
        self.status = Status::Ended(0);
    }

    /// What a filter makes of what it reads.
    pub(super) fn filtered(&self, input: Value, invocation: &Invocation) -> Option<Value> {
        let words: Vec<String> =
            invocation.words.iter().map(|word| word.one()?.as_literal().map(str::to_owned)).collect::<Option<_>>()?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let input = input.trim_newlines();
        let lines = input.literal_contains("\n");
        match words.as_slice() {
            ["cat"] | ["xargs"] => Some(input),
            ["head", "-1" | "-n1"] | ["head", "-n", "1"] => Some(first_line(&input)),
            ["grep", pattern] => matching(&input, pattern),
            _ if lines => None,
            ["cut", range] => characters(&input, range.strip_prefix("-c").or_else(|| range.strip_prefix("-b"))?),
            ["cut", "-c" | "-b", range] => characters(&input, range),
            ["cut", options @ ..] => self.fields_of(&input, options),
            ["awk", "-F", delimiter, program] => self.column(&input, delimiter, program),
            ["awk", flag, program] => self.column(&input, flag.strip_prefix("-F")?, program),
            ["head", count] => first(&input, count.strip_prefix("-c")?),
            ["head", "-c", count] => first(&input, count),
            ["sed", "-e", script] | ["sed", "-E" | "-r", script] | ["sed", script] => self.substituted(&input, script),
            ["tr", from, to] if from.len() == 1 => {
                let to = match *to {
                    "\\n" => "\n",
                    to if to.len() == 1 => to,
                    _ => return None,
                };
                Some(self.replace(&input, &Replacement::of_text(from, to, true, false)))
            }
            ["tr", "A-Z" | "[A-Z]" | "[:upper:]", "a-z" | "[a-z]" | "[:lower:]"] => Some(in_case(&input, ",,")),
            ["tr", "a-z" | "[a-z]" | "[:lower:]", "A-Z" | "[A-Z]" | "[:upper:]"] => Some(in_case(&input, "^^")),
            ["tr", "-d", "\n" | "\\n" | "\r" | "\\r" | " " | "[:space:]"] => Some(input),
            _ => None,
        }
    }

    /// `cut -d- -f2-`, in any order and with blanks between.
    fn fields_of(&self, input: &Value, options: &[&str]) -> Option<Value> {
        let (mut delimiter, mut field) = (None, None);
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let (into, rest) = match (option.strip_prefix("-d"), option.strip_prefix("-f")) {
                (Some(rest), _) => (&mut delimiter, rest),
                (_, Some(rest)) => (&mut field, rest),
                _ => return None,
            };
            *into = Some(if rest.is_empty() { options.next()? } else { rest });
        }
        let (delimiter, field) = (delimiter?.trim_matches('\''), field?);
        if delimiter == "=" {
            // `NAME=value`: the value is all that is behind the name.
            let (_, right) = input.split_once("=").filter(|_| matches!(field, "2" | "2-"))?;
            return (!right.literal_contains("=")).then_some(right);
        }
        self.field(input, delimiter, field)
    }

    /// `awk -F- '{print $2}'`
    fn column(&self, input: &Value, delimiter: &str, program: &str) -> Option<Value> {
        let field = program.trim().strip_prefix('{')?.trim().strip_prefix("print")?.trim().strip_prefix('$')?;
        let field = field.strip_suffix('}')?.trim().trim_end_matches(';').trim();
        let plain = delimiter.len() == 1 && !delimiter.contains(['|', '.', ' ', '*', '+', '?', '^', '$']);
        self.field(input, delimiter, field).filter(|_| plain && !field.ends_with('-'))
    }

    /// `s/^rc-//`, `s/^[^-]*-//`, `s/.*-//`, `s/-.*//`.
    fn substituted(&self, input: &Value, script: &str) -> Option<Value> {
        let script = script.strip_prefix('s')?;
        let bar = script.chars().next()?;
        let parts: Vec<&str> = script.get(bar.len_utf8()..)?.split(bar).collect();
        let [written, with, flags @ ("" | "g")] = parts.as_slice() else { return None };
        let (anchored, pattern) = written.strip_prefix('^').map_or((false, *written), |rest| (true, rest));
        let is_text = |text: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | ':'))
        };
        let is_plain = is_text(pattern) && (with.is_empty() || is_text(with));
        if is_plain && with.is_empty() && (anchored || flags.is_empty() && input.as_literal().is_none()) {
            return Some(self.trim(input, "#", &Value::literal(pattern)));
        }
        if is_plain && (anchored || flags.is_empty()) {
            return Some(self.replace(input, &Replacement::of_text(pattern, with, false, anchored)));
        }
        if !with.is_empty() {
            return None;
        }
        let one = |text: &str| Some(text.to_owned()).filter(|text| text.chars().count() == 1 && is_text(text));
        let but = |at: &str| format!("[^{at}]*{at}");
        let last = pattern.chars().last().map(String::from).and_then(|at| one(&at));
        let begin = pattern.chars().next().map(String::from).and_then(|at| one(&at));
        match (last, begin) {
            (Some(at), _) if pattern == but(&at) && anchored => {
                Some(self.trim(input, "#", &Value::literal(format!("*{at}"))))
            }
            (Some(at), _) if pattern == format!(".*{at}") => {
                Some(self.trim(input, "##", &Value::literal(format!("*{at}"))))
            }
            (_, Some(at)) if !anchored && pattern.trim_end_matches('$') == format!("{at}.*") => {
                Some(self.trim(input, "%%", &Value::literal(format!("{at}*"))))
            }
            _ => None,
        }
    }
}

fn characters(input: &Value, range: &str) -> Option<Value> {
    let (from, to) = range.split_once('-')?;
    matches!(from, "" | "1").then_some(())?;
    first(input, to)
}

fn first(input: &Value, count: &str) -> Option<Value> {
    let count: usize = count.trim().parse().ok()?;
    match input.as_literal() {
        Some(text) => Some(Value::literal(text.chars().take(count).collect::<String>())),
        None => cut(input, &format!("::{count}")),
    }
}

/// A text up to the end of its first line.
pub(super) fn first_line(text: &Value) -> Value {
    text.split_once("\n").map_or_else(|| text.clone(), |(line, _)| line)
}
