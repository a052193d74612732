//! Variables and matrices of a suite: one written case that stands for many.
//!
//! A variable is `${name}` with a lower-case name, so that a shell's `${IMAGE}` in an expectation stays what it is;
//! `$${name}` is the text `${name}`.

use std::collections::BTreeMap;

use serde_yaml::Value;

use crate::engine::written::Wrong;
use crate::yaml::{Node, Span};

/// Values by name.
pub(super) type Variables = BTreeMap<String, String>;

/// The most cases that one matrix may stand for.
const MOST_CELLS: usize = 1000;

/// How many unknown variables of one case are told.
const MOST_UNKNOWN: usize = 20;

/// The variables of a map.
pub(super) fn variables(node: Option<Node<'_>>) -> Result<Variables, Wrong> {
    let mut found = Variables::new();
    let Some(node) = node.filter(|node| !node.is_null()) else { return Ok(found) };
    if !node.is_mapping() {
        return Err((node.place(), format!("`variables` is {}, not a map", node.kind().words())));
    }
    for entry in node.entries() {
        found.insert(named(entry.key)?, scalar(entry.value)?);
    }
    Ok(found)
}

/// The cells of a matrix in the order in which it is written, the last variable running fastest; one without any
/// variable where there is no matrix.
pub(super) fn cells(node: Option<Node<'_>>) -> Result<Vec<Vec<(String, String)>>, Wrong> {
    let Some(node) = node else { return Ok(vec![Vec::new()]) };
    if !node.is_mapping() || node.entries().len() == 0 {
        return Err((node.place(), "`matrix` names no variable, so it stands for no case".to_owned()));
    }
    let mut cells: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for entry in node.entries() {
        let name = named(entry.key)?;
        let values = entry.value.items().map(scalar).collect::<Result<Vec<_>, _>>()?;
        if values.is_empty() {
            let message = format!("`{name}` has no value, so the matrix stands for no case");
            return Err((entry.value.place(), message));
        }
        if cells.len().saturating_mul(values.len()) > MOST_CELLS {
            return Err((node.place(), format!("the matrix stands for more than {MOST_CELLS} cases")));
        }
        let twice = values.iter().enumerate().find(|(at, value)| values.iter().take(*at).any(|first| first == *value));
        if let Some((at, value)) = twice {
            let place = entry.value.items().nth(at).map_or(entry.value.place(), |item| item.place());
            return Err((place, format!("`{value}` stands twice in `{name}`, and would make one case of two cells")));
        }
        let with = |cell: &Vec<(String, String)>, value: &String| {
            let mut cell = cell.clone();
            cell.push((name.clone(), value.clone()));
            cell
        };
        cells = cells.iter().flat_map(|cell| values.iter().map(move |value| with(cell, value))).collect();
    }
    Ok(cells)
}

fn named(key: Node<'_>) -> Result<String, Wrong> {
    let name = key.text().unwrap_or("");
    if is_name(name) {
        return Ok(name.to_owned());
    }
    let message = format!("`{name}` names no variable: lower-case letters, digits and `-`, a letter first");
    Err((key.place(), message))
}

fn scalar(node: Node<'_>) -> Result<String, Wrong> {
    match node.text().filter(|_| !node.is_null()) {
        Some(text) => Ok(text.to_owned()),
        None => Err((node.place(), format!("the value of a variable is {}, not a text", node.kind().words()))),
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// A piece of a text.
enum Piece<'t> {
    Text(&'t str),
    /// A variable's name, and where `$` stands.
    Variable(&'t str, usize),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find("${")) {
        let dollar = at + found;
        let name = text.get(dollar + 2..).and_then(|rest| rest.split_once('}')).map(|(name, _)| name);
        let Some(name) = name.filter(|name| is_name(name)) else {
            at = dollar + 2;
            continue;
        };
        let end = dollar + 2 + name.len() + 1;
        if text.get(..dollar).is_some_and(|before| before.ends_with('$')) {
            // The first `$` says that the second is meant as it is.
            pieces.push(Piece::Text(text.get(from..dollar - 1).unwrap_or("")));
            from = dollar;
        } else {
            pieces.push(Piece::Text(text.get(from..dollar).unwrap_or("")));
            pieces.push(Piece::Variable(name, dollar));
            from = end;
        }
        at = end;
    }
    pieces.push(Piece::Text(text.get(from..).unwrap_or("")));
    pieces
}

/// The text with its variables filled in; one that is not known stays as it is.
pub(super) fn filled(text: &str, variables: &Variables) -> String {
    let pieces = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Variable(name, _) => variables.get(name).cloned().unwrap_or_else(|| format!("${{{name}}}")),
    });
    pieces.collect()
}

/// The first variable that a text names.
pub(super) fn first(text: &str) -> Option<&str> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Variable(name, _) => Some(name),
        Piece::Text(_) => None,
    })
}

/// Whether a text names this variable.
pub(super) fn names(text: &str, variable: &str) -> bool {
    pieces(text).iter().any(|piece| matches!(piece, Piece::Variable(name, _) if *name == variable))
}

