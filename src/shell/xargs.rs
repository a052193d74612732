//! `xargs`: the commands that it puts together from what it reads.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Stdin, Word};
use super::value::Value;

/// Flags whose value may be the next word.
const VALUES: &str = "aEIdLnPs";

/// How its words say that it parts what it reads.
#[derive(Default)]
struct Way {
    /// What stands for a line in the command's words.
    slot: Option<String>,
    /// How many words a command gets.
    words: Option<usize>,
    /// How many lines a command gets.
    lines: Option<usize>,
    /// The character between what it reads, instead of blanks.
    delimiter: Option<char>,
    /// Whether it reads a file and not its input.
    reads_file: bool,
    /// Where the command begins.
    command: usize,
}

impl Way {
    fn read(words: &[Word]) -> Self {
        let mut way = Self { command: 1, ..Self::default() };
        while let Some(flag) = words.get(way.command).and_then(Word::literal).filter(|flag| flag.starts_with('-')) {
            way.command += 1;
            if let Some(long) = flag.strip_prefix("--") {
                if long.is_empty() {
                    break;
                }
                way.take_long(long, words);
                continue;
            }
            let mut letters = flag.trim_start_matches('-').chars();
            while let Some(letter) = letters.next() {
                let rest = letters.as_str();
                let attached = (!rest.is_empty()).then_some(rest);
                if VALUES.contains(letter) {
                    let value = attached.or_else(|| words.get(way.command).and_then(Word::literal));
                    way.command += usize::from(attached.is_none());
                    way.take(letter, value);
                    break;
                }
                // The value of these can't stand apart.
                if matches!(letter, 'e' | 'i' | 'l') {
                    way.take(letter, attached);
                    break;
                }
                way.take(letter, None);
            }
        }
        way
    }

    /// A flag of one letter, with its value.
    fn take(&mut self, letter: char, value: Option<&str>) {
        let number = || value.and_then(|value| value.parse().ok()).filter(|number| *number > 0);
        match letter {
            'I' => self.slot = value.map(str::to_owned),
            'i' => self.slot = Some(value.unwrap_or("{}").to_owned()),
            'n' => self.words = number(),
            'L' => self.lines = number(),
            'l' => self.lines = number().or(Some(1)),
            'd' => self.delimiter = value.and_then(delimiter),
            '0' => self.delimiter = Some('\0'),
            'a' => self.reads_file = true,
            _ => {}
        }
    }

    fn take_long(&mut self, flag: &str, words: &[Word]) {
        let (name, attached) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
        let (letter, apart) = match name {
            "replace" => ('i', false),
            "max-lines" => ('l', false),
            "null" => ('0', false),
            "max-args" => ('n', true),
            "delimiter" => ('d', true),
            "arg-file" => ('a', true),
            "max-procs" | "max-chars" | "process-slot-var" => ('P', true),
            _ => return,
        };
        let value = attached.or_else(|| words.get(self.command).and_then(Word::literal).filter(|_| apart));
        self.command += usize::from(apart && attached.is_none());
        self.take(letter, value);
    }

    /// What each run gets, of a text that is known.
    fn runs(&self, text: &Value) -> Vec<Vec<Value>> {
        let not_blank = |line: &Value| line.as_literal().is_none_or(|text| !text.trim().is_empty());
        let words: Vec<Value> = match (self.delimiter, &self.slot, self.lines) {
            (Some(delimiter), ..) => {
                let mut parts = text.split_on(|c| c == delimiter);
                if parts.last().is_some_and(|last| last.as_literal().is_some_and(|text| text.trim().is_empty())) {
                    parts.pop();
                }
                parts
            }
            (None, Some(_), _) => text.split_on(|c| c == '\n').into_iter().filter(not_blank).collect(),
            (None, None, Some(lines)) => {
                let all: Vec<Value> = text.split_on(|c| c == '\n').into_iter().filter(not_blank).collect();
                let words = |lines: &[Value]| lines.iter().flat_map(Value::split_whitespace).collect();
                return all.chunks(lines).map(words).collect();
            }
            (None, None, None) => text.split_whitespace(),
        };
        match (self.slot.is_some(), self.words) {
            (true, _) => words.into_iter().map(|word| vec![word]).collect(),
            (false, Some(number)) => words.chunks(number).map(<[Value]>::to_vec).collect(),
            (false, None) => vec![words],
        }
    }
}

