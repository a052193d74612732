//! How commands end: what follows for their exit status, what runs because of it, and the ways that leave early.

use std::ops::Range;

use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::piece::Place;
use super::scope::Scope;
use super::value::Value;
use super::walk::Flow;
use super::written::Written;

/// How the last command ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    /// With this code, for sure.
    Ended(u8),
    /// With some code that tells of a failure.
    Failed,
    /// It does some work, and is taken to succeed.
    #[default]
    Presumed,
    /// It asks something, and the answer can't be told.
    Asked,
}

/// How many failed commands are kept.
const FAILED: usize = 64;
/// How many commands `$?` may be about, those between it and its test included.
pub(super) const LATELY: usize = 8;
/// What `$?` is called where it is not known.
pub(super) const STATUS: &str = "$?";

/// All that ends a script or a subshell.
pub(super) const LEAVES: [Flow; 4] = [Flow::Exit, Flow::Return, Flow::Break, Flow::Continue];

impl Status {
    /// What `$?` is, where that is sure.
    pub(super) fn code(self) -> Option<String> {
        match self {
            Status::Ended(code) => Some(code.to_string()),
            Status::Failed | Status::Presumed | Status::Asked => None,
        }
    }

    /// Of a test.
    pub(super) fn of(held: Option<bool>) -> Self {
        held.map_or(Status::Asked, |held| Status::Ended(u8::from(!held)))
    }

    /// Whether it succeeded, where that is sure.
    pub(super) fn held(self) -> Option<bool> {
        match self {
            Status::Ended(code) => Some(code == 0),
            Status::Failed => Some(false),
            Status::Presumed | Status::Asked => None,
        }
    }

    pub(super) fn negated(self) -> Self {
        match self {
            Status::Ended(code) => Status::Ended(u8::from(code == 0)),
            Status::Failed => Status::Ended(0),
            // Work that should fail is a question.
            Status::Presumed | Status::Asked => Status::Asked,
        }
    }

    /// Of one of two ways.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (one, other) if one.is_failure() && other.is_failure() => Status::Failed,
            // What only work decides is decided well.
            (Status::Presumed, _) | (_, Status::Presumed) => Status::Presumed,
            _ => Status::Asked,
        }
    }

    /// Whether it is surely a failure.
    fn is_failure(self) -> bool {
        self.held() == Some(false)
    }
}

/// A way that may have left a loop, a function or a script.
#[derive(Debug)]
pub(super) struct Left {
    pub(super) flow: Flow,
    scope: Scope,
    status: Status,
}

impl Left {
    /// The files as they are where it leaves well.
    pub(super) fn files(&self) -> Option<&Written> {
        (!self.status.is_failure()).then_some(&*self.scope.written)
    }

    /// Whether what is behind may not run: behind a check that ends in a failure the rest is as certain as before.
    fn casts_doubt(&self) -> bool {
        !matches!(self.flow, Flow::Exit | Flow::Return) || !self.status.is_failure()
    }
}

/// What a function or a loop gives back at its end.
pub(super) struct Entered {
    left: usize,
    certain: bool,
    way: usize,
    failed: Vec<Place>,
    untold: bool,
}

impl Entered {
    /// How many ways had left before.
    pub(super) fn since(&self) -> usize {
        self.left
    }

    /// How certain it was before.
    pub(super) fn certain(&self) -> bool {
        self.certain
    }
}

