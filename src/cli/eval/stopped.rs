//! What is said when Ctrl-C ends a run: how far it was, and the command that goes on.

use super::again::same;
use super::args::{Eval, Stale};
use crate::cli::CliError;
use crate::cli::args::Global;
use crate::eval::{Instead, Stopped};

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
    let hint = match &arguments.resume {
        Some(_) => format!("go on with `{}`", same(global, &[])),
        None if arguments.live => {
            "what was recorded stays; without `--live` it is judged and nobody is asked".to_owned()
        }
        None => {
            let resumed = same(global, &["--resume", SCORES]);
            format!("`{resumed}` keeps scores as they are made, and goes on from them")
        }
    };
    CliError::Interrupted { message: format!("{done} of {of} recordings were judged{second}{kept}"), hint }
}

/// How far a live recording came.
fn recorded(recorded: usize, of: usize) -> String {
    format!(
        "{recorded} of {} recorded",
        if of == 1 { "1 conversation was".to_owned() } else { format!("{of} conversations were") }
    )
}

/// The next move where conversations were not recorded to their end; `None` where nothing was recorded at all.
fn next(recorded: usize, arguments: &Eval, global: &Global) -> Option<String> {
    // A count, and what is still stale, say what is missing; else the same call would record everything once more.
    let goes_on = arguments.samples.is_some() || arguments.stale == Stale::Record;
    (recorded > 0).then(|| match goes_on {
        true => format!("what was recorded stays; go on with `{}`", same(global, &[])),
        false => "what was recorded stays; `--samples COUNT` records only what is missing".to_owned(),
    })
}

/// The end of a live recording that broke off.
pub(super) fn broken(count: usize, of: usize, arguments: &Eval, global: &Global) -> CliError {
    let error = CliError::undone(recorded(count, of));
    match next(count, arguments, global) {
        Some(next) => error.hint(next),
        None => error,
    }
}

/// The end of a live recording that was interrupted.
pub(super) fn live(count: usize, of: usize, arguments: &Eval, global: &Global) -> CliError {
    let again = || format!("`{}` begins again", same(global, &[]));
    let hint = next(count, arguments, global).unwrap_or_else(again);
    CliError::Interrupted { message: recorded(count, of), hint }
}
