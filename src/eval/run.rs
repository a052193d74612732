//! Suites run: every recording of every case, on all cores, in an order that does not depend on them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::filter::Filter;
use super::job::Job;
use super::keep::Keep;
use super::score::CaseScore;
use super::shard::Shard;
use super::shelf::{Shelf, beside};
use super::suite::{Case, Suite};
use super::summary::Summary;
use super::variables::filled;
use crate::engine::{PromptScript, ScriptError};
use crate::settings::Settings;
use crate::transcript::Told;

/// What is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The settings under those of scripts and cases.
    pub settings: Settings,
    /// Which cases.
    pub filter: Filter,
    /// Which part of their recordings; all without one.
    pub shard: Option<Shard>,
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// One score a recording, in the order of suites, cases and paths.
    pub scores: Vec<CaseScore>,
    /// What is wrong with suites and prompt scripts, at its place; cases that it concerns were not run.
    pub problems: Vec<ScriptError>,
    /// The part of the recordings that was run, where it is a part.
    pub shard: Option<Shard>,
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
            () if summary.undecided > 0 => 3,
            // A part may be empty where there are more parts than recordings.
            () if summary.recordings == 0 && self.shard.is_none() => 3,
            () => 0,
        }
    }
}

/// Recordings that are to be judged.
pub struct Work {
    jobs: Vec<Job>,
    problems: Vec<ScriptError>,
    shard: Option<Shard>,
    shelf: Shelf,
}

/// Is told how many recordings of how many are done; from any thread.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) + Sync);

/// Runs suites, named by their paths on the shelf; those that are compiled in without any.
pub fn run(suites: &[String], shelf: &Shelf, options: &Options) -> Report {
    let work = Work::prepare(suites, shelf, options);
    let scores = work.scores(None, None, &|_, _| {});
    work.report(scores)
}

impl Work {
    /// Reads suites and prompt scripts, and finds the recordings. These are read one by one when they are judged.
    pub fn prepare(suites: &[String], shelf: &Shelf, options: &Options) -> Self {
        let (suites, shelf) = match suites {
            [] => (Shelf::Embedded.expand("evals/*.yaml"), &Shelf::Embedded),
            suites => (suites.to_vec(), shelf),
        };
        let mut work = Self { jobs: Vec::new(), problems: Vec::new(), shard: options.shard, shelf: shelf.clone() };
        let mut scripts = Scripts { shelf, read: BTreeMap::new() };
        for file in &suites {
            let suite = match text(file, shelf).and_then(|text| Suite::read(file, &text, &options.settings)) {
                Ok((suite, wrong)) => {
                    work.problems.extend(wrong);
                    suite
                }
                Err(error) => {
                    work.problems.push(error);
                    continue;
                }
            };
            for case in suite.chosen(&options.filter) {
                match jobs_of(&suite, case, shelf, &mut scripts) {
                    Ok(own) => work.jobs.extend(own),
                    Err(errors) => work.problems.extend(errors),
                }
            }
        }
        if let Some(shard) = options.shard {
            let mut index = 0;
            work.jobs.retain(|_| {
                index += 1;
                shard.takes(index - 1)
            });
        }
        work
    }

    /// The scores of all recordings, in order. `instead` is laid over the settings of each; `keep` knows scores of an
    /// earlier run and is told new ones.
    pub fn scores(
        &self,
        instead: Option<&super::Instead>,
        keep: Option<&Keep>,
        progress: Progress<'_>,
    ) -> Vec<CaseScore> {
        let done = AtomicUsize::new(0);
        let of = self.jobs.len();
        progress(0, of);
        let one = |job: &Job| {
            let score = job.run(&self.shelf, instead, keep);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, of);
            score
        };
        self.jobs.par_iter().map(one).collect()
    }

    /// The conversations of the first recordings, at most so many, for a page: each is played again.
    pub fn told(&self, most: usize) -> Vec<Option<Told>> {
        self.jobs.par_iter().take(most).map(|job| job.told(&self.shelf)).collect()
    }

    /// The report of scores.
    pub fn report(self, scores: Vec<CaseScore>) -> Report {
        Report { scores, problems: self.problems, shard: self.shard }
    }
}

/// The text of a file of ours.
pub(super) fn text(file: &str, shelf: &Shelf) -> Result<String, ScriptError> {
    let wrong = |message: String| ScriptError { name: file.to_owned(), line: 1, column: 1, message };
    let bytes = shelf.read(file).map_err(wrong)?;
    String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8".to_owned()))
}

/// Prompt scripts, each file read once.
struct Scripts<'s> {
    shelf: &'s Shelf,
    read: BTreeMap<String, Result<String, ScriptError>>,
}

impl Scripts<'_> {
    fn script(&mut self, path: &str, case: &Case) -> Result<PromptScript, ScriptError> {
        let text = self.read.entry(path.to_owned()).or_insert_with(|| text(path, self.shelf));
        let beside = |file: &str| self.shelf.read_beside(path, file);
        let text = text.as_ref().map_err(Clone::clone)?;
        let mut script = PromptScript::read_with(path, text, &case.settings, &beside)?;
        case.fill(&mut script);
        Ok(script)
    }
}

impl Case {
    /// Fills the case's variables into the prompts of its script; what only looks like a variable stays.
    pub fn fill(&self, script: &mut PromptScript) {
        for turn in script.turns.iter_mut().filter(|_| !self.variables.is_empty()) {
            turn.prompt = filled(&turn.prompt, &self.variables);
        }
    }
}

fn jobs_of(suite: &Suite, case: &Case, shelf: &Shelf, scripts: &mut Scripts<'_>) -> Result<Vec<Job>, Vec<ScriptError>> {
    let script = case.script.as_ref().map(|path| scripts.script(&beside(&suite.file, path), case));
    let script = script.transpose().map_err(|error| vec![error])?.map(Arc::new);
    let mut jobs = Vec::new();
    let mut wrong = Vec::new();
    let (name, case) = (Arc::<str>::from(suite.name.as_str()), Arc::new(case.clone()));
    for pattern in &case.recordings {
        let found = shelf.expand(&beside(&suite.file, pattern));
        if found.is_empty() {
            let (line, column) = case.place;
            let message = format!("`{}`: no recording is called `{pattern}`", case.name);
            wrong.push(ScriptError { name: suite.file.clone(), line, column, message });
        }
        for recording in found {
            jobs.push(Job { suite: name.clone(), case: case.clone(), script: script.clone(), recording });
        }
    }
    if wrong.is_empty() { Ok(jobs) } else { Err(wrong) }
}
