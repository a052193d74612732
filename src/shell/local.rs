//! Variables that a function has for itself: `local x`, `declare x` in its body, `x=1 f`. When it returns, the caller's stand
//! again.

use tree_sitter::Node;

use super::array::Item;
use super::interpret::Interpreter;
use super::piece::Piece;
use super::plain_word::is_name;
use super::scope::Scope;
use super::value::Value;

/// What a name meant to the caller.
#[derive(Debug)]
pub(super) struct Shadowed {
    name: String,
    values: Option<Vec<Value>>,
    list: Option<Vec<Item>>,
}

impl Interpreter<'_> {
    /// Begins the body of a function.
    pub(super) fn enter_function(&mut self) {
        self.locals.push(Vec::new());
    }

    /// Ends it: what its own variables were to the caller, they are again.
    pub(super) fn leave_function(&mut self) {
        for outer in self.locals.pop().into_iter().flatten() {
            self.scope.restore(outer);
        }
    }

    /// Makes a variable the function's own; true where it was not before. Outside of any function nothing is.
    pub(super) fn localize(&mut self, name: &str) -> bool {
        let Some(frame) = self.locals.last_mut() else { return false };
        if frame.iter().any(|outer| outer.name == name) {
            return false;
        }
        frame.push(self.scope.outer(name));
        true
    }

    /// The names in a declaration that the function gets for itself; a bare one is empty.
    pub(super) fn localize_all<'n>(&mut self, keyword: &str, words: impl Iterator<Item = &'n str>) {
        if self.locals.is_empty() || !is_local(keyword) {
            return;
        }
        let words: Vec<&str> = words.collect();
        if words.contains(&"-g") {
            return;
        }
        for word in words {
            let (name, bare) =
                word.split_once('=').map_or((word, true), |(name, _)| (name.trim_end_matches('+'), false));
            if is_name(name) && self.localize(name) && bare {
                self.scope.set(name, vec![Value::default()]);
            }
        }
    }

    /// The same of a declaration as the grammar has it.
    pub(super) fn localize_declared(&mut self, node: Node<'_>, piece: &Piece) {
        if self.locals.is_empty() {
            return;
        }
        let mut cursor = node.walk();
        let mut words = node.children(&mut cursor).filter_map(|child| piece.text.get(child.byte_range()));
        let Some(keyword) = words.next() else { return };
        self.localize_all(keyword, words);
    }
}

/// Whether a declaration is of the function alone in which it stands.
pub(super) fn is_local(keyword: &str) -> bool {
    matches!(keyword, "local" | "declare" | "typeset")
}

impl Scope {
    fn outer(&self, name: &str) -> Shadowed {
        Shadowed {
            name: name.to_owned(),
            values: self.get(name).map(<[Value]>::to_vec),
            list: self.array(name).cloned(),
        }
    }

    fn restore(&mut self, outer: Shadowed) {
        match (outer.values, outer.list) {
            (_, Some(list)) => self.set_array(&outer.name, list),
            (Some(values), None) => self.set(&outer.name, values),
            (None, None) => self.remove(&outer.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn what_is_local_ends_with_its_function() {
        for (script, due) in [
            ("T=a; f() { local T=$1; p $T; }; f b; p $T", vec!["p b", "p a"]),
            ("T=a; f() { declare T=$1; p $T; }; f b; p $T", vec!["p b", "p a"]),
            ("T=a; f() { T=$1; p $T; }; f b; p $T", vec!["p b", "p b"]),
            ("T=a; f() { export T=$1; p $T; }; f b; p $T", vec!["p b", "p b"]),
            ("T=a; f() { declare -g T=$1; p $T; }; f b; p $T", vec!["p b", "p b"]),
            ("T=a; f() { local T; p x$T; T=c; p $T; }; f; p $T", vec!["p x", "p c", "p a"]),
            ("T=a; f() { local T=b; g; p $T; }; g() { p $T; T=c; }; f; p $T", vec!["p b", "p c", "p a"]),
            ("f() { local i; for i in 1 2; do p $i; done; }; i=0; f; p $i", vec!["p 1", "p 2", "p 0"]),
            ("A=(x y); f() { local A=(z); p \"${A[@]}\"; }; f; p \"${A[@]}\"", vec!["p z", "p x y"]),
            ("f() { p a$x; }; x=0; x=1 f; p b$x", vec!["p a1", "p b0"]),
            ("A=old; export A=new B=$A-1; p $A $B", vec!["p new old-1"]),
            ("f() { local a=$1 b=$a-z; p $a $b; }; a=q; f x", vec!["p x q-z"]),
            // A subshell's own is not the function's.
            ("x=1; f() { ( local x=2; p $x ); x=3; }; f; p $x", vec!["p 2", "p 3"]),
            ("x=1; f() { y=$(local x=2; echo $x); x=3; }; f; p $x $y", vec!["echo 2", "p 3 2"]),
            ("r() { local n=$1; if [ $n = 2 ]; then return; fi; r 2; p $n; }; r 1", vec!["p 1"]),
        ] {
            assert_eq!(run(script), due, "{script}");
        }
    }
}
