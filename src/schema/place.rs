//! From a JSON pointer to the node, its key, and the alias by which it is reached.

use crate::yaml::{Document, Node, Span};

/// A place in a document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'d> {
    /// The node itself.
    pub node: Node<'d>,
    /// The nearest key on the way: its own, or that of the list it stands in.
    pub key: Option<Node<'d>>,
    /// Whether that key is its own.
    pub own_key: bool,
    /// The map or list that holds it.
    pub holder: Option<Node<'d>>,
    /// The last alias or merge on the way.
    pub alias: Option<Span>,
    /// Whether an alias stands between the key and the node.
    pub aliased: bool,
}

impl<'d> Place<'d> {
    /// Follows a pointer.
    pub(super) fn find(document: &'d Document, pointer: &str) -> Option<Self> {
        let root = document.root()?;
        let mut place =
            Place { node: root, key: None, own_key: false, holder: None, alias: root.alias(), aliased: false };
        for segment in pointer.split('/').skip(1) {
            let holder = place.node;
            place.holder = Some(holder);
            if holder.is_sequence() {
                place.node = holder.items().nth(segment.parse().ok()?)?;
                place.own_key = false;
            } else {
                let name = segment.replace("~1", "/").replace("~0", "~");
                let entry = holder.entry(&name)?;
                place.node = entry.value;
                place.key = Some(entry.key);
                place.own_key = true;
                place.alias = entry.merged.or(place.alias);
            }
            place.aliased = place.node.alias().is_some();
            place.alias = place.node.alias().or(place.alias);
        }
        Some(place)
    }

    /// Where a message about the whole node points: a scalar itself, else its key, else its first words.
    pub(super) fn span(&self) -> Span {
        let scalar = self.node.text().is_some() && !self.node.span().is_empty();
        if let Some(dash) = dash_before(self.node).filter(|_| !scalar && !self.own_key) {
            return dash;
        }
        match self.key {
            _ if scalar => self.node.span(),
            Some(key) if self.own_key && !self.aliased => key.span(),
            _ => self.beginning(),
        }
    }

    /// The first key or item of the node, or the node where it has none.
    pub(super) fn beginning(&self) -> Span {
        beginning(self.node)
    }

    /// The words for the node: `script`, or an item of it.
    pub(super) fn words(&self) -> String {
        match self.key.and_then(|key| key.text()) {
            Some(name) if self.own_key => format!("`{name}`"),
            Some(name) => format!("an item of `{name}`"),
            None if self.holder.is_some() => "an item".to_owned(),
            None => "the file".to_owned(),
        }
    }
}

/// The dash of an item that holds nothing, or a remark only.
fn dash_before(node: Node<'_>) -> Option<Span> {
    if !node.is_null() || !node.span().is_empty() {
        return None;
    }
    let before = node.document().text().get(..node.span().start)?;
    let mut end = before.len();
    loop {
        let start = before.get(..end)?.rfind('\n').map_or(0, |at| at + 1);
        let line = before.get(start..end)?;
        let indent = line.len() - line.trim_start().len();
        match line.trim_start() {
            dash if dash == "-" || dash.starts_with("- ") => {
                return Some(Span::new(start + indent, start + indent + 1));
            }
            rest if start > 0 && (rest.is_empty() || rest.starts_with('#')) => end = start - 1,
            _ => return None,
        }
    }
}

/// The first line of a node, at most its first key or item.
pub(super) fn beginning(node: Node<'_>) -> Span {
    let first = node.entries().next().map(|entry| entry.key).or_else(|| node.items().next());
    match first {
        Some(first) if node.span().contains(first.span().start) && first.text().is_some() => first.span(),
        Some(first) if node.span().contains(first.span().start) && first.id() != node.id() => beginning(first),
        _ => {
            let document = node.document();
            let line = document.lines().span(document.text(), document.lines().line(node.span().start));
            Span::new(node.span().start, node.span().end.min(line.end.max(node.span().start)))
        }
    }
}
