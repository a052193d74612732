//! The state of a walk: variables, functions, what was found so far.

use std::borrow::Cow;
use std::rc::Rc;

use super::container::Container;
use super::folder::Folder;
use super::host::{Host, Lookup};
use super::inner::{Outer, seen};
use super::invocation::{Invocation, Stdin, Word};
use super::kept::Keeps;
use super::local::Shadowed;
use super::parse::Parses;
use super::piece::{Piece, Place};
use super::reads::TAKES;
use super::remote::of_other_shell;
use super::scope::Scope;
use super::status::{Left, STATUS, Status};
use super::value::{Value, join};
use crate::yaml::Span;

/// How deep functions, substitutions and wrappers may nest.
const DEPTH: usize = 24;
/// How deep the nodes of one script's tree are walked, and words expanded within words.
pub(super) const NESTING: usize = 300;
/// How many commands one script may come to, loops and calls unrolled.
const COMMANDS: usize = 4_000;
/// How many nodes of its trees are walked, each as often as its loops and calls have it.
const STEPS: usize = 200_000;

/// A test of `BITBUCKET_BRANCH` against something.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What it is compared with.
    pub with: Vec<Value>,
    /// Where that is written.
    pub place: Place,
}

/// What a look-up gave.
pub(super) struct Found<'n, 'v> {
    name: &'n str,
    values: Option<Cow<'v, [Value]>>,
    set: Set,
}

/// Whether a variable is set and not empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Surely,
    SurelyNot,
    CannotTell,
    /// As its values are: they are compared when somebody asks, which few do and which costs much.
    ByValues,
}

impl<'n, 'v> Found<'n, 'v> {
    /// What a map holds under a key; `None` for nothing.
    pub(super) fn under_key(values: Option<Vec<Value>>) -> Self {
        let plain = |value: &Value| value.as_literal().is_some_and(|text| !text.is_empty());
        let set = match &values {
            None => Set::SurelyNot,
            Some(values) if values.iter().all(plain) => Set::Surely,
            Some(_) => Set::ByValues,
        };
        Self { name: "", values: Some(Cow::Owned(values.unwrap_or_else(|| vec![Value::default()]))), set }
    }

    pub(super) fn positional(values: Vec<Value>) -> Self {
        let set = match values.as_slice() {
            [one] if one.is_empty() => Set::SurelyNot,
            [one] if one.as_literal().is_some() => Set::Surely,
            _ => Set::ByValues,
        };
        Self { name: "", values: Some(Cow::Owned(values)), set }
    }

    pub(super) fn or_itself(self) -> Cow<'v, [Value]> {
        self.values.unwrap_or_else(|| Cow::Owned(vec![Value::variable(self.name)]))
    }

    /// Without a borrow of the scope.
    pub(super) fn owned(self) -> Found<'n, 'static> {
        let values = self.values.map(|values| Cow::Owned(values.into_owned()));
        Found { name: self.name, values, set: self.set }
    }

    pub(super) fn is_surely_set(&self, host: &dyn Host) -> bool {
        let mut values = self.values.iter().flat_map(|values| values.iter());
        match self.set {
            Set::ByValues => values.all(|value| host.compares(value, "") == Some(false)),
            set => set == Set::Surely,
        }
    }

    pub(super) fn is_surely_unset(&self) -> bool {
        self.set == Set::SurelyNot
    }
}

/// Walks scripts and hands out what they run.
pub struct Interpreter<'h> {
    host: &'h mut dyn Host,
    pub(super) parses: &'h mut Parses,
    emit: &'h mut dyn FnMut(&Scope, &Invocation),
    /// The variables and functions.
    pub scope: Scope,
    pub(super) collected: Vec<Vec<Invocation>>,
    pub(super) depth: usize,
    nesting: usize,
    pub(super) steps: usize,
    pub(super) commands: usize,
    pub(super) certain: bool,
    /// Whether what is walked hangs on what a loop has set that is not followed.
    pub(super) untold: bool,
    /// How the last command ended.
    pub(super) status: Status,
    /// The way through undecided branches that is walked: what is in one of them runs together.
    pub(super) way: usize,
    ways: usize,
    /// How many loops stand around what is walked, in the same function and the same shell.
    pub(super) loops: usize,
    /// The ways that may have left what is walked.
    pub(super) left: Vec<Left>,
    /// Where the commands are that ran so far.
    pub(super) ran: Vec<Place>,
    /// Where the commands are that have failed where this point is reached.
    pub(super) failed: Vec<Place>,
    pub(super) calls: Vec<String>,
    pub(super) remote: Option<Value>,
    /// What is sent to the commands on the other machine.
    pub(super) sent: Stdin,
    pub(super) foreign: bool,
    /// The container in which the commands run.
    pub(super) container: Option<Container>,
    pub(super) redirected: usize,
    /// How often the output of the substitution that is walked was redirected before it.
    pub(super) prints_at: usize,
    pub(super) exhausted: bool,
    /// How often the output of what is walked was sent to the log, past the substitution in which it is.
    pub(super) aside: usize,
    /// What quotes keep in the word that is expanded.
    pub(super) keeps: Keeps,
    /// Of each function that is walked, what its own variables were to its caller.
    pub(super) locals: Vec<Vec<Shadowed>>,
    pub(super) compared: Vec<Comparison>,
    pub(super) placeholders: usize,
    /// What `trap` has left for the end of the script, and whether it runs however that ends.
    pub(super) traps: Vec<(Piece, bool)>,
}

