//! One conversation of `pipewright eval --live`.

use std::path::{Path, PathBuf};

use super::args::Eval;
use crate::cli::chat::{redact, repairs, told};
use crate::cli::config::{Configuration, checker_of};
use crate::cli::record::keep;
use crate::cli::replay::header;
use crate::engine::{self, PromptScript};
use crate::model::{Backend, Interrupt, Live, Meter, Metered};
use crate::replay::{self, Options};
use crate::report::Look;
use crate::session::{self, Entry, Writer};

/// One conversation that is to be recorded.
pub(super) struct Take {
    pub(super) case: String,
    pub(super) script: PromptScript,
    pub(super) target: PathBuf,
    /// Whether a stale recording is there, which is kept beside it.
    pub(super) anew: bool,
}

/// A conversation that did not come to its end.
pub(super) struct Broken {
    /// Why.
    pub(super) reason: String,
    /// Where what was said in it is, if anything was.
    pub(super) part: Option<PathBuf>,
}

impl From<String> for Broken {
    fn from(reason: String) -> Self {
        Self { reason, part: None }
    }
}

/// Holds one conversation. Its file gets its name when it is whole.
pub(super) fn one(
    take: &Take,
    arguments: &Eval,
    configuration: &Configuration,
    meter: &Meter,
    interrupt: &Interrupt,
    directory: &Path,
) -> Result<PathBuf, Broken> {
    let live = Live::new(configuration.live(interrupt.clone())).map_err(|error| told(error).to_string())?;
    let mut live = Metered::new(live, meter, interrupt.clone());
    let engine = engine::Options { repairs: repairs(arguments.repairs), whole: true, ..engine::Options::default() };
    let header = header(configuration, &engine, Some(&take.script), Some(live.name()));
    let part = take.target.with_extension("part");
    let mut writer = Writer::create(&part, &header, redact(configuration));
    let options = Options {
        script: Some(&take.script),
        recording: None,
        asking: replay::Asking::Never,
        shelf: &[],
        engine,
        checker: checker_of(&take.script.settings).map_err(|error| error.to_string())?,
        output: None,
        directory: directory.to_owned(),
        overwrite: false,
        look: Look::default(),
    };
    let outcome = replay::run(options, Some(&mut live), Some(&mut writer), &mut std::io::sink(), &mut std::io::sink());
    drop(writer);
    let ended = match outcome {
        Ok(outcome) => outcome.ended.map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(reason) = ended {
        let part = keeps_replies(&part).then_some(part);
        // Whoever interrupts knows why, and the end of the run tells the next move.
        let reason = if interrupt.is_raised() { "interrupted".to_owned() } else { reason };
        return Err(Broken { reason, part });
    }
    if take.anew {
        keep(&take.target).map_err(|error| format!("{}: {error}", shown(&take.target, directory)))?;
    }
    std::fs::rename(&part, &take.target).map_err(|error| format!("{}: {error}", shown(&part, directory)))?;
    Ok(take.target.clone())
}

/// Whether a reply stands in what was begun; a file without any is taken away.
fn keeps_replies(part: &Path) -> bool {
    let is_reply = |entry: &Entry| matches!(entry, Entry::Reply { .. });
    match session::open(part) {
        Ok(session) if !session.entries.iter().any(is_reply) => {
            // It holds what the script says, and nothing that was paid for.
            let _ = std::fs::remove_file(part);
            false
        }
        Ok(_) => true,
        // What can't be read is left to whoever looks for it.
        Err(_) => part.exists(),
    }
}

/// A path as it is told, seen from the working directory.
pub(super) fn shown(path: &Path, directory: &Path) -> String {
    path.strip_prefix(directory).unwrap_or(path).display().to_string()
}
