//! Plays and writes the accepted file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::show::Show;
use crate::check::Checker;
use crate::engine::{
    self, AcceptError, Answers, Conversation, Cues, EngineError, Expected, Nearest, Play, PromptScript, Recording,
    Written, cues_of_recording, cues_of_script, nearest, play, write_file,
};
use crate::finding::Verdict;
use crate::model::{Backend, BackendError};
use crate::report::Look;
use crate::session::{Writer, read};
use crate::settings::Settings;

/// What is played, and where its file goes.
pub struct Options<'o> {
    /// The prompts; without a script those of the recording.
    pub script: Option<&'o PromptScript>,
    /// The recording that answers. Without one a live backend does.
    pub recording: Option<&'o Recording>,
    /// When a live backend is asked although there is a recording.
    pub asking: Asking,
    /// Recordings among which the nearest to a prompt that is missed is looked for.
    pub shelf: &'o [Recording],
    /// How the conversation is held.
    pub engine: engine::Options,
    /// The checker, made with the script's settings.
    pub checker: Checker,
    /// The file to write when the last file is accepted, as the user has named it; `None` writes none.
    pub output: Option<PathBuf>,
    /// The folder from which `output` is seen.
    pub directory: PathBuf,
    /// Whether a file with other bytes is overwritten: when the user has named the output, say.
    pub overwrite: bool,
    /// How it looks.
    pub look: Look,
}

/// When a live backend is asked although there is a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Asking {
    /// Never: what is not recorded ends the replay.
    #[default]
    Never,
    /// From the first prompt on that the recording does not answer.
    Missing,
    /// Always: the recording has the prompts alone.
    Always,
}

/// What a replay came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The verdict of the file that stands at the end; `None` where there is none.
    pub verdict: Option<Verdict>,
    /// Expectations that failed.
    pub failures: usize,
    /// Conclusions that differ from the recorded ones.
    pub drift: usize,
    /// Repairs whose findings have other words today, and are the same.
    pub reworded: usize,
    /// Why it ended before its end: a stale recording, no reply, a cap.
    pub ended: Option<EngineError>,
    /// The file that was written.
    pub written: Option<Written>,
}

