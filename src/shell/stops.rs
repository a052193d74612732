//! Which commands of a script end it where they fail, as `set -e` has it, by how they are written.

use std::rc::Rc;

use tree_sitter::Node;

use super::condition::span;
use super::options::pipefail;
use super::parse::Parses;
use super::redirect::is_negated;
use crate::yaml::Span;

/// How deep the nodes of a script are walked, and functions that call one another.
const NESTING: usize = 200;
const CALLS: usize = 8;
/// How many commands are told: nobody writes so many, but a reply may.
const MOST: usize = 500;

/// A command as it is written in a script.
#[derive(Clone, Debug)]
pub struct Stop {
    /// Which of the texts.
    pub text: usize,
    /// The command without its redirects.
    pub span: Span,
    /// The command with them.
    pub whole: Span,
    /// Whether its failure ends the script. Where that can't be told, it does.
    pub stops: bool,
    /// Whether another command reads what it prints: then `pipefail` decides.
    pub piped: bool,
    /// The function in which it stands.
    pub within: Option<Rc<str>>,
}

/// What holds for a node by what stands around it.
#[derive(Clone)]
struct Around {
    stops: bool,
    /// Whether how it ends is how the script or the function ends.
    last: bool,
    piped: bool,
    within: Option<Rc<str>>,
}

impl Around {
    fn ignored(&self) -> Self {
        Self { stops: false, ..self.clone() }
    }
}

struct Walk<'t> {
    texts: &'t [&'t str],
    at: usize,
    pipefail: bool,
    depth: usize,
    found: Vec<Stop>,
}

/// The commands of texts that run one after another in one shell, with `set -e`; none where they are too many.
pub fn stops(texts: &[&str]) -> Vec<Stop> {
    let mut walk = Walk { texts, at: 0, pipefail: false, depth: 0, found: Vec::new() };
    for (at, text) in texts.iter().enumerate() {
        walk.at = at;
        if let Some(tree) = Parses::new().tree(&Rc::from(*text)) {
            let last = at + 1 == texts.len();
            walk.node(tree.root_node(), &Around { stops: true, last, piped: false, within: None });
        }
    }
    if walk.found.len() > MOST {
        return Vec::new();
    }
    let by_calls: Vec<bool> = walk.found.iter().map(|stop| called(stop, &walk, CALLS)).collect();
    let mut found = walk.found;
    found.iter_mut().zip(by_calls).for_each(|(stop, called)| stop.stops &= called);
    found
}

/// Whether a failure gets out of the functions in which a command stands, at one of their calls or more.
fn called(stop: &Stop, walk: &Walk<'_>, left: usize) -> bool {
    let Some(name) = stop.within.as_deref().filter(|_| left > 0) else { return true };
    let mut calls = walk.found.iter().filter(|call| walk.texts[call.text].get(first_word(walk, call)) == Some(name));
    let mut none = true;
    let stops = calls.any(|call| {
        none = false;
        call.stops && call.within.as_deref() != Some(name) && called(call, walk, left - 1)
    });
    stops || none
}

fn first_word(walk: &Walk<'_>, stop: &Stop) -> std::ops::Range<usize> {
    let text = walk.texts[stop.text].get(stop.span.start..stop.span.end).unwrap_or("");
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    stop.span.start..stop.span.start + end
}

