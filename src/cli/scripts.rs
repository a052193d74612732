//! Prompt scripts that the command line names.

use std::path::Path;

use super::{CliError, files};
use crate::engine::{self, PromptScript};
use crate::eval::{OtherFile, other_than_script};
use crate::settings::Settings;

/// The prompt script in a file, over the settings that hold. `unread` makes an error of a file that can't be read.
pub(super) fn read(
    path: &Path,
    directory: &Path,
    settings: &Settings,
    unread: impl Fn(String) -> CliError,
) -> Result<PromptScript, CliError> {
    let name = path.display().to_string();
    let full = directory.join(path);
    let text = files::read(&full).map_err(|reason| unread(format!("{name}: {reason}")))?;
    let beside = |file: &str| engine::read_beside(&full, file);
    PromptScript::read_with(&name, &text, settings, &beside).map_err(|error| {
        let is = |what: &str| CliError::usage(format!("{name} is {what}, and no prompt script"));
        match other_than_script(&name, &text) {
            Some(OtherFile::Suite) => {
                is("a suite").hint("`pipewright eval` judges suites; the cases name their scripts")
            }
            Some(OtherFile::Recording) => is("a recording").hint("a prompt script has `name` and `turns`"),
            None => error.into(),
        }
    })
}
