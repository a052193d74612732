//! Lists and branches: what runs for sure, what may run, what never runs.

use tree_sitter::Node;

use super::condition::span;
use super::interpret::Interpreter;
use super::kept::freed_all;
use super::piece::Piece;
use super::redirect::is_negated;
use super::scope::Scope;
use super::status::Status;
use super::value::Value;
use super::walk::Flow;
use crate::yaml::Span;

/// One of several ways through a branch.
struct Way {
    scope: Scope,
    flow: Flow,
    status: Status,
    /// Whether it is gone where some work has succeeded.
    presumed: bool,
}

/// The last command of a list, with the redirects behind it: to the grammar these are of the whole list.
#[derive(Clone, Copy)]
struct Last<'t> {
    node: Node<'t>,
    /// Where its redirects end.
    end: usize,
}

impl Interpreter<'_> {
    /// A list whose text ends at `end`, with the redirects of its last command.
    pub(super) fn list(&mut self, node: Node<'_>, piece: &Piece, end: usize) -> Flow {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let Some(left) = children.iter().find(|child| child.is_named()).copied() else { return Flow::Next };
        let Some(right) = children.iter().rev().find(|child| child.is_named()).copied() else { return Flow::Next };
        let or = children.iter().any(|child| child.kind() == "||");
        if left.id() == right.id() {
            return self.walk(left, piece);
        }
        let right = Last { node: right, end };
        match and_list(left).filter(|_| or) {
            Some((asked, then)) => self.chosen(asked, then, right, piece),
            None => {
                let before = (self.ran.len(), self.scope.printed.clone());
                match self.walk(left, piece) {
                    Flow::Next => self.behind(left, or, before, right, piece),
                    flow => flow,
                }
            }
        }
    }

    /// What stands behind `&&` or `||`; `before` is what had run and was printed before the left side.
    fn behind(
        &mut self,
        left: Node<'_>,
        or: bool,
        before: (usize, Vec<Value>),
        right: Last<'_>,
        piece: &Piece,
    ) -> Flow {
        let (known, outer) = (self.failed.len(), (self.untold, self.certain));
        if self.status == Status::Asked {
            self.doubt(piece.text.get(left.byte_range()));
            self.hang_on(piece.text.get(left.byte_range()));
        }
        let (since, printed) = before;
        let flow = self.chained(or, since, |this| {
            if or && fails_silently(left) {
                this.scope.printed = printed;
            }
            this.last(right, piece)
        });
        if self.status == Status::Asked {
            self.failed.truncate(known);
        }
        self.settle_untold(outer);
        flow
    }

    fn last(&mut self, last: Last<'_>, piece: &Piece) -> Flow {
        if last.end > last.node.end_byte() {
            return self.walk_piece(&piece.part(Span::new(last.node.start_byte(), last.end)));
        }
        self.walk(last.node, piece)
    }

    /// `asked && then || other`: one of the two runs where the question can't be answered.
    fn chosen(&mut self, asked: Node<'_>, then: Last<'_>, other: Last<'_>, piece: &Piece) -> Flow {
        let (since, printed) = (self.ran.len(), self.scope.printed.clone());
        let flow = self.walk(asked, piece);
        if flow != Flow::Next {
            return flow;
        }
        if self.status != Status::Asked {
            return match self.behind(asked, false, (since, printed.clone()), then, piece) {
                Flow::Next => self.behind(then.node, true, (since, printed), other, piece),
                flow => flow,
            };
        }
        let (known, left) = (self.failed.len(), self.left.len());
        let before = (self.untold, self.certain);
        self.doubt(piece.text.get(asked.byte_range()));
        self.hang_on(piece.text.get(asked.byte_range()));
        let certain = std::mem::replace(&mut self.certain, false);
        let (printed, mut ran) = (self.scope.printed.clone(), self.ran.len());
        let done = self.way_of(|this| this.last(then, piece));
        // Where it may have failed, the other runs behind it.
        if done.flow == Flow::Next && done.status != Status::Ended(0) {
            ran = self.ran.len();
            self.scope = self.join_scopes(vec![self.scope.clone(), done.scope.clone()]);
            self.scope.printed = printed;
        }
        self.fail(since..ran);
        self.status = Status::Failed;
        let other = self.way_of(|this| this.last(other, piece));
        self.failed.truncate(known);
        self.settle(left, certain);
        let fails = done.flow == Flow::Next && done.status.held() == Some(false);
        let flow = self.rejoin_ways(if fails { vec![other] } else { vec![done, other] });
        self.settle_untold(before);
        flow
    }

    pub(super) fn conditional(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let (before, untold) = (self.certain, self.untold);
        let mut ways: Vec<Way> = Vec::new();
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
        let (failed, left) = (self.failed.len(), self.left.len());
        for (condition, statements) in clauses {
            let since = self.ran.len();
            self.certain = before && ways.is_empty();
            let held = match condition {
                Some(condition) => self.decide(condition, piece),
                None => Some(true),
            };
            let (asked, ran) = (self.status, self.ran.len());
            if held == Some(false) {
                continue;
            }
            self.certain = before && held == Some(true) && ways.is_empty();
            let negated = condition.is_some_and(is_negated);
            let known = self.failed.len();
            if held.is_none() {
                let text = condition.and_then(|condition| piece.text.get(condition.byte_range()));
                self.doubt(text);
                self.hang_on(text);
            }
            if negated {
                self.fail(since..ran);
            }
            // In a clause of its own a condition has held, and behind it one has not.
            self.status = match condition {
                Some(_) => Status::Ended(0),
                None if asked.held() == Some(false) => asked,
                None => Status::Failed,
            };
            let way = self.way(statements, piece);
            self.failed.truncate(known);
            ways.push(Way { presumed: asked == Status::Presumed, ..way });
            if held == Some(true) {
                open = false;
                break;
            }
            // What follows in other clauses, or behind a way that leaves, runs where the condition has failed.
            if !negated {
                self.fail(since..ran);
            }
        }
        self.settle(left, before);
        let leaves = ways.first().is_some_and(|way| way.flow != Flow::Next);
        if !leaves {
            self.failed.truncate(failed);
        }
        let flow = self.behind_ways(ways, open);
        self.settle_untold((untold, before));
        flow
    }

    /// Walks texts of which one runs, and it can't be told which.
    pub(super) fn any_of(&mut self, pieces: &[Piece]) -> Flow {
        if let [only] = pieces {
            return self.walk_piece(only);
        }
        let (certain, left) = (std::mem::replace(&mut self.certain, false), self.left.len());
        let ways = pieces.iter().map(|piece| self.way_of(|this| this.walk_piece(piece))).collect();
        self.settle(left, certain);
        self.rejoin_ways(ways)
    }

    /// Walks statements as one of several ways.
    fn way<'t>(&mut self, statements: impl IntoIterator<Item = Node<'t>>, piece: &Piece) -> Way {
        self.way_of(|this| {
            let mut flows = statements.into_iter().map(|statement| this.walk(statement, piece));
            flows.find(|flow| *flow != Flow::Next).unwrap_or(Flow::Next)
        })
    }

    /// Walks one of several ways: what holds behind it, and where it leads. The scope stays as it was.
    fn way_of(&mut self, walk: impl FnOnce(&mut Self) -> Flow) -> Way {
        let scope = self.scope.clone();
        let before = self.part();
        let flow = walk(self);
        let scope = std::mem::replace(&mut self.scope, scope);
        self.way = before;
        Way { scope, flow, status: self.status, presumed: false }
    }

    /// Goes on behind the ways of a branch, of which it may have been none where it is `open`.
    fn behind_ways(&mut self, mut ways: Vec<Way>, open: bool) -> Flow {
        if open {
            ways.push(Way { scope: self.scope.clone(), flow: Flow::Next, status: Status::Ended(0), presumed: false });
        }
        self.rejoin_ways(ways)
    }

    fn rejoin_ways(&mut self, mut ways: Vec<Way>) -> Flow {
        // A way that is surely gone is all there is.
        if let [only] = ways.as_mut_slice() {
            self.scope = std::mem::take(&mut only.scope);
            self.status = only.status;
            return only.flow;
        }
        let (going, leaving): (Vec<Way>, Vec<Way>) = ways.into_iter().partition(|way| way.flow == Flow::Next);
        let all_leave = going.is_empty();
        let mut flow = Flow::Next;
        for (index, way) in leaving.into_iter().enumerate() {
            let status = if way.presumed { Status::Presumed } else { way.status };
            if all_leave && index == 0 {
                // The first one stands for where control goes; others may go elsewhere.
                flow = way.flow;
                self.scope = way.scope;
                self.status = status;
            } else {
                let others = std::mem::replace(&mut self.scope, way.scope);
                let own = std::mem::replace(&mut self.status, status);
                self.may_leave(way.flow, others);
                self.status = own;
            }
        }
        if !all_leave {
            let status = going.iter().map(|way| way.status).reduce(|one, other| one.or(other));
            self.status = status.unwrap_or_default();
            let scopes = going.into_iter().map(|way| way.scope).collect();
            self.scope = self.join_scopes(scopes);
        }
        flow
    }

    /// What holds behind one of several ways.
    pub(super) fn join_scopes(&self, ways: Vec<Scope>) -> Scope {
        Scope::join(ways, |name| match self.host().variable(name) {
            super::Lookup::Unset => Some(Value::default()),
            super::Lookup::Known(values) => values.first().cloned(),
            super::Lookup::Handed(value) => Some(value),
            _ => Some(Value::variable(name)),
        })
    }

    pub(super) fn case(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let (before, untold) = (self.certain, self.untold);
        let values = node.child_by_field_name("value").map(|value| self.expand(piece, span(value))).unwrap_or_default();
        let mut ways: Vec<Way> = Vec::new();
        let mut open = true;
        let mut falls = None;
        let left = self.left.len();
        let mut cursor = node.walk();
        for item in node.named_children(&mut cursor).filter(|child| child.kind() == "case_item") {
            let mut inner = item.walk();
            let patterns: Vec<Node<'_>> = item.children_by_field_name("value", &mut inner).collect();
            let mut held = Some(false);
            for pattern in &patterns {
                let written = span(*pattern);
                let pattern = self.expand_pattern(piece, written);
                if let Some(value) = node.child_by_field_name("value") {
                    self.note_test((piece, span(value), &values), written, &freed_all(&pattern));
                }
                match self.equal(&values, &pattern) {
                    Some(true) => held = Some(true),
                    None if held == Some(false) => held = None,
                    _ => {}
                }
            }
            let fell: Option<bool> = falls.take();
            if held == Some(false) && fell.is_none() {
                continue;
            }
            if held.is_none() {
                let value = node.child_by_field_name("value");
                self.hang_on(value.and_then(|value| piece.text.get(value.byte_range())));
            }
            let surely = held == Some(true) || fell == Some(true);
            self.certain = before && surely && ways.is_empty();
            let mut statements = item.walk();
            let statements = item.named_children(&mut statements).filter(|child| !patterns.contains(child));
            ways.push(self.way(statements, piece));
            // `;;&` goes on to the patterns that follow, `;&` into the next one's commands.
            let ends =
                |with: &str| piece.text.get(item.byte_range()).is_some_and(|text| text.trim_end().ends_with(with));
            let last = item.next_named_sibling().is_none();
            falls = (ends(";&") && !ends(";;&") && !last).then_some(surely);
            if surely && falls.is_none() && (!ends(";;&") || last) {
                open = false;
                break;
            }
        }
        self.settle(left, before);
        let flow = self.behind_ways(ways, open);
        self.settle_untold((untold, before));
        flow
    }
}

/// The two sides of `a && b`.
fn and_list(node: Node<'_>) -> Option<(Node<'_>, Last<'_>)> {
    // Redirects behind the second side are its own.
    let list = match node.kind() {
        "redirected_statement" => node.child_by_field_name("body")?,
        _ => node,
    };
    let operator = list.child(1).filter(|_| list.kind() == "list")?;
    let sides = (list.child(0)?, Last { node: list.child(2)?, end: node.end_byte() });
    (operator.kind() == "&&" && list.child_count() == 3).then_some(sides)
}

/// Whether nothing is printed where all of it fails: a command that has failed has printed nothing.
fn fails_silently(node: Node<'_>) -> bool {
    match node.kind() {
        "command" | "pipeline" | "redirected_statement" => true,
        "list" => {
            let sides = (node.child(0), node.child(2));
            let or = node.child(1).is_some_and(|operator| operator.kind() == "||");
            or && sides.0.is_some_and(fails_silently) && sides.1.is_some_and(fails_silently)
        }
        _ => false,
    }
}
