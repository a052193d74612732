//! `pipewright chat`, and `pipewright` alone: the chat in the current folder.

use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use super::args::{Chat, Global};
use super::config::{Configuration, Overrides};
use super::{CliError, Exit, World, files};
use crate::engine::{self, Repairs};
use crate::model::{BackendError, Interrupt, Live};
use crate::repl::{self, Answers, Input, Lines, Options, ReplError, Screen};
use crate::replay;
use crate::session::{self, Redact, SessionError};
use crate::settings::Settings;

/// Holds a chat until it ends.
pub(super) fn run(arguments: &Chat, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let over = Overrides { main_branch: arguments.policy.main_branch.clone(), ..Overrides::model(&arguments.model) };
    let configuration = Configuration::load(global, over, world)?;
    let interrupt = Interrupt::new();
    let answers = answers(&configuration, &interrupt)?;
    // Whoever can't listen for Ctrl-C ends at it, as any program does.
    let _ = interrupt.on_ctrl_c();
    let state = world.state_directory.as_ref().map(|folder| folder.join("pipewright"));
    let sessions = state.as_ref().map(|folder| folder.join("sessions")).filter(|_| !arguments.no_session);
    if arguments.resume.is_some() && sessions.is_none() {
        return Err(CliError::usage("this machine has no folder in which sessions are kept, so none can be resumed"));
    }
    let begun_with = match (&arguments.file, &arguments.resume) {
        (None, Some(word)) => path_of(word, sessions.as_deref(), &world.directory)?,
        _ => None,
    };
    let stake = arguments.file.clone().or(begun_with).unwrap_or_else(|| configuration.file_path(&world.directory));
    let named = stake.display().to_string();
    if let Some(reason) = no_place(&world.directory.join(&stake)) {
        return Err(CliError::usage(format!("{named}: {reason}")).hint("name a file with --file"));
    }
    let top = files::top_from(&world.directory).filter(|_| arguments.file.is_none() && stake.is_relative());
    let above = top.map(|top| top.join(&stake).display().to_string());
    let (root, path) = split(&world.directory, &stake)?;
    let options = Options {
        checker: configuration.checker()?.with_files(&root),
        engine: engine::Options { path, repairs: repairs(arguments.repairs), ..engine::Options::default() },
        root,
        named,
        above,
        within: arguments.file.is_none().then(|| configuration.file_folder(&world.directory)),
        directory: world.directory.clone(),
        sessions,
        resume: arguments.resume.clone(),
        redact: redact(&configuration),
        editor: repl::editor(|name| world.environment.get(name).cloned()),
        interrupt,
        now: SystemTime::now(),
    };
    let look = configuration.look(world);
    let dumb = world.environment.get("TERM").is_some_and(|term| term == "dumb");
    let live = world.terminal.output && !dumb;
    let mut input: Box<dyn Input + '_> = if !world.terminal.input {
        Box::new(Lines::piped(&mut *world.input))
    } else if live {
        let history = state.map(|folder| folder.join("history"));
        Box::new(repl::Terminal::open(history, redact(&configuration), look.color)?)
    } else {
        Box::new(Lines::plain(&mut *world.input))
    };
    let measure = world.terminal.measure.filter(|_| world.terminal.output);
    let mut screen = Screen::new(&mut *world.out, look, live).hiding(&options.redact).measured_by(measure);
    let ending = repl::run(answers, options, &mut *input, &mut screen);
    match ending {
        Ok(ending) if ending.unanswered => Ok(Exit::Undone),
        // A person has seen the verdict; a program has the exit code.
        Ok(ending) if ending.failed || (ending.refused && !world.terminal.input) => Ok(Exit::Found),
        Ok(_) => Ok(Exit::Fine),
        Err(ReplError::Terminal(error)) => Err(CliError::Output(error)),
        Err(error) => Err(CliError::undone(error.to_string())),
    }
}

/// Why nothing can ever be written at a path.
fn no_place(path: &Path) -> Option<&'static str> {
    match path.parent() {
        _ if path.is_dir() => Some("is a folder"),
        Some(folder) if !folder.is_dir() => Some("its folder is not there"),
        _ => None,
    }
}

/// The configured model, else the recording that is compiled in.
fn answers(configuration: &Configuration, interrupt: &Interrupt) -> Result<Answers, CliError> {
    let options = configuration.live(interrupt.clone());
    if !options.configured() {
        let (_, recording) = replay::embedded(&Settings::default()).map_err(CliError::undone)?;
        return Ok(Answers::Recorded(Box::new(recording)));
    }
    Ok(Answers::Live(Box::new(Live::new(options).map_err(told)?)))
}

/// The file that a session is about. A session may come from somebody else, or from another folder: only a person names
/// a file outside the current folder, or one of this folder for a conversation about another.
fn path_of(word: &str, sessions: Option<&Path>, directory: &Path) -> Result<Option<PathBuf>, CliError> {
    let told = |error: SessionError| CliError::undone(error.to_string());
    let found = session::find(sessions.unwrap_or(Path::new("")), word, directory).map_err(told)?;
    let header = session::open(&found).map_err(told)?.header;
    let here = session::folder_name(directory);
    if let Some(folder) = header.folder.filter(|folder| *folder != here) {
        let file = header.path.unwrap_or_else(|| "a file".to_owned());
        return Err(CliError::usage(format!("the session is about `{file}` in {folder}, and this is another folder"))
            .hint("resume it there, or name the file of this folder that it is to go on with: --file FILE"));
    }
    let Some(path) = header.path else { return Ok(None) };
    if !inside(Path::new(&path)) {
        return Err(CliError::usage(format!("the session is about `{path}`, outside the current folder"))
            .hint("name the file with --file"));
    }
    Ok(Some(PathBuf::from(path)))
}

/// Whether a path leads nowhere but below the folder that it starts from.
fn inside(file: &Path) -> bool {
    file.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// What a backend says when it can't begin.
pub(super) fn told(error: BackendError) -> CliError {
    match error {
        BackendError::Configuration { why } => CliError::usage(why),
        error => CliError::undone(error.to_string()),
    }
}

/// What must not stand in a session.
pub(super) fn redact(configuration: &Configuration) -> Redact {
    configuration.destination.redact.clone()
}

/// When findings go back to the model by themselves.
pub(super) fn repairs(rounds: usize) -> Repairs {
    if rounds == 0 { Repairs::Asked } else { Repairs::Automatic { rounds } }
}

/// The folder below which the file is written, and its path there. A person may name a file anywhere.
pub(super) fn split(directory: &Path, file: &Path) -> Result<(PathBuf, String), CliError> {
    let wrong = || CliError::usage(format!("`{}` is no file's name", file.display()));
    let name = |path: &Path| path.to_str().map(str::to_owned).ok_or_else(wrong);
    if inside(file) {
        return Ok((directory.to_owned(), name(file)?));
    }
    let full = directory.join(file);
    let (Some(folder), Some(last)) = (full.parent(), full.file_name()) else { return Err(wrong()) };
    Ok((folder.to_owned(), name(Path::new(last))?))
}
