//! Findings built as a sentence: `out.violated(span, message).help(..).trace(..)`.

use super::{Answer, Finding, Related, RuleMeta, Severity, Subject};
use crate::yaml::{Node, Span};

/// Where one rule puts its findings.
pub struct Findings<'a> {
    meta: &'static RuleMeta,
    out: &'a mut Vec<Finding>,
}

impl<'a> Findings<'a> {
    /// A collector for one rule.
    pub fn new(meta: &'static RuleMeta, out: &'a mut Vec<Finding>) -> Self {
        Self { meta, out }
    }

    /// The rule does not hold.
    pub fn violated(&mut self, span: Span, message: impl Into<String>) -> Draft<'_> {
        self.push(span, message.into(), Answer::Violated, self.meta.severity)
    }

    /// Something could not be followed: a note that says what.
    pub fn cannot_tell(&mut self, span: Span, message: impl Into<String>) -> Draft<'_> {
        self.push(span, message.into(), Answer::CannotTell, Severity::Note)
    }

    /// What the rule has to say of something, kept aside.
    pub fn aside(&self, say: impl FnOnce(&mut Findings<'_>)) -> Vec<Finding> {
        let mut said = Vec::new();
        say(&mut Findings::new(self.meta, &mut said));
        said
    }

    /// Counts further cases of what the rule has said of a place already.
    pub fn again(&mut self, span: Span, cases: usize) {
        let own = self.out.iter_mut().rev().take_while(|finding| finding.rule == self.meta.id);
        if let Some(finding) = own.into_iter().find(|finding| finding.span == span) {
            finding.cases += cases;
        }
    }

    /// Says what was kept aside.
    pub fn say(&mut self, said: Vec<Finding>) {
        self.out.extend(said);
    }

    fn push(&mut self, span: Span, message: String, answer: Answer, severity: Severity) -> Draft<'_> {
        let at = self.out.len();
        self.out.push(Finding {
            rule: self.meta.id,
            layer: self.meta.layer,
            severity,
            answer,
            message,
            help: None,
            span,
            trace: Vec::new(),
            related: Vec::new(),
            subject: None,
            set: None,
            cases: 1,
            alternatives: 1,
        });
        Draft(&mut self.out[at])
    }
}

/// A finding that is being written.
pub struct Draft<'a>(&'a mut Finding);

impl Draft<'_> {
    /// Sets the next edit.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Sets another severity than the rule's.
    pub fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// Sets how an event gets there.
    pub fn trace(self, trace: impl IntoIterator<Item = String>) -> Self {
        self.0.trace = trace.into_iter().collect();
        self
    }

    /// Says what it is about, so that notes about one program are told once.
    pub fn about(self, program: &str, call: &str) -> Self {
        self.0.subject = Some(Subject { program: program.to_owned(), call: call.to_owned() });
        self
    }

    /// Puts it into a set of which only the first that no comment allows is told.
    pub fn first_of(self, set: impl Into<String>) -> Self {
        self.0.set = Some(set.into());
        self
    }

    /// Says of how many alternatives of a pattern it is.
    pub fn alternatives(self, count: usize) -> Self {
        self.0.alternatives = count;
        self
    }

    /// Says how many cases it is of.
    pub fn cases(self, count: usize) -> Self {
        self.0.cases = count;
        self
    }

    /// Adds another place.
    pub fn related(self, span: Span, message: impl Into<String>) -> Self {
        self.0.related.push(Related { message: message.into(), span });
        self
    }

    /// Names the alias through which the node was reached, if one was.
    pub fn through(self, node: Node<'_>) -> Self {
        match node.alias() {
            Some(alias) => {
                let name = node.document().slice(alias).to_owned();
                self.related(alias, format!("used here as `{name}`"))
            }
            None => self,
        }
    }
}
