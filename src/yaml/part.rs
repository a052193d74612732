//! Nodes of another file beside a document's own, with places that no other node has.

use super::node::{Content, EntryData, NodeData, Text};
use super::{Document, Node, NodeId, Position, Span};

/// Another file that a document takes nodes from. Its text stands behind the document's own, so that each span and each node
/// of both means one thing; what is said of the document as a whole does not see it.
#[derive(Debug)]
pub struct Part {
    name: String,
    /// The file by itself.
    document: Document,
    /// Where its text begins, as spans of its nodes count.
    start: usize,
    root: Option<NodeId>,
}

impl Part {
    /// The name by which it was added: a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file by itself: its own text, problems and places.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Whether a span is one of its nodes'.
    pub fn holds(&self, span: Span) -> bool {
        (self.start..=self.start + self.document.text.len()).contains(&span.start)
    }

    /// A span of one of its nodes in the file by itself.
    pub fn own_span(&self, span: Span) -> Span {
        Span::new(span.start.saturating_sub(self.start), span.end.saturating_sub(self.start))
    }

    /// A span in the file by itself, as spans of its nodes count.
    pub fn span(&self, own: Span) -> Span {
        Span::new(own.start + self.start, own.end + self.start)
    }

    /// Line and column in the file of an offset in a span of one of its nodes.
    pub fn position(&self, offset: usize) -> Position {
        self.document.position(offset.saturating_sub(self.start))
    }
}

impl Document {
    /// Adds the nodes of another file, which [`Document::part`] gives by its name.
    pub fn add_part(&mut self, name: &str, text: impl Into<String>) {
        let document = Document::read(text);
        // A character between the texts keeps the end of one from being the start of the other.
        self.text.push('\n');
        let start = self.text.len();
        self.text.push_str(&document.text);
        let first = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        let moved = Moved { start, first };
        self.nodes.extend(document.nodes.iter().map(|data| moved.data(data)));
        let root = document.root.map(|id| moved.id(id));
        self.parts.push(Part { name: name.to_owned(), document, start, root });
    }

    /// The part of a name, with its root where it could be read.
    pub fn part(&self, name: &str) -> Option<(&Part, Option<Node<'_>>)> {
        let part = self.parts.iter().find(|part| part.name == name)?;
        Some((part, part.root.map(|id| Node::follow(self, id))))
    }

    /// Says why a file has no part, though it is there.
    pub fn add_unreadable(&mut self, name: &str, reason: &'static str) {
        self.unreadable.push((name.to_owned(), reason));
    }

    /// Why the file of a name could not be added.
    pub fn unreadable(&self, name: &str) -> Option<&'static str> {
        self.unreadable.iter().find(|(known, _)| known == name).map(|(_, reason)| *reason)
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The part in which a place lies; `None` for a place of the document's own.
    pub fn part_at(&self, offset: usize) -> Option<&Part> {
        self.parts.iter().rev().find(|part| part.start <= offset)
    }
}

/// From the places of a file by itself to those that it has as a part.
#[derive(Clone, Copy)]
struct Moved {
    start: usize,
    first: u32,
}

impl Moved {
    fn id(self, id: NodeId) -> NodeId {
        NodeId(id.0.saturating_add(self.first))
    }

    fn span(self, span: Span) -> Span {
        Span::new(span.start + self.start, span.end + self.start)
    }

    fn data(self, data: &NodeData) -> NodeData {
        let content = match &data.content {
            Content::Scalar { text, style } => {
                let text = match text {
                    Text::Source(span) => Text::Source(self.span(*span)),
                    Text::Owned(text) => Text::Owned(text.clone()),
                };
                Content::Scalar { text, style: *style }
            }
            Content::Sequence(ids) => Content::Sequence(ids.iter().map(|id| self.id(*id)).collect()),
            Content::Mapping(entries) => Content::Mapping(entries.iter().map(|entry| self.entry(entry)).collect()),
            Content::Alias(id) => Content::Alias(self.id(*id)),
            Content::Missing => Content::Missing,
        };
        let [tag, anchor] = [data.tag, data.anchor].map(|span| span.map(|span| self.span(span)));
        NodeData { span: self.span(data.span), content, tag, anchor }
    }

    fn entry(self, entry: &EntryData) -> EntryData {
        EntryData {
            key: self.id(entry.key),
            value: self.id(entry.value),
            merged: entry.merged.map(|id| self.id(id)),
            ..*entry
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_keeps_its_own_places_and_the_document_its_text() {
        let text = "a: &x [1]\nb: *x\n";
        let mut document = Document::read(text);
        document.add_part("one.yml", "# é\nc: &x {d: \"p\\tq\", <<: {e: 2}}\nf: *x\n");
        document.add_part("two.yml", "g: [");
        assert_eq!(document.text(), text);
        assert_eq!(document.nodes().count(), 5);
        assert_eq!(document.aliases().count(), 1);
        assert!(document.comments().is_empty() && document.problems().is_empty());
        let (part, root) = document.part("one.yml").unwrap();
        let f = root.unwrap().get("f").unwrap();
        assert_eq!(f.get("d").and_then(|node| node.text()), Some("p\tq"));
        let e = f.get("e").unwrap();
        assert_eq!((e.text(), document.slice(e.span())), (Some("2"), "2"));
        assert_eq!((part.position(e.span().start).line, part.position(e.span().start).column), (2, 27));
        assert_eq!(document.position(e.span().start), part.position(e.span().start));
        assert_eq!(document.part_at(e.span().start).map(Part::name), Some("one.yml"));
        assert_eq!(document.slice(f.alias().unwrap()), "*x");
        let q = f.get("d").unwrap().source_span(Span::new(2, 3));
        assert_eq!(document.slice(q), "q");
        assert!(document.part_at(text.len()).is_none());
        let (two, root) = document.part("two.yml").unwrap();
        assert!(root.is_none() && !two.document().problems().is_empty());
        assert!(document.part("three.yml").is_none());
    }
}
