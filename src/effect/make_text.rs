//! Texts of a Makefile with their variables and functions: as shell text, or as what they come to where all is known.

use super::makefile::Makefile;

/// How deep variables and functions are followed, and how many of them one Makefile may come to.
pub(super) const DEPTH: usize = 12;
pub(super) const STEPS: usize = 2_000;

/// The longest text that an expansion may come to, in bytes.
pub(super) const LONGEST: usize = 32 << 10;

impl Makefile {
    /// The words of a text of which all is known.
    pub(super) fn words(&self, text: &str) -> Option<Vec<String>> {
        let text = self.known(text, 0)?;
        Some(text.split_whitespace().map(str::to_owned).collect())
    }

    /// A text without variables and functions; `None` where one of them can't be told.
    fn known(&self, text: &str, depth: usize) -> Option<String> {
        let mut out = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Call(call) => out.push_str(&self.known_call(call, depth + 1)?),
            }
        }
        (out.len() <= LONGEST).then_some(out)
    }

    fn known_call(&self, call: &str, depth: usize) -> Option<String> {
        self.step(depth)?;
        let list =
            |text: &str| Some(self.known(text, depth)?.split_whitespace().map(str::to_owned).collect::<Vec<String>>());
        if let Some((name, arguments)) = function(call) {
            let text = |at: usize| self.known(arguments.get(at)?.trim(), depth);
            let each = |at: usize, more: usize, change: &dyn Fn(&str) -> String| {
                let words = list(arguments.get(at)?)?;
                fits(words.len(), more, LONGEST)?;
                Some(words.iter().map(|word| change(word)).collect::<Vec<_>>().join(" "))
            };
            return match name {
                "addprefix" => text(0).and_then(|begin| each(1, begin.len(), &|word| format!("{begin}{word}"))),
                "addsuffix" => text(0).and_then(|end| each(1, end.len(), &|word| format!("{word}{end}"))),
                "patsubst" => {
                    let (from, to) = (text(0)?, text(1)?);
                    each(2, to.len(), &|word| substituted(word, &from, &to))
                }
                "subst" => replaced(&text(2)?, &text(0)?, &text(1)?),
                "strip" | "sort" => each(0, 0, &str::to_owned),
                "notdir" => each(0, 0, &|word| word.rsplit('/').next().unwrap_or(word).to_owned()),
                "firstword" => list(arguments.first()?)?.first().cloned(),
                "lastword" => list(arguments.first()?)?.last().cloned(),
                "word" => list(arguments.get(1)?)?.get(text(0)?.parse::<usize>().ok()?.checked_sub(1)?).cloned(),
                "foreach" => {
                    let (variable, body) = (text(0)?, arguments.get(2)?);
                    joined_texts(&list(arguments.get(1)?)?, |word| self.known(&with(body, &variable, word)?, depth))
                }
                "call" => self.known(&self.called(&arguments)?, depth),
                _ => None,
            };
        }
        // `$(SERVICES:%=image-%)`
        if let Some((name, (from, to))) =
            call.split_once(':').and_then(|(name, change)| Some((name, change.split_once('=')?)))
        {
            let (from, to) = if from.contains('%') {
                (from.to_owned(), to.to_owned())
            } else {
                (format!("%{from}"), format!("%{to}"))
            };
            let words = list(&format!("$({name})"))?;
            fits(words.len(), to.len(), LONGEST)?;
            return Some(words.iter().map(|word| substituted(word, &from, &to)).collect::<Vec<_>>().join(" "));
        }
        self.known(self.value(call)?, depth)
    }

    /// What a variable that has one value is written as.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// The text of a function that the file defines, with what it is given.
    fn called(&self, arguments: &[&str]) -> Option<String> {
        let (name, given) = arguments.split_first()?;
        let body = self.value(name.trim())?;
        let mut given = given.iter().enumerate();
        given.try_fold(body.to_owned(), |body, (at, value)| with(&body, &(at + 1).to_string(), value.trim()))
    }

    /// Counts one step; `None` when it is one too many.
    fn step(&self, depth: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(1).filter(|_| depth <= DEPTH)?);
        Some(())
    }

    /// A text as the shell has it.
    pub(super) fn shell(&self, text: &str) -> String {
        self.as_shell(text, 0)
    }

    fn as_shell(&self, text: &str, depth: usize) -> String {
        let mut out = String::new();
        for part in parts(text) {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Call(call) if out.len() <= LONGEST => out.push_str(&self.call_as_shell(call, depth + 1)),
                Part::Call(_) => {}
            }
        }
        out
    }

    fn call_as_shell(&self, call: &str, depth: usize) -> String {
        let unknown = || format!("$(expr '{}')", call.replace(['\'', '"'], ""));
        if call == "MAKE" {
            return "make".to_owned();
        }
        if is_name(call) {
            return format!("${{{call}}}");
        }
        if self.step(depth).is_none() {
            return unknown();
        }
        if let Some(command) = call.strip_prefix("shell ") {
            return format!("$({})", self.as_shell(command, depth));
        }
        if let Some(known) = self.known_call(call, depth) {
            return known;
        }
        let Some((name, arguments)) = function(call) else { return unknown() };
        let shell = |at: usize| arguments.get(at).map(|text| self.as_shell(text.trim(), depth));
        // A variable alone, which the shell can ask whether it is empty.
        let variable = |at: usize| {
            let text = arguments.get(at)?.trim();
            let inner = text.strip_prefix("$(").and_then(|text| text.strip_suffix(')'))?;
            is_name(inner).then_some(inner)
        };
        let followed = match name {
            "strip" => shell(0),
            "or" => (0..arguments.len()).rev().try_fold(String::new(), |rest, at| match variable(at) {
                Some(name) => Some(format!("${{{name}:-{rest}}}")),
                None => shell(at).filter(|text| !text.is_empty() && !text.contains('$')),
            }),
            "if" => {
                let test = variable(0).map(|name| format!("[ -n \"${{{name}}}\" ]"));
                let (then, other) = (shell(1), shell(2).unwrap_or_default());
                test.zip(then).map(|(test, then)| format!("$(if {test}; then echo {then}; else echo {other}; fi)"))
            }
            "subst" => {
                let (from, to) = (shell(0), shell(1));
                variable(2)
                    .zip(from.zip(to))
                    .map(|(name, (from, to))| format!("${{{name}//{}/{to}}}", from.replace('/', "\\/")))
            }
            "notdir" => variable(0).map(|name| format!("${{{name}##*/}}")),
            "call" => self.called(&arguments).map(|body| self.as_shell(&body, depth)),
            "foreach" => self.words(arguments.get(1).unwrap_or(&"")).zip(arguments.get(2)).and_then(|(words, body)| {
                let variable = arguments.first().unwrap_or(&"").trim();
                joined_texts(&words, |word| Some(self.as_shell(&with(body, variable, word)?, depth)))
            }),
            _ => None,
        };
        followed.filter(|text| text.len() <= LONGEST).unwrap_or_else(unknown)
    }
}

