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
    use super::glob;

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
