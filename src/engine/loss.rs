//! What a revision took away: told below its verdict, since a count of lines hides a gate that is gone.

use std::collections::BTreeMap;

use crate::check::{Checker, difference};
use crate::engine::Revision;

/// Lines about what events lost; `/diff` shows all.
const MOST: usize = 4;
/// Lines that a file has to lose before a word about its size is said.
const FEW: usize = 10;

/// Lines about what `after` no longer has: safeguards, pipelines and steps by event, comments, a large part of the file.
pub(super) fn lost(checker: &Checker, before: &Revision, after: &Revision) -> Vec<String> {
    let mut lines = Vec::new();
    let (had, has) = (before.text().lines().count(), after.text().lines().count());
    if had.saturating_sub(has) >= FEW && (had - has) * 3 >= had {
        lines.push(format!("a large part of the file is gone: {} of {had} lines", had - has));
    }
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
fn comments_lost(before: &str, after: &str) -> Option<String> {
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
        (comment.len() > 1).then_some(comment)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_counted_by_their_words() {
        let told = |before, after| comments_lost(before, after).unwrap_or_default();
        assert_eq!(told("# one\na: 1\n", "b: 2\n  # one\n"), "");
        assert_eq!(told("a: 1 # two\n#\n", "a: 1\n"), "a comment is gone: # two");
        assert_eq!(told("# one\n# one\n# three\n", "# one\n"), "2 comments are gone, the first: # one");
        assert!(told(&format!("# {}", "long ".repeat(20)), "").ends_with('…'));
    }
}
