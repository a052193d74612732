//! Loops: over a known list round by round, else once for any number of rounds.

use tree_sitter::Node;

use super::interpret::Interpreter;
use super::piece::Piece;
use super::status::Status;
use super::value::Value;
use super::walk::Flow;

/// How many items of a known list a loop, or `xargs`, is unrolled for.
pub(super) const UNROLLED: usize = 24;

impl Interpreter<'_> {
    pub(super) fn repeat(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let name = node
            .child_by_field_name("variable")
            .and_then(|name| piece.text.get(name.byte_range()))
            .unwrap_or("")
            .to_owned();
        let mut items = Vec::new();
        let mut read_to = 0;
        let mut cursor = node.walk();
        let listed: Vec<Node<'_>> = node.children_by_field_name("value", &mut cursor).collect();
        for item in &listed {
            if item.start_byte() >= read_to {
                read_to = self.fields(*item, piece, &mut items);
            }
        }
        let Some(inner) = node.child_by_field_name("body") else { return Flow::Next };
        // An unknown that stands alone and unquoted may be a list; one among other text is an item.
        let known = items.iter().all(|word| match word.one() {
            Some(value) => match value.as_literal() {
                Some(text) => !text.contains('*'),
                None => word.quoted || value.parts().len() > 1,
            },
            None => false,
        });
        if known && !items.is_empty() && items.len() <= UNROLLED {
            let loops = self.begin();
            let mut flow = Flow::Next;
            for word in items {
                self.scope.set(&name, word.values);
                let (round, failed) = (self.left.len(), self.failed.len());
                flow = self.walk(inner, piece);
                // What has failed before `continue` did so in that round alone.
                if self.left.iter().skip(round).any(|left| left.flow == Flow::Continue) {
                    self.failed.truncate(failed);
                }
                flow = self.gather(round, &[Flow::Continue], flow);
                if flow != Flow::Next {
                    break;
                }
            }
            return self.end(loops, &[Flow::Break], flow);
        }
        self.scope.set(&name, vec![Value::opaque(format!("each {name}"))]);
        let before = self.scope.clone();
        let loops = self.begin();
        let flow = self.walk(inner, piece);
        let flow = self.end(loops, &[Flow::Break, Flow::Continue], flow);
        self.scope.forget_changes(&before);
        flow
    }

    /// Walks a loop's body once, as what may run any number of times.
    pub(super) fn looped(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let before = self.scope.clone();
        if piece.text.get(node.byte_range()).is_some_and(|text| text.contains("shift")) {
            // Each round has other words.
            self.scope.positional.lose();
        }
        let loops = self.begin();
        let flow = self.uncertainly(|this| {
            let flow = match node.child_by_field_name("condition").filter(|_| node.kind() == "while_statement") {
                Some(condition) => this.rounds(node, condition, piece),
                None => this.statements(node, piece),
            };
            if matches!(flow, Flow::Break | Flow::Continue) { Flow::Next } else { flow }
        });
        self.end(loops, &[Flow::Break, Flow::Continue], flow);
        self.status = Status::Presumed;
        self.scope.forget_changes(&before);
        Flow::Next
    }

    /// `while` and `until`: a body behind a condition that has failed stands in for it.
    fn rounds(&mut self, node: Node<'_>, condition: Node<'_>, piece: &Piece) -> Flow {
        let until = node.child(0).is_some_and(|word| word.kind() == "until");
        let since = self.ran.len();
        self.decide(condition, piece);
        let Some(inner) = node.child_by_field_name("body") else { return Flow::Next };
        if until != (condition.kind() == "negated_command") {
            self.instead(since, |this| this.walk(inner, piece))
        } else {
            self.walk(inner, piece)
        }
    }
}
