//! Parsing shell text, each text once.

use std::collections::HashMap;
use std::rc::Rc;

use tree_sitter::{Parser, Tree};

/// Parsed texts, kept for the plans that share a step.
pub struct Parses {
    /// Made at the first text that needs the grammar.
    parser: Option<Parser>,
    trees: HashMap<Rc<str>, Rc<Tree>>,
    grammar_alone: bool,
}

impl Default for Parses {
    fn default() -> Self {
        Self::new()
    }
}

impl Parses {
    /// Ready to parse.
    pub fn new() -> Self {
        Self { parser: None, trees: HashMap::new(), grammar_alone: false }
    }

    /// The same, with plain commands parsed, too: what the short way is held against.
    #[cfg(test)]
    pub(super) fn by_grammar_alone() -> Self {
        Self { grammar_alone: true, ..Self::new() }
    }

    pub(super) fn is_grammar_alone(&self) -> bool {
        self.grammar_alone
    }

    /// The tree of a text; `None` only if the grammar could not be loaded.
    pub fn tree(&mut self, text: &Rc<str>) -> Option<Rc<Tree>> {
        if let Some(tree) = self.trees.get(text) {
            return Some(Rc::clone(tree));
        }
        if self.parser.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
            self.parser = Some(parser);
        }
        let tree = Rc::new(self.parser.as_mut()?.parse(text.as_bytes(), None)?);
        self.trees.insert(Rc::clone(text), Rc::clone(&tree));
        Some(tree)
    }
}
