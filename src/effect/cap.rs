//! Capistrano: tasks behind the name of a stage.

use super::arguments::Arguments;
use super::runner;

/// What a call of it comes to.
pub(super) enum Tasks {
    /// A task that deploys is among them.
    Deploy,
    /// None does anything on a server.
    Look,
    /// Others, which change something there or are the repository's own.
    Other,
}

/// Reads the tasks: `cap production deploy`, `cap deploy`, `cap production deploy:check`.
pub(super) fn tasks(arguments: &Arguments<'_>) -> Tasks {
    let looks = |task: &str| matches!(task, "doctor" | "deploy:check" | "git:check" | "install");
    let words: Vec<&str> = arguments.plain_values().map(|word| word.as_literal().unwrap_or("$")).collect();
    let deploys = |task: &&str| !looks(task) && task.split(':').any(runner::deploys);
    if words.iter().any(deploys) {
        return Tasks::Deploy;
    }
    match words.as_slice() {
        // A stage or a task alone; another tool of this name has `sync`, `build` and `open`.
        [] | [_] => Tasks::Look,
        [_, rest @ ..] if rest.iter().all(|task| looks(task)) => Tasks::Look,
        _ => Tasks::Other,
    }
}