impl Walk<'_> {
    fn node(&mut self, node: Node<'_>, around: &Around) {
        if self.depth >= NESTING || self.found.len() > MOST {
            return;
        }
        self.depth += 1;
        self.by_kind(node, around);
        self.depth -= 1;
    }

    fn by_kind(&mut self, node: Node<'_>, around: &Around) {
        match node.kind() {
            "command" => self.command(node, span(node), around),
            "redirected_statement" => self.redirected(node, around),
            "pipeline" => {
                let last = node.named_child_count().saturating_sub(1);
                let piped = Around { stops: around.stops && self.pipefail, piped: true, ..around.clone() };
                let mut cursor = node.walk();
                for (index, member) in node.named_children(&mut cursor).enumerate() {
                    self.node(member, if index == last { around } else { &piped });
                }
            }
            "list" => {
                let (Some(left), Some(right)) = (node.named_child(0), node.named_child(1)) else { return };
                let or = node.child(1).is_some_and(|operator| operator.kind() == "||");
                // What fails left of `&&` ends nothing, unless it is how all of it ends.
                let stops = around.stops && if or { !self.forgives(right) } else { around.last };
                self.node(left, &Around { stops, ..around.clone() });
                self.node(right, around);
            }
            "if_statement" => self.conditional(node, around),
            "function_definition" => {
                let name = node.child_by_field_name("name").map(|name| Rc::from(self.text(name)));
                if let Some(inner) = node.child_by_field_name("body") {
                    self.node(inner, &Around { stops: true, last: true, piped: false, within: name });
                }
            }
            // Without `set -e` of its own; its last command tells how it ends.
            "command_substitution" => {
                let last = node.named_child_count().saturating_sub(1);
                let ignored = around.ignored();
                let mut cursor = node.walk();
                for (index, inner) in node.named_children(&mut cursor).enumerate() {
                    self.node(inner, if index == last { around } else { &ignored });
                }
            }
            "negated_command" | "declaration_command" | "test_command" | "process_substitution" => {
                self.statements(node, &around.ignored());
            }
            "comment" | "heredoc_body" | "word" => {}
            _ => self.statements(node, around),
        }
    }

    fn statements(&mut self, node: Node<'_>, around: &Around) {
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        let end = children.iter().rposition(|child| child.kind() != "comment");
        for (at, child) in children.into_iter().enumerate() {
            let aside = child.next_sibling().is_some_and(|next| next.kind() == "&") && !self.waits();
            let stops = around.stops && !aside;
            let last = around.last && end == Some(at);
            self.node(child, &Around { stops, last, ..around.clone() });
        }
    }

    fn command(&mut self, node: Node<'_>, whole: Span, around: &Around) {
        if let Some(pipefail) = pipefail(self.text(node)) {
            self.pipefail = pipefail;
        }
        let Around { stops, piped, within, .. } = around.clone();
        self.found.push(Stop { text: self.at, span: span(node), whole, stops, piped, within });
        self.statements(node, &around.ignored());
    }

    fn redirected(&mut self, node: Node<'_>, around: &Around) {
        let Some(inner) = node.child_by_field_name("body") else { return };
        let mut cursor = node.walk();
        // `cmd <<EOF | other` stands inside the redirect, for the grammar.
        let mut behind = Vec::new();
        for redirect in node.children_by_field_name("redirect", &mut cursor) {
            let mut cursor = redirect.walk();
            behind.extend(redirect.named_children(&mut cursor).filter(|child| !child.kind().starts_with("heredoc_")));
        }
        let is_piped = behind.iter().any(|node| node.kind() == "pipeline");
        let stops = around.stops && (!is_piped || self.pipefail);
        let own = Around { stops, piped: around.piped || is_piped, ..around.clone() };
        if inner.kind() == "command" {
            self.command(inner, span(node), &own);
        } else {
            self.node(inner, &own);
        }
        behind.into_iter().for_each(|node| self.node(node, around));
    }

    /// The condition's failure ends the script where the branch that is taken then does.
    fn conditional(&mut self, node: Node<'_>, around: &Around) {
        let mut cursor = node.walk();
        let conditions: Vec<Node<'_>> = node.children_by_field_name("condition", &mut cursor).collect();
        let mut cursor = node.walk();
        let others: Vec<Node<'_>> =
            node.named_children(&mut cursor).filter(|child| !conditions.contains(child)).collect();
        let negated = conditions.iter().any(|condition| is_negated(*condition));
        let is_clause = |node: &&Node<'_>| node.kind().ends_with("_clause");
        let mut taken = others.iter().filter(|node| is_clause(node) != negated);
        let by_branch = others.iter().any(|node| self.remembers(*node))
            || others.iter().any(|node| node.kind() == "elif_clause")
            || taken.any(|node| self.leaves(*node));
        let stops = around.stops && by_branch;
        let asked = Around { stops, ..around.clone() };
        for condition in conditions {
            match condition.kind() {
                "negated_command" => self.statements(condition, &asked),
                _ => self.node(condition, &asked),
            }
        }
        others.iter().for_each(|node| self.node(*node, around));
    }

    fn text(&self, node: Node<'_>) -> &str {
        self.texts.get(self.at).and_then(|text| text.get(node.byte_range())).unwrap_or("")
    }

    /// Whether what stands behind `||` surely succeeds, and keeps nothing of the failure.
    fn forgives(&self, node: Node<'_>) -> bool {
        if self.remembers(node) || self.leaves(node) {
            return false;
        }
        match node.kind() {
            "command" => {
                let text = self.text(node);
                let name = text.split_whitespace().next().unwrap_or("");
                matches!(name, "true" | ":" | "/bin/true" | "echo" | "printf") || text == "exit 0"
            }
            "variable_assignment" => true,
            "redirected_statement" => node.child_by_field_name("body").is_some_and(|inner| self.forgives(inner)),
            "list" => {
                let sides = (node.named_child(0), node.named_child(1));
                sides.0.is_some_and(|left| self.forgives(left)) && sides.1.is_some_and(|right| self.forgives(right))
            }
            "compound_statement" | "subshell" => {
                let mut cursor = node.walk();
                node.named_children(&mut cursor).last().is_some_and(|last| self.forgives(last))
            }
            _ => false,
        }
    }

    /// Whether it ends the script, or the function around, with a failure.
    fn leaves(&self, node: Node<'_>) -> bool {
        match node.kind() {
            "command" => {
                let mut words = self.text(node).split_whitespace();
                matches!(words.next(), Some("exit" | "return")) && words.next() != Some("0")
                    || self.text(node) == "false"
            }
            "redirected_statement" | "list" | "compound_statement" | "subshell" | "else_clause" => {
                let mut cursor = node.walk();
                node.named_children(&mut cursor).any(|child| self.leaves(child))
            }
            _ => false,
        }
    }

    /// Whether it sets a variable that is read: the failure may be told later.
    fn remembers(&self, node: Node<'_>) -> bool {
        let text = self.text(node);
        if !text.contains('=') {
            return false;
        }
        let names = text.split(|c: char| c.is_whitespace() || c == ';' || c == '{').filter_map(|word| {
            let name = word.split_once('=')?.0.trim_end_matches('+');
            super::plain_word::is_name(name).then_some(name)
        });
        let is_read = |name: &str| {
            let reads =
                |text: &&str| text.split('$').skip(1).any(|rest| rest.trim_start_matches(['{', '(']).starts_with(name));
            self.texts.iter().any(reads)
        };
        names.into_iter().any(is_read)
    }

    /// Whether the script waits for some job and hears how it ended: `wait` alone always succeeds.
    fn waits(&self) -> bool {
        let mut lines = self.texts.iter().flat_map(|text| text.split(['\n', ';', '&', '|']));
        lines.any(|line| line.trim().strip_prefix("wait ").is_some_and(|jobs| !jobs.trim().is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the failure of each `p` ends the script.
    fn told(texts: &[&str]) -> Vec<bool> {
        let is_p =
            |stop: &Stop| texts[stop.text].get(stop.span.start..stop.span.end).is_some_and(|t| t.starts_with('p'));
        stops(texts).iter().filter(|stop| is_p(stop)).map(|stop| stop.stops).collect()
    }

    #[test]
    fn a_failure_that_nothing_takes_up_ends_the_script() {
        for script in [
            "p a",
            "p a > log 2>&1",
            "p a; true",
            "p a && q",
            "q && p a",
            "(p a)",
            "q | p a",
            "set -o pipefail\np a | tee l",
            "set -euo pipefail; p a 2>&1 | tee l",
            "p a & x=$!\nwait $x",
            "p a || exit 1",
            "p a || { echo no; exit 1; }",
            "p a || rc=$?\nexit $rc",
            "p a || f=1\n[ -z \"$f\" ] || exit 1",
            "p a || q",
            "x=$(p a)",
            "if ! p a; then echo no; exit 1; fi",
            "if p a; then q; else exit 1; fi",
            "if ! p a; then f=1; fi; exit ${f:-0}",
            "f() { p a; }; f",
            "f() { p a; }\nf || exit 1",
            "f() { p a; }",
            "f() { p a; }; f || true; f",
            "p a <<EOF\nx\nEOF",
        ] {
            assert_eq!(told(&[script]), [true], "{script}");
        }
        assert_eq!(told(&["set -o pipefail", "p a | tee l"]), [true]);
        assert_eq!(told(&["p a && q", "p b && q # at the end"]), [false, true]);
    }

    #[test]
    fn a_failure_that_is_taken_up_or_not_heard_of_does_not() {
        for script in [
            "p a &",
            "p a &\nwait",
            "{ p a; } & q",
            "p a | tee l",
            "p a 2>&1 | tee l > m",
            "p a | q | r",
            "set -o pipefail; set +o pipefail; p a | tee l",
            "p a || true",
            "p a || :",
            "p a || echo \"no\" >&2",
            "p a || { echo no; }",
            "p a || rc=$?",
            "p a && q || true",
            "p a && q\nr",
            "p a && q; r",
            "f() { p a && q; r; }; f",
            "if x; then p a && q; fi\nr",
            "(p a) || true",
            "! p a",
            "if p a; then q; fi",
            "if ! p a; then echo no; fi",
            "echo $(p a)",
            "export x=$(p a)",
            "f() { p a; }; f || true",
            "f() { p a; }; if f; then q; fi",
            "f() { p a; }; g() { f; }; g | tee l",
            "p a <<EOF | tee l\nx\nEOF",
        ] {
            assert_eq!(told(&[script]), [false], "{script}");
        }
    }
}
