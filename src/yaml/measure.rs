//! How large what was read is once aliases are followed, and where that is too much.

use super::document::Limits;
use super::node::{Content, NodeData};
use super::span::Span;

/// How large a node is once aliases are followed.
#[derive(Clone, Copy)]
pub(super) struct Measure {
    /// How many nodes it holds, itself among them.
    pub(super) size: u64,
    /// How deep they are nested.
    pub(super) depth: u32,
}

impl Measure {
    /// What a root of this measure has beyond the limits, and where: what is too much is told at the smallest part of the text
    /// that alone is, what is too deep at the root. `None` where it is within them.
    pub(super) fn beyond(self, limits: Limits, root: Span, all: (&[NodeData], &[Self])) -> Option<(Span, String)> {
        if self.depth > limits.depth {
            let limit = limits.depth;
            return Some((root, format!("nested {} deep once aliases are followed; {limit} is the limit", self.depth)));
        }
        let is_heavy = |(node, measure): &(&NodeData, &Self)| {
            measure.size > limits.expanded_nodes && !matches!(node.content, Content::Alias(_))
        };
        let heavy = all.0.iter().zip(all.1).filter(is_heavy).map(|(node, _)| node.span);
        let message = format!("more than {} nodes once aliases are followed", limits.expanded_nodes);
        (self.size > limits.expanded_nodes).then(|| (heavy.min_by_key(|span| span.len()).unwrap_or(root), message))
    }
}
