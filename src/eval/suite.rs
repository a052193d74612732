//! Suites: files of cases, read case by case, so that a mistake in one leaves the others.

use super::aliased::{is_within, used};
use super::case::{Case, Reader};
use super::filter::Filter;
use super::form::SUITE;
use super::variables;
use crate::engine::ScriptError;
use crate::engine::form::Mistakes;
use crate::engine::written::{Wrong, at, readable, value};
use crate::session;
use crate::settings::Settings;
use crate::yaml::{Node, Span};

/// A suite.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Where its name stands in it: line and column, from 1.
    pub place: (usize, usize),
    /// The cases that can be run.
    pub cases: Vec<Case>,
}

impl Suite {
    /// Reads a suite over the settings that hold. What is wrong with single cases comes beside it.
    ///
    /// # Errors
    /// The file is no suite at all.
    pub fn read(file: &str, text: &str, base: &Settings) -> Result<(Self, Vec<ScriptError>), ScriptError> {
        if let Some(what) = other_kind(file, text) {
            return Err(ScriptError { name: file.to_owned(), line: 1, column: 1, message: what.to_owned() });
        }
        let (document, problems) = readable(file, text)?;
        let place = |(span, message): Wrong| at(file, &document, span, message);
        let Some(root) = document.root() else {
            return Err(place((Span::default(), "is empty: a suite has a `name` and `cases`".to_owned())));
        };
        let cases = || root.get("cases").into_iter().flat_map(|cases| cases.items());
        // A key that stands twice costs the case in which it stands; anywhere else it costs the suite.
        let within = |case: Node<'_>, (span, _): &Wrong| is_within(*span, case.span());
        if let Some(first) = problems.iter().find(|problem| !cases().any(|case| within(case, problem))) {
            return Err(place(first.clone()));
        }
        let mut mistakes = Mistakes { filled_in: true, ..Mistakes::default() };
        SUITE.wrong(root, "the suite", &mut mistakes);
        if let Some(first) = mistakes.found.into_iter().next() {
            return Err(place(first));
        }
        let shared = variables::variables(root.get("variables")).map_err(place)?;
        let name = root.get("name").unwrap_or(root);
        let named = document.position(name.place().start);
        let mut suite = Self {
            name: name.text().unwrap_or_default().to_owned(),
            file: file.to_owned(),
            place: (named.line, named.column),
            cases: Vec::new(),
        };
        let mut wrong = Vec::new();
        for node in cases() {
            let mut broken: Vec<Wrong> = problems.iter().filter(|problem| within(node, problem)).cloned().collect();
            broken.extend(used(&document, node, &problems));
            let reader = Reader { document: &document, node, value: value(node), base };
            let mut found = reader.cases(&shared, broken, &mut suite.cases);
            // What is no YAML at its place has no form either.
            found.retain(|(span, message)| problems.iter().all(|(own, told)| own != span || told == message));
            for error in found.into_iter().map(place) {
                // A case that an alias repeats has the mistakes of the first.
                if !wrong.contains(&error) {
                    wrong.push(error);
                }
            }
        }
        Ok((suite, wrong))
    }

    /// The cases that a filter lets through.
    pub fn chosen<'s>(&'s self, filter: &'s Filter) -> impl Iterator<Item = &'s Case> {
        self.cases.iter().filter(|case| filter.takes(&case.name, &case.tags))
    }
}

/// What a file is that is no suite, and the next move.
fn other_kind(file: &str, text: &str) -> Option<&'static str> {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let key = |key: &str| text.lines().any(|line| line.starts_with(key));
    if key("turns:") && !key("cases:") {
        return Some("is a prompt script, not a suite; a case of a suite names it as its `script`");
    }
    let may_be_chat =
        first.starts_with('{') || first.starts_with('[') || key("interactions:") || key("http_interactions:");
    (may_be_chat && session::read(file, text.as_bytes()).is_ok())
        .then_some("is a recording, not a suite; a case of a suite names it among its `recordings`")
}
