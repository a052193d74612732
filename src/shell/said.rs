//! What a script says, statement by statement, whatever stands around: functions, groups, branches, loops, shells within.

use std::rc::Rc;

use tree_sitter::Node;

use super::nested::{DEEPEST, MOST_NESTED, nested};
use super::parse::Parses;
use crate::yaml::Span;

/// How deep the nodes of a script are walked, and how many statements are told.
const NESTING: usize = 200;
const MOST: usize = 4_000;

/// Words of the syntax that are no command by themselves, and those that begin what decides whether others run.
const SYNTAX: [&str; 13] = ["then", "else", "fi", "do", "done", "esac", ";;", "{", "}", "in", "(", ")", "()"];
const BRANCHES: [&str; 6] = ["if ", "elif ", "case ", "while ", "until ", "for "];

/// A statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: SaidKind,
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaidKind {
    /// A command, with its redirects, those that read what it prints, and the one behind `||`.
    Command,
    /// What decides whether and how often others run: `if a`, `for x in y`, `main)`.
    Branch,
    /// The text of a here-document.
    Document,
}

/// The statements of a text in order. What can't be parsed is told line by line.
pub fn said(text: &str) -> Vec<Said> {
    let mut walk = Walk { text, base: 0, depth: 0, shells: 0, nested: 0, found: Vec::new() };
    if let Some(tree) = Parses::new().tree(&Rc::from(text)) {
        walk.node(tree.root_node());
    }
    walk.found
}

struct Walk<'t> {
    text: &'t str,
    base: usize,
    depth: usize,
    shells: usize,
    nested: usize,
    found: Vec<Said>,
}

impl<'t> Walk<'t> {
    fn node(&mut self, node: Node<'_>) {
        if self.depth >= NESTING || self.found.len() >= MOST {
            return;
        }
        self.depth += 1;
        self.by_kind(node);
        self.depth -= 1;
    }

    fn by_kind(&mut self, node: Node<'_>) {
        match node.kind() {
            "comment" | "word" | "variable_name" | "file_redirect" | "heredoc_start" | "heredoc_end" => {}
            "ERROR" => self.lines(node),
            "command" if self.is_nested(node, &[]) => self.within(node, &[]),
            "redirected_statement" => self.redirected(node),
            "list" => self.list(node),
            _ if self.is_one(node, 0) => self.say(node.start_byte(), node.end_byte(), SaidKind::Command),
            "if_statement" | "elif_clause" => self.headed(node, &["then"]),
            "while_statement" | "for_statement" | "c_style_for_statement" | "select_statement" => {
                self.headed(node, &["do_group", "compound_statement"]);
            }
            "case_statement" => self.headed(node, &["case_item"]),
            "case_item" => self.headed(node, &[")"]),
            "function_definition" => {
                if let Some(body) = node.child_by_field_name("body") {
                    self.node(body);
                }
            }
            _ => self.each(node),
        }
    }

    fn each(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        children.into_iter().for_each(|child| self.node(child));
    }

    /// What begins with a header up to a child of a kind, and goes on with statements.
    fn headed(&mut self, node: Node<'_>, until: &[&str]) {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.children(&mut cursor).collect();
        let Some(at) = children.iter().position(|child| until.contains(&child.kind())) else { return self.each(node) };
        // The bracket belongs to the pattern of a `case`.
        let closes = children[at].kind() == ")";
        let end = match at.checked_sub(1) {
            _ if closes => children[at].end_byte(),
            Some(before) => {
                let is_end = |child: &&Node<'_>| child.kind() != ";" && child.kind() != "\n";
                children.iter().take(before + 1).rev().find(is_end).map_or(node.start_byte(), Node::end_byte)
            }
            None => node.start_byte(),
        };
        self.say(node.start_byte(), end, SaidKind::Branch);
        let conditions = children.iter().take(at).filter(|child| self.holds_several(**child)).copied();
        let rest = children.iter().skip(at).filter(|child| child.is_named()).copied();
        conditions.chain(rest).collect::<Vec<_>>().into_iter().for_each(|child| self.node(child));
    }

