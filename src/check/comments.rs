//! Comments that one text has and another lacks. One that was reworded or extended is not gone.

use std::collections::BTreeSet;

use super::difference::change;
use crate::plan::Change;
use crate::yaml::{Document, Span};

/// From this likeness on, in hundredths, two comments are one that was reworded.
const ALIKE: usize = 50;
/// What standing before the same code adds to the likeness of two comments with a word in common.
const SAME_PLACE: usize = 25;

/// Comments on lines that follow one another are one.
struct Block {
    span: Span,
    lines: Vec<String>,
    /// The code that follows, without blanks: where the comment stands.
    place: String,
}

/// Comments that are gone.
pub(super) fn gone(old: &Document, new: &Document) -> Vec<Change> {
    let (was, mut is) = (blocks(old), blocks(new));
    let mut left: Vec<Block> = Vec::new();
    for block in was {
        match is.iter().position(|other| other.lines == block.lines) {
            Some(at) => drop(is.swap_remove(at)),
            None => left.push(block),
        }
    }
    let mut changes = Vec::new();
    for block in left {
        let nearest = is.iter().enumerate().map(|(at, other)| (likeness(&block, other), at)).max();
        match nearest {
            Some((likeness, at)) if likeness >= ALIKE => drop(is.swap_remove(at)),
            _ => {
                let line = old.position(block.span.start).line;
                let text = format!("the comment of line {line} is gone: `{}`", block.lines.join(" "));
                changes.push(change("comments", text, false));
            }
        }
    }
    changes
}

/// How much two comments have in common, in hundredths of the words of the shorter one; what stands before the same code
/// is nearer.
fn likeness(left: &Block, right: &Block) -> usize {
    let (a, b) = (words(left), words(right));
    let least = a.len().min(b.len()).max(1);
    let shared = a.intersection(&b).count();
    let here = left.place == right.place && shared > 0 && !left.place.is_empty();
    100 * shared / least + if here { SAME_PLACE } else { 0 }
}

fn words(block: &Block) -> BTreeSet<String> {
    let words = block.lines.iter().flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn blocks(document: &Document) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut last = 0;
    for comment in document.comments() {
        let text = document.slice(comment.span).trim_matches(['#', ' ', '\r']).to_owned();
        let line = document.position(comment.span.start).line;
        // Suppressions are told as that.
        if text.is_empty() || text.starts_with("pipewright:") {
            continue;
        }
        let place = code_from(document, line);
        match found.last_mut() {
            Some(block) if last + 1 == line && alone(document, comment.span) => {
                block.lines.push(text);
                block.place = place;
            }
            _ => found.push(Block { span: comment.span, lines: vec![text], place }),
        }
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
}
