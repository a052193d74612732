//! Characters that nobody sees, or that turn the direction of text: what is read is not what is run.

use std::collections::BTreeSet;

use crate::finding::Findings;
use crate::yaml::{Document, Node, Span};

/// Tells the first such character of each line.
pub(super) fn find(document: &Document, out: &mut Findings<'_>) {
    if document.text().is_ascii() {
        return;
    }
    let mut told = BTreeSet::new();
    let mut tell = |at: usize, c: char, what: &str, help: &str| {
        if told.insert(document.lines().line(at)) {
            out.violated(Span::new(at, at + c.len_utf8()), format!("U+{:04X} {what}", u32::from(c))).help(help);
        }
    };
    let mut base = 0;
    for line in document.text().split_inclusive('\n') {
        if !line.is_ascii() {
            for (at, c) in line.char_indices() {
                let at_beginning = base + at == 0 && c == '\u{feff}';
                if turns(c) && !line.chars().any(runs_leftwards) {
                    tell(base + at, c, "turns the direction of the text after it", "remove it");
                } else if is_hidden(c) && !at_beginning && !joins(line, at, c) {
                    tell(base + at, c, "can't be seen and is part of the text", "remove it");
                }
            }
        }
        base += line.len();
    }
    for node in document.nodes() {
        for entry in node.entries().filter(|entry| entry.merged.is_none()) {
            if let Some((at, c)) = first(entry.key, |text| text.char_indices().find(|(_, c)| is_odd_blank(*c))) {
                tell(at, c, "is part of this key: YAML takes it for no blank", "replace it with a space");
            }
            if matches!(entry.name(), "script" | "after-script") {
                for command in entry.value.items() {
                    if let Some((at, c)) = first(command, unquoted_blank) {
                        tell(
                            at,
                            c,
                            "is part of this command: the shell takes it for no blank",
                            "replace it with a space",
                        );
                    }
                }
            }
        }
    }
}

/// A character of a scalar, by its place in the file.
pub(super) fn first(node: Node<'_>, find: impl Fn(&str) -> Option<(usize, char)>) -> Option<(usize, char)> {
    let text = node.text().filter(|text| !text.is_ascii())?;
    let (at, c) = find(text)?;
    let start = node.source_span(Span::new(at, at + c.len_utf8())).start;
    // Behind an escape of a quoted scalar the character itself is not in the file.
    node.document().text().get(start..).filter(|rest| rest.starts_with(c)).map(|_| (start, c))
}

/// Marks that override or embed a direction.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Letters of scripts that run from right to left, in which such marks have their use.
fn runs_leftwards(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}')
}

/// A character that nobody sees.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// Whether a hidden character stands beside a letter or a sign of a script that knows it: between parts of an emoji, in Persian,
/// Thai or Hindi.
fn joins(line: &str, at: usize, c: char) -> bool {
    let is_other = |c: &char| !c.is_ascii() && !is_hidden(*c) && !turns(*c) && !c.is_whitespace();
    let before = line.get(..at).and_then(|before| before.chars().next_back());
    let after = line.get(at + c.len_utf8()..).and_then(|after| after.chars().next());
    c != '\u{feff}' && (before.as_ref().is_some_and(is_other) || after.as_ref().is_some_and(is_other))
}

/// A blank that neither YAML nor the shell takes for one.
pub(super) fn is_odd_blank(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii()
}

fn unquoted_blank(text: &str) -> Option<(usize, char)> {
    unquoted(text, |_, c| is_odd_blank(c))
}

/// The first of such characters of a command outside quotes, comments and here-documents; told by what stands before it.
pub(super) fn unquoted(text: &str, is_sought: impl Fn(&str, char) -> bool) -> Option<(usize, char)> {
    let mut quote = None;
    let mut comment = false;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (_, '\n') if comment => comment = false,
            _ if comment => {}
            (None, '<') if before == '<' => return None,
            (None, '#') if before.is_whitespace() => comment = true,
            (None, '"' | '\'') if before != '\\' => quote = Some(c),
            (Some(open), c) if open == c && before != '\\' => quote = None,
            (None, c) if is_sought(text.get(..at).unwrap_or(""), c) => return Some((at, c)),
            _ => {}
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::findings;
    use crate::yaml::Document;

    /// `line:column message` of each finding of the rule.
    fn told(text: &str) -> Vec<String> {
        let document = Document::read(text);
        let found = findings(&document).into_iter().filter(|finding| finding.rule == "visible-characters");
        let line = |span: crate::yaml::Span| document.position(span.start);
        found.map(|one| format!("{}:{} {}", line(one.span).line, line(one.span).column, one.message)).collect()
    }

    fn script(command: &str) -> Vec<String> {
        told(&format!("script:\n  - {command}\n"))
    }

    #[test]
    fn what_nobody_sees_is_told_where_it_stands() {
        assert_eq!(script("echo a\u{200b}b"), ["2:11 U+200B can't be seen and is part of the text"]);
        assert_eq!(script("x # \u{2066}hidden\u{2069}"), ["2:9 U+2066 turns the direction of the text after it"]);
        assert_eq!(told("name: \"\u{202e}evil\u{202c}\"\n"), ["1:8 U+202E turns the direction of the text after it"]);
        assert_eq!(told("a: b\n\u{feff}c: d\n"), ["2:1 U+FEFF can't be seen and is part of the text"]);
    }

    #[test]
    fn an_odd_blank_is_told_in_keys_and_commands() {
        let command = "is part of this command: the shell takes it for no blank";
        assert_eq!(script("make\u{a0}test"), [format!("2:9 U+00A0 {command}")]);
        assert_eq!(script("'make\u{3000}test'"), [format!("2:10 U+3000 {command}")]);
        assert_eq!(told("im\u{a0}age: x\n"), ["1:3 U+00A0 is part of this key: YAML takes it for no blank"]);
        for fine in ["'echo \"10\u{a0}%\"'", "echo x # 10\u{a0}%", "\"echo '\u{a0}'\"", "\"make\\u00a0test\""] {
            assert!(script(fine).is_empty(), "{fine}");
        }
        assert!(told("name: 10\u{a0}%\n").is_empty());
    }

    #[test]
    fn text_of_other_scripts_is_left_alone() {
        for text in [
            "\u{feff}name: x\n",
            "name: \"\u{5d0}\u{5d1} \u{202a}v1\u{202c}\"\n",
            "name: \u{1f468}\u{200d}\u{1f469}\n",
            "name: \"\u{645}\u{6cc}\u{200c}\u{62e}\"\n",
            "name: \"\u{e2b}\u{200b}\u{e2a}\"\n",
            "name: na\u{ef}ve\n",
        ] {
            assert!(told(text).is_empty(), "{text:?}");
        }
    }
}
