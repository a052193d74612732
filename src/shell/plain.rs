//! Scripts that need no grammar: commands of plain words, one after another.
//!
//! Most items of a step are one such command, and to see that costs a hundredth of a parse. What is not plain beyond doubt
//! is left to the grammar; both ways come to the same commands, which a test holds.

use super::interpret::Interpreter;
use super::invocation::Stdin;
use super::piece::Piece;
use super::walk::Flow;
use crate::yaml::Span;

/// A command of plain words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    /// Names and values of the assignments before its words.
    pub(super) assignments: Vec<(Span, Span)>,
    /// Its words, quotes and all.
    pub(super) words: Vec<Span>,
    /// Whether it declares variables (`export A=b`): the assignments are its words.
    pub(super) declares: bool,
}

/// Words that begin something else than a command, where they stand first.
const KEYWORDS: [&str; 22] = [
    "if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "in", "select",
    "function", "time", "coproc", "unset", "unsetenv", "test", "true", "false",
];

/// Commands whose words are assignments.
const DECLARES: [&str; 5] = ["export", "declare", "typeset", "readonly", "local"];

impl Interpreter<'_> {
    /// Walks commands that were told apart without the grammar.
    pub(super) fn walk_plain(&mut self, commands: Vec<Plain>, piece: &Piece) -> Flow {
        for command in commands {
            if self.spent() {
                return Flow::Exit;
            }
            let flow = self.plain(command, piece);
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn plain(&mut self, command: Plain, piece: &Piece) -> Flow {
        let ends = (command.words.first(), command.words.last());
        let mut assignments = Vec::new();
        for (name, value) in &command.assignments {
            let name = piece.text.get(name.start..name.end).unwrap_or("").to_owned();
            let values = self.expand(piece, *value);
            match ends {
                (Some(_), _) if !command.declares => assignments.push((name, values)),
                _ => self.scope.set(&name, values),
            }
        }
        let ((Some(first), Some(last)), false) = (ends, command.declares) else { return Flow::Next };
        let place = piece.place(Span::new(first.start, last.end));
        let mut words = Vec::with_capacity(command.words.len());
        command.words.iter().for_each(|word| self.words_of(*word, piece, &mut words));
        self.run_command(words, assignments, place, Stdin::Unknown, false)
    }
}

/// The commands of a text, if it has nothing but plain ones.
pub(super) fn commands(text: &str) -> Option<Vec<Plain>> {
    let bytes = text.as_bytes();
    let mut commands = Vec::new();
    let mut command = Plain::default();
    let mut at = 0;
    // `&&` must be followed by a command.
    let mut owed = false;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\\') if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            Some(b'#') => at += text.get(at..)?.find('\n').unwrap_or(bytes.len() - at),
            None | Some(b'\n' | b';' | b'&') => {
                let and = bytes.get(at) == Some(&b'&');
                let separates = and || bytes.get(at) == Some(&b';');
                if and && bytes.get(at + 1) != Some(&b'&') {
                    return None;
                }
                // Several assignments with no command are read on over the line's end by the grammar.
                if command.words.is_empty() && command.assignments.len() > 1 {
                    return None;
                }
                if !command.is_empty() {
                    commands.push(std::mem::take(&mut command));
                    owed = false;
                } else if separates {
                    return None;
                }
                owed |= and;
                if at >= bytes.len() {
                    return (!owed).then_some(commands);
                }
                at += if and { 2 } else { 1 };
            }
            Some(_) => {
                let end = word_end(bytes, at)?;
                command.take(text, Span::new(at, end))?;
                at = end;
            }
        }
    }
}

impl Plain {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.assignments.is_empty()
    }

    fn take(&mut self, text: &str, word: Span) -> Option<()> {
        let raw = text.get(word.start..word.end)?;
        if raw.starts_with('=') {
            return None;
        }
        let assigns = if self.words.is_empty() || self.declares { name_length(raw) } else { None };
        if let Some(length) = assigns {
            let equals = word.start + length;
            // So is an assignment of nothing.
            if equals + 1 == word.end {
                return None;
            }
            self.assignments.push((Span::new(word.start, equals), Span::new(equals + 1, word.end)));
            return Some(());
        }
        if self.declares {
            // A bare name declares what has its value already; a flag or a quoted assignment is for the grammar.
            return is_name(raw).then_some(());
        }
        if self.words.is_empty() {
            // `A=$B$C- 'd'`: nor does the grammar see every value's end.
            let unclear =
                |(_, value): &(Span, Span)| text.get(value.start..value.end).is_none_or(|raw| raw.contains('$'));
            if self.assignments.iter().any(unclear) {
                return None;
            }
            // `a+=b`, `a@b`, `-`: the grammar has its own view of such names.
            if raw.starts_with('-') || KEYWORDS.contains(&raw) || raw.bytes().any(|byte| b"=@+,%:~".contains(&byte)) {
                return None;
            }
            if DECLARES.contains(&raw) {
                self.declares = self.assignments.is_empty();
                if !self.declares {
                    return None;
                }
            }
        }
        self.words.push(word);
        Some(())
    }
}