/// Whether the shell has variables of such a name.
pub(super) fn is_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A part of a text.
enum Part<'t> {
    /// What stands for itself; `$$` is a dollar.
    Text(&'t str),
    /// What stands in the brackets: `$(NAME)`, `${NAME}`.
    Call(&'t str),
}

/// The parts of a text, in order.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let (mut rest, mut call) = (text, None);
    std::iter::from_fn(move || {
        if call.is_some() || rest.is_empty() {
            return call.take();
        }
        let Some((before, next, after)) = next_call(rest) else { return Some(Part::Text(std::mem::take(&mut rest))) };
        (rest, call) = (after, Some(next));
        Some(Part::Text(before))
    })
}

/// The next call of a text: what stands before it, the call, what stands behind. A dollar that begins none stays.
fn next_call(text: &str) -> Option<(&str, Part<'_>, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('$')?;
        let (before, rest) = (text.get(..at)?, text.get(at + 1..)?);
        let (open, close) = match rest.chars().next() {
            Some('$') => return Some((before, Part::Text("$"), rest.get(1..)?)),
            Some('(') => ('(', ')'),
            Some('{') => ('{', '}'),
            _ => {
                from = at + 1;
                continue;
            }
        };
        let mut depth = 0_usize;
        let end = rest.char_indices().find(|(_, c)| {
            depth += usize::from(*c == open);
            depth -= usize::from(*c == close);
            depth == 0
        });
        // What is not closed is no call, and neither is anything in it.
        let (end, _) = end?;
        return Some((before, Part::Call(rest.get(1..end)?), rest.get(end + 1..)?));
    }
}

