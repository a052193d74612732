//! Suites: files of cases, read case by case, so that a mistake in one leaves the others.

use std::collections::{HashMap, HashSet};

use super::aliased::{Aliased, Apart, within};
use super::case::{Case, Reader};
use super::filter::Filter;
use super::form::SUITE;
use super::variables;
use crate::engine::ScriptError;
use crate::engine::form::Mistakes;
use crate::engine::written::{Wrong, at, readable, value};
use crate::session;
use crate::settings::Settings;
use crate::yaml::Span;

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
        let (document, mut problems) = readable(file, text)?;
        problems.sort_by_key(|(span, _)| *span);
        let place = |(span, message): Wrong| at(file, &document, span, message);
        let Some(root) = document.root() else {
            return Err(place((Span::default(), "is empty: a suite has a `name` and `cases`".to_owned())));
        };
        let cases = || root.get("cases").into_iter().flat_map(|cases| cases.items());
        // A key that stands twice costs the case in which it stands; anywhere else it costs the suite.
        let of_cases = Apart::new(cases().map(|case| case.span()));
        if let Some(first) = problems.iter().find(|(span, _)| !of_cases.hold(*span)) {
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
        let (mut wrong, mut seen) = (Vec::new(), HashSet::new());
        let aliased = Aliased::new(&document, &problems);
        let mut told: HashMap<Span, Vec<&str>> = HashMap::new();
        for (span, message) in &problems {
            told.entry(*span).or_default().push(message);
        }
        for node in cases() {
            let mut broken: Vec<Wrong> = within(&problems, node.span()).cloned().collect();
            broken.extend(aliased.used(node));
            let reader = Reader { document: &document, node, value: value(node), base };
            let mut found = reader.cases(&shared, broken, &mut suite.cases);
            // What is no YAML at its place has no form either.
            found.retain(|(span, message)| told.get(span).is_none_or(|told| told.iter().all(|told| told == message)));
            // A case that an alias repeats has the mistakes of the first.
            found.retain(|error| seen.insert(error.clone()));
            wrong.extend(found.into_iter().map(place));
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