/// How long the name is of an assignment `name=value`.
fn name_length(raw: &str) -> Option<usize> {
    let (name, _) = raw.split_once('=')?;
    is_name(name).then_some(name.len())
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Where a plain word ends: `None` where it is none.
fn word_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b';' | b'&' => return Some(at),
            b'\'' => at + 2 + bytes.get(at + 1..)?.iter().position(|byte| *byte == b'\'')?,
            b'"' => quote_end(bytes, at + 1)?,
            b'$' => variable_end(bytes, at + 1)?,
            byte if byte.is_ascii_alphanumeric() || b"_-./:=@%+,~".contains(byte) => at + 1,
            _ => return None,
        };
    }
    Some(at)
}

/// The offset after the quote that ends a double-quoted string.
fn quote_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at + 2,
            b'`' => return None,
            b'$' => variable_end(bytes, at + 1)?,
            _ => at + 1,
        };
    }
}

/// The offset after a variable whose `$` stands before `at`: `$NAME`, or `${NAME…}` with nothing but plain text in it.
fn variable_end(bytes: &[u8], at: usize) -> Option<usize> {
    let length = |from: usize, of: fn(&u8) -> bool| {
        bytes.get(from..).map(|rest| rest.iter().take_while(|byte| of(byte)).count())
    };
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match bytes.get(at)? {
        b'{' => {
            let name = length(at + 1, in_name).filter(|length| *length > 0)?;
            let rest = length(at + 1 + name, |byte| byte.is_ascii_alphanumeric() || b"_-.:/#%".contains(byte))?;
            let end = at + 1 + name + rest;
            (bytes.get(end) == Some(&b'}')).then_some(end + 1)
        }
        byte if byte.is_ascii_alphabetic() || *byte == b'_' => Some(at + length(at, in_name)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Option<Vec<String>> {
        let words = |command: Plain| {
            let assigned = command.assignments.iter().map(|(name, value)| Span::new(name.start, value.end));
            let words: Vec<Span> = if command.declares {
                command.words.iter().copied().chain(assigned).collect()
            } else {
                assigned.chain(command.words.iter().copied()).collect()
            };
            words.iter().map(|word| &text[word.start..word.end]).collect::<Vec<_>>().join("|")
        };
        Some(commands(text)?.into_iter().map(words).collect())
    }

    #[test]
    fn plain_commands_are_told_apart() {
        assert_eq!(seen("docker push  a/b:$TAG").unwrap(), ["docker|push|a/b:$TAG"]);
        assert_eq!(
            seen("a 'b c' \"d $E ${F:-g}\"h # i\n\n  j; k && l \\\n  m\n").unwrap(),
            ["a|'b c'|\"d $E ${F:-g}\"h", "j", "k", "l|m"]
        );
        assert_eq!(seen("export A=b C").unwrap(), ["export|A=b"]);
        assert_eq!(seen("A=b C='' make x=y").unwrap(), ["A=b|C=''|make|x=y"]);
        assert_eq!(seen("# nothing\n").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_grammar() {
        for text in [
            "a | b",
            "a || b",
            "a > b",
            "a < b",
            "a &",
            "a;; b",
            "&& a",
            "a &&",
            "; a",
            "a $(b)",
            "a `b`",
            "a \"$(b)\"",
            "if a",
            "{ a; }",
            "(a)",
            "a {b,c}",
            "a[0]=b",
            "a+=b",
            "A= b",
            "! a",
            "[ a ]",
            "test a",
            "export -n A",
            "export \"A=b\"",
            "a 'b",
            "a \"b",
            "a\\ b",
            "a ${b",
            "a ${b:-$c}",
            "a ${b:-'c'}",
            "a $'b'",
            "a $",
            "a $1",
            "A=b export C=d",
            "a *",
            "a\u{a0}b",
            "a\r\nb",
            "f() { a; }",
        ] {
            assert_eq!(seen(text), None, "{text}");
        }
    }
}
