//! How the program ends, and what it says when it could not do its work.

use std::io;

use super::World;
use crate::engine::ScriptErrors;
use crate::report::visible;

/// How a run ended. The numbers are a promise (`docs/cli.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Fine.
    Fine = 0,
    /// Findings with severity error, a refused file, a failed expectation.
    Found = 1,
    /// Bad usage or configuration.
    Usage = 2,
    /// The work could not be done or decided.
    Undone = 3,
    /// Interrupted with Ctrl-C, as a shell tells it of any program.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        (exit as u8).into()
    }
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Bad usage, with the next move.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// The next move.
        hint: Option<String>,
    },
    /// A settings file is wrong; its findings are told already.
    #[error("{path} can't be used: mend what is told above")]
    Settings {
        /// The file.
        path: String,
    },
    /// A prompt script is wrong; each mistake is a line.
    #[error("{0}")]
    Script(#[from] ScriptErrors),
    /// The work could not be done, with the next move.
    #[error("{message}")]
    Undone {
        /// What is wrong.
        message: String,
        /// The next move.
        hint: Option<String>,
    },
    /// Ctrl-C ended the work, with the command that goes on.
    #[error("interrupted: {message}")]
    Interrupted {
        /// How far it was.
        message: String,
        /// The next move.
        hint: String,
    },
    /// Standard output could not be written.
    #[error("standard output: {0}")]
    Output(#[from] io::Error),
}

impl CliError {
    /// Bad usage, with no hint.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: None }
    }

    /// Work that could not be done, with no hint.
    pub fn undone(message: impl Into<String>) -> Self {
        Self::Undone { message: message.into(), hint: None }
    }

    /// Adds the next move.
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Usage { hint, .. } | Self::Undone { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// Says it on standard error and gives the exit that it means.
    pub fn tell(&self, world: &mut World<'_>) -> Exit {
        let (exit, hint) = match self {
            Self::Usage { hint, .. } => (Exit::Usage, hint.as_deref()),
            Self::Settings { .. } | Self::Script(_) => (Exit::Usage, None),
            Self::Undone { hint, .. } => (Exit::Undone, hint.as_deref()),
            Self::Interrupted { hint, .. } => (Exit::Interrupted, Some(hint.as_str())),
            Self::Output(_) => (Exit::Undone, None),
        };
        // When standard error is gone too, the exit code still tells.
        let messages = match self {
            Self::Script(ScriptErrors(errors)) => errors.iter().map(ToString::to_string).collect(),
            error => vec![error.to_string()],
        };
        for message in messages {
            let _ = writeln!(world.err, "error: {}", visible(&message));
        }
        if let Some(hint) = hint {
            let _ = writeln!(world.err, "hint: {}", visible(hint));
        }
        let _ = world.err.flush();
        exit
    }
}
