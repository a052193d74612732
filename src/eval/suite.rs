//! Suites: files of cases, read case by case, so that a mistake in one leaves the others.

use serde::Deserialize;

use super::expect::CaseExpectation;
use crate::engine::ScriptError;
use crate::engine::script::{at, guarded, rule_ids, typed};
use crate::finding::Severity;
use crate::settings::{self, Settings};
use crate::yaml::Span;

/// A suite.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
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
    /// What is demanded.
    pub expect: CaseExpectation,
    /// Where the case stands in its file: `file:line:column`.
    pub place: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSuite {
    name: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for people who read the file")]
    description: String,
    cases: Vec<serde_yaml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCase {
    name: String,
    script: Option<String>,
    recordings: Vec<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "named so that it is known; read with its places by the settings room")]
    settings: Option<serde_yaml::Value>,
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
        let nodes = document.root().and_then(|root| root.get("cases"));
        let mut suite = Self { name: written.name, file: file.to_owned(), cases: Vec::new() };
        let mut wrong = Vec::new();
        for (index, value) in written.cases.into_iter().enumerate() {
            let node = nodes.and_then(|nodes| nodes.items().nth(index));
            let place = |key: &str| {
                node.and_then(|node| node.get(key).or(Some(node))).map_or(Span::default(), |node| node.place())
            };
            let mut tell = |key: &str, message: String| wrong.push(at(file, &document, place(key), message));
            let case: WrittenCase = match serde_yaml::from_value(value) {
                Ok(case) => case,
                Err(error) => {
                    tell("", format!("case {}: {error}", index + 1));
                    continue;
                }
            };
            if suite.cases.iter().any(|earlier| earlier.name == case.name) {
                tell("name", format!("`{}` is the name of two cases", case.name));
                continue;
            }
            if let Some(message) = case.expect.wrong() {
                tell("expect", message);
                continue;
            }
            if case.recordings.is_empty() {
                tell("recordings", format!("`{}` has no recording", case.name));
                continue;
            }
            let mut settings = base.clone();
            let mut found = Vec::new();
            if let Some(node) = node.and_then(|node| node.get("settings")).filter(|node| !node.is_null()) {
                settings::read_node(node, &rule_ids(), &mut settings, &mut found);
            }
            if let Some(error) = found.iter().find(|finding| finding.severity == Severity::Error) {
                wrong.push(at(file, &document, error.span, error.message.clone()));
                continue;
            }
            let position = document.position(place("").start);
            suite.cases.push(Case {
                name: case.name,
                script: case.script,
                recordings: case.recordings,
                settings,
                tags: case.tags,
                expect: case.expect,
                place: format!("{file}:{}:{}", position.line, position.column),
            });
        }
        Ok((suite, wrong))
    }
}
