//! Parsing shell text, each text once.

use std::cell::RefCell;
use std::rc::Rc;

use foldhash::HashMap;
use tree_sitter::{Parser, Tree};

use super::grammar::for_grammar;

/// How many bytes of text a thread keeps the trees of. Revisions of a file have most of their scripts in common, and so have
/// the files of a team.
const KEPT_BYTES: usize = 256 << 10;

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::default();
}

/// Texts that a thread has parsed lately.
#[derive(Default)]
struct Kept {
    /// Made at the first text that needs the grammar.
    parser: Option<Parser>,
    trees: HashMap<Rc<str>, Rc<Tree>>,
    bytes: usize,
}

impl Kept {
    fn tree(&mut self, text: &Rc<str>) -> Option<Rc<Tree>> {
        if let Some(tree) = self.trees.get(text) {
            return Some(Rc::clone(tree));
        }
        if self.parser.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
            self.parser = Some(parser);
        }
        let changed = for_grammar(text);
        let tree = Rc::new(self.parser.as_mut()?.parse(changed.as_deref().unwrap_or(text).as_bytes(), None)?);
        if self.bytes + text.len() > KEPT_BYTES {
            self.trees.clear();
            self.bytes = 0;
        }
        self.bytes += text.len();
        self.trees.insert(Rc::clone(text), Rc::clone(&tree));
        Some(tree)
    }
}

/// How texts are parsed.
#[derive(Debug, Default)]
pub struct Parses {
    grammar_alone: bool,
}

impl Parses {
    /// Plain commands without the grammar, all else with it.
    pub fn new() -> Self {
        Self::default()
    }

    /// All with the grammar: what the short way is held against.
    #[cfg(test)]
    pub(super) fn by_grammar_alone() -> Self {
        Self { grammar_alone: true }
    }

    pub(super) fn is_grammar_alone(&self) -> bool {
        self.grammar_alone
    }

    /// The tree of a text; `None` only if the grammar could not be loaded.
    pub fn tree(&self, text: &Rc<str>) -> Option<Rc<Tree>> {
        KEPT.with_borrow_mut(|kept| kept.tree(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_bounded() {
        for number in 0..40 {
            let text: Rc<str> = format!("echo {number} | tee {}", "x".repeat(20_000)).into();
            let tree = Parses::new().tree(&text).unwrap();
            assert!(Rc::ptr_eq(&tree, &Parses::new().tree(&text).unwrap()), "the same text is parsed once");
            KEPT.with_borrow(|kept| {
                let bytes: usize = kept.trees.keys().map(|text| text.len()).sum();
                assert!(bytes == kept.bytes && bytes <= KEPT_BYTES, "{bytes}");
            });
        }
    }
}
