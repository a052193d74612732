//! What speaks against taking a file: a part that is left out, or an end that is missing.

use std::cell::LazyCell;

use super::candidate::{Ending, Flaw, FlawKind};
use crate::yaml::{Document, Node, Style};

/// Comments that say that something is left out.
const OMITTED: [&str; 13] = [
    "same as before",
    "same as earlier",
    "as before",
    "omitted",
    "omitted for brevity",
    "snip",
    "snipped",
    "truncated",
    "etc",
    "and so on",
    "wie bisher",
    "wie zuvor",
    "existing code",
];

/// Comments that stand for a part where there is none, and speak of the one that stands there otherwise.
const BARE: [&str; 14] = [
    "unchanged",
    "no changes",
    "no change",
    "same as above",
    "as above",
    "same",
    "identical",
    "continues",
    "continued",
    "unverändert",
    "wie oben",
    "inchangé",
    "sin cambios",
    "see above",
];

/// Words that may stand before `rest`.
const BEFORE_REST: [&str; 8] = ["the", "and", "with", "all", "keep", "leave", "plus", "then"];

/// Words that say that a part stays as it was.
const STAYS: [&str; 15] = [
    "unchanged",
    "same",
    "untouched",
    "omitted",
    "stay",
    "stays",
    "remains",
    "remain",
    "here",
    "before",
    "bleibt",
    "gleich",
    "identical",
    "below",
    "is",
];

/// Words of parts, for comments such as `existing steps here` and `other steps unchanged`.
const PARTS: [&str; 16] = [
    "step",
    "steps",
    "pipeline",
    "pipelines",
    "config",
    "configuration",
    "section",
    "sections",
    "definitions",
    "stages",
    "script",
    "scripts",
    "commands",
    "services",
    "caches",
    "content",
];

/// Places where the text speaks of a part instead of giving it.
pub(super) fn placeholders(document: &Document) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    let mut push = |offset: usize, what: &str| {
        let line = document.position(offset).line;
        let shown: String = what.trim().chars().take(60).collect();
        let reason = format!("`{shown}` at line {line} stands for a part that is left out");
        flaws.push(Flaw { kind: FlawKind::Placeholder, line, reason });
    };
    let places = LazyCell::new(|| Places::of(document.text()));
    for comment in document.comments() {
        let text = document.slice(comment.span);
        // What stands for a part anywhere does so where there is none.
        if !left_out(text.trim_start_matches('#'), Place::Empty) {
            continue;
        }
        let line = document.lines().line(comment.span.start);
        let span = document.lines().span(document.text(), line);
        let before = document.text().get(span.start..comment.span.start).unwrap_or("").trim();
        let alone = before.is_empty() || before.ends_with(':') || before == "-";
        let place = match alone {
            true if places.filled(line, before) => Place::Filled,
            true => Place::Empty,
            false => Place::Taken,
        };
        if left_out(text.trim_start_matches('#'), place) {
            push(comment.span.start, text);
        }
    }
    for node in document.nodes().filter(|node| node.text().is_some()) {
        if matches!(node.style(), Some(Style::Plain)) && stands_for(node) {
            push(node.span().start, document.slice(node.span()));
        }
    }
    // What the reading doesn't reach: block scalars, texts with problems, and `...` at the margin.
    let end = document.text().trim_end().len();
    let mut at = 0;
    for line in document.text().split_inclusive('\n') {
        let start = at;
        at += line.len();
        let inner = line.trim_ascii_start();
        if begins_a_word(inner.strip_prefix("- ").unwrap_or(inner)) {
            continue;
        }
        let bare = line.trim();
        let item = bare.strip_prefix("- ").unwrap_or(bare).trim();
        let marker = !line.starts_with([' ', '\t']) && bare == "..." && start + 3 >= end;
        let commented = item.strip_prefix('#').is_some_and(|comment| {
            let comment = comment.trim();
            dotted(comment) || speaks_of_the_rest(&comment.to_lowercase())
        });
        if !marker && (matches!(item, "..." | "…" | "[...]" | "[…]" | "<...>") || commented) {
            push(start + (line.len() - line.trim_start().len()), bare);
        }
    }
    flaws.sort_by_key(|flaw| flaw.line);
    flaws.dedup_by_key(|flaw| flaw.line);
    flaws
}

