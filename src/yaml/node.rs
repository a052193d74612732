//! Nodes as views on a document.

use super::typed::{self, Scalar};
use super::{Document, Part, Span};

/// The index of a node in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// With no quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A literal block (`|`).
    Literal,
    /// A folded block (`>`).
    Folded,
}

/// What a node is, as YAML's core schema types it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean,
    /// An integer.
    Integer,
    /// Another number.
    Float,
    /// A string.
    String,
    /// A list.
    Sequence,
    /// A map.
    Mapping,
}

impl Kind {
    /// The word with its article, for messages.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Null => "empty",
            Kind::Boolean => "a boolean",
            Kind::Integer | Kind::Float => "a number",
            Kind::String => "a string",
            Kind::Sequence => "a list",
            Kind::Mapping => "a map",
        }
    }
}

#[derive(Debug)]
pub(super) enum Text {
    Source(Span),
    Owned(Box<str>),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct EntryData {
    pub(super) key: NodeId,
    pub(super) value: NodeId,
    /// The `*alias` (or map) under `<<` that brought the entry.
    pub(super) merged: Option<NodeId>,
    /// Of the key's text.
    pub(super) mark: u32,
}

/// A number for a text, by which most others are told from it without a look at them.
pub(super) fn mark(text: &str) -> u32 {
    let byte = |at: usize| text.as_bytes().get(at).copied().unwrap_or(0);
    let length = text.len();
    u32::from_le_bytes([length as u8, byte(0), byte(length / 2), byte(length.wrapping_sub(1))])
}

#[derive(Debug)]
pub(super) enum Content {
    Scalar {
        text: Text,
        style: Style,
    },
    Sequence(Vec<NodeId>),
    Mapping(Vec<EntryData>),
    Alias(NodeId),
    /// An alias that names nothing; reads as null.
    Missing,
}

#[derive(Debug)]
pub(super) struct NodeData {
    pub(super) span: Span,
    pub(super) content: Content,
    pub(super) tag: Option<Span>,
    pub(super) anchor: Option<Span>,
}

/// A node of a document. Aliases are followed: the view is of the node that is meant, [`Node::alias`] tells the way.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    pub(super) document: &'d Document,
    pub(super) id: NodeId,
    pub(super) alias: Option<NodeId>,
}

impl std::fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Node").field("id", &self.id).field("kind", &self.kind()).field("span", &self.span()).finish()
    }
}

/// One entry of a map.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'d> {
    /// The key.
    pub key: Node<'d>,
    /// The value.
    pub value: Node<'d>,
    /// Where the `<<` source is written that brought this entry; `None` for an entry of the map's own.
    pub merged: Option<Span>,
}

impl<'d> Entry<'d> {
    fn of(document: &'d Document, data: &EntryData) -> Self {
        Self {
            key: Node::follow(document, data.key),
            value: Node::follow(document, data.value),
            merged: data.merged.map(|id| document.data(id).span),
        }
    }

    /// The key's text (of any scalar; empty for a compound key).
    pub fn name(&self) -> &'d str {
        self.key.text().unwrap_or("")
    }
}

impl<'d> Node<'d> {
    pub(super) fn follow(document: &'d Document, id: NodeId) -> Self {
        match document.data(id).content {
            Content::Alias(target) => Node { document, id: target, alias: Some(id) },
            _ => Node { document, id, alias: None },
        }
    }

