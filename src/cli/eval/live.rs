//! `pipewright eval --live`: the scripts of cases, recorded anew with the configured model.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::time::SystemTime;

use super::args::{Eval, Stale};
use super::asked::{Asked, asked};
use super::stopped;
use super::take::{Broken, Take, one, shown};
use crate::cli::args::Global;
use crate::cli::config::Configuration;
use crate::cli::replay::backend;
use crate::cli::{CliError, World};
use crate::eval::Filter;
use crate::model::{Interrupt, Meter};
use crate::report::visible;
use crate::session::new_id;
use crate::text::named;

/// What a live recording came to.
#[derive(Default)]
pub(super) struct Recorded {
    /// How many conversations were recorded.
    pub(super) count: usize,
    /// Why the others were not.
    pub(super) broken: Option<CliError>,
}

/// Plays the scripts of the chosen cases and keeps what is said beside their recordings. A conversation that does not
/// come to its end leaves no recording; those that did stay.
///
/// # Errors
/// Nothing was asked, or the run was interrupted.
pub(super) fn record(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    interrupt: &Interrupt,
    global: &Global,
    world: &mut World<'_>,
) -> Result<Recorded, CliError> {
    if arguments.suites.is_empty() {
        let error = CliError::usage("what is compiled in can't be recorded anew");
        return Err(error.hint("name a suite's file"));
    }
    let (all, silent) = asked(arguments, filter, configuration, world)?;
    let takes = takes(&all, &silent, filter, arguments, world)?;
    let (mut recorded, of) = (0, takes.len());
    // Whether a model is configured at all is told before anything is asked.
    drop(backend(configuration, interrupt)?);
    let meter = Meter::new(arguments.max_tokens, arguments.per_minute);
    let queue = Mutex::new(takes);
    let (sender, receiver) = mpsc::channel();
    let directory = world.directory.clone();
    let mut reasons: Vec<String> = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..arguments.jobs {
            let (sender, queue, meter, interrupt, directory) = (sender.clone(), &queue, &meter, interrupt, &directory);
            scope.spawn(move || {
                // The lock is given back before the conversation begins.
                let next = || queue.lock().ok()?.pop_front();
                while let Some(take) = next() {
                    let ended = one(&take, arguments, configuration, meter, interrupt, directory);
                    let broken = ended.is_err();
                    if sender.send((take.case, take.anew, ended)).is_err() || broken {
                        // What ends one conversation (a cap, a server that is gone) ends the others.
                        if let Ok(mut queue) = queue.lock() {
                            queue.clear();
                        }
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (case, anew, ended) in receiver {
            let line = match ended {
                Ok(path) => {
                    recorded += 1;
                    let path = shown(&path, &directory);
                    let former = if anew { format!("; the former recording is in {path}.old") } else { String::new() };
                    format!("{case}: recorded to {path}{former}")
                }
                Err(Broken { reason, part }) => {
                    let said = part.map(|part| format!(" (what was said is in {})", shown(&part, &directory)));
                    let said = said.unwrap_or_default();
                    // Conversations that are held at once mostly break for one reason, which is told once.
                    if reasons.contains(&reason) {
                        format!("{case}: not recorded to its end for the same reason{said}")
                    } else {
                        let line = format!("{case}: not recorded to its end: {reason}{said}");
                        reasons.push(reason);
                        line
                    }
                }
            };
            // The recordings are what counts; a line that can't be written stops none.
            let _ = writeln!(world.err, "{}", visible(&line));
        }
    });
    if reasons.is_empty() {
        return Ok(Recorded { count: recorded, broken: None });
    }
    if interrupt.is_raised() {
        return Err(stopped::live(recorded, of, arguments, global));
    }
    let broken = Some(stopped::broken(recorded, of, arguments, global));
    Ok(Recorded { count: recorded, broken })
}

/// The conversations that are to be recorded, in the order of suites and cases. `silent` names chosen cases without a script.
fn takes(
    all: &[Asked],
    silent: &[String],
    filter: &Filter,
    arguments: &Eval,
    world: &mut World<'_>,
) -> Result<VecDeque<Take>, CliError> {
    let nobody = !all.iter().any(|one| one.chosen);
    if silent.is_empty() && nobody {
        if *filter == Filter::default() {
            return Err(CliError::usage("there is no case, so there is nothing to ask"));
        }
        let error = CliError::usage("no case is chosen, so there is nothing to ask");
        return Err(error.hint("without `--only`, `--tag` and `--exclude` all of them are"));
    }
    if !silent.is_empty() {
        let (has, each) = if silent.len() == 1 { ("has", "it") } else { ("have", "them") };
        let text = format!("{} {has} no `script`, so nothing is recorded for {each}", named(silent));
        if nobody {
            return Err(
                CliError::usage(text).hint("name the prompt script that is to be asked, or judge without `--live`")
            );
        }
        writeln!(world.err, "note: {}", visible(&text))?;
    }
    let mut takes: VecDeque<Take> = VecDeque::new();
    let mut number = 0;
    for one in all.iter().filter(|one| one.chosen) {
        let Asked { suite, folder, case, script, cues, .. } = one;
        let stale = match arguments.stale {
            Stale::Record => one.stale(),
            Stale::Fail | Stale::LeaveOut => Vec::new(),
        };
        let wanted = match arguments.samples {
            Some(samples) => usize::from(samples).saturating_sub(one.answering()),
            None => usize::from(arguments.stale != Stale::Record),
        };
        let count = wanted.saturating_sub(stale.len());
        for target in stale {
            if let Some(other) = all.iter().find(|other| other.asks_otherwise(cues, &target)) {
                let path = shown(&target, &world.directory);
                let error = format!(
                    "{suite}: `{}` and `{}` have other prompts for {path}, which can be recorded for one of them",
                    case.name, other.case.name
                );
                return Err(CliError::usage(error).hint("give each a recording of its own"));
            }
            // Cases with the same prompts share a recording.
            match takes.iter_mut().find(|take| take.target == target) {
                Some(take) => take.case = format!("{}, {}", take.case, case.name),
                None => takes.push_back(Take { case: case.name.clone(), script: script.clone(), target, anew: true }),
            }
        }
        for _ in 0..count {
            number += 1;
            let name = format!("{}-{number}.jsonl", new_id(SystemTime::now(), std::process::id()));
            let target = case.fresh(&name).map_err(|path| none_takes(one, &path))?;
            let target = folder.join(target);
            takes.push_back(Take { case: case.name.clone(), script: script.clone(), target, anew: false });
        }
    }
    if takes.is_empty() {
        let why = match arguments.samples {
            Some(_) => "no recording is missing",
            None => "no recording that may be replaced is stale",
        };
        writeln!(world.err, "note: nothing is recorded: {why}")?;
    }
    Ok(takes)
}

/// Why a new recording of a case is not begun.
fn none_takes(one: &Asked, path: &Path) -> CliError {
    let (line, column) = one.case.place_of(&["recordings"]);
    let error = CliError::usage(format!(
        "{}:{line}:{column}: `{}`: a new recording is called as {}, and none of its patterns takes that",
        one.suite,
        one.case.name,
        path.display()
    ));
    error.hint("give the case a folder of recordings, as in `recordings/api/*.jsonl`")
}
