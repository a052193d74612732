//! Suites: files of cases, read case by case, so that a mistake in one leaves the others.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::expect::CaseExpectation;
use super::filter::Filter;
use super::variables::{self, Variables, Wrong};
use crate::engine::ScriptError;
use crate::engine::script::{at, guarded, rule_ids, typed};
use crate::finding::Severity;
use crate::settings::{self, Settings};
use crate::yaml::{Document, Node, Span};

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

/// A case: recordings under judgement.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name within the suite.
    pub name: String,
    /// The prompt script that they answer; without one their own prompts are played.
    pub script: Option<String>,
    /// Paths and patterns of recordings, seen from the suite's file.
    pub recordings: Vec<String>,
    /// The settings that hold, those of the case included; those of the script come on top.
    pub settings: Settings,
    /// Words to choose cases by.
    pub tags: Vec<String>,
    /// The variables that hold, those of its cell of the matrix included; they are filled into the prompts of the script.
    pub variables: BTreeMap<String, String>,
    /// What is demanded.
    pub expect: CaseExpectation,
    /// Where the case stands in its file: line and column, from 1.
    pub place: (usize, usize),
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    script: Option<String>,
    recordings: Vec<String>,
    #[serde(default)]
    settings: Option<Value>,
    #[serde(default)]
    #[expect(dead_code, reason = "named so that it is known; read with its places")]
    variables: Option<Value>,
    #[serde(default)]
    #[expect(dead_code, reason = "named so that it is known; read with its places")]
    matrix: Option<Value>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    expect: CaseExpectation,
}

impl Suite {
    /// Reads a suite over the settings that hold. What is wrong with single cases comes beside it.
    ///
    /// # Errors
    /// The file is no suite at all.
    pub fn read(file: &str, text: &str, base: &Settings) -> Result<(Self, Vec<ScriptError>), ScriptError> {
        let document = guarded(file, text)?;
        let written: WrittenSuite = typed(file, text)?;
        let root = document.root();
        let place = |(span, message): Wrong| at(file, &document, span, message);
        let shared = variables::variables(root.and_then(|root| root.get("variables"))).map_err(place)?;
        let nodes = root.and_then(|root| root.get("cases"));
        let named = root.and_then(|root| root.get("name")).map_or(Span::default(), |name| name.place());
        let named = document.position(named.start);
        let place_of_name = (named.line, named.column);
        let mut suite = Self { name: written.name, file: file.to_owned(), place: place_of_name, cases: Vec::new() };
        let mut wrong = Vec::new();
        for (index, value) in written.cases.iter().enumerate() {
            let Some(node) = nodes.and_then(|nodes| nodes.items().nth(index)) else { continue };
            let reader = Reader { document: &document, node, value, index, base };
            match reader.cells(&shared) {
                // What is wrong with one cell is mostly wrong with all of them, and is told once.
                Ok(cells) => {
                    for cell in cells {
                        match reader.case(cell, &suite.cases) {
                            Ok(case) => suite.cases.push(case),
                            Err(error) => {
                                wrong.push(place(error));
                                break;
                            }
                        }
                    }
                }
                Err(error) => wrong.push(place(error)),
            }
        }
        Ok((suite, wrong))
    }

    /// The cases that a filter lets through.
    pub fn chosen<'s>(&'s self, filter: &'s Filter) -> impl Iterator<Item = &'s Case> {
        self.cases.iter().filter(|case| filter.takes(&case.name, &case.tags))
    }
}

/// One case as it is written.
struct Reader<'r> {
    document: &'r Document,
    node: Node<'r>,
    value: &'r Value,
    index: usize,
    base: &'r Settings,
}

/// The variables of one cell, and the words that tell it apart.
struct Cell {
    variables: Variables,
    matrix: Vec<(String, String)>,
}

