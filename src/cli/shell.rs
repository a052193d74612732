//! `completions` and `man`: what a shell and a reader of manuals want.

use std::io::{self, Write};

use super::args::EXITS;
use super::{CliError, Exit, World, command};
use crate::report::visible;
use crate::settings::nearest;

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
    let (page, has_commands) = match name {
        None => (clap_mangen::Man::new(program), true),
        Some(name) => match program.find_subcommand(name) {
            Some(found) => {
                let page = clap_mangen::Man::new(found.clone()).title(format!("pipewright-{name}"));
                (page, found.has_subcommands())
            }
            None => {
                let names = program.get_subcommands().map(clap::Command::get_name).filter(|name| *name != "help");
                let names: Vec<&str> = names.collect();
                let hint = match nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the commands are {}", names.join(", ")),
                };
                return Err(CliError::usage(format!("no command is called `{}`", visible(name))).hint(hint));
            }
        },
    };
    page.render_title(world.out)?;
    page.render_name_section(world.out)?;
    page.render_synopsis_section(world.out)?;
    page.render_description_section(world.out)?;
    page.render_options_section(world.out)?;
    if has_commands {
        page.render_subcommands_section(world.out)?;
    }
    exit_status(world.out)?;
    if name.is_none() {
        page.render_version_section(world.out)?;
    }
    Ok(Exit::Fine)
}

/// Writes the exit codes in the section where manuals have them.
fn exit_status(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, ".SH \"EXIT STATUS\"")?;
    for (code, meaning) in EXITS {
        writeln!(out, ".TP\n{code}\n{}", meaning.replace('\n', " ").replace('-', "\\-"))?;
    }
    Ok(())
}
