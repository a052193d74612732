//! The parameters of a script or a function: `$1`, `"$@"`, and what `shift` and `set --` make of them.

use std::rc::Rc;

use super::invocation::Word;
use super::piece::Place;
use super::value::Value;

/// The most words that are kept; nobody writes as many, and `set -- "$@" "$@"` doubles them.
const MOST: usize = 500;

/// One of the words that a script or a function was called with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    /// What it may be; never empty.
    pub(super) values: Vec<Value>,
    /// Where the call has it; nothing for one that stands in no call.
    pub(super) place: Option<Place>,
    /// Whether it may be several words: a variable of the repository that stands alone and without quotes.
    several: bool,
}

impl Parameter {
    /// One that stands in no call.
    pub(super) fn implied(value: Value) -> Self {
        Self { values: vec![value], place: None, several: false }
    }
}

impl From<Word> for Parameter {
    fn from(word: Word) -> Self {
        let own = |value: &Value| value.as_symbol().is_some_and(|symbol| !symbol.name.starts_with("BITBUCKET_"));
        let several = !word.quoted && word.values.iter().any(own);
        Self { values: word.values, place: Some(word.place), several }
    }
}

/// The words that a script or a function was called with, its name first; empty where nothing is known of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Positional {
    words: Rc<Vec<Parameter>>,
    /// How many letters of the word have been read that `getopts` reads next.
    pub(super) within: usize,
    /// Whether they were changed in a way that is not followed.
    lost: bool,
}

impl Positional {
    /// Those of a call; too many are unknown.
    pub(super) fn new(words: Vec<Parameter>) -> Self {
        let lost = words.len() > MOST;
        Self { words: Rc::new(words), within: 0, lost }
    }

    /// The words, the name first; nothing where they can't be told.
    pub(super) fn known(&self) -> &[Parameter] {
        if self.lost { &[] } else { &self.words }
    }

    /// Whether they can't be told any longer.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether the next word is one for sure, if there is any.
    pub(super) fn begins_with_one(&self) -> bool {
        !self.lost && !self.words.get(1).is_some_and(|word| word.several)
    }

    /// Makes them unknown.
    pub(super) fn lose(&mut self) {
        self.lost = true;
    }

    /// `shift`, `shift 2`; more than there are leaves them as they are.
    pub(super) fn shift(&mut self, by: Option<&Word>) {
        let count = match by {
            None => Some(1),
            Some(word) => word.literal().and_then(|text| text.parse::<usize>().ok()),
        };
        match count {
            Some(count) if count < self.words.len() => drop(Rc::make_mut(&mut self.words).drain(1..=count)),
            Some(_) => {}
            None => self.lose(),
        }
    }

    /// `set -- a b`; a word that may be several makes them unknown.
    pub(super) fn set(&mut self, words: &[Word]) {
        let name = self.words.first().cloned().unwrap_or_else(|| Parameter::implied(Value::literal("bash")));
        let one = |word: &Word| word.quoted || word.values.iter().all(|value| value.as_literal().is_some());
        self.lost = words.len() > MOST || !words.iter().all(one);
        let words = words.get(..words.len().min(MOST)).unwrap_or_default();
        self.words = Rc::new(std::iter::once(name).chain(words.iter().cloned().map(Parameter::from)).collect());
    }

    /// The words that `$@`, `"${@:2}"` or `"${@: -1}"` stands for; `None` for any other text, and where they can't be told.
    pub(super) fn slice(&self, raw: &str) -> Option<&[Parameter]> {
        let known = Some(self.known()).filter(|known| !known.is_empty())?;
        let raw = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or(raw);
        if matches!(raw, "$@" | "${@}") {
            return known.get(1..);
        }
        let mut numbers = raw.strip_prefix("${@:")?.strip_suffix('}')?.split(':').map(|part| part.trim().parse());
        let from: isize = numbers.next()?.ok()?;
        let start = if from < 0 { known.len().checked_sub(from.unsigned_abs())? } else { from.unsigned_abs() };
        let end = match numbers.next() {
            None => known.len(),
            Some(count) => start.checked_add(count.ok()?.try_into().ok()?)?.min(known.len()),
        };
        known.get(start.min(end)..end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn shifts_and_slices_are_followed() {
        assert_eq!(run("f() { shift; docker push $1; }; f a b"), ["shift", "docker push b"]);
        assert_eq!(run("f() { E=$1; shift 2; \"$@\"; }; f a b docker push x"), ["shift 2", "docker push x"]);
        assert_eq!(run("f() { \"${@:2}\"; }; f a docker push x"), ["docker push x"]);
        assert_eq!(run("f() { docker push \"${@: -1}\" \"${@:1:1}\"; }; f a b c"), ["docker push c a"]);
        assert_eq!(run("f() { shift 5; docker push $1; }; f a b"), ["shift 5", "docker push a"]);
        assert_eq!(run("f() { set -- \"${@:2}\" z; docker push \"$@\"; }; f a b"), ["set -- b z", "docker push b z"]);
    }

    #[test]
    fn what_a_wrapper_runs_stands_where_it_is_called() {
        let places = super::super::tests::places("f() { N=$1; shift; \"$@\" || \"$@\"; }\nf 3 docker build . && echo");
        let builds: Vec<_> = places.iter().filter(|(name, _)| name == "docker").map(|(_, text)| *text).collect();
        assert_eq!(builds, ["docker build ."; 2]);
    }

    #[test]
    fn what_a_sourced_function_runs_stands_where_it_is_called() {
        let places = super::super::tests::places(". ci/functions.sh\necho\npublish a:1");
        assert_eq!(places.last().unwrap(), &("docker".to_owned(), "publish a:1"));
    }

    #[test]
    fn a_shift_that_may_not_happen_leaves_nothing_known() {
        for script in [
            "f() { [ -n \"$X\" ] && shift; docker push $1; }; f a b",
            "f() { shift $N; docker push $1; }; f a b",
            "f() { if [ -n \"$X\" ]; then shift; fi; docker push $1; }; f a b",
        ] {
            assert_eq!(run(script).last().unwrap(), "docker push <$1>", "{script}");
        }
    }
}
