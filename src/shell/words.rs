//! The words that one argument comes to.

use tree_sitter::Node;

use super::array::{Item, joined};
use super::brace;
use super::interpret::Interpreter;
use super::invocation::Word;
use super::kept::Keeps;
use super::piece::Piece;
use super::value::Value;
use super::walk::value_end;
use crate::yaml::Span;

impl Interpreter<'_> {
    /// The words that one argument comes to, and where it ends.
    pub(super) fn fields(&mut self, node: Node<'_>, piece: &Piece, out: &mut Vec<Word>) -> usize {
        let end = value_end(node, piece);
        self.words_of(Span::new(node.start_byte(), end), piece, out);
        end
    }

    /// Appends the words that a text of the script comes to.
    pub(super) fn words_of(&mut self, span: Span, piece: &Piece, out: &mut Vec<Word>) {
        let text = piece.text.clone();
        let raw = text.get(span.start..span.end).unwrap_or("");
        let place = piece.place(span);
        if is_itself(raw) {
            let values = vec![Value::literal(raw)];
            out.push(Word { values, place, quoted: false, origin: Some((piece.clone(), span)) });
            return;
        }
        let keeps = Keeps::Word(self.separators());
        // The words of a list are no text that stands here.
        let of_list = |values: Vec<Value>, quoted| Word { values, place, quoted, origin: None };
        let quoted = raw.starts_with('"');
        if let Some(values) = self.scope.positional.slice(if raw == "$*" { "$@" } else { raw }) {
            for word in values {
                let place = word.place.unwrap_or(place);
                let make = |values, quoted| Word { place, ..of_list(values, quoted) };
                unquoted(out, &keeps, word.values.clone(), quoted, make);
            }
            return;
        }
        if let Some(items) = self.scope.list_words(raw).or_else(|| self.scope.map_words(raw)) {
            for item in items {
                unquoted(out, &keeps, item.values, item.quoted, of_list);
            }
            return;
        }
        match brace::words(raw) {
            brace::Words::One => {
                let (values, quoted) = self.expand_word(piece, span, &keeps);
                let origin = Some((piece.clone(), span));
                split(out, &keeps, (raw, quoted), values, |values, quoted| Word {
                    values,
                    place,
                    quoted,
                    origin: origin.clone(),
                });
            }
            brace::Words::Many(words) => {
                for word in words {
                    let (values, quoted) = self.expand_parts(piece, span.start, &word, &keeps);
                    split(out, &keeps, (raw, quoted), values, of_list);
                }
            }
            brace::Words::TooMany => out.push(of_list(vec![Value::opaque("one of many values")], false)),
        }
    }

    /// The characters at which words are split, where `IFS` names others than blanks.
    fn separators(&self) -> Option<Box<str>> {
        match self.known("IFS") {
            Some([one]) => one.as_literal().map(Box::from),
            _ => None,
        }
    }
}

/// How many fields a word may come to that may be one text or another.
const MOST_FIELDS: usize = 100;

/// Appends a word of a list that stands without quotes, or one that is kept whole.
fn unquoted(
    out: &mut Vec<Word>,
    keeps: &Keeps,
    values: Vec<Value>,
    quoted: bool,
    word: impl Fn(Vec<Value>, bool) -> Word,
) {
    if quoted || values.len() != 1 {
        return out.push(word(values, quoted));
    }
    out.extend(values.into_iter().flat_map(|value| keeps.fields(value)).map(|field| word(vec![field], false)));
}

/// Appends what a word comes to: none where nothing is left of it, several where it is split. What it may be in several ways
/// may be so many words, or others.
fn split(
    out: &mut Vec<Word>,
    keeps: &Keeps,
    (raw, quoted): (&str, bool),
    values: Vec<Value>,
    word: impl Fn(Vec<Value>, bool) -> Word,
) {
    // A test without its word would be told from nothing; to any other command it is as if nothing stood there.
    let tests = || out.first().is_some_and(|first| matches!(first.literal(), Some("[" | "[[" | "test")));
    let mut ways: Vec<Vec<Value>> = values.into_iter().map(|value| keeps.fields(value)).collect();
    if let [way] = ways.as_mut_slice() {
        if way.is_empty() && (quoted || tests()) {
            way.push(Value::default());
        }
        out.extend(std::mem::take(way).into_iter().map(|field| word(vec![field], quoted)));
        return;
    }
    if ways.iter().all(|way| way.len() < 2) {
        let values = ways.into_iter().map(|way| way.into_iter().next().unwrap_or_default()).collect();
        out.push(word(values, quoted));
        return;
    }
    if ways.iter().map(Vec::len).sum::<usize>() > MOST_FIELDS {
        out.push(word(vec![Value::opaque(format!("the words of {raw}"))], false));
        return;
    }
    let items = |way: Vec<Value>| way.into_iter().map(|field| Item::new(vec![field])).collect::<Vec<_>>();
    let joined = ways.into_iter().map(items).reduce(|one, other| joined(raw, &one, &other));
    out.extend(joined.unwrap_or_default().into_iter().map(|item| word(item.values, item.quoted)));
}

