//! What helps where an alias names no anchor that stands before it.

use super::lines::Lines;
use super::span::Span;

/// How many lines behind the alias are searched: a file may have as many aliases as it likes.
const MOST: usize = 1_000;

/// The next edit, and whether a pattern that begins with `*` was meant, without its quotes.
pub(super) fn help(text: &str, lines: &Lines, name: &str, alias: Span) -> (String, bool) {
    let line = text.get(alias.start..).unwrap_or("").lines().next().unwrap_or("");
    // A pattern with its list on the same line, at the beginning of that.
    let word = line.split(' ').next().unwrap_or("");
    let at_start = text.get(..alias.start).is_some_and(|before| before.trim_end_matches(' ').ends_with('\n'));
    let key = line.trim_end().strip_suffix(':').or_else(|| word.strip_suffix(':').filter(|_| at_start));
    if let Some(key) = key {
        return (format!("a pattern that begins with `*` must be quoted: `'{key}':`"), true);
    }
    if name.is_empty() || !name.chars().all(is_of_name) {
        return ("put the text in quotes: one that begins with `*` is taken for an alias".to_owned(), false);
    }
    let help = match anchored_after(text, lines, name, alias.end) {
        Some(line) => format!("move what stands behind `&{name}` on line {line} above this"),
        None => format!("define it with `&{name}`, or quote the text if no alias is meant"),
    };
    (help, false)
}

/// The line behind a place on which an anchor has the name.
fn anchored_after(text: &str, lines: &Lines, name: &str, from: usize) -> Option<usize> {
    let last = lines.span(text, lines.count().min(lines.line(from) + MOST));
    let rest = text.get(from..last.end)?;
    let is_anchor = |at: usize| {
        let behind = rest.get(at + 1..).and_then(|rest| rest.strip_prefix(name));
        behind.is_some_and(|behind| !behind.starts_with(is_of_name))
            && rest.get(..at).is_some_and(|before| before.ends_with([' ', '\n']))
    };
    rest.match_indices('&').map(|(at, _)| at).find(|at| is_anchor(*at)).map(|at| lines.line(from + at))
}

/// Whether a character may be part of an anchor's name as people give them.
fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use crate::yaml::Document;

    fn said(text: &str) -> String {
        let document = Document::read(text);
        document.problems()[0].help.clone().unwrap_or_default()
    }

    #[test]
    fn an_anchor_that_stands_below_is_named() {
        assert_eq!(said("a: *x\nb:\n  - &x c\n"), "move what stands behind `&x` on line 3 above this");
        for elsewhere in ["a: *x\nb: c&x\n", "a: *x\nb: &xy c\n", "b: c\na: *x\n"] {
            assert_eq!(said(elsewhere), "define it with `&x`, or quote the text if no alias is meant", "{elsewhere}");
        }
        assert_eq!(said("**.js:\n  - a\n"), "a pattern that begins with `*` must be quoted: `'**.js':`");
        let beside = Document::read("a:\n  */b: [{c: d}]\n");
        let helps: Vec<_> = beside.problems().iter().filter_map(|problem| problem.help.as_deref()).collect();
        assert_eq!(helps, ["a pattern that begins with `*` must be quoted: `'*/b':`"]);
    }
}
