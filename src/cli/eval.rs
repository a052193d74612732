//! `pipewright eval`: recordings judged against expectations; with `--live` recorded anew first.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::args::{Eval, EvalFormat, Global};
use super::chat::{redact, repairs};
use super::config::{Configuration, Overrides, checker_of};
use super::replay::{backend, header};
use super::{CliError, Exit, World, files};
use crate::engine::{self, PromptScript};
use crate::eval::{self, Case, Change, Shelf, Suite};
use crate::model::Interrupt;
use crate::replay::{self, Options};
use crate::report::visible;
use crate::session::{Writer, new_id};

/// Judges the recordings of suites.
pub(super) fn run(arguments: &Eval, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let configuration = Configuration::load(global, Overrides::model(&arguments.model), world)?;
    let before = arguments.baseline.as_ref().map(|path| read_baseline(path, arguments.bless, world)).transpose()?;
    if arguments.live {
        record(arguments, &configuration, world)?;
    }
    let suites: Vec<String> = arguments.suites.iter().map(|path| path.display().to_string()).collect();
    for suite in &suites {
        if let Err(reason) = files::read(&world.directory.join(suite)) {
            return Err(CliError::undone(format!("{suite}: {reason}")));
        }
    }
    let settings = if suites.is_empty() { Default::default() } else { configuration.settings.clone() };
    let options = eval::Options { settings, only: arguments.only.clone() };
    let report = eval::run(&suites, &Shelf::Disk(world.directory.clone()), &options);
    let compared = before.flatten().map(|before| eval::compare(&report, &before)).unwrap_or_default();
    for problem in &report.problems {
        writeln!(world.err, "error: {}", visible(&problem.to_string()))?;
    }
    match arguments.format {
        EvalFormat::Human => eval::human(&report, &compared, &mut *world.out)?,
        EvalFormat::Json => eval::json(&report, &mut *world.out)?,
        EvalFormat::Junit => eval::junit(&report, &mut *world.out)?,
    }
    if let Some(path) = arguments.baseline.as_ref().filter(|_| arguments.bless) {
        let mut text = Vec::new();
        eval::json(&report, &mut text)?;
        let written = std::fs::write(world.directory.join(path), text);
        written.map_err(|error| CliError::undone(format!("{}: {error}", path.display())))?;
    }
    let worse = !arguments.bless && compared.iter().any(|compared| compared.change == Change::Worse);
    Ok(match report.exit_code() {
        0 if worse => Exit::Found,
        0 => Exit::Fine,
        1 => Exit::Found,
        2 => Exit::Usage,
        _ => Exit::Undone,
    })
}

/// The scores from before; none where there is no baseline yet and this run makes it.
fn read_baseline(path: &Path, bless: bool, world: &World<'_>) -> Result<Option<Vec<eval::CaseScore>>, CliError> {
    let full = world.directory.join(path);
    if bless && !full.exists() {
        return Ok(None);
    }
    let wrong = |reason: String| CliError::usage(format!("{}: {reason}", path.display()));
    let text = files::read(&full).map_err(wrong)?;
    eval::read_baseline(&text).map(Some).map_err(wrong)
}

/// Plays the script of each case with the live model and keeps what is said beside the case's recordings.
fn record(arguments: &Eval, configuration: &Configuration, world: &mut World<'_>) -> Result<(), CliError> {
    if arguments.suites.is_empty() {
        let error = CliError::usage("what is compiled in can't be recorded anew");
        return Err(error.hint("name a suite's file"));
    }
    let interrupt = Interrupt::new();
    let mut live = backend(configuration, &interrupt)?;
    for path in &arguments.suites {
        let name = path.display().to_string();
        let undone = |reason: String| CliError::undone(format!("{name}: {reason}"));
        let text = files::read(&world.directory.join(path)).map_err(undone)?;
        let (suite, _) =
            Suite::read(&name, &text, &configuration.settings).map_err(|error| CliError::usage(error.to_string()))?;
        let folder = world.directory.join(path).parent().map(Path::to_owned).unwrap_or_default();
        for case in &suite.cases {
            let chosen = arguments.only.is_empty()
                || arguments.only.iter().any(|word| {
                    case.name.contains(word.as_str()) || case.tags.iter().any(|tag| tag.contains(word.as_str()))
                });
            let (Some(script), true) = (&case.script, chosen) else { continue };
            let text = files::read(&folder.join(script)).map_err(|reason| undone(format!("{script}: {reason}")))?;
            let script = PromptScript::read(script, &text, &case.settings)
                .map_err(|error| CliError::usage(error.to_string()))?;
            let engine = engine::Options { repairs: repairs(arguments.repairs), ..engine::Options::default() };
            let target = target(&folder, case);
            let shown = target.strip_prefix(&world.directory).unwrap_or(&target).display().to_string();
            let header = header(configuration, &engine, Some(&script), Some(crate::model::Backend::name(&live)));
            let mut writer = Writer::create(&target, &header, redact(configuration));
            writeln!(world.err, "{}: recording to {}", visible(&case.name), visible(&shown))?;
            let options = Options {
                script: Some(&script),
                recording: None,
                engine,
                checker: checker_of(&script.settings)?,
                output: None,
                directory: world.directory.clone(),
                overwrite: false,
                look: configuration.look(world),
            };
            let outcome =
                replay::run(options, Some(&mut live), Some(&mut writer), &mut std::io::sink(), &mut *world.err)
                    .map_err(|error| CliError::undone(error.to_string()))?;
            // Why it ended is told by then.
            if outcome.ended.is_some() {
                return Err(undone(format!("{}: not recorded to its end", case.name)));
            }
        }
    }
    Ok(())
}

/// A new file where the case's recordings lie.
fn target(folder: &Path, case: &Case) -> PathBuf {
    let pattern = case.recordings.first().map_or("", String::as_str);
    let fixed = pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']) && !part.ends_with(".jsonl"));
    let name = new_id(SystemTime::now(), std::process::id());
    fixed.fold(folder.to_owned(), |path, part| path.join(part)).join(format!("{name}.jsonl"))
}
