//! The command line. The comments here and in the files of its subjects are what `--help` says; `docs/cli.md` is a snapshot
//! of it. `eval` has its own beside it.

mod file;
mod talk;
mod words;

pub(super) use file::{Check, Diff, FailOn, Format, Plan, PlanFormat, Rules};
pub(super) use talk::{Chat, Export, ExportFormat, REPAIRS, RecordMode, Replay, Sessions, SessionsCommand};

use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, ValueHint};

use super::eval::args::Eval;
use crate::settings::{Api, ColorChoice};

/// How the program ends: the codes with their meanings, broken where the help breaks them.
pub(super) const EXITS: [(&str, &str); 5] = [
    ("0", "fine"),
    ("1", "findings with severity error, a refused file, a failed expectation"),
    ("2", "bad usage or configuration"),
    (
        "3",
        "the work could not be done or decided: an unreadable file, an incomplete verdict,\na bad or stale recording, no \
         model, no network, a cap reached",
    ),
    ("130", "interrupted with Ctrl-C"),
];

fn exit_codes() -> String {
    let lines = EXITS.map(|(code, meaning)| format!("\n  {code}  {}", meaning.replace('\n', "\n     ")));
    format!("Exit codes:{}", lines.concat())
}

/// The command line as clap knows it.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Chat assistant and checker for Bitbucket Pipelines
///
/// A model writes bitbucket-pipelines.yml in a conversation; every reply is checked against the syntax, Bitbucket's
/// schema, its semantics and a delivery policy. Without a command the chat opens in the current folder.
#[derive(Debug, Parser)]
#[command(name = "pipewright", version, after_help = exit_codes(), max_term_width = 100)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Option<Subcommand>,
}

#[derive(Debug, Args)]
pub(super) struct Global {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, global = true, value_name = "WHEN", value_parser = words::color())]
    pub(super) color: Option<ColorChoice>,
    /// The settings file, instead of pipewright.yaml of the repository
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The words behind the program's name, as they were given: to tell the command that goes on.
    #[arg(skip)]
    pub(super) words: Vec<String>,
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
        #[arg(value_parser = words::subcommand(), hide_possible_values = true)]
        command: Option<String>,
    },
}

/// Policy settings that the command line may change.
#[derive(Debug, Default, Args)]
pub(super) struct Policy {
    /// The one long-lived branch [default: main]
    #[arg(long, value_name = "BRANCH", value_hint = ValueHint::Other)]
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
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(super) model: Option<String>,
    /// The base URL of an OpenAI-compatible server, as in http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(super) server: Option<String>,
    /// Seconds that the server may be silent
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(super) timeout: Option<u64>,
    /// How the server is asked for a reply: as a chat completion, or as a response
    #[arg(long, value_name = "API", value_parser = words::api())]
    pub(super) api: Option<Api>,
}
