//! `pipewright eval bisect`: the turn at which a rule broke.

use super::args::{Bisect, BisectFormat};
use crate::cli::args::Global;
use crate::cli::config::{Configuration, Overrides};
use crate::cli::{CliError, Exit, World};
use crate::engine::{Recording, script::rule_ids, script::unknown_rule};
use crate::eval;
use crate::rules::RuleAnswer;
use crate::session;

/// Names the turns at which the rule broke; found when the file at the end violates it, undone when
/// that can't be told.
pub(super) fn run(arguments: &Bisect, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    if !rule_ids().contains(&arguments.rule.as_str()) {
        return Err(CliError::usage(unknown_rule(&arguments.rule)));
    }
    let configuration = Configuration::load(global, Overrides::default(), world)?;
    let name = arguments.recording.display().to_string();
    let session = session::open_as(&world.directory.join(&arguments.recording), &name);
    let session = session.map_err(|error| {
        let text = std::fs::read_to_string(world.directory.join(&arguments.recording)).unwrap_or_default();
        match eval::other_than_recording(&name, &text) {
            Some(what) => CliError::usage(format!("{name} {what}")),
            None => CliError::undone(error.to_string()),
        }
    })?;
    let recording = Recording::new(session);
    let checker = configuration.checker()?;
    let mut history = eval::history(&recording, checker, &arguments.rule);
    if recording.is_torn() {
        history
            .ended
            .get_or_insert_with(|| "the recording breaks off, and what is lost may change the answer".to_owned());
    }
    if recording.prompts().count() == 0 {
        history.ended.get_or_insert_with(|| "there is no prompt in it".to_owned());
    }
    match arguments.format {
        BisectFormat::Human => {
            eval::write_history(&history, &arguments.rule, configuration.look(world), &mut *world.out)?;
        }
        BisectFormat::Json => eval::history_json(&history, &arguments.rule, &mut *world.out)?,
    }
    Ok(match history.answer {
        _ if !history.is_decided() => Exit::Undone,
        Some(RuleAnswer::Violated) => Exit::Found,
        _ => Exit::Fine,
    })
}
