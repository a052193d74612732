//! Tests: the words between the brackets, or behind `test`, are an expression of their own. The grammar's tree has another
//! order of operators than the shell (`-n "$A" -a "$B"` is one test to it), so the words are read here.

use tree_sitter::Node;

use super::bounds::word_end;
use super::condition::{all_agree, combine, span};
use super::interpret::Interpreter;
use super::kept::{freed_all, plain};
use super::piece::Piece;
use super::regex::globs;
use super::value::Value;
use crate::yaml::Span;

/// The words of a test that are still to be read.
struct Words<'w> {
    piece: &'w Piece,
    spans: &'w [Span],
    at: usize,
    /// Whether they stand in `[[ … ]]`.
    double: bool,
}

impl<'w> Words<'w> {
    fn text(&self, ahead: usize) -> Option<&'w str> {
        let span = self.spans.get(self.at + ahead)?;
        self.piece.text.get(span.start..span.end)
    }

    /// Passes over the next word if it is this one.
    fn take(&mut self, word: &str) -> bool {
        let is = self.text(0).is_some_and(|text| text == word || text.trim_matches(['\\', '\'', '"']) == word);
        self.at += usize::from(is);
        is
    }

    fn next(&mut self) -> Option<Span> {
        let span = self.spans.get(self.at).copied();
        self.at += usize::from(span.is_some());
        span
    }
}

impl Interpreter<'_> {
    /// `test a = b -o c = d`, and `[ … ]` where the grammar reads it as a command.
    pub(super) fn test_words(&mut self, node: Node<'_>, piece: &Piece) -> Option<bool> {
        let name = node.child_by_field_name("name")?;
        let mut cursor = node.walk();
        // `==` has no name in the grammar.
        let is_word = |child: &Node<'_>| *child != name && (child.is_named() || matches!(child.kind(), "==" | "=~"));
        let spans: Vec<Span> = node.children(&mut cursor).filter(is_word).map(span).collect();
        let closed = spans.last().is_some_and(|last| piece.text.get(last.start..last.end) == Some("]"));
        let spans = spans.get(..spans.len() - usize::from(closed)).unwrap_or(&[]);
        self.all_words(piece, spans, false)
    }

    /// `[ … ]` and `[[ … ]]`; nothing where the text is none of them.
    pub(super) fn test_text(&mut self, node: Node<'_>, piece: &Piece) -> Option<Option<bool>> {
        let text = piece.text.clone();
        let raw = text.get(node.byte_range())?;
        let double = raw.starts_with("[[");
        let brackets = if double { 2 } else { 1 };
        let closes = if double { raw.ends_with("]]") } else { raw.starts_with('[') && raw.ends_with(']') };
        let within = Span::new(node.start_byte() + brackets, node.end_byte().checked_sub(brackets)?);
        if !closes || within.start > within.end {
            return None;
        }
        let spans = words_within(&text, within, double)?;
        Some(self.all_words(piece, &spans, double))
    }

    fn all_words(&mut self, piece: &Piece, spans: &[Span], double: bool) -> Option<bool> {
        let mut words = Words { piece, spans, at: 0, double };
        let held = self.any_test(&mut words);
        // Words that are left over were not understood; what is substituted in them runs all the same.
        let left = spans.get(words.at..).unwrap_or(&[]);
        for word in left {
            self.expand(piece, *word);
        }
        held.filter(|_| left.is_empty())
    }

    fn any_test(&mut self, words: &mut Words<'_>) -> Option<bool> {
        let mut held = self.all_tests(words);
        while words.take(if words.double { "||" } else { "-o" }) {
            let right = self.all_tests(words);
            held = combine(true, held, right);
        }
        held
    }

    fn all_tests(&mut self, words: &mut Words<'_>) -> Option<bool> {
        let mut held = self.one_test(words);
        while words.take(if words.double { "&&" } else { "-a" }) {
            let right = self.one_test(words);
            held = combine(false, held, right);
        }
        held
    }

    fn one_test(&mut self, words: &mut Words<'_>) -> Option<bool> {
        if !self.descend() {
            return None;
        }
        let held = self.one_test_of(words);
        self.ascend();
        held
    }

    fn one_test_of(&mut self, words: &mut Words<'_>) -> Option<bool> {
        let operator = words.text(1).unwrap_or("");
        if words.double && matches!(operator, "=~" | "<" | ">") {
            let (piece, left) = (words.piece, words.next()?);
            words.next()?;
            let right = words.next()?;
            let lefts = self.expand(piece, left);
            if operator != "=~" {
                self.expand(piece, right);
                return None;
            }
            let written = piece.text.get(right.start..right.end).unwrap_or("");
            let names: Vec<Value> = globs(written).into_iter().map(Value::literal).collect();
            if !names.is_empty() {
                self.note_test((piece, left, &lefts), right, &names);
            }
            return self.fits(&lefts, right, piece);
        }
        if matches!(operator, "=" | "==" | "!=" | "-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le" | "-nt" | "-ot" | "-ef")
        {
            let (piece, left) = (words.piece, words.next()?);
            words.next()?;
            let right = words.next()?;
            if !matches!(operator, "=" | "==" | "!=") {
                return self.compares(left, operator, right, piece);
            }
            let lefts = self.expand(piece, left);
            // What stands on the right of `[[ a == b ]]` is a pattern, but for what is quoted; all else is text.
            let rights = if words.double { self.expand_pattern(piece, right) } else { self.expand(piece, right) };
            let texts: Vec<Value> = freed_all(&rights);
            self.note_test((piece, left, &lefts), right, &texts);
            self.note_test((piece, right, &texts), left, &lefts);
            let lefts: Vec<Value> = lefts.iter().map(plain).collect();
            let rights: Vec<Value> = if words.double { rights } else { rights.iter().map(plain).collect() };
            return self.equal(&lefts, &rights).map(|equal| equal == (operator != "!="));
        }
        if words.take("!") {
            return self.one_test(words).map(|held| !held);
        }
        if words.take("(") {
            let held = self.any_test(words);
            words.take(")");
            return held;
        }
        let first = words.text(0)?.to_owned();
        let flag = first.len() == 2 && first.starts_with('-') && words.text(1).is_some();
        if flag {
            words.next()?;
        }
        let operand = words.next()?;
        if flag && first == "-v" {
            return self.is_defined(words.piece, operand);
        }
        let values = self.expand(words.piece, operand);
        let set = all_agree(values.iter().map(|value| self.is_set(value)));
        match (flag, first.as_str()) {
            // Without quotes and text the word is not there, and `-n` itself is the text.
            (true, "-n") if !words.double && set != Some(true) && !holds_quotes(words.piece, operand) => Some(true),
            (false, _) | (true, "-n") => set,
            (true, "-z") => set.map(|set| !set),
            (true, "-e" | "-f" | "-r" | "-s") => all_agree(values.iter().map(|value| self.is_written(value))),
            _ => None,
        }
    }
}

