//! Whether the condition of a trigger, of a step or of a stage holds for an event, as far as that can be told.

use std::borrow::Cow;

use super::handed::Handed;
use super::{Event, EventKind};
use crate::pipeline::expression::{self, Expr, Literal, Operator};
use crate::pipeline::{Alternative, Matching, Pattern};
use crate::yaml::Node;

/// What is known where a condition is asked.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    event: &'k Event,
    /// Branches that have plans of their own.
    except: &'k [String],
    /// What steps before hand on, and what a child pipeline is started with.
    handed: Option<&'k Handed<'k>>,
}

impl<'k> Known<'k> {
    /// What an event says by itself.
    pub(super) fn of(event: &'k Event) -> Self {
        Self { event, except: &[], handed: None }
    }

    /// What is known before a step of a plan.
    pub(super) fn before(event: &'k Event, except: &'k [String], handed: &'k Handed<'k>) -> Self {
        Self { event, except, handed: Some(handed) }
    }

    /// Whether a condition of a step or a stage is met. A change of files is never known, so that one beside an expression that
    /// holds leaves it open.
    pub(super) fn meets(&self, condition: Node<'_>) -> Option<bool> {
        let held = self.holds(&expression::parse(condition.get("state")?.text()?).ok()?);
        held.filter(|held| !held || condition.entries().len() == 1)
    }

    /// Whether an expression holds.
    pub(super) fn holds(&self, expression: &Expr) -> Option<bool> {
        match expression {
            Expr::And(parts) => all(parts.iter().map(|part| self.holds(part))),
            Expr::Or(parts) => all(parts.iter().map(|part| self.holds(part).map(|held| !held))).map(|none| !none),
            Expr::Not { inner, .. } => self.holds(inner).map(|held| !held),
            Expr::Literal { value: Literal::Boolean(value), .. } => Some(*value),
            Expr::Glob { variable, pattern, .. } => takes(&Pattern::new(&pattern.text), &self.value(&variable.text)?),
            Expr::Compare { left, operator, right } => {
                let equal = self.equal(left, right).or_else(|| self.equal(right, left));
                match operator {
                    Operator::Equal => equal,
                    Operator::NotEqual => equal.map(|equal| !equal),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a side equals the text on the other one.
    fn equal(&self, side: &Expr, other: &Expr) -> Option<bool> {
        let text = self.text(other, side)?;
        if self.is_not(side, &text) {
            return Some(false);
        }
        equals(&self.text(side, other)?, &text)
    }

    /// Whether a side is a variable that has surely another value than a text, whatever it has.
    fn is_not(&self, side: &Expr, text: &str) -> bool {
        let Expr::Variable(word) = side else { return false };
        match (word.text.as_str(), self.event.kind) {
            ("BITBUCKET_BRANCH", EventKind::Branch) if text.is_empty() => true,
            ("BITBUCKET_PR_ID" | "BITBUCKET_PR_DESTINATION_BRANCH", EventKind::PullRequest) if text.is_empty() => true,
            ("BITBUCKET_BRANCH", _) => self.except.iter().any(|other| other == text),
            _ => false,
        }
    }

    /// The value of a variable; `None` where it is not known, empty where it is not set.
    fn value(&self, name: &str) -> Option<Cow<'k, str>> {
        let event = self.event;
        match (name, event.kind) {
            ("BITBUCKET_BRANCH", EventKind::Main | EventKind::Branch | EventKind::PullRequest) => {
                event.pattern().map(Cow::Borrowed)
            }
            ("BITBUCKET_TAG", EventKind::Tag) => Some(Cow::Borrowed(&event.name)),
            ("BITBUCKET_PR_DESTINATION_BRANCH", EventKind::PullRequest) => {
                event.destination.as_deref().map(Cow::Borrowed)
            }
            ("BITBUCKET_BRANCH", EventKind::Tag)
            | ("BITBUCKET_TAG", EventKind::Main | EventKind::Branch)
            | (
                "BITBUCKET_PR_ID" | "BITBUCKET_PR_DESTINATION_BRANCH",
                EventKind::Main | EventKind::Branch | EventKind::Tag,
            ) => Some(Cow::Borrowed("")),
            _ => Some(Cow::Owned(self.handed?.value(name)?.as_literal()?.to_owned())),
        }
    }

    /// The text of one side of a comparison; `None` where it is not known, as of a variable of the repository or of a custom
    /// pipeline.
    fn text<'e>(&self, side: &'e Expr, other: &Expr) -> Option<Cow<'e, str>>
    where
        'k: 'e,
    {
        match side {
            Expr::Literal { value: Literal::String(text), .. } => Some(Cow::Borrowed(text)),
            Expr::Variable(word) if is_of_bitbucket(side) => self.value(&word.text),
            // A page of Bitbucket's shows a name beside one of its variables without quotes.
            Expr::Variable(word) if is_of_bitbucket(other) && word.text.contains(|c: char| c.is_ascii_lowercase()) => {
                Some(Cow::Borrowed(&word.text))
            }
            Expr::Variable(word) => self.value(&word.text),
            _ => None,
        }
    }
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
            // Nothing is called nothing.
            return (name.is_empty() || Pattern::new(class).matches(name) == Matching::No).then_some(false);
        }
    }
    Some(left == right)
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

fn is_of_bitbucket(side: &Expr) -> bool {
    matches!(side, Expr::Variable(word) if word.text.starts_with("BITBUCKET_"))
}
