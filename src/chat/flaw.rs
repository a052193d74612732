//! What speaks against taking a file: a part that is left out, or an end that is missing.

use super::candidate::{Ending, Flaw, FlawKind};
use crate::yaml::{Document, Node, Style};

/// Words that begin a comment which stands for a part of the file. What follows them must name a part or say that it
/// stays; see [`left_out`].
const WHOLE: [&str; 26] = [
    "unchanged",
    "no changes",
    "no change",
    "same as before",
    "same as above",
    "same as earlier",
    "as before",
    "as above",
    "same",
    "identical",
    "omitted",
    "omitted for brevity",
    "snip",
    "snipped",
    "truncated",
    "continues",
    "continued",
    "etc",
    "and so on",
    "unverändert",
    "wie bisher",
    "wie oben",
    "wie zuvor",
    "inchangé",
    "sin cambios",
    "see above",
];

/// Parts of sentences that say that something is left out, wherever in a comment they stand.
const ANYWHERE: [&str; 16] = [
    "omitted for brevity",
    "rest unchanged",
    "rest is unchanged",
    "rest of the file",
    "rest of file",
    "rest of your",
    "rest of the pipeline",
    "rest of the config",
    "rest remains",
    "rest stays",
    "remains unchanged",
    "remain unchanged",
    "unchanged from",
    "existing code",
    "rest bleibt",
    "keep the rest",
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
    for comment in document.comments() {
        let text = document.slice(comment.span);
        let line = document.lines().line(comment.span.start);
        let span = document.lines().span(document.text(), line);
        let before = document.text().get(span.start..comment.span.start).unwrap_or("").trim();
        let alone = before.is_empty() || before.ends_with(':') || before == "-";
        if left_out(text.trim_start_matches('#'), alone) {
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
        let bare = line.trim();
        let item = bare.strip_prefix("- ").unwrap_or(bare).trim();
        let marker = !line.starts_with([' ', '\t']) && bare == "..." && start + 3 >= end;
        let commented = item.strip_prefix('#').is_some_and(|comment| {
            let comment = comment.trim();
            left_out(comment, false) && dotted(comment)
                || ANYWHERE.iter().any(|words| comment.to_lowercase().contains(words))
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
    let text = node.text().unwrap_or("").trim();
    let inner = text.trim_matches(|c| matches!(c, '.' | '…'));
    let dots = dotted(text);
    let bracketed = text.strip_prefix(['<', '(']).and_then(|text| text.strip_suffix(['>', ')']));
    (dots && (inner.is_empty() || text.ends_with("...") || text.ends_with('…')))
        || bracketed.is_some_and(|text| left_out(text, true))
}

fn dotted(text: &str) -> bool {
    text.starts_with("...") || text.starts_with('…')
}

/// Whether a comment (without `#`) stands for a part. `alone`: nothing that could be the part stands on its line.
fn left_out(comment: &str, alone: bool) -> bool {
    let comment = comment.trim().trim_start_matches(['#', '-', '=', '*', ' ']);
    let inner = comment.trim_matches(|c: char| c.is_whitespace() || "()[]<>{}.…,:;!-=*".contains(c)).to_lowercase();
    if dotted(comment) || comment.starts_with("[...") || comment.starts_with("(...") || comment.starts_with("<...") {
        return true;
    }
    if ANYWHERE.iter().any(|words| inner.contains(words)) {
        return true;
    }
    if !alone {
        return false;
    }
    let words: Vec<&str> = inner.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if WHOLE.contains(&inner.as_str()) || WHOLE.contains(&words.join(" ").as_str()) {
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
        || (words.len() <= 5 && part && words.contains(&"unchanged"))
        || (words.len() <= 4
            && words.starts_with(&["same"])
            && words.last().is_some_and(|word| matches!(*word, "before" | "above" | "earlier")))
}

/// The end of a file that reaches the end of the reply with no closing fence.
pub(super) fn cut_off(document: &Document, ending: Ending) -> Option<Flaw> {
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
        Ending::Whole => return None,
    };
    let shown: String = last.chars().take(60).collect();
    Some(Flaw { kind: FlawKind::CutOff, line, reason: format!("{reason}: it ends at line {line} with `{shown}`") })
}
