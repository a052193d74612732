//! What a command reads: text that another one printed, a here-document, a file.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::piece::Piece;
use super::value::Value;

impl Interpreter<'_> {
    /// Runs text that is fed to a shell; false if it is not known.
    pub(super) fn fed(&mut self, stdin: &Stdin, shell: &Invocation) -> bool {
        let assignments = Vec::new();
        match stdin {
            Stdin::File(path) => {
                // The file is of the repository, also where another machine runs it.
                match self.host_script(path) {
                    Some(text) => {
                        self.calls.push(path.clone());
                        let piece = Piece::whole(shell.place, &text);
                        self.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
                        self.calls.pop();
                    }
                    None => {
                        let word = |text: &str| Word {
                            values: vec![Value::literal(text)],
                            place: shell.place,
                            quoted: false,
                            origin: None,
                        };
                        let words = vec![word("bash"), word(path)];
                        self.hand_out(Invocation { words, remote: None, ..shell.clone() });
                    }
                }
                true
            }
            Stdin::Unknown => false,
            Stdin::Document { piece, expanded } => {
                let piece = piece.clone();
                let foreign = self.remote.is_some() && !expanded;
                let before = self.foreign;
                self.foreign |= foreign;
                self.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
                self.foreign = before;
                true
            }
            Stdin::Text(values) => {
                let [value] = values.as_slice() else { return false };
                if value.as_symbol().is_some() {
                    return false;
                }
                let text = self.as_shell_text(value);
                let piece = Piece::whole(shell.place, &text);
                self.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
                true
            }
        }
    }
}

/// What a command hands to the next one of its pipeline.
pub(super) fn output(invocation: &Invocation) -> Stdin {
    let words: Option<Vec<Value>> = invocation.words.iter().map(Word::one).collect();
    let Some(words) = words else { return Stdin::Unknown };
    match (invocation.name(), words.as_slice()) {
        (Some("echo"), [_, rest @ ..]) => {
            let skip =
                usize::from(rest.first().and_then(Value::as_literal).is_some_and(|flag| flag == "-n" || flag == "-e"));
            Stdin::Text(vec![super::value::join(rest.iter().skip(skip), " ")])
        }
        (Some("printf"), [_, format, value]) if matches!(format.as_literal(), Some("%s" | "%s\\n")) => {
            Stdin::Text(vec![value.clone()])
        }
        (Some("printf"), [_, text]) if !text.literal_contains("%") => Stdin::Text(vec![text.clone()]),
        (Some("cat"), [_]) => invocation.stdin.clone(),
        (Some("cat"), [_, path]) if path.as_literal().is_some_and(|path| !path.starts_with('-')) => {
            Stdin::File(path.to_string())
        }
        (Some("tee"), _) => invocation.stdin.clone(),
        _ => Stdin::Text(vec![Value::command(super::value::join(words.iter(), " ").to_string())]),
    }
}
