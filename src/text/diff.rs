//! A line diff in hunks, with counts, the words that changed, and the missing line break at the end of a file.

use std::fmt::Write as _;

use similar::{ChangeTag, InlineChangeOptions, TextDiff};

/// What a line of a diff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// In both texts.
    Both,
    /// Only in the text before.
    Before,
    /// Only in the text after.
    After,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what changed within a changed line.
    pub changed: bool,
}

/// One line of a diff, its line break included if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it stands.
    pub side: Side,
    /// Its number before, from 1.
    pub before: Option<usize>,
    /// Its number after, from 1.
    pub after: Option<usize>,
    /// Its text in pieces.
    pub pieces: Vec<Piece>,
}

impl Line {
    /// The text with its line break.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Whether a line break ends it; only the last line of a text may have none.
    pub fn is_ended(&self) -> bool {
        self.pieces.last().is_some_and(|piece| piece.text.ends_with(['\n', '\r']))
    }
}

/// Changes that stand close together, with the lines around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The lines, in order.
    pub lines: Vec<Line>,
}

/// What differs between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The hunks, in order; none when the texts are the same.
    pub hunks: Vec<Hunk>,
    /// Lines that only the text after has.
    pub added: usize,
    /// Lines that only the text before has.
    pub removed: usize,
}

/// Lines of a text beyond which words within lines are no longer compared.
const WORDS: usize = 5_000;

/// Compares two texts line by line; `context` lines are shown around a change.
pub fn diff(before: &str, after: &str, context: usize) -> Diff {
    let text = TextDiff::from_lines(before, after);
    let mut options = InlineChangeOptions::new();
    options.min_ratio(if text.old_len().max(text.new_len()) > WORDS { 2.0 } else { 0.5 });
    let mut found = Diff::default();
    for group in text.grouped_ops(context) {
        let mut lines = Vec::new();
        for op in &group {
            for change in text.iter_inline_changes_with_options_deadline(op, options, None) {
                let side = match change.tag() {
                    ChangeTag::Equal => Side::Both,
                    ChangeTag::Delete => Side::Before,
                    ChangeTag::Insert => Side::After,
                };
                found.added += usize::from(side == Side::After);
                found.removed += usize::from(side == Side::Before);
                let pieces = change
                    .iter_strings_lossy()
                    .map(|(changed, text)| Piece { text: text.into_owned(), changed })
                    .filter(|piece| !piece.text.is_empty())
                    .collect();
                let number = |index: Option<usize>| index.map(|index| index + 1);
                lines.push(Line {
                    side,
                    before: number(change.old_index()),
                    after: number(change.new_index()),
                    pieces,
                });
            }
        }
        found.hunks.push(Hunk { lines });
    }
    found
}

impl Diff {
    /// Whether the texts are the same.
    pub fn is_empty(&self) -> bool {
        self.hunks.is_empty()
    }

    /// The counts in short: `+18 -6`.
    pub fn counts(&self) -> String {
        format!("+{} -{}", self.added, self.removed)
    }

    /// The unified form that `patch` reads, under the two names.
    pub fn unified(&self, before: &str, after: &str) -> String {
        let mut out = String::new();
        if self.is_empty() {
            return out;
        }
        // Writing to a string can't fail.
        let _ = writeln!(out, "--- {before}\n+++ {after}");
        for hunk in &self.hunks {
            let _ = writeln!(out, "{}", hunk.header());
            for line in &hunk.lines {
                out.push(match line.side {
                    Side::Both => ' ',
                    Side::Before => '-',
                    Side::After => '+',
                });
                out.push_str(&line.text());
                if !line.is_ended() {
                    out.push_str("\n\\ No newline at end of file\n");
                }
            }
        }
        out
    }
}

impl Hunk {
    /// The line that tells where the hunk stands: `@@ -3,7 +3,8 @@`.
    pub fn header(&self) -> String {
        let range = |number: fn(&Line) -> Option<usize>| {
            let mut numbers = self.lines.iter().filter_map(number);
            match (numbers.next(), numbers.count()) {
                (None, _) => "0,0".to_owned(),
                (Some(start), 0) => start.to_string(),
                (Some(start), more) => format!("{start},{}", more + 1),
            }
        };
        format!("@@ -{} +{} @@", range(|line| line.before), range(|line| line.after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hunks_have_counts_places_and_words() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n  image: node:20\nj\n";
        let after = "a\nB\nc\nd\ne\nf\ng\nh\n  image: node:22\nj\nk";
        let diff = diff(before, after, 1);
        assert_eq!(diff.counts(), "+3 -2");
        insta::assert_snapshot!(diff.unified("revision 1", "revision 2"), @r#"
        --- revision 1
        +++ revision 2
        @@ -1,3 +1,3 @@
         a
        -b
        +B
         c
        @@ -8,3 +8,4 @@
         h
        -  image: node:20
        +  image: node:22
         j
        +k
        \ No newline at end of file
        "#);
        let changed: Vec<String> = diff.hunks[1]
            .lines
            .iter()
            .flat_map(|line| &line.pieces)
            .filter(|p| p.changed)
            .map(|p| p.text.clone())
            .collect();
        insta::assert_debug_snapshot!(changed, @r#"
        [
            "node:20",
            "node:22",
        ]
        "#);
        assert!(super::diff(before, before, 3).is_empty());
        assert_eq!(super::diff("", "", 3).unified("a", "b"), "");
        insta::assert_snapshot!(super::diff("", "x\n", 3).unified("nothing", "revision 1"), @"
        --- nothing
        +++ revision 1
        @@ -0,0 +1 @@
        +x
        ");
    }

    #[test]
    fn line_endings_and_the_last_line_break_are_changes() {
        assert_eq!(diff("a\r\n", "a\n", 3).counts(), "+1 -1");
        assert_eq!(diff("a", "a\n", 3).counts(), "+1 -1");
    }

    /// Applies a diff to the text before it.
    fn apply(before: &str, diff: &Diff) -> String {
        let mut lines = before.split_inclusive('\n').enumerate().peekable();
        let mut out = String::new();
        for hunk in &diff.hunks {
            for line in &hunk.lines {
                if let Some(number) = line.before {
                    while lines.peek().is_some_and(|(index, _)| index + 1 < number) {
                        out.push_str(lines.next().unwrap().1);
                    }
                    assert_eq!(lines.next().unwrap().1, line.text());
                }
                if line.after.is_some() {
                    let at = out.split_inclusive('\n').count();
                    if let (None, Some(number)) = (line.before, line.after) {
                        for _ in at + 1..number {
                            out.push_str(lines.next().unwrap().1);
                        }
                    }
                    out.push_str(&line.text());
                }
            }
        }
        out.extend(lines.map(|(_, line)| line));
        out
    }

    proptest! {
        #[test]
        fn the_text_after_comes_out_of_the_text_before(before in "([ab]{0,2}\n){0,8}[ab]{0,1}", after in "([ab]{0,2}\n){0,8}[ab]{0,1}", context in 0usize..3) {
            let found = diff(&before, &after, context);
            prop_assert_eq!(apply(&before, &found), after);
        }
    }
}
