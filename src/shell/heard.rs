//! Whether a script hears of a failure that does not end it at once: what stands behind `||`, in a branch, or further down.

use tree_sitter::Node;

use super::stops::Walk;

impl Walk<'_> {
    /// Whether what stands behind `||` surely succeeds, and keeps nothing of the failure.
    pub(super) fn forgives(&self, node: Node<'_>) -> bool {
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
    pub(super) fn leaves(&self, node: Node<'_>) -> bool {
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
    pub(super) fn remembers(&self, node: Node<'_>) -> bool {
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
    pub(super) fn waits(&self) -> bool {
        let mut lines = self.texts.iter().flat_map(|text| text.split(['\n', ';', '&', '|']));
        lines.any(|line| line.trim().strip_prefix("wait ").is_some_and(|jobs| !jobs.trim().is_empty()))
    }

    /// Whether a statement asks how the one before it ended, and does more than to print that.
    pub(super) fn asks(text: &str) -> bool {
        let first = text.trim_start().lines().next().unwrap_or("");
        let end = first.find(';').filter(|_| !first.starts_with("if")).unwrap_or(first.len());
        first.get(..end).unwrap_or("").contains("$?") && !first.starts_with("echo") && !first.starts_with("printf")
    }
}
