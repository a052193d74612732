//! A run against its baseline, and how it ends.

use std::path::Path;

use super::args::{Against, EvalFormat};
use crate::cli::{CliError, Exit, World, files};
use crate::eval::{self, Baseline, Beside, Comparison, Manner, Report};
use crate::report::visible;
use crate::transcript::Told;

/// The scores from before; none where there is no baseline yet and this run makes it.
pub(super) fn baseline(against: &Against, world: &World<'_>) -> Result<Option<Baseline>, CliError> {
    let Some(path) = &against.baseline else { return Ok(None) };
    let full = world.directory.join(path);
    if against.write_baseline.as_ref() == Some(path) && !full.exists() {
        return Ok(None);
    }
    let wrong = |reason: String| CliError::usage(format!("{}: {reason}", path.display()));
    let text = files::read(&full).map_err(wrong)?;
    eval::read_baseline(&text).map(Some).map_err(wrong)
}

/// The form of a report, and how one for people is written.
pub(super) type Form = (EvalFormat, Manner);

/// Compares, writes the report and the new baseline, and says how the run ends: 1 where a demand is not met, or something is
/// worse and that was asked for; else 2 where a suite is wrong; else 3 where something could not be judged, or the
/// baseline was not written.
pub(super) fn end(
    report: &Report,
    mut beside: Beside,
    told: &[Option<Told>],
    against: &Against,
    before: Option<&Baseline>,
    format: Form,
    world: &mut World<'_>,
) -> Result<Exit, CliError> {
    beside.comparison = before.map(|before| Comparison::of(report, before));
    beside.gate = against.fail_on_worse;
    let worse = against.fail_on_worse && beside.comparison.as_ref().is_some_and(Comparison::is_worse);
    write(report, &beside, told, format, world)?;
    let mut unwritten = false;
    if let Some(path) = &against.write_baseline {
        let shown = path.display().to_string();
        let why = match () {
            () if beside.unrecorded => Some("not all conversations were recorded"),
            () if report.shard.is_some() => Some("is a part of a run (`eval merge --write-baseline` keeps all of it)"),
            () if !report.chosen.left_out.is_empty() => {
                Some("the run leaves cases out, and a baseline without them holds nothing against them")
            }
            () if !report.problems.is_empty() => {
                Some("a suite is wrong, and a baseline without its cases holds nothing against them")
            }
            () if report.scores.iter().any(|score| report.is_left_out(score)) => Some(
                "stale recordings are left out, and a baseline without them holds nothing against them; record them anew with `--live --stale record`, or write it without `--stale leave-out`",
            ),
            () if worse => Some("something is worse; without `--fail-on-worse` it becomes the baseline"),
            () => None,
        };
        match why {
            Some(why) => {
                unwritten = true;
                writeln!(world.err, "warning: {}: not written: {why}", visible(&shown))?;
            }
            None => {
                if let Err(error) = keep(report, path, world) {
                    unwritten = true;
                    error.tell(world);
                }
            }
        }
    }
    Ok(match report.exit_code() {
        _ if worse => Exit::Found,
        0 if unwritten => Exit::Undone,
        0 => Exit::Fine,
        1 => Exit::Found,
        2 => Exit::Usage,
        _ => Exit::Undone,
    })
}

fn keep(report: &Report, path: &Path, world: &World<'_>) -> Result<(), CliError> {
    let mut text = Vec::new();
    eval::json(report, &Beside::default(), &mut text)?;
    let written = std::fs::write(world.directory.join(path), text);
    written.map_err(|error| match path.parent().filter(|folder| !world.directory.join(folder).is_dir()) {
        Some(folder) => CliError::undone(format!("{}: there is no folder {}", path.display(), folder.display())),
        None => CliError::undone(format!("{}: {error}", path.display())),
    })
}

fn write(
    report: &Report,
    beside: &Beside,
    told: &[Option<Told>],
    format: Form,
    world: &mut World<'_>,
) -> Result<(), CliError> {
    for problem in &report.problems {
        writeln!(world.err, "error: {}", visible(&problem.to_string()))?;
    }
    match format.0 {
        EvalFormat::Human => eval::human(report, beside, format.1, &mut *world.out)?,
        EvalFormat::Json => eval::json(report, beside, &mut *world.out)?,
        EvalFormat::Junit => eval::junit(report, beside, &mut *world.out)?,
        EvalFormat::Markdown => eval::markdown(report, beside, &mut *world.out)?,
        EvalFormat::Html => eval::page(report, beside, told, &mut *world.out)?,
    }
    if let Some(why) = report.nothing() {
        writeln!(world.err, "error: {}", visible(&why))?;
    }
    if let Some(note) = report.empty_part() {
        writeln!(world.err, "note: {note}")?;
    }
    Ok(())
}
