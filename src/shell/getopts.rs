//! Options by letters: `getopts m:t: o`, word by word, and `getopt -o m:t: --long mode: -- "$@"`, all at once.

use super::interpret::Interpreter;
use super::invocation::{Invocation, Word};
use super::status::Status;
use super::value::Value;

/// Where bash keeps the number of the word that is read next.
pub(super) const OPTIND: &str = "OPTIND";
/// Where it keeps the word that an option takes.
const OPTARG: &str = "OPTARG";

/// What the next option is.
enum Next {
    /// A letter, what it takes, how many words have been read whole then, and how many letters of the one that follows.
    Option(String, Vec<Value>, usize, usize),
    /// There are none left, and so many words have been read.
    End(usize),
}

impl Interpreter<'_> {
    /// `getopts OPTIONS NAME`: reads the next option of the words of the call.
    pub(super) fn getopts(&mut self, invocation: Invocation) {
        let letters = invocation.words.get(1).and_then(Word::literal).map(str::to_owned);
        let name = invocation.words.get(2).and_then(Word::literal).map(str::to_owned);
        // Words behind the name are read in the place of the call's.
        let own = invocation.words.len() == 3;
        self.hand_out(invocation);
        let Some(name) = name else {
            self.status = Status::Asked;
            return;
        };
        match letters.filter(|_| own).and_then(|letters| self.next_option(&letters)) {
            Some(Next::Option(letter, taken, at, within)) => {
                self.scope.set(&name, vec![Value::literal(letter)]);
                self.scope.set(OPTARG, taken);
                self.scope.set(OPTIND, vec![Value::literal(at.to_string())]);
                self.scope.positional.within = within;
                self.status = Status::Ended(0);
            }
            Some(Next::End(at)) => {
                self.scope.set(&name, vec![Value::literal("?")]);
                self.scope.set(OPTIND, vec![Value::literal(at.to_string())]);
                self.scope.positional.within = 0;
                self.status = Status::Ended(1);
            }
            None => {
                for name in [name.as_str(), OPTARG, OPTIND] {
                    self.scope.set(name, vec![Value::opaque(format!("{name} of getopts"))]);
                }
                self.status = Status::Asked;
            }
        }
    }

    fn next_option(&self, letters: &str) -> Option<Next> {
        let (silent, letters) = letters.strip_prefix(':').map_or((false, letters), |letters| (true, letters));
        let at = match self.scope.get(OPTIND) {
            None => 1,
            Some([one]) => one.as_literal()?.parse::<usize>().ok().filter(|at| *at > 0)?,
            Some(_) => return None,
        };
        let positional = &self.scope.positional;
        if positional.is_lost() {
            return None;
        }
        let Some(word) = positional.known().get(at) else { return Some(Next::End(at)) };
        let [value] = word.values.as_slice() else { return None };
        // What is not known may be an option, or several words.
        let known = value.literal_prefix();
        if known.is_empty() && !value.is_empty() {
            return None;
        }
        let flags = known.strip_prefix('-').filter(|flags| !flags.is_empty() || value.as_literal().is_none());
        let Some(flags) = flags else { return Some(Next::End(at)) };
        if value.as_literal() == Some("--") {
            return Some(Next::End(at + 1));
        }
        let from = positional.within;
        let letter = flags.get(from..)?.chars().next()?;
        let rest = from + letter.len_utf8();
        let takes = letters.split_once(letter).filter(|_| letter != ':').map(|(_, behind)| behind.starts_with(':'));
        let last = value.as_literal().is_some() && rest == flags.len();
        let (next, within) = if last { (at + 1, 0) } else { (at, rest) };
        let option = |letter: &str, taken, next, within| Some(Next::Option(letter.to_owned(), taken, next, within));
        match takes {
            Some(true) if !last => {
                let taken = value.strip_prefix(known.get(..known.len() - flags.len() + rest)?)?;
                option(&letter.to_string(), vec![taken], at + 1, 0)
            }
            Some(true) => match positional.known().get(at + 1) {
                Some(taken) => option(&letter.to_string(), taken.values.clone(), at + 2, 0),
                None => option(if silent { ":" } else { "?" }, vec![Value::literal(letter.to_string())], at + 1, 0),
            },
            Some(false) => option(&letter.to_string(), vec![Value::default()], next, within),
            None => option("?", vec![Value::literal(letter.to_string())], next, within),
        }
    }
}

