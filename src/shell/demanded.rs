//! `${X:?message}`: a variable that must be set, and not be empty.

use super::interpret::Interpreter;
use super::piece::Piece;
use super::plain_word::is_name;
use super::status::Status;
use super::walk::Flow;
use crate::yaml::Span;

impl Interpreter<'_> {
    /// Where a script goes at a command: out, where it demands a variable that is surely empty or unset.
    pub(super) fn demanded(&mut self, piece: &Piece, command: Span) -> Flow {
        let text = piece.text.get(command.start..command.end).unwrap_or("");
        let Some(mark) = memchr::memmem::find(text.as_bytes(), b":?") else { return Flow::Next };
        // Of a text in quotes, a document or a substitution it can't be told here who reads it.
        let unclear = text.contains(['\'', '`', '\\', '\n']) || text.contains("$(") || text.contains("<<");
        // What stands before it may set the variable, or be an expansion that never asks for it.
        let parts = text.get(..mark).and_then(|before| before.rsplit_once("${"));
        let name = parts
            .filter(|(before, _)| before.matches("${").count() <= before.matches('}').count())
            .map(|(_, name)| name);
        let set_before = |name: &str| {
            parts.is_some_and(|(before, _)| {
                before.contains(&format!("{name}=")) || before.contains(&format!("{name}:="))
            })
        };
        let name = name.filter(|name| !set_before(name));
        let missing = name.is_some_and(|name| is_name(name) && self.variable(name).is_surely_unset());
        if unclear || !missing {
            return Flow::Next;
        }
        self.status = Status::Ended(1);
        Flow::Exit
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn a_variable_that_is_surely_missing_ends_the_script() {
        for script in [
            ": \"${BITBUCKET_BRANCH:?no branch}\"; p 1",
            "x=; : ${x:?}; p 1",
            "T=${BITBUCKET_BRANCH:?none}; p 1",
            "export T=${BITBUCKET_BRANCH:?}\np 1",
            "p ${BITBUCKET_BRANCH:?none}",
            "f() { : \"${1}\" \"${BITBUCKET_BRANCH:?}\"; }; f a; p 1",
        ] {
            assert!(!run(script).iter().any(|line| line.starts_with("p ")), "{script}");
        }
    }

    #[test]
    fn what_is_set_or_may_be_goes_on() {
        for script in [
            ": \"${BITBUCKET_TAG:?no tag}\"; p 1",
            ": \"${X:?no x}\"; p 1",
            "x=a; : ${x:?}; p 1",
            "V=${BITBUCKET_COMMIT:-${BITBUCKET_BRANCH:?none}}; p 1",
            "x=; : ${x:=a} ${x:?}; p 1",
            "echo '${BITBUCKET_BRANCH:?}'; p 1",
            "echo why:?; p 1",
        ] {
            assert_eq!(run(script).last().unwrap(), "p 1", "{script}");
        }
        assert_eq!(run("[ -n \"$X\" ] && : ${BITBUCKET_BRANCH:?}; p 1").last().unwrap(), "p 1");
    }
}
