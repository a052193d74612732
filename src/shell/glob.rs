//! Patterns of the shell: `*` and `?` take any character, brackets are classes.

use std::borrow::Cow;

use super::kept::{as_kept, holds_kept};

/// Matches a shell pattern against a whole text. What quotes keep in the pattern means itself.
pub(super) fn glob(pattern: &str, text: &str) -> bool {
    let text = if holds_kept(pattern) { as_kept(text) } else { Cow::Borrowed(text) };
    if is_text(pattern) {
        return pattern == text;
    }
    // The shell has no braces here and no special `/`; the matcher has both.
    let plain = |text: &str| text.replace('/', "\u{1}");
    let pattern = classes(plain(pattern)).replace('{', "\\{").replace('}', "\\}");
    let pattern = if pattern.starts_with('!') { format!("\\{pattern}") } else { pattern };
    fast_glob::glob_match(pattern.as_str(), plain(&text).as_str())
}

/// Whether a pattern has no sign in it but what is kept.
pub(super) fn is_text(pattern: &str) -> bool {
    !pattern.contains(['*', '?', '[', '\\'])
}

/// Whether a pattern has a group of bash's extended ones: `@(a|b)`.
pub(super) fn is_extended(pattern: &str) -> bool {
    pattern.match_indices('(').any(|(at, _)| pattern.get(..at).is_some_and(|before| before.ends_with(KINDS)))
}

/// The signs with which such a group begins.
const KINDS: [char; 5] = ['@', '?', '*', '+', '!'];

/// How many plain patterns are made of one.
const MOST: usize = 64;

/// The plain patterns that together take what a pattern with groups such as `@(a|b)` and `?(a)` takes; `None` where no list of them
/// does, or a long one.
pub(super) fn each_of_extended(pattern: &str) -> Option<Vec<String>> {
    let mut each = vec![String::new()];
    let mut rest = pattern;
    while let Some(open) = rest.find('(') {
        let (before, group) = (rest.get(..open)?, rest.get(open + 1..)?);
        let (inside, behind) = group.split_once(')').filter(|(inside, _)| !inside.contains('('))?;
        let (before, may_be_missing) = match before.strip_suffix('@') {
            Some(before) => (before, false),
            None => (before.strip_suffix('?')?, true),
        };
        let words = inside.split('|').chain(may_be_missing.then_some(""));
        each = words.flat_map(|word| each.iter().map(move |begin| format!("{begin}{before}{word}"))).collect();
        if each.len() > MOST {
            return None;
        }
        rest = behind;
    }
    each.iter_mut().for_each(|one| one.push_str(rest));
    Some(each)
}

/// A pattern with the ranges for which the names of classes stand.
fn classes(pattern: String) -> String {
    const CLASSES: [(&str, &str); 6] = [
        ("[:digit:]", "0-9"),
        ("[:alpha:]", "a-zA-Z"),
        ("[:alnum:]", "a-zA-Z0-9"),
        ("[:upper:]", "A-Z"),
        ("[:lower:]", "a-z"),
        ("[:space:]", " \t\n"),
    ];
    if !pattern.contains("[:") {
        return pattern;
    }
    CLASSES.iter().fold(pattern, |pattern, (name, range)| pattern.replace(name, range))
}

#[cfg(test)]
mod tests {
    use super::super::kept::as_kept;
    use super::{each_of_extended, glob, is_extended};

    #[test]
    fn a_group_is_each_of_its_members() {
        assert_eq!(each_of_extended("@(rc|release)-*").unwrap(), ["rc-*", "release-*"]);
        assert_eq!(each_of_extended("v?(1)x").unwrap(), ["v1x", "vx"]);
        assert!(is_extended("!(a)") && each_of_extended("!(a)").is_none() && !is_extended("a(b)"));
    }

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (pattern, text) in [
            ("a/*", "a/b/c"),
            ("[[:digit:]].*", "1.2"),
            ("[!a]b", "cb"),
            ("{a}*", "{a}b"),
            ("!x?", "!xy"),
            ("a\\*", "a*"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a/*", "b/a"), ("[[:alpha:]]", "1"), ("a\\*", "ab"), ("a", "a*")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
        assert!(glob(&as_kept("a*"), "a*") && !glob(&as_kept("a*"), "ab"));
        assert!(glob(&format!("{}*", as_kept("a*")), "a*b") && !glob(&format!("{}*", as_kept("a*")), "ab"));
    }
}
