//! Which commands of a script end it where they fail, as `set -e` has it, by how they are written.

use std::collections::HashMap;
use std::rc::Rc;

use tree_sitter::Node;

use super::nested::{DEEPEST, MOST_NESTED, Nested, nested};
use super::options::{errexit, pipefail};
use super::parse::Parses;
use super::redirect::is_negated;
use crate::yaml::Span;

/// How deep the nodes of a script are walked.
const NESTING: usize = 200;
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
    /// Whether it stands in the text of another command.
    pub nested: bool,
    /// Whether `set -e` is at work where it stands.
    heeded: bool,
    /// Whether the function ends as it does.
    last: bool,
}

/// What holds for a node by what stands around it.
#[derive(Clone)]
struct Around {
    stops: bool,
    /// Whether `set -e` is at work: it is not on the left of `&&` and `||`, and in conditions, however deep.
    heeded: bool,
    /// Whether how it ends is how what is around ends: the script, the function, what stands left of `||`.
    last: bool,
    /// Whether how that ends is how the function ends.
    reaches: bool,
    /// Whether a shell of its own runs it.
    inner: bool,
    piped: bool,
    within: Option<Rc<str>>,
}

impl Around {
    const SCRIPT: Self =
        Self { stops: true, heeded: true, last: true, reaches: true, inner: false, piped: false, within: None };

    fn ignored(&self) -> Self {
        Self { stops: false, ..self.clone() }
    }

    /// Where it is asked for how it ends: `set -e` is off within, and only the last command tells.
    fn asked(&self, stops: bool, reaches: bool) -> Self {
        Self { stops: self.stops && stops, heeded: false, last: true, reaches: self.reaches && reaches, ..self.clone() }
    }
}

pub(super) struct Walk<'t> {
    pub(super) texts: &'t [&'t str],
    at: usize,
    /// Where the text begins that is walked: one may stand in another.
    base: usize,
    /// Whether `set +e` counts.
    aware: bool,
    errexit: bool,
    pipefail: bool,
    depth: usize,
    shells: usize,
    nested: usize,
    found: Vec<Stop>,
}

/// The commands of texts that run one after another in one shell, with `set -e`; none where they are too many. `set +e` counts
/// where the reading is `aware` of it, and in shells within the script.
pub fn stops(texts: &[&str], aware: bool) -> Vec<Stop> {
    let mut walk = Walk {
        texts,
        at: 0,
        base: 0,
        aware,
        errexit: true,
        pipefail: false,
        depth: 0,
        shells: 0,
        nested: 0,
        found: Vec::new(),
    };
    for (at, text) in texts.iter().enumerate() {
        walk.at = at;
        if let Some(tree) = Parses::new().tree(&Rc::from(*text)) {
            let last = texts.get(at + 1).is_none_or(|next| Walk::asks(next));
            walk.node(tree.root_node(), &Around { last, ..Around::SCRIPT });
        }
    }
    if walk.found.len() > MOST {
        return Vec::new();
    }
    let mut calls = Calls { walk: &walk, known: HashMap::new() };
    let by_calls: Vec<bool> = walk.found.iter().map(|stop| calls.let_out(stop)).collect();
    let mut found = walk.found;
    found.iter_mut().zip(by_calls).for_each(|(stop, out)| stop.stops &= out);
    found
}

/// How the functions of a script are called.
struct Calls<'w, 't> {
    walk: &'w Walk<'t>,
    /// Of each function whether it is called where `set -e` is at work, and whether it is where only how it ends is heard of.
    known: HashMap<Rc<str>, (bool, bool)>,
}

impl Calls<'_, '_> {
    /// Whether a failure gets out of the functions in which a command stands, at one of their calls or more.
    fn let_out(&mut self, stop: &Stop) -> bool {
        let Some(name) = &stop.within else { return true };
        let (heeded, ended) = self.of(name, 0);
        heeded || ended && stop.last
    }

    fn of(&mut self, name: &Rc<str>, depth: usize) -> (bool, bool) {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        if depth > NESTING {
            return (true, true);
        }
        // One that calls itself is called by others, too.
        self.known.insert(Rc::clone(name), (false, false));
        let walk = self.walk;
        let (mut heeded, mut ended, mut none) = (false, false, true);
        for call in walk.found.iter().filter(|call| walk.first_word(call) == name.as_ref()) {
            if call.within.as_deref() == Some(name) {
                continue;
            }
            none = false;
            let (around, around_ended) = match &call.within {
                Some(outer) => self.of(outer, depth + 1),
                None => (true, false),
            };
            heeded |= around && call.stops && call.heeded;
            ended |= call.stops && (around && !call.heeded || around_ended && call.last);
        }
        let found = if none { (true, false) } else { (heeded, ended) };
        self.known.insert(Rc::clone(name), found);
        found
    }
}

