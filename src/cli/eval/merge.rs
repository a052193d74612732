//! `pipewright eval merge`: the parts of a run put together, with the page and the exit of one run.

use super::CONVERSATIONS;
use super::args::{EvalFormat, Merge};
use super::{again, gate};
use crate::cli::args::Global;
use crate::cli::config::{Configuration, Overrides, plain_look};
use crate::cli::{CliError, Exit, World, files};
use crate::eval::{self, Manner, Other, Report, Shelf, Work};
use crate::report::visible;
use crate::text::named;
use crate::transcript::Told;

/// Puts parts together; what is said and the exit are those of one run.
pub(super) fn run(arguments: &Merge, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let before = gate::baseline(&arguments.against, world)?;
    let mut parts = Vec::new();
    for path in &arguments.reports {
        let name = path.display().to_string();
        let text =
            files::read(&world.directory.join(path)).map_err(|reason| CliError::undone(format!("{name}: {reason}")))?;
        let (report, beside) =
            eval::read_report(&text).map_err(|reason| CliError::usage(format!("{name}: {reason}")))?;
        parts.push((name, report, beside));
    }
    let (report, mut beside) = eval::merge(parts).map_err(CliError::usage)?;
    beside.again = again::options(global, None);
    let told = if arguments.format == EvalFormat::Html { told(&report, global, world)? } else { Vec::new() };
    let manner = Manner { look: plain_look(global, world)?, failures_only: arguments.failures_only };
    gate::end(&report, beside, &told, &arguments.against, before.as_ref(), (arguments.format, manner), world)
}

/// The conversations, read and played again where suites and recordings are at hand: reports hold scores alone. What is
/// left out is told.
fn told(report: &Report, global: &Global, world: &mut World<'_>) -> Result<Vec<Option<Told>>, CliError> {
    let Some(suites) = &report.files else {
        writeln!(world.err, "note: the page has no conversations: the parts do not say where their suites are")?;
        return Ok(Vec::new());
    };
    let configuration = Configuration::load(global, Overrides::default(), world)?;
    let settings = if suites.is_empty() { configuration.for_embedded() } else { configuration.settings };
    let options = eval::Options { settings, filter: report.chosen.filter.clone(), ..eval::Options::default() };
    let work = Work::prepare(suites, &Shelf::Disk(world.directory.clone()), &options);
    let (told, others) = match work.told_again(report, CONVERSATIONS) {
        Ok(told) => told,
        Err(other) => {
            writeln!(world.err, "note: the page has no conversations: {}", visible(&why_none(suites, other)))?;
            return Ok(Vec::new());
        }
    };
    if others > 0 {
        writeln!(
            world.err,
            "note: the page lacks {others} of its conversations: their recordings are gone, or others than were judged"
        )?;
    }
    Ok(told)
}

/// Why there are no conversations, and the next move.
fn why_none(suites: &[String], other: Other) -> String {
    let (is, they, were) = if suites.len() > 1 { ("are", "they", "were") } else { ("is", "it", "was") };
    let named = if suites.is_empty() { "what is compiled in".to_owned() } else { named(suites) };
    match other {
        Other::Program => format!("{named} {were} judged by another version of the program; merge with that one"),
        Other::Settings => format!(
            "{named} {were} judged under other settings; merge where the parts were run, with the `--config` that they had, or without one if they had none"
        ),
        Other::Suites | Other::Instead => {
            format!("{named} {is} not here as {they} {were} judged; merge where the parts were run")
        }
    }
}
