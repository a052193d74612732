//! A YAML text read once: nodes, comments and problems.

use super::node::{Content, NodeData};
use super::{Lines, Node, NodeId, Part, Position, Problem, Span, build};

/// Bounds that keep memory and time in proportion to the text.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Nodes after all aliases are followed.
    pub expanded_nodes: u64,
    /// Nesting after all aliases are followed.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 16 << 20, expanded_nodes: 1_000_000, depth: 120 }
    }
}

/// A comment, `#` included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From `#` to the end of its line.
    pub span: Span,
}

/// One step of a path into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The value of a key.
    Key(&'a str),
    /// The item of an index, from 0.
    Index(usize),
}

/// A text with its nodes.
#[derive(Debug)]
pub struct Document {
    /// The document's own text, and that of its parts behind it.
    pub(super) text: String,
    /// The bytes that are the document's own.
    pub(super) own_text: usize,
    pub(super) lines: Lines,
    /// The document's own nodes, and those of its parts behind them.
    pub(super) nodes: Vec<NodeData>,
    pub(super) own_nodes: usize,
    pub(super) parts: Vec<Part>,
    /// Files that would be parts, each with why it can't be read.
    pub(super) unreadable: Vec<(String, &'static str)>,
    pub(super) root: Option<NodeId>,
    pub(super) problems: Vec<Problem>,
    pub(super) comments: Vec<Comment>,
}

impl Document {
    /// Reads a text within the default limits. Never fails: what is wrong becomes a [`Problem`].
    pub fn read(text: impl Into<String>) -> Self {
        Self::read_within(text, Limits::default())
    }

    /// Reads a text within given limits.
    pub fn read_within(text: impl Into<String>, limits: Limits) -> Self {
        build::read(text.into(), limits)
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        self.text.get(..self.own_text).unwrap_or("")
    }

    /// The text of a span; empty where the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// The lines.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Line and column of a byte offset; in the file of a part where it lies in one.
    pub fn position(&self, offset: usize) -> Position {
        match self.part_at(offset) {
            Some(part) => part.position(offset),
            None => self.lines.position(self.text(), offset),
        }
    }

    /// The root; `None` when the text could not be read to its end or is out of bounds.
    pub fn root(&self) -> Option<Node<'_>> {
        self.root.map(|id| Node::follow(self, id))
    }

    /// What is wrong with the text as YAML, in order of place.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// All comments outside scalars, in order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// The node at the end of a path.
    pub fn at<'a>(&self, path: impl IntoIterator<Item = Step<'a>>) -> Option<Node<'_>> {
        let mut node = self.root()?;
        for step in path {
            node = match step {
                Step::Key(key) => node.get(key)?,
                Step::Index(index) => node.items().nth(index)?,
            };
        }
        Some(node)
    }

    /// All aliases: where each is written and the node that it names.
    pub fn aliases(&self) -> impl Iterator<Item = (Span, Node<'_>)> {
        self.own().iter().filter_map(|data| match data.content {
            Content::Alias(target) => Some((data.span, Node { document: self, id: target, alias: None })),
            _ => None,
        })
    }

    /// All nodes as they are written, each once, in the order of the text; aliases are left out.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        self.own().iter().enumerate().filter(|(_, data)| !matches!(data.content, Content::Alias(_))).map(
            |(index, _)| Node { document: self, id: NodeId(u32::try_from(index).unwrap_or(u32::MAX)), alias: None },
        )
    }

    fn own(&self) -> &[NodeData] {
        self.nodes.get(..self.own_nodes).unwrap_or(&[])
    }

    pub(super) fn data(&self, id: NodeId) -> &NodeData {
        &self.nodes[id.0 as usize]
    }
}
