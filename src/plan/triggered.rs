//! What `triggers` start besides the pipeline that a pattern selects.

use super::select::Selection;
use super::{Event, EventKind};
use crate::pipeline::expression::{self, Expr, Literal, Operator};
use crate::pipeline::{Alternative, File, Matching, Pattern, Selector, Trigger};
use crate::yaml::Node;

/// A pipeline that a trigger starts for an event, and why that is not certain.
pub(super) struct Triggered<'d> {
    pub(super) selector: Selector<'d>,
    pub(super) unclear: Option<String>,
}

impl<'d> Triggered<'d> {
    pub(super) fn selection(self) -> Selection<'d> {
        Selection { unclear: self.unclear, ..Selection::of(self.selector) }
    }
}

/// The pipelines that an event starts through triggers: all whose condition holds, not only the best match.
pub(super) fn triggered<'d>(file: &File<'d>, event: &Event) -> Vec<Triggered<'d>> {
    let mut found: Vec<Triggered<'d>> = Vec::new();
    for trigger in file.triggers() {
        if !concerns(&trigger, event) {
            continue;
        }
        let held = condition(&trigger, event);
        if held == Some(false) {
            continue;
        }
        let text = trigger.condition.and_then(|condition| condition.text()).unwrap_or("");
        let unclear = held.is_none().then(|| format!("whether `{text}` holds can't be told from the event alone"));
        for name in trigger.pipelines.into_iter().flat_map(|list| list.items()).filter_map(|name| name.text()) {
            let known = found.iter().any(|other| other.selector.name() == name);
            if let Some(selector) = file.custom(name).filter(|_| !known) {
                found.push(Triggered { selector, unclear: unclear.clone() });
            }
        }
    }
    found
}

fn concerns(trigger: &Trigger<'_>, event: &Event) -> bool {
    let name = trigger.event.text().unwrap_or("");
    match event.kind {
        EventKind::Main | EventKind::Branch | EventKind::Tag => name == "repository-push",
        EventKind::PullRequest => matches!(name, "pullrequest-push" | "pullrequest-created" | "pullrequest-updated"),
        EventKind::Custom | EventKind::MergeQueue => false,
    }
}

fn condition(trigger: &Trigger<'_>, event: &Event) -> Option<bool> {
    let expression = expression::parse(trigger.condition?.text()?).ok()?;
    holds(&expression, event, &[])
}

/// The value of a variable in an event; `None` where it is not known, empty where it is not set.
fn value<'e>(name: &str, event: &'e Event) -> Option<&'e str> {
    match (name, event.kind) {
        ("BITBUCKET_BRANCH", EventKind::Main | EventKind::Branch | EventKind::PullRequest) => event.pattern(),
        ("BITBUCKET_BRANCH", EventKind::Tag) | ("BITBUCKET_TAG", EventKind::Main | EventKind::Branch) => Some(""),
        ("BITBUCKET_TAG", EventKind::Tag) => Some(&event.name),
        ("BITBUCKET_PR_DESTINATION_BRANCH", EventKind::PullRequest) => event.destination.as_deref(),
        _ => None,
    }
}