impl Walk<'_> {
    fn first_word(&self, stop: &Stop) -> &str {
        let text = self.texts[stop.text].get(stop.span.start..stop.span.end).unwrap_or("");
        text.split(char::is_whitespace).next().unwrap_or("")
    }

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
            "command" => self.command(node, &[], node, around),
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
                let (stops, reaches) = if or {
                    (!self.forgives(right), around.last || self.leaves(right) || self.remembers(right))
                } else {
                    (around.last, around.last)
                };
                self.node(left, &around.asked(stops, reaches));
                self.node(right, around);
            }
            "if_statement" => self.conditional(node, around),
            "function_definition" => {
                let name = node.child_by_field_name("name").map(|name| Rc::from(self.text(name)));
                if let Some(inner) = node.child_by_field_name("body") {
                    let own = Around { within: name, ..Around::SCRIPT };
                    self.in_own_state(|this| this.errexit = true, |this| this.node(inner, &own));
                }
            }
            "subshell" => {
                // It ends as a command does: `(a && b)` ends the script where `a` fails.
                let last = around.last || self.heeds(around);
                let own = Around { last, reaches: around.reaches && around.last, ..around.clone() };
                self.in_own_state(|_| {}, |this| this.statements(node, &own));
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
        for (at, child) in children.iter().enumerate() {
            let aside = child.next_sibling().is_some_and(|next| next.kind() == "&") && !self.waits();
            let stops = around.stops && !aside;
            let is_asked = children.get(at + 1).is_some_and(|next| Self::asks(self.text(*next)));
            let last = around.last && (end == Some(at) || child.kind() == "case_item") || is_asked;
            self.node(*child, &Around { stops, last, ..around.clone() });
        }
    }

    /// Whether `set -e` is at work, here and in the shell.
    fn heeds(&self, around: &Around) -> bool {
        around.heeded && self.errexit
    }

    /// Walks what has options of its own.
    fn in_own_state(&mut self, set: impl FnOnce(&mut Self), walk: impl FnOnce(&mut Self)) {
        let before = (self.errexit, self.pipefail);
        set(self);
        walk(self);
        (self.errexit, self.pipefail) = before;
    }

    fn command(&mut self, node: Node<'_>, redirects: &[Node<'_>], whole: Node<'_>, around: &Around) {
        let (pipes, ends) = (pipefail(self.text(node)), errexit(self.text(node)));
        self.pipefail = pipes.unwrap_or(self.pipefail);
        if self.aware || self.shells > 0 && ends == Some(true) {
            self.errexit = ends.unwrap_or(self.errexit);
        }
        if self.nested < MOST_NESTED
            && self.shells < DEEPEST
            && let Some(nested) = nested(node, redirects, self.whole_text())
        {
            return self.nested(nested, around);
        }
        let heeded = self.heeds(around);
        let stops = around.stops && (heeded || around.last);
        let last = around.reaches && (around.last || around.inner && heeded);
        let Around { piped, within, .. } = around.clone();
        let (span, whole) = (self.span(node), self.span(whole));
        let nested = self.shells > 0;
        self.found.push(Stop { text: self.at, span, whole, stops, piped, within, nested, heeded, last });
        self.statements(node, &around.ignored());
    }

    /// Walks the commands that stand in the text of another one.
    fn nested(&mut self, nested: Nested, around: &Around) {
        let text = self.whole_text().get(nested.span.start..nested.span.end).unwrap_or("");
        let Some(tree) = Parses::new().tree(&Rc::from(text)) else { return };
        let base = self.base + nested.span.start;
        let before = std::mem::replace(&mut self.base, base);
        self.nested += 1;
        self.shells += 1;
        match nested.own {
            None => self.node(tree.root_node(), around),
            Some(own) => {
                let stops = around.stops && (self.heeds(around) || around.last);
                let reaches = around.reaches && around.last;
                let inner = Around { stops, reaches, inner: true, last: true, heeded: true, ..around.clone() };
                let set = |this: &mut Self| (this.errexit, this.pipefail) = (own.errexit, own.pipefail);
                self.in_own_state(set, |this| this.node(tree.root_node(), &inner));
            }
        }
        self.shells -= 1;
        self.base = before;
    }

    fn redirected(&mut self, node: Node<'_>, around: &Around) {
        let Some(inner) = node.child_by_field_name("body") else { return };
        let mut cursor = node.walk();
        let redirects: Vec<Node<'_>> = node.children_by_field_name("redirect", &mut cursor).collect();
        // `cmd <<EOF | other` stands inside the redirect, for the grammar.
        let mut behind = Vec::new();
        for redirect in &redirects {
            let mut cursor = redirect.walk();
            behind.extend(redirect.named_children(&mut cursor).filter(|child| !child.kind().starts_with("heredoc_")));
        }
        let is_piped = behind.iter().any(|node| node.kind() == "pipeline");
        let stops = around.stops && (!is_piped || self.pipefail);
        let own = Around { stops, piped: around.piped || is_piped, ..around.clone() };
        if inner.kind() == "command" {
            self.command(inner, &redirects, node, &own);
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
        let is_clause = |node: &Node<'_>| node.kind().ends_with("_clause");
        let mut taken = others.iter().filter(|node| is_clause(node) != negated);
        let by_branch = others.iter().any(|node| self.remembers(*node))
            || others.iter().any(|node| node.kind() == "elif_clause")
            || taken.any(|node| self.leaves(*node));
        let asked = around.asked(by_branch, true);
        for condition in conditions {
            match condition.kind() {
                "negated_command" => self.statements(condition, &asked),
                _ => self.node(condition, &asked),
            }
        }
        for (at, node) in others.iter().enumerate() {
            let last = around.last && (is_clause(node) || others.get(at + 1).is_none_or(is_clause));
            self.node(*node, &Around { last, ..around.clone() });
        }
    }

    fn whole_text(&self) -> &str {
        self.texts.get(self.at).and_then(|text| text.get(self.base..)).unwrap_or("")
    }

    fn span(&self, node: Node<'_>) -> Span {
        Span::new(self.base + node.start_byte(), self.base + node.end_byte())
    }

    pub(super) fn text(&self, node: Node<'_>) -> &str {
        self.whole_text().get(node.byte_range()).unwrap_or("")
    }
}
