//! `readable-condition`: conditions of triggers, steps and stages are expressions.

use super::site::Told;
use crate::finding::{Findings, RuleMeta};
use crate::pipeline::expression;
use crate::rules::{Flow, Rule};
use crate::yaml::{Node, Span};

static META: RuleMeta = meta!("readable-condition", Error, "a condition is not an expression");

pub(super) struct ReadableCondition;

impl Rule for ReadableCondition {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let mut told = Told::default();
        let triggers = flow.file.triggers();
        let conditions = triggers.iter().filter_map(|trigger| trigger.condition);
        let sites = flow.steps();
        let of_steps = sites.iter().filter_map(|site| site.step.condition());
        let of_stages = sites.iter().filter_map(|site| site.stage?.condition());
        // An empty state is told by the schema layer.
        let states = of_steps.chain(of_stages).filter_map(|condition| condition.get("state"));
        let states = states.filter(|state| state.text() != Some(""));
        for condition in conditions.chain(states) {
            let Some(text) = condition.string() else { continue };
            let Err(error) = expression::parse(text) else { continue };
            if told.first(condition.span()) {
                out.violated(place(condition, text, error.offset), error.message)
                    .help("for example: `BITBUCKET_BRANCH == \"main\"`, `glob(BITBUCKET_TAG, \"rc-*\")`, with `&&`, `||`, `!`")
                    .through(condition);
            }
        }
    }
}

/// The character at which reading stopped; the whole node at its end.
fn place(node: Node<'_>, text: &str, offset: usize) -> Span {
    match text.get(offset..).and_then(|rest| rest.chars().next()) {
        Some(next) => node.source_span(Span::new(offset, offset + next.len_utf8())),
        None => node.span(),
    }
}
