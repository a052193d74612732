//! Scripts that need no grammar: commands of plain words, one after another, behind `&&` and `||`, in pipelines, and with
//! their output sent to a file.
//!
//! Most items of a step are one such command, and to see that costs a hundredth of a parse. What is not plain beyond doubt
//! is left to the grammar; both ways come to the same commands, which a test holds.

use super::interpret::Interpreter;
use super::invocation::Stdin;
use super::local::is_local;
use super::piece::Piece;
use super::plain_word::{is_keyword, is_name, is_one, name_length, word_end};
use super::redirect::is_aside;
use super::value::Value;
use super::walk::Flow;
use crate::yaml::Span;

/// A command of plain words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    /// What stands between it and the command before it.
    joined: Joined,
    /// Names and values of the assignments before its words.
    assignments: Vec<(Span, Span)>,
    /// Its words, quotes and all.
    words: Vec<Span>,
    /// Whether it declares variables (`export A=b`): the assignments are its words.
    declares: bool,
    /// Where its output goes.
    redirects: Vec<Redirect>,
    /// Whether it goes on in the background, with all that is joined to it: `&` stands at the end of the text.
    background: bool,
}

/// A redirect whole, and the file in it.
type Redirect = (Span, Option<Span>);

/// What stands between two commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Joined {
    /// The end of a line, `;`, or nothing.
    #[default]
    Line,
    And,
    Or,
    Pipe,
}

/// Commands whose words are assignments.
const DECLARES: [&str; 5] = ["export", "declare", "typeset", "readonly", "local"];

impl Interpreter<'_> {
    /// Walks commands that were told apart without the grammar.
    pub(super) fn walk_plain(&mut self, commands: &[Plain], piece: &Piece) -> Flow {
        if !commands.last().is_some_and(|last| last.background) {
            return self.plain_lines(commands, piece);
        }
        let from = commands.iter().rposition(|command| command.joined == Joined::Line).unwrap_or(0);
        match self.plain_lines(&commands[..from], piece) {
            Flow::Next => self.in_background(|this| this.plain_lines(&commands[from..], piece)),
            flow => flow,
        }
    }

    fn plain_lines(&mut self, commands: &[Plain], piece: &Piece) -> Flow {
        let (mut since, mut printed) = (self.ran.len(), Vec::new());
        for pipeline in commands.chunk_by(|_, next| next.joined == Joined::Pipe) {
            if self.spent() {
                return Flow::Exit;
            }
            let joined = pipeline.first().map_or(Joined::Line, |first| first.joined);
            if joined == Joined::Line {
                since = self.ran.len();
                printed.clone_from(&self.scope.printed);
            }
            let flow = match joined {
                Joined::And => self.chained(false, since, |this| this.plain_pipeline(pipeline, piece)),
                Joined::Or => self.chained(true, since, |this| {
                    // All before it has failed, and has printed nothing.
                    this.scope.printed.clone_from(&printed);
                    this.plain_pipeline(pipeline, piece)
                }),
                Joined::Line | Joined::Pipe => self.plain_pipeline(pipeline, piece),
            };
            if flow != Flow::Next {
                return flow;
            }
        }
        Flow::Next
    }

    fn plain_pipeline(&mut self, commands: &[Plain], piece: &Piece) -> Flow {
        match commands {
            [command] => {
                self.sending(&command.redirects, piece, |this| this.plain(command, piece, Stdin::Unknown, false))
            }
            // A redirect at its end is of the whole pipeline, to the grammar.
            [.., last] => self.sending(&last.redirects, piece, |this| this.plain_members(commands, piece)),
            [] => Flow::Next,
        }
    }

    fn plain_members(&mut self, commands: &[Plain], piece: &Piece) -> Flow {
        let mut stdin = Stdin::Unknown;
        for (index, command) in commands.iter().enumerate() {
            let last = index + 1 == commands.len();
            let given = std::mem::take(&mut stdin);
            let redirects = if last { &[] } else { command.redirects.as_slice() };
            stdin = self.member(last, |this| {
                this.sending(redirects, piece, |this| this.plain(command, piece, given, index > 0))
            });
        }
        Flow::Next
    }

    fn sending(&mut self, redirects: &[Redirect], piece: &Piece, run: impl FnOnce(&mut Self) -> Flow) -> Flow {
        if redirects.is_empty() {
            return run(self);
        }
        let raw = |whole: &Span| piece.text.get(whole.start..whole.end).unwrap_or("");
        let aside = redirects.iter().any(|(whole, _)| is_aside(raw(whole)));
        let targets = redirects.iter().filter_map(|(whole, file)| self.target_of(*whole, *file, piece)).collect();
        self.redirecting(targets, (aside, false), run).0
    }

    fn plain(&mut self, command: &Plain, piece: &Piece, stdin: Stdin, piped_from: bool) -> Flow {
        let ends = (command.words.first(), command.words.last());
        let from =
            command.assignments.first().map(|(name, _)| name.start).into_iter().chain(ends.0.map(|word| word.start));
        let to = command.assignments.last().map(|(_, value)| value.end).into_iter().chain(ends.1.map(|word| word.end));
        if let (Some(from), Some(to)) = (from.min(), to.max()) {
            let flow = self.demanded(piece, Span::new(from, to));
            if flow != Flow::Next {
                return flow;
            }
        }
        let mut assignments = Vec::new();
        for (name, value) in &command.assignments {
            let name = piece.text.get(name.start..name.end).unwrap_or("").to_owned();
            let values = self.expand(piece, *value);
            match ends {
                // A declaration expands all its words before it sets the first.
                (Some(_), _) => assignments.push((name, values)),
                _ => self.scope.set(&name, values),
            }
        }
        if command.declares {
            self.declare_plain(command, &mut assignments, piece);
        }
        let ((Some(first), Some(last)), false) = (ends, command.declares) else {
            let last = command.assignments.last().filter(|_| !command.declares);
            self.set_by(last.and_then(|(_, value)| piece.text.get(value.start..value.end)));
            return Flow::Next;
        };
        let place = piece.place(Span::new(first.start, last.end));
        let mut words = Vec::with_capacity(command.words.len());
        command.words.iter().for_each(|word| self.words_of(*word, piece, &mut words));
        self.run_command(words, assignments, place, stdin, piped_from)
    }
}

