//! `readable-condition`: conditions of triggers, steps and stages are expressions.

use super::site::Told;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::expression::{self, Expr};
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
        for condition in triggers.iter().filter_map(|trigger| trigger.condition) {
            bare_word(flow, condition, &mut told, out);
        }
        for condition in conditions.chain(states) {
            let Some(text) = condition.string() else { continue };
            let Err(error) = expression::parse(text) else {
                self.dollar(condition, text, &mut told, out);
                continue;
            };
            if told.first(condition.span()) {
                out.violated(place(condition, text, error.offset), error.message)
                    .help("for example: `BITBUCKET_BRANCH == \"main\"`, `glob(BITBUCKET_TAG, \"rc-*\")`, with `&&`, `||`, `!`")
                    .through(condition);
            }
        }
    }
}

impl ReadableCondition {
    /// Tells of a variable that is written as the shell has it, within a text.
    fn dollar(&self, condition: Node<'_>, text: &str, told: &mut Told, out: &mut Findings<'_>) {
        let is_name = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '{');
        let begins = text.match_indices('$').map(|(at, _)| at).find(|at| text.get(at + 1..).is_some_and(is_name));
        if let Some(at) = begins.filter(|_| told.first(condition.span())) {
            out.violated(place(condition, text, at), "a text holds no variable, and a variable is written without `$`")
                .help("write its bare name, without quotes: `BITBUCKET_BRANCH == \"main\"`")
                .through(condition);
        }
    }
}

/// Tells of a trigger's condition that is the name of a branch, and no comparison with it. A word in capitals may be a variable
/// with a boolean; those of Bitbucket are texts.
fn bare_word(flow: &Flow<'_>, condition: Node<'_>, told: &mut Told, out: &mut Findings<'_>) {
    let Some(text) = condition.string() else { return };
    let Ok(Expr::Variable(word)) = expression::parse(text) else { return };
    let own = word.text.starts_with("BITBUCKET_");
    let variables = || flow.selectors().iter().flat_map(|selector| selector.pipeline().variables());
    let outputs = || flow.steps().iter().flat_map(|site| site.step.output_variables());
    let is_variable = || {
        variables().any(|variable| variable.name() == Some(&word.text))
            || outputs().any(|name| name.text() == Some(&word.text))
    };
    if !own && (!word.text.contains(|c: char| c.is_ascii_lowercase()) || is_variable()) || !told.first(condition.span())
    {
        return;
    }
    let (message, help) = if own {
        (
            format!("`{}` is a text, and a condition is true or false", word.text),
            format!("write `{} == \"…\"`", word.text),
        )
    } else {
        (
            format!("`{}` compares nothing: a bare word is the name of a variable", word.text),
            format!("write `BITBUCKET_BRANCH == \"{}\"`", word.text),
        )
    };
    out.violated(condition.span(), message).severity(Severity::Warning).help(help).through(condition);
}

/// The character at which reading stopped; the whole node at its end.
fn place(node: Node<'_>, text: &str, offset: usize) -> Span {
    match text.get(offset..).and_then(|rest| rest.chars().next()) {
        Some(next) => node.source_span(Span::new(offset, offset + next.len_utf8())),
        None => node.span(),
    }
}
