//! Arguments, configuration and exit codes: wiring, and nothing else.
//!
//! [`run`] gets everything that it touches handed in ([`World`]), so a test drives the whole program in-process.

mod args;
mod chat;
mod check;
mod choice;
mod config;
mod destination;
mod diff;
mod doctor;
mod eval;
mod exit;
mod files;
mod links;
mod origin;
mod plan;
mod record;
mod replay;
mod rules;
mod scripts;
mod sessions;
mod settings_file;
mod shell;
mod show_config;
mod world;

pub use args::command;
pub use exit::{CliError, Exit};
pub use rules::all as rules;
pub use world::{Quiet, Terminal, World};

use std::ffi::OsString;

use clap::FromArgMatches;

use self::args::{Arguments, Chat, Subcommand};
use self::destination::redact;
use self::origin::Environment;
use crate::session::Masked;

/// Runs the program on its arguments (the first is the program's name) and tells how it ended. A key of the environment is
/// hidden in all that it writes.
pub fn run(arguments: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> Exit {
    let redact = redact(&Environment(world.environment));
    if redact.is_empty() {
        return run_in(arguments, world);
    }
    let mut out = Masked::new(&mut *world.out, redact.masker());
    let mut err = Masked::new(&mut *world.err, redact.masker());
    let mut masked = World {
        input: &mut *world.input,
        out: &mut out,
        err: &mut err,
        terminal: world.terminal,
        environment: world.environment,
        directory: world.directory.clone(),
        config_directory: world.config_directory.clone(),
        state_directory: world.state_directory.clone(),
    };
    let exit = run_in(arguments, &mut masked);
    match (out.end(), err.end()) {
        (Ok(()), _) => exit,
        (Err(error), _) => CliError::Output(error).tell(world),
    }
}

fn run_in(arguments: impl IntoIterator<Item = OsString>, world: &mut World<'_>) -> Exit {
    let ended = match parse(arguments) {
        Ok(arguments) => dispatch(&arguments, world),
        Err(error) => return usage(&error, world),
    };
    let exit = ended.unwrap_or_else(|error| error.tell(world));
    match world.out.flush() {
        Ok(()) => exit,
        Err(error) => CliError::Output(error).tell(world),
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, clap::Error> {
    let words: Vec<OsString> = arguments.into_iter().collect();
    let given = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let mut arguments = Arguments::from_arg_matches(&command().try_get_matches_from(words)?)?;
    arguments.global.words = given;
    Ok(arguments)
}

fn dispatch(arguments: &Arguments, world: &mut World<'_>) -> Result<Exit, CliError> {
    match &arguments.command {
        Some(Subcommand::Chat(chat)) => chat::run(chat, &arguments.global, world),
        Some(Subcommand::Replay(replay)) => replay::run(replay, &arguments.global, world),
        Some(Subcommand::Eval(eval)) => eval::run(eval, &arguments.global, world),
        Some(Subcommand::Check(check)) => check::run(check, &arguments.global, world),
        Some(Subcommand::Plan(plan)) => plan::run(plan, &arguments.global, world),
        Some(Subcommand::Diff(diff)) => diff::run(diff, &arguments.global, world),
        Some(Subcommand::Rules(rules)) => rules::run(rules, &arguments.global, world),
        Some(Subcommand::Sessions(sessions)) => sessions::run(sessions, &arguments.global, world),
        Some(Subcommand::Doctor(doctor)) => doctor::run(doctor, &arguments.global, world),
        Some(Subcommand::Config(config)) => show_config::run(config, &arguments.global, world),
        Some(Subcommand::Completions { shell }) => shell::completions(*shell, world),
        Some(Subcommand::Man { command }) => shell::man(command.as_deref(), world),
        None => chat::run(&Chat::of_nothing(), &arguments.global, world),
    }
}

/// Help and version go to standard output; a mistake goes to standard error.
fn usage(error: &clap::Error, world: &mut World<'_>) -> Exit {
    let color = |terminal: bool| terminal && config::no_color(world.environment).is_none();
    let fine = !error.use_stderr();
    let rendered = error.render();
    let text = if color(if fine { world.terminal.output } else { world.terminal.errors }) {
        rendered.ansi().to_string()
    } else {
        rendered.to_string()
    };
    let out: &mut dyn std::io::Write = if fine { world.out } else { world.err };
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match (fine, written) {
        (true, Ok(())) => Exit::Fine,
        (true, Err(_)) => Exit::Undone,
        (false, _) => Exit::Usage,
    }
}