/// What `getopt` prints: the options in order, each with what it takes in quotes, and the other words behind `--`.
pub(super) fn sorted(invocation: &Invocation) -> Option<Value> {
    let (mut letters, mut names) = (None, Vec::new());
    let mut words = invocation.words.get(1..)?.iter();
    loop {
        let word = words.next()?.literal()?;
        let (flag, within) = word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
        let mut value = || within.map_or_else(|| words.next()?.literal(), Some);
        match flag {
            "--" => break,
            "-o" | "--options" => letters = Some(value()?),
            "-l" | "--long" | "--longoptions" => names.extend(value()?.split(',')),
            "-n" | "--name" => _ = value()?,
            _ => return None,
        }
    }
    let letters = letters?.trim_start_matches(':');
    if letters.starts_with(['+', '-']) || letters.contains("::") || names.iter().any(|name| name.ends_with("::")) {
        return None;
    }
    let (mut printed, mut others) = (Value::default(), Value::literal(" --"));
    while let Some(word) = words.next() {
        let value = word.one()?;
        let known = value.literal_prefix();
        if value.as_literal() == Some("--") {
            words.by_ref().try_for_each(|word| quoted(&mut others, &word.one()?))?;
        } else if let Some(rest) = known.strip_prefix("--") {
            let (name, taken) = match rest.split_once('=') {
                Some((name, _)) => (name, Some(value.strip_prefix(&format!("--{name}="))?)),
                None => (value.as_literal()?.get(2..)?, None),
            };
            let takes = names.iter().any(|known| known.strip_suffix(':') == Some(name));
            if !takes && (taken.is_some() || !names.contains(&name)) {
                return None;
            }
            printed.push_literal(&format!(" --{name}"));
            if takes {
                quoted(&mut printed, &taken.map_or_else(|| words.next()?.one(), Some)?)?;
            }
        } else if let Some(flags) = known.strip_prefix('-').filter(|_| value.as_literal() != Some("-")) {
            let mut read = 1;
            for letter in flags.chars() {
                read += letter.len_utf8();
                let takes = letters.split_once(letter).filter(|_| letter != ':')?.1.starts_with(':');
                printed.push_literal(&format!(" -{letter}"));
                if takes {
                    let rest = value.strip_prefix(known.get(..read)?)?;
                    let taken = if rest.is_empty() { words.next()?.one()? } else { rest };
                    quoted(&mut printed, &taken)?;
                    read = usize::MAX;
                    break;
                }
            }
            // More letters that are not known.
            if read != usize::MAX && value.as_literal().is_none() {
                return None;
            }
        } else if known.is_empty() && !value.is_empty() {
            return None;
        } else {
            quoted(&mut others, &value)?;
        }
    }
    printed.extend(&others);
    Some(printed)
}

/// Appends a word in quotes.
fn quoted(to: &mut Value, word: &Value) -> Option<()> {
    if word.literal_contains("'") {
        return None;
    }
    to.push_literal(" '");
    to.extend(word);
    to.push_literal("'");
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    fn last(script: &str) -> String {
        run(script).pop().unwrap()
    }

    #[test]
    fn letters_are_read_one_by_one() {
        let read =
            "while getopts :m:t:v o; do case $o in m) M=$OPTARG;; t) T=$OPTARG;; v) V=1;; *) E=$OPTARG;; esac; done";
        let script = |call: &str| {
            let script =
                format!("f() {{ M=; T=; V=0; E=; {read}; shift $((OPTIND - 1)); p m$M t$T v$V e$E $*; }}; f {call}");
            last(&script)
        };
        for (call, due) in [
            ("-m build -t 1 x", "p mbuild t1 v0 e x"),
            ("-mbuild -vt1 x y", "p mbuild t1 v1 e x y"),
            ("-t $BITBUCKET_TAG", "p m t$BITBUCKET_TAG v0 e"),
            ("-t$BITBUCKET_TAG -v", "p m t$BITBUCKET_TAG v1 e"),
            ("-v -- -t 1", "p m t v1 e -t 1"),
            ("-v x -t 1", "p m t v1 e x -t 1"),
            ("-q -v", "p m t v1 eq"),
            ("-v -t", "p m t v1 et"),
            ("", "p m t v0 e"),
        ] {
            assert_eq!(script(call).trim_end(), due, "{call}");
        }
        assert_eq!(script("-v $ARGS"), "p m<M after a loop> t<T after a loop> v1 e<E after a loop> <$*>");
    }

    #[test]
    fn options_are_sorted_for_eval() {
        let read =
            "while true; do case $1 in -t|--tag) T=$2; shift 2;; --dry) D=1; shift;; --) shift; break;; esac; done";
        for sort in [
            "eval set -- \"$(getopt -o t:d --long tag:,dry -- \"$@\")\"",
            "O=$(getopt -o t:d -l tag: -l dry -n f -- \"$@\") || exit 1; eval set -- \"$O\"",
        ] {
            let script = |call: &str| last(&format!("f() {{ T=; D=0; {sort}; {read}; p t$T $D $*; }}; f {call}"));
            assert_eq!(script("--tag a x --dry y"), "p ta 1 x y", "{sort}");
            assert_eq!(script("-t $BITBUCKET_TAG"), "p t$BITBUCKET_TAG 0", "{sort}");
            assert_eq!(script("--tag=$BITBUCKET_TAG -- --dry").trim_end(), "p t$BITBUCKET_TAG 0 --dry", "{sort}");
            assert_eq!(script("-ta $X"), "p t<T after a loop> <D after a loop> <$*>", "{sort}");
        }
    }
}
