//! Conditions that can't be decided: what they cast doubt on.

use super::interpret::Interpreter;
use super::scope::AFTER_LOOP;
use super::status::{LATELY, STATUS};
use super::value::Value;

impl Interpreter<'_> {
    /// Whether a condition asks how the command before it ended, by `$?` or by a variable that holds it.
    pub(super) fn asks_for_status(&self, condition: &str) -> bool {
        let holds = |value: &Value| value.as_symbol().is_some_and(|symbol| symbol.name == STATUS);
        condition.split('$').skip(1).any(|rest| {
            let rest = rest.trim_start_matches('{');
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = rest.get(..end).unwrap_or("");
            rest.starts_with('?') || self.known(name).is_some_and(|values| values.iter().all(holds))
        })
    }

    /// Doubts what has run lately, where a condition that can't be decided asks for it.
    pub(super) fn doubt(&mut self, condition: Option<&str>) {
        if condition.is_some_and(|text| text.contains('$') && self.asks_for_status(text)) {
            self.fail(self.ran.len().saturating_sub(LATELY)..self.ran.len());
        }
    }

    /// Takes note that what follows hangs on a condition, where that can't be decided for what a loop has set: the loop was not
    /// followed to its end, so whether anything of it runs can't be told.
    pub(super) fn hang_on(&mut self, condition: Option<&str>) {
        self.untold |= condition.is_some_and(|text| self.asks_a_loop(text));
    }

    /// Whether a condition asks for a variable that a loop may have set, or for words that one has used up.
    fn asks_a_loop(&self, condition: &str) -> bool {
        let of_loop = |value: &Value| value.symbols().any(|symbol| symbol.name.ends_with(AFTER_LOOP));
        names(condition).any(|name| match name.bytes().next() {
            None => false,
            Some(b'0'..=b'9') => self.scope.positional.is_lost(),
            Some(_) => self.known(name).is_some_and(|values| values.iter().any(of_loop)),
        })
    }

    /// Goes on behind what may hang on a loop, given what held `before` it and how certain it was there: where a way of it may have
    /// left, the rest hangs on the loop, too.
    pub(super) fn settle_untold(&mut self, (before, certain): (bool, bool)) {
        self.untold = before || self.untold && certain && !self.certain;
    }
}

/// The names that a text expands: `$A`, `${A:-b}`.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches('{');
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::World;
    use super::super::{Interpreter, Invocation, Parses, Piece, Scope};

    /// The commands named `p`, with `?` before those that can't be told to run.
    fn told(script: &str) -> Vec<String> {
        let mut told = Vec::new();
        let mut emit = |_: &Scope, invocation: &Invocation| {
            if invocation.name() == Some("p") {
                told.push(format!("{}{}", if invocation.untold { "?" } else { "" }, invocation.words[1].shown()));
            }
        };
        let (mut world, mut parses) = (World, Parses::new());
        Interpreter::new(&mut world, &mut parses, &mut emit).run(&Piece::new(0, script));
        told
    }

    #[test]
    fn what_hangs_on_a_loop_that_is_not_followed_cannot_be_told() {
        let options = "f() { M=; while [ $# -gt 0 ]; do case $1 in -m) M=$2; shift 2;; *) shift;; esac; done";
        let after = |guarded: &str, call: &str| told(&format!("{options}; {guarded}; }}; f {call}; p z"));
        for (guarded, due) in [
            ("case $M in a) p a;; b) p b;; esac; p c", vec!["?a", "?b", "c", "z"]),
            ("if [ \"$M\" = a ]; then p a; else p b; fi; p c", vec!["?a", "?b", "c", "z"]),
            ("[ \"$M\" = a ] && p a; p c", vec!["?a", "c", "z"]),
            ("[ \"$M\" = a ] && p a || p b; p c", vec!["?a", "?b", "c", "z"]),
            ("[ \"$M\" = a ] && return 0; p c", vec!["?c", "z"]),
            ("if [ \"$M\" = a ]; then exit 0; fi; p c", vec!["?c", "?z"]),
            ("if [ \"$X\" = a ]; then p a; fi; p c", vec!["a", "c", "z"]),
        ] {
            assert_eq!(after(guarded, "$ARGS"), due, "{guarded}");
            assert!(!after(guarded, "-m b").iter().any(|line| line.starts_with('?')), "{guarded}");
        }
        assert_eq!(
            told("f() { while [ $# -gt 0 ]; do case $1 in a) p a;; esac; shift; done; p z; }; f $X"),
            ["?a", "z"]
        );
    }
}
