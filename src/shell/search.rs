//! Searches: `[[ … =~ … ]]` and `grep`, where the text is known as far as it has to be.

use super::condition::all_agree;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::piece::Piece;
use super::sought::{Sought, Writing};
use super::status::Status;
use super::texts::{Shape, Texts};
use super::value::Value;
use crate::yaml::Span;

impl Interpreter<'_> {
    /// Whether a value is among the texts that are sought.
    pub(super) fn finds(&self, value: &Value, sought: &Sought) -> Option<bool> {
        match value.as_literal() {
            Some(text) => Texts::of(&Shape::text(text))?.are_in(&Texts::of(&sought.shape)?, &[]),
            None => self.host().finds(value, sought),
        }
    }

    /// `[[ … =~ … ]]`
    pub(super) fn fits(&mut self, values: &[Value], regex: Span, piece: &Piece) -> Option<bool> {
        let written = piece.text.get(regex.start..regex.end)?;
        let regex = match expression(written) {
            Some(text) => text,
            // `=~ $RE`: quotes make it plain text.
            None => match self.expand(piece, regex).as_slice() {
                [one] if !written.contains(['"', '\'']) => one.as_literal()?.to_owned(),
                _ => return None,
            },
        };
        let sought = Sought::regex(&regex, Writing::default())?;
        all_agree(values.iter().map(|value| self.finds(value, &sought)))
    }

    /// How `grep` ends.
    pub(super) fn grep(&self, invocation: &Invocation) -> Status {
        Status::of(self.greps(invocation))
    }

    fn greps(&self, invocation: &Invocation) -> Option<bool> {
        let Stdin::Text(lines) = &invocation.stdin else { return None };
        let name = invocation.name()?;
        let (mut writing, mut fixed) = (Writing { basic: name == "grep", ..Writing::default() }, name == "fgrep");
        let (mut inverted, mut pattern) = (false, None);
        let mut words = invocation.words.iter().skip(1).map(Word::literal);
        while let Some(word) = words.next() {
            match word? {
                "-e" | "--regexp" if pattern.is_none() => pattern = Some(words.next()??),
                "--quiet" | "--silent" | "--" => {}
                "--extended-regexp" => writing.basic = false,
                "--line-regexp" => writing.whole = true,
                "--ignore-case" => writing.folded = true,
                "--fixed-strings" => fixed = true,
                "--invert-match" => inverted = true,
                flags if flags.len() > 1 && flags.starts_with('-') => {
                    for flag in flags.chars().skip(1) {
                        match flag {
                            'q' | 's' | 'o' | 'c' | 'n' => {}
                            'E' => writing.basic = false,
                            'P' => (writing.basic, writing.perl) = (false, true),
                            'x' => writing.whole = true,
                            'i' => writing.folded = true,
                            'F' => fixed = true,
                            'v' => inverted = true,
                            _ => return None,
                        }
                    }
                }
                // A second word is a file.
                _ if pattern.is_some() => return None,
                word => pattern = Some(word),
            }
        }
        let pattern = pattern?;
        let sought = if fixed { Sought::fixed(pattern, writing) } else { Sought::regex(pattern, writing)? };
        let line = |value: &Value| {
            let one = !value.literal_contains("\n");
            one.then(|| self.finds(value, &sought)).flatten().map(|found| found != inverted)
        };
        all_agree(lines.iter().map(line))
    }

    /// How `expr TEXT : REGEX` ends.
    pub(super) fn expr(&self, invocation: &Invocation) -> Status {
        let [_, text, colon, regex] = invocation.words.as_slice() else { return Status::Asked };
        let searched = || {
            let regex = regex.literal().filter(|_| colon.literal() == Some(":"))?;
            // It begins where the text does, and a match of nothing is none.
            let nothing = regex.is_empty() || regex.ends_with('*') || regex.contains("\\(");
            let sought = Sought::regex(&format!("^{regex}"), Writing { basic: true, ..Writing::default() })?;
            let found = all_agree(text.values.iter().map(|value| self.finds(value, &sought)))?;
            (!nothing || !found).then_some(found)
        };
        Status::of(searched())
    }
}

/// A regular expression as a test has it, its quoted parts made plain text; `None` where something in it is expanded.
fn expression(written: &str) -> Option<String> {
    let mut text = String::new();
    let mut quote = None;
    let mut letters = written.chars().peekable();
    while let Some(c) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        match (quote, c) {
            (_, '`') => return None,
            (None | Some('"'), '$') if next.is_alphanumeric() || matches!(next, '_' | '{' | '(' | '@' | '*') => {
                return None;
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, c) => text.push(c),
            (Some(_), c) if c.is_alphanumeric() => text.push(c),
            (Some(_), c) => text.extend(['\\', c]),
        }
    }
    quote.is_none().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn searches_in_known_text_are_decided() {
        for (test, held) in [
            ("[[ main =~ ^(main|develop)$ ]]", true),
            ("[[ main =~ ^\"ma.n\" ]]", false),
            ("R='^ma.n$'; [[ main =~ $R ]]", true),
            ("[[ $BITBUCKET_BRANCH =~ ^main$ ]]", false),
            ("grep -q '^main$' <<< main", true),
            ("echo \"$BITBUCKET_BRANCH\" | grep -qE '^(main|rc)'", false),
            ("echo main | grep -qvx main", false),
            ("printf '%s' main | grep -Fqi MA", true),
            ("expr main : 'ma.n$' > /dev/null", true),
            ("[[ ! -v BITBUCKET_BRANCH ]]", true),
            ("[[ -v BITBUCKET_TAG ]]", true),
            ("(( ${#BITBUCKET_TAG} > 0 ))", true),
            ("[ ${#BITBUCKET_BRANCH} -eq 0 ]", true),
            ("[[ 3 -ge 4 ]]", false),
            ("test 1 -lt 2", true),
        ] {
            let lines = run(&format!("if {test}; then p a; else p b; fi"));
            assert_eq!(lines.last().unwrap(), if held { "p a" } else { "p b" }, "{test}");
        }
        assert_eq!(run("if grep -q x file; then p a; fi").last().unwrap(), "? p a");
        assert_eq!(run("if echo a | grep -q x file; then p a; fi").last().unwrap(), "? p a");
        assert_eq!(run("if [[ $X =~ ^a ]]; then p a; fi"), ["? p a"]);
        assert_eq!(run("if [ \"$N\" -gt 3 ]; then p a; fi"), ["? p a"]);
    }
}