impl<'h> Interpreter<'h> {
    /// Ready to walk; `emit` gets each command in order.
    pub fn new(host: &'h mut dyn Host, parses: &'h mut Parses, emit: &'h mut dyn FnMut(&Scope, &Invocation)) -> Self {
        Self {
            host,
            parses,
            emit,
            scope: Scope::default(),
            collected: Vec::new(),
            depth: 0,
            nesting: 0,
            steps: 0,
            commands: 0,
            certain: true,
            untold: false,
            status: Status::default(),
            way: 0,
            ways: 0,
            loops: 0,
            left: Vec::new(),
            ran: Vec::new(),
            failed: Vec::new(),
            calls: Vec::new(),
            remote: None,
            sent: Stdin::Unknown,
            foreign: false,
            container: None,
            redirected: 0,
            prints_at: 0,
            exhausted: false,
            aside: 0,
            keeps: Keeps::Nothing,
            locals: Vec::new(),
            compared: Vec::new(),
            placeholders: 0,
            traps: Vec::new(),
        }
    }

    /// Walks a text; variables and functions stay for the next one. False once the script has ended for sure.
    pub fn run(&mut self, piece: &Piece) -> bool {
        !matches!(self.walk_piece(piece), super::walk::Flow::Exit)
    }

    /// Walks a text as it runs on another machine.
    pub fn run_remote(&mut self, piece: &Piece, machine: Value) {
        self.away(machine, |this| _ = this.walk_piece(piece));
    }

    /// The values of a text in which quotes mean nothing, such as a pipe's variable.
    pub fn text(&mut self, piece: &Piece) -> Vec<Value> {
        self.expand_quoted(piece, Span::new(0, piece.text.len()))
    }

    /// A text of several lines in which quotes mean nothing: what may have several values is one of them where it stands.
    pub(super) fn document(&mut self, piece: &Piece) -> Value {
        let values = self.expand_in_place(piece, Span::new(0, piece.text.len()));
        Value::one_of(values)
    }

    /// The tests of the branch's name met so far.
    pub fn branch_tests(&mut self) -> Vec<Comparison> {
        std::mem::take(&mut self.compared)
    }

    /// Where the commands are that ran so far, each as often as it did.
    pub fn take_ran(&mut self) -> Vec<Place> {
        std::mem::take(&mut self.ran)
    }

    /// Whether a bound on depth or length was met, so that something may be missing.
    pub fn exhausted(&self) -> bool {
        self.exhausted
    }

    pub(super) fn host(&self) -> &dyn Host {
        self.host
    }

    /// The text of a script at hand by its path from the checkout, whoever runs it.
    pub(super) fn host_script(&mut self, path: &str) -> Option<String> {
        self.host.script(path)
    }

    /// The text of a runner's target at hand, and the folder in which it runs.
    pub(super) fn target(&mut self, tool: &str, invocation: &Invocation) -> Option<(Folder, String)> {
        if self.remote.is_some() {
            return None;
        }
        let sent = self.sent(tool, invocation);
        let (folder, words) = match &sent {
            Some((folder, words)) => (folder, words),
            None => (&self.scope.stand.at, &invocation.words),
        };
        let words: Vec<String> = words.iter().map(|word| word.shown()).collect();
        let text = self.host.target(folder.inside()?, &words)?;
        Some((folder.clone(), text))
    }

    /// Goes another way; the one before comes back.
    pub(super) fn part(&mut self) -> usize {
        self.ways += 1;
        std::mem::replace(&mut self.way, self.ways)
    }

    /// Counts one level; false when it is one too many.
    pub(super) fn enter(&mut self) -> bool {
        if self.depth >= DEPTH {
            self.exhausted = true;
            return false;
        }
        self.depth += 1;
        true
    }

    /// Counts one node on the way down; false when it is one too many.
    pub(super) fn descend(&mut self) -> bool {
        self.steps += 1;
        if self.nesting >= NESTING || self.steps > STEPS {
            self.exhausted = true;
            return false;
        }
        self.nesting += 1;
        true
    }