/// Whether an expression holds. `except` are branches that have plans of their own.
fn holds(expression: &Expr, event: &Event, except: &[String]) -> Option<bool> {
    match expression {
        Expr::And(parts) => all(parts.iter().map(|part| holds(part, event, except))),
        Expr::Or(parts) => all(parts.iter().map(|part| holds(part, event, except).map(|held| !held))).map(|none| !none),
        Expr::Not { inner, .. } => holds(inner, event, except).map(|held| !held),
        Expr::Literal { value: Literal::Boolean(value), .. } => Some(*value),
        Expr::Glob { variable, pattern, .. } => takes(&Pattern::new(&pattern.text), value(&variable.text, event)?),
        Expr::Compare { left, operator, right } => {
            let (was, is) = (text(left, right, event), text(right, left, event));
            let equal = match (was, is) {
                (Some(name), _) if is_excepted(right, name, except) => Some(false),
                (_, Some(name)) if is_excepted(left, name, except) => Some(false),
                (Some(was), Some(is)) => equals(was, is),
                _ => None,
            };
            match operator {
                Operator::Equal => equal,
                Operator::NotEqual => equal.map(|equal| !equal),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a side is the branch of a plan that is not of a name.
fn is_excepted(side: &Expr, name: &str, except: &[String]) -> bool {
    let is_branch = matches!(side, Expr::Variable(word) if word.text == "BITBUCKET_BRANCH");
    is_branch && except.iter().any(|other| other == name)
}

/// Whether a pattern takes a name, or each name of a class for which a pattern stands.
fn takes(pattern: &Pattern, name: &str) -> Option<bool> {
    let class = Alternative { text: name.to_owned() };
    if class.is_exact() {
        return match pattern.matches(name) {
            Matching::Yes => Some(true),
            Matching::No => Some(false),
            Matching::Unclear => None,
        };
    }
    let own = class.literal_prefix();
    let answers = pattern.alternatives().iter().map(|other| {
        let begins = other.literal_prefix();
        let rest = other.text.strip_prefix(begins);
        let all = rest == Some("**") || rest == Some("*") && !class.text.contains("**") && !class.text.contains('/');
        if all && own.starts_with(begins) {
            Some(true)
        } else {
            (!own.starts_with(begins) && !begins.starts_with(own)).then_some(false)
        }
    });
    all(answers.map(|answer| answer.map(|takes| !takes))).map(|none| !none)
}

/// Whether two texts are equal, of which one may stand for a class of names.
fn equals(left: &str, right: &str) -> Option<bool> {
    for (class, name) in [(left, right), (right, left)] {
        if !(Alternative { text: class.to_owned() }).is_exact() {
            return (Pattern::new(class).matches(name) == Matching::No).then_some(false);
        }
    }
    Some(left == right)
}

/// Whether a condition of a step or a stage holds for an event; a change of files is never known.
pub(super) fn state_holds(condition: Node<'_>, event: &Event, except: &[String]) -> Option<bool> {
    holds(&expression::parse(condition.get("state")?.text()?).ok()?, event, except)
}

/// Whether all hold: one that does not settles it, also beside one that can't be told.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut answer = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            None => answer = None,
            Some(true) => {}
        }
    }
    answer
}

/// The text of one side of a comparison; `None` where the event does not tell it, as of a variable of the repository, of a
/// custom pipeline or of a step before.
fn text<'e>(side: &'e Expr, other: &Expr, event: &'e Event) -> Option<&'e str> {
    match side {
        Expr::Literal { value: Literal::String(text), .. } => Some(text),
        Expr::Variable(word) if is_of_bitbucket(side) => value(&word.text, event),
        // A page of Bitbucket's shows a name beside one of its variables without quotes.
        Expr::Variable(word) if is_of_bitbucket(other) && word.text.contains(|c: char| c.is_ascii_lowercase()) => {
            Some(&word.text)
        }
        _ => None,
    }
}

fn is_of_bitbucket(side: &Expr) -> bool {
    matches!(side, Expr::Variable(word) if word.text.starts_with("BITBUCKET_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    fn started(condition: &str, trigger: &str, event: &Event) -> Vec<(String, bool)> {
        let text = format!(
            "triggers:\n  {trigger}:\n    - condition: '{condition}'\n      pipelines: [x]\npipelines:\n  custom:\n    x:\n      - step: {{script: [a]}}\n"
        );
        let document = Document::read(text);
        let file = File::new(&document).unwrap();
        triggered(&file, event).iter().map(|one| (one.selector.name().to_owned(), one.unclear.is_some())).collect()
    }

    #[test]
    fn conditions_are_three_valued() {
        let main = Event::new(EventKind::Main, "main");
        let x = |unclear| vec![("x".to_owned(), unclear)];
        assert_eq!(started("BITBUCKET_BRANCH == \"main\"", "repository-push", &main), x(false));
        assert_eq!(started("BITBUCKET_BRANCH == \"dev\" && OTHER == \"1\"", "repository-push", &main), []);
        assert_eq!(
            started("glob(BITBUCKET_BRANCH, \"{main,x}\") && glob(OTHER, \"a\")", "repository-push", &main),
            x(true)
        );
        assert_eq!(started("!(BITBUCKET_TAG == \"\")", "repository-push", &main), []);
        assert_eq!(started("BITBUCKET_BRANCH == main", "repository-push", &main), x(false));
        assert_eq!(started("BITBUCKET_BRANCH == dev", "repository-push", &main), []);
        for untold in [
            "SHIP == \"yes\"",
            "\"yes\" == SHIP",
            "SHIP == yes",
            "SHIP != OTHER",
            "SHIP == \"\"",
            "BITBUCKET_BRANCH == SHIP",
        ] {
            assert_eq!(started(untold, "repository-push", &main), x(true), "{untold}");
        }
        assert_eq!(started("BITBUCKET_BRANCH == \"main\"", "pullrequest-push", &main), []);
        let pull_request = Event { destination: Some("main".to_owned()), ..Event::new(EventKind::PullRequest, "f") };
        let tags = Event::new(EventKind::Tag, "release-*");
        assert_eq!(started("glob(BITBUCKET_TAG, \"rc-*\")", "repository-push", &tags), []);
        assert_eq!(started("glob(BITBUCKET_TAG, \"{rc-*,release-*}\")", "repository-push", &tags), x(false));
        assert_eq!(started("glob(BITBUCKET_TAG, \"release-1.*\")", "repository-push", &tags), x(true));
        assert_eq!(started("BITBUCKET_TAG == \"release-1\"", "repository-push", &tags), x(true));
        assert_eq!(started("BITBUCKET_TAG != \"rc-1\"", "repository-push", &tags), x(false));
        assert_eq!(started("BITBUCKET_PR_DESTINATION_BRANCH == \"main\"", "pullrequest-push", &pull_request), x(false));
    }
}
