//! What a command substitution prints on each of the ways through it: `$([ "$B" = main ] && echo a || echo b)`.

use super::expand::ALTERNATIVES;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::piece::Piece;
use super::scope::Scope;
use super::substitute::{text, words_text};
use super::value::Value;

/// Commands that print nothing.
const SILENT: [&str; 22] = [
    ":", "true", "false", "cd", "set", "unset", "export", "shift", "trap", "sleep", "wait", "mkdir", "rm", "cp", "mv",
    "touch", "chmod", "chown", "ln", "test", "[", "read",
];

impl Interpreter<'_> {
    /// The commands of a text, run for their effects in a scope of their own, and what they print on each way; no way is told
    /// where one look at the text shows that there is but one.
    pub(super) fn collect(&mut self, piece: &Piece) -> Option<(Vec<Invocation>, Vec<Value>)> {
        if !self.enter() {
            return None;
        }
        self.collected.push(Vec::new());
        self.redirected += 1;
        let parts = piece.text.contains(['&', ';', '\n']) || piece.text.contains("||");
        let ways = (parts || !self.scope.functions.is_empty()) && self.remote.is_none();
        let prints_at = std::mem::replace(&mut self.prints_at, self.redirected);
        let aside = std::mem::take(&mut self.aside);
        let inner = self.apart(|this| {
            this.scope.printed = if ways { vec![Value::default()] } else { Vec::new() };
            this.walk_piece(piece)
        });
        self.prints_at = prints_at;
        self.aside = aside;
        self.redirected -= 1;
        self.leave();
        let mut ways: Vec<Value> = Vec::with_capacity(inner.printed.len());
        for way in inner.printed.into_iter().map(Value::trim_newlines) {
            if !ways.contains(&way) {
                ways.push(way);
            }
        }
        Some((self.collected.pop()?, ways))
    }

    /// Takes note of what a command prints, where a substitution is walked and its output is not sent elsewhere.
    pub(super) fn note_printed(&mut self, invocation: &Invocation) {
        let silent = || invocation.name().is_some_and(|name| SILENT.contains(&name)) || is_quiet(invocation);
        if self.scope.printed.is_empty()
            || self.aside > 0
            || self.redirected != self.prints_at
            || self.remote.is_some()
            || silent()
        {
            return;
        }
        let whole = text(invocation).filter(|_| matches!(invocation.name(), Some("echo" | "printf")));
        let printed = whole.unwrap_or_else(|| {
            let line = self.line(invocation);
            let mut printed = line.unwrap_or_else(|| Value::command(words_text(invocation)));
            printed.push_literal("\n");
            printed
        });
        self.scope.printed.iter_mut().for_each(|way| way.extend(&printed));
    }
}

impl Scope {
    /// Adds what was printed on other ways.
    pub(super) fn may_have_printed(&mut self, other: Vec<Value>) {
        for way in other {
            if !self.printed.contains(&way) {
                self.printed.push(way);
            }
        }
        if self.printed.len() > ALTERNATIVES {
            self.printed = vec![Value::opaque("one of many texts")];
        }
    }
}

/// `grep -q`
fn is_quiet(invocation: &Invocation) -> bool {
    let quiet = |word: &Word| word.literal().is_some_and(|flag| flag.starts_with('-') && flag.contains('q'));
    invocation.name().is_some_and(|name| name.ends_with("grep")) && invocation.words.iter().any(quiet)
}

/// Whether all of a text that was printed is known, or made of variables.
pub(super) fn is_told(printed: &Value) -> bool {
    printed.symbols().all(|symbol| symbol.is_named())
}

/// Whether ways say more than the commands by themselves: where one of them prints nothing, the others have to be told.
pub(super) fn are_clear(ways: &[Value]) -> bool {
    ways.iter().all(is_told) || !ways.iter().any(Value::is_empty)
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    /// What `p` is given.
    fn given(script: &str) -> String {
        run(script).pop().unwrap().trim_start_matches("? ").to_owned()
    }

    #[test]
    fn a_condition_decides_what_is_printed() {
        for (printed, told) in [
            ("[ -n \"$BITBUCKET_TAG\" ] && echo a || echo b", "p a"),
            ("[ -z \"$BITBUCKET_TAG\" ] && echo a || echo b", "p b"),
            ("if [ -n \"$X\" ]; then echo a; else echo b; fi", "p <a or b>"),
            ("[ -n \"$X\" ] && echo a || echo b", "p <a or b>"),
            ("[ -n \"$X\" ] && echo a || echo a", "p a"),
            ("grep -q x f && echo a || echo b", "p <a or b>"),
            ("[ -n \"$X\" ] && { printf c; echo a; } || echo b", "p <ca or b>"),
            ("case \"$X\" in x*) echo a;; *) echo b;; esac", "p <a or b>"),
            ("case \"$BITBUCKET_TAG\" in release-*) echo a;; *) echo b;; esac", "p b"),
            ("case x in y) echo a;; (x) echo b ;; esac", "p b"),
            ("[ -n \"$X\" ] && [ -n \"$Y\" ] && echo a || echo b", "p <a or b>"),
            (": \"${X:?}\" && echo a", "p a"),
            ("cat f || echo a", "p <$(cat f) or a>"),
            ("true; (echo a)", "p a"),
            ("echo log >&2; echo a", "p a"),
            ("{ echo log; q; } 1>&2; echo a", "p a"),
            ("# it's\n echo a", "p a"),
        ] {
            assert_eq!(given(&format!("p $({printed})")), told, "{printed}");
        }
        assert_eq!(given("f() { echo log >&2; echo $1; }; p $(f a)"), "p a");
        assert_eq!(given("f() { if [ -n \"$X\" ]; then echo a; return; fi; echo b; }; p $(f)"), "p <b or a>");
    }

    #[test]
    fn what_is_not_followed_is_unknown() {
        for (printed, told) in [
            ("cat f | grep x || true", "p $(cat f | grep x | true)"),
            ("[ -n \"$X\" ] && cat f", "p $(cat f)"),
            ("for x in $L; do echo $x; done; echo", "p $(echo <each x> | echo)"),
            ("q; echo a", "p $(q | echo a)"),
        ] {
            assert_eq!(given(&format!("p $({printed})")), told, "{printed}");
        }
    }

    #[test]
    fn one_of_two_assignments_is_made() {
        assert_eq!(given("[ -n \"$X\" ] && T=a || T=b; p $T"), "p <a or b>");
        assert_eq!(given("[ -n \"$X\" ] && { T=a; q; } || T=b; p $T"), "p <a or b>");
        assert_eq!(given("[ -n \"$X\" ] && exit 0 || T=b; p $T"), "p b");
        assert!(run("[ -n \"$BITBUCKET_TAG\" ] && exit 0 || T=b; p $T").is_empty());
    }
}
