//! Redirects and pipelines: what a command reads, and whether what it prints is seen.

use tree_sitter::Node;

use super::condition::span;
use super::interpret::Interpreter;
use super::invocation::Stdin;
use super::piece::Piece;
use super::walk::Flow;

impl Interpreter<'_> {
    pub(super) fn redirected_statement(
        &mut self,
        node: Node<'_>,
        piece: &Piece,
        stdin: Stdin,
        piped_from: bool,
    ) -> Flow {
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

    pub(super) fn pipeline(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
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
