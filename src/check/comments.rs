//! Lines of comments that one text has and another lacks, compared in their order. One that was reworded, wrapped otherwise or moved
//! is not gone.

use std::collections::{BTreeSet, HashMap};

use super::difference::change;
use crate::plan::Change;
use crate::text::{Side, diff};
use crate::yaml::{Document, Span, Style};

/// From this likeness on, in hundredths, a line is one that was reworded.
const ALIKE: usize = 50;
/// What standing before the same code adds to the likeness of a line and a comment with a word in common.
const SAME_PLACE: usize = 25;
/// How many lines of comments are compared with the new ones.
const MOST: usize = 200;

/// A line of a comment.
struct Remark {
    line: usize,
    text: String,
    /// The code that follows, without blanks: where the comment stands.
    place: String,
    /// Whether it goes on with the comment of the line before.
    goes_on: bool,
}

/// Comments that are gone: of lines that follow one another those that are, together.
pub(super) fn gone(old: &Document, new: &Document) -> Vec<Change> {
    let (was, is) = (remarks(old), remarks(new));
    let (lost, fresh) = beyond(&was, &is);
    // A line that is elsewhere now was moved.
    let mut moved: HashMap<&str, usize> = HashMap::new();
    for at in &fresh {
        *moved.entry(is[*at].text.as_str()).or_default() += 1;
    }
    let fresh = blocks(&is, &fresh);
    let mut is_gone = |at: &usize| {
        let remark = &was[*at];
        match moved.get_mut(remark.text.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => !fresh.iter().take(MOST).any(|block| likeness(remark, block) >= ALIKE),
        }
    };
    let lost: Vec<usize> = lost.into_iter().take(MOST).filter(|at| is_gone(at)).collect();
    let told = blocks(&was, &lost).into_iter().map(|block| {
        let texts: Vec<&str> = block.iter().map(|remark| remark.text.as_str()).collect();
        let line = block.first().map_or(0, |remark| remark.line);
        change("comments", format!("the comment of line {line} is gone: `{}`", texts.join(" ")), false)
    });
    told.collect()
}

/// The places of the lines that only one of two texts has.
fn beyond(was: &[Remark], is: &[Remark]) -> (Vec<usize>, Vec<usize>) {
    let joined = |all: &[Remark]| -> String {
        all.iter().map(|remark| format!("{}\u{1}{}\n", remark.text, remark.place)).collect()
    };
    let (mut lost, mut fresh) = (Vec::new(), Vec::new());
    let (mut old, mut new) = (0, 0);
    for line in diff(&joined(was), &joined(is), was.len() + is.len()).hunks.iter().flat_map(|hunk| &hunk.lines) {
        match line.side {
            Side::Both => (old, new) = (old + 1, new + 1),
            Side::Before => {
                lost.push(old);
                old += 1;
            }
            Side::After => {
                fresh.push(new);
                new += 1;
            }
        }
    }
    (lost, fresh)
}

/// Lines by their places, those together that are of one comment and follow one another.
fn blocks<'r>(all: &'r [Remark], places: &[usize]) -> Vec<Vec<&'r Remark>> {
    let mut found: Vec<Vec<&Remark>> = Vec::new();
    let mut last = None;
    for at in places {
        match found.last_mut() {
            Some(block) if last.is_some_and(|last| last + 1 == *at) && all[*at].goes_on => block.push(&all[*at]),
            _ => found.push(vec![&all[*at]]),
        }
        last = Some(*at);
    }
    found
}

/// How much a line has in common with a comment, in hundredths of the words of the shorter one; what stands before the same code
/// is nearer.
fn likeness(remark: &Remark, block: &[&Remark]) -> usize {
    let (a, b) = (words([remark]), words(block.iter().copied()));
    let least = a.len().min(b.len()).max(1);
    let shared = a.intersection(&b).count();
    let here = block.iter().any(|other| other.place == remark.place) && shared > 0 && !remark.place.is_empty();
    100 * shared / least + if here { SAME_PLACE } else { 0 }
}

