//! `pipewright sessions`: the list, and one exported.

use std::path::{Path, PathBuf};

use super::args::{Export, ExportFormat, Global, Sessions, SessionsCommand};
use super::chat::redact;
use super::config::{Configuration, Overrides, checker_of};
use super::{CliError, Exit, World};
use crate::engine::Recording;
use crate::report::visible;
use crate::session::{self, SessionError};
use crate::transcript::{Form, told_recording, write_new};

/// Lists the sessions, or does what the arguments say with one.
pub(super) fn run(arguments: &Sessions, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    match &arguments.command {
        None | Some(SessionsCommand::List) => list(arguments.here, world),
        Some(SessionsCommand::Remove { sessions }) => remove(sessions, world),
        Some(SessionsCommand::Prune) => prune(world),
        Some(SessionsCommand::Export(arguments)) => export(arguments, global, world),
    }
}

fn folder(world: &World<'_>) -> Option<PathBuf> {
    world.state_directory.as_ref().map(|folder| folder.join("pipewright").join("sessions"))
}

fn wrong(error: SessionError) -> CliError {
    CliError::undone(error.to_string())
}

fn kept(world: &World<'_>) -> Result<PathBuf, CliError> {
    folder(world).ok_or_else(|| CliError::undone("this machine has no folder in which sessions are kept"))
}

/// Takes away the sessions that are named; what can't be taken away is told, and the others go.
fn remove(sessions: &[String], world: &mut World<'_>) -> Result<Exit, CliError> {
    let folder = kept(world)?;
    // All are found before the first goes: a word that means nothing takes nothing away.
    let found = sessions.iter().map(|word| session::find_kept(&folder, word, &world.directory));
    let found: Vec<PathBuf> = found.collect::<Result<_, _>>().map_err(wrong)?;
    take_away(&found, world)
}

/// Takes away the sessions in which nothing was answered and nothing written.
fn prune(world: &mut World<'_>) -> Result<Exit, CliError> {
    let (listed, _) = session::list(&kept(world)?).map_err(wrong)?;
    let empty: Vec<PathBuf> = listed.into_iter().filter(session::Listed::is_empty).map(|one| one.path).collect();
    take_away(&empty, world)
}

fn take_away(paths: &[PathBuf], world: &mut World<'_>) -> Result<Exit, CliError> {
    let mut gone = 0;
    let mut exit = Exit::Fine;
    for path in paths {
        match session::remove(path) {
            Ok(()) => gone += 1,
            Err(error) => {
                exit = Exit::Undone;
                writeln!(world.err, "error: {}", visible(&error.to_string()))?;
            }
        }
    }
    let plural = if gone == 1 { "" } else { "s" };
    writeln!(world.err, "{gone} session{plural} removed")?;
    Ok(exit)
}

fn list(here: bool, world: &mut World<'_>) -> Result<Exit, CliError> {
    let folder = kept(world)?;
    let (mut listed, wrong) = session::list(&folder).map_err(wrong)?;
    if here {
        let here = session::folder_name(&world.directory);
        listed.retain(|one| one.folder.as_ref() == Some(&here));
    }
    for one in &listed {
        for line in one.lines(72) {
            writeln!(world.out, "{}", visible(&line))?;
        }
    }
    if listed.is_empty() {
        writeln!(world.err, "no session is kept yet in {}", visible(&folder.display().to_string()))?;
    }
    for error in &wrong {
        writeln!(world.err, "warning: {}", visible(&error.to_string()))?;
    }
    Ok(Exit::Fine)
}

fn export(arguments: &Export, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let configuration = Configuration::load(global, Overrides::default(), world)?;
    let found =
        session::find(&folder(world).unwrap_or_default(), &arguments.session, &world.directory).map_err(wrong)?;
    let session = session::open(&world.directory.join(found)).map_err(wrong)?;
    for notice in &session.notices {
        writeln!(world.err, "note: {}", visible(notice))?;
    }
    let form = match arguments.format {
        Some(ExportFormat::Html) => Form::Html,
        Some(ExportFormat::Markdown) => Form::Markdown,
        Some(ExportFormat::Chat) => Form::Chat,
        None if arguments.output == Path::new("-") => Form::Markdown,
        None => Form::of_name(&arguments.output).ok_or_else(|| {
            let shown = arguments.output.display();
            CliError::usage(format!("{shown}: its ending names no form"))
                .hint("end it with .html, .md or .jsonl, or name a --format")
        })?,
    };
    let redact = redact(&configuration);
    let recording = Recording::new(session);
    let told = told_recording(&recording, checker_of(&recording.settings())?, &redact);
    let mut bytes = Vec::new();
    form.write(&told, &recording.session.entries, &redact, &mut bytes)?;
    if arguments.output == Path::new("-") {
        world.out.write_all(&bytes)?;
        return Ok(Exit::Fine);
    }
    let shown = arguments.output.display().to_string();
    write_new(&world.directory.join(&arguments.output), &bytes)
        .map_err(|error| CliError::undone(format!("{shown}: {error}")).hint("name another file"))?;
    writeln!(world.err, "{} is written", visible(&shown))?;
    Ok(Exit::Fine)
}
