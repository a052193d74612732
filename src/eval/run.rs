//! Suites run: every recording of every case, on all cores, in an order that does not depend on them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::score::{CaseScore, Summary};
use super::shelf::{Shelf, beside};
use super::suite::{Case, Suite};
use crate::check::Checker;
use crate::engine::{
    self, Answers, PromptScript, Recording, ScriptError, Silent, cues_of_recording, cues_of_script, play,
};
use crate::session::read;
use crate::settings::Settings;

/// What is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The settings under those of scripts and cases.
    pub settings: Settings,
    /// Only cases whose name or tag holds one of these words; all without any.
    pub only: Vec<String>,
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One score a recording, in the order of suites, cases and paths.
    pub scores: Vec<CaseScore>,
    /// What is wrong with suites and prompt scripts, at its place; cases that it concerns were not run.
    pub problems: Vec<ScriptError>,
}

impl Report {
    /// The numbers of all scores.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.scores)
    }

    /// The exit code of the contract: 1 a demand was not met, 2 a suite is wrong, 3 something could not be judged.
    pub fn exit_code(&self) -> u8 {
        let summary = self.summary();
        match () {
            () if summary.failed > 0 => 1,
            () if !self.problems.is_empty() => 2,
            () if summary.undecided > 0 || summary.recordings == 0 => 3,
            () => 0,
        }
    }
}

/// Runs suites, named by their paths on the shelf; those that are compiled in without any.
pub fn run(suites: &[String], shelf: &Shelf, options: &Options) -> Report {
    let embedded = Shelf::Embedded;
    let (suites, shelf) = match suites {
        [] => (embedded.expand("evals/*.yaml"), &embedded),
        suites => (suites.to_vec(), shelf),
    };
    let mut report = Report::default();
    let mut jobs = Vec::new();
    let mut scripts = Scripts { shelf, read: BTreeMap::new() };
    for file in &suites {
        let suite = match open(file, shelf, &options.settings) {
            Ok((suite, wrong)) => {
                report.problems.extend(wrong);
                suite
            }
            Err(error) => {
                report.problems.push(error);
                continue;
            }
        };
        for case in suite.cases.iter().filter(|case| chosen(case, &options.only)) {
            match jobs_of(&suite, case, shelf, &mut scripts) {
                Ok(own) => jobs.extend(own),
                Err(errors) => report.problems.extend(errors),
            }
        }
    }
    report.scores = jobs.par_iter().map(|job| job.run(shelf)).collect();
    report
}

fn open(file: &str, shelf: &Shelf, base: &Settings) -> Result<(Suite, Vec<ScriptError>), ScriptError> {
    Suite::read(file, &text(file, shelf)?, base)
}

fn text(file: &str, shelf: &Shelf) -> Result<String, ScriptError> {
    let wrong = |message: String| ScriptError { name: file.to_owned(), line: 1, column: 1, message };
    let bytes = shelf.read(file).map_err(wrong)?;
    String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8".to_owned()))
}

fn chosen(case: &Case, only: &[String]) -> bool {
    only.is_empty() || only.iter().any(|word| case.name.contains(word.as_str()) || case.tags.contains(word))
}

/// One recording to be judged.
struct Job {
    suite: String,
    case: Case,
    script: Option<PromptScript>,
    recording: String,
}

/// Prompt scripts, each file read once.
struct Scripts<'s> {
    shelf: &'s Shelf,
    read: BTreeMap<String, Result<String, ScriptError>>,
}

impl Scripts<'_> {
    fn script(&mut self, path: &str, base: &Settings) -> Result<PromptScript, ScriptError> {
        let text = self.read.entry(path.to_owned()).or_insert_with(|| text(path, self.shelf));
        PromptScript::read(path, text.as_ref().map_err(Clone::clone)?, base)
    }
}

fn jobs_of(suite: &Suite, case: &Case, shelf: &Shelf, scripts: &mut Scripts<'_>) -> Result<Vec<Job>, Vec<ScriptError>> {
    let script = case.script.as_ref().map(|path| scripts.script(&beside(&suite.file, path), &case.settings));
    let script = script.transpose().map_err(|error| vec![error])?;
    let mut jobs = Vec::new();
    let mut wrong = Vec::new();
    for pattern in &case.recordings {
        let found = shelf.expand(&beside(&suite.file, pattern));
        if found.is_empty() {
            let mut place = case.place.rsplitn(3, ':');
            let mut number = || place.next().and_then(|number| number.parse().ok()).unwrap_or(1);
            let (column, line) = (number(), number());
            let message = format!("`{}`: no recording is called `{pattern}`", case.name);
            wrong.push(ScriptError { name: suite.file.clone(), line, column, message });
        }
        for recording in found {
            jobs.push(Job { suite: suite.name.clone(), case: case.clone(), script: script.clone(), recording });
        }
    }
    if wrong.is_empty() { Ok(jobs) } else { Err(wrong) }
}

impl Job {
    fn run(&self, shelf: &Shelf) -> CaseScore {
        let mut score =
            self.play(shelf).unwrap_or_else(|reason| CaseScore { undecided: Some(reason), ..CaseScore::default() });
        score.suite.clone_from(&self.suite);
        score.case.clone_from(&self.case.name);
        score.recording.clone_from(&self.recording);
        score
    }

    fn play(&self, shelf: &Shelf) -> Result<CaseScore, String> {
        let bytes = shelf.read(&self.recording).map_err(|reason| format!("{}: {reason}", self.recording))?;
        let session = read(&self.recording, &bytes).map_err(|error| error.to_string())?;
        let recording = Recording::new(session);
        let (cues, settings) = match &self.script {
            Some(script) => (cues_of_script(script), &script.settings),
            None => (cues_of_recording(&recording), &self.case.settings),
        };
        let checker = Checker::new(settings.clone());
        let options = engine::Options::default();
        let play = play(&cues, Answers::Recorded(&recording), checker, options, &mut Silent);
        let mut score = CaseScore::of(&play);
        // What was not played to its end is undecided; to call its demands failed would be a guess.
        if score.undecided.is_none() {
            let failures = self.case.expect.failures(&play.conversation, &score);
            score.failures.extend(failures);
        }
        Ok(score)
    }
}
