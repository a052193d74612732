//! `pipewright replay`: a prompt script, played against a recording or a live model.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::args::{Global, Replay};
use super::chat::{redact, repairs, told};
use super::config::{Configuration, Overrides, checker_of};
use super::record::Record;
use super::{CliError, Exit, World, scripts};
use crate::engine::{self, PromptScript, Recording, hash_of_prompts};
use crate::eval;
use crate::model::{Backend, Interrupt, Live};
use crate::replay::{self, Asking, Options, ReplayError};
use crate::report::visible;
use crate::session::{self, Header, Writer, new_id, timestamp};
use crate::settings::DEFAULT_FILE;

/// Plays a prompt script to its end.
pub(super) fn run(arguments: &Replay, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let over = Overrides { main_branch: arguments.policy.main_branch.clone(), ..Overrides::model(&arguments.model) };
    let configuration = Configuration::load(global, over, world)?;
    let record = Record::of(arguments, &world.directory)?;
    let named = record.as_ref().map_or(Ok(None), Record::recording)?;
    let asking = match &record {
        Some(record) if arguments.live => record.asking(),
        _ if arguments.live => Asking::Always,
        _ => Asking::Never,
    };
    let material = material(arguments, named, asking, &configuration, world)?;
    let Material { mut script, shelf } = material;
    if let Some((turn, name)) = script.as_ref().filter(|_| arguments.live).and_then(eval::unfilled) {
        let error = CliError::usage(format!(
            "the prompt of `{turn}` has the variable `{name}`, and a replay has no value for it"
        ));
        return Err(error.hint("`pipewright eval SUITE --live` records the cases that fill it in"));
    }
    script.iter_mut().for_each(eval::unescape);
    let cues = script.as_ref().map(engine::cues_of_script);
    let recording = match &cues {
        Some(cues) => engine::best(&shelf, cues),
        None => shelf.first(),
    };
    let interrupt = Interrupt::new();
    let mut live = match asking {
        Asking::Never => None,
        Asking::Always => Some(backend(&configuration, &interrupt)?),
        // Whoever has all that is asked needs no model.
        Asking::Missing => configuration
            .live(interrupt.clone())
            .configured()
            .then(|| backend(&configuration, &interrupt))
            .transpose()?,
    };
    let engine = engine::Options { repairs: repairs(arguments.repairs), ..engine::Options::default() };
    let name = live.as_ref().map(Live::name).or(recording.map(|recording| recording.session.name.clone()));
    let mut writer = record.as_ref().and_then(|record| {
        let fresh = header(&configuration, &engine, script.as_ref(), name);
        Some(Writer::create(record.writes()?, &record.header(fresh, recording, &engine), redact(&configuration)))
    });
    let settings = script.as_ref().map_or(&configuration.settings, |script| &script.settings);
    let output = arguments.output.clone().unwrap_or_else(|| DEFAULT_FILE.into());
    let options = Options {
        script: script.as_ref(),
        recording,
        asking,
        shelf: &shelf,
        engine,
        checker: checker_of(settings)?,
        output: Some(output),
        directory: world.directory.clone(),
        overwrite: arguments.output.is_some(),
        look: configuration.look(world),
    };
    let live = live.as_mut().map(|live| live as &mut dyn Backend);
    let ended = replay::run(options, live, writer.as_mut(), &mut *world.out, &mut *world.err);
    drop(writer);
    if let Some(record) = &record {
        let of_recording = || recording.map_or(0, |recording| recording.prompts().count());
        record.settle(cues.as_ref().map_or_else(of_recording, |cues| cues.len()), world)?;
    }
    match ended {
        Ok(outcome) if outcome.ended.is_some() && interrupt.is_raised() => Ok(Exit::Interrupted),
        Ok(outcome) => Ok(match outcome.exit_code() {
            0 => Exit::Fine,
            1 => Exit::Found,
            _ => Exit::Undone,
        }),
        Err(ReplayError::Output(error)) => Err(CliError::Output(error)),
        Err(error) => Err(CliError::undone(error.to_string())),
    }
}

/// The live model, listening for Ctrl-C; what to set where none is configured.
pub(super) fn backend(configuration: &Configuration, interrupt: &Interrupt) -> Result<Live, CliError> {
    let options = configuration.live(interrupt.clone());
    if !options.configured() {
        let error = CliError::undone("no model is configured, so nobody can be asked");
        return Err(error.hint("set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own; recordings need none"));
    }
    // Whoever can't listen for Ctrl-C ends at it, as any program does.
    let _ = interrupt.on_ctrl_c();
    Live::new(options).map_err(told)
}

