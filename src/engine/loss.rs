//! What a revision took away: told below its verdict, since a count of lines hides a gate that is gone.

use std::collections::BTreeMap;

use super::revision::Revision;
use crate::check::{Checker, difference};

/// Lines about what events lost; `/diff` shows all.
const MOST: usize = 4;
/// Lines that a file has to lose before a word about its size is said.
const FEW: usize = 10;

/// How much shorter a file has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Lines that it has fewer.
    pub gone: usize,
    /// Lines that it had.
    pub of: usize,
}

impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} lines", self.gone, self.of)
    }
}

/// How much shorter a file has become, where that is a large part of it.
pub fn large_loss(before: &str, after: &str) -> Option<Loss> {
    let lines = |text: &str| {
        let ended = text.is_empty() || text.ends_with('\n');
        text.bytes().filter(|byte| *byte == b'\n').count() + usize::from(!ended)
    };
    let (of, has) = (lines(before), lines(after));
    let gone = of.saturating_sub(has);
    (gone >= FEW && gone * 3 >= of).then_some(Loss { gone, of })
}

/// Lines about what `after` no longer has: safeguards, pipelines and steps by event, comments, a large part of the file.
pub fn lost(checker: &Checker, before: &Revision, after: &Revision) -> Vec<String> {
    let large = large_loss(before.text(), after.text());
    let mut lines: Vec<String> =
        large.map(|loss| format!("a large part of the file is gone: {loss}")).into_iter().collect();
    let changes = difference((checker, &before.checked), (checker, &after.checked));
    let weaker: Vec<_> = changes.iter().filter(|change| change.weakens).collect();
    lines.extend(weaker.iter().take(MOST).map(|change| format!("weaker: {}: {}", change.event, change.text)));
    if weaker.len() > MOST {
        lines.push(format!("weaker in {} more; `/diff` shows all", weaker.len() - MOST));
    }
    lines.extend(comments_lost(before.text(), after.text()));
    lines
}

/// A line about comments that are gone, with the first of them.
pub(super) fn comments_lost(before: &str, after: &str) -> Option<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in comments(after) {
        *left.entry(comment).or_default() += 1;
    }
    let gone: Vec<&str> = comments(before)
        .filter(|comment| match left.get_mut(comment) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        })
        .collect();
    let first = gone.first()?;
    let short: String = first.chars().take(50).collect();
    let cut = if short.len() < first.len() { "…" } else { "" };
    Some(match gone.len() {
        1 => format!("a comment is gone: {short}{cut}"),
        many => format!("{many} comments are gone, the first: {short}{cut}"),
    })
}

/// The comments of a file: whole lines, and what stands behind a blank and `#`.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let comment = if line.starts_with('#') { line } else { line.get(line.find(" #")? + 1..)? };
        // A ruler says nothing.
        comment.contains(char::is_alphanumeric).then_some(comment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_are_no_large_part() {
        let lines = |count: usize| "a: 1\n".repeat(count);
        let loss = |before, after| large_loss(&lines(before), &lines(after)).map(|loss| loss.to_string());
        assert_eq!(loss(183, 14).as_deref(), Some("169 of 183 lines"));
        assert_eq!([loss(14, 5), loss(183, 150), loss(20, 40)], [None, None, None]);
        assert_eq!(loss(15, 5).as_deref(), Some("10 of 15 lines"));
    }

    #[test]
    fn comments_are_counted_by_their_words() {
        let told = |before, after| comments_lost(before, after).unwrap_or_default();
        assert_eq!(told("# one\na: 1\n", "b: 2\n  # one\n"), "");
        assert_eq!(told("a: 1 # two\n#\n", "a: 1\n"), "a comment is gone: # two");
        assert_eq!(told("# one\n# one\n# three\n", "# one\n"), "2 comments are gone, the first: # one");
        assert!(told(&format!("# {}", "long ".repeat(20)), "").ends_with('…'));
    }
}
