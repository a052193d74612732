//! The command line. The comments here are what `--help` says; `docs/cli.md` is a snapshot of it.

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, ValueEnum};

use super::eval::args::Eval;
use crate::finding::{Layer, Severity};
use crate::settings::{Api, ColorChoice};

const AFTER: &str = "Exit codes:
  0  fine
  1  findings with severity error, a refused file, a failed expectation
  2  bad usage or configuration
  3  the work could not be done or decided: an unreadable file, an incomplete verdict,
     a bad or stale recording, no model, no network, a cap reached";

/// How often findings go back for each prompt, unless one says otherwise.
pub(super) const REPAIRS: usize = 3;

/// The command line as clap knows it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Chat assistant and checker for Bitbucket Pipelines
///
/// A model writes bitbucket-pipelines.yml in a conversation; every reply is checked against the syntax, Bitbucket's
/// schema, its semantics and a delivery policy. Without a command the chat opens in the current folder.
#[derive(Debug, Parser)]
#[command(name = "pipewright", version, after_help = AFTER, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Subcommand>,
}

#[derive(Debug, Args)]
pub(super) struct Global {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, global = true, value_name = "WHEN", value_parser = color, hide_possible_values = false)]
    pub(super) color: Option<ColorChoice>,
    /// The settings file, instead of pipewright.yaml of the repository
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Subcommand {
    Chat(Chat),
    Replay(Replay),
    Eval(Box<Eval>),
    Check(Check),
    Plan(Plan),
    Diff(Diff),
    Rules(Rules),
    Sessions(Sessions),
    Config(Config),
    Doctor(Doctor),
    /// Write a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write a manual page
    Man {
        /// The page of one command instead of the program's
        command: Option<String>,
    },
}

/// Chat with a model until bitbucket-pipelines.yml is as it should be
///
/// Every reply is checked; findings go back to the model by themselves. Nothing is written before /accept. Without a
/// model the chat plays a recording that is compiled in.
#[derive(Debug, Default, Args)]
pub(super) struct Chat {
    /// Go on with a session: its id, the beginning of one, a path, or `last`
    #[arg(long, value_name = "SESSION", num_args = 0..=1, default_missing_value = "last")]
    pub(super) resume: Option<String>,
    /// The file at stake [default: bitbucket-pipelines.yml]
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// How often findings go back to the model by themselves, for each prompt
    #[arg(long, value_name = "ROUNDS", default_value_t = REPAIRS)]
    pub(super) repairs: usize,
    /// Keep no session
    #[arg(long)]
    pub(super) no_session: bool,
    #[command(flatten)]
    pub(super) model: Model,
    #[command(flatten)]
    pub(super) policy: Policy,
}

/// Play a prompt script against a recording or a live model
///
/// Each turn is shown with its verdict, its diff and what differs from the recording; the accepted file is written.
/// Without a script the one that is compiled in is played, with its recording.
#[derive(Debug, Args)]
pub(super) struct Replay {
    /// A prompt script (.yaml), or a recording that is played with its own prompts (.jsonl)
    #[arg(value_name = "SCRIPT")]
    pub(super) script: Option<PathBuf>,
    /// The recording that answers, or several, or a folder of them: the one that answers the most prompts is played
    /// [default: the one of the script's name that is compiled in]
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "live")]
    pub(super) recording: Vec<PathBuf>,
    /// Ask the configured model instead of a recording
    #[arg(long)]
    pub(super) live: bool,
    /// Where the accepted file goes [default: bitbucket-pipelines.yml, if no other file is there]
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Keep what is said in a new recording
    #[arg(long, value_name = "FILE", conflicts_with = "recording")]
    pub(super) record: Option<PathBuf>,
    /// What becomes of the recording that --record names; those that may ask a model need --live
    #[arg(long, value_enum, value_name = "MODE", requires = "record")]
    pub(super) record_mode: Option<RecordMode>,
    /// How often findings go back to the model by themselves, for each prompt
    #[arg(long, value_name = "ROUNDS", default_value_t = REPAIRS)]
    pub(super) repairs: usize,
    #[command(flatten)]
    pub(super) model: Model,
    #[command(flatten)]
    pub(super) policy: Policy,
}

/// Check pipeline files: syntax, schema, semantics and the delivery policy
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Files; `-` is standard input; a folder is searched for bitbucket-pipelines.yml, and where there is none its YAML
    /// files are taken [default: bitbucket-pipelines.yml]
    #[arg(value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub(super) format: Format,
    /// Only these layers decide: syntax, schema, semantic, policy
    #[arg(long, value_delimiter = ',', value_name = "LAYERS", value_parser = layer)]
    pub(super) layer: Vec<Layer>,
    /// Only this rule decides; may be given several times
    #[arg(long, value_delimiter = ',', value_name = "RULE")]
    pub(super) only: Vec<String>,
    /// Show findings of this severity and above: error, warning, note
    #[arg(long, default_value = "note", value_name = "SEVERITY", value_parser = severity)]
    pub(super) severity: Severity,
    /// The least severity that fails the run: error, warning, note, never
    #[arg(long, default_value = "error", value_name = "SEVERITY", value_parser = fail_on)]
    pub(super) fail_on: FailOn,
    #[command(flatten)]
    pub(super) policy: Policy,
}

