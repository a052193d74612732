//! What the grammar misreads, written for it in other words of the same length. What is meant is told by the text itself, which
//! stays, and of which the tree gives the places.

use memchr::memmem;

use super::bounds::{balanced, begins_arithmetic, past};
use super::negated;
use super::test_words::words_within;
use crate::yaml::Span;

/// How many places of a kind are looked at in one text.
const MOST: usize = 200;

/// The text for the grammar; `None` where it reads it as it is.
pub(super) fn for_grammar(text: &str) -> Option<String> {
    let changes: [fn(&str) -> Option<String>; 6] =
        [negated::last_arms, negated::groups, tests, comments, documents, subshells];
    let mut changed: Option<String> = None;
    for change in changes {
        changed = change(changed.as_deref().unwrap_or(text)).or(changed);
    }
    changed
}

/// Writes other bytes over parts of a text, as many as they have.
fn written_over(text: &str, parts: impl IntoIterator<Item = (Span, u8)>) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut any = false;
    for (part, byte) in parts {
        bytes.get_mut(part.start..part.end)?.fill(byte);
        any = true;
    }
    any.then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The patterns of `[[ a = b* || c ]]` as plain words: the grammar ends the test at their signs.
fn tests(text: &str) -> Option<String> {
    let is_comment = |open: &usize| {
        let line = text.get(..*open).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        line.match_indices('#')
            .any(|(at, _)| line.get(..at).is_none_or(|before| before.trim_end().len() < at || at == 0))
    };
    let opens = memmem::find_iter(text.as_bytes(), "[[ ").take(MOST).filter(|open| !is_comment(open));
    let signs = opens.filter_map(|open| Some(pattern_signs(text, open + 2, test_end(text, open)?))).flatten();
    written_over(text, signs.map(|at| (Span::new(at, at + 1), b'x')))
}

/// Where the `]]` stands that ends a test.
fn test_end(text: &str, open: usize) -> Option<usize> {
    let mut at = open + 2;
    loop {
        let rest = text.get(at..)?;
        if rest.starts_with("]]") && text.as_bytes().get(at - 1).is_some_and(u8::is_ascii_whitespace) {
            return Some(at);
        }
        // A test is one command.
        let goes_on = || text.get(..at).is_some_and(|before| before.trim_end().ends_with(['&', '|']));
        if rest.is_empty() || rest.starts_with(';') || rest.starts_with('\n') && !goes_on() {
            return None;
        }
        at = past(text, at);
    }
}

/// Where the signs of patterns stand in the words of a test.
fn pattern_signs(text: &str, from: usize, end: usize) -> Vec<usize> {
    let words = words_within(text, Span::new(from, end), true).unwrap_or_default();
    let is_comparison = |word: &Span| matches!(text.get(word.start..word.end), Some("=" | "==" | "!="));
    let patterns = words.windows(2).filter(|pair| is_comparison(&pair[0])).map(|pair| pair[1]);
    let mut signs = Vec::new();
    for pattern in patterns {
        let mut at = pattern.start;
        while at < pattern.end {
            let next = past(text, at);
            // What may stand for anything, and what it is joined to: `feature/*`.
            if next == at + 1 && text.as_bytes()[at].is_ascii_punctuation() {
                signs.push(at);
            }
            at = next;
        }
    }
    signs
}

/// Blanks for a comment in backquotes, `` `# why` ``, which the grammar lets go on behind them.
fn comments(text: &str) -> Option<String> {
    let begins = memmem::find_iter(text.as_bytes(), "`#").take(MOST);
    let comments = begins.filter_map(|at| {
        let end = memchr::memchr2(b'`', b'\n', text.as_bytes().get(at + 1..)?).map(|end| at + 1 + end)?;
        (text.as_bytes()[end] == b'`').then(|| Span::new(at, end + 1))
    });
    // The end of one comment and the beginning of the next command are no comment.
    let mut behind = 0;
    let apart = comments.filter(|comment| {
        let is_next = comment.start >= behind;
        if is_next {
            behind = comment.end;
        }
        is_next
    });
    written_over(text, apart.map(|comment| (comment, b' ')).collect::<Vec<_>>())
}

/// `;` for the `&&` between two commands that both begin a here-document: the grammar reads the first one's end for both.
fn documents(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    // `<<<` begins none.
    let is_document =
        |at: &usize| bytes.get(at + 2) != Some(&b'<') && at.checked_sub(1).is_none_or(|before| bytes[before] != b'<');
    let begins: Vec<usize> = memmem::find_iter(bytes, "<<").take(MOST).filter(is_document).collect();
    let joins = begins.windows(2).filter_map(|pair| {
        let between = text.get(pair[0] + 2..pair[1])?;
        let join = pair[0] + 2 + between.find("&&")?;
        (!between.contains(['\n', '\'', '"'])).then_some(join)
    });
    let joins: Vec<usize> = joins.collect();
    written_over(
        text,
        joins.into_iter().flat_map(|at| [(Span::new(at, at + 1), b' '), (Span::new(at + 1, at + 2), b';')]),
    )
}

/// Blanks for the brackets of a subshell with which a substitution begins: `$((a; b) | c)` is no arithmetic.
fn subshells(text: &str) -> Option<String> {
    let begins = memmem::find_iter(text.as_bytes(), "$((").take(MOST);
    let commands = begins.filter(|at| !begins_arithmetic(text, *at));
    let brackets = commands.map(|at| [at + 2, balanced(text, at + 2, '(', ')') - 1]);
    written_over(text, brackets.flatten().map(|at| (Span::new(at, at + 1), b' ')).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::for_grammar;

    #[test]
    fn what_the_grammar_misreads_is_read() {
        for (script, lines) in [
            ("if [[ $BITBUCKET_TAG = rc-* || $BITBUCKET_TAG = x ]]; then p a; else p b; fi\np c", vec!["p a", "p c"]),
            ("if [[ ab = a* && x != y? ]]; then p a; else p b; fi", vec!["p a"]),
            ("p a `# why` b\np c", vec!["p a b", "p c"]),
            ("p a \\\n  `# it's so` \\\n  b\np c", vec!["p a b", "p c"]),
            ("cat > a <<A && cat > b <<B\none\nA\ntwo\nB\np c", vec!["cat", "cat", "p c"]),
            ("N=$((q; true) | wc -l)\np c", vec!["q", "true", "wc -l", "p c"]),
            ("N=$((1 + 2))\np c", vec!["p c"]),
            ("M=$(cat <<E\nit's new\nE\n)\np c", vec!["cat", "p c"]),
            ("M=\"$(cat <<E\nit's (new\nE\n)\"\np c", vec!["cat", "p c"]),
        ] {
            assert_eq!(run(script), lines, "{script}");
        }
    }

    #[test]
    fn what_it_reads_stays() {
        for text in [
            "[[ a == b ]]",
            "[[ $A =~ ^(a|b)*$ ]]",
            "echo '[[ a = b*'",
            "a `b #c`",
            "cat <<A\n&&\nA\ncat <<B\nB",
            "$((1 << 2))",
            "false <<< a && b <<< c",
            "# use [[ x == *\n[[ -f x ]]",
        ] {
            assert_eq!(for_grammar(text), None, "{text}");
        }
    }
}
