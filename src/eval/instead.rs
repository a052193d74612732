//! Counterfactual runs: the same recordings under other settings, turn by turn against as they are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::files::FileScore;
use super::score::{CaseScore, TurnScore};
use crate::engine::script::rule_ids;
use crate::engine::written::{at, errors, guarded};
use crate::engine::{PromptScript, ScriptError};
use crate::finding::{Finding, Severity, Verdict};
use crate::session::sha256;
use crate::settings::{self, Settings};
use crate::text::counted;
use crate::yaml::Document;

/// Settings that are laid over those of each case, and prompts instead of its own.
#[derive(Debug)]
pub struct Instead {
    /// Laid one over the other, in order.
    documents: Vec<Document>,
    /// Prompts instead of those of each case.
    script: Option<PromptScript>,
}

/// A recording as it was recorded, as it is judged today, and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Divergence {
    /// Suite, case and recording.
    pub name: String,
    /// The verdicts that were recorded, turn by turn.
    pub recorded: Vec<Option<Verdict>>,
    /// Those of today.
    pub now: Vec<Option<Verdict>>,
    /// Those under the other settings.
    pub instead: Vec<Option<Verdict>>,
    /// The first turn at which today and the other settings differ: in the verdict, the rules or the severities of any of its
    /// files, or in repairs. 0 is before the first prompt.
    pub turn: Option<usize>,
    /// What differs there, in words.
    pub text: String,
}

impl Instead {
    /// Settings as a settings file has them; `name` is how messages call it.
    ///
    /// # Errors
    /// The first thing that is wrong with them, at its place.
    pub fn read(name: &str, text: &str) -> Result<Self, ScriptError> {
        let document = guarded(name, text)?;
        let mut found: Vec<Finding> = Vec::new();
        if let Some(root) = document.root() {
            settings::read_node(root, &rule_ids(), &mut Settings::default(), &mut found);
        }
        match errors(&found).into_iter().next() {
            Some((span, message)) => Err(at(name, &document, span, message)),
            None => Ok(Self { documents: vec![document], script: None }),
        }
    }

    /// The prompts of another script.
    pub fn prompts(script: PromptScript) -> Self {
        Self { documents: Vec::new(), script: Some(script) }
    }

    /// This, and more over it.
    pub fn and(mut self, mut more: Self) -> Self {
        self.documents.append(&mut more.documents);
        self.script = more.script.or(self.script);
        self
    }

    /// What it is, in words that go on after "recordings".
    pub fn words(&self) -> &'static str {
        match (self.documents.is_empty(), &self.script) {
            (true, _) => "with the other prompts",
            (false, None) => "under the other settings",
            (false, Some(_)) => "under the other settings and with the other prompts",
        }
    }

    /// A hash of all of it.
    pub(super) fn hash(&self) -> String {
        let texts: Vec<&str> = self.documents.iter().map(Document::text).collect();
        sha256(format!("{texts:?}\0{:?}", self.script).as_bytes())
    }

    /// The prompts instead of those of a case.
    pub(super) fn script(&self) -> Option<&PromptScript> {
        self.script.as_ref()
    }

    /// These settings over others.
    pub(super) fn over(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        for root in self.documents.iter().filter_map(Document::root).filter(|root| !root.is_null()) {
            settings::read_node(root, &rule_ids(), &mut settings, &mut Vec::new());
        }
        settings
    }
}

/// Compares scores of the same recordings, recording by recording.
pub fn diverge(now: &[CaseScore], instead: &[CaseScore]) -> Vec<Divergence> {
    now.iter().zip(instead).map(|(now, instead)| one(now, instead)).collect()
}

