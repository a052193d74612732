//! The walk over the grammar's nodes.

use tree_sitter::Node;

use super::array::Item;
use super::bounds::word_end;
use super::condition::span;
use super::document;
use super::interpret::{Interpreter, Text, body};
use super::invocation::{Invocation, Reads, Stdin, Word};
use super::piece::{Piece, Place};
use super::plain;
use super::status::Status;
use super::syntax::is_sound;
use super::value::Value;
use crate::yaml::Span;

/// The longest text that is followed as shell, in bytes; hundreds of times the longest script that people write.
pub const SCRIPT_BYTES: usize = 512 << 10;

/// From this length on, in bytes, only what bash reads beyond doubt is given to the grammar: brackets that are opened by the
/// thousand and never closed cost it the square of their number.
const SURE_BYTES: usize = 16 << 10;

/// Where control goes after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next statement.
    Next,
    /// Out of the function.
    Return,
    /// Out of the script.
    Exit,
    /// Out of the loop.
    Break,
    /// To the next round of the loop.
    Continue,
    /// Out of so many loops around the one that is left.
    BreakOuter(usize),
    /// Out of the loop, and to the next round of the one so many around it.
    ContinueOuter(usize),
}

impl Interpreter<'_> {
    pub(super) fn walk_piece(&mut self, piece: &Piece) -> Flow {
        let text: Text = piece.text.clone();
        if text.len() > SCRIPT_BYTES {
            self.exhausted = true;
            return Flow::Next;
        }
        if !self.enter() {
            return Flow::Next;
        }
        let flow = match plain::commands(&text) {
            Some(commands) if !self.parses.is_grammar_alone() => self.walk_plain(&commands, piece),
            _ => self.walk_parsed(document::moved(piece).as_ref().unwrap_or(piece)),
        };
        self.leave();
        flow
    }

    fn walk_parsed(&mut self, piece: &Piece) -> Flow {
        if piece.text.len() > SURE_BYTES && !is_sound(&piece.text) {
            self.exhausted = true;
            return Flow::Next;
        }
        match self.parses.tree(&piece.text) {
            Some(tree) => self.walk(tree.root_node(), piece),
            None => Flow::Next,
        }
    }

    /// Walks one node.
    pub(super) fn walk(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        if self.spent() || !self.descend() {
            return Flow::Exit;
        }
        let flow = self.walk_node(node, piece);
        self.ascend();
        flow
    }

    fn walk_node(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        if matches!(node.kind(), "command" | "variable_assignment" | "declaration_command" | "variable_assignments") {
            let flow = self.demanded(piece, span(node));
            if flow != Flow::Next {
                return flow;
            }
        }
        match node.kind() {
            "command" if is_test(node, piece) => {
                let held = self.test_words(node, piece);
                self.status = Status::of(held);
                Flow::Next
            }
            "command" => self.command(node, piece, Stdin::Unknown, false, &[]),
            "declaration_command" | "variable_assignments" => {
                let declares = node.kind() == "declaration_command";
                if declares {
                    self.localize_declared(node, piece);
                }
                self.declare_maps(node, piece);
                let mut read_to = 0;
                // A declaration expands all its words before it sets the first.
                let mut set = Vec::new();
                self.each(node, piece, |this, child| {
                    if child.start_byte() >= read_to {
                        match child.kind() {
                            "variable_assignment" if declares => set.extend(this.assignment(child, piece)),
                            _ => this.declared(child, piece),
                        }
                        read_to = word_end(&piece.text, child.start_byte());
                    }
                });
                set.into_iter().for_each(|(name, values)| self.scope.set(&name, values));
                self.status = Status::Ended(0);
                Flow::Next
            }
            "variable_assignment" => {
                self.assign(node, piece);
                self.set_by(piece.text.get(node.byte_range()));
                Flow::Next
            }
            "unset_command" => {
                self.status = Status::Ended(0);
                self.unset(node, piece);
                Flow::Next
            }
            "redirected_statement" => self.redirected_statement(node, piece, Stdin::Unknown, false),
            "pipeline" => self.pipeline(node, piece),
            "list" => self.list(node, piece, node.end_byte()),
            "if_statement" => self.conditional(node, piece),
            "case_statement" => self.case(node, piece),
            "for_statement" => self.in_loop(|this| this.repeat(node, piece)),
            "while_statement" | "c_style_for_statement" => self.in_loop(|this| this.looped(node, piece)),
            // The grammar was given brackets for the braces of `! { …; }`.
            "subshell" if piece.text.as_bytes().get(node.start_byte()) == Some(&b'{') => self.statements(node, piece),
            "subshell" => {
                self.in_subshell(Vec::new(), Vec::new(), |this| this.statements(node, piece));
                Flow::Next
            }
            "function_definition" => {
                if let (Some(name), Some(inner)) = (node.child_by_field_name("name"), node.child_by_field_name("body"))
                {
                    let name = piece.text.get(name.byte_range()).unwrap_or("").to_owned();
                    std::rc::Rc::make_mut(&mut self.scope.functions).insert(name, vec![body(piece, span(inner))]);
                }
                Flow::Next
            }
            "compound_statement" if node.child(0).is_some_and(|open| open.kind() == "((") => {
                let held = self.arithmetic(node, piece);
                self.status = Status::of(held);
                Flow::Next
            }
            "negated_command" => {
                let flow = self.statements(node, piece);
                self.status = self.status.negated();
                flow
            }
            "test_command" | "binary_expression" | "unary_expression" | "parenthesized_expression" => {
                let held = self.decide(node, piece);
                self.status = Status::of(held);
                Flow::Next
            }
            "comment" | "word" | "heredoc_body" | "heredoc_start" | "heredoc_end" => Flow::Next,
            _ => self.statements(node, piece),
        }
    }

    fn each(&mut self, node: Node<'_>, _piece: &Piece, mut act: impl FnMut(&mut Self, Node<'_>)) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            act(self, child);
        }
    }

    pub(super) fn statements(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let mut cursor = node.walk();
        let mut children = node.children(&mut cursor).peekable();
        while let Some(child) = children.next() {
            if !child.is_named() {
                continue;
            }
            let flow = match children.peek() {
                Some(next) if next.kind() == "&" => self.in_background(|this| this.walk(child, piece)),
                _ => self.walk(child, piece),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    /// Walks what goes on beside the script: nothing that it sets is seen there, and nobody waits for how it ends.
    pub(super) fn in_background(&mut self, walk: impl FnOnce(&mut Self) -> Flow) -> Flow {
        self.in_subshell(Vec::new(), Vec::new(), walk);
        self.status = Status::Ended(0);
        Flow::Next
    }

    fn declared(&mut self, node: Node<'_>, piece: &Piece) {
        match node.kind() {
            "variable_assignment" => self.assign(node, piece),
            // `export "X=y"` is a string to the grammar.
            "string" | "raw_string" | "concatenation" | "word" => {
                let values = self.expand(piece, span(node));
                self.declare(&values);
            }
            // `export $(cat build.env)`
            "command_substitution" | "expansion" | "simple_expansion" => {
                let values = self.expand(piece, span(node));
                self.declare(&values.iter().flat_map(Value::split_whitespace).collect::<Vec<_>>());
            }
            _ => {}
        }
    }

    fn assign(&mut self, node: Node<'_>, piece: &Piece) {
        if let Some((name, values)) = self.assignment(node, piece) {
            self.scope.set(&name, values);
        }
    }

    /// The name and values of an assignment; arrays are set at once.
    fn assignment(&mut self, node: Node<'_>, piece: &Piece) -> Option<(String, Vec<Value>)> {
        let name = node.child_by_field_name("name")?;
        let name_text = piece.text.get(name.byte_range())?.to_owned();
        if let Some((list, _)) = name_text.split_once('[')
            && self.scope.array(list).is_some()
        {
            self.scope.lose_list(list);
        }
        let Some(value) = node.child_by_field_name("value") else { return Some((name_text, vec![Value::default()])) };
        let appends = piece.text.get(name.end_byte()..value.start_byte()).is_some_and(|between| between.contains("+="));
        if self.assign_map(span(name), value, appends, piece) {
            return None;
        }
        if value.kind() == "array" {
            let mut items = Vec::new();
            let mut cursor = value.walk();
            let mut read_to = 0;
            for item in value.named_children(&mut cursor) {
                let begins = piece.text.get(item.start_byte()..).unwrap_or("");
                if item.start_byte() < read_to {
                    continue;
                }
                // To the grammar the words of a comment are items.
                if begins.starts_with('#') {
                    read_to = item.start_byte() + begins.find('\n').unwrap_or(begins.len());
                } else {
                    self.fields(item, piece, &mut items);
                }
            }
            let before = if appends { self.scope.list(&name_text) } else { None };
            let items = before.into_iter().flatten().chain(items.into_iter().map(Item::of)).collect();
            self.scope.set_array(&name_text, items);
            return None;
        }
        let values = self.expand(piece, Span::new(value.start_byte(), value_end(value, piece)));
        if appends && let Some(before) = self.known(&name_text).map(<[Value]>::to_vec) {
            let longer = before.iter().flat_map(|before| {
                values.iter().map(move |value| {
                    let mut longer = before.clone();
                    longer.extend(value);
                    longer
                })
            });
            return Some((name_text, longer.collect()));
        }
        Some((name_text, values))
    }

    /// Runs a command; `behind` are words of it that stand elsewhere.
    pub(super) fn command(
        &mut self,
        node: Node<'_>,
        piece: &Piece,
        stdin: Stdin,
        piped_from: bool,
        behind: &[Node<'_>],
    ) -> Flow {
        let mut words = Vec::new();
        let mut assignments = Vec::new();
        let mut stdin = stdin;
        let mut start = None;
        let mut cursor = node.walk();
        let mut read_to = 0;
        for child in node.children(&mut cursor) {
            if child.start_byte() < read_to {
                continue;
            }
            match child.kind() {
                "variable_assignment" => {
                    assignments.extend(self.assignment(child, piece));
                    read_to = word_end(&piece.text, child.start_byte());
                }
                "command_name" => {
                    start = Some(child.start_byte());
                    // `A=b C=d` and a command on the next line are one command to the grammar, and two to a shell.
                    if !assignments.is_empty() && ends_a_line(piece.text.get(read_to..child.start_byte())) {
                        std::mem::take(&mut assignments)
                            .into_iter()
                            .for_each(|(name, values): (String, Vec<Value>)| self.scope.set(&name, values));
                    }
                    read_to = self.fields(child, piece, &mut words);
                }
                "herestring_redirect" => {
                    if let Some(text) = child.named_child(0) {
                        stdin = Stdin::Text(self.expand(piece, span(text)));
                    }
                }
                "file_redirect" | "heredoc_redirect" => {}
                _ if child.is_named() => {
                    read_to = self.fields(child, piece, &mut words);
                }
                _ => {}
            }
        }
        words.extend(lost_dash(node, piece));
        let mut end = node.end_byte();
        for word in behind {
            end = self.fields(*word, piece, &mut words);
        }
        let place = piece.place(Span::new(start.unwrap_or(node.start_byte()), end));
        self.run_command(words, assignments, place, stdin, piped_from)
    }

    pub(super) fn run_command(
        &mut self,
        words: Vec<Word>,
        assignments: Vec<(String, Vec<Value>)>,
        place: Place,
        stdin: Stdin,
        piped_from: bool,
    ) -> Flow {
        let stdin = match (stdin, &self.sent) {
            (Stdin::Unknown, sent) if !piped_from || matches!(sent, Stdin::Saved(_)) => sent.clone(),
            (stdin, _) => stdin,
        };
        // `"$@"`: what a wrapper runs stands where the wrapper is called.
        let call = handed_over(&words, place);
        if call.is_some() {
            self.ran.push(place);
        }
        let invocation = Invocation {
            words,
            assignments,
            place: call.unwrap_or(place),
            certain: self.certain,
            untold: self.untold,
            way: self.way,
            failed: self.failed.clone(),
            calls: self.calls.clone(),
            remote: self.remote.clone(),
            container: self.container,
            piped_from,
            redirected: self.redirected > 0,
            stdin,
            reads: Reads::default(),
        };
        self.dispatch(invocation)
    }
}

/// Where the call stands whose words a command was put together from: its name is one of them, and so are all that follow
/// there.
fn handed_over(words: &[Word], own: Place) -> Option<Place> {
    let first = words.first()?.place;
    let is_own = first.source == own.source && first.span.start >= own.span.start && first.span.end <= own.span.end;
    if is_own {
        return None;
    }
    let same =
        words.iter().rev().find(|word| word.place.source == first.source && word.place.span.end >= first.span.end);
    Some(Place { source: first.source, span: Span::new(first.span.start, same?.place.span.end) })
}

/// The word that the grammar loses between a command and its here-document: `kubectl apply -f - <<EOF`.
fn lost_dash(node: Node<'_>, piece: &Piece) -> Option<Word> {
    // To look for the next node costs more than to see that no dash follows.
    if !piece.text.get(node.end_byte()..)?.trim_start().starts_with('-') {
        return None;
    }
    let next = node.next_sibling().filter(|next| next.kind().ends_with("redirect"))?;
    let between = piece.text.get(node.end_byte()..next.start_byte())?;
    let at = node.end_byte() + between.find('-').filter(|_| between.trim() == "-")?;
    let place = piece.place(Span::new(at, at + 1));
    Some(Word { values: vec![Value::literal("-")], place, quoted: false, origin: None })
}

/// Whether a command is a test.
fn is_test(node: Node<'_>, piece: &Piece) -> bool {
    let name = node.child_by_field_name("name").and_then(|name| piece.text.get(name.byte_range()));
    matches!(name, Some("test" | "["))
}

/// Whether the text between two words has the end of a line that a backslash does not take back.
fn ends_a_line(between: Option<&str>) -> bool {
    between.is_some_and(|between| between.replace("\\\n", "").contains('\n'))
}

/// Where the word that a node begins really ends.
pub(super) fn value_end(node: Node<'_>, piece: &Piece) -> usize {
    word_end(&piece.text, node.start_byte()).max(node.end_byte())
}