fn holds_quotes(piece: &Piece, word: Span) -> bool {
    piece.text.get(word.start..word.end).is_none_or(|word| word.contains(['"', '\'']))
}

/// The words of a test, operators and brackets each one of their own.
pub(super) fn words_within(text: &str, within: Span, double: bool) -> Option<Vec<Span>> {
    let mut words: Vec<Span> = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let rest = text.get(at..within.end)?;
        let c = rest.chars().next()?;
        let end = match c {
            _ if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '\\' if rest.starts_with("\\\n") => {
                at += 2;
                continue;
            }
            '&' | '|' if double && (rest.starts_with("&&") || rest.starts_with("||")) => at + 2,
            '(' | ')' | '<' | '>' if double => at + 1,
            _ => {
                let regex = words.last().is_some_and(|last| text.get(last.start..last.end) == Some("=~"));
                operand_end(text, at, double, double && regex)
            }
        };
        let end = end.min(within.end);
        if end <= at {
            return None;
        }
        words.push(Span::new(at, end));
        at = end;
    }
    Some(words)
}

/// Where a word ends: brackets are of it in a regular expression, and behind `@`, `?`, `+`, `*` and `!` in a pattern.
fn operand_end(text: &str, from: usize, double: bool, regex: bool) -> usize {
    let mut depth = 0_usize;
    let mut at = from;
    loop {
        at = word_end(text, at);
        let before = text.get(from..at).and_then(|word| word.chars().last());
        let opens = regex || matches!(before, Some('@' | '?' | '+' | '*' | '!'));
        match text.as_bytes().get(at) {
            Some(b'(') if double && (depth > 0 || opens) => depth += 1,
            Some(b')') if depth > 0 => depth -= 1,
            Some(b'|') if depth > 0 || regex => {}
            Some(b' ' | b'<' | b'>' | b'&' | b';') if depth > 0 => {}
            _ => return at,
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn operators_have_the_order_of_the_shell() {
        for (test, held) in [
            ("[ -n \"$BITBUCKET_TAG\" -a a = a ]", true),
            ("[ -z \"$BITBUCKET_TAG\" -o -n \"$BITBUCKET_BRANCH\" ]", false),
            ("[ a = a -a b != b ]", false),
            ("test a == a", true),
            ("test a == b -o \"$BITBUCKET_TAG\" == ''", false),
            ("[ ! -z \"$BITBUCKET_TAG\" -a -z \"$BITBUCKET_BRANCH\" ]", true),
            ("[ a = b -a x = x -o c = c ]", true),
            ("[[ ! $BITBUCKET_TAG == release-* && -z $BITBUCKET_BRANCH ]]", true),
            ("[[ ! $BITBUCKET_BRANCH =~ ^main$ && -n $BITBUCKET_TAG ]]", true),
            ("[[ -z $BITBUCKET_TAG || ( a == a && b == c ) ]]", false),
            ("[[ ab =~ ^(a|x)b$ ]]", true),
            ("[[ ab == @(a|x)b ]]", true),
            ("[[ \" main master \" == *\" $BITBUCKET_BRANCH \"* ]]", false),
            ("[[ \" main master \" == *\" master \"* ]]", true),
            ("[ \"${BITBUCKET_TAG#rc-}\" != \"$BITBUCKET_TAG\" ]", true),
        ] {
            let lines = run(&format!("if {test}; then p a; else p b; fi"));
            assert_eq!(lines, [if held { "p a" } else { "p b" }], "{test}");
        }
        assert_eq!(run("case ab in a*) p a;& x) p b;; *) p c;; esac"), ["p a", "? p b"]);
        assert_eq!(run("case ab in a*) p a;;& *b) p b;; *) p c;; esac"), ["p a", "? p b"]);
        assert_eq!(run("if [ \"$(q)\" = a extra $(r) ]; then p a; fi"), ["q", "r", "? p a"]);
    }
}
