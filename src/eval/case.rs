//! A case of a suite, read with its places, its matrix and its variables.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_yaml::Value;

use super::expect::{CaseExpectation, TYPED};
use super::form::CASE;
use super::variables::{self, Variables};
use crate::engine::form::Mistakes;
use crate::engine::script::rule_ids;
use crate::engine::written::{Wrong, errors};
use crate::finding::Finding;
use crate::settings::{self, Settings};
use crate::yaml::{Document, Node, Span};

/// A case: recordings under judgement.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name within the suite.
    pub name: String,
    /// The prompt script that they answer; without one their own prompts are played.
    pub script: Option<String>,
    /// Its recordings.
    pub recordings: Vec<Recordings>,
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
    /// Where its keys' values stand, by their route below the case.
    pub(super) places: BTreeMap<Vec<String>, (usize, usize)>,
}

/// Recordings as a case names them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "WrittenRecordings")]
pub struct Recordings {
    /// A path or a pattern, seen from the suite's file.
    pub path: String,
    /// Whether their replies were written by hand, whatever their headers say: chats of other programs have none.
    pub authored: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenRecordings {
    Path(String),
    Map {
        path: String,
        #[serde(default)]
        authored: bool,
    },
}

impl From<WrittenRecordings> for Recordings {
    fn from(written: WrittenRecordings) -> Self {
        match written {
            WrittenRecordings::Path(path) => Self { path, authored: false },
            WrittenRecordings::Map { path, authored } => Self { path, authored },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    script: Option<String>,
    recordings: Vec<Recordings>,
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

impl Case {
    /// Where what stands at a route stands, or the nearest thing around it.
    pub fn place_of(&self, route: &[&str]) -> (usize, usize) {
        let mut route: Vec<String> = route.iter().map(|part| (*part).to_owned()).collect();
        while !route.is_empty() {
            if let Some(place) = self.places.get(&route) {
                return *place;
            }
            route.pop();
        }
        self.place
    }
}

/// One case as it is written.
pub(super) struct Reader<'r> {
    pub(super) document: &'r Document,
    pub(super) node: Node<'r>,
    pub(super) value: Value,
    pub(super) base: &'r Settings,
}

/// The variables of one cell, and the words that tell it apart.
struct Cell {
    variables: Variables,
    matrix: Vec<(String, String)>,
}

impl<'r> Reader<'r> {
    /// What the case stands for: one cell, or those of its matrix.
    fn cells(&self, shared: &Variables) -> Result<Vec<Cell>, Vec<Wrong>> {
        let mut variables = shared.clone();
        variables.extend(variables::variables(self.node.get("variables")).map_err(|wrong| vec![wrong])?);
        let cells = variables::cells(self.node.get("matrix")).map_err(|wrong| vec![wrong])?;
        let cells: Vec<Cell> = cells
            .into_iter()
            .map(|matrix| Cell { variables: variables.clone().into_iter().chain(matrix.clone()).collect(), matrix })
            .collect();
        let known = cells.first().map(|cell| &cell.variables);
        let wrong = known.map(|known| variables::unknown(self.node, known, &["matrix", "variables"]));
        match wrong {
            Some(wrong) if !wrong.is_empty() => Err(wrong),
            _ => Ok(cells),
        }
    }

    /// Adds the cases that stand here, and tells what is wrong with them: all of it where YAML or the form is wrong, else
    /// what is wrong with the first cell, which is mostly wrong with all of them. `broken` is what is wrong as YAML.
    pub(super) fn cases(&self, shared: &Variables, broken: Vec<Wrong>, cases: &mut Vec<Case>) -> Vec<Wrong> {
        let name = self.node.get("name").and_then(|name| name.text()).filter(|name| !name.is_empty());
        let what = name.map_or("the case".to_owned(), |name| format!("the case `{name}`"));
        let mut mistakes = Mistakes { filled_in: true, ..Mistakes::default() };
        CASE.wrong(self.node, &what, &mut mistakes);
        // What an alias of nothing would bring, nobody knows.
        if broken.iter().any(|(span, _)| self.document.slice(*span).starts_with('*')) {
            mistakes.found.retain(|(_, message)| !message.starts_with(&format!("{what} lacks ")));
        }
        let mut wrong = broken;
        wrong.append(&mut mistakes.found);
        let cells = match self.cells(shared) {
            Ok(cells) if wrong.is_empty() => cells,
            Ok(_) => return wrong,
            Err(errors) => {
                wrong.extend(errors);
                return wrong;
            }
        };
        for cell in cells {
            match self.case(cell, cases) {
                Ok(case) => cases.push(case),
                Err(errors) => return errors,
            }
        }
        Vec::new()
    }

    fn case(&self, cell: Cell, earlier: &[Case]) -> Result<Case, Vec<Wrong>> {
        let Cell { variables, matrix } = cell;
        let case: WrittenCase = serde_yaml::from_value(self.filled(&variables)).map_err(|error| {
            let message = error.to_string();
            vec![(self.named_in(&message), format!("with its variables filled in: {message}"))]
        })?;
        let name = self.name(case.name, &matrix);
        let mut wrong = Vec::new();
        if earlier.iter().any(|earlier| earlier.name == name) {
            let hint = if matrix.is_empty() { "" } else { "; name each cell with its variables" };
            wrong.push((self.place(&["name"]), format!("`{name}` is the name of two cases{hint}")));
        }
        if case.recordings.is_empty() {
            wrong.push((self.place(&["recordings"]), format!("`{name}` has no recording")));
        }
        let settings = self.settings(case.settings.as_ref()).unwrap_or_else(|errors| {
            wrong.extend(errors);
            self.base.clone()
        });
        for (route, message) in case.expect.wrong(&settings) {
            let route: Vec<&str> = std::iter::once("expect").chain(route.iter().map(String::as_str)).collect();
            wrong.push((self.place(&route), message));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut places = BTreeMap::new();
        self.places(self.node, &variables, &mut Vec::new(), &mut places);
        let position = self.document.position(self.node.place().start);
        let WrittenCase { script, recordings, tags, expect, .. } = case;
        let place = (position.line, position.column);
        Ok(Case { name, script, recordings, settings, tags, variables, expect, place, places })
    }

    /// Where the values below a node stand.
    fn places(
        &self,
        node: Node<'_>,
        variables: &Variables,
        route: &mut Vec<String>,
        out: &mut BTreeMap<Vec<String>, (usize, usize)>,
    ) {
        let keyed = node.entries().map(|entry| (variables::filled(entry.name(), variables), entry.value));
        let listed = node.items().enumerate().map(|(index, item)| (index.to_string(), item));
        for (key, value) in keyed.chain(listed) {
            route.push(key);
            let position = self.document.position(value.place().start);
            out.insert(route.clone(), (position.line, position.column));
            // `expect`, `text`, a turn, its file, what it contains: nothing is deeper.
            if route.len() < 6 {
                self.places(value, variables, route, out);
            }
            route.pop();
        }
    }

    /// The case with its variables filled in.
    fn filled(&self, variables: &Variables) -> Value {
        let Value::Mapping(map) = &self.value else { return self.value.clone() };
        let entries = map.iter().map(|(key, value)| {
            let typed: &[&str] = if key.as_str() == Some("expect") { &TYPED } else { &[] };
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

    fn settings(&self, filled: Option<&Value>) -> Result<Settings, Vec<Wrong>> {
        let mut settings = self.base.clone();
        let Some(node) = self.node.get("settings").filter(|node| !node.is_null()) else { return Ok(settings) };
        let mut found = Vec::new();
        let told = |found: &[Finding], whole: Option<Span>| {
            let wrong: Vec<Wrong> =
                errors(found).into_iter().map(|(span, message)| (whole.unwrap_or(span), message)).collect();
            if wrong.is_empty() { Ok(()) } else { Err(wrong) }
        };
        if variables::unknown(node, &Variables::new(), &[]).is_empty() {
            settings::read_node(node, &rule_ids(), &mut settings, &mut found);
            told(&found, None)?;
            return Ok(settings);
        }
        // With variables in it the settings are another text than the written one; places in it are not ours to show.
        let text = serde_yaml::to_string(&filled).map_err(|error| vec![(node.place(), error.to_string())])?;
        let document = Document::read(text);
        if let Some(root) = document.root() {
            settings::read_node(root, &rule_ids(), &mut settings, &mut found);
        }
        told(&found, Some(node.place()))?;
        Ok(settings)
    }

    /// The place of the last key of a route that is there; the case itself without any.
    fn place(&self, route: &[&str]) -> Span {
        let mut node = self.node;
        let mut place = node.place();
        for key in route {
            let item = || key.parse().ok().and_then(|index| node.items().nth(index));
            let Some(below) = node.entry(key).map(|entry| entry.value).or_else(item) else { break };
            node = below;
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