fn one(now: &CaseScore, instead: &CaseScore) -> Divergence {
    let verdicts = |score: &CaseScore| score.by_turn.iter().map(|turn| turn.verdict).collect();
    let differs = |now: &TurnScore, instead: &TurnScore| Some((now.turn, told(now, instead)?));
    let mut turns = now.by_turn.iter().zip(&instead.by_turn);
    let before = of_files(0, &now.beginning, &instead.beginning).map(|text| (0, text));
    let first = before.or_else(|| turns.find_map(|(now, instead)| differs(now, instead)));
    let (turn, text) = match (first, &instead.undecided) {
        (Some((turn, text)), _) => (Some(turn), text),
        // The recording answers other prompts from here on.
        (None, Some(reason)) if now.undecided.is_none() => (Some(instead.by_turn.len() + 1), reason.clone()),
        _ => (None, String::new()),
    };
    Divergence {
        name: now.name(),
        recorded: now.by_turn.iter().map(|turn| turn.recorded).collect(),
        now: verdicts(now),
        instead: verdicts(instead),
        turn,
        text,
    }
}

/// A file as it is compared.
struct Side<'s> {
    verdict: Option<Verdict>,
    violated: &'s [String],
    warned: &'s [String],
}

impl Side<'_> {
    fn severity(&self, rule: &String) -> Option<Severity> {
        match () {
            () if self.violated.contains(rule) => Some(Severity::Error),
            () if self.warned.contains(rule) => Some(Severity::Warning),
            () => None,
        }
    }
}

impl<'s> From<&'s TurnScore> for Side<'s> {
    fn from(turn: &'s TurnScore) -> Self {
        Self { verdict: turn.verdict, violated: &turn.violated, warned: &turn.warned }
    }
}

impl<'s> From<&'s FileScore> for Side<'s> {
    fn from(file: &'s FileScore) -> Self {
        Self { verdict: Some(file.verdict), violated: &file.violated, warned: &file.warned }
    }
}

/// What differs in a turn, in words: in its best file, else in the first file that differs, and in its repairs. `None` where
/// nothing does.
fn told(now: &TurnScore, instead: &TurnScore) -> Option<String> {
    let best = of_file(&now.into(), &instead.into());
    let mut words = if best.is_empty() { Vec::from_iter(of_files(now.turn, &now.files, &instead.files)) } else { best };
    if now.repairs != instead.repairs {
        words.push(format!("{} now, {} instead", counted(now.repairs, "repair"), instead.repairs));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

/// What differs in the first of several files that does.
fn of_files(turn: usize, now: &[FileScore], instead: &[FileScore]) -> Option<String> {
    now.iter().zip(instead).find_map(|(now, instead)| {
        let words = of_file(&now.into(), &instead.into());
        (!words.is_empty()).then(|| format!("in {}: {}", now.place(turn), words.join("; ")))
    })
}

fn of_file(now: &Side<'_>, instead: &Side<'_>) -> Vec<String> {
    let word = |side: &Side<'_>| side.verdict.map_or("no file", Verdict::word);
    let mut words = Vec::new();
    if now.verdict != instead.verdict {
        words.push(format!("{} now, {} instead", word(now), word(instead)));
    }
    let (mut also, mut gone, mut otherwise) = (Vec::new(), Vec::new(), Vec::new());
    let all = [now.violated, now.warned, instead.violated, instead.warned];
    for rule in all.into_iter().flatten().collect::<BTreeSet<_>>() {
        match (now.severity(rule), instead.severity(rule)) {
            (None, Some(is)) => also.push((is, rule.as_str())),
            (Some(was), None) => gone.push((was, rule.as_str())),
            (Some(was), Some(is)) if was != is => {
                otherwise.push(format!("{rule}: {} now, {} instead", was.word(), is.word()));
            }
            _ => {}
        }
    }
    // A rule that is no error any more may still have a note, so its severity is named.
    for (what, told) in [("also", also), ("no longer", gone)] {
        for (severity, noun) in [(Severity::Error, "an error"), (Severity::Warning, "a warning")] {
            let rules: Vec<&str> = told.iter().filter(|(own, _)| *own == severity).map(|(_, rule)| *rule).collect();
            if !rules.is_empty() {
                words.push(format!("{what} {noun}: {}", rules.join(", ")));
            }
        }
    }
    words.append(&mut otherwise);
    words
}
