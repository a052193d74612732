//! `pipewright eval --live`: the scripts of cases, recorded anew with the configured model.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::SystemTime;

use super::args::{Eval, Stale};
use super::stopped;
use super::take::{Take, one, shown};
use crate::cli::args::Global;
use crate::cli::config::Configuration;
use crate::cli::replay::backend;
use crate::cli::{CliError, World, files, scripts};
use crate::engine::written::ScriptErrors;
use crate::engine::{self, Cues, PromptScript, Recording};
use crate::eval::{Case, Filter, Shelf, Suite};
use crate::model::{Interrupt, Meter};
use crate::report::visible;
use crate::session::{self, new_id};
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
    let takes = takes(arguments, filter, configuration, world)?;
    let (mut recorded, of) = (0, takes.len());
    // Whether a model is configured at all is told before anything is asked.
    drop(backend(configuration, interrupt)?);
    let meter = Meter::new(arguments.max_tokens, arguments.per_minute);
    let queue = Mutex::new(takes);
    let (sender, receiver) = mpsc::channel();
    let directory = world.directory.clone();
    let mut failed = false;
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
                Err(reason) => {
                    failed = true;
                    format!("{case}: not recorded to its end: {reason}")
                }
            };
            // The recordings are what counts; a line that can't be written stops none.
            let _ = writeln!(world.err, "{}", visible(&line));
        }
    });
    if failed && interrupt.is_raised() {
        return Err(stopped::live(recorded, of, arguments, global));
    }
    let broken = failed.then(|| CliError::undone(stopped::recorded(recorded, of)).hint(stopped::STAYS));
    Ok(Recorded { count: recorded, broken })
}

/// A case with its prompts.
struct Asked {
    suite: String,
    folder: PathBuf,
    case: Case,
    script: PromptScript,
    cues: Cues,
    /// The recordings that it takes.
    recordings: BTreeSet<PathBuf>,
    /// Those of them whose replies a model gave.
    of_models: BTreeSet<PathBuf>,
}

/// The cases that have a script, in the order of suites and cases: all of them, so that none loses a recording to another.
/// Where stale recordings are recorded anew, one that can't be read could lose its own, so nothing is begun. Else what is
/// wrong with one that is not chosen is told when it is judged. Beside them the names of chosen cases without a script.
fn asked(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    world: &World<'_>,
) -> Result<(Vec<Asked>, Vec<String>), CliError> {
    let anew = arguments.stale == Stale::Record;
    let (mut all, mut silent) = (Vec::new(), Vec::new());
    let mut mistakes = Vec::new();
    for path in &arguments.suites {
        let name = path.display().to_string();
        let undone = |reason: String| CliError::undone(format!("{name}: {reason}"));
        let text = files::read(&world.directory.join(path)).map_err(undone)?;
        let suite = Suite::read(&name, &text, &configuration.settings);
        let (suite, wrong) = suite.map_err(|error| CliError::usage(error.to_string()))?;
        mistakes.extend(wrong);
        let folder = world.directory.join(path).parent().map(Path::to_owned).unwrap_or_default();
        for case in suite.cases {
            let Some(path) = &case.script else {
                if filter.takes(&case.name, &case.tags) {
                    silent.push(format!("`{}`", case.name));
                }
                continue;
            };
            let read = || scripts::read(Path::new(path), &folder, &case.settings, undone);
            let mut script = match read() {
                Err(_) if !anew && !filter.takes(&case.name, &case.tags) => continue,
                script => script?,
            };
            case.fill(&mut script);
            let cues = engine::cues_of_script(&script);
            let shelf = Shelf::Disk(world.directory.clone());
            let full = |paths: BTreeSet<String>| paths.into_iter().map(|path| world.directory.join(path)).collect();
            let (recordings, of_models) = (full(case.paths(&name, &shelf)), full(case.paths_of_models(&name, &shelf)));
            all.push(Asked { suite: name.clone(), folder: folder.clone(), case, script, cues, recordings, of_models });
        }
    }
    if anew && !mistakes.is_empty() {
        let error = CliError::usage(ScriptErrors(mistakes).to_string());
        return Err(error.hint("correct the suite first: a case that can't be read may share a recording"));
    }
    Ok((all, silent))
}

