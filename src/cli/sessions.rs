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
        None => list(world),
        Some(SessionsCommand::Export(arguments)) => export(arguments, global, world),
    }
}

fn folder(world: &World<'_>) -> Option<PathBuf> {
    world.state_directory.as_ref().map(|folder| folder.join("pipewright").join("sessions"))
}

fn wrong(error: SessionError) -> CliError {
    CliError::undone(error.to_string())
}

fn list(world: &mut World<'_>) -> Result<Exit, CliError> {
    let Some(folder) = folder(world) else {
        return Err(CliError::undone("this machine has no folder in which sessions are kept"));
    };
    let (listed, wrong) = session::list(&folder).map_err(wrong)?;
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
        None => Form::of_name(&arguments.output).unwrap_or(Form::Markdown),
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
