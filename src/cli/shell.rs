//! `completions` and `man`: what a shell and a reader of manuals want.

use super::{CliError, Exit, World, command};
use crate::report::visible;

/// Writes a completion script.
pub(super) fn completions(shell: clap_complete::Shell, world: &mut World<'_>) -> Result<Exit, CliError> {
    // The generator panics when its stream fails, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "pipewright", &mut script);
    world.out.write_all(&script)?;
    Ok(Exit::Fine)
}

/// Writes the manual page of the program or of one command.
pub(super) fn man(name: Option<&str>, world: &mut World<'_>) -> Result<Exit, CliError> {
    let mut program = command();
    program.build();
    let page = match name {
        None => clap_mangen::Man::new(program),
        Some(name) => match program.find_subcommand(name) {
            Some(found) => clap_mangen::Man::new(found.clone()).title(format!("pipewright-{name}")),
            None => {
                let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
                let message = format!("no command is called `{}`", visible(name));
                return Err(CliError::usage(message).hint(format!("the commands are {}", names.join(", "))));
            }
        },
    };
    page.render(world.out)?;
    Ok(Exit::Fine)
}
