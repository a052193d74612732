//! Commands that run other commands: builtins, functions, shells, `ssh`, `sudo`, `xargs` and their kin.

use super::array::Item;
use super::folder::Folder;
use super::interpret::Interpreter;
use super::invocation::{Invocation, Word, base};
use super::piece::Piece;
use super::plain_word::is_name;
use super::positional::{Parameter, Positional};
use super::prefix;
use super::scope::Scope;
use super::status::{LEAVES, Status, is_either};
use super::value::{Symbol, Value};
use super::walk::Flow;
use super::written::Contents;

/// Commands that run targets of a file.
const RUNNERS: [&str; 11] =
    ["make", "gmake", "npm", "pnpm", "yarn", "bun", "composer", "run-s", "run-p", "npm-run-all", "npm-run-all2"];

impl Interpreter<'_> {
    /// Runs one command: what it wraps, or the command itself.
    pub(super) fn dispatch(&mut self, invocation: Invocation) -> Flow {
        let Some(name) = invocation.words.first().and_then(Word::literal).map(str::to_owned) else {
            if invocation.words.is_empty() {
                for (name, values) in invocation.assignments {
                    self.scope.set(&name, values);
                }
            } else if invocation.words.len() == 1 && invocation.words.iter().all(is_either) {
                self.status = Status::Asked;
            } else {
                let named = invocation.words.first().and_then(Word::one);
                if let Some((path, text)) = named.and_then(|path| self.script_at(&path).map(|text| (path, text))) {
                    return self.run_script(&path, (self.scope.stand.at.clone(), text), invocation, 1);
                }
                self.hand_out(invocation);
            }
            return Flow::Next;
        };
        if let Some(bodies) = self.scope.functions.get(&name).cloned() {
            return self.call(&name, &bodies, invocation);
        }
        if let Some(text) = self.scope.aliases.get(&name).cloned() {
            return self.aliased(&name, &text, invocation);
        }
        let base = base(&name);
        match base {
            "exit" => {
                self.ended_by(&invocation);
                return Flow::Exit;
            }
            "return" => {
                self.ended_by(&invocation);
                return Flow::Return;
            }
            "break" | "continue" => return self.leave_loops(base == "continue", invocation.words.get(1)),
            "command" if matches!(invocation.words.get(1).and_then(Word::literal), Some("-v" | "-V")) => {
                self.status = Status::Asked;
                return Flow::Next;
            }
            "eval" => return self.evaluate(&invocation),
            "read" | "mapfile" | "readarray" => {
                self.read_in(&invocation, base != "read");
                self.status = Status::Presumed;
                return Flow::Next;
            }
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                for word in invocation.words.iter().skip(1) {
                    self.declare(&word.values);
                }
                self.status = Status::Ended(0);
                return Flow::Next;
            }
            "let" => {
                let text = invocation.words.iter().skip(1).map(|word| word.shown()).collect::<Vec<_>>().join(" ");
                self.counts(&text);
                self.status = Status::Asked;
                return Flow::Next;
            }
            "getopts" => {
                self.getopts(invocation);
                return Flow::Next;
            }
            "trap" => {
                self.trap(&invocation);
                self.status = Status::Ended(0);
                return Flow::Next;
            }
            "shift" => self.scope.positional.shift(invocation.words.get(1)),
            "set" if invocation.words.get(1).and_then(Word::literal) == Some("--") => {
                self.scope.positional.set(invocation.words.get(2..).unwrap_or(&[]));
            }
            "printf" if invocation.words.get(1).and_then(Word::literal) == Some("-v") => {
                self.print_into(invocation);
                return Flow::Next;
            }
            "alias" => self.define_aliases(&invocation),
            "unalias" => self.forget_aliases(&invocation),
            "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh" => return self.shell(invocation),
            "source" | "." => return self.sourced(invocation),
            "ssh" => {
                self.ssh(invocation);
                self.status = Status::Presumed;
                return Flow::Next;
            }
            "xargs" => {
                self.xargs(invocation);
                self.status = Status::Presumed;
                return Flow::Next;
            }
            "find" => {
                self.found(&invocation);
                self.status = Status::Presumed;
                return Flow::Next;
            }
            _ => {}
        }
        if let Some(given) = prefix::text(&invocation, base)
            && given.text.as_symbol().is_none()
        {
            let place = invocation.place;
            let walk = |this: &mut Self, assignments| {
                let piece = Piece::whole(place, &this.as_shell_text(&given.text));
                this.in_subshell(assignments, Vec::new(), |this| this.walk_piece(&piece));
            };
            match given.machine {
                Some(machine) => self.away(machine, |this| this.unfilled(true, |this| walk(this, Vec::new()))),
                None => walk(self, invocation.assignments),
            }
            return Flow::Next;
        }
        if self.contained(&invocation, base) {
            return Flow::Next;
        }
        if let Some(inner) = prefix::unwrapped(&invocation, base) {
            let replaces = base == "exec" && !inner.words.is_empty();
            let flow = self.dispatch_inner(inner);
            // `exec CMD` runs it in the place of the shell.
            return if replaces { Flow::Exit } else { flow };
        }
        if RUNNERS.contains(&base)
            && let Some((folder, text)) = self.target(base, &invocation)
        {
            return self.run_script(&Value::literal(name), (folder, text), invocation, 1);
        }
        if name.contains('/')
            && let Some(text) = self.text_of(&Value::literal(name.as_str()))
        {
            return self.run_script(&Value::literal(name), (self.scope.stand.at.clone(), text), invocation, 1);
        }
        self.hand_out(invocation);
        Flow::Next
    }

    pub(super) fn dispatch_inner(&mut self, mut inner: Invocation) -> Flow {
        // `env A=b cmd`: assignments as words.
        while let Some((name, value)) = inner.words.first().and_then(|word| word.value().split_once("=")) {
            let Some(name) = name.as_literal().filter(|name| is_name(name)).map(str::to_owned) else { break };
            inner.assignments.push((name, vec![value]));
            inner.words.remove(0);
        }
        if inner.words.is_empty() || !self.enter() {
            return Flow::Next;
        }
        let flow = self.dispatch(inner);
        self.leave();
        flow
    }

    fn call(&mut self, name: &str, bodies: &[Piece], invocation: Invocation) -> Flow {
        if !self.enter() {
            return Flow::Next;
        }
        let place = invocation.place;
        // Words that double with each call cost what they are.
        self.steps += invocation.words.len() / 4;
        let positional = invocation.words.into_iter().map(Parameter::from).collect();
        let before = std::mem::replace(&mut self.scope.positional, Positional::new(positional));
        self.enter_function();
        let assigned: Vec<_> = invocation.assignments;
        for (name, values) in assigned {
            self.localize(&name);
            self.scope.set(&name, values);
        }
        self.calls.push(name.to_owned());
        // Loops around the call are not the function's.
        let loops = std::mem::take(&mut self.loops);
        let entered = self.begin();
        let flow = self.any_of(&bodies.iter().map(|body| body.called_at(place)).collect::<Vec<_>>());
        let flow = self.end(entered, &[Flow::Return], flow);
        self.loops = loops;
        self.calls.pop();
        self.leave_function();
        self.scope.positional = before;
        self.leave();
        flow
    }

    /// `trap COMMANDS SIGNAL…`: kept for the end; what is left for a failure may run there.
    fn trap(&mut self, invocation: &Invocation) {
        let [_, text, signals @ ..] = invocation.words.as_slice() else { return };
        let on = |names: &[&str]| signals.iter().filter_map(Word::literal).any(|signal| names.contains(&signal));
        let at_exit = on(&["EXIT", "0"]);
        if !(at_exit || on(&["ERR"])) {
            return;
        }
        self.traps.retain(|(_, exit)| *exit != at_exit);
        if !matches!(text.literal(), Some("-" | "")) {
            let (piece, _) = self.word_piece(text);
            self.traps.push((piece, at_exit));
        }
    }

    /// Walks what was left for the end of the script.
    pub fn finish(&mut self) {
        for (piece, surely) in std::mem::take(&mut self.traps) {
            match surely {
                true => self.in_subshell(Vec::new(), Vec::new(), |this| this.walk_piece(&piece)),
                false => _ = self.uncertainly(|this| this.walk_piece(&piece)),
            }
        }
    }

    fn evaluate(&mut self, invocation: &Invocation) -> Flow {
        let [_, words @ ..] = invocation.words.as_slice() else { return Flow::Next };
        if let [word] = words {
            // `eval` sees the value: what a variable holds is read as shell text.
            let value = word.value();
            if value.as_symbol().is_some() {
                // What a command prints can't be read; which command it is tells something.
                self.hand_out(Invocation { words: vec![word.clone()], ..invocation.clone() });
                self.lose_to_text(&value);
                return Flow::Next;
            }
            let text = self.as_shell_text(&value);
            let piece = Piece::whole(word.place, &text);
            return self.walk_piece(&piece);
        }
        let values: Vec<_> = words.iter().map(Word::value).collect();
        let text = self.as_shell_text(&super::value::join(values.iter().map(|value| value.as_ref()), " "));
        self.walk_piece(&Piece::whole(invocation.place, &text))
    }

    /// A shell: `-c TEXT`, a script, or text on its input.
    fn shell(&mut self, invocation: Invocation) -> Flow {
        let mut index = 1;
        // `-s`: the script is the input, and all words that follow are its own.
        let mut reads_input = false;
        while let Some(flag) = invocation.words.get(index).and_then(Word::literal) {
            if flag == "--" {
                index += 1;
                break;
            }
            if !flag.starts_with(['-', '+']) || flag == "-" {
                break;
            }
            let takes_command = flag.starts_with('-') && !flag.starts_with("--") && flag.contains('c');
            reads_input |= flag.starts_with('-') && !flag.starts_with("--") && flag.contains('s');
            index += if matches!(flag, "-o" | "+o" | "-O" | "+O") || flag.ends_with('o') && !flag.starts_with("--") {
                2
            } else {
                1
            };
            if takes_command {
                let Some(word) = invocation.words.get(index).cloned() else { return Flow::Next };
                let (piece, _) = self.word_piece(&word);
                let rest = invocation.words.iter().skip(index + 1).cloned().map(Parameter::from).collect();
                self.in_subshell(invocation.assignments, rest, |this| this.walk_piece(&piece));
                return Flow::Next;
            }
        }
        match invocation.words.get(index).map(Word::one) {
            Some(path) if !reads_input && path.as_ref().and_then(Value::as_literal) != Some("-") => {
                match path.and_then(|path| self.text_of(&path).map(|text| (path, text))) {
                    Some((path, text)) => {
                        self.run_script(&path, (self.scope.stand.at.clone(), text), invocation, index + 1)
                    }
                    None => {
                        self.hand_out(invocation);
                        Flow::Next
                    }
                }
            }
            _ => {
                let stdin = invocation.stdin.clone();
                let before = self.scope.positional.clone();
                if reads_input {
                    let own = invocation.words.iter().skip(index).cloned().map(Parameter::from);
                    let words = std::iter::once(Parameter::implied(Value::literal("bash"))).chain(own).collect();
                    self.scope.positional = Positional::new(words);
                }
                let mut fed = false;
                let assignments = invocation.assignments.clone();
                self.in_subshell(assignments, Vec::new(), |this| {
                    fed = this.fed(&stdin, &invocation);
                    Flow::Next
                });
                self.scope.positional = before;
                if !fed {
                    self.hand_out(invocation);
                }
                Flow::Next
            }
        }
    }

    pub(super) fn in_subshell(
        &mut self,
        assignments: Vec<(String, Vec<Value>)>,
        positional: Vec<Parameter>,
        walk: impl FnOnce(&mut Self) -> Flow,
    ) {
        let inner = self.apart(|this| {
            for (name, values) in assignments {
                this.scope.set(&name, values);
            }
            if !positional.is_empty() {
                this.scope.positional = Positional::new(positional);
            }
            walk(this)
        });
        self.scope.printed = inner.printed;
    }

    /// Walks what runs in a shell of its own, of which nothing comes back; its scope as it ended.
    pub(super) fn apart(&mut self, walk: impl FnOnce(&mut Self) -> Flow) -> Scope {
        let before = self.scope.clone();
        let script = self.begin();
        let own = self.locals.last().map_or(0, Vec::len);
        // No loop is left from inside a subshell of it.
        let loops = std::mem::take(&mut self.loops);
        // What is left for the end of a shell runs in it, where its functions are.
        let traps = std::mem::take(&mut self.traps);
        let flow = walk(self);
        // One that sets another for its own end goes no deeper than calls do.
        if !self.traps.is_empty() && self.enter() {
            self.finish();
            self.leave();
        }
        self.traps = traps;
        self.loops = loops;
        self.end(script, &LEAVES, flow);
        // What became a function's own in a subshell is so there alone.
        self.locals.iter_mut().last().into_iter().for_each(|names| names.truncate(own));
        // Files stay, whichever shell has written them.
        let mut before = before;
        before.written.clone_from(&self.scope.written);
        before.copied.clone_from(&self.scope.copied);
        std::mem::replace(&mut self.scope, before)
    }

    /// The text of a script that was written before, or is at hand.
    fn text_of(&mut self, path: &Value) -> Option<String> {
        if self.remote.is_some() {
            return self.copied_text(path);
        }
        match self.contents(path) {
            // A line that is not known is no command that could be read.
            Contents::Known(text) if text.lines().iter().all(|line| line.as_symbol().is_none() || line.is_lines()) => {
                Some(self.as_shell_text(&text))
            }
            Contents::Elsewhere => self.script_at(path),
            _ => None,
        }
    }

    fn sourced(&mut self, invocation: Invocation) -> Flow {
        let written = invocation.words.get(1).and_then(Word::one).map(|path| self.contents(&path));
        let text = match written {
            Some(Contents::Known(text)) if text.first_symbol().is_none_or(Symbol::is_lines) => {
                Some(self.as_shell_text(&text))
            }
            Some(Contents::Elsewhere) | None => None,
            // What stands in it is not the repository's text.
            Some(_) => {
                self.lose_to_file(&invocation);
                self.hand_out(invocation);
                return Flow::Next;
            }
        };
        let path = invocation.words.get(1).map(|word| word.value().into_owned());
        match path.and_then(|path| text.or_else(|| self.script_at(&path)).map(|text| (path, text))) {
            Some((path, text)) => {
                if !self.enter() {
                    return Flow::Next;
                }
                let outer = self.scope.get(SOURCE).and_then(|values| values.first().cloned());
                self.scope.set_array(SOURCE, vec![Item::new(vec![path.clone()])]);
                self.calls.push(path.to_string());
                // Words behind the file are its own while it runs.
                let own = invocation.words.get(2..).filter(|own| !own.is_empty());
                let before = own.map(|own| {
                    let own = own.iter().cloned().map(Parameter::from);
                    let words = Positional::new(std::iter::once(Parameter::implied(path.clone())).chain(own).collect());
                    std::mem::replace(&mut self.scope.positional, words)
                });
                let entered = self.begin();
                let flow = self.walk_piece(&Piece::whole(invocation.place, &text));
                let flow = self.end(entered, &[Flow::Return], flow);
                if let Some(before) = before {
                    self.scope.positional = before;
                }
                self.calls.pop();
                self.scope.set_array(SOURCE, vec![Item::new(vec![outer.unwrap_or_else(|| Value::variable(SOURCE))])]);
                self.leave();
                flow
            }
            None => {
                self.lose_to_file(&invocation);
                self.hand_out(invocation);
                Flow::Next
            }
        }
    }

    /// Runs the text of a script, or of a runner's target, in a folder.
    fn run_script(
        &mut self,
        path: &Value,
        (folder, text): (Folder, String),
        invocation: Invocation,
        first: usize,
    ) -> Flow {
        if !self.enter() {
            return Flow::Next;
        }
        let mut positional = vec![Parameter::implied(path.clone())];
        positional.extend(invocation.words.iter().skip(first).cloned().map(Parameter::from));
        self.calls.push(path.to_string());
        // What a script at hand does is pointed at where it is called.
        let piece = Piece::whole(invocation.place, &text);
        self.unfilled(self.remote.is_some(), |this| {
            this.in_subshell(invocation.assignments, positional, |this| {
                this.scope.set_array(SOURCE, vec![Item::new(vec![path.clone()])]);
                this.scope.stand.at = folder;
                this.walk_piece(&piece)
            });
        });
        self.calls.pop();
        self.leave();
        Flow::Next
    }
}

/// Where bash keeps the path of the script that runs.
const SOURCE: &str = "BASH_SOURCE";