    pub(super) fn ascend(&mut self) {
        self.nesting -= 1;
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn hand_out(&mut self, mut invocation: Invocation) {
        self.commands += 1;
        if self.commands > COMMANDS {
            self.exhausted = true;
            return;
        }
        self.ran.push(invocation.place);
        self.note_status(&invocation);
        self.note_printed(&invocation);
        if matches!(invocation.name(), Some("pwd" | "realpath" | "readlink")) && !self.is_elsewhere() {
            invocation.reads.folder = self.scope.stand.at.told().map(str::to_owned);
        }
        if invocation.name().is_some_and(|name| TAKES.contains(&name)) {
            invocation.reads = self.reads(&invocation);
        }
        // What it reads is as it was before it.
        self.note_files(&invocation);
        (self.emit)(&self.scope, &invocation);
        if let Some(collected) = self.collected.last_mut() {
            collected.push(invocation);
        }
    }

    pub(super) fn spent(&self) -> bool {
        self.commands > COMMANDS || self.steps > STEPS
    }

    pub(super) fn variable<'n>(&self, name: &'n str) -> Found<'n, '_> {
        let found = |values: Option<Vec<Value>>, set| Found { name, values: values.map(Cow::Owned), set };
        if let Some(values) = self.known(name) {
            let empty = values.iter().filter(|value| value.is_empty()).count();
            let known = values.iter().all(|value| value.as_literal().is_some() || value.parts().len() > 1);
            let set = match empty {
                0 if known => Set::Surely,
                0 => Set::ByValues,
                all if all == values.len() => Set::SurelyNot,
                _ => Set::CannotTell,
            };
            return Found { name, values: Some(Cow::Borrowed(values)), set };
        }
        if self.foreign {
            return found(Some(vec![of_other_shell(name)]), Set::CannotTell);
        }
        if name == "PWD"
            && let Some(here) = self.scope.here().filter(|_| self.remote.is_none())
        {
            return found(Some(vec![here]), Set::Surely);
        }
        match self.host.variable(name) {
            Lookup::Known(values) => {
                let set = values.iter().all(|value| !value.is_empty());
                found(Some(values), if set { Set::Surely } else { Set::CannotTell })
            }
            Lookup::Handed(value) => found(Some(vec![value]), Set::CannotTell),
            Lookup::Unset => found(Some(vec![Value::default()]), Set::SurelyNot),
            Lookup::Unknown => found(None, Set::CannotTell),
            Lookup::Set => found(None, Set::Surely),
        }
    }

    pub(super) fn positional(&self, name: &str) -> Vec<Value> {
        let all = self.scope.positional.known();
        match name {
            _ if self.scope.positional.is_lost() && name != "?" => vec![Value::opaque(format!("${name}"))],
            "@" | "*" => {
                let ones: Vec<Value> = all.iter().skip(1).filter_map(|word| word.values.first().cloned()).collect();
                vec![join(ones.iter(), " ")]
            }
            "?" => vec![self.status.code().map_or_else(|| Value::opaque(STATUS), Value::literal)],
            "#" => vec![Value::literal(all.len().saturating_sub(1).to_string())],
            _ => match name.parse::<usize>() {
                Ok(index) if !all.is_empty() => {
                    all.get(index).map_or_else(|| vec![Value::default()], |word| word.values.clone())
                }
                _ => vec![Value::opaque(format!("${name}"))],
            },
        }
    }

    /// A text that was given as a word: the piece inside its quotes, or put together from its value.
    pub(super) fn word_piece(&mut self, word: &Word) -> (Piece, bool) {
        if let Some((piece, span)) = &word.origin {
            let raw = piece.text.get(span.start..span.end).unwrap_or("");
            let inside = Span::new(span.start + 1, span.end.saturating_sub(1).max(span.start + 1));
            let inner = raw.get(1..raw.len().saturating_sub(1).max(1)).unwrap_or("");
            if raw.len() >= 2 && raw.starts_with('\'') && raw.ends_with('\'') && !inner.contains('\'') {
                return (piece.part(inside), false);
            }
            if raw.len() >= 2 && raw.starts_with('"') && super::bounds::closing_quote(raw, 1) == raw.len() - 1 {
                return (seen(piece.part(inside), Outer::Quotes), true);
            }
        }
        let value = word.value();
        let text = self.as_shell_text(&value);
        (Piece::whole(word.place, &text), true)
    }
}

/// One text for a scope to remember a function's body.
pub(super) fn body(piece: &Piece, span: Span) -> Piece {
    piece.part(span)
}

/// Keeps the `Rc` of a text alive next to its tree.
pub(super) type Text = Rc<str>;