/// Whether a word means what is written: nothing in it is expanded, quoted or split.
fn is_itself(raw: &str) -> bool {
    !raw.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'`' | b'\'' | b'"' | b' ' | b'{'))
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn what_no_quotes_keep_is_split() {
        for (script, due) in [
            ("x=$(printf '%s\\n' 1 2); p $x", "p 1 2"),
            ("x=$'1\\t2'; p $x", "p 1 2"),
            ("x=' 1  2 '; p a$x-", "p a 1 2 -"),
            ("x=1,2; IFS=,; p $x a,b \"$x\"", "p 1 2 a,b 1,2"),
            ("x='1 2'; IFS=; p $x", "p 1 2"),
            ("x=1; y=; p ${x:+-t \"a b\"} ${y:-'c d' e} \"${x:+f g}\"", "p -t a b c d e f g"),
            ("p ${BITBUCKET_COMMIT:+-t \"a:$BITBUCKET_COMMIT\"} .", "p -t a:$BITBUCKET_COMMIT ."),
            ("p $(for t in a b; do echo -n \"-t $t \"; done).", "p -t a -t b ."),
            ("x=; p ${x:=\"a b\"}; p \"$x\"", "p a b"),
            ("set -- 'a b' c; p $@", "p a b c"),
            ("none=; p '' \"\" $none \"$none\" x", "p    x"),
        ] {
            assert_eq!(run(script).pop().unwrap(), due, "{script}");
        }
        let words = |script: &str| run(script).iter().filter(|line| line.starts_with("p ")).count();
        for (list, count) in [
            ("$(printf '1\\n2\\n')", 2),
            ("$(echo 1,2 | tr , ' ')", 2),
            ("$(echo 1,2 | tr , '\\n')", 2),
            ("\"1 2\"", 1),
            ("1\\ 2 3", 2),
            ("{1,2}\\ 3", 2),
            ("\"$(printf '1\\n2\\n')\"", 1),
            ("${x:-\"1 2\"}", 1),
            ("${x:-1 2}", 2),
        ] {
            assert_eq!(words(&format!("x=; for t in {list}; do p $t; done")), count, "{list}");
        }
    }

    #[test]
    fn a_word_that_may_be_several_may_be_fewer() {
        let script = "a='-t x'; if [ -n \"$X\" ]; then a=\"$a -t y\"; fi; docker build $a .";
        assert_eq!(run(script).pop().unwrap(), "docker build -t x -t y .");
        assert_eq!(run("a=''; [ -n \"$X\" ] && a='-t y'; docker build $a .").pop().unwrap(), "docker build -t y .");
    }

    #[test]
    fn signs_in_quotes_are_none_of_a_pattern() {
        for (test, held) in [
            ("[[ a/b == a/* ]]", true),
            ("[[ a/b == \"a/*\" ]]", false),
            ("[[ a/b == a/\\* ]]", false),
            ("[[ 'a/*' == \"a/*\" ]]", true),
            ("[[ a/b == \"a/\"* ]]", true),
            ("[ a/b = a/* ]", false),
            ("[ a/b = 'a/*' ]", false),
            ("[ -n $BITBUCKET_TAG ]", true),
            ("[ -n \"$BITBUCKET_TAG\" ]", true),
            ("[ -n $none ]", true),
            ("[ -n \"$none\" ]", false),
            ("[[ -n $none ]]", false),
            ("[ ! -z $none ]", false),
        ] {
            let lines = run(&format!("none=; if {test}; then p a; else p b; fi"));
            assert_eq!(lines, [if held { "p a" } else { "p b" }], "{test}");
        }
        assert_eq!(run("case a/b in 'a/*') p a;; a/\\*) p b;; a/*) p c;; esac"), ["p c"]);
        assert_eq!(run("x='a*b'; y='*'; p ${x%\"*\"b} ${x%$y*} \"${x#a\"$y\"}\""), ["p a a*b b"]);
    }
}
