//! Parsing shell text, each text once.

use std::collections::HashMap;
use std::rc::Rc;

use tree_sitter::{Parser, Tree};

/// Parsed texts, kept for the plans that share a step.
pub struct Parses {
    parser: Option<Parser>,
    trees: HashMap<Rc<str>, Rc<Tree>>,
}

impl Default for Parses {
    fn default() -> Self {
        Self::new()
    }
}

impl Parses {
    /// Ready to parse.
    pub fn new() -> Self {
        let mut parser = Parser::new();
        let ready = parser.set_language(&tree_sitter_bash::LANGUAGE.into()).is_ok();
        Self { parser: ready.then_some(parser), trees: HashMap::new() }
    }

    /// The tree of a text; `None` only if the grammar could not be loaded.
    pub fn tree(&mut self, text: &Rc<str>) -> Option<Rc<Tree>> {
        if let Some(tree) = self.trees.get(text) {
            return Some(Rc::clone(tree));
        }
        let tree = Rc::new(self.parser.as_mut()?.parse(text.as_bytes(), None)?);
        self.trees.insert(Rc::clone(text), Rc::clone(&tree));
        Some(tree)
    }
}