impl<'r> Reader<'r> {
    /// What the case stands for: one cell, or those of its matrix.
    fn cells(&self, shared: &Variables) -> Result<Vec<Cell>, Wrong> {
        let mut variables = shared.clone();
        variables.extend(variables::variables(self.node.get("variables"))?);
        let cells = variables::cells(self.node.get("matrix"))?;
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|matrix| Cell { variables: variables.clone().into_iter().chain(matrix.clone()).collect(), matrix })
            .collect();
        let known = cells.first().map(|cell| &cell.variables);
        match known.and_then(|known| variables::unknown(self.node, known, &["matrix", "variables"])) {
            Some(wrong) => Err(wrong),
            None => Ok(cells),
        }
    }

    fn case(&self, cell: Cell, earlier: &[Case]) -> Result<Case, Wrong> {
        let Cell { variables, matrix } = cell;
        let case: WrittenCase = serde_yaml::from_value(self.filled(&variables)).map_err(|error| {
            let message = error.to_string();
            (self.named_in(&message), format!("case {}: {message}", self.index + 1))
        })?;
        let name = self.name(case.name, &matrix);
        if earlier.iter().any(|earlier| earlier.name == name) {
            let hint = if matrix.is_empty() { "" } else { "; name each cell with its variables" };
            return Err((self.place(&["name"]), format!("`{name}` is the name of two cases{hint}")));
        }
        if case.recordings.is_empty() {
            return Err((self.place(&["recordings"]), format!("`{name}` has no recording")));
        }
        let settings = self.settings(case.settings.as_ref())?;
        if let Some((route, message)) = case.expect.wrong(&settings) {
            let route: Vec<&str> = std::iter::once("expect").chain(route.iter().map(String::as_str)).collect();
            return Err((self.place(&route), message));
        }
        let expect = case.expect;
        let position = self.document.position(self.node.place().start);
        let (script, recordings, tags) = (case.script, case.recordings, case.tags);
        let place = (position.line, position.column);
        Ok(Case { name, script, recordings, settings, tags, variables, expect, place })
    }

    /// The case with its variables filled in.
    fn filled(&self, variables: &Variables) -> Value {
        let Value::Mapping(map) = self.value else { return self.value.clone() };
        let entries = map.iter().map(|(key, value)| {
            let typed = key.as_str() == Some("expect");
            (key.clone(), variables::filled_value(value, variables, typed))
        });
        Value::Mapping(entries.collect())
    }

    /// The name of a cell: what it is called, and the values that the name does not tell.
    fn name(&self, filled: String, matrix: &[(String, String)]) -> String {
        let written = self.node.get("name").and_then(|name| name.text()).unwrap_or("");
        let untold = matrix.iter().filter(|(variable, _)| !variables::names(written, variable));
        let untold: Vec<&str> = untold.map(|(_, value)| value.as_str()).collect();
        if untold.is_empty() { filled } else { format!("{filled} [{}]", untold.join(", ")) }
    }

    fn settings(&self, filled: Option<&Value>) -> Result<Settings, Wrong> {
        let mut settings = self.base.clone();
        let Some(node) = self.node.get("settings").filter(|node| !node.is_null()) else { return Ok(settings) };
        let mut found = Vec::new();
        let error = |found: &[crate::finding::Finding], whole: Option<Span>| {
            let first = found.iter().find(|finding| finding.severity == Severity::Error);
            first.map_or(Ok(()), |first| Err((whole.unwrap_or(first.span), first.message.clone())))
        };
        if variables::unknown(node, &Variables::new(), &[]).is_none() {
            settings::read_node(node, &rule_ids(), &mut settings, &mut found);
            error(&found, None)?;
            return Ok(settings);
        }
        // With variables in it the settings are another text than the written one; places in it are not ours to show.
        let text = serde_yaml::to_string(&filled).map_err(|error| (node.place(), error.to_string()))?;
        let document = Document::read(text);
        if let Some(root) = document.root() {
            settings::read_node(root, &rule_ids(), &mut settings, &mut found);
        }
        error(&found, Some(node.place()))?;
        Ok(settings)
    }

    /// The place of the last key of a route that is there; the case itself without any.
    fn place(&self, route: &[&str]) -> Span {
        let mut node = self.node;
        let mut place = node.place();
        for key in route {
            let Some(entry) = node.entry(key) else { break };
            node = entry.value;
            place = node.place();
        }
        place
    }

    /// The place of what an error's words name; of the case where they name nothing that is written there.
    fn named_in(&self, message: &str) -> Span {
        fn found(node: Node<'_>, word: &str) -> Option<Span> {
            if node.text() == Some(word) {
                return Some(node.place());
            }
            let below = |entry: crate::yaml::Entry<'_>| found(entry.key, word).or_else(|| found(entry.value, word));
            node.entries().find_map(below).or_else(|| node.items().find_map(|item| found(item, word)))
        }
        let word = message.split(['`', '"']).nth(1).unwrap_or("");
        let known = ["name", "recordings"].contains(&word);
        found(self.node, word).filter(|_| !known && !word.is_empty()).unwrap_or_else(|| self.node.place())
    }
}
