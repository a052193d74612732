//! Commands on other machines, and for each line or file that is found: `ssh`, `xargs`, `find`.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::value::Value;

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
        let Some(host) = invocation.words.get(index) else { return };
        let machine = host.value();
        let words: Vec<Word> = invocation.words.iter().skip(index + 1).cloned().collect();
        self.hand_out(invocation.clone());
        let before = self.remote.replace(machine.into_owned());
        match words.as_slice() {
            [] => {
                let stdin = invocation.stdin.clone();
                self.fed(&stdin, &invocation);
            }
            // `ssh host 'bash -eu' <<EOF`: one word, and no more than words in it.
            [word] if is_plain_line(word) => {
                let values = word.value().split_whitespace();
                let words = values.into_iter().map(|value| Word { values: vec![value], quoted: false, ..word.clone() });
                let inner = Invocation {
                    words: words.collect(),
                    remote: self.remote.clone(),
                    assignments: Vec::new(),
                    ..invocation
                };
                self.dispatch_inner(inner);
            }
            [word] if word.quoted || word.value().literal_contains(" ") => {
                let (piece, expanded) = self.word_piece(word);
                let foreign = self.foreign;
                self.foreign |= !expanded;
                self.in_subshell(Vec::new(), Vec::new(), |this| this.walk_piece(&piece));
                self.foreign = foreign;
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
        self.remote = before;
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

    pub(super) fn xargs(&mut self, invocation: Invocation) {
        let mut index = 1;
        let mut slot = None;
        while let Some(flag) = invocation.words.get(index).and_then(Word::literal) {
            if !flag.starts_with('-') {
                break;
            }
            if let Some(text) = flag.strip_prefix("-I") {
                if text.is_empty() {
                    slot = invocation.words.get(index + 1).and_then(Word::literal).map(str::to_owned);
                    index += 1;
                } else {
                    slot = Some(text.to_owned());
                }
            } else if matches!(flag, "-n" | "-P" | "-L" | "-d" | "-a" | "-s" | "-E") {
                index += 1;
            }
            index += 1;
        }
        let mut words: Vec<Word> = invocation.words.iter().skip(index).cloned().collect();
        if words.is_empty() {
            return;
        }
        let given = match &invocation.stdin {
            Stdin::Text(values) => values.clone(),
            _ => vec![Value::opaque("what xargs reads")],
        };
        match slot {
            Some(slot) => {
                for word in &mut words {
                    let filled = word.values.iter().flat_map(|value| match value.split_once(&slot) {
                        Some((before, after)) => {
                            given.iter().map(|given| super::value::join([&before, given, &after], "")).collect()
                        }
                        None => vec![value.clone()],
                    });
                    word.values = filled.collect();
                }
            }
            None => words.push(Word { values: given, place: invocation.place, quoted: false, origin: None }),
        }
        self.dispatch_inner(Invocation { words, stdin: Stdin::Unknown, ..invocation });
    }
}

fn is_shell(words: &[Word]) -> bool {
    matches!(words.first().and_then(Word::literal), Some("bash" | "sh" | "sudo"))
}

fn is_plain_line(word: &Word) -> bool {
    let shell_text =
        |text: &str| text.contains([';', '&', '|', '<', '>', '$', '(', ')', '`', '\n', '\'', '"', '#', '=', '\\']);
    word.quoted && word.literal().is_some_and(|text| !text.trim().is_empty() && !shell_text(text))
}
