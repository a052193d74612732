//! A pipeline file that a reply gives with no code block around it.

use std::ops::Range;

use super::shape::ROOT;

/// The last run of lines outside `taken` that reads as a file: from a root key at the margin to the first line of prose.
pub(super) fn find(text: &str, taken: &[Range<usize>]) -> Option<Range<usize>> {
    let mut best = None;
    let mut run: Option<(Range<usize>, bool)> = None;
    let mut next = taken.iter().peekable();
    let mut at = 0;
    // Comments that stand directly above a root key belong to the file; a heading has an empty line below it.
    let mut comments: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        while next.peek().is_some_and(|range| range.end <= start) {
            next.next();
        }
        let in_block = next.peek().is_some_and(|range| range.start < at);
        let kind = if in_block { Line::Prose } else { kind(line) };
        match (&mut run, kind) {
            (Some((_, has)), Line::Root(pipelines)) => *has |= pipelines,
            (None, Line::Root(pipelines)) => run = Some((comments.unwrap_or(start)..at, pipelines)),
            (Some(_), Line::Inner | Line::Blank) => {}
            (None, _) => {}
            (Some(_), Line::Prose) => keep(&mut best, run.take()),
        }
        if let (Some((range, _)), Line::Root(_) | Line::Inner) = (&mut run, kind) {
            range.end = at;
        }
        comments = if line.starts_with('#') && !in_block { comments.or(Some(start)) } else { None };
    }
    keep(&mut best, run);
    best
}

fn keep(best: &mut Option<Range<usize>>, run: Option<(Range<usize>, bool)>) {
    if let Some((range, true)) = run {
        *best = Some(range);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line {
    /// A root key at the margin; whether it is `pipelines`.
    Root(bool),
    /// Indented, or a comment.
    Inner,
    Blank,
    Prose,
}

fn kind(line: &str) -> Line {
    let line = line.trim_end();
    if line.is_empty() {
        return Line::Blank;
    }
    // At the margin a list is prose (no root key has one there that matters), and so is a lower heading.
    if line.starts_with([' ', '\t', '#']) && !line.starts_with("##") {
        return Line::Inner;
    }
    match line.split_once(':') {
        Some((key, rest)) if ROOT.contains(&key) && (rest.is_empty() || rest.starts_with(' ')) => {
            Line::Root(key == "pipelines")
        }
        _ => Line::Prose,
    }
}
