//! Commands and pipes that the catalogue does not know, and what is said of them.

use crate::effect::{Effect, Kind, Opaque};

/// The name of an unknown command or pipe that runs on the build machine.
pub(super) fn unknown_name<'e>(effect: &'e Effect<'_>) -> Option<&'e str> {
    match &effect.kind {
        Kind::Opaque(Opaque::Command { name } | Opaque::Pipe { name }) if !effect.remote => Some(name),
        Kind::Opaque(Opaque::Untold { command }) => Some(command),
        _ => None,
    }
}

/// Why what it does can't be told, and what would settle it.
pub(super) fn unknown_because(effect: &Effect<'_>, name: &str) -> (&'static str, &'static str) {
    match name {
        _ if matches!(effect.kind, Kind::Opaque(Opaque::Untold { .. })) => (
            "whether it runs hangs on what a loop sets that is not followed",
            "write the options of the call out, each as a word of its own",
        ),
        name if goes_on(name) => (
            "no command is called so",
            "if it belongs to the line above, end that one with a backslash and nothing behind it",
        ),
        "bash" | "sh" | "dash" | "zsh" | "ash" | "ksh" | "source" | "." | "powershell" | "pwsh" => (
            "what it is given to run can't be read",
            "put the commands into the pipeline, or keep the script in the repository",
        ),
        "python" | "python2" | "python3" | "node" | "ruby" | "php" | "perl" => {
            ("what its program does is not followed", "put the commands into the pipeline")
        }
        name if name.starts_with("$(") || name.starts_with('$') && !name.contains('/') => {
            ("only the run knows which command it is", "name the command itself in the script")
        }
        name if name.contains(' ') && !name.starts_with(['<', '$']) => {
            ("what it runs can't be read from it", "tell what it does under `catalogue` in pipewright.yaml")
        }
        _ => ("it is none of the known commands and pipes", "tell what it does under `catalogue` in pipewright.yaml"),
    }
}

/// Whether a command's name has the look of a word that belongs to the command before it: a flag, an image.
fn goes_on(name: &str) -> bool {
    let image = name.split_once(':').is_some_and(|(path, tag)| {
        !tag.starts_with(['/', '\\']) && path.contains('/') && !path.starts_with(['.', '/', '~', '$'])
    });
    name.starts_with('-') || image
}
