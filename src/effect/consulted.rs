//! What a reading asked of its event: on another event that gives the same answers, the script comes to the same.

use std::cell::RefCell;

use super::world::Bindings;
use crate::shell::{Lookup, Sought, Value};

/// How many answers are kept of one reading; a script that asks more is read anew for each event.
const KEPT: usize = 64;

/// A question, and the answer that the event gave.
#[derive(Debug)]
enum Question {
    /// What a variable holds that the script did not set.
    Variable(String, Lookup),
    /// Whether a value matches a pattern.
    Compares(Value, String, Option<bool>),
    /// Whether a value is among the texts that are sought.
    Finds(Value, Sought, Option<bool>),
    /// With which text a variable surely begins.
    Beginning(String, String),
    /// Whether all tags begin with a text.
    TagBegins(String, bool),
}

/// The questions of one reading.
#[derive(Debug)]
pub(super) struct Consulted<'b> {
    bindings: &'b Bindings,
    questions: RefCell<Vec<Question>>,
}

/// The answers on which a reading stands.
#[derive(Debug)]
pub(super) struct Answers(Vec<Question>);

impl<'b> Consulted<'b> {
    /// Nothing is asked yet.
    pub(super) fn new(bindings: &'b Bindings) -> Self {
        Self { bindings, questions: RefCell::default() }
    }

    pub(super) fn variable(&self, name: &str) -> Lookup {
        let answer = self.bindings.variable(name);
        let known = |question: &Question| matches!(question, Question::Variable(own, _) if own == name);
        self.keep(known, || Question::Variable(name.to_owned(), answer.clone()));
        answer
    }

    pub(super) fn compares(&self, value: &Value, pattern: &str) -> Option<bool> {
        let answer = self.bindings.compares(value, pattern);
        let known = |question: &Question| matches!(question, Question::Compares(own, other, _) if own == value && other == pattern);
        self.keep(known, || Question::Compares(value.clone(), pattern.to_owned(), answer));
        answer
    }

    pub(super) fn finds(&self, value: &Value, sought: &Sought) -> Option<bool> {
        let answer = self.bindings.finds(value, sought);
        let known =
            |question: &Question| matches!(question, Question::Finds(own, other, _) if own == value && other == sought);
        self.keep(known, || Question::Finds(value.clone(), sought.clone(), answer));
        answer
    }

    pub(super) fn beginning(&self, name: &str) -> String {
        let answer = self.bindings.beginning(name);
        let known = |question: &Question| matches!(question, Question::Beginning(own, _) if own == name);
        self.keep(known, || Question::Beginning(name.to_owned(), answer.clone()));
        answer
    }

    pub(super) fn tag_begins(&self, prefix: &str) -> bool {
        let answer = self.bindings.tag_begins(prefix);
        let known = |question: &Question| matches!(question, Question::TagBegins(own, _) if own == prefix);
        self.keep(known, || Question::TagBegins(prefix.to_owned(), answer));
        answer
    }

    fn keep(&self, known: impl Fn(&Question) -> bool, question: impl FnOnce() -> Question) {
        let mut questions = self.questions.borrow_mut();
        // One more than may be kept tells that there were too many.
        if questions.len() <= KEPT && !questions.iter().any(known) {
            questions.push(question());
        }
    }

    /// The answers, where they are few enough to be kept.
    pub(super) fn answers(self) -> Option<Answers> {
        Some(self.questions.into_inner()).filter(|questions| questions.len() <= KEPT).map(Answers)
    }
}

impl Answers {
    /// Whether the event told what a variable of Bitbucket's holds.
    pub(super) fn tell(&self, variable: &str) -> bool {
        let told = |lookup: &Lookup| !matches!(lookup, Lookup::Unknown);
        self.0
            .iter()
            .any(|question| matches!(question, Question::Variable(name, lookup) if name == variable && told(lookup)))
    }

    /// Whether another event gives the same ones.
    pub(super) fn hold_for(&self, bindings: &Bindings) -> bool {
        self.0.iter().all(|question| match question {
            Question::Variable(name, answer) => bindings.variable(name) == *answer,
            Question::Compares(value, pattern, answer) => bindings.compares(value, pattern) == *answer,
            Question::Finds(value, sought, answer) => bindings.finds(value, sought) == *answer,
            Question::Beginning(name, answer) => bindings.beginning(name) == *answer,
            Question::TagBegins(prefix, answer) => bindings.tag_begins(prefix) == *answer,
        })
    }
}