impl Interpreter<'_> {
    /// Whether a way since then goes on with another round.
    pub(super) fn may_go_round(&self, since: usize) -> bool {
        self.left.iter().skip(since).any(|left| left.flow == Flow::Continue)
    }

    /// Takes note of commands that have failed from here on.
    pub(super) fn fail(&mut self, commands: Range<usize>) {
        let commands = self.ran.get(commands).unwrap_or_default();
        // Of many the first few settle it.
        let room = FAILED.saturating_sub(self.failed.len());
        self.failed.extend(commands.iter().take(room).copied());
    }

    /// How an assignment ends: well, but where a substitution in it tells otherwise.
    pub(super) fn set_by(&mut self, text: Option<&str>) {
        if !text.is_some_and(|text| text.contains("$(") || text.contains('`')) {
            self.status = Status::Ended(0);
        }
    }

    /// What stands behind `&&` or `||`; `since` counts the commands that had run before the list.
    pub(super) fn chained(&mut self, or: bool, since: usize, right: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let left = self.status;
        match (left.held(), or) {
            (Some(true), false) => right(self),
            (Some(false), true) => self.instead(since, right),
            (Some(_), _) => Flow::Next,
            (None, false) if left == Status::Presumed => {
                let (before, ran) = (self.scope.clone(), self.ran.len());
                let flow = right(self);
                if flow == Flow::Next {
                    self.status = if self.status == Status::Ended(0) { Status::Presumed } else { self.status };
                } else {
                    // Nobody leaves behind what always succeeds: the rest runs where it has failed.
                    self.may_leave(flow, before);
                    self.fail(since..ran);
                    self.certain = false;
                    self.status = Status::Presumed;
                }
                Flow::Next
            }
            (None, _) => {
                let flow = self.uncertainly(|this| if or { this.instead(since, right) } else { right(this) });
                self.status = match (self.status.held(), or) {
                    (Some(held), or) if held == or => self.status,
                    _ => left,
                };
                flow
            }
        }
    }

    /// Runs what stands in for the commands that ran since then, because they failed.
    pub(super) fn instead(&mut self, since: usize, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let known = self.failed.len();
        if !self.status.is_failure() {
            self.status = Status::Failed;
        }
        self.fail(since..self.ran.len());
        let flow = run(self);
        self.failed.truncate(known);
        flow
    }

    /// Walks something that may not happen.
    pub(super) fn uncertainly(&mut self, walk: impl FnOnce(&mut Self) -> Flow) -> Flow {
        let certain = std::mem::replace(&mut self.certain, false);
        let before = self.scope.clone();
        let (way, since) = (self.part(), self.left.len());
        let flow = walk(self);
        self.settle(since, certain);
        self.way = way;
        if flow == Flow::Next {
            let after = std::mem::take(&mut self.scope);
            self.scope = self.join_scopes(vec![after, before]);
        } else {
            self.may_leave(flow, before);
            self.status = Status::Asked;
        }
        Flow::Next
    }

    /// Keeps a way that may have left, and goes on with the scope of the others.
    pub(super) fn may_leave(&mut self, flow: Flow, others: Scope) {
        let scope = std::mem::replace(&mut self.scope, others);
        self.part();
        let left = Left { flow, scope, status: self.status };
        self.certain &= !left.casts_doubt();
        self.left.push(left);
    }

    /// Begins what can be left: a function, a loop, a script.
    pub(super) fn begin(&mut self) -> Entered {
        let (certain, untold) = (self.certain, self.untold);
        Entered { left: self.left.len(), certain, way: self.way, failed: self.failed.clone(), untold }
    }

    /// Ends it: the ways that left it by one of these come together with the one that got to its end, or left by `flow`.
    pub(super) fn end(&mut self, entered: Entered, by: &[Flow], flow: Flow) -> Flow {
        self.way = entered.way;
        self.failed = entered.failed;
        let flow = self.gather(entered.left, by, flow);
        self.settle(entered.left, entered.certain);
        self.settle_untold((entered.untold, entered.certain));
        flow
    }

    /// How certain it is what follows something, given how certain that itself was: less where a way since then may have
    /// left what is around.
    pub(super) fn settle(&mut self, since: usize, certain: bool) {
        self.certain = certain && !self.left.iter().skip(since).any(Left::casts_doubt);
    }

    /// Brings the ways together that have left since then by one of these.
    pub(super) fn gather(&mut self, since: usize, by: &[Flow], flow: Flow) -> Flow {
        if self.left.len() == since {
            return if by.contains(&flow) { Flow::Next } else { flow };
        }
        let (here, outer): (Vec<Left>, Vec<Left>) = self.left.drain(since..).partition(|left| by.contains(&left.flow));
        self.left.extend(outer);
        if here.is_empty() {
            return if by.contains(&flow) { Flow::Next } else { flow };
        }
        let goes_on = flow == Flow::Next || by.contains(&flow);
        let own = std::mem::take(&mut self.scope);
        let mut status = goes_on.then_some(self.status);
        let mut scopes = Vec::with_capacity(here.len() + 1);
        if goes_on {
            scopes.push(own);
        } else {
            self.left.push(Left { flow, scope: own, status: self.status });
        }
        for left in here {
            // A loop that is broken off has done what it was for.
            let own = if left.flow == Flow::Break { Status::Presumed } else { left.status };
            status = Some(status.map_or(own, |status| status.or(own)));
            scopes.push(left.scope);
        }
        self.status = status.unwrap_or_default();
        self.scope = self.join_scopes(scopes);
        Flow::Next
    }

    /// `exit 1`, `return $?`: how it ends.
    pub(super) fn ended_by(&mut self, invocation: &Invocation) {
        let Some(word) = invocation.words.get(1) else { return };
        let codes: Option<Vec<u8>> = word.values.iter().map(|value| value.as_literal()?.parse().ok()).collect();
        self.status = match codes.as_deref() {
            Some([code]) => Status::Ended(*code),
            Some(_) => Status::Asked,
            // `return $?` and `return "$rc"` hand on how some work ended.
            None if self.status.is_failure() => Status::Failed,
            None => Status::Presumed,
        };
    }

    /// How a command ends that is no wrapper of another one.
    pub(super) fn note_status(&mut self, invocation: &Invocation) {
        self.status = match invocation.name() {
            Some("true" | ":" | "echo" | "printf") => Status::Ended(0),
            Some("false") => Status::Ended(1),
            Some("which" | "type" | "hash" | "diff" | "cmp" | "pgrep") => Status::Asked,
            Some("grep" | "egrep" | "fgrep") => self.grep(invocation),
            Some("expr") => self.expr(invocation),
            _ if asks(invocation) => Status::Asked,
            _ => Status::Presumed,
        };
    }
}

