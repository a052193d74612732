//! Changes of a text at spans of its document.

use crate::yaml::{Document, Entry, Node, Span};

/// A text in place of a span.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// Bytes from and to.
    pub start: usize,
    /// The end.
    pub end: usize,
    /// What stands there instead.
    pub text: String,
}

impl Edit {
    /// A text in place of a span.
    pub(super) fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { start: span.start, end: span.end, text: text.into() }
    }

    /// A text before an offset.
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { start: at, end: at, text: text.into() }
    }
}

/// The text with all edits made; `None` where two of them overlap or one does not fit.
pub(super) fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in sorted {
        out.push_str(text.get(at..edit.start)?);
        text.get(edit.start..edit.end)?;
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// What stands before a node on its line.
fn before(document: &Document, start: usize) -> &str {
    let text = document.text().get(..start).unwrap_or("");
    text.rsplit('\n').next().unwrap_or(text)
}

/// A new first entry of a map: in block style on a line of its own, in flow style before a comma.
pub(super) fn first_entry(map: Node<'_>, key: &str, value: &str) -> Option<Edit> {
    let first = map.entries().find(|entry| entry.merged.is_none())?;
    let document = map.document();
    let start = first.key.span().start;
    if document.slice(map.span()).starts_with('{') {
        return Some(Edit::insert(start, format!("{key}: {value}, ")));
    }
    let prefix = before(document, start);
    // Behind `step:` on one line there is no block to put an entry into.
    prefix.trim_matches([' ', '-']).is_empty().then_some(())?;
    Some(Edit::insert(start, format!("{key}: {value}\n{}", " ".repeat(prefix.len()))))
}

/// An entry taken out: with its lines in block style, with its comma in flow style.
pub(super) fn without(document: &Document, entry: &Entry<'_>) -> Option<Edit> {
    if entry.merged.is_some() || entry.value.alias().is_some() {
        return None;
    }
    let (start, end) = (entry.key.span().start, entry.value.span().end);
    let prefix = before(document, start);
    let rest = document.text().get(end..)?;
    if prefix.trim().is_empty() {
        let line = rest.split_inclusive('\n').next().unwrap_or(rest);
        let comment = line.trim();
        return (comment.is_empty() || comment.starts_with('#'))
            .then(|| Edit::replace(Span::new(start - prefix.len(), end + line.len()), ""));
    }
    let comma = rest.strip_prefix(',')?;
    let blank = comma.len() - comma.trim_start_matches(' ').len();
    Some(Edit::replace(Span::new(start, end + 1 + blank), ""))
}

/// A command before an item of a script that is a block list.
pub(super) fn item_before(item: Node<'_>, command: &str) -> Option<Edit> {
    let start = item.place().start;
    let prefix = before(item.document(), start);
    let indent = prefix.strip_suffix("- ")?;
    indent.chars().all(|c| c == ' ').then(|| Edit::insert(start, format!("{command}\n{indent}- ")))
}

/// A scalar as it is quoted, with another text in it; the anchor before it stays.
pub(super) fn scalar(node: Node<'_>, text: &str) -> Edit {
    Edit::replace(node.span(), format!("'{text}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, edit: impl Fn(&Document) -> Option<Edit>) -> Option<String> {
        let document = Document::read(text);
        apply(text, &[edit(&document)?])
    }

    #[test]
    fn entries_come_and_go_in_both_styles() {
        let put = |text: &str| changed(text, |document| first_entry(document.root()?.items().next()?, "k", "v"));
        assert_eq!(put("- a: 1\n  b: 2\n").unwrap(), "- k: v\n  a: 1\n  b: 2\n");
        assert_eq!(put("- {a: 1}\n").unwrap(), "- {k: v, a: 1}\n");
        let take = |text: &str| changed(text, |document| without(document, &document.root()?.entry("b")?));
        assert_eq!(take("a: 1\nb: 2 # why\nc: 3\n").unwrap(), "a: 1\nc: 3\n");
        assert_eq!(take("{a: 1, b: 2, c: 3}").unwrap(), "{a: 1, c: 3}");
        assert_eq!(take("{a: 1, b: 2}"), None);
        let item = |text: &str| changed(text, |document| item_before(document.root()?.items().next()?, "x"));
        assert_eq!(item("  - a\n  - b\n").unwrap(), "  - x\n  - a\n  - b\n");
        assert_eq!((item("[a]"), item("- &a b\n")), (None, None));
        assert_eq!(apply("abc", &[Edit::insert(1, "x"), Edit::replace(Span::new(0, 2), "y")]), None);
    }
}
