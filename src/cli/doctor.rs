//! `pipewright doctor`: what the configured server can do.

use super::args::{Doctor, Global};
use super::config::{Configuration, Overrides};
use super::{CliError, Exit, World};
use crate::model::{Interrupt, doctor};
use crate::report::visible;

/// Probes the server.
pub(super) fn run(arguments: &Doctor, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    tell(&Configuration::load(global, Overrides::model(&arguments.model), world)?, world)
}

/// Asks the configured server and writes what came.
pub(super) fn tell(configuration: &Configuration, world: &mut World<'_>) -> Result<Exit, CliError> {
    let interrupt = Interrupt::new();
    // Whoever can't listen for Ctrl-C ends at it, as any program does.
    let _ = interrupt.on_ctrl_c();
    let options = configuration.live(interrupt);
    if !options.configured() {
        let error = CliError::undone("no model is configured");
        return Err(error.hint("set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own"));
    }
    let probes = doctor(options);
    for probe in &probes {
        let mark = if probe.fine { "ok" } else { "no" };
        writeln!(world.out, "{mark}  {:14}{}", probe.what, visible(&probe.says))?;
    }
    Ok(if probes.iter().all(|probe| probe.fine) { Exit::Fine } else { Exit::Undone })
}
