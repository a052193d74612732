//! Commands on other machines, and for each file that is found: `ssh`, `find`.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::plain_word::is_name;
use super::value::{Part, Symbol, SymbolKind, Value};

/// What stands behind the name of a variable of which another shell knows the value.
const THERE: &str = " of the other shell";

/// A variable of which another shell knows the value.
pub fn of_other_shell(name: &str) -> Value {
    Value::opaque(format!("${name}{THERE}"))
}

/// The name of the variable, where a symbol is one of which another shell knows the value.
pub fn read_elsewhere(symbol: &Symbol) -> Option<&str> {
    let name = symbol.name.strip_prefix('$').filter(|_| symbol.kind == SymbolKind::Opaque)?;
    name.strip_suffix(THERE)
}

/// The flags of ssh that take a value.
const SSH_VALUE_FLAGS: &str = "BbcDEeFIiJLlmOopQRSWw";

impl Interpreter<'_> {
    pub(super) fn ssh(&mut self, invocation: Invocation) {
        let mut index = 1;
        while let Some(flag) = invocation.words.get(index).map(|word| word.value().literal_prefix().to_owned()) {
            if !flag.starts_with('-') {
                break;
            }
            let takes_value = flag.chars().last().is_some_and(|last| SSH_VALUE_FLAGS.contains(last)) && flag.len() == 2;
            index += if takes_value { 2 } else { 1 };
        }
        let is_end = |word: Option<&Word>| word.and_then(Word::literal) == Some("--");
        index += usize::from(is_end(invocation.words.get(index)));
        let Some(host) = invocation.words.get(index) else { return };
        let machine = host.value();
        // `ssh host -- command`
        index += 1 + usize::from(is_end(invocation.words.get(index + 1)));
        let words: Vec<Word> = invocation.words.iter().skip(index).cloned().collect();
        self.hand_out(invocation.clone());
        let machine = machine.into_owned();
        let taken = self.taken_along(invocation.words.get(..index).unwrap_or_default());
        self.away(machine, |this| {
            taken.into_iter().for_each(|(name, values)| this.scope.set(&name, values));
            this.sent_off(words, invocation);
        });
    }

    /// The values of a variable that the script set, or that the sender of its text fills in.
    pub(super) fn known(&self, name: &str) -> Option<&[Value]> {
        let sent = || self.scope.of_sender(name).filter(|_| !self.foreign);
        self.scope.get(name).or_else(sent)
    }

    /// What ssh is told to take along: `-o SendEnv=TAG`.
    fn taken_along(&self, words: &[Word]) -> Vec<(String, Vec<Value>)> {
        let lists = words.iter().filter_map(Word::literal);
        let lists = lists.filter_map(|word| word.trim_start_matches("-o").trim_start().strip_prefix("SendEnv"));
        let names = lists.flat_map(|list| list.split(['=', ' ', ',']).filter(|name| !name.is_empty()));
        names.map(|name| (name.to_owned(), self.variable(name).or_itself().to_vec())).collect()
    }

    /// Walks what runs on another machine, where no variable of this one is.
    pub(super) fn away(&mut self, machine: Value, walk: impl FnOnce(&mut Self)) {
        let before = (self.remote.replace(machine), self.scope.clone());
        self.scope.go_away();
        walk(self);
        let scope = std::mem::replace(&mut self.scope, before.1);
        self.scope.printed = scope.printed;
        self.remote = before.0;
    }

    /// Walks a text that is read by a shell which has no variable of the sender.
    pub(super) fn unfilled(&mut self, foreign: bool, walk: impl FnOnce(&mut Self)) {
        let before = self.foreign;
        self.foreign |= foreign;
        walk(self);
        self.foreign = before;
    }

    /// Walks the words that ssh sends to a machine.
    fn sent_off(&mut self, words: Vec<Word>, invocation: Invocation) {
        let sent = std::mem::replace(&mut self.sent, invocation.stdin.clone());
        let (assignments, words) = assigned(words);
        assignments.into_iter().for_each(|(name, values)| self.scope.set(&name, values));
        match words.as_slice() {
            [] => {
                let stdin = invocation.stdin.clone();
                self.fed(&stdin, &invocation);
            }
            // `ssh host 'bash -eu' <<EOF`, `ssh host 'bash -s' -- "$TAG" < f`: the other shell parts it into words again.
            [first, others @ ..] if is_plain_line(first) && others.iter().all(is_plain) => {
                let parted = |word: &Word| {
                    let values = word.value().split_whitespace().into_iter();
                    values.map(|value| Word { values: vec![value], quoted: false, ..word.clone() }).collect::<Vec<_>>()
                };
                let inner = Invocation {
                    words: words.iter().flat_map(parted).collect(),
                    remote: self.remote.clone(),
                    assignments: Vec::new(),
                    ..invocation
                };
                self.dispatch_inner(inner);
            }
            [word] if word.quoted || word.value().literal_contains(" ") => {
                let (piece, expanded) = self.word_piece(word);
                self.unfilled(!expanded, |this| {
                    this.in_subshell(Vec::new(), Vec::new(), |this| this.walk_piece(&piece));
                });
            }
            _ if words.iter().any(|word| word.quoted && word.value().literal_contains(" ")) && !is_shell(&words) => {
                for word in &words {
                    let (piece, _) = self.word_piece(word);
                    self.in_subshell(Vec::new(), Vec::new(), |this| this.walk_piece(&piece));
                }
            }
            _ => {
                let inner = Invocation { words, remote: self.remote.clone(), assignments: Vec::new(), ..invocation };
                self.dispatch_inner(inner);
            }
        }
        self.sent = sent;
    }

    /// `find … -exec COMMAND {} \;` runs the command.
    pub(super) fn found(&mut self, invocation: &Invocation) {
        self.hand_out(invocation.clone());
        let is = |word: &Word, names: &[&str]| word.literal().is_some_and(|text| names.contains(&text));
        let after = invocation.words.iter().position(|word| is(word, &["-exec", "-execdir", "-ok"]));
        let Some(after) = after else { return };
        let command = invocation.words.iter().skip(after + 1).take_while(|word| !is(word, &[";", "+"]));
        let words: Vec<Word> = command.cloned().collect();
        if !words.is_empty() {
            self.dispatch_inner(Invocation { words, ..invocation.clone() });
        }
    }
}

