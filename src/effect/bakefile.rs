//! Files of `docker buildx bake`, in HCL and in JSON: blocks with a label and terms.

use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::Body;
use hcl_edit::template::{Element, Template};
use serde_json::Value as Json;

/// The largest file that is read, in bytes.
const LONGEST: usize = 256 << 10;

/// A block: `target "api" { … }`. An attribute outside of blocks is one of kind `constant`.
#[derive(Debug)]
pub(super) struct Block {
    /// `variable`, `group`, `target`, `constant`.
    pub(super) kind: String,
    pub(super) label: String,
    fields: Vec<(String, Term)>,
}

/// What stands behind a `=`.
#[derive(Debug)]
pub(super) enum Term {
    Text(String),
    Variable(String),
    /// The parts of a text: `"${REGISTRY}/api:${TAG}"`.
    Joined(Vec<Term>),
    /// One of two, by a condition that is not followed.
    Either(Box<[Term; 2]>),
    List(Vec<Term>),
    Map(Vec<(String, Term)>),
    /// It is not followed.
    Unknown,
}

impl Block {
    pub(super) fn field(&self, name: &str) -> Option<&Term> {
        self.fields.iter().find(|(own, _)| own == name).map(|(_, term)| term)
    }
}

/// The blocks of a file by its name and text; `None` where it can't be read.
pub(super) fn read(path: &str, text: &str) -> Option<Vec<Block>> {
    if text.len() > LONGEST {
        return None;
    }
    if path.ends_with(".json") { of_json(&serde_json::from_str(text).ok()?) } else { Some(of_hcl(&text.parse().ok()?)) }
}

fn of_hcl(body: &Body) -> Vec<Block> {
    let constants = body.attributes().map(|attribute| Block {
        kind: "constant".to_owned(),
        label: attribute.key.to_string(),
        fields: vec![("default".to_owned(), term(&attribute.value))],
    });
    let blocks = body.blocks().map(|block| Block {
        kind: block.ident.to_string(),
        label: block.labels.first().map_or("", |label| label.as_str()).to_owned(),
        fields: block.body.attributes().map(|field| (field.key.to_string(), term(&field.value))).collect(),
    });
    constants.chain(blocks).collect()
}

fn of_json(file: &Json) -> Option<Vec<Block>> {
    let mut blocks = Vec::new();
    for (kind, labels) in file.as_object()? {
        for (label, fields) in labels.as_object().into_iter().flatten() {
            let fields = fields.as_object().into_iter().flatten();
            let fields = fields.map(|(name, value)| (name.clone(), of_value(value))).collect();
            blocks.push(Block { kind: kind.clone(), label: label.clone(), fields });
        }
    }
    Some(blocks)
}

fn of_value(value: &Json) -> Term {
    match value {
        Json::String(text) => text.parse::<Template>().map_or(Term::Unknown, |template| joined(template.iter())),
        Json::Array(items) => Term::List(items.iter().map(of_value).collect()),
        Json::Object(map) => Term::Map(map.iter().map(|(key, value)| (key.clone(), of_value(value))).collect()),
        Json::Null => Term::Text(String::new()),
        Json::Bool(_) | Json::Number(_) => Term::Text(value.to_string()),
    }
}

fn term(expression: &Expression) -> Term {
    match expression {
        Expression::Null(_) => Term::Text(String::new()),
        Expression::Bool(value) => Term::Text(value.to_string()),
        Expression::Number(value) => Term::Text(value.value().to_string()),
        Expression::String(text) => Term::Text(text.to_string()),
        Expression::Array(items) => Term::List(items.iter().map(term).collect()),
        Expression::Object(object) => {
            let entries = object.iter().filter_map(|(key, value)| match key {
                ObjectKey::Ident(name) => Some((name.to_string(), term(value.expr()))),
                ObjectKey::Expression(Expression::String(name)) => Some((name.to_string(), term(value.expr()))),
                ObjectKey::Expression(_) => None,
            });
            Term::Map(entries.collect())
        }
        Expression::StringTemplate(template) => joined(template.iter()),
        Expression::HeredocTemplate(heredoc) => joined(heredoc.template.iter()),
        Expression::Parenthesis(inner) => term(inner.inner()),
        Expression::Variable(name) => Term::Variable(name.to_string()),
        Expression::Conditional(choice) => Term::Either(Box::new([term(&choice.true_expr), term(&choice.false_expr)])),
        Expression::FuncCall(call) if call.name.name.as_str() == "concat" => {
            let mut all = Vec::new();
            for list in call.args.iter().map(term) {
                match list {
                    Term::List(items) => all.extend(items),
                    _ => return Term::Unknown,
                }
            }
            Term::List(all)
        }
        Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => Term::Unknown,
    }
}

fn joined<'e>(elements: impl Iterator<Item = &'e Element>) -> Term {
    let mut parts: Vec<Term> = elements
        .map(|element| match element {
            Element::Literal(text) => Term::Text(text.to_string()),
            Element::Interpolation(inner) => term(&inner.expr),
            Element::Directive(_) => Term::Unknown,
        })
        .collect();
    match parts.len() {
        1 => parts.remove(0),
        _ => Term::Joined(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;

    #[test]
    fn what_is_no_bake_file_is_none() {
        for (path, text) in [
            ("b.hcl", "target {{"),
            ("b.hcl", &"[".repeat(200_000)),
            ("b.hcl", &format!("a = {}1", "-".repeat(100_000))),
            ("b.hcl", &format!("a = \"{}\"", "${\"".repeat(50_000))),
            ("b.json", "[]"),
            ("b.json", &"[".repeat(200_000)),
            ("b.hcl", &"a = 1\n".repeat(100_000)),
        ] {
            assert!(read(path, text).is_none(), "{path} {}", &text[..text.len().min(20)]);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "([a-z]+ (\"[a-z]\" )?)?([{}=\"$\\[\\]()?:!-]|[a-z ,\n]){0,60}") {
            read("b.hcl", &text);
            read("b.json", &text);
        }
    }
}
