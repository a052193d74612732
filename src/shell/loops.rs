//! Loops over a list: round by round where it is known, else once for any number of rounds.

use tree_sitter::Node;

use super::interpret::Interpreter;
use super::invocation::Word;
use super::piece::Piece;
use super::status::{Entered, Status};
use super::value::{SymbolKind, Value};
use super::walk::Flow;

/// How many items of a known list a loop, or `xargs`, is unrolled for.
pub(super) const UNROLLED: usize = 24;

impl Flow {
    /// Where it leads once the loop is left that it was met in.
    fn behind_loop(self) -> Self {
        match self {
            Flow::BreakOuter(1) => Flow::Break,
            Flow::ContinueOuter(1) => Flow::Continue,
            Flow::BreakOuter(outer) => Flow::BreakOuter(outer - 1),
            Flow::ContinueOuter(outer) => Flow::ContinueOuter(outer - 1),
            flow => flow,
        }
    }
}

impl Interpreter<'_> {
    /// Walks a loop as one more around what it holds.
    pub(super) fn in_loop(&mut self, walk: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let since = self.left.len();
        self.loops += 1;
        let flow = walk(self);
        self.loops -= 1;
        self.left.iter_mut().skip(since).for_each(|left| left.flow = left.flow.behind_loop());
        flow.behind_loop()
    }

    /// `break`, `continue`, `break 2`: outside of a loop they do nothing, and more loops than there are means all.
    pub(super) fn leave_loops(&mut self, goes_on: bool, count: Option<&Word>) -> Flow {
        let count = count.map_or(Some(1), |word| word.literal().and_then(|text| text.parse::<usize>().ok()));
        let outer = count.unwrap_or(1).clamp(1, self.loops.max(1)) - 1;
        match (goes_on, outer) {
            _ if self.loops == 0 => {
                self.status = Status::Ended(0);
                Flow::Next
            }
            (false, 0) => Flow::Break,
            (true, 0) => Flow::Continue,
            (false, outer) => Flow::BreakOuter(outer),
            (true, outer) => Flow::ContinueOuter(outer),
        }
    }

    /// Walks one round of a loop of which each round is known.
    pub(super) fn known_round(&mut self, inner: Node<'_>, piece: &Piece, loops: &Entered) -> Flow {
        let (round, failed) = (self.left.len(), self.failed.len());
        let flow = self.walk(inner, piece);
        // What has failed before `continue` did so in that round alone.
        if self.left.iter().skip(round).any(|left| left.flow == Flow::Continue) {
            self.failed.truncate(failed);
        }
        let flow = self.gather(round, &[Flow::Continue], flow);
        self.settle(loops.since(), loops.certain());
        flow
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
        let items = self.listed(items);
        // An unknown that stands alone and unquoted may be a list; one among other text is an item.
        let known = items.iter().all(|word| match word.one() {
            Some(value) => match value.as_literal() {
                Some(text) => !text.contains('*'),
                // A name that Bitbucket gives holds neither blanks nor stars.
                None => {
                    let given = value
                        .symbols()
                        .all(|symbol| symbol.kind == SymbolKind::Variable && symbol.name.starts_with("BITBUCKET_"));
                    word.quoted || (given || value.parts().len() > 1) && !value.literal_contains("*")
                }
            },
            None => false,
        });
        if known && !items.is_empty() && items.len() <= UNROLLED {
            let loops = self.begin();
            let mut flow = Flow::Next;
            for word in items {
                self.scope.set(&name, word.values);
                flow = self.known_round(inner, piece, &loops);
                if flow != Flow::Next {
                    break;
                }
            }
            return self.end(loops, &[Flow::Break], flow);
        }
        self.scope.set(&name, vec![Value::opaque(format!("each {name}"))]);
        let before = self.scope.clone();
        self.vary(inner, piece);
        let loops = self.begin();
        let flow = self.walk(inner, piece);
        let flow = self.end(loops, &[Flow::Break, Flow::Continue], flow);
        self.scope.forget_changes(&before);
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_later_round_finds_what_an_earlier_one_has_set() {
        assert_eq!(run("F=true; while q; do if $F; then p a; else p b; fi; F=false; done"), ["q", "? p a", "? p b"]);
        assert_eq!(run("N=0; for s in $ALL; do [ $N -gt 0 ] && p $s; N=$((N+1)); done"), ["? p <each s>"]);
        assert_eq!(run("for t in $BITBUCKET_COMMIT b; do p $t; done"), ["p $BITBUCKET_COMMIT", "p b"]);
        assert_eq!(run("T=a; while q; do T=b; p $T; done").last().unwrap(), "? p b");
    }

    #[test]
    fn a_negation_is_of_the_whole_pipeline() {
        assert_eq!(run("if ! echo main | grep -qx main; then p a; else p b; fi").last().unwrap(), "p b");
        assert_eq!(run("! echo main | grep -qx rc && p a").last().unwrap(), "p a");
    }
}