/// A plain scalar that is only dots, or words between dots.
fn stands_for(node: Node<'_>) -> bool {
    let text = node.text().unwrap_or("");
    if begins_a_word(text) {
        return false;
    }
    let text = text.trim();
    let bracketed = text.strip_prefix(['<', '(']).and_then(|text| text.strip_suffix(['>', ')']));
    let ends = || text.ends_with("...") || text.ends_with('…') || text.trim_matches(['.', '…']).is_empty();
    (dotted(text) && ends()) || bracketed.is_some_and(|text| left_out(text, Place::Empty))
}

/// Whether a text begins with a letter, a digit or a quote: it is no comment, and no dots or brackets stand for it.
fn begins_a_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '"' | '\''))
}

fn dotted(text: &str) -> bool {
    text.starts_with("...") || text.starts_with('…')
}

/// Where a comment stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Behind something else.
    Taken,
    /// On a line with nothing that could be the part, and the part follows.
    Filled,
    /// On a line with nothing that could be the part, and no part follows.
    Empty,
}

/// The lines of a text, and for each the nearest ones with content.
struct Places<'t> {
    lines: Vec<&'t str>,
    before: Vec<Option<&'t str>>,
    after: Vec<Option<&'t str>>,
}

impl<'t> Places<'t> {
    fn of(text: &'t str) -> Self {
        let lines: Vec<&str> = text.lines().collect();
        let nearest = |lines: &mut dyn Iterator<Item = &'t str>| {
            let mut last = None;
            let all = lines.map(|line| {
                let content = !matches!(line.trim_start().chars().next(), None | Some('#'));
                let found = last;
                if content {
                    last = Some(line);
                }
                found
            });
            all.collect::<Vec<_>>()
        };
        let before = nearest(&mut lines.iter().copied());
        let mut after = nearest(&mut lines.iter().rev().copied());
        after.reverse();
        Self { lines, before, after }
    }

    /// Whether what a comment at a line, from 1, stands for is there below it. `own`: what stands before it there.
    fn filled(&self, line: usize, own: &str) -> bool {
        let at = line.saturating_sub(1);
        let get = |all: &[Option<&'t str>]| all.get(at).copied().flatten();
        let (Some(this), Some(next)) = (self.lines.get(at), get(&self.after)) else { return false };
        let parent = if own.is_empty() { get(&self.before) } else { Some(*this) };
        let parent = parent.map(|parent| parent.split(" #").next().unwrap_or(parent).trim_end());
        if let Some(parent) = parent.filter(|parent| parent.ends_with(':') || parent.ends_with('-')) {
            let key = parent.len() - parent.trim_start_matches([' ', '-']).len();
            return indent(next) > key || (indent(next) == key && next.trim_start().starts_with("- "));
        }
        // Between two parts that are there: a remark stands right above its part, a gap has blank lines around it.
        let beside = get(&self.before).is_some_and(|before| indent(before) >= indent(this));
        indent(next) >= indent(this) && !(beside && self.stands_apart(at))
    }

    /// Whether blank lines follow the comments at a line.
    fn stands_apart(&self, at: usize) -> bool {
        let below = self.lines.iter().skip(at).map(|line| line.trim());
        below.into_iter().find(|line| !line.starts_with('#')).is_some_and(str::is_empty)
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn words_of(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether a part of a sentence, in lower case, says that the rest stays as it was.
fn speaks_of_the_rest(comment: &str) -> bool {
    comment.contains("omitted for brevity")
        || comment.split([';', ',', '.', ':', '(', ')', '–', '—']).any(|clause| {
            let words = words_of(clause);
            let start = words.iter().position(|word| !BEFORE_REST.contains(word)).unwrap_or(words.len());
            let keeps = words.iter().take(start).any(|word| matches!(*word, "keep" | "leave"));
            let said = words.get(start..).unwrap_or(&[]);
            match said {
                ["existing", "code", rest @ ..] => rest.iter().all(|word| STAYS.contains(word)),
                ["rest", "of", rest @ ..] => {
                    let named = rest.strip_prefix(&["the"]).or_else(|| rest.strip_prefix(&["your"])).unwrap_or(rest);
                    named.len() <= 2 || (named.len() <= 8 && stays(named))
                }
                ["rest", rest @ ..] => keeps || (rest.len() <= 6 && stays(rest)),
                _ => false,
            }
        })
}

/// Whether the words after a part say that it stays; a bare `is` says nothing.
fn stays(words: &[&str]) -> bool {
    words.iter().any(|word| *word != "is" && STAYS.contains(word)) || words.ends_with(&["as", "is"])
}

/// Whether a comment (without `#`) stands for a part.
fn left_out(comment: &str, place: Place) -> bool {
    let comment = comment.trim().trim_start_matches(['#', '-', '=', '*', ' ']);
    let inner = comment.trim_matches(|c: char| c.is_whitespace() || "()[]<>{}.…,:;!-=*".contains(c)).to_lowercase();
    if dotted(comment) || comment.starts_with("[...") || comment.starts_with("(...") || comment.starts_with("<...") {
        return true;
    }
    if speaks_of_the_rest(&inner) {
        return true;
    }
    if place == Place::Taken {
        return false;
    }
    let empty = place == Place::Empty;
    let words = words_of(&inner);
    let said = words.join(" ");
    if OMITTED.contains(&said.as_str())
        || empty && (BARE.contains(&said.as_str()) || said.starts_with("unchanged from"))
    {
        return true;
    }
    let ends = comment.ends_with("...") || comment.ends_with('…');
    let part = words.iter().any(|word| PARTS.contains(word));
    let stays = words
        .iter()
        .any(|word| matches!(*word, "unchanged" | "same" | "omitted" | "untouched" | "stay" | "stays" | "here"));
    let remainder = matches!(
        words.first().copied(),
        Some("rest" | "remaining" | "existing" | "other" | "previous" | "your" | "the" | "all" | "keep" | "more")
    ) && words
        .iter()
        .any(|word| matches!(*word, "rest" | "remaining" | "existing" | "other" | "previous" | "more"));
    (remainder && words.len() <= 8 && (ends || stays && part))
        || (empty && words.len() <= 6 && part && words.contains(&"unchanged"))
        || (empty
            && words.len() <= 4
            && words.starts_with(&["same"])
            && words.last().is_some_and(|word| matches!(*word, "before" | "above" | "earlier")))
}

/// How the text of a candidate ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With its fence, or with words after it.
    Closed,
    /// With the reply, in a block that was opened and never closed.
    Fence,
    /// With the reply, with no block around it.
    Reply,
}

/// The end of a file that reaches the end of the reply with no closing fence. A block that was opened and not closed is
/// never taken, whatever the server says of the end: a file that stops between two steps looks whole.
pub(super) fn cut_off(document: &Document, ending: Ending, end: End) -> Option<Flaw> {
    if end == End::Closed {
        return None;
    }
    let text = document.text();
    let body = text.trim_end();
    let line = document.position(body.len()).line;
    let last = body.lines().next_back().unwrap_or("").trim();
    let hanging = last.ends_with(':') || last == "-" || last.ends_with(['|', '>', '\\', ',', '[', '{', '&', '*']);
    let torn =
        document.root().is_none() || document.problems().iter().any(|problem| problem.span.end + 1 >= body.len());
    let reason = match ending {
        Ending::Cut => "the reply was cut off inside the file",
        Ending::Unknown => "the block is not closed, and nobody says that the reply is whole",
        Ending::Whole if hanging || torn => "the block is not closed, and its last line is not whole",
        Ending::Whole if end == End::Fence => "the block was never closed",
        Ending::Whole => return None,
    };
    let shown: String = last.chars().take(60).collect();
    Some(Flaw { kind: FlawKind::CutOff, line, reason: format!("{reason}: it ends at line {line} with `{shown}`") })
}