/// Tell what an event does: its pipeline, steps, gates and effects
///
/// Without an event all classes of events are told that the file tells apart. An event may be given several times.
#[derive(Debug, Args)]
pub(super) struct Plan {
    /// The file; `-` is standard input [default: bitbucket-pipelines.yml]
    #[arg(value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// A push to a branch
    #[arg(long, value_name = "NAME")]
    pub(super) branch: Vec<String>,
    /// A pushed tag, as in release-1.0.0
    #[arg(long, value_name = "NAME")]
    pub(super) tag: Vec<String>,
    /// A pull request, as in feature/x..main
    #[arg(long, value_name = "FROM..TO")]
    pub(super) pull_request: Vec<String>,
    /// A custom pipeline
    #[arg(long, value_name = "NAME")]
    pub(super) custom: Vec<String>,
    /// All classes of events
    #[arg(long, conflicts_with_all = ["branch", "tag", "pull_request", "custom"])]
    pub(super) all: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Human, value_name = "FORMAT")]
    pub(super) format: PlanFormat,
    #[command(flatten)]
    pub(super) policy: Policy,
}

/// Compare two pipeline files: the text and what the difference means
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The file before; `-` is standard input
    #[arg(value_name = "A")]
    pub(super) before: PathBuf,
    /// The file after
    #[arg(value_name = "B")]
    pub(super) after: PathBuf,
    #[command(flatten)]
    pub(super) policy: Policy,
}

/// Policy settings that the command line may change.
#[derive(Debug, Default, Args)]
pub(super) struct Policy {
    /// The one long-lived branch [default: main]
    #[arg(long, value_name = "BRANCH")]
    pub(super) main_branch: Option<String>,
}

/// Show what is configured and where each value comes from
#[derive(Debug, Args)]
pub(super) struct Config {
    /// Probe the configured server, as `pipewright doctor` does
    #[arg(long)]
    pub(super) check: bool,
    #[command(flatten)]
    pub(super) model: Model,
}

/// Probe the configured server
///
/// Four short requests tell which model answers, whether it streams, counts tokens, takes a system prompt and keeps to a limit,
/// and what it does otherwise than others. Exit code 3 when the chat can't work with it.
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    pub(super) model: Model,
}

/// Which model answers.
#[derive(Debug, Default, Args)]
pub(super) struct Model {
    /// The model's name
    #[arg(long, value_name = "NAME")]
    pub(super) model: Option<String>,
    /// The base URL of an OpenAI-compatible server, as in http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL")]
    pub(super) server: Option<String>,
    /// Seconds that the server may be silent
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) timeout: Option<u64>,
    /// How the server is asked for a reply: as a chat completion, or as a response
    #[arg(long, value_name = "API", value_parser = api)]
    pub(super) api: Option<Api>,
}

/// List the rules, or explain one with a good and a bad example
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// The rule's id
    #[arg(value_name = "ID")]
    pub(super) id: Option<String>,
}

/// List the sessions of this machine, or export one to be read or used elsewhere
#[derive(Debug, Args)]
pub(super) struct Sessions {
    #[command(subcommand)]
    pub(super) command: Option<SessionsCommand>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum SessionsCommand {
    Export(Export),
}

/// Write a session as a page of HTML, as Markdown, or as plain chat lines
///
/// The page stands alone: it shows the conversation and, at every turn, the file with its findings, its diff and what the
/// diff means. Secrets are masked. A file that is there is not overwritten.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The session: its id, the beginning of one, `last`, or the path of a session file or recording
    #[arg(value_name = "SESSION", default_value = "last")]
    pub(super) session: String,
    /// The form [default: as the output's name ends, else markdown]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<ExportFormat>,
    /// Where it goes; `-` is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(super) output: PathBuf,
}

/// What becomes of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RecordMode {
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
    pub(super) fn word(self) -> &'static str {
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
pub(super) enum ExportFormat {
    /// One page of HTML with nothing outside of it
    Html,
    /// A Markdown document
    Markdown,
    /// JSON Lines of {"role", "content"}, as chat programs read them
    Chat,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people: excerpts with carets
    Human,
    /// For scripts: version 1 of our own JSON
    Json,
    /// SARIF 2.1.0, for code scanners
    Sarif,
    /// JUnit XML: a file is a suite, a rule is a case
    Junit,
    /// A report with annotations for Bitbucket's Code Insights
    CodeInsights,
    /// Workflow commands of GitHub Actions
    Github,
    /// path:line:column: severity: message [rule]
    Short,
}

/// The forms of plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// For people
    Human,
    /// For scripts: version 1 of our own JSON
    Json,
}

impl Chat {
    /// The chat of a command line that says nothing.
    pub(super) fn of_nothing() -> Self {
        Self { repairs: REPAIRS, ..Self::default() }
    }
}

/// What fails a run; `None` is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FailOn(pub(super) Option<Severity>);

fn layer(word: &str) -> Result<Layer, String> {
    one_of(word, &Layer::ALL.map(|layer| (layer.word(), layer)))
}

fn severity(word: &str) -> Result<Severity, String> {
    one_of(word, &[Severity::Error, Severity::Warning, Severity::Note].map(|severity| (severity.word(), severity)))
}

fn fail_on(word: &str) -> Result<FailOn, String> {
    let some = |severity: Severity| (severity.word(), FailOn(Some(severity)));
    one_of(word, &[some(Severity::Error), some(Severity::Warning), some(Severity::Note), ("never", FailOn(None))])
}

fn api(word: &str) -> Result<Api, String> {
    let choice = |word: &'static str| Api::parse(word).map(|choice| (word, choice));
    let choices: Vec<_> = Api::WORDS.into_iter().filter_map(choice).collect();
    one_of(word, &choices)
}

fn color(word: &str) -> Result<ColorChoice, String> {
    let choice = |word: &'static str| ColorChoice::parse(word).map(|choice| (word, choice));
    let choices: Vec<_> = ColorChoice::WORDS.into_iter().filter_map(choice).collect();
    one_of(word, &choices)
}

fn one_of<T: Copy>(word: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        format!("not one of {}", names.join(", "))
    })
}