impl Interpreter<'_> {
    fn declare_plain(&mut self, command: &Plain, assignments: &mut Vec<(String, Vec<Value>)>, piece: &Piece) {
        let mut words = command.words.iter().filter_map(|word| piece.text.get(word.start..word.end));
        let keyword = words.next().unwrap_or("");
        self.localize_all(keyword, words);
        for (name, values) in assignments.drain(..) {
            if is_local(keyword) {
                self.localize(&name);
            }
            self.scope.set(&name, values);
        }
    }
}

/// The commands of a text, if it has nothing but plain ones.
pub(super) fn commands(text: &str) -> Option<Vec<Plain>> {
    read(text, false)
}

/// `inner` tells that the text stands in a substitution.
pub(super) fn read(text: &str, inner: bool) -> Option<Vec<Plain>> {
    let bytes = text.as_bytes();
    let mut commands: Vec<Plain> = Vec::new();
    let mut command = Plain::default();
    let mut at = 0;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t') => at += 1,
            Some(b'\\') if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            // The grammar takes a comment behind `|` for one of its members.
            Some(b'#' | b'\n') if command.is_empty() && command.joined == Joined::Pipe => return None,
            Some(b'#') => at += text.get(at..)?.find('\n').unwrap_or(bytes.len() - at),
            None | Some(b'\n' | b';' | b'&' | b'|') => {
                let (joined, length) = match (bytes.get(at), bytes.get(at + 1)) {
                    (Some(b'&'), Some(b'&')) => (Joined::And, 2),
                    (Some(b'|'), Some(b'|')) => (Joined::Or, 2),
                    (Some(b'|'), next) if next != Some(&b'&') => (Joined::Pipe, 1),
                    (Some(b'&'), _) if !inner && text.get(at + 1..).is_some_and(|rest| rest.trim().is_empty()) => {
                        command.background = true;
                        (Joined::Line, 1)
                    }
                    (Some(b'&' | b'|'), _) => return None,
                    _ => (Joined::Line, 1),
                };
                // `a && b || c` may run one of two.
                if joined == Joined::Or && command.joined == Joined::And {
                    return None;
                }
                // Several assignments with no command are read on over the line's end by the grammar.
                if command.words.is_empty() && command.assignments.len() > 1 {
                    return None;
                }
                let empty = command.is_empty();
                // An operator must be followed by a command.
                let owed = empty && command.joined != Joined::Line;
                let separates = joined != Joined::Line || matches!(bytes.get(at), Some(b';' | b'&'));
                if empty && separates || owed && bytes.get(at).is_none() {
                    return None;
                }
                if !empty {
                    commands.push(std::mem::replace(&mut command, Plain { joined, ..Plain::default() }));
                }
                if bytes.get(at).is_none() {
                    return are_sure(&commands).then_some(commands);
                }
                at += length;
            }
            Some(_) => {
                let end = word_end(text, at, inner)?;
                let sends = bytes.get(end) == Some(&b'>');
                if sends {
                    at = command.send(text, Span::new(at, end))?;
                } else if end == at {
                    return None;
                } else {
                    command.take(text, Span::new(at, end))?;
                    at = end;
                }
            }
        }
    }
}