    fn data(&self) -> &'d NodeData {
        self.document.data(self.id)
    }

    /// The document.
    pub fn document(&self) -> &'d Document {
        self.document
    }

    /// The part of the document in which the node is written; `None` for a node of its own.
    pub fn part(&self) -> Option<&'d Part> {
        self.document.part_at(self.span().start)
    }

    /// The identity of the node that is meant: equal for all aliases of one anchor.
    pub fn id(&self) -> NodeId {
        self.id
    }

    /// Where the node is written (for an alias, where its anchor's node is written).
    pub fn span(&self) -> Span {
        self.data().span
    }

    /// Where the alias stands through which this node was reached, if one did.
    pub fn alias(&self) -> Option<Span> {
        self.alias.map(|id| self.document.data(id).span)
    }

    /// Where a reader meets the node: the alias if there is one, else the node.
    pub fn place(&self) -> Span {
        self.alias().unwrap_or_else(|| self.span())
    }

    /// The span of a tag such as `!x`, if one is written.
    pub fn tag(&self) -> Option<Span> {
        self.data().tag
    }

    /// The span of `&name`, if one is written.
    pub fn anchor(&self) -> Option<Span> {
        self.data().anchor
    }

    /// The text of the anchor's name, without `&`.
    pub fn anchor_name(&self) -> Option<&'d str> {
        self.anchor().and_then(|span| self.document.slice(span).strip_prefix('&'))
    }

    /// What the node is.
    pub fn kind(&self) -> Kind {
        match &self.data().content {
            Content::Sequence(_) => Kind::Sequence,
            Content::Mapping(_) => Kind::Mapping,
            _ => typed::kind(&self.scalar()),
        }
    }

    /// Whether it is `null`, `~` or nothing.
    pub fn is_null(&self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is a map.
    pub fn is_mapping(&self) -> bool {
        matches!(self.data().content, Content::Mapping(_))
    }

    /// Whether it is a list.
    pub fn is_sequence(&self) -> bool {
        matches!(self.data().content, Content::Sequence(_))
    }

    /// The text of a scalar of any type, as its author meant it (escapes and folds undone).
    pub fn text(&self) -> Option<&'d str> {
        match &self.data().content {
            Content::Scalar { text: Text::Source(span), .. } => Some(self.document.slice(*span)),
            Content::Scalar { text: Text::Owned(text), .. } => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar that is a string.
    pub fn string(&self) -> Option<&'d str> {
        match self.scalar() {
            Scalar::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a boolean.
    pub fn boolean(&self) -> Option<bool> {
        match self.scalar() {
            Scalar::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The value of an integer.
    pub fn integer(&self) -> Option<i64> {
        match self.scalar() {
            Scalar::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// How a scalar is written.
    pub fn style(&self) -> Option<Style> {
        match &self.data().content {
            Content::Scalar { style, .. } => Some(*style),
            _ => None,
        }
    }

    /// The type that a tag of YAML's own gives it: `str` of `!!str`.
    fn core_tag(&self) -> Option<&'d str> {
        let tag = self.document.slice(self.tag()?).trim_end();
        tag.strip_prefix("!!").or_else(|| tag.strip_prefix("!<tag:yaml.org,2002:")?.strip_suffix('>'))
    }

    /// Whether its type is read from its text: it has neither quotes nor a tag that says what it is.
    pub fn is_untyped(&self) -> bool {
        self.style() == Some(Style::Plain) && self.core_tag().is_none()
    }

    /// A scalar's typed value; `Null` for anything else.
    pub fn scalar(&self) -> Scalar<'d> {
        let Some(text) = self.text() else { return Scalar::Null };
        match self.core_tag().and_then(|tag| typed::tagged(tag, text)) {
            Some(scalar) => scalar,
            None if self.style() == Some(Style::Plain) => typed::read(text),
            None => Scalar::String(text),
        }
    }

    /// The items of a list; nothing for anything else.
    pub fn items(&self) -> impl ExactSizeIterator<Item = Node<'d>> + use<'d> {
        let document = self.document;
        let ids: &'d [NodeId] = match &self.data().content {
            Content::Sequence(ids) => ids,
            _ => &[],
        };
        ids.iter().map(move |id| Node::follow(document, *id))
    }

    /// The entries of a map, those of merge keys after its own; nothing for anything else.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'d>> + use<'d> {
        let document = self.document;
        let entries: &'d [EntryData] = match &self.data().content {
            Content::Mapping(entries) => entries,
            _ => &[],
        };
        entries.iter().map(move |entry| Entry::of(document, entry))
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<Entry<'d>> {
        self.find(key, mark(key)).map(|found| Entry::of(self.document, found))
    }

    fn find(&self, key: &str, wanted: u32) -> Option<&'d EntryData> {
        let Content::Mapping(entries) = &self.data().content else { return None };
        let reads = |entry: &&EntryData| entry.mark == wanted && Node::follow(self.document, entry.key).reads(key);
        entries.iter().find(reads)
    }

    /// Whether it is a scalar with this text.
    fn reads(&self, wanted: &str) -> bool {
        match &self.data().content {
            Content::Scalar { text: Text::Source(span), .. } => self.document.slice(*span) == wanted,
            Content::Scalar { text: Text::Owned(text), .. } => **text == *wanted,
            _ => false,
        }
    }

    /// The value of a key: what is asked for most, mostly by a word whose mark is known when this is compiled.
    #[inline]
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        self.find(key, mark(key)).map(|found| Node::follow(self.document, found.value))
    }

    /// The byte in the source for each wanted byte of a scalar's text.
    ///
    /// `offsets` must be sorted. Where a mapping can't be followed exactly the start of the line (or of the scalar) is
    /// given, never a place outside the node.
    pub fn source_offsets(&self, offsets: &[usize]) -> Vec<usize> {
        let (Some(text), Some(style)) = (self.text(), self.style()) else {
            return offsets.iter().map(|_| self.span().start).collect();
        };
        super::offsets::map(&self.document.text, self.span(), text, style, offsets)
    }

    /// The source span of a range of a scalar's text.
    pub fn source_span(&self, range: Span) -> Span {
        let places = self.source_offsets(&[range.start, range.end.saturating_sub(1).max(range.start)]);
        match places.as_slice() {
            [start, last] if !range.is_empty() => {
                // What is escaped has its backslash before it.
                let escaped = |c: char| c == '\\' && self.style() == Some(Style::Double);
                let mut rest = self.document.text.get(*last..).unwrap_or("").chars();
                let first = rest.next().unwrap_or(' ');
                let second = rest.next().filter(|_| escaped(first));
                let width = first.len_utf8() + second.map_or(0, char::len_utf8);
                Span::new(*start, (*last + width).min(self.span().end.max(*start)))
            }
            [start, ..] => Span::new(*start, *start),
            [] => self.span(),
        }
    }
}
