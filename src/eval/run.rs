//! Suites run: every recording of every case, on all cores, in an order that does not depend on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rayon::prelude::*;

use super::case::Case;
use super::chosen::Chosen;
use super::filter::Filter;
use super::find::{Scripts, jobs_of};
use super::job::{Job, Timed};
use super::keep::Keep;
use super::report::Report;
use super::score::CaseScore;
use super::shard::Shard;
use super::shelf::{Shelf, beside};
use super::stamp::Stamp;
use super::suite::Suite;
use super::variables::{filled, first};
use crate::engine::{PromptScript, ScriptError};
use crate::settings::Settings;

/// What is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The settings under those of scripts and cases.
    pub settings: Settings,
    /// Which cases.
    pub filter: Filter,
    /// Which part of their recordings; all without one.
    pub shard: Option<Shard>,
    /// Whether stale recordings are left out: told, and nothing that could not be judged.
    pub leave_out_stale: bool,
    /// Whether a pattern that takes no recording is no mistake: before they are made.
    pub unrecorded: bool,
}

/// Recordings that are to be judged.
pub struct Work {
    pub(super) jobs: Vec<Job>,
    problems: Vec<ScriptError>,
    shard: Option<Shard>,
    chosen: Chosen,
    pub(super) stamp: Stamp,
    pub(super) shelf: Shelf,
    files: Vec<String>,
}

/// Is told how many recordings of how many are done, from any thread, and says whether to go on.
pub type Progress<'p> = &'p (dyn Fn(usize, usize) -> bool + Sync);

/// What recordings came to, in order.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Their scores.
    pub scores: Vec<CaseScore>,
    /// How long each was judged, where it is known.
    pub times: Vec<Option<Duration>>,
}

/// A run that was told not to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Recordings that were judged until then.
    pub done: usize,
    /// All that were to be.
    pub of: usize,
}

/// Runs suites, named by their paths on the shelf; those that are compiled in without any.
pub fn run(suites: &[String], shelf: &Shelf, options: &Options) -> Report {
    let work = Work::prepare(suites, shelf, options);
    // Nobody stops it.
    let judged = work.scores(None, None, &|_, _| true).unwrap_or_default();
    work.report(judged, None)
}

impl Work {
    /// Reads suites and prompt scripts, and finds the recordings. These are read one by one when they are judged.
    pub fn prepare(suites: &[String], shelf: &Shelf, options: &Options) -> Self {
        let files = suites.to_vec();
        let (suites, shelf) = match suites {
            [] => (Shelf::Embedded.expand("evals/*.yaml"), &Shelf::Embedded),
            suites => (suites.to_vec(), shelf),
        };
        let mut work = Self {
            jobs: Vec::new(),
            problems: Vec::new(),
            shard: options.shard,
            chosen: Chosen {
                filter: options.filter.clone(),
                leave_out_stale: options.leave_out_stale,
                ..Chosen::default()
            },
            stamp: Stamp::default(),
            shelf: shelf.clone(),
            files,
        };
        let mut named: BTreeMap<String, String> = BTreeMap::new();
        let mut scripts = Scripts::new(shelf);
        let mut seen = BTreeSet::new();
        for file in &suites {
            if !seen.insert(beside("", file)) {
                let message = "is named twice; it was run once".to_owned();
                work.problems.push(ScriptError { name: file.clone(), line: 1, column: 1, message });
                continue;
            }
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
            if let Some(first) = named.get(&suite.name) {
                // Their cases would be poured together, in every number and against every baseline.
                let (line, column) = suite.place;
                let message = format!("`{}` is the name of two suites; the other is {first}", suite.name);
                work.problems.push(ScriptError { name: file.clone(), line, column, message });
                continue;
            }
            named.insert(suite.name.clone(), file.clone());
            let left_out = suite.cases.iter().filter(|case| !options.filter.takes(&case.name, &case.tags));
            work.chosen.left_out.extend(left_out.map(|case| (suite.name.clone(), case.name.clone())));
            for case in suite.chosen(&options.filter) {
                match jobs_of(&suite, case, shelf, &mut scripts, options.unrecorded) {
                    Ok(own) => work.jobs.extend(own),
                    // What is wrong with a script or a path is mostly wrong with every cell of a matrix, and is told once.
                    Err(errors) => {
                        for error in errors {
                            if !work.problems.contains(&error) {
                                work.problems.push(error);
                            }
                        }
                    }
                }
            }
        }
        work.stamp = Stamp::of(&work.jobs);
        if let Some(shard) = options.shard {
            let mut index = 0;
            let elsewhere = &mut work.chosen.elsewhere;
            work.jobs.retain(|job| {
                index += 1;
                let own = shard.takes(index - 1);
                if !own {
                    elsewhere.insert(job.name());
                }
                own
            });
        }
        work
    }

    /// What is wrong with the suites, so far.
    pub fn problems(&self) -> &[ScriptError] {
        &self.problems
    }

    /// The scores of all recordings, in order. `instead` is laid over the settings of each; `keep` knows scores of an
    /// earlier run and is told new ones.
    ///
    /// # Errors
    /// `progress` said not to go on before all were judged; what was begun was judged to its end.
    pub fn scores(
        &self,
        instead: Option<&super::Instead>,
        keep: Option<&Keep>,
        progress: Progress<'_>,
    ) -> Result<Judged, Stopped> {
        let done = AtomicUsize::new(0);
        let of = self.jobs.len();
        let stopped = AtomicBool::new(!progress(0, of));
        let one = |job: &Job| {
            if stopped.load(Ordering::Relaxed) {
                return None;
            }
            let timed = job.run(&self.shelf, instead, keep);
            if !progress(done.fetch_add(1, Ordering::Relaxed) + 1, of) {
                stopped.store(true, Ordering::Relaxed);
            }
            Some(timed)
        };
        let all: Option<Vec<Timed>> = self.jobs.par_iter().map(one).collect();
        let all = all.ok_or_else(|| Stopped { done: done.into_inner(), of })?;
        let (scores, times) = all.into_iter().unzip();
        Ok(Judged { scores, times })
    }

    /// The report of what was judged; `instead` is what the recordings were also judged under.
    pub fn report(self, judged: Judged, instead: Option<&super::Instead>) -> Report {
        let Self { problems, shard, chosen, stamp, files, .. } = self;
        let Judged { scores, times } = judged;
        Report { scores, problems, shard, chosen, stamp: Some(stamp.with(instead)), times, files: Some(files) }
    }
}

/// The text of a file of ours.
pub(super) fn text(file: &str, shelf: &Shelf) -> Result<String, ScriptError> {
    let wrong = |message: String| ScriptError { name: file.to_owned(), line: 1, column: 1, message };
    let bytes = shelf.read_named(file).map_err(wrong)?;
    String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8".to_owned()))
}

impl Case {
    /// Fills the case's variables into the prompts of its script; what only looks like a variable stays.
    pub fn fill(&self, script: &mut PromptScript) {
        for turn in &mut script.turns {
            turn.prompt = filled(&turn.prompt, &self.variables);
        }
    }
}

/// The turn and the name of the first variable in a script's prompts. Only a case of a suite has its value.
pub fn unfilled(script: &PromptScript) -> Option<(&str, &str)> {
    script.turns.iter().find_map(|turn| Some((turn.id.as_str(), first(&turn.prompt)?)))
}

/// Makes `$${name}` the text `${name}` in a script that no case fills in.
pub fn unescape(script: &mut PromptScript) {
    for turn in &mut script.turns {
        turn.prompt = filled(&turn.prompt, &BTreeMap::new());
    }
}