/// The conversations that are to be recorded, in the order of suites and cases.
fn takes(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    world: &mut World<'_>,
) -> Result<VecDeque<Take>, CliError> {
    let (all, silent) = asked(arguments, filter, configuration, world)?;
    let is_chosen = |one: &Asked| filter.takes(&one.case.name, &one.case.tags);
    if silent.is_empty() && !all.iter().any(is_chosen) {
        let error = CliError::usage("no case is chosen, so there is nothing to ask");
        return Err(error.hint("without `--only`, `--tag` and `--exclude` all of them are"));
    }
    if !silent.is_empty() {
        let (has, each) = if silent.len() == 1 { ("has", "it") } else { ("have", "them") };
        let text = format!("{} {has} no `script`, so nothing is recorded for {each}", named(&silent));
        if !all.iter().any(is_chosen) {
            return Err(
                CliError::usage(text).hint("name the prompt script that is to be asked, or judge without `--live`")
            );
        }
        writeln!(world.err, "note: {}", visible(&text))?;
    }
    let mut takes: VecDeque<Take> = VecDeque::new();
    let mut number = 0;
    for one in all.iter().filter(|one| is_chosen(one)) {
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
            let target = target(folder, case, number);
            let called = target.strip_prefix(folder).unwrap_or(&target).to_string_lossy().into_owned();
            if !case
                .recordings
                .iter()
                .filter(|own| !own.authored)
                .any(|own| fast_glob::glob_match(plain(&own.path), &called))
            {
                let error = format!(
                    "{suite}: `{}`: a new recording is called as {called}, and none of its patterns takes that",
                    case.name
                );
                return Err(
                    CliError::usage(error).hint("give the case a folder of recordings, as in `recordings/api/*.jsonl`")
                );
            }
            takes.push_back(Take { case: case.name.clone(), script: script.clone(), target, anew: false });
        }
    }
    Ok(takes)
}

impl Asked {
    /// The recordings of a case that its script is asked otherwise than they answer. What another program made, or somebody
    /// wrote by hand, is not ours to put a recording in the place of.
    fn stale(&self) -> Vec<PathBuf> {
        let is_stale = |path: &&PathBuf| {
            session::open(path).is_ok_and(|session| {
                !session.foreign && !session.header.authored && Recording::new(session).misses(&self.cues)
            })
        };
        self.of_models.iter().filter(is_stale).cloned().collect()
    }

    /// How many of its recordings answer all of its script's prompts. One that is stale, or can't be read, or has a repair
    /// without a reply, or was written by hand, is none of them.
    fn answering(&self) -> usize {
        let answers = |path: &&PathBuf| {
            session::open(path)
                .is_ok_and(|session| !session.header.authored && Recording::new(session).answers_all(&self.cues))
        };
        self.of_models.iter().filter(answers).count()
    }

    /// Whether the case takes a recording and asks something else than the cues.
    fn asks_otherwise(&self, cues: &Cues, target: &Path) -> bool {
        let same = || self.cues.iter().map(|cue| &cue.prompt).eq(cues.iter().map(|cue| &cue.prompt));
        self.recordings.contains(target) && (self.cues.file != cues.file || !same())
    }
}

/// The folder where a case's recordings of models lie.
fn home(folder: &Path, case: &Case) -> PathBuf {
    let pattern = plain(case.recordings.iter().find(|own| !own.authored).map_or("", |own| own.path.as_str()));
    let fixed = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']) && !part.ends_with(".jsonl"));
    let from = if pattern.starts_with('/') { PathBuf::from("/") } else { folder.to_owned() };
    fixed.fold(from, |path, part| path.join(part))
}

/// A pattern without parts that mean nothing: `./a//b` is `a/b`.
fn plain(pattern: &str) -> String {
    let parts = Path::new(pattern).components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().to_string_lossy().into_owned()
}

/// A new file there.
fn target(folder: &Path, case: &Case, number: usize) -> PathBuf {
    let name = new_id(SystemTime::now(), std::process::id());
    home(folder, case).join(format!("{name}-{number}.jsonl"))
}
