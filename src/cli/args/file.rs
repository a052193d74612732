//! The command line of what is asked of files: check, plan, diff, and the rules.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{Policy, words};
use crate::finding::{Layer, Severity};

/// Check pipeline files: syntax, schema, semantics and the delivery policy
#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// Files; `-` is standard input; a folder is searched for bitbucket-pipelines.yml, and where there is none its YAML
    /// files are taken [default: bitbucket-pipelines.yml]
    #[arg(value_name = "FILE")]
    pub(in crate::cli) files: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub(in crate::cli) format: Format,
    /// Only these layers decide
    #[arg(long, value_delimiter = ',', value_name = "LAYERS", value_parser = words::layer())]
    pub(in crate::cli) layer: Vec<Layer>,
    /// Only this rule decides; may be given several times
    #[arg(long, value_delimiter = ',', value_name = "RULE", value_parser = words::rule(), hide_possible_values = true)]
    pub(in crate::cli) only: Vec<String>,
    /// Show findings of this severity and above
    #[arg(long, default_value = "note", value_name = "SEVERITY", value_parser = words::severity())]
    pub(in crate::cli) severity: Severity,
    /// The least severity that fails the run
    #[arg(long, default_value = "error", value_name = "SEVERITY", value_parser = words::fail_on())]
    pub(in crate::cli) fail_on: FailOn,
    /// The path of what stands on standard input: reports name it, and the repository's settings and scripts are found by
    /// it
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) stdin_filename: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
}

/// Tell what an event does: its pipeline, steps, gates and effects
///
/// Without an event all classes of events are told that the file tells apart. An event may be given several times.
#[derive(Debug, Args)]
pub(in crate::cli) struct Plan {
    /// The file; `-` is standard input [default: bitbucket-pipelines.yml]
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// A push to a branch
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(in crate::cli) branch: Vec<String>,
    /// A pushed tag, as in release-1.0.0
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(in crate::cli) tag: Vec<String>,
    /// A pull request, as in feature/x..main
    #[arg(long, value_name = "FROM..TO", value_hint = ValueHint::Other)]
    pub(in crate::cli) pull_request: Vec<String>,
    /// A custom pipeline
    #[arg(long, value_name = "NAME", value_hint = ValueHint::Other)]
    pub(in crate::cli) custom: Vec<String>,
    /// All classes of events
    #[arg(long, conflicts_with_all = ["branch", "tag", "pull_request", "custom"])]
    pub(in crate::cli) all: bool,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = PlanFormat::Human, value_name = "FORMAT")]
    pub(in crate::cli) format: PlanFormat,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
}

/// Compare two pipeline files: the text and what the difference means
#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    /// The file before; `-` is standard input
    #[arg(value_name = "A")]
    pub(in crate::cli) before: PathBuf,
    /// The file after
    #[arg(value_name = "B")]
    pub(in crate::cli) after: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) policy: Policy,
}

/// List the rules, or explain one with a good and a bad example
#[derive(Debug, Args)]
pub(in crate::cli) struct Rules {
    /// The rule's id
    #[arg(value_name = "ID", value_parser = words::rule(), hide_possible_values = true)]
    pub(in crate::cli) id: Option<String>,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
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
pub(in crate::cli) enum PlanFormat {
    /// For people
    Human,
    /// For scripts: version 1 of our own JSON
    Json,
}

/// What fails a run; `None` is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) struct FailOn(pub(in crate::cli) Option<Severity>);