/// The one character that `-d` names.
fn delimiter(text: &str) -> Option<char> {
    match text {
        r"\n" => Some('\n'),
        r"\t" => Some('\t'),
        r"\0" => Some('\0'),
        _ => text.chars().next(),
    }
}

impl Interpreter<'_> {
    pub(super) fn xargs(&mut self, invocation: Invocation) {
        let way = Way::read(&invocation.words);
        let words: Vec<Word> = invocation.words.iter().skip(way.command).cloned().collect();
        if words.is_empty() {
            return;
        }
        let given = match &invocation.stdin {
            Stdin::Text(values) if !way.reads_file => values.clone(),
            _ => vec![Value::opaque("what xargs reads")],
        };
        // Each word of a run has its alternatives.
        let runs: Vec<Vec<Vec<Value>>> = match given.as_slice() {
            [text] => way.runs(text).into_iter().map(|run| run.into_iter().map(|word| vec![word]).collect()).collect(),
            _ => vec![vec![given]],
        };
        for given in runs.into_iter().take(super::loops::UNROLLED) {
            let mut words = words.clone();
            match &way.slot {
                Some(slot) => {
                    let given = given.first().map_or(&[][..], Vec::as_slice);
                    words.iter_mut().for_each(|word| fill(word, slot, given));
                }
                None => {
                    let word = |values| Word { values, place: invocation.place, quoted: false, origin: None };
                    words.extend(given.into_iter().map(word));
                }
            }
            self.dispatch_inner(Invocation { words, stdin: Stdin::Unknown, ..invocation.clone() });
        }
    }
}

/// Puts what `xargs` reads into a word where its slot stands.
fn fill(word: &mut Word, slot: &str, given: &[Value]) {
    let filled = |value: &Value| {
        let mut pieces = vec![value.clone()];
        while let Some((before, after)) = pieces.last().and_then(|rest| rest.split_once(slot)) {
            pieces.pop();
            pieces.extend([before, after]);
        }
        given
            .iter()
            .map(|given| {
                let between: Vec<&Value> = pieces.iter().flat_map(|piece| [given, piece]).skip(1).collect();
                super::value::join(between, "")
            })
            .collect::<Vec<_>>()
    };
    if word.values.iter().any(|value| value.literal_contains(slot)) {
        word.values = word.values.iter().flat_map(filled).collect();
        word.origin = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn each_run_gets_its_part_of_what_is_read() {
        let p = |script: &str| run(script).into_iter().filter(|line| line.starts_with("p ")).collect::<Vec<_>>();
        for (script, due) in [
            ("echo a b c | xargs p", vec!["p a b c"]),
            ("echo a b c | xargs -n 1 p", vec!["p a", "p b", "p c"]),
            ("echo a b c | xargs -n2 -P 4 p", vec!["p a b", "p c"]),
            ("echo a b c | xargs -r --max-args=1 p", vec!["p a", "p b", "p c"]),
            ("echo a b c | xargs -rn1 p -x", vec!["p -x a", "p -x b", "p -x c"]),
            ("echo a | xargs -i p r/{}:{}", vec!["p r/a:a"]),
            ("echo a | xargs -I % p r/%", vec!["p r/a"]),
            ("echo a | xargs -I% p r/%", vec!["p r/a"]),
            ("echo a | xargs --replace p r/{}", vec!["p r/a"]),
            ("printf 'a b\\nc\\n' | xargs -L 1 p", vec!["p a b", "p c"]),
            ("printf 'a b\\nc\\n' | xargs -I{} p {}", vec!["p a b", "p c"]),
            ("echo a,b | xargs -d, p", vec!["p a b"]),
            ("printf 'a\\nb\\n' | xargs -d '\\n' -n 1 p", vec!["p a", "p b"]),
            ("docker ps | xargs -i p {}", vec!["p $(docker ps)"]),
            ("echo a | xargs -a list p", vec!["p <what xargs reads>"]),
            ("echo a | xargs -t -- p", vec!["p a"]),
        ] {
            assert_eq!(p(script), due, "{script}");
        }
    }
}
