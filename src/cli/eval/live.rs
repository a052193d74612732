//! `pipewright eval --live`: the scripts of cases, recorded anew with the configured model.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::time::SystemTime;

use super::args::{Eval, Stale};
use super::stopped;
use crate::cli::args::Global;
use crate::cli::chat::{redact, repairs, told};
use crate::cli::config::{Configuration, checker_of};
use crate::cli::record::keep;
use crate::cli::replay::{backend, header};
use crate::cli::{CliError, World, files};
use crate::engine::written::ScriptErrors;
use crate::engine::{self, Cues, PromptScript, Recording};
use crate::eval::{Case, Filter, Shelf, Suite};
use crate::model::{Backend, Interrupt, Live, Meter, Metered};
use crate::replay::{self, Options};
use crate::report::{Look, visible};
use crate::session::{self, Writer, new_id};

/// One conversation that is to be recorded.
struct Take {
    case: String,
    script: PromptScript,
    target: PathBuf,
    /// Whether a stale recording is there, which is kept beside it.
    anew: bool,
}

/// Plays the scripts of the chosen cases and keeps what is said beside their recordings. A conversation that does not
/// come to its end leaves no recording; those that did stay.
pub(super) fn record(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    interrupt: &Interrupt,
    global: &Global,
    world: &mut World<'_>,
) -> Result<(), CliError> {
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
    let mut failed = None;
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
                    let line = format!("{case}: not recorded to its end: {reason}");
                    failed.get_or_insert(line.clone());
                    line
                }
            };
            // The recordings are what counts; a line that can't be written stops none.
            let _ = writeln!(world.err, "{}", visible(&line));
        }
    });
    match failed {
        Some(reason) => {
            if interrupt.is_raised() {
                return Err(stopped::live(recorded, of, arguments, global));
            }
            Err(CliError::undone(reason).hint(stopped::STAYS))
        }
        None => Ok(()),
    }
}

/// A case with its prompts.
struct Asked {
    suite: String,
    folder: PathBuf,
    case: Case,
    script: PromptScript,
    cues: Cues,
    /// Its recordings, where stale ones are to be recorded anew.
    recordings: BTreeSet<PathBuf>,
}

/// The cases that have a script, in the order of suites and cases: all of them, so that none loses a recording to another.
/// Where stale recordings are recorded anew, one that can't be read could lose its own, so nothing is begun. Else what is
/// wrong with one that is not chosen is told when it is judged.
fn asked(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    world: &World<'_>,
) -> Result<Vec<Asked>, CliError> {
    let anew = arguments.stale == Stale::Record;
    let mut all = Vec::new();
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
            let Some(path) = &case.script else { continue };
            let read = || {
                let text = files::read(&folder.join(path)).map_err(|reason| undone(format!("{path}: {reason}")))?;
                let full = folder.join(path);
                let beside = |file: &str| engine::read_beside(&full, file);
                PromptScript::read_with(path, &text, &case.settings, &beside).map_err(CliError::from)
            };
            let mut script = match read() {
                Err(_) if !anew && !filter.takes(&case.name, &case.tags) => continue,
                script => script?,
            };
            case.fill(&mut script);
            let cues = engine::cues_of_script(&script);
            let recordings = match anew {
                true => case.paths(&name, &Shelf::Disk(world.directory.clone())),
                false => BTreeSet::new(),
            };
            let recordings = recordings.into_iter().map(|path| world.directory.join(path)).collect();
            all.push(Asked { suite: name.clone(), folder: folder.clone(), case, script, cues, recordings });
        }
    }
    if anew && !mistakes.is_empty() {
        let error = CliError::usage(ScriptErrors(mistakes).to_string());
        return Err(error.hint("correct the suite first: a case that can't be read may share a recording"));
    }
    Ok(all)
}

