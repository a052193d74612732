//! What is said when Ctrl-C ends a run: how far it was, and the command that goes on.

use super::args::Eval;
use crate::cli::CliError;
use crate::cli::args::Global;
use crate::eval::{Instead, Stopped};
use crate::text::{command, with};

/// The file of scores that is proposed where none was named.
const SCORES: &str = "scores.jsonl";

/// The end of a run that was interrupted; `instead` is what the recordings were being judged under a second time.
pub(super) fn error(stopped: Stopped, instead: Option<&Instead>, arguments: &Eval, global: &Global) -> CliError {
    let Stopped { done, of } = stopped;
    let second = instead.map_or(String::new(), |instead| format!(" a second time {}", instead.words()));
    let first = if instead.is_some() { "the first scores" } else { "their scores" };
    let kept = match &arguments.resume {
        Some(path) => format!("; {first} are in {}", path.display()),
        None => ", and nothing of it is kept".to_owned(),
    };
    let again = |options: &[&str]| command(&with(global.words.iter().map(String::as_str), options.iter().copied()));
    let hint = match &arguments.resume {
        Some(_) => format!("go on with `{}`", again(&[])),
        None if arguments.live => {
            "what was recorded stays; without `--live` it is judged and nobody is asked".to_owned()
        }
        None => {
            let resumed = again(&["--resume", SCORES]);
            format!("`{resumed}` keeps scores as they are made, and goes on from them")
        }
    };
    CliError::Interrupted { message: format!("{done} of {of} recordings were judged{second}{kept}"), hint }
}

/// The next move where conversations were not recorded to their end.
pub(super) const STAYS: &str = "what was recorded stays; `--samples COUNT` records only what is missing";

/// How far a live recording came.
pub(super) fn recorded(recorded: usize, of: usize) -> String {
    format!(
        "{recorded} of {} recorded",
        if of == 1 { "1 conversation was".to_owned() } else { format!("{of} conversations were") }
    )
}

/// The end of a live recording that was interrupted.
pub(super) fn live(recorded: usize, of: usize, arguments: &Eval, global: &Global) -> CliError {
    let hint = match arguments.samples {
        Some(_) => format!("what was recorded stays; go on with `{}`", command(&global.words)),
        None => STAYS.to_owned(),
    };
    CliError::Interrupted { message: self::recorded(recorded, of), hint }
}
