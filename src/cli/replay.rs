//! `pipewright replay`: a prompt script, played against a recording or a live model.

use std::path::Path;
use std::time::SystemTime;

use super::args::{Global, Replay};
use super::chat::{redact, repairs, told};
use super::config::{Configuration, Overrides, checker_of};
use super::{CliError, Exit, World, files};
use crate::engine::{self, PromptScript, Recording, hash_of_prompts};
use crate::model::{Backend, Interrupt, Live};
use crate::replay::{self, Options, ReplayError};
use crate::report::visible;
use crate::session::{self, Header, Writer, new_id, timestamp};
use crate::settings::{DEFAULT_FILE, Settings};

/// Plays a prompt script to its end.
pub(super) fn run(arguments: &Replay, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let over = Overrides { main_branch: arguments.policy.main_branch.clone(), ..Overrides::model(&arguments.model) };
    let configuration = Configuration::load(global, over, world)?;
    let (script, recording) = material(arguments, &configuration.settings, &world.directory)?;
    let interrupt = Interrupt::new();
    let mut live = if arguments.live { Some(backend(&configuration, &interrupt)?) } else { None };
    let engine = engine::Options { repairs: repairs(arguments.repairs), ..engine::Options::default() };
    let mut record = arguments.record.as_ref().map(|path| {
        let name = live.as_ref().map(Live::name).or(recording.as_ref().map(|recording| recording.session.name.clone()));
        let path = world.directory.join(path);
        Writer::create(path, &header(&configuration, &engine, script.as_ref(), name), redact(&configuration))
    });
    if let Some(path) = arguments.record.as_ref().filter(|path| world.directory.join(path).exists()) {
        let message = format!("{}: a file is there, and a recording is never written over another", path.display());
        return Err(CliError::usage(message).hint("name a new file"));
    }
    let settings = script.as_ref().map_or(&configuration.settings, |script| &script.settings);
    let output = arguments.output.clone().unwrap_or_else(|| DEFAULT_FILE.into());
    let options = Options {
        script: script.as_ref(),
        recording: recording.as_ref(),
        engine,
        checker: checker_of(settings)?,
        output: Some(output),
        directory: world.directory.clone(),
        overwrite: arguments.output.is_some(),
        look: configuration.look(world),
    };
    let live = live.as_mut().map(|live| live as &mut dyn Backend);
    match replay::run(options, live, record.as_mut(), &mut *world.out, &mut *world.err) {
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

/// The prompts and the answers that the arguments mean; without any the ones that are compiled in.
fn material(
    arguments: &Replay,
    settings: &Settings,
    directory: &Path,
) -> Result<(Option<PromptScript>, Option<Recording>), CliError> {
    let read = |path: &Path| {
        let name = path.display().to_string();
        let text = files::read(&directory.join(path));
        text.map(|text| (name.clone(), text)).map_err(|reason| CliError::undone(format!("{name}: {reason}")))
    };
    let recorded = |path: &Path| {
        let session = session::open(&directory.join(path)).map_err(|error| CliError::undone(error.to_string()))?;
        Ok::<_, CliError>(Some(Recording::new(session)))
    };
    let named = match &arguments.recording {
        Some(path) => recorded(path)?,
        None => None,
    };
    match &arguments.script {
        // A recording has its own prompts.
        Some(path) if path.extension().is_some_and(|extension| extension == "jsonl") => Ok((None, recorded(path)?)),
        Some(path) => {
            let (name, text) = read(path)?;
            let full = directory.join(path);
            let script = PromptScript::read_with(&name, &text, settings, &|file| engine::read_beside(&full, file));
            let script = script.map_err(|error| CliError::usage(error.to_string()))?;
            let recording = match named {
                None if !arguments.live => Some(compiled_in(&script, &name)?),
                named => named,
            };
            Ok((Some(script), recording))
        }
        None if named.is_some() => Ok((None, named)),
        None => {
            // What is compiled in is judged as it was recorded, whatever repository it is played in.
            let (script, recording) = replay::embedded(&Settings::default()).map_err(CliError::undone)?;
            Ok((Some(script), Some(recording).filter(|_| !arguments.live)))
        }
    }
}

/// The recording of a script that is compiled in, found by the script's name.
fn compiled_in(script: &PromptScript, name: &str) -> Result<Recording, CliError> {
    let folder = format!("evals/recordings/{}/", script.name);
    let found = engine::embedded::FILES.iter().rev().find(|(path, _)| path.starts_with(&folder));
    let Some((path, text)) = found else {
        let error = CliError::usage(format!("{name}: no recording answers `{}`", visible(&script.name)));
        return Err(error.hint("name one with `--recording`, or ask a model with `--live`"));
    };
    let session = session::read(path, text.as_bytes()).map_err(|error| CliError::undone(error.to_string()))?;
    Ok(Recording::new(session))
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
    header.model = configuration.model.value.clone().or(model);
    header.path = Some(engine.path.clone());
    header.prompts = Some(hash_of_prompts(engine));
    header.settings = script.map_or(&configuration.settings, |script| &script.settings).written();
    header.script = script.map(|script| script.name.clone());
    header
}