/// Why a replay could not be shown or its file not be written.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// Nobody answers.
    #[error("nobody answers: name a recording, or ask a live model with `--live`")]
    NoAnswers,
    /// The recording has no prompts.
    #[error("{name}: there is no prompt in it")]
    NoPrompts {
        /// The recording.
        name: String,
    },
    /// The accepted file was not written.
    #[error(transparent)]
    Accept(#[from] AcceptError),
    /// Another file stands where the accepted one should go.
    #[error("{path}: another file is there, so it is not overwritten; name an output with `--output`")]
    InTheWay {
        /// The file.
        path: String,
    },
    /// Standard output.
    #[error("the output can't be written: {0}")]
    Output(#[from] io::Error),
}

impl Outcome {
    /// The exit code of the contract: 0 fine, 1 refused or not as expected, 3 ended early or undecided.
    pub fn exit_code(&self) -> u8 {
        match self.verdict {
            _ if self.ended.is_some() => 3,
            Some(Verdict::Incomplete) => 3,
            Some(Verdict::Refused) => 1,
            _ if self.failures > 0 => 1,
            _ => 0,
        }
    }
}

/// The prompt script and the recording that are compiled in.
///
/// # Errors
/// Never, as long as the tests of this room hold; the message is for whoever changed the files.
pub fn embedded(base: &Settings) -> Result<(PromptScript, Recording), String> {
    let text = |path: &str| engine::embedded::file(path).ok_or_else(|| format!("{path} is not compiled in"));
    let (script, recording) = (engine::embedded::SCRIPT, engine::embedded::RECORDING);
    let beside = |file: &str| engine::embedded::beside(script, file);
    let read_script =
        PromptScript::read_with(script, text(script)?, base, &beside).map_err(|error| error.to_string())?;
    let session = read(recording, text(recording)?.as_bytes()).map_err(|error| error.to_string())?;
    Ok((read_script, Recording::new(session)))
}

/// Plays the prompts; shows each turn on `out`; writes the accepted file; keeps what was said in `record`.
///
/// `live` answers where there is no recording. What goes wrong on the way is [`Outcome::ended`] and is told on `notes`; what
/// was said until then is shown and kept. Trouble with `record` goes to `notes`, once.
///
/// # Errors
/// Nothing to play, or the output or the accepted file can't be written.
pub fn run(
    options: Options<'_>,
    live: Option<&mut dyn Backend>,
    record: Option<&mut Writer>,
    out: &mut dyn Write,
    notes: &mut dyn Write,
) -> Result<Outcome, ReplayError> {
    let cues = cues(&options)?;
    let recording = options.recording.filter(|_| options.asking != Asking::Always);
    let name = match recording {
        Some(recording) => recording.session.name.clone(),
        None => live.as_ref().map(|backend| backend.name()).unwrap_or_default(),
    };
    let answers = match (recording, live.filter(|_| recording.is_none() || options.asking == Asking::Missing)) {
        (Some(recording), None) => Answers::Recorded(recording),
        (Some(recording), Some(backend)) => Answers::Both(recording, backend),
        (None, Some(backend)) => Answers::Live(backend),
        (None, None) => return Err(ReplayError::NoAnswers),
    };
    let mut show = Show::new(options.look, out, notes, record);
    show.begin(options.script, recording, &name)?;
    let Play { mut conversation, played, ended } = play(&cues, answers, options.checker, options.engine, &mut show);
    show.trouble()?;
    let mut outcome = Outcome {
        verdict: conversation.present().map(engine::Revision::verdict),
        failures: played.iter().map(|turn| turn.failures.len()).sum(),
        drift: played.iter().map(|turn| turn.drift.len()).sum(),
        reworded: played.iter().map(|turn| turn.reworded).sum(),
        ended,
        written: None,
    };
    if outcome.ended.is_none() && outcome.verdict == Some(Verdict::Accepted) {
        outcome.written = match &options.output {
            Some(path) => Some(write(&mut conversation, &options.directory, path, options.overwrite, &mut show)?),
            None => {
                // Nothing is written, and a recording says all the same which text would have been.
                if let Some(number) = conversation.present().map(|revision| revision.number) {
                    conversation.take(number, &mut show);
                }
                None
            }
        };
    }
    let near = match (&outcome.ended, conversation.unanswered()) {
        (Some(EngineError::Backend { turn, error }), Some(prompt)) if error.is_a_miss() => {
            nearest(options.shelf, &prompt.text).filter(|near| !is_told(near, *turn, error))
        }
        _ => None,
    };
    show.end(&conversation, &played, &outcome, options.output.as_deref(), near.as_ref())?;
    Ok(outcome)
}

/// Whether an error tells of this very prompt already.
fn is_told(near: &Nearest, turn: usize, error: &BackendError) -> bool {
    matches!(error, BackendError::Stale { recording, .. } if *recording == near.recording && turn == near.turn)
}

fn cues(options: &Options<'_>) -> Result<Cues, ReplayError> {
    match (options.script, options.recording) {
        (Some(script), _) => Ok(cues_of_script(script)),
        (None, Some(recording)) => {
            let cues = cues_of_recording(recording);
            if cues.is_empty() {
                return Err(ReplayError::NoPrompts { name: recording.session.name.clone() });
            }
            Ok(cues)
        }
        (None, None) => Err(ReplayError::NoAnswers),
    }
}

/// Writes the present revision to a path that the user has named; a link is followed as far as its folder.
fn write(
    conversation: &mut Conversation,
    directory: &Path,
    named: &Path,
    overwrite: bool,
    show: &mut Show<'_>,
) -> Result<Written, ReplayError> {
    let Some(revision) = conversation.present() else { return Err(ReplayError::NoAnswers) };
    let number = revision.number;
    let path = &directory.join(named);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = Path::new(path.file_name().unwrap_or_default());
    let expected = match std::fs::read(path) {
        _ if overwrite => Expected::Anything,
        Ok(bytes) if bytes == revision.text().as_bytes() => Expected::Anything,
        Ok(_) => return Err(ReplayError::InTheWay { path: named.display().to_string() }),
        Err(_) => Expected::Absent,
    };
    let written = write_file(folder, name, revision.text(), &expected)?;
    conversation.take(number, show);
    Ok(written)
}
