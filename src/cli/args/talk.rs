//! The command line of what is said: the chat, replays, and sessions.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Model, Policy};

/// How often findings go back for each prompt, unless one says otherwise.
pub(in crate::cli) const REPAIRS: usize = 3;

/// Chat with a model until bitbucket-pipelines.yml is as it should be
///
/// Every reply is checked; findings go back to the model by themselves. Nothing is written before /accept. Without a
/// model the chat plays a recording that is compiled in.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Chat {
    /// Go on with a session: its id, the beginning of one, a path, or `last`
    #[arg(long, value_name = "SESSION", num_args = 0..=1, default_missing_value = "last")]
    pub(in crate::cli) resume: Option<String>,
    /// The file at stake [default: bitbucket-pipelines.yml]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// How often findings go back to the model by themselves, for each prompt
    #[arg(long, value_name = "ROUNDS", default_value_t = REPAIRS)]
    pub(in crate::cli) repairs: usize,
    /// Keep no session
    #[arg(long, conflicts_with = "resume")]
    pub(in crate::cli) no_session: bool,
    #[command(flatten)]
    pub(in crate::cli) model: Model,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
}

/// Play a prompt script against a recording or a live model
///
/// Each turn is shown with its verdict, its diff and what differs from the recording; the accepted file is written.
/// Without a script the one that is compiled in is played, with its recording.
#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// A prompt script (.yaml), or a recording that is played with its own prompts (.jsonl)
    #[arg(value_name = "SCRIPT")]
    pub(in crate::cli) script: Option<PathBuf>,
    /// The recording that answers, or several, or a folder of them: the one that answers the most prompts is played
    /// [default: the one of the script's name that is compiled in]
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "live")]
    pub(in crate::cli) recording: Vec<PathBuf>,
    /// Ask the configured model instead of a recording
    #[arg(long)]
    pub(in crate::cli) live: bool,
    /// Where the accepted file goes [default: bitbucket-pipelines.yml, if no other file is there]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Keep what is said in a new recording
    #[arg(long, value_name = "FILE", conflicts_with = "recording")]
    pub(in crate::cli) record: Option<PathBuf>,
    /// What becomes of the recording that --record names; those that may ask a model need --live
    #[arg(long, value_enum, value_name = "MODE", requires = "record")]
    pub(in crate::cli) record_mode: Option<RecordMode>,
    /// How often findings go back to the model by themselves, for each prompt
    #[arg(long, value_name = "ROUNDS", default_value_t = REPAIRS)]
    pub(in crate::cli) repairs: usize,
    #[command(flatten)]
    pub(in crate::cli) model: Model,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
}

/// List the sessions of this machine, remove some, or export one to be read or used elsewhere
#[derive(Debug, Args)]
pub(in crate::cli) struct Sessions {
    /// Only those that were held in this folder
    #[arg(long)]
    pub(in crate::cli) here: bool,
    #[command(subcommand)]
    pub(in crate::cli) command: Option<SessionsCommand>,
}

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum SessionsCommand {
    Export(Export),
    /// Remove sessions for good
    Remove {
        /// Ids, or beginnings of them
        #[arg(value_name = "SESSION", required = true)]
        sessions: Vec<String>,
    },
    /// Remove all sessions in which nothing was answered and nothing written
    Prune,
    /// List them, as with no command
    #[command(hide = true)]
    List,
}

/// Write a session as a page of HTML, as Markdown, or as plain chat lines
///
/// The page stands alone: it shows the conversation and, at every turn, the file with its findings, its diff and what the
/// diff means. Secrets are masked. A file that is there is not overwritten.
#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// The session: its id, the beginning of one, `last`, or the path of a session file or recording
    #[arg(value_name = "SESSION", default_value = "last")]
    pub(in crate::cli) session: String,
    /// The form [default: as the output's name ends, else markdown]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<ExportFormat>,
    /// Where it goes; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(in crate::cli) output: PathBuf,
}

/// What becomes of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RecordMode {
    /// Play it, ask nobody
    None,
    /// Record it if it is not there, else only play it
    Once,
    /// Play what it has; from the first prompt that it misses ask the model
    #[value(alias = "new_episodes", alias = "new-episodes")]
    New,
    /// Ask everything anew, and keep the former recording beside it (.old)
    All,
    /// Ask everything anew, and replace the recording
    Rewrite,
}

impl RecordMode {
    /// The word on the command line.
    pub(in crate::cli) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Once => "once",
            Self::New => "new",
            Self::All => "all",
            Self::Rewrite => "rewrite",
        }
    }
}

/// The forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ExportFormat {
    /// One page of HTML with nothing outside of it
    Html,
    /// A Markdown document
    Markdown,
    /// JSON Lines of {"role", "content"}, as chat programs read them
    Chat,
}

impl Chat {
    /// The chat of a command line that says nothing.
    pub(in crate::cli) fn of_nothing() -> Self {
        Self { repairs: REPAIRS, ..Self::default() }
    }
}