/// The name of a function with its arguments: `or $(A),b`.
pub(super) fn function(call: &str) -> Option<(&str, Vec<&str>)> {
    let (name, rest) = call.split_once(' ')?;
    let mut arguments = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                arguments.push(rest.get(from..at)?);
                from = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(rest.get(from..)?);
    name.chars().all(|c| c.is_ascii_lowercase()).then_some((name, arguments))
}

/// A text before and behind its first colon that stands in no brackets.
pub(super) fn at_colon(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let at = text.char_indices().find(|(_, c)| {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *c == ':' && depth == 0
    })?;
    Some((text.get(..at.0)?, text.get(at.0 + 1..)?))
}

/// Whether so many texts of a length are no more than they may come to.
pub(super) fn fits(count: usize, length: usize, most: usize) -> Option<()> {
    (count.saturating_mul(length.max(1)) <= most).then_some(())
}

/// What each word comes to, with blanks between; `None` where it is too long or one can't be told.
fn joined_texts(words: &[String], text: impl Fn(&String) -> Option<String>) -> Option<String> {
    let mut all = String::new();
    for word in words {
        all.push_str(if all.is_empty() { "" } else { " " });
        all.push_str(&text(word)?);
        fits(all.len(), 1, LONGEST)?;
    }
    Some(all)
}

/// A text with another one in the place of each that is looked for; `None` where it would be too long.
pub(super) fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    let count = if from.is_empty() { return None } else { text.matches(from).count() };
    fits(count, to.len(), LONGEST)?;
    Some(text.replace(from, to))
}

/// A text with a value in the place of a variable.
fn with(text: &str, variable: &str, value: &str) -> Option<String> {
    let text = replaced(text, &format!("$({variable})"), value)?;
    replaced(&text, &format!("${{{variable}}}"), value)
}

/// What stands for `%` in a pattern that a name fits.
pub(super) fn stem<'n>(pattern: &str, name: &'n str) -> Option<&'n str> {
    let (begin, end) = pattern.split_once('%')?;
    name.strip_prefix(begin)?.strip_suffix(end).filter(|stem| !stem.is_empty())
}

fn substituted(word: &str, from: &str, to: &str) -> String {
    match stem(from, word) {
        Some(stem) => to.replacen('%', stem, 1),
        None if from == word => to.to_owned(),
        None => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::makefile::tests::made;

    #[test]
    fn functions_are_said_in_shell_where_they_can_be() {
        for (function, shell) in [
            ("$(or $(A),$(B))", "${A:-${B:-}}"),
            ("$(or $(A),b)", "${A:-b}"),
            ("$(if $(A),x,$(B))", "$(if [ -n \"${A}\" ]; then echo x; else echo ${B}; fi)"),
            ("$(strip $(A))", "${A}"),
            ("$(subst /,-,$(A))", "${A//\\//-}"),
            ("$(firstword x y)", "x"),
            ("$(call f,$(A))", "r/${A}:1"),
            ("$(shell git rev-parse $(A))", "$(git rev-parse ${A})"),
            ("$(lastword $(A))", "$(expr 'lastword $(A)')"),
            ("$$HOME", "$HOME"),
        ] {
            let script = made(&format!("f = r/$(1):1\nt:\n\tp {function}\n"), "t").unwrap();
            assert_eq!(script.lines().last().unwrap(), format!("p {shell}"), "{function}");
        }
    }
}
