//! Lists, branches and loops: what runs for sure, what may run, what never runs.

use tree_sitter::Node;

use super::condition::span;
use super::interpret::{Interpreter, NESTING};
use super::piece::Piece;
use super::scope::Scope;
use super::value::Value;
use super::walk::Flow;

/// How many items of a known list a loop, or `xargs`, is unrolled for.
pub(super) const UNROLLED: usize = 24;

impl Interpreter<'_> {
    pub(super) fn list(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let Some(left) = children.iter().find(|child| child.is_named()).copied() else { return Flow::Next };
        let Some(right) = children.iter().rev().find(|child| child.is_named()).copied() else { return Flow::Next };
        let or = children.iter().any(|child| child.kind() == "||");
        if left.id() == right.id() {
            return self.walk(left, piece);
        }
        if is_test(left, piece) {
            return match (self.decide(left, piece), or) {
                (Some(true), false) | (Some(false), true) => self.walk(right, piece),
                (Some(_), _) => Flow::Next,
                (None, _) => self.uncertainly(|this| this.walk(right, piece)),
            };
        }
        let flow = self.walk(left, piece);
        match (flow, or) {
            (Flow::Next, false) => self.walk(right, piece),
            (Flow::Next, true) => self.uncertainly(|this| this.walk(right, piece)),
            (other, _) => other,
        }
    }

    pub(super) fn conditional(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let before = self.certain;
        let mut ways: Vec<(Scope, Flow)> = Vec::new();
        let mut open = true;
        // The clauses one after another: `if`, each `elif`, `else`.
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        let mut clauses: Vec<(Option<Node<'_>>, Vec<Node<'_>>)> = Vec::new();
        let condition = node.child_by_field_name("condition").or_else(|| children.first().copied());
        let main: Vec<Node<'_>> = children
            .iter()
            .filter(|child| Some(child.id()) != condition.map(|c| c.id()) && !child.kind().ends_with("_clause"))
            .copied()
            .collect();
        clauses.push((condition, main));
        for clause in children.iter().filter(|child| child.kind().ends_with("_clause")) {
            let mut inner = clause.walk();
            let parts: Vec<Node<'_>> = clause.named_children(&mut inner).collect();
            match (clause.kind(), parts.split_first()) {
                ("elif_clause", Some((condition, rest))) => clauses.push((Some(*condition), rest.to_vec())),
                _ => clauses.push((None, parts)),
            }
        }
        for (condition, statements) in clauses {
            let held = match condition {
                Some(condition) => self.decide(condition, piece),
                None => Some(true),
            };
            if held == Some(false) {
                continue;
            }
            self.certain = before && held == Some(true) && ways.is_empty();
            ways.push(self.way(statements, piece));
            if held == Some(true) {
                open = false;
                break;
            }
        }
        self.certain = before;
        if open {
            ways.push((self.scope.clone(), Flow::Next));
        }
        self.rejoin_ways(ways)
    }

    /// Walks one of several ways: what holds behind it, and where it leads. The scope stays as it was.
    fn way<'t>(&mut self, statements: impl IntoIterator<Item = Node<'t>>, piece: &Piece) -> (Scope, Flow) {
        let scope = self.scope.clone();
        let mut flow = Flow::Next;
        for statement in statements {
            flow = self.walk(statement, piece);
            if flow != Flow::Next {
                break;
            }
        }
        (std::mem::replace(&mut self.scope, scope), flow)
    }

    fn rejoin_ways(&mut self, ways: Vec<(Scope, Flow)>) -> Flow {
        let first = ways.first().map(|(_, flow)| *flow);
        let going: Vec<Scope> =
            ways.into_iter().filter(|(_, flow)| *flow == Flow::Next).map(|(scope, _)| scope).collect();
        if going.is_empty() {
            return first.unwrap_or(Flow::Next);
        }
        self.scope = Scope::join(going, |name| match self.host().variable(name) {
            super::Lookup::Unset => Some(Value::default()),
            super::Lookup::Known(values) => values.first().cloned(),
            super::Lookup::Handed(value) => Some(value),
            _ => Some(Value::variable(name)),
        });
        Flow::Next
    }

    pub(super) fn case(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let before = self.certain;
        let values = node.child_by_field_name("value").map(|value| self.expand(piece, span(value))).unwrap_or_default();
        let mut ways: Vec<(Scope, Flow)> = Vec::new();
        let mut open = true;
        let mut cursor = node.walk();
        for item in node.named_children(&mut cursor).filter(|child| child.kind() == "case_item") {
            let mut inner = item.walk();
            let patterns: Vec<Node<'_>> = item.children_by_field_name("value", &mut inner).collect();
            let mut held = Some(false);
            for pattern in &patterns {
                let written = span(*pattern);
                let pattern = self.expand(piece, written);
                if let Some(value) = node.child_by_field_name("value") {
                    self.note_test((piece, span(value), &values), written, &pattern);
                }
                match self.equal(&values, &pattern) {
                    Some(true) => held = Some(true),
                    None if held == Some(false) => held = None,
                    _ => {}
                }
            }
            if held == Some(false) {
                continue;
            }
            self.certain = before && held == Some(true) && ways.is_empty();
            let mut statements = item.walk();
            let statements = item.named_children(&mut statements).filter(|child| !patterns.contains(child));
            ways.push(self.way(statements, piece));
            if held == Some(true) {
                open = false;
                break;
            }
        }
        self.certain = before;
        if open {
            ways.push((self.scope.clone(), Flow::Next));
        }
        self.rejoin_ways(ways)
    }

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
            for word in items {
                self.scope.set(&name, word.values);
                let flow = self.walk(inner, piece);
                if flow == Flow::Exit {
                    return flow;
                }
            }
            return Flow::Next;
        }
        self.scope.set(&name, vec![Value::opaque(format!("each {name}"))]);
        self.walk(inner, piece)
    }
}

fn is_test(node: Node<'_>, piece: &Piece) -> bool {
    match node.kind() {
        // Of a long chain only the first command counts, however deep the grammar nests it.
        "list" => {
            let mut first = node;
            // A longer chain is not followed to its end by the walk either.
            for _ in 0..NESTING {
                if first.kind() != "list" {
                    break;
                }
                let Some(left) = first.named_child(0) else { return false };
                first = left;
            }
            first.kind() != "list" && is_test(first, piece)
        }
        "test_command" => true,
        "negated_command" => node.named_child(0).is_some_and(|inner| is_test(inner, piece)),
        "command" => {
            let name = node.child_by_field_name("name").and_then(|name| piece.text.get(name.byte_range()));
            matches!(name, Some("test" | "[" | "true" | "false"))
        }
        _ => false,
    }
}
