//! Quotes and dashes of running text where plain ones were meant: neither YAML nor the shell takes them for its own.

use std::collections::BTreeSet;

use super::invisible::{first, unquoted};
use crate::finding::Findings;
use crate::yaml::{Document, Span, Style};

/// Keys whose text is for people.
const TOLD_TO_PEOPLE: [&str; 4] = ["name", "display-name", "description", "prompt"];

/// Commands that only print what is behind them.
const PRINT: [&str; 2] = ["echo", "printf"];

/// Words of the shell's syntax that may stand before a command.
const SYNTAX: [&str; 7] = ["then", "do", "else", "{", "!", "if", "while"];

/// How far before a character its command is searched, in characters.
const NEAR: usize = 400;

/// Tells the first such character of each line.
pub(super) fn find(document: &Document, out: &mut Findings<'_>) {
    if document.text().is_ascii() {
        return;
    }
    let mut told = BTreeSet::new();
    let mut tell = |found: Option<(usize, char)>, what: &str| {
        let Some((at, c)) = found else { return };
        if told.insert(document.lines().line(at)) {
            let help = if is_dash(c) { "write it as `-`, or as `--` before a word" } else { "write it as `\"` or `'`" };
            out.violated(Span::new(at, at + c.len_utf8()), format!("`{c}` {what}")).help(help);
        }
    };
    for node in document.nodes() {
        for entry in node.entries().filter(|entry| entry.merged.is_none()) {
            tell(first(entry.key, quoted), "is part of this key: YAML knows plain quotes only");
            let name = entry.name();
            if matches!(name, "script" | "after-script") {
                for command in entry.value.items() {
                    let found = first(command, in_command);
                    let what = match found {
                        Some((_, c)) if is_dash(c) => "begins no flag: the shell's programs know the plain dash only",
                        _ => "is part of this word: the shell knows plain quotes only",
                    };
                    tell(found, what);
                }
            } else if !TOLD_TO_PEOPLE.contains(&name) {
                let values = std::iter::once(entry.value).chain(entry.value.items());
                for value in values.filter(|value| value.style() == Some(Style::Plain)) {
                    tell(first(value, quoted), "is part of this value: YAML knows plain quotes only");
                }
            }
        }
    }
}

/// The quote with which a text begins that ends in one as well.
fn quoted(text: &str) -> Option<(usize, char)> {
    let begin = text.chars().next().filter(|c| opens(*c) && !matches!(c, '\u{ab}' | '\u{bb}'))?;
    let end = text.chars().next_back().filter(|_| text.len() > begin.len_utf8())?;
    (opens(end) || closes(end)).then_some((0, begin))
}

/// The first quote, or dash of a flag, that a command has outside plain quotes.
fn in_command(text: &str) -> Option<(usize, char)> {
    unquoted(text, |before, c| {
        // A closing one at the beginning of a word, with another at its end, was meant to open it.
        let rest = text.get(before.len() + c.len_utf8()..).unwrap_or("");
        let begins_word = before.is_empty() || before.ends_with(|c: char| c.is_whitespace() || c == '=');
        let closed = || rest.lines().next().unwrap_or("").contains(c);
        let opens = opens(c) || closes(c) && begins_word && closed();
        if !is_dash(c) && !opens {
            return false;
        }
        let after = text.get(before.len() + c.len_utf8()..).and_then(|after| after.chars().next());
        let is_word = before.is_empty() || before.ends_with(char::is_whitespace);
        let is_flag = is_dash(c) && is_word && after.is_some_and(|next| next.is_ascii_alphabetic() || next == '-');
        if !is_flag && (is_dash(c) || matches!(c, '\u{ab}' | '\u{bb}')) {
            return false;
        }
        let near = before.char_indices().rev().nth(NEAR).map_or(0, |(at, _)| at);
        let before = before.get(near..).unwrap_or(before);
        let command = before.rsplit(['\n', ';', '&', '|', '(']).next().unwrap_or("");
        let mut words = command.split_whitespace().skip_while(|word| SYNTAX.contains(word));
        !words.next().is_some_and(|first| PRINT.contains(&first))
    })
}

fn opens(c: char) -> bool {
    matches!(c, '\u{201c}' | '\u{201e}' | '\u{201f}' | '\u{2018}' | '\u{201a}' | '\u{201b}' | '\u{ab}' | '\u{bb}')
}

fn closes(c: char) -> bool {
    matches!(c, '\u{201d}' | '\u{2019}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}')
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use crate::yaml::Document;

    fn told(text: &str) -> Vec<String> {
        let document = Document::read(text);
        let found = findings(&document).into_iter().filter(|finding| finding.rule == "plain-quotes");
        let line = |span: crate::yaml::Span| document.position(span.start);
        found.map(|one| format!("{}:{} {}", line(one.span).line, line(one.span).column, one.message)).collect()
    }

    #[test]
    fn quotes_around_keys_and_values_are_told() {
        let (key, value) =
            ["key", "value"].map(|what| format!("is part of this {what}: YAML knows plain quotes only")).into();
        assert_eq!(told("\u{201c}main\u{201d}: x\n"), [format!("1:1 `\u{201c}` {key}")]);
        assert_eq!(told("image: \u{2018}node:22\u{2019}\n"), [format!("1:8 `\u{2018}` {value}")]);
        assert_eq!(told("caches: [\u{201e}node\u{201c}]\n"), [format!("1:10 `\u{201e}` {value}")]);
        for fine in ["name: \u{201c}Build\u{201d}\n", "a: the \u{201c}old\u{201d} one\n", "a: it\u{2019}s\n"] {
            assert!(told(fine).is_empty(), "{fine}");
        }
    }

    #[test]
    fn what_the_shell_takes_for_letters_is_told() {
        let script = |command: &str| told(&format!("script:\n  - {command}\n"));
        let quote = "is part of this word: the shell knows plain quotes only";
        assert_eq!(script("x -f=\u{201d}a\u{201d}"), [format!("2:10 `\u{201d}` {quote}")]);
        assert_eq!(script("git commit -m \u{201c}a b\u{201d}"), [format!("2:19 `\u{201c}` {quote}")]);
        let dash = "begins no flag: the shell's programs know the plain dash only";
        assert_eq!(script("npm test \u{2014}coverage"), [format!("2:14 `\u{2014}` {dash}")]);
        assert_eq!(script("npm test && x \u{2013}-a"), [format!("2:19 `\u{2013}` {dash}")]);
        for fine in [
            "echo \u{201c}done\u{201d}",
            "x && echo \u{2014}done",
            "git commit -m \"\u{201c}a\u{201d}\"",
            "git commit -m 'a \u{2014}b'",
            "x # \u{201c}a\u{201d}",
            "x a \u{2013} b",
            "x it\u{2019}s",
        ] {
            assert!(script(fine).is_empty(), "{fine}");
        }
    }
}
