//! What a command substitution prints, where that follows from its text.

use super::expansion::{cut, trim};
use super::interpret::Interpreter;
use super::invocation::Invocation;
use super::piece::Piece;
use super::value::{Value, join};

impl Interpreter<'_> {
    /// Runs the commands of `$(…)` for their effects and tells what they print.
    pub(super) fn substitute(&mut self, piece: &Piece) -> Vec<Value> {
        let Some(commands) = self.collect(piece) else { return vec![Value::opaque("too deep")] };
        let text = || commands.iter().map(words_text).collect::<Vec<_>>().join(" | ");
        let printed = match commands.as_slice() {
            [] => Some(Value::default()),
            [first, filters @ ..] => {
                let whole = printed(first);
                let chained = filters.iter().all(|filter| filter.piped_from);
                whole.filter(|_| chained).and_then(|first| filters.iter().try_fold(first, filtered))
            }
        };
        vec![printed.unwrap_or_else(|| Value::command(text()))]
    }
}

fn words_text(invocation: &Invocation) -> String {
    invocation.words.iter().map(|word| word.value().to_string()).collect::<Vec<_>>().join(" ")
}

/// What a command prints by itself.
fn printed(invocation: &Invocation) -> Option<Value> {
    let values: Vec<Value> = invocation.words.iter().map(|word| word.one()).collect::<Option<_>>()?;
    let (name, arguments) = values.split_first()?;
    match name.as_literal()? {
        "echo" => {
            let skip =
                arguments.iter().take_while(|value| matches!(value.as_literal(), Some("-n" | "-e" | "-ne"))).count();
            Some(join(&arguments[skip..], " "))
        }
        "printf" => match arguments {
            [format, value] if matches!(format.as_literal(), Some("%s" | "%s\\n")) => Some(value.clone()),
            [text] if !text.literal_contains("%") => Some(text.clone()),
            _ => None,
        },
        "git" => git(arguments),
        _ => None,
    }
}

/// The commit's own names.
fn git(arguments: &[Value]) -> Option<Value> {
    let words: Vec<&str> = arguments.iter().map(Value::as_literal).collect::<Option<_>>()?;
    match words.as_slice() {
        ["rev-parse", "HEAD"] | ["rev-parse", "--verify", "HEAD"] | ["log", "-1", "--format=%H" | "--pretty=%H"] => {
            Some(Value::variable("BITBUCKET_COMMIT"))
        }
        _ => None,
    }
}

/// What a filter makes of what is piped into it.
fn filtered(input: Value, invocation: &Invocation) -> Option<Value> {
    let words: Vec<String> =
        invocation.words.iter().map(|word| word.one()?.as_literal().map(str::to_owned)).collect::<Option<_>>()?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["cut", range] => characters(&input, range.strip_prefix("-c").or_else(|| range.strip_prefix("-b"))?),
        ["cut", "-c" | "-b", range] => characters(&input, range),
        ["head", count] => first(&input, count.strip_prefix("-c")?),
        ["head", "-c", count] => first(&input, count),
        ["sed", "-e", script] | ["sed", "-E" | "-r", script] | ["sed", script] => substituted(&input, script),
        ["cat"] | ["tr", "-d", "\n" | "\\n" | "\r" | "\\r" | " " | "[:space:]"] | ["xargs"] => Some(input),
        _ => None,
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

/// `s/^prefix//`.
fn substituted(input: &Value, script: &str) -> Option<Value> {
    let script = script.strip_prefix('s')?;
    let bar = script.chars().next()?;
    let parts: Vec<&str> = script.get(bar.len_utf8()..)?.split(bar).collect();
    let [pattern, "", "" | "g"] = parts.as_slice() else { return None };
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let plain = !pattern.is_empty() && pattern.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '/'));
    plain.then(|| trim(input, "#", &Value::literal(pattern)))
}
