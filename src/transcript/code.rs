//! Code on a page: YAML's keys, comments, strings and anchors in elements of their own.
//!
//! A line is read by itself: what goes over several lines (a block scalar, a quoted text) is taken for what its line looks
//! like. That is good enough for eyes, and nothing is concluded from it.

use std::fmt::Write as _;

use crate::report::visible;

/// Text from outside as HTML: markup is escaped, and what would turn or hide text is shown.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A sentence of ours as HTML: what stands in backquotes is code.
pub(super) fn sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(index, part): (usize, &&str)| {
        if index % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) }
    };
    parts.iter().enumerate().map(part).collect()
}

/// A line of YAML, without its line break, as HTML.
pub(super) fn yaml_line(line: &str) -> String {
    let (code, comment) = line.split_at(comment_of(line));
    let lead = code.len() - code.trim_start_matches([' ', '-', '?']).len();
    let (lead, rest) = code.split_at(lead);
    let mut out = escaped(lead);
    let colon = key_of(rest);
    let (key, value) = rest.split_at(colon);
    element("k", key, &mut out);
    let (sign, value) = value.split_at(usize::from(colon > 0).min(value.len()));
    out.push_str(&escaped(sign));
    let blank = value.len() - value.trim_start().len();
    let (blank, value) = value.split_at(blank);
    out.push_str(&escaped(blank));
    match value.chars().next() {
        Some('"' | '\'') => element("s", value, &mut out),
        Some('&' | '*' | '!') => {
            let (mark, rest) = value.split_at(value.find(' ').unwrap_or(value.len()));
            element("a", mark, &mut out);
            out.push_str(&escaped(rest));
        }
        _ => out.push_str(&escaped(value)),
    }
    element("c", comment, &mut out);
    out
}

fn element(class: &str, text: &str, out: &mut String) {
    if !text.is_empty() {
        let _ = write!(out, "<i class={class}>{}</i>", escaped(text));
    }
}

/// Where a comment begins; the line's length where there is none.
fn comment_of(line: &str) -> usize {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (None, '#') if before.is_whitespace() => return at,
            (None, '"' | '\'') if before.is_whitespace() || "[{,(=".contains(before) => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        before = c;
    }
    line.len()
}

/// Where the key ends that a line begins with; 0 where it begins with none.
fn key_of(rest: &str) -> usize {
    let (skip, quoted) = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => match rest[1..].find(quote) {
            Some(end) => (end + 2, true),
            None => return 0,
        },
        Some('{' | '[') | None => return 0,
        Some(_) => (0, false),
    };
    let ends = |at: usize| rest[at + 1..].is_empty() || rest[at + 1..].starts_with([' ', '\t']);
    let mut colons = rest[skip..].match_indices(':').map(|(at, _)| at + skip).filter(|at| ends(*at));
    match colons.next() {
        Some(at) if quoted && at != skip => 0,
        // A sentence with a colon in it is no key.
        Some(at) if !quoted && rest[..at].contains(' ') => 0,
        Some(at) => at,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_strings_anchors_and_comments_are_told_apart() {
        assert_eq!(
            yaml_line("  - step: &build  # once"),
            "  - <i class=k>step</i>: <i class=a>&amp;build</i>  <i class=c># once</i>"
        );
        assert_eq!(yaml_line("    'release-*': "), "    <i class=k>&#39;release-*&#39;</i>: ");
        assert_eq!(yaml_line("- echo \"a # b: c\""), "- echo &quot;a # b: c&quot;");
        assert_eq!(yaml_line("name: 'Deploy'"), "<i class=k>name</i>: <i class=s>&#39;Deploy&#39;</i>");
        assert_eq!(yaml_line("# all"), "<i class=c># all</i>");
        assert_eq!(yaml_line(""), "");
    }

    #[test]
    fn backquotes_become_code_where_they_come_in_pairs() {
        assert_eq!(sentence("`a<b` is"), "<code>a&lt;b</code> is");
        assert_eq!(sentence("a ` b"), "a ` b");
    }

    #[test]
    fn nothing_from_outside_becomes_markup() {
        assert_eq!(yaml_line("a: <b>&\u{1b}[0m"), "<i class=k>a</i>: &lt;b&gt;&amp;␛[0m");
        assert_eq!(escaped("'\"\u{202e}"), "&#39;&quot;\u{fffd}");
    }
}