/// What is played: prompts, and recordings that may answer them. Without a script a recording has its own prompts.
struct Material {
    script: Option<PromptScript>,
    shelf: Vec<Recording>,
}

/// The prompts and the answers that the arguments mean, and the recording that `--record` names; without any the ones that
/// are compiled in.
fn material(
    arguments: &Replay,
    named: Option<Recording>,
    asking: Asking,
    configuration: &Configuration,
    world: &mut World<'_>,
) -> Result<Material, CliError> {
    let directory = &world.directory.clone();
    let mut shelf: Vec<Recording> = named.into_iter().collect();
    for path in &arguments.recording {
        for path in recordings_at(path, directory)? {
            shelf.push(recorded(&path, directory)?);
        }
    }
    match &arguments.script {
        Some(path) if path.extension().is_some_and(|extension| extension == "jsonl") => {
            if !shelf.is_empty() && asking != Asking::Always {
                let error = CliError::usage("a recording has its own prompts, and no other recording answers them");
                return Err(error.hint("name a prompt script (.yaml)"));
            }
            Ok(Material { script: None, shelf: vec![recorded(path, directory)?] })
        }
        Some(path) => {
            let name = path.display().to_string();
            let script = scripts::read(path, directory, &configuration.settings, CliError::undone)?;
            if shelf.is_empty() && !arguments.live {
                shelf = compiled_in(&script, &name)?;
            }
            Ok(Material { script: Some(script), shelf })
        }
        None if shelf.len() > 1 => {
            let error = CliError::usage("several recordings answer, and nothing says what is asked");
            Err(error.hint("name the prompt script, or one recording"))
        }
        None if !shelf.is_empty() => Ok(Material { script: None, shelf }),
        None => {
            let (script, recording) = replay::embedded(&configuration.of_embedded(world)?).map_err(CliError::undone)?;
            Ok(Material { script: Some(script), shelf: vec![recording] })
        }
    }
}

/// The recording in a file.
fn recorded(path: &Path, directory: &Path) -> Result<Recording, CliError> {
    let session = session::open_as(&directory.join(path), &path.display().to_string());
    let session = session.map_err(|error| CliError::undone(error.to_string()))?;
    Ok(Recording::new(session))
}

/// The recordings of a folder by name, or the one that is named.
fn recordings_at(path: &Path, directory: &Path) -> Result<Vec<PathBuf>, CliError> {
    let full = directory.join(path);
    if !full.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let undone = |reason: String| CliError::undone(format!("{}: {reason}", path.display()));
    let entries = full.read_dir().map_err(|error| undone(error.to_string()))?;
    let names = entries.filter_map(Result::ok).map(|entry| PathBuf::from(entry.file_name()));
    let mut names: Vec<PathBuf> = names.filter(|name| name.extension().is_some_and(|end| end == "jsonl")).collect();
    names.sort();
    if names.is_empty() {
        return Err(undone("is a folder with no recording (.jsonl) in it".to_owned()));
    }
    Ok(names.iter().map(|name| path.join(name)).collect())
}

/// The recordings of a script that are compiled in, found by the script's name.
fn compiled_in(script: &PromptScript, name: &str) -> Result<Vec<Recording>, CliError> {
    let folder = format!("evals/recordings/{}/", script.name);
    let own = engine::embedded::FILES.iter().filter(|(path, _)| path.starts_with(&folder));
    let read = |(path, text): &(&str, &str)| session::read(path, text.as_bytes()).map(Recording::new);
    let found: Vec<Recording> =
        own.map(read).collect::<Result<_, _>>().map_err(|error| CliError::undone(error.to_string()))?;
    if found.is_empty() {
        let error = CliError::usage(format!("{name}: no recording answers `{}`", visible(&script.name)));
        return Err(error.hint("name one with `--recording`, or ask a model with `--live`"));
    }
    Ok(found)
}

/// The header of a recording that begins now.
pub(super) fn header(
    configuration: &Configuration,
    engine: &engine::Options,
    script: Option<&PromptScript>,
    model: Option<String>,
) -> Header {
    let now = SystemTime::now();
    let mut header = Header::new(new_id(now, std::process::id()), timestamp(now));
    header.model = configuration.destination.model.value.clone().or(model);
    header.path = Some(engine.path.clone());
    header.prompts = Some(hash_of_prompts(engine));
    header.settings = script.map_or(&configuration.settings, |script| &script.settings).written();
    header.script = script.map(|script| script.name.clone());
    header
}
