//! The cases whose scripts a live run may ask, with the recordings that they have.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::{Eval, Stale};
use crate::cli::config::Configuration;
use crate::cli::{CliError, World, files, scripts};
use crate::engine::written::ScriptErrors;
use crate::engine::{self, Cues, PromptScript, Recording};
use crate::eval::{Case, Filter, Shelf, Suite};
use crate::session;

/// A case with its prompts.
pub(super) struct Asked {
    pub(super) suite: String,
    pub(super) folder: PathBuf,
    pub(super) case: Case,
    pub(super) script: PromptScript,
    pub(super) cues: Cues,
    /// Whether it is one of those that are asked for.
    pub(super) chosen: bool,
    /// The recordings that it takes.
    recordings: BTreeSet<PathBuf>,
    /// Those of them whose replies a model gave.
    of_models: BTreeSet<PathBuf>,
}

/// The cases that have a script, in the order of suites and cases: all of them, so that none loses a recording to another.
/// Where stale recordings are recorded anew, one that can't be read could lose its own, so nothing is begun. Else what is
/// wrong with one that is not chosen is told when it is judged. Beside them the chosen cases without a script.
pub(super) fn asked(
    arguments: &Eval,
    filter: &Filter,
    configuration: &Configuration,
    world: &World<'_>,
) -> Result<(Vec<Asked>, Vec<String>), CliError> {
    let anew = arguments.stale == Stale::Record;
    let (mut all, mut silent) = (Vec::new(), Vec::new());
    let mut mistakes = Vec::new();
    for path in &arguments.suites {
        let name = path.display().to_string();
        let text = files::read(&world.directory.join(path));
        let text = text.map_err(|reason| CliError::usage(format!("{name}: {reason}")))?;
        let suite = Suite::read(&name, &text, &configuration.settings);
        let (suite, wrong) = suite.map_err(|error| CliError::usage(error.to_string()))?;
        mistakes.extend(wrong);
        let folder = world.directory.join(path).parent().map(Path::to_owned).unwrap_or_default();
        for case in suite.cases {
            let chosen = filter.takes(&case.name, &case.tags);
            let Some(path) = &case.script else {
                if chosen {
                    silent.push(format!("`{}` ({name}:{})", case.name, case.place.0));
                }
                continue;
            };
            // As it is told offline: what is not there is a mistake of the suite.
            let unread = |reason: String| CliError::usage(format!("{name}: {reason}"));
            let read = || scripts::read(Path::new(path), &folder, &case.settings, unread);
            let mut script = match read() {
                Err(_) if !anew && !chosen => continue,
                script => script?,
            };
            case.fill(&mut script);
            let cues = engine::cues_of_script(&script);
            let shelf = Shelf::Disk(world.directory.clone());
            let full = |paths: BTreeSet<String>| paths.into_iter().map(|path| world.directory.join(path)).collect();
            let (recordings, of_models) = (full(case.paths(&name, &shelf)), full(case.paths_of_models(&name, &shelf)));
            let (suite, folder) = (name.clone(), folder.clone());
            all.push(Asked { suite, folder, case, script, cues, chosen, recordings, of_models });
        }
    }
    if anew && !mistakes.is_empty() {
        let error = CliError::usage(ScriptErrors(mistakes).to_string());
        return Err(error.hint("correct the suite first: a case that can't be read may share a recording"));
    }
    Ok((all, silent))
}

impl Asked {
    /// The recordings of a case that its script is asked otherwise than they answer. What another program made, or somebody
    /// wrote by hand, is not ours to put a recording in the place of.
    pub(super) fn stale(&self) -> Vec<PathBuf> {
        let is_stale = |path: &&PathBuf| {
            session::open(path).is_ok_and(|session| {
                !session.foreign && !session.header.authored && Recording::new(session).misses(&self.cues)
            })
        };
        self.of_models.iter().filter(is_stale).cloned().collect()
    }

    /// How many of its recordings answer all of its script's prompts. One that is stale, or can't be read, or has a repair
    /// without a reply, or was written by hand, is none of them.
    pub(super) fn answering(&self) -> usize {
        let answers = |path: &&PathBuf| {
            session::open(path)
                .is_ok_and(|session| !session.header.authored && Recording::new(session).answers_all(&self.cues))
        };
        self.of_models.iter().filter(answers).count()
    }

    /// Whether the case takes a recording and asks something else than the cues.
    pub(super) fn asks_otherwise(&self, cues: &Cues, target: &Path) -> bool {
        let same = || self.cues.iter().map(|cue| &cue.prompt).eq(cues.iter().map(|cue| &cue.prompt));
        self.recordings.contains(target) && (self.cues.file != cues.file || !same())
    }
}