/// Whether a command that can do other things, too, asks whether something is there or has changed.
fn asks(invocation: &Invocation) -> bool {
    let is_question = |text: &str| {
        matches!(text, "inspect" | "--exit-code" | "--quiet" | "describe-images" | "show-ref" | "--is-ancestor")
    };
    let asks = |word: &Word| word.literal().is_some_and(is_question);
    let quiet = |word: &Word| word.literal() == Some("--quiet");
    let name = invocation.name().unwrap_or("");
    invocation.words.iter().skip(1).any(|word| asks(word) && (!quiet(word) || name == "git"))
}

/// Whether a command is a variable that holds `true` or `false`, one or the other.
pub(super) fn is_either(word: &Word) -> bool {
    let truth = |value: &Value| matches!(value.as_literal(), Some("true" | "false"));
    word.values.len() > 1 && word.values.iter().all(truth)
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_function_ends_as_its_last_command_does() {
        for guard in [
            "on() { [ -n \"$BITBUCKET_BRANCH\" ]; }; on || exit 0",
            "on() { if [ -z \"$BITBUCKET_BRANCH\" ]; then return 1; fi; return 0; }; on || exit 0",
            "on() { [ -z \"$BITBUCKET_BRANCH\" ] && return 1; true; }; if ! on; then exit 0; fi",
            "ON=false; if [ -n \"$BITBUCKET_BRANCH\" ]; then ON=true; fi; $ON || exit 0",
            "[ -n \"$BITBUCKET_BRANCH\" ]; rc=$?; if [ $rc -ne 0 ]; then exit 0; fi",
            "[ -n \"$BITBUCKET_BRANCH\" ]; if [ $? = 1 ]; then exit 0; fi",
            "bash -c '[ -n \"$BITBUCKET_BRANCH\" ]' || exit 0",
        ] {
            assert!(!run(&format!("{guard}\np a")).iter().any(|line| line.ends_with("p a")), "{guard}");
        }
        assert_eq!(run("on() { [ -n \"$X\" ]; }; on && p a"), ["? p a"]);
        assert_eq!(run("on() { [ -n \"$X\" ] && return 0; return 1; }; on || exit 0; p a"), ["? p a"]);
        assert_eq!(run("ON=false; [ -n \"$X\" ] && ON=true; $ON && p a"), ["? p a"]);
        assert_eq!(run("p a || return $?; p b && p c"), ["p a", "p b", "p c"]);
    }

    #[test]
    fn who_may_have_left_has_not_left_for_sure() {
        assert_eq!(run("p a && exit 0; p b"), ["p a", "? p b"]);
        assert_eq!(run("f() { p a && return 0; exit 1; }; f; p b"), ["p a", "p b"]);
        assert_eq!(run("f() { if [ -n \"$X\" ]; then return 0; fi; exit 1; }; f; p b"), ["p b"]);
        assert_eq!(run("[ -n \"$X\" ] || exit 1; p b"), ["p b"]);
        assert_eq!(run("f() { T=a; [ -n \"$X\" ] && return; T=b; }; f; p $T"), ["p <b or a>"]);
        assert_eq!(run("T=a; [ -n \"$X\" ] && T=b; p $T"), ["p <b or a>"]);
        assert_eq!(run("T=a; q || T=b; p $T"), ["q", "p <b or a>"]);
    }

    #[test]
    fn who_may_have_left_from_deep_inside_has_not_left_for_sure() {
        for guard in [
            "if [ -n \"$BITBUCKET_TAG\" ]; then [ -n \"$X\" ] || exit 0; fi",
            "if [ \"$A\" = y ]; then [ -n \"$X\" ] || exit 0; fi",
            "if [ \"$A\" = y ]; then q=1; else if [ -z \"$X\" ]; then exit 0; fi; fi",
            "case $BITBUCKET_TAG in rc-*) [ -n \"$X\" ] || exit 0;; esac",
            "[ \"$A\" = y ] || { [ -n \"$X\" ] || exit 0; }",
            "f() { [ -n \"$1\" ] || exit 0; }; f \"$X\"",
            "f() { if [ -z \"$1\" ]; then exit 0; fi; }; f \"$X\"",
            "for v in $X $Y; do [ -n \"$v\" ] || exit 0; done",
        ] {
            assert_eq!(run(&format!("{guard}\np a")).last().unwrap(), "? p a", "{guard}");
            let failing = guard.replace("exit 0", "exit 1");
            assert_eq!(run(&format!("{failing}\np a")).last().unwrap(), "p a", "{failing}");
            let inner = guard.replace("exit 0", "return 0");
            assert_eq!(run(&format!("g() {{ {inner}; p a; }}; g; p b")).last().unwrap(), "p b", "{inner}");
            assert_eq!(run(&format!("( {guard} ); p b")).last().unwrap(), "p b", "{guard}");
        }
        assert_eq!(run("f() { if [ a = a ]; then [ -n \"$X\" ] || return 0; fi; p a; }; f; p b"), ["? p a", "p b"]);
        let rounds = "for i in 1 2; do if [ $i = 1 ]; then [ -n \"$X\" ] || continue; fi; p $i; done; p b";
        assert_eq!(run(rounds), ["? p 1", "p 2", "p b"]);
        assert_eq!(run(&rounds.replace("continue", "break")), ["? p 1", "? p 2", "p b"]);
    }

    #[test]
    fn loops_are_left_and_rounds_passed_over() {
        assert_eq!(run("for i in a b c; do [ $i = b ] && continue; p $i; done"), ["p a", "p c"]);
        assert_eq!(run("for i in a b c; do if [ $i = b ]; then break; fi; p $i; done; p z"), ["p a", "p z"]);
        assert_eq!(
            run("for i in a b; do if q $i; then OK=1; break; fi; done; [ \"$OK\" = 1 ] || exit 1; p z"),
            ["q a", "? q b", "p z"]
        );
        assert_eq!(run("until p a; do sleep 5; done; p z"), ["p a", "? sleep 5", "p z"]);
        assert_eq!(run("while :; do [ -z \"$BITBUCKET_BRANCH\" ] && exit 0; break; done; p z").last().unwrap(), ":");
        assert_eq!(run("n=0; while (( n )); do p a; done; p z"), ["p z"]);
        assert_eq!(run("n=0; (( n++ )); if [ $n -gt 0 ]; then p a; fi"), ["? p a"]);
        assert_eq!(run("let n=1; if (( n == 0 || n )); then p a; fi"), ["? p a"]);
        assert_eq!(run("n=1; if (( n == 0 || n )); then p a; fi"), ["p a"]);
    }
}
