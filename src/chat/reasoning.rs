//! Reasoning that a model writes into its reply between tags: never a place to find a file in.

use std::borrow::Cow;

/// Tags that models put around their reasoning.
const TAGS: [&str; 5] = ["think", "thinking", "thought", "reasoning", "reflection"];

/// The reply with reasoning and its tags blanked out; length and line breaks stay, so places stay too.
///
/// A tag counts at the start of a line outside of code. What is opened and never closed is reasoning to the end; a
/// closing tag on a line of its own with no opening one ends reasoning that began with the reply.
pub fn without_reasoning(reply: &str) -> Cow<'_, str> {
    let is_tag = |rest: &str| {
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        TAGS.into_iter().any(|tag| starts(rest, tag))
    };
    if !reply.split('<').skip(1).any(is_tag) {
        return reply.into();
    }
    let mut out = String::with_capacity(reply.len());
    let mut open: Option<&str> = None;
    let mut fence: Option<(char, usize)> = None;
    let mut seen = false;
    for line in reply.split_inclusive('\n') {
        let mut rest = line;
        if open.is_none() {
            let trimmed = rest.trim_start();
            if let Some(mark) = fence_mark(trimmed) {
                fence = match fence {
                    None => Some(mark),
                    Some((c, n)) if mark.0 == c && mark.1 >= n && trimmed.trim().chars().all(|x| x == c) => None,
                    same => same,
                };
            }
            if fence.is_none() {
                if let Some(tag) = opening(trimmed) {
                    open = Some(tag);
                    seen = true;
                } else if !seen && closing_alone(trimmed) {
                    let before = std::mem::take(&mut out);
                    blank(&before, &mut out);
                    blank(rest, &mut out);
                    seen = true;
                    continue;
                }
            }
        }
        if let Some(tag) = open {
            match find_closing(rest, tag) {
                Some(end) => {
                    blank(rest.get(..end).unwrap_or(rest), &mut out);
                    rest = rest.get(end..).unwrap_or("");
                    open = None;
                }
                None => {
                    blank(rest, &mut out);
                    continue;
                }
            }
        }
        out.push_str(rest);
    }
    out.into()
}

fn fence_mark(trimmed: &str) -> Option<(char, usize)> {
    let c = trimmed.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = trimmed.chars().take_while(|x| *x == c).count();
    (count >= 3).then_some((c, count))
}

fn opening(trimmed: &str) -> Option<&'static str> {
    let rest = trimmed.strip_prefix('<')?;
    TAGS.into_iter()
        .find(|tag| starts(rest, tag) && rest.get(tag.len()..).is_some_and(|rest| rest.starts_with(['>', ' '])))
}

fn closing_alone(trimmed: &str) -> bool {
    let Some(rest) = trimmed.trim_end().strip_prefix("</").and_then(|rest| rest.strip_suffix('>')) else {
        return false;
    };
    TAGS.into_iter().any(|tag| rest.eq_ignore_ascii_case(tag))
}

/// The byte after `</tag>`.
fn find_closing(text: &str, tag: &str) -> Option<usize> {
    text.match_indices("</").find_map(|(at, _)| {
        let rest = text.get(at + 2..)?;
        (starts(rest, tag) && rest.get(tag.len()..)?.starts_with('>')).then_some(at + 2 + tag.len() + 1)
    })
}

fn starts(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

fn blank(text: &str, out: &mut String) {
    out.extend(text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte as char } else { ' ' }));
}