    /// Whether a part of a header is told by itself: a group or a shell within.
    fn holds_several(&self, node: Node<'_>) -> bool {
        matches!(node.kind(), "compound_statement" | "subshell") && self.slice(node).contains(['\n', ';'])
    }

    /// `a || b`, of simple commands, is one statement; what `&&` parts is several.
    fn list(&mut self, node: Node<'_>) {
        let mut operands: Vec<(bool, Node<'_>)> = Vec::new();
        let mut left = node;
        while left.kind() == "list" && operands.len() < MOST {
            let (Some(first), Some(second)) = (left.named_child(0), left.named_child(1)) else { break };
            operands.push((left.child(1).is_some_and(|operator| operator.kind() == "||"), second));
            left = first;
        }
        operands.push((false, left));
        operands.reverse();
        let mut open: Option<(usize, usize)> = None;
        for (or, operand) in operands {
            let one = self.is_one(operand, 0);
            let (start, end) = (operand.start_byte(), operand.end_byte());
            open = match open {
                Some((from, _)) if or && one => Some((from, end)),
                before => {
                    if let Some((from, to)) = before {
                        self.say(from, to, SaidKind::Command);
                    }
                    one.then_some((start, end))
                }
            };
            if !one {
                self.node(operand);
            }
        }
        if let Some((from, to)) = open {
            self.say(from, to, SaidKind::Command);
        }
    }

    fn redirected(&mut self, node: Node<'_>) {
        let Some(inner) = node.child_by_field_name("body") else { return self.each(node) };
        let mut cursor = node.walk();
        let redirects: Vec<Node<'_>> = node.children_by_field_name("redirect", &mut cursor).collect();
        if inner.kind() == "command" && self.is_nested(inner, &redirects) {
            return self.within(inner, &redirects);
        }
        let mut bodies = Vec::new();
        for redirect in &redirects {
            let mut cursor = redirect.walk();
            bodies.extend(redirect.named_children(&mut cursor).filter(|child| child.kind() == "heredoc_body"));
        }
        if self.is_one(inner, 0) {
            let end = bodies.first().map_or(node.end_byte(), Node::start_byte);
            self.say(node.start_byte(), end, SaidKind::Command);
        } else {
            self.node(inner);
        }
        for body in bodies {
            self.say(body.start_byte(), body.end_byte(), SaidKind::Document);
        }
    }

    /// Whether a node is one statement, of which no part is told by itself.
    fn is_one(&self, node: Node<'_>, depth: usize) -> bool {
        let mut cursor = node.walk();
        match node.kind() {
            "command" => !self.is_nested(node, &[]),
            "test_command"
            | "declaration_command"
            | "unset_command"
            | "variable_assignment"
            | "variable_assignments" => true,
            "compound_statement" => node.child(0).is_some_and(|open| open.kind() == "(("),
            "redirected_statement" => {
                let redirects: Vec<Node<'_>> = node.children_by_field_name("redirect", &mut cursor).collect();
                let body = node.child_by_field_name("body");
                let document = redirects.iter().any(|redirect| redirect.kind() == "heredoc_redirect");
                depth < NESTING && !document && body.is_some_and(|body| self.is_one(body, depth + 1))
            }
            "pipeline" | "negated_command" => {
                depth < NESTING && node.named_children(&mut cursor).all(|member| self.is_one(member, depth + 1))
            }
            _ => false,
        }
    }

    fn is_nested(&self, command: Node<'_>, redirects: &[Node<'_>]) -> bool {
        self.shells < DEEPEST && self.nested < MOST_NESTED && nested(command, redirects, self.rest()).is_some()
    }

