//! `while` and `until`: round by round where a loop uses up the words of a call, else once for any number of rounds.

use tree_sitter::Node;

use super::getopts::OPTIND;
use super::interpret::Interpreter;
use super::piece::Piece;
use super::positional::Positional;
use super::redirect::is_negated;
use super::status::Status;
use super::value::Value;
use super::walk::Flow;

/// How many rounds of a loop are followed one by one; nobody writes so many options into a call.
const ROUNDS: usize = 64;

impl Interpreter<'_> {
    /// A loop that uses up the words of a call, by `shift` or `getopts`, is walked until its condition fails. Any other one,
    /// and what is left of it once a round can't be told, has its condition asked and its body walked for what may be any
    /// number of rounds.
    pub(super) fn looped(&mut self, node: Node<'_>, piece: &Piece) -> Flow {
        let text = piece.text.get(node.byte_range()).unwrap_or("");
        let shifts = text.contains("shift");
        if node.kind() == "c_style_for_statement" {
            let head = text.split_once("))").map_or("", |(head, _)| head.trim_start_matches("for"));
            self.counts(head);
        }
        let is_while = node.kind() == "while_statement";
        let until = node.child(0).is_some_and(|word| word.kind() == "until");
        let condition = node.child_by_field_name("condition").filter(|_| is_while);
        let body = node.child_by_field_name("body").filter(|_| is_while && (shifts || text.contains("getopts")));
        let mut rounds = if body.is_some() { 0 } else { ROUNDS };
        let loops = self.begin();
        let (before, since, held) = loop {
            if shifts && (rounds >= ROUNDS || !self.scope.positional.begins_with_one()) {
                // Each round has other words.
                self.scope.positional.lose();
                rounds = ROUNDS;
            }
            let (before, since, words) = (self.scope.clone(), self.ran.len(), self.unread());
            let held = condition.and_then(|condition| self.decide(condition, piece)).map(|held| held != until);
            match (body, held) {
                (Some(body), Some(true)) if rounds < ROUNDS => {
                    let flow = self.known_round(body, piece, &loops);
                    if flow != Flow::Next {
                        let flow = self.end(loops, &[Flow::Break], flow);
                        self.status = Status::Presumed;
                        return flow;
                    }
                    // One that leaves the words as they are waits for something else.
                    rounds = if self.unread() == words { ROUNDS } else { rounds + 1 };
                }
                _ => break (before, since, held),
            }
        };
        if shifts && held != Some(false) {
            self.scope.positional.lose();
        }
        // A body behind a condition that has failed stands in for it.
        let failed = condition.is_some_and(|condition| until != is_negated(condition));
        let flow = match held {
            Some(false) => Flow::Break,
            Some(true) => self.round(node, failed.then_some(since), piece),
            None => self.uncertainly(|this| match this.round(node, failed.then_some(since), piece) {
                Flow::Break | Flow::Continue => Flow::Next,
                flow => flow,
            }),
        };
        let again = flow != Flow::Break || self.may_go_round(loops.since());
        let flow = self.end(loops, &[Flow::Break, Flow::Continue], flow);
        self.status = Status::Presumed;
        if again {
            self.scope.forget_changes(&before);
            self.files_mut().forget_changes(&before.written);
        }
        flow
    }

    /// What tells how far the words of a call have been read.
    fn unread(&self) -> (Positional, Option<Vec<Value>>) {
        (self.scope.positional.clone(), self.scope.get(OPTIND).map(<[Value]>::to_vec))
    }

    /// In a later round a variable has another value where the body sets it.
    pub(super) fn vary(&mut self, body: Node<'_>, piece: &Piece) {
        let mut pending = vec![body];
        while let Some(node) = pending.pop() {
            let mut cursor = node.walk();
            pending.extend(node.named_children(&mut cursor));
            // Lists are followed by their own rules.
            let one = node.kind() == "variable_assignment"
                && node.child_by_field_name("value").is_none_or(|value| value.kind() != "array");
            let name = node.child_by_field_name("name").filter(|_| one);
            let Some(name) = name.and_then(|name| piece.text.get(name.byte_range())) else { continue };
            let Some(mut values) = self.known(name).map(<[Value]>::to_vec) else { continue };
            let written = node.child_by_field_name("value").and_then(|value| piece.text.get(value.byte_range()));
            let plain = written.filter(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            let later = plain.map_or_else(|| Value::opaque(format!("{name} in a loop")), Value::literal);
            if !values.contains(&later) {
                values.push(later);
                self.scope.set(name, values);
            }
        }
    }

    /// One round; a loop with a head of numbers is walked with its head.
    fn round(&mut self, node: Node<'_>, failed: Option<usize>, piece: &Piece) -> Flow {
        match (node.child_by_field_name("body").filter(|_| node.kind() == "while_statement"), failed) {
            (Some(inner), Some(since)) => {
                self.vary(inner, piece);
                self.instead(since, |this| this.walk(inner, piece))
            }
            (Some(inner), None) => {
                self.vary(inner, piece);
                self.walk(inner, piece)
            }
            (None, _) => self.statements(node, piece),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    fn last(script: &str) -> String {
        run(script).pop().unwrap()
    }

    #[test]
    fn a_loop_that_uses_words_up_is_followed_to_its_end() {
        let cases =
            "case $1 in -t|--tag) T=$2; shift 2;; --tag=*) T=${1#*=}; shift;; --dry) D=1; shift;; *) exit 2;; esac";
        for condition in [
            "while [ $# -gt 0 ]",
            "while [ \"$#\" -ne 0 ]",
            "while [[ $# -gt 0 ]]",
            "while test $# -gt 0",
            "while (( $# ))",
            "while (( \"$#\" ))",
            "while (( $# > 0 ))",
            "while [ -n \"$1\" ]",
            "while [ -n \"${1:-}\" ]",
            "while [ \"$1\" != \"\" ]",
            "until [ -z \"$1\" ]",
        ] {
            let script =
                |call: &str| last(&format!("f() {{ {condition}; do {cases}; done; p $T $D; }}; D=0; f {call}"));
            assert_eq!(script("--tag b"), "p b 0", "{condition}");
            assert_eq!(script("--dry -t $BITBUCKET_TAG"), "p $BITBUCKET_TAG 1", "{condition}");
            assert_eq!(script("--tag=x"), "p x 0", "{condition}");
            // A word that nobody knows ends it.
            assert_eq!(script("--dry --other"), "shift", "{condition}");
        }
        assert_eq!(run("f() { while [ $# -gt 0 ]; do p $1; shift; done; }; f a b"), ["p a", "shift", "p b", "shift"]);
        let until_break =
            "while :; do case ${1-} in -t) T=$2; shift 2;; --) shift; break;; *) break;; esac; done; p $T $1";
        assert_eq!(last(&format!("f() {{ {until_break}; }}; f -t a b")), "p a b");
        assert_eq!(last(&format!("f() {{ {until_break}; }}; f -t a -- -t")), "p a -t");
        assert_eq!(last("f() { while [ $# -gt 0 ]; do [ $1 = b ] && break; shift; done; p $1; }; f a b c"), "p b");
        assert_eq!(
            last("f() { while [ $# -gt 0 ]; do E=$1; shift; [ $E = b ] && continue; p $E; done; }; f a b"),
            "shift"
        );
    }

    #[test]
    fn what_is_left_of_a_loop_that_cannot_be_told_may_run() {
        let options = "while [ $# -gt 0 ]; do case \"$1\" in --tag) T=$2; shift 2;; *) shift;; esac; done";
        for call in ["$ARGS", "--tag a $ARGS", "$ARGS --tag a"] {
            let lines = run(&format!("f() {{ T=latest; I=x; {options}; p $I:$T; }}; f {call}"));
            assert_eq!(lines.last().unwrap(), "p x:<T after a loop>", "{call}");
        }
        let waits = "f() { while [ $# -gt 0 ]; do p $1; [ -n \"$X\" ] && shift; done; p z; }; f a";
        assert_eq!(run(waits), ["p a", "? shift", "? p <$1>", "? shift", "p z"]);
        assert_eq!(run("f() { while q; do p $1; shift; done; }; f a b"), ["q", "? p <$1>", "? shift"]);
        // A word that an option takes is there.
        assert_eq!(last(&format!("f() {{ {options}; p $T; }}; f --tag $X")), "p $X");
        assert_eq!(last(&format!("f() {{ {options}; p $T; }}; f --tag")), "p <T after a loop>");
    }

    #[test]
    fn many_rounds_are_bounded() {
        let words = "a ".repeat(1000);
        assert_eq!(last(&format!("f() {{ while [ $# -gt 0 ]; do shift; done; p a; }}; f {words}")), "p a");
        let mut script = "f0() { X=1; }\n".to_owned();
        for level in 1..20 {
            let below = level - 1;
            script += &format!("f{level}() {{ while [ $# -gt 0 ]; do f{below} a b c d e f g h; shift; done; }}\n");
        }
        assert!(run(&format!("{script}f19 a b c d e f g h; p z")).len() < 5_000);
        let nested = (0..12).map(|at| format!("for a{at} in 1 2 3 4 5 6 7 8; do ")).collect::<String>();
        assert!(run(&format!("{nested} X=1; {}", "done; ".repeat(12))).is_empty());
    }
}
