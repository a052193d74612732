//! Braces that make several words of one: `{api,web}`, `app:{$A,$B}`, `{1..3}`.

use super::bounds::past;
use super::loops::UNROLLED;
use crate::yaml::Span;

/// How many braces a word may have in which words are looked for.
const BRACES: usize = 16;

/// The longest sequence that is read, in bytes.
const LONGEST: usize = 64;

/// What a word comes to by its braces.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Itself.
    One,
    /// Several words, each put together from parts of it.
    Many(Vec<Vec<Part>>),
    /// More words than are followed.
    TooMany,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A part of the text, which is still to be expanded.
    Text(Span),
    /// A member of a sequence.
    Counted(String),
}

/// A pair of braces with commas, or a sequence, between them.
struct Group {
    /// With its braces.
    whole: Span,
    /// What is written between the commas, which may have braces of its own, or what is counted.
    members: Vec<Part>,
}

/// The words that a word comes to.
pub(super) fn words(raw: &str) -> Words {
    if !raw.contains('{') || !(raw.contains(',') || raw.contains("..")) {
        return Words::One;
    }
    if raw.bytes().filter(|byte| *byte == b'{').count() > BRACES {
        return Words::One;
    }
    match alternatives(raw, Span::new(0, raw.len())) {
        None => Words::TooMany,
        Some(words) if words.len() == 1 => Words::One,
        Some(words) => Words::Many(words),
    }
}

/// `None` where there are too many.
fn alternatives(raw: &str, span: Span) -> Option<Vec<Vec<Part>>> {
    let Some(group) = group(raw, span) else { return Some(vec![vec![Part::Text(span)]]) };
    let before = Part::Text(Span::new(span.start, group.whole.start));
    let mut members = Vec::new();
    for member in group.members {
        match member {
            Part::Text(span) => members.extend(alternatives(raw, span)?),
            counted @ Part::Counted(_) => members.push(vec![counted]),
        }
    }
    let after = alternatives(raw, Span::new(group.whole.end, span.end))?;
    if members.len().checked_mul(after.len())? > UNROLLED {
        return None;
    }
    let mut words = Vec::with_capacity(members.len() * after.len());
    for member in &members {
        for after in &after {
            words.push(std::iter::once(&before).chain(member).chain(after).cloned().collect());
        }
    }
    Some(words)
}

/// The first pair of braces that makes several words.
fn group(raw: &str, span: Span) -> Option<Group> {
    let mut at = span.start;
    while at < span.end {
        if raw.as_bytes().get(at) == Some(&b'{')
            && let Some(group) = closed(raw, at, span.end)
        {
            return Some(group);
        }
        at = past(raw, at);
    }
    None
}

/// The pair of braces that begins at a place; `None` where none closes it, or nothing in it makes several words.
fn closed(raw: &str, open: usize, end: usize) -> Option<Group> {
    let (mut at, mut depth, mut from) = (open + 1, 0usize, open + 1);
    let mut members = Vec::new();
    while at < end {
        match raw.as_bytes().get(at)? {
            b'{' => depth += 1,
            b',' if depth == 0 => {
                members.push(Part::Text(Span::new(from, at)));
                from = at + 1;
            }
            b'}' if depth == 0 => {
                let whole = Span::new(open, at + 1);
                if members.is_empty() {
                    let counted = sequence(raw.get(from..at)?)?;
                    return Some(Group { whole, members: counted.into_iter().map(Part::Counted).collect() });
                }
                members.push(Part::Text(Span::new(from, at)));
                return Some(Group { whole, members });
            }
            b'}' => depth -= 1,
            _ => {}
        }
        at = past(raw, at);
    }
    None
}

/// `1..3` and `a..c`, with a step or without. One that is too long ends where no more words are followed.
fn sequence(text: &str) -> Option<Vec<String>> {
    let mut ends = text.split("..");
    let (first, last, step) = (ends.next()?, ends.next()?, ends.next().unwrap_or("1"));
    // Longer than any number that is counted to.
    if ends.next().is_some() || text.len() > LONGEST {
        return None;
    }
    let letter = |text: &str| match text.as_bytes() {
        [byte] if byte.is_ascii_alphabetic() => Some(i64::from(*byte)),
        _ => None,
    };
    let (letters, from, to) = match (letter(first), letter(last)) {
        (Some(from), Some(to)) => (true, from, to),
        _ => (false, first.parse().ok()?, last.parse::<i64>().ok()?),
    };
    let padded = |text: &str| text.trim_start_matches('-').starts_with('0') && text.trim_start_matches('-').len() > 1;
    let width = if padded(first) || padded(last) { first.len().max(last.len()) } else { 0 };
    let step = usize::try_from(step.parse::<i64>().ok()?.unsigned_abs()).ok()?.max(1);
    let shown = |number: i64| match u8::try_from(number).ok().filter(|_| letters) {
        Some(byte) => char::from(byte).to_string(),
        None => format!("{number:0width$}"),
    };
    let most = UNROLLED + 1;
    Some(if from <= to {
        (from..=to).step_by(step).take(most).map(shown).collect()
    } else {
        (to..=from).rev().step_by(step).take(most).map(shown).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn braces_make_several_words() {
        for (script, told) in [
            ("p {a,b}", "p a b"),
            ("p x{a,b}y", "p xay xby"),
            ("p {a,b}{1,2}", "p a1 a2 b1 b2"),
            ("p {a,{b,c}d}", "p a bd cd"),
            ("p a{,.bak}", "p a a.bak"),
            ("A=1; p x:{$A,\"b c\",'d,e'}", "p x:1 x:b c x:d,e"),
            ("p {1..3} {a..c} {3..1} {01..03} {1..5..2}", "p 1 2 3 a b c 3 2 1 01 02 03 1 3 5"),
            ("A=; p ${A:-{x,y}} $(echo {)", "p {x,y} {"),
        ] {
            assert_eq!(run(script).last().map(String::as_str), Some(told), "{script}");
        }
        assert_eq!(run("for s in {api,web}-{1..2}; do p $s; done"), ["p api-1", "p api-2", "p web-1", "p web-2"]);
    }

    #[test]
    fn other_braces_stay() {
        for word in [
            "{}",
            "{a}",
            "HEAD@{1}",
            "'{a,b}'",
            "\"{a,b}\"",
            "\\{a,b\\}",
            "{a,b",
            "a,b}",
            "{{.Name}}",
            "{a..b..c..d}",
            "{1..x}",
        ] {
            let shown = word.replace(['\'', '"', '\\'], "");
            assert_eq!(run(&format!("p {word}")), [format!("p {shown}")], "{word}");
        }
        // Assigned values keep theirs.
        assert_eq!(run("A={a,b}; p \"$A\""), ["p {a,b}"]);
    }

    #[test]
    fn too_many_words_are_one_unknown() {
        assert_eq!(run("p {1..100}"), ["p <one of many values>"]);
        assert_eq!(run("p {1..9223372036854775807}"), ["p <one of many values>"]);
        assert_eq!(run(&format!("p {}", "{1..5}".repeat(12))), ["p <one of many values>"]);
        let _ = run(&format!("p {}", "{a,".repeat(4000)));
        let _ = run(&format!("p {{{}1..3}}", "0".repeat(100_000)));
    }
}