    fn within(&mut self, command: Node<'_>, redirects: &[Node<'_>]) {
        let Some(nested) = nested(command, redirects, self.rest()) else { return };
        let text = self.rest().get(nested.span.start..nested.span.end).unwrap_or("");
        let Some(tree) = Parses::new().tree(&Rc::from(text)) else { return };
        let base = self.base + nested.span.start;
        let before = std::mem::replace(&mut self.base, base);
        self.nested += 1;
        self.shells += 1;
        self.node(tree.root_node());
        self.shells -= 1;
        self.base = before;
    }

    /// What begins or ends in another text: the words of the syntax are left out.
    fn lines(&mut self, node: Node<'_>) {
        let mut start = node.start_byte();
        for line in self.slice(node).split_inclusive('\n') {
            let at = start + line.len() - line.trim_start().len();
            start += line.len();
            let mut own = line.trim();
            for end in ["then", "do", ";"] {
                own = own
                    .strip_suffix(end)
                    .filter(|rest| rest.is_empty() || rest.ends_with([';', ' ']) || end == ";")
                    .unwrap_or(own)
                    .trim_end();
            }
            let behind = ["then ", "else ", "do ", "{ "].iter().find_map(|word| own.strip_prefix(word));
            let (at, own) = behind.map_or((at, own), |rest| (at + own.len() - rest.len(), rest));
            let is_branch = BRANCHES.iter().any(|word| own.starts_with(word));
            if !own.is_empty() && !own.starts_with('#') && !SYNTAX.contains(&own) {
                let kind = if is_branch { SaidKind::Branch } else { SaidKind::Command };
                self.say(at, at + own.len(), kind);
            }
        }
    }

    fn say(&mut self, start: usize, end: usize, kind: SaidKind) {
        let text = self.rest().get(start..end).unwrap_or("").trim();
        if self.found.len() < MOST && !SYNTAX.contains(&text) {
            self.found.push(Said { span: Span::new(self.base + start, self.base + end), kind });
        }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.base..).unwrap_or("")
    }

    fn slice(&self, node: Node<'_>) -> &'t str {
        self.rest().get(node.byte_range()).unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mark = |kind| match kind {
            SaidKind::Command => "",
            SaidKind::Branch => "? ",
            SaidKind::Document => "< ",
        };
        let own = |one: &Said| text.get(one.span.start..one.span.end).unwrap_or("").trim();
        said(text).iter().map(|one| format!("{}{}", mark(one.kind), own(one))).collect()
    }

    #[test]
    fn each_statement_is_told_as_it_is_written() {
        for (text, statements) in [
            ("a b; c && d # e\n# f\ng", &["a b", "c", "d", "g"][..]),
            ("a || exit 1; b && c || d", &["a || exit 1", "b", "c || d"]),
            ("a || { b; exit 1; }", &["a", "b", "exit 1"]),
            ("(a; b) || exit 1", &["a", "b", "exit 1"]),
            ("f() { a; b; }; f", &["a", "b", "f"]),
            (
                "if [[ $A == b && $C ]]; then d; elif e; then g; else h; fi",
                &["? if [[ $A == b && $C ]]", "d", "? elif e", "g", "h"],
            ),
            ("for x in a b; do c $x; done", &["? for x in a b", "c $x"]),
            ("until a; do b; done", &["? until a", "b"]),
            ("case $A in\n  b) c;;\n  d | e) f;;\nesac", &["? case $A in", "? b)", "c", "? d | e)", "f"]),
            ("awk '{ for (i=1; i<3; i++) print }' x > y", &["awk '{ for (i=1; i<3; i++) print }' x > y"]),
            ("a | b 2>&1 | c > d; ! e", &["a | b 2>&1 | c > d", "! e"]),
            ("a | while read x; do b; done", &["a", "? while read x", "b"]),
            ("cat > f <<X\nb\nc\nX\nd", &["cat > f <<X", "< b\nc", "d"]),
            ("bash -ec 'a b; c'", &["a b", "c"]),
            ("bash -c \"a && b\" || exit 1", &["a", "b", "exit 1"]),
            ("bash -e <<'X'\na\nb\nX", &["a", "b"]),
            ("eval \"a; b\"", &["a", "b"]),
            ("sh ./x.sh -c 'a'", &["sh ./x.sh -c 'a'"]),
            ("bash -c \"$(a)\"", &["bash -c \"$(a)\""]),
            ("if a; then", &["? if a"]),
            ("fi", &[]),
            ("X=1 Y=2; export Z=\"$(a; b)\"; (( n++ ))", &["X=1 Y=2", "export Z=\"$(a; b)\"", "(( n++ ))"]),
        ] {
            assert_eq!(told(text), statements, "{text}");
        }
    }
}
