//! What one text does otherwise than another: plans, rules, suppressions, anchors, comments.

use std::collections::BTreeMap;

use super::suppress::{self, Allowed};
use super::{Checked, Checker};
use crate::plan::{Change, compare};
use crate::rules::RuleAnswer;
use crate::rules::policy::Hidden;
use crate::yaml::{Document, Node};

/// Everything that is different in meaning; what takes a safeguard away is marked.
pub fn difference(before: (&Checker, &Checked), after: (&Checker, &Checked)) -> Vec<Change> {
    let (old, new) = (before.1, after.1);
    let mut changes = compare(&before.0.plans(&old.document), &after.0.plans(&new.document));
    changes.extend(answers(old, new));
    changes.extend(suppressions(&old.document, &new.document));
    changes.extend(anchors(&old.document, &new.document));
    changes.extend(comments(&old.document, &new.document));
    let hidden = Hidden::of_all(&[&old.document, &new.document]);
    for change in &mut changes {
        hidden.mask(&mut change.text);
        hidden.mask(&mut change.event);
    }
    changes
}

fn change(event: &str, text: String, weakens: bool) -> Change {
    Change { event: event.to_owned(), text, weakens }
}

/// Rules that hold no more, or hold again.
fn answers(old: &Checked, new: &Checked) -> Vec<Change> {
    let both = old.answers.iter().filter_map(|(rule, was)| Some((rule, *was, *new.answers.get(rule)?)));
    both.filter(|(_, was, is)| was != is)
        .map(|(rule, was, is)| {
            let weakens = was == RuleAnswer::Holds || is == RuleAnswer::Violated;
            change("rules", format!("`{rule}` {}, now {}", past(was), present(is)), weakens)
        })
        .collect()
}

fn past(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "held",
        RuleAnswer::Violated => "was violated",
        RuleAnswer::CannotTell => "could not be told",
    }
}

fn present(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "holds",
        RuleAnswer::Violated => "is violated",
        RuleAnswer::CannotTell => "can't be told",
    }
}

/// Suppressions that came or went: a rule that is allowed away holds less than before, however clean the file looks.
fn suppressions(old: &Document, new: &Document) -> Vec<Change> {
    let (was, is) = (suppress::all(old), suppress::all(new));
    let count = |all: &[Allowed], rule: &str| all.iter().filter(|allowed| allowed.rule == rule).count();
    let mut changes = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for allowed in is.iter().chain(&was) {
        if seen.contains(&allowed.rule.as_str()) {
            continue;
        }
        seen.push(&allowed.rule);
        let (before, now) = (count(&was, &allowed.rule), count(&is, &allowed.rule));
        if now > before {
            let line = new.position(allowed.span.start).line;
            changes.push(change(
                "suppressions",
                format!("`{}` is allowed by a comment (line {line})", allowed.rule),
                true,
            ));
        } else if before > now {
            changes.push(change(
                "suppressions",
                format!("`{}` is no longer allowed by a comment", allowed.rule),
                false,
            ));
        }
    }
    changes
}

/// Anchors whose node was edited and reaches more than one place.
fn anchors(old: &Document, new: &Document) -> Vec<Change> {
    let named = |document: &Document| -> BTreeMap<String, String> {
        let anchored = document.nodes().filter_map(|node| Some((node.anchor_name()?.to_owned(), text(node))));
        anchored.collect()
    };
    let was = named(old);
    let mut uses: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (span, target) in new.aliases() {
        if let Some(name) = target.anchor_name() {
            uses.entry(name.to_owned()).or_default().push(new.position(span.start).line);
        }
    }
    let edited = named(new).into_iter().filter(|(name, text)| was.get(name).is_some_and(|before| before != text));
    edited
        .filter_map(|(name, _)| {
            let lines = uses.get(&name).filter(|lines| !lines.is_empty())?;
            let list: Vec<String> = lines.iter().map(usize::to_string).collect();
            let text =
                format!("the edit of `&{name}` reaches {} other place(s): line {}", lines.len(), list.join(", "));
            Some(change("anchors", text, false))
        })
        .collect()
}

/// The node's source with blanks at line ends and indentation left aside.
fn text(node: Node<'_>) -> String {
    node.document()
        .slice(node.span())
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

/// Comments that are gone.
fn comments(old: &Document, new: &Document) -> Vec<Change> {
    let texts = |document: &Document| -> Vec<String> {
        document
            .comments()
            .iter()
            .map(|comment| document.slice(comment.span).trim_matches(['#', ' ']).to_owned())
            .collect()
    };
    let mut kept = texts(new);
    let mut changes = Vec::new();
    for (comment, text) in old.comments().iter().zip(texts(old)) {
        if let Some(at) = kept.iter().position(|other| *other == text) {
            kept.swap_remove(at);
        } else if !text.is_empty() && !text.starts_with("pipewright:") {
            let line = old.position(comment.span.start).line;
            changes.push(change("comments", format!("the comment of line {line} is gone: `{text}`"), false));
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn changes(before: &str, after: &str) -> Vec<(String, bool)> {
        let checker = Checker::new(Settings::default());
        let (before, after) = (checker.check(before), checker.check(after));
        let found = difference((&checker, &before), (&checker, &after));
        found.into_iter().map(|change| (format!("{}: {}", change.event, change.text), change.weakens)).collect()
    }

    const FLOW: &str = "image: a:1\n# keep me\npipelines:\n  tags:\n    release-*:\n      - step:\n          name: Check\n          script: [make check]\n      - step: &go\n          name: Go\n          deployment: production\n          trigger: manual\n          script:\n            - kubectl set image d/a a=r/x:$BITBUCKET_TAG\n    rc-*:\n      - step: *go\n";

    #[test]
    fn a_lost_gate_is_told_and_marked() {
        let found = changes(FLOW, &FLOW.replace("          trigger: manual\n", ""));
        let has = |text: &str, weakens| found.iter().any(|(other, weaker)| other.contains(text) && *weaker == weakens);
        assert!(has("push of tag release-*: `Go` was behind a gate, now is not", true), "{found:?}");
        assert!(has("rules: `manual-production` held, now is violated", true), "{found:?}");
        assert!(has("the edit of `&go` reaches 1 other place(s): line", false), "{found:?}");
    }

    #[test]
    fn a_new_suppression_and_a_lost_comment_are_told() {
        let after = FLOW.replace("# keep me\n", "").replace(
            "          deployment",
            "          # pipewright: allow trunk-only -- because\n          deployment",
        );
        let found = changes(FLOW, &after);
        assert!(
            found.iter().any(|(text, weakens)| text.starts_with("suppressions: `trunk-only` is allowed") && *weakens),
            "{found:?}"
        );
        assert!(
            found.iter().any(|(text, _)| text == "comments: the comment of line 2 is gone: `keep me`"),
            "{found:?}"
        );
        assert!(changes(FLOW, FLOW).is_empty());
    }
}