fn words<'r>(remarks: impl IntoIterator<Item = &'r Remark>) -> BTreeSet<String> {
    let words = remarks.into_iter().flat_map(|remark| remark.text.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn remarks(document: &Document) -> Vec<Remark> {
    // Those of the shell stand in scripts.
    let scripts = document.nodes().filter(|node| node.style() == Some(Style::Literal));
    let in_scripts = scripts.flat_map(|node| {
        let mut at = 0;
        let lines = node.text().unwrap_or("").split_inclusive('\n').map(move |line| {
            let start = at + line.len() - line.trim_start().len();
            at += line.len();
            (line.trim_start().starts_with("# "), Span::new(start, start + line.trim().len()))
        });
        lines.filter(|(is_comment, _)| *is_comment).map(|(_, own)| node.source_span(own)).collect::<Vec<_>>()
    });
    let mut spans: Vec<Span> = document.comments().iter().map(|comment| comment.span).chain(in_scripts).collect();
    spans.sort_by_key(|span| span.start);
    let mut found: Vec<Remark> = Vec::new();
    let mut last = 0;
    for span in spans {
        let text = document.slice(span).trim_matches(['#', ' ', '\r']).to_owned();
        let line = document.position(span.start).line;
        // Suppressions are told as that.
        if text.is_empty() || text.starts_with("pipewright:") {
            continue;
        }
        let goes_on = last + 1 == line && alone(document, span);
        found.push(Remark { line, text, place: code_from(document, line), goes_on });
        last = line;
    }
    found
}

/// Whether nothing but blanks stands before a comment on its line.
fn alone(document: &Document, comment: Span) -> bool {
    let line = document.position(comment.start).line;
    let start = document.lines().span(document.text(), line).start;
    document.slice(Span::new(start, comment.start)).trim().is_empty()
}

/// The first line with code at or after a line, blanks left aside.
fn code_from(document: &Document, line: usize) -> String {
    let start = document.lines().span(document.text(), line).start;
    let rest = document.text().get(start..).unwrap_or("");
    let code = rest.lines().take(50).map(|line| line.split(" #").next().unwrap_or("").trim());
    code.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(before: &str, after: &str) -> Vec<String> {
        gone(&Document::read(before), &Document::read(after)).into_iter().map(|change| change.text).collect()
    }

    #[test]
    fn what_is_reworded_or_extended_is_not_gone() {
        let old = "# Write the file; nobody reads it.\na: 1\n# keep me\nb: 2\n";
        assert_eq!(told(old, old), Vec::<String>::new());
        let extended = old.replace("nobody reads it.", "nobody reads it.\n# The secrets travel in a variable.");
        assert_eq!(told(old, &extended), Vec::<String>::new());
        // A few words of it, and the same place.
        let reworded = old.replace("Write the file; nobody reads it", "The file is made where somebody reads");
        assert_eq!(told(old, &reworded), Vec::<String>::new());
        let gone = ["the comment of line 3 is gone: `keep me`"];
        assert_eq!(told(old, &old.replace("# keep me\n", "")), gone);
        assert_eq!(told(old, &old.replace("keep me", "wholly other words")), gone);
    }

    #[test]
    fn lines_are_compared_in_their_order() {
        let old = "# one a\n# two b\nx: 1\n# same\ny: 1\n# same\nz: 1\n";
        for (new, lines) in [
            (old.replace("# one a\n", ""), &["line 1 is gone: `one a`"][..]),
            (old.replace("# two b\n", ""), &["line 2 is gone: `two b`"]),
            (old.replace("# two b\n", "# wholly other words\n"), &["line 2 is gone: `two b`"]),
            (old.replace("# one a\n# two b\n", "# one a two b\n"), &[]),
            (old.replace("# one a\n", "") + "# one a\n", &[]),
            (old.replace("# same\ny", "y"), &["line 4 is gone: `same`"]),
            (old.replace("# same\nz", "z"), &["line 6 is gone: `same`"]),
            (old.replace("# one a\n# two b\n", ""), &["line 1 is gone: `one a two b`"]),
        ] {
            let lines: Vec<String> = lines.iter().map(|line| format!("the comment of {line}")).collect();
            assert_eq!(told(old, &new), lines, "{new}");
        }
        let script = "s:\n  - |\n    # why\n    npm ci\n";
        assert_eq!(told(script, &script.replace("    # why\n", "")), ["the comment of line 3 is gone: `why`"]);
    }
}
