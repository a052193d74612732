//! What a command reads: text that another one printed, a here-document, a file.

use super::inner::{Outer, seen};
use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::piece::Piece;
use super::value::{Value, join};
use super::written::Contents;

/// Commands that hand on what they read, packed, unpacked or watched.
const PACKS: [&str; 15] = [
    "gzip", "gunzip", "zcat", "pigz", "unpigz", "bzip2", "bunzip2", "bzcat", "pbzip2", "xz", "unxz", "zstd", "unzstd",
    "lz4", "pv",
];

impl Interpreter<'_> {
    /// Runs text that is fed to a shell; false if it is not known.
    pub(super) fn fed(&mut self, stdin: &Stdin, shell: &Invocation) -> bool {
        // What is read is gone: a shell in it has nothing to read.
        let sent = std::mem::take(&mut self.sent);
        let fed = self.reads_script(stdin, shell);
        self.sent = sent;
        fed
    }

    fn reads_script(&mut self, stdin: &Stdin, shell: &Invocation) -> bool {
        let assignments = Vec::new();
        match stdin {
            Stdin::File(path) => {
                // The file is of the repository, also where another machine runs it.
                match self.scope.leads(&Value::literal(path.as_str())).inside().and_then(|path| self.host_script(&path))
                {
                    Some(text) => {
                        self.calls.push(path.clone());
                        let piece = Piece::whole(shell.place, &text);
                        self.unfilled(self.remote.is_some(), |this| {
                            this.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
                        });
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
            Stdin::Unknown | Stdin::Edited(_) | Stdin::Saved(_) => false,
            Stdin::Document { piece, expanded } => {
                let piece = if *expanded { seen(piece.clone(), Outer::Document) } else { piece.clone() };
                self.unfilled(self.remote.is_some() && !expanded, |this| {
                    this.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
                });
                true
            }
            Stdin::Text(values) => {
                let [value] = values.as_slice() else { return false };
                if value.as_symbol().is_some() {
                    return false;
                }
                let text = self.as_shell_text(value);
                let piece = Piece::whole(shell.place, &text);
                // What is filled in here is filled in already.
                self.unfilled(self.remote.is_some(), |this| {
                    this.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
                });
                true
            }
        }
    }
}

impl Interpreter<'_> {
    /// What a command hands to the next one of its pipeline.
    pub(super) fn output(&mut self, invocation: &Invocation) -> Stdin {
        let words: Option<Vec<Value>> = invocation.words.iter().map(Word::one).collect();
        let Some(words) = words else { return Stdin::Unknown };
        match (invocation.name(), words.as_slice()) {
            (Some("tee"), _) | (Some("cat"), [_]) => invocation.stdin.clone(),
            (Some(name), _) if PACKS.contains(&name) && matches!(invocation.stdin, Stdin::Saved(_)) => {
                invocation.stdin.clone()
            }
            (Some("docker" | "podman" | "nerdctl"), [_, ..]) if let Some(images) = saved(invocation) => {
                Stdin::Saved(images)
            }
            // What the shell has left as it is written, it replaces.
            (Some("envsubst"), [_]) => match &invocation.stdin {
                Stdin::Document { piece, .. } => Stdin::Document { piece: piece.clone(), expanded: true },
                _ => self.filled(invocation).unwrap_or_default(),
            },
            (Some("cat"), [_, path]) if !path.literal_prefix().starts_with('-') => match self.contents(path) {
                Contents::Known(text) => Stdin::Text(vec![text.trim_newlines()]),
                Contents::Elsewhere if path.as_literal().is_some() => Stdin::File(path.to_string()),
                _ => Stdin::Unknown,
            },
            _ => {
                let line = match &invocation.stdin {
                    Stdin::Text(_) => self.line(invocation),
                    _ => None,
                };
                if let Some(filled) = line.is_none().then(|| self.filled(invocation)).flatten() {
                    return filled;
                }
                let line = line.or_else(|| self.line(invocation));
                Stdin::Text(vec![line.unwrap_or_else(|| Value::command(join(words.iter(), " ").to_string()))])
            }
        }
    }
}

/// The images that `docker save` sends to its output.
fn saved(invocation: &Invocation) -> Option<Vec<Word>> {
    let mut words = invocation.words.iter().skip(1).peekable();
    words.next_if(|word| word.literal() == Some("image"));
    words.next().filter(|word| word.literal() == Some("save"))?;
    let mut images = Vec::new();
    while let Some(word) = words.next() {
        match word.literal() {
            Some("--platform" | "--format") => drop(words.next()),
            Some(flag) if flag.starts_with("-o") || flag.starts_with("--output") => return None,
            Some(flag) if flag.starts_with('-') => {}
            _ => images.push(word.clone()),
        }
    }
    Some(images).filter(|images| !images.is_empty())
}
