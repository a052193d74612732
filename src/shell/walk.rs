//! The walk over the grammar's nodes.

use tree_sitter::Node;

use super::condition::span;
use super::expand::word_end;
use super::interpret::{Interpreter, Text, body};
use super::invocation::{Invocation, Stdin, Word};
use super::piece::Piece;
use super::value::Value;
use crate::yaml::Span;

/// The longest text that is followed as shell, in bytes; hundreds of times the longest script that people write.
const SCRIPT_BYTES: usize = 512 << 10;

/// Where control goes after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// To the next statement.
    Next,
    /// Out of the function.
    Return,
    /// Out of the script.
    Exit,
}

impl Interpreter<'_> {
    pub(super) fn walk_piece(&mut self, piece: &Piece) -> Flow {
        let text: Text = piece.text.clone();
        if text.len() > SCRIPT_BYTES {
            self.exhausted = true;
            return Flow::Next;
        }
        let Some(tree) = self.parses.tree(&text) else { return Flow::Next };
        if !self.enter() {
            return Flow::Next;
        }
        let flow = self.walk(tree.root_node(), piece);
        self.leave();
        flow
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
        match node.kind() {
            "command" => self.command(node, piece, Stdin::Unknown, false),
            "declaration_command" | "variable_assignments" => {
                let mut read_to = 0;
                self.each(node, piece, |this, child| {
                    if child.start_byte() >= read_to {
                        this.declared(child, piece);
                        read_to = word_end(&piece.text, child.start_byte());
                    }
                });
                Flow::Next
            }
            "variable_assignment" => {
                self.assign(node, piece);
                Flow::Next
            }
            "unset_command" => {
                self.each(node, piece, |this, child| {
                    let name = piece.text.get(child.byte_range()).unwrap_or("").to_owned();
                    this.scope.set(&name, vec![Value::default()]);
                });
                Flow::Next
            }
            "redirected_statement" => self.redirected_statement(node, piece, Stdin::Unknown, false),
            "pipeline" => self.pipeline(node, piece),
            "list" => self.list(node, piece),
            "if_statement" => self.conditional(node, piece),
            "case_statement" => self.case(node, piece),
            "for_statement" => self.repeat(node, piece),
            "while_statement" | "c_style_for_statement" => self.uncertainly(|this| this.statements(node, piece)),
            "subshell" => {
                let scope = self.scope.clone();
                self.statements(node, piece);
                self.scope = scope;
                Flow::Next
            }
            "function_definition" => {
                if let (Some(name), Some(inner)) = (node.child_by_field_name("name"), node.child_by_field_name("body"))
                {
                    let name = piece.text.get(name.byte_range()).unwrap_or("").to_owned();
                    self.scope.functions.insert(name, body(piece, span(inner)));
                }
                Flow::Next
            }
            "negated_command" => self.uncertainly(|this| this.statements(node, piece)),
            "test_command" => {
                self.decide(node, piece);
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

    fn statements(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            let flow = self.walk(child, piece);
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    /// Walks something that may not happen.
    pub(super) fn uncertainly(&mut self, walk: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let before = std::mem::replace(&mut self.certain, false);
        walk(self);
        self.certain = before;
        Flow::Next
    }

    fn declared(&mut self, node: Node<'_>, piece: &Piece) {
        match node.kind() {
            "variable_assignment" => self.assign(node, piece),
            // `export "X=y"` is a string to the grammar.
            "string" | "raw_string" | "concatenation" | "word" => {
                for value in self.expand(piece, span(node)) {
                    if let Some((name, rest)) = value.split_once("=")
                        && let Some(name) = name.as_literal()
                    {
                        self.scope.set(name, vec![rest]);
                    }
                }
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
        let Some(value) = node.child_by_field_name("value") else { return Some((name_text, vec![Value::default()])) };
        if value.kind() == "array" {
            let mut items = Vec::new();
            let mut cursor = value.walk();
            for item in value.named_children(&mut cursor) {
                items.extend(self.fields(item, piece).0.into_iter().map(|word| word.values));
            }
            self.scope.set_array(&name_text, items);
            return None;
        }
        let values = self.expand(piece, Span::new(value.start_byte(), value_end(value, piece)));
        let appends = piece.text.get(name.end_byte()..value.start_byte()).is_some_and(|between| between.contains("+="));
        if appends && let Some(before) = self.scope.get(&name_text).map(<[Value]>::to_vec) {
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

    /// The words that one argument comes to, and where it ends.
    pub(super) fn fields(&mut self, node: Node<'_>, piece: &Piece) -> (Vec<Word>, usize) {
        let end = value_end(node, piece);
        (self.words_of(Span::new(node.start_byte(), end), piece), end)
    }

    fn words_of(&mut self, span: Span, piece: &Piece) -> Vec<Word> {
        let raw = piece.text.get(span.start..span.end).unwrap_or("").to_owned();
        let place = piece.place(span);
        let quoted = raw.contains(['"', '\'']);
        let word = |values: Vec<Value>| Word { values, place, quoted, origin: Some((piece.clone(), span)) };
        if matches!(raw.as_str(), "\"$@\"" | "$@" | "$*" | "\"${@}\"") && !self.scope.positional.is_empty() {
            return self.scope.positional.iter().skip(1).map(|values| word(values.clone())).collect();
        }
        let array = raw.trim_matches('"').strip_prefix("${").and_then(|raw| raw.strip_suffix("[@]}"));
        if let Some(items) = array.and_then(|name| self.scope.array(name)) {
            return items.iter().map(|values| word(values.clone())).collect();
        }
        let values = self.expand(piece, span);
        if let ([one], false) = (values.as_slice(), quoted)
            && one.literal_contains(" ")
        {
            return one.split_whitespace().into_iter().map(|value| word(vec![value])).collect();
        }
        vec![word(values)]
    }

    fn command(&mut self, node: Node<'_>, piece: &Piece, stdin: Stdin, piped_from: bool) -> Flow {
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
                    let (fields, end) = self.fields(child, piece);
                    words.extend(fields);
                    read_to = end;
                }
                "herestring_redirect" => {
                    if let Some(text) = child.named_child(0) {
                        stdin = Stdin::Text(self.expand(piece, span(text)));
                    }
                }
                "file_redirect" | "heredoc_redirect" => {}
                _ if child.is_named() => {
                    let (fields, end) = self.fields(child, piece);
                    words.extend(fields);
                    read_to = end;
                }
                _ => {}
            }
        }
        let place = piece.place(Span::new(start.unwrap_or(node.start_byte()), node.end_byte()));
        let invocation = Invocation {
            words,
            assignments,
            place,
            certain: self.certain,
            calls: self.calls.clone(),
            remote: self.remote.clone(),
            piped_from,
            redirected: self.redirected > 0,
            stdin,
        };
        self.dispatch(invocation)
    }

    fn redirected_statement(&mut self, node: Node<'_>, piece: &Piece, stdin: Stdin, piped_from: bool) -> Flow {
        let mut stdin = stdin;
        let mut to_file = false;
        let mut or = false;
        let mut after = Vec::new();
        let mut cursor = node.walk();
        for redirect in node.children_by_field_name("redirect", &mut cursor) {
            match redirect.kind() {
                "heredoc_redirect" => {
                    stdin = heredoc(redirect, piece).unwrap_or(stdin);
                    let mut inner = redirect.walk();
                    for child in redirect.children(&mut inner) {
                        match child.kind() {
                            "file_redirect" => to_file |= writes_file(child, piece),
                            "||" => or = true,
                            kind if kind.starts_with("heredoc") => {}
                            _ if child.is_named() => after.push(child),
                            _ => {}
                        }
                    }
                }
                "herestring_redirect" => {
                    if let Some(text) = redirect.named_child(0) {
                        stdin = Stdin::Text(self.expand(piece, span(text)));
                    }
                }
                _ => {
                    let raw = piece.text.get(redirect.byte_range()).unwrap_or("");
                    let silent =
                        raw.contains("&1") || raw.contains("&2") || raw.starts_with("2>") || raw.contains("/dev/std");
                    to_file |= raw.contains('>') && !silent;
                    if let Some(target) = redirect.child_by_field_name("destination") {
                        let values = self.expand(piece, span(target));
                        if let ([path], true) =
                            (values.as_slice(), raw.trim_start_matches('0').starts_with('<') && !raw.contains('&'))
                            && let Some(path) = path.as_literal()
                        {
                            stdin = Stdin::File(path.to_owned());
                        }
                    }
                }
            }
        }
        let piped = after.first().is_some_and(|node| node.kind() == "pipeline");
        let hidden = usize::from(to_file || piped);
        self.redirected += hidden;
        self.collected.push(Vec::new());
        let flow = match node.child_by_field_name("body") {
            Some(inner) if inner.kind() == "command" => self.command(inner, piece, stdin, piped_from),
            Some(inner) => self.walk(inner, piece),
            None => Flow::Next,
        };
        self.redirected -= hidden;
        let made = self.collected.pop().unwrap_or_default();
        let printed = made.last().map(super::input::output).unwrap_or_default();
        if let Some(outer) = self.collected.last_mut() {
            outer.extend(made);
        }
        for node in after {
            // `cmd <<EOF | other` and `cmd <<EOF && other` stand inside the redirect, for the grammar.
            if node.kind() == "pipeline" {
                let mut inner = node.walk();
                let members: Vec<Node<'_>> = node.named_children(&mut inner).collect();
                self.members(&members, printed.clone(), true, piece);
            } else if or {
                self.uncertainly(|this| this.walk(node, piece));
            } else {
                self.walk(node, piece);
            }
        }
        flow
    }

    fn pipeline(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let mut cursor = node.walk();
        let members: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        self.members(&members, Stdin::Unknown, false, piece);
        Flow::Next
    }

    /// Runs the members of a pipeline, each with what the one before it prints.
    fn members(&mut self, members: &[Node<'_>], first: Stdin, piped: bool, piece: &Piece) {
        let mut stdin = first;
        for (index, member) in members.iter().enumerate() {
            let last = index + 1 == members.len();
            let piped_from = piped || index > 0;
            self.collected.push(Vec::new());
            self.redirected += usize::from(!last);
            let given = std::mem::take(&mut stdin);
            match member.kind() {
                "command" => self.command(*member, piece, given, piped_from),
                "redirected_statement" => self.redirected_statement(*member, piece, given, piped_from),
                _ => self.walk(*member, piece),
            };
            self.redirected -= usize::from(!last);
            let made = self.collected.pop().unwrap_or_default();
            if let [one] = made.as_slice() {
                stdin = super::input::output(one);
            }
            if let Some(outer) = self.collected.last_mut() {
                outer.extend(made);
            }
        }
    }
}

fn heredoc(redirect: Node<'_>, piece: &Piece) -> Option<Stdin> {
    let mut cursor = redirect.walk();
    let mut expanded = true;
    let mut document = None;
    for child in redirect.children(&mut cursor) {
        match child.kind() {
            "heredoc_start" => expanded = !piece.text.get(child.byte_range())?.contains(['"', '\'', '\\']),
            "heredoc_body" => document = Some(piece.part(span(child))),
            _ => {}
        }
    }
    Some(Stdin::Document { piece: document?, expanded })
}

/// Whether a redirect sends output to a file, so that it does not reach the log.
fn writes_file(redirect: Node<'_>, piece: &Piece) -> bool {
    let raw = piece.text.get(redirect.byte_range()).unwrap_or("");
    let elsewhere = raw.contains("&1") || raw.contains("&2") || raw.starts_with("2>") || raw.contains("/dev/std");
    raw.contains('>') && !elsewhere
}

/// Where the word that a node begins really ends.
fn value_end(node: Node<'_>, piece: &Piece) -> usize {
    word_end(&piece.text, node.start_byte()).max(node.end_byte())
}