/// The words of `TAG=1 bash -s`, apart from what is set before the command.
fn assigned(mut words: Vec<Word>) -> (Vec<(String, Vec<Value>)>, Vec<Word>) {
    let set = |word: &Word| {
        let (name, value) = word.values.first()?.split_once("=")?;
        // A line of its own: `ssh host "TAG=1 bash -s"`.
        if word.quoted && value.literal_contains(" ") {
            return None;
        }
        let name = name.as_literal().filter(|name| is_name(name))?.to_owned();
        let values = word.values.iter().filter_map(|value| value.split_once("=")).map(|(_, value)| value);
        Some((name, values.collect()))
    };
    let found: Vec<(String, Vec<Value>)> = words.iter().map_while(set).collect();
    if found.len() < words.len() {
        words.drain(..found.len());
        return (found, words);
    }
    (Vec::new(), words)
}

fn is_shell(words: &[Word]) -> bool {
    matches!(words.first().and_then(Word::literal), Some("bash" | "sh" | "sudo"))
}

fn is_plain_line(word: &Word) -> bool {
    word.quoted && word.literal().is_some_and(|text| !text.trim().is_empty()) && is_plain(word)
}

/// Whether a shell that reads the word again finds no more than words in it.
fn is_plain(word: &Word) -> bool {
    let shell_text =
        |text: &str| text.contains([';', '&', '|', '<', '>', '$', '(', ')', '`', '\n', '\'', '"', '#', '=', '\\']);
    word.one()
        .is_some_and(|value| value.parts().iter().all(|part| !matches!(part, Part::Literal(text) if shell_text(text))))
}
