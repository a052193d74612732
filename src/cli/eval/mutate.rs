//! `pipewright eval mutate`: which rules notice when an accepted file gets worse.

use super::args::{Mutate, MutateFormat};
use crate::cli::args::Global;
use crate::cli::config::{Configuration, Overrides};
use crate::cli::plan::root;
use crate::cli::{CliError, Exit, World, files};
use crate::mutate::{human, json, mutate};
use crate::text::{command, with_files};

/// Mutates files and writes the score; found when a mutant survives.
pub(super) fn run(arguments: &Mutate, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let configuration = Configuration::load(global, Overrides::default(), world)?;
    let paths = match arguments.files.as_slice() {
        [] => vec![configuration.file_path(&world.directory)],
        paths => paths.to_vec(),
    };
    let mut scores = Vec::new();
    for path in &paths {
        let name = path.display().to_string();
        let wrong = |reason: String| CliError::undone(format!("{name}: {reason}"));
        let text = files::read(&world.directory.join(path)).map_err(wrong)?;
        let checker = configuration.checker()?.with_files(&root(path, &world.directory));
        let mutation = mutate(&text, &checker);
        let check = || format!("`{}` tells why", command(&with_files(["check"], &[&name])));
        let mutation = mutation.map_err(|reason| wrong(reason).hint(check()))?;
        scores.push((name, mutation));
    }
    match arguments.format {
        MutateFormat::Human => human(&scores, &mut *world.out)?,
        MutateFormat::Json => json(&scores, &mut *world.out)?,
    }
    let survived = scores.iter().any(|(_, mutation)| mutation.survivors().next().is_some());
    Ok(if survived { Exit::Found } else { Exit::Fine })
}
