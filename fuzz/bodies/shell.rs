//! Following a script: every command that is found stands inside the script.

use pipewright::shell::{Host, Interpreter, Invocation, Lookup, Parses, Piece, Scope, Value, fault};

/// A repository without files, and a step without variables.
struct Nothing;

impl Host for Nothing {
    fn variable(&self, _: &str) -> Lookup {
        Lookup::Unknown
    }

    fn compares(&self, _: &Value, _: &str) -> Option<bool> {
        None
    }

    fn script(&mut self, _: &str) -> Option<String> {
        None
    }

    fn target(&mut self, _: &str, _: &[String]) -> Option<String> {
        None
    }
}

/// Holds for any text.
pub(super) fn holds(script: &str) {
    let mut parses = Parses::new();
    let mut emit = |_: &Scope, invocation: &Invocation| {
        let span = invocation.place.span;
        assert!(span.start <= span.end && span.end <= script.len(), "{span:?} is outside the script");
    };
    let mut host = Nothing;
    let mut interpreter = Interpreter::new(&mut host, &mut parses, &mut emit);
    let piece = Piece::new(0, script);
    interpreter.run(&piece);
    interpreter.text(&piece);
    if let Some(fault) = fault(script) {
        for span in std::iter::once(fault.at).chain(fault.beside) {
            assert!(script.get(span.start..span.end).is_some(), "{span:?} is outside the script");
        }
    }
}