/// A value with its variables filled in, keys too. Where a key is one of `typed`, a text that is nothing but a variable
/// becomes what the variable's value reads as; anywhere else `3.10` is a text.
pub(super) fn filled_value(value: &Value, variables: &Variables, typed: &[&str]) -> Value {
    let inner = |value: &Value| filled_value(value, variables, typed);
    match value {
        Value::String(text) => Value::String(filled(text, variables)),
        Value::Sequence(items) => Value::Sequence(items.iter().map(inner).collect()),
        Value::Mapping(map) => {
            let entries = map.iter().map(|(key, value)| {
                let is_typed = key.as_str().is_some_and(|key| typed.contains(&key));
                let filled = inner(value);
                (inner(key), if is_typed { read(value, filled) } else { filled })
            });
            Value::Mapping(entries.collect())
        }
        value => value.clone(),
    }
}

/// The number or boolean that a text reads as which was nothing but a variable; else the text.
fn read(written: &Value, filled: Value) -> Value {
    let written = written.as_str().unwrap_or("");
    let alone = written.starts_with("${") && written.ends_with('}') && written.matches("${").count() == 1;
    match filled.as_str().filter(|_| alone).map(serde_yaml::from_str) {
        Some(Ok(value @ (Value::Number(_) | Value::Bool(_)))) => value,
        _ => filled,
    }
}

/// The variables below a node that are not known, each at its place. The keys of `except` are passed over.
pub(super) fn unknown(node: Node<'_>, variables: &Variables, except: &[&str]) -> Vec<Wrong> {
    let mut found = Vec::new();
    find_unknown(node, variables, except, &mut found);
    found
}

fn find_unknown(node: Node<'_>, variables: &Variables, except: &[&str], found: &mut Vec<Wrong>) {
    if found.len() > MOST_UNKNOWN {
        return;
    }
    if let Some(text) = node.text() {
        for piece in pieces(text) {
            let Piece::Variable(name, at) = piece else { continue };
            if variables.contains_key(name) {
                continue;
            }
            let known: Vec<String> = variables.keys().map(|name| format!("`{name}`")).collect();
            let known = match known.as_slice() {
                [] => "the case has none".to_owned(),
                known => format!("known are {}", known.join(", ")),
            };
            let message = format!("no variable is called `{name}`; {known}; `$${{{name}}}` is the text itself");
            let wrong = (node.source_span(Span::new(at, at + name.len() + 3)), message);
            // What an alias repeats is written once.
            if found.contains(&wrong) {
                continue;
            }
            if found.len() == MOST_UNKNOWN {
                found.push((wrong.0, "here and behind it are further variables that are not known".to_owned()));
                return;
            }
            found.push(wrong);
        }
    }
    if found.len() > MOST_UNKNOWN {
        return;
    }
    for entry in node.entries().filter(|entry| !except.contains(&entry.name())) {
        find_unknown(entry.key, variables, &[], found);
        find_unknown(entry.value, variables, &[], found);
    }
    for item in node.items() {
        find_unknown(item, variables, &[], found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    #[test]
    fn only_lower_case_names_are_variables() {
        let variables = Variables::from([("a".to_owned(), "1".to_owned()), ("b-2".to_owned(), "${a}".to_owned())]);
        let told = ["${a}/x", "${IMAGE}:${a}", "$${a} ${b-2}", "${a", "${}${a }", "${none}", "$a ${a}${a}"];
        let told = told.map(|text| filled(text, &variables));
        assert_eq!(told, ["1/x", "${IMAGE}:1", "${a} ${a}", "${a", "${}${a }", "${none}", "$a 11"]);
    }

    #[test]
    fn what_reads_as_a_number_is_one_where_numbers_stand() {
        let variables = Variables::from([("n".to_owned(), "3.10".to_owned()), ("t".to_owned(), "3".to_owned())]);
        let written: Value =
            serde_yaml::from_str("{turns: '${t}', drift: 'x${t}', file: {contains: ['${n}', '${t}']}}").unwrap();
        let filled = filled_value(&written, &variables, &["turns", "drift"]);
        let wanted: Value = serde_yaml::from_str("{turns: 3, drift: x3, file: {contains: ['3.10', '3']}}").unwrap();
        assert_eq!(filled, wanted);
    }

    #[test]
    fn a_matrix_runs_through_all_values() {
        let document = Document::read("{c: [api, ui], n: [1, 2]}");
        let cells = cells(document.root()).unwrap();
        let shown: Vec<String> = cells.iter().map(|cell| format!("{}{}", cell[0].1, cell[1].1)).collect();
        assert_eq!(shown, ["api1", "api2", "ui1", "ui2"]);
        for wrong in ["{}", "[]", "{c: []}", "{C: [a]}", "{c: [[a]]}", "{c: a}", "{c: [a, b, a]}"] {
            let document = Document::read(wrong);
            assert!(super::cells(document.root()).is_err(), "{wrong}");
        }
        let list = format!("{:?}", (0..40).collect::<Vec<_>>());
        let document = Document::read(format!("{{a: {list}, b: {list}}}"));
        assert!(super::cells(document.root()).unwrap_err().1.contains("more than 1000"));
    }
}