/// The conversations that are to be recorded, in the order of suites and cases.
fn takes(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    world: &World<'_>,
) -> Result<VecDeque<Take>, CliError> {
    let all = asked(arguments, filter, configuration, world)?;
    let mut takes: VecDeque<Take> = VecDeque::new();
    let mut number = 0;
    for one in all.iter().filter(|one| filter.takes(&one.case.name, &one.case.tags)) {
        let Asked { suite, folder, case, script, cues, .. } = one;
        let stale = match arguments.stale {
            Stale::Record => one.stale(),
            Stale::Fail | Stale::LeaveOut => Vec::new(),
        };
        let wanted = match arguments.samples {
            Some(samples) => usize::from(samples).saturating_sub(answering(folder, case, cues)),
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
            if !case.recordings.iter().any(|own| fast_glob::glob_match(plain(&own.path), &called)) {
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
    /// The recordings of a case that its script is asked otherwise than they answer. What another program made is not ours
    /// to put a recording in the place of.
    fn stale(&self) -> Vec<PathBuf> {
        let is_stale = |path: &&PathBuf| {
            session::open(path).is_ok_and(|session| !session.foreign && Recording::new(session).misses(&self.cues))
        };
        self.recordings.iter().filter(is_stale).cloned().collect()
    }

    /// Whether the case takes a recording and asks something else than the cues.
    fn asks_otherwise(&self, cues: &Cues, target: &Path) -> bool {
        let same = || self.cues.iter().map(|cue| &cue.prompt).eq(cues.iter().map(|cue| &cue.prompt));
        self.recordings.contains(target) && (self.cues.file != cues.file || !same())
    }
}

/// Holds one conversation. Its file gets its name when it is whole.
fn one(
    take: &Take,
    arguments: &Eval,
    configuration: &Configuration,
    meter: &Meter,
    interrupt: &Interrupt,
    directory: &Path,
) -> Result<PathBuf, String> {
    let live = Live::new(configuration.live(interrupt.clone())).map_err(|error| told(error).to_string())?;
    let mut live = Metered::new(live, meter, interrupt.clone());
    let engine = engine::Options { repairs: repairs(arguments.repairs), whole: true, ..engine::Options::default() };
    let header = header(configuration, &engine, Some(&take.script), Some(live.name()));
    let part = take.target.with_extension("part");
    let mut writer = Writer::create(&part, &header, redact(configuration));
    let options = Options {
        script: Some(&take.script),
        recording: None,
        asking: replay::Asking::Never,
        shelf: &[],
        engine,
        checker: checker_of(&take.script.settings).map_err(|error| error.to_string())?,
        output: None,
        directory: directory.to_owned(),
        overwrite: false,
        look: Look::default(),
    };
    let outcome = replay::run(options, Some(&mut live), Some(&mut writer), &mut std::io::sink(), &mut std::io::sink());
    drop(writer);
    let ended = match outcome {
        Ok(outcome) => outcome.ended.map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(reason) = ended {
        let part = shown(&part, directory);
        return Err(format!("{reason} (what was said is in {part})"));
    }
    if take.anew {
        keep(&take.target).map_err(|error| format!("{}: {error}", shown(&take.target, directory)))?;
    }
    std::fs::rename(&part, &take.target).map_err(|error| format!("{}: {error}", shown(&part, directory)))?;
    Ok(take.target.clone())
}

fn shown(path: &Path, directory: &Path) -> String {
    path.strip_prefix(directory).unwrap_or(path).display().to_string()
}

/// The folder where a case's recordings lie.
fn home(folder: &Path, case: &Case) -> PathBuf {
    let pattern = plain(case.recordings.first().map_or("", |own| own.path.as_str()));
    let fixed = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']) && !part.ends_with(".jsonl"));
    let from = if pattern.starts_with('/') { PathBuf::from("/") } else { folder.to_owned() };
    fixed.fold(from, |path, part| path.join(part))
}

/// How many recordings of a script's prompts a case has where its new ones would go. One that is stale, or can't be read, or
/// has a repair without a reply, is none of them.
fn answering(folder: &Path, case: &Case, cues: &Cues) -> usize {
    let paths = home(folder, case).read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let recordings = paths.filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    let answers = |path: &PathBuf| session::open(path).is_ok_and(|session| Recording::new(session).answers_all(cues));
    recordings.filter(answers).count()
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