/// Whether the grammar sees the same statements: it has its own view of redirects beside other commands, of long pipelines
/// beside others, and of what stands in a pipeline and is no command.
fn are_sure(commands: &[Plain]) -> bool {
    let are = |joined: Joined| commands.iter().filter(|command| command.joined == joined).count();
    let redirects = commands.iter().any(|command| !command.redirects.is_empty());
    let (pipes, lines) = (are(Joined::Pipe), are(Joined::Line));
    if !redirects && pipes == 0 {
        return true;
    }
    let is_pipeline = pipes + 1 == commands.len();
    let alone = match commands {
        _ if !redirects => pipes < 2 || is_pipeline,
        // At an end of it: one in the middle is of all members before, to the grammar.
        [_, middle @ .., _] if is_pipeline => middle.iter().all(|command| command.redirects.is_empty()),
        // One behind an operator is of the list before it.
        [_, others @ ..] => pipes == 0 && others.iter().all(|command| command.redirects.is_empty()),
        [] => true,
    };
    lines == 1 && alone && commands.iter().all(Plain::is_command)
}

impl Plain {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && self.assignments.is_empty()
    }

    /// Whether it runs something, and does not only set or declare variables.
    pub(super) fn is_command(&self) -> bool {
        !self.words.is_empty() && !self.declares
    }

    fn take(&mut self, text: &str, word: Span) -> Option<()> {
        let raw = text.get(word.start..word.end)?;
        // A word behind a redirect is one of the command again, and not for the grammar.
        if raw.starts_with('=') || !self.redirects.is_empty() {
            return None;
        }
        let assigns = if self.words.is_empty() || self.declares { name_length(raw) } else { None };
        if let Some(length) = assigns {
            let equals = word.start + length;
            // So is an assignment of nothing.
            if equals + 1 == word.end {
                return None;
            }
            self.assignments.push((Span::new(word.start, equals), Span::new(equals + 1, word.end)));
            return Some(());
        }
        if self.declares {
            // A bare name declares what has its value already; a flag or a quoted assignment is for the grammar.
            return is_name(raw).then_some(());
        }
        if self.words.is_empty() {
            // `A=$B$C- 'd'`: nor does the grammar see every value's end.
            let unclear =
                |(_, value): &(Span, Span)| text.get(value.start..value.end).is_none_or(|raw| raw.contains('$'));
            if self.assignments.iter().any(unclear) {
                return None;
            }
            // `a+=b`, `a@b`, `-`: the grammar has its own view of such names.
            let may_end = matches!(self.joined, Joined::And | Joined::Or) && matches!(raw, "true" | "false");
            if raw.starts_with('-')
                || is_keyword(raw) && !may_end
                || raw.bytes().any(|byte| matches!(byte, b'=' | b'@' | b'+' | b',' | b'%' | b':' | b'~' | b'*' | b'?'))
            {
                return None;
            }
            if DECLARES.contains(&raw) {
                self.declares = self.assignments.is_empty();
                if !self.declares {
                    return None;
                }
            }
        }
        self.words.push(word);
        Some(())
    }

    /// Takes a redirect of the output whose `>` stands behind a descriptor, or nothing; where it ends.
    fn send(&mut self, text: &str, descriptor: Span) -> Option<usize> {
        let bytes = text.as_bytes();
        let begins = matches!(bytes.get(descriptor.start.checked_sub(1)?), Some(b' ' | b'\t'));
        let descriptors = descriptor.is_empty() || matches!(text.get(descriptor.start..descriptor.end)?, "1" | "2");
        // The grammar loses a dash before a redirect.
        let dash = self.words.last().is_some_and(|last| text.get(last.start..last.end) == Some("-"));
        if self.words.is_empty() || self.declares || !begins || !descriptors || dash {
            return None;
        }
        let mut at = descriptor.end + 1;
        if bytes.get(at) == Some(&b'&') {
            let end = at + 2;
            let ends = matches!(bytes.get(end), None | Some(b' ' | b'\t' | b'\n' | b';'));
            let known = matches!(bytes.get(at + 1), Some(b'1' | b'2')) && ends;
            self.redirects.push((Span::new(descriptor.start, end), None));
            return known.then_some(end);
        }
        at += usize::from(bytes.get(at) == Some(&b'>'));
        at += bytes.get(at..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let end = word_end(text, at, true)?;
        let file = Span::new(at, end);
        if !is_one(text.get(at..end)?) || bytes.get(end) == Some(&b'>') {
            return None;
        }
        self.redirects.push((Span::new(descriptor.start, end), Some(file)));
        Some(end)
    }
}

#[cfg(test)]
mod tests;
