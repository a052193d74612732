//! Suites: files of cases, read case by case, so that a mistake in one leaves the others.

use serde::Deserialize;
use serde_yaml::Value;

use super::case::{Case, Reader};
use super::filter::Filter;
use super::form::SUITE;
use super::variables::{self, Wrong};
use crate::engine::ScriptError;
use crate::engine::script::{at, guarded, typed};
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSuite {
    name: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for people who read the file")]
    description: String,
    #[serde(default)]
    #[expect(dead_code, reason = "named so that it is known; read with its places")]
    variables: Option<Value>,
    cases: Vec<Value>,
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
        let document = guarded(file, text)?;
        let place = |(span, message): Wrong| at(file, &document, span, message);
        let Some(root) = document.root() else {
            return Err(place((Span::default(), "is empty: a suite has a `name` and `cases`".to_owned())));
        };
        let mut found = Vec::new();
        SUITE.wrong(root, "the suite", &mut found);
        if let Some(first) = found.into_iter().next() {
            return Err(place(first));
        }
        let written: WrittenSuite = typed(file, text)?;
        let shared = variables::variables(root.get("variables")).map_err(place)?;
        let nodes = root.get("cases");
        let named = root.get("name").map_or(Span::default(), |name| name.place());
        let named = document.position(named.start);
        let place_of_name = (named.line, named.column);
        let mut suite = Self { name: written.name, file: file.to_owned(), place: place_of_name, cases: Vec::new() };
        let mut wrong = Vec::new();
        for (index, value) in written.cases.iter().enumerate() {
            let Some(node) = nodes.and_then(|nodes| nodes.items().nth(index)) else { continue };
            let reader = Reader { document: &document, node, value, base };
            wrong.extend(reader.cases(&shared, &mut suite.cases).into_iter().map(place));
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
