//! The command line of `pipewright eval`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::args::{Model, REPAIRS};

/// Judge recordings against expectations, offline
///
/// Recorded replies test our reading, checks and expectations, not the model; only --live asks it. Without a suite the
/// ones that are compiled in are run.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Eval {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<EvalCommand>,
    /// Suites
    #[arg(value_name = "SUITE")]
    pub(in crate::cli) suites: Vec<PathBuf>,
    /// Only cases whose name holds this word or that have it as a tag; may be given several times
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) only: Vec<String>,
    /// Only cases with this tag; may be given several times
    #[arg(long, value_name = "TAG")]
    pub(in crate::cli) tag: Vec<String>,
    /// No cases whose name holds this word or that have it as a tag; may be given several times
    #[arg(long, value_name = "WORD")]
    pub(in crate::cli) exclude: Vec<String>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = EvalFormat::Human, value_name = "FORMAT")]
    pub(in crate::cli) format: EvalFormat,
    /// For people: count the recordings that passed, and list only the others
    #[arg(long)]
    pub(in crate::cli) failures_only: bool,
    #[command(flatten)]
    pub(in crate::cli) against: Against,
    /// Exit with 0 whatever is found: for the parts of a run that `eval merge` judges
    #[arg(long)]
    pub(in crate::cli) exit_zero: bool,
    /// Also judge everything with these settings laid over, and tell where that differs first
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) against_settings: Option<PathBuf>,
    /// The same with the prompts of another script, as far as the recordings answer them
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) against_script: Option<PathBuf>,
    /// The same with a rule switched off; may be given several times
    #[arg(long, value_name = "RULE")]
    pub(in crate::cli) disable_rule: Vec<String>,
    /// The same with another severity of a rule; may be given several times
    #[arg(long, value_name = "RULE=SEVERITY")]
    pub(in crate::cli) severity: Vec<String>,
    /// Only a part of the recordings, as 1/4; `auto` is the parallel step of Bitbucket that runs
    #[arg(long, value_name = "K/N")]
    pub(in crate::cli) shard: Option<String>,
    /// Keep scores in this file as they are made, and take from it what is known already
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) resume: Option<PathBuf>,
    /// What becomes of recordings that were made for other prompts than today's
    #[arg(long, value_enum, default_value_t = Stale::Fail, value_name = "MODE")]
    pub(in crate::cli) stale: Stale,
    /// Record anew with the configured model first
    #[arg(long, conflicts_with_all = ["shard", "resume"])]
    pub(in crate::cli) live: bool,
    /// With --live: how often findings go back to the model by themselves, for each prompt
    #[arg(long, value_name = "ROUNDS", default_value_t = REPAIRS)]
    pub(in crate::cli) repairs: usize,
    /// With --live: record until each case has so many recordings, instead of one more
    #[arg(long, value_name = "COUNT", requires = "live", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(in crate::cli) samples: Option<u16>,
    /// With --live: how many conversations are held at once
    #[arg(long, value_name = "COUNT", default_value_t = 1, requires = "live", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub(in crate::cli) jobs: u8,
    /// With --live: the most tokens of all conversations, sent and received
    #[arg(long, value_name = "TOKENS", requires = "live")]
    pub(in crate::cli) max_tokens: Option<u64>,
    /// With --live: the most requests a minute
    #[arg(long, value_name = "REQUESTS", requires = "live", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) per_minute: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) model: Model,
}

/// What becomes of stale recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Stale {
    /// They could not be judged: exit code 3
    Fail,
    /// They are told and left out; a case that has no other could not be judged
    LeaveOut,
    /// With --live: they are recorded anew, instead of one more for each case; FILE.old keeps the former
    Record,
}

/// What a run is held against.
#[derive(Debug, Args)]
pub(in crate::cli) struct Against {
    /// Compare with an earlier report (--format json)
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Keep this run as a baseline
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) write_baseline: Option<PathBuf>,
    /// With --baseline: what got worse, is gone or is no longer checked fails the run
    #[arg(long, requires = "baseline")]
    pub(in crate::cli) fail_on_worse: bool,
}

#[derive(Debug, clap::Subcommand)]
pub(in crate::cli) enum EvalCommand {
    Merge(Merge),
    Bisect(Bisect),
    Mutate(Mutate),
}

/// Put the JSON reports of all parts of a run together, into the report of one run
#[derive(Debug, Args)]
pub(in crate::cli) struct Merge {
    /// Reports of `eval --shard K/N --format json`, in any order
    #[arg(value_name = "REPORT", required = true)]
    pub(in crate::cli) reports: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = EvalFormat::Human, value_name = "FORMAT")]
    pub(in crate::cli) format: EvalFormat,
    /// For people: count the recordings that passed, and list only the others
    #[arg(long)]
    pub(in crate::cli) failures_only: bool,
    #[command(flatten)]
    pub(in crate::cli) against: Against,
}

/// Name the turn of a conversation at which a rule broke, with its prompt and the lines that changed
#[derive(Debug, Args)]
pub(in crate::cli) struct Bisect {
    /// A recording
    #[arg(value_name = "RECORDING")]
    pub(in crate::cli) recording: PathBuf,
    /// The rule
    #[arg(long, value_name = "RULE")]
    pub(in crate::cli) rule: String,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = BisectFormat::Human, value_name = "FORMAT")]
    pub(in crate::cli) format: BisectFormat,
}

/// The forms of a rule's way through a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum BisectFormat {
    /// For people: prompts, lines that changed, findings
    Human,
    /// For scripts: version 1 of our own JSON
    Json,
}

/// Make an accepted file worse in every known way and tell which rules notice
///
/// Each mutant has one thing changed: a gate dropped, a tag's pattern widened, a rebuild instead of a retag. What survives
/// is a gap: of a rule, or of your settings.
#[derive(Debug, Args)]
pub(in crate::cli) struct Mutate {
    /// Accepted files [default: bitbucket-pipelines.yml]
    #[arg(value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = MutateFormat::Human, value_name = "FORMAT")]
    pub(in crate::cli) format: MutateFormat,
}

/// The forms of a mutation score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum MutateFormat {
    /// For people: by operator and rule, then what survived
    Human,
    /// For scripts: version 1 of our own JSON
    Json,
}

/// The forms of an eval's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum EvalFormat {
    /// For people
    Human,
    /// For scripts: version 2 of our own JSON; also a baseline
    Json,
    /// JUnit XML: a suite is a suite, a recording of a case is a case
    Junit,
    /// Markdown for the comment of a pull request
    Markdown,
    /// One page with nothing outside of it: funnel, rules, turns, and each conversation with its file
    Html,
}
