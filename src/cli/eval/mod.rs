//! `pipewright eval`: recordings judged against expectations; with `--live` recorded anew first.

mod again;
pub(super) mod args;
mod asked;
mod bisect;
mod gate;
mod live;
mod merge;
mod mutate;
mod progress;
mod stopped;
mod take;

use std::path::Path;

use self::args::{Eval, EvalCommand, EvalFormat, Stale};
use self::live::Recorded;
use super::args::Global;
use super::config::{Configuration, Overrides};
use super::{CliError, Exit, World, files, scripts};
use crate::engine::script::{rule_ids, unknown_rule};
use crate::engine::written::ScriptErrors;
use crate::eval::{self, Beside, Filter, Instead, Keep, Manner, Shard, Shelf, Work};
use crate::model::Interrupt;
use crate::report::visible;
use crate::settings::Settings;

/// Conversations that a page shows: more make a file that no browser opens gladly.
const CONVERSATIONS: usize = 200;

/// Judges the recordings of suites, or does what is asked with reports and single recordings.
pub(super) fn run(arguments: &Eval, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    match &arguments.command {
        Some(EvalCommand::Merge(merge)) => merge::run(merge, global, world),
        Some(EvalCommand::Bisect(bisect)) => bisect::run(bisect, global, world),
        Some(EvalCommand::Mutate(mutate)) => mutate::run(mutate, global, world),
        None => judged(arguments, global, world),
    }
}

fn judged(arguments: &Eval, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let configuration = Configuration::load(global, Overrides::model(&arguments.model), world)?;
    let before = gate::baseline(&arguments.against, world)?;
    let instead = instead(arguments, world)?;
    let filter =
        Filter { only: arguments.only.clone(), tags: arguments.tag.clone(), exclude: arguments.exclude.clone() };
    let shard = arguments.shard.as_ref().map(|text| shard(text, world)).transpose()?.flatten();
    let suites: Vec<String> = arguments.suites.iter().map(|path| path.display().to_string()).collect();
    let interrupt = Interrupt::new();
    if arguments.stale == Stale::Record && !arguments.live {
        let error = CliError::usage("`--stale record` asks a model");
        return Err(error.hint("add `--live`, or judge without stale recordings with `--stale leave-out`"));
    }
    let keep = arguments.resume.as_ref().map(|path| kept(path, world)).transpose()?;
    let settings = match suites.is_empty() {
        true => configuration.of_embedded(world)?,
        false => configuration.settings.clone(),
    };
    let leave_out_stale = arguments.stale == Stale::LeaveOut;
    let mut options = eval::Options { settings, filter, shard, leave_out_stale, unrecorded: false };
    let mut recorded = Recorded::default();
    if arguments.live {
        whole(&suites, &options, world)?;
        recorded = live::record(arguments, &options.filter, &configuration, &interrupt, global, world)?;
    }
    // Where nothing is new, nothing new is to be judged.
    if let Some(broken) = recorded.broken.take_if(|_| recorded.count == 0) {
        return Err(broken);
    }
    // A case that was not reached has none.
    options.unrecorded = recorded.broken.is_some();
    let work = Work::prepare(&suites, &Shelf::Disk(world.directory.clone()), &options);
    // Whoever can't listen for Ctrl-C ends at it, as any program does.
    let _ = interrupt.on_ctrl_c();
    let judged = progress::scores(&work, None, keep.as_ref(), &interrupt, world)?;
    let judged = judged.map_err(|stopped| stopped::error(stopped, None, arguments, global))?;
    if let (Some(path), Some(hits)) = (&arguments.resume, keep.as_ref().map(Keep::hits).filter(|hits| *hits > 0)) {
        writeln!(
            world.err,
            "{}: {hits} of {} scores were known",
            visible(&path.display().to_string()),
            judged.scores.len()
        )?;
    }
    let divergences = match &instead {
        None => Vec::new(),
        Some(instead) => {
            let others = progress::scores(&work, Some(instead), None, &interrupt, world)?;
            let others = others.map_err(|stopped| stopped::error(stopped, Some(instead), arguments, global))?;
            eval::diverge(&judged.scores, &others.scores)
        }
    };
    interrupt.let_go();
    let told = if arguments.format == EvalFormat::Html { work.told(&judged.scores, CONVERSATIONS) } else { Vec::new() };
    let report = work.report(judged, instead.as_ref());
    let manner = Manner { look: configuration.look(world), failures_only: arguments.failures_only };
    let beside = Beside {
        divergences,
        instead: instead.as_ref().map_or("", Instead::words).to_owned(),
        live: recorded.count > 0,
        unrecorded: recorded.broken.is_some(),
        again: again::options(global, Some(arguments)),
        ..Beside::default()
    };
    let exit =
        gate::end(&report, beside, &told, &arguments.against, before.as_ref(), (arguments.format, manner), world)?;
    match (recorded.broken, exit) {
        // What is worse than that is told by the report.
        (Some(broken), Exit::Found | Exit::Usage) => {
            broken.tell(world);
            Ok(exit)
        }
        (Some(broken), _) => Err(broken),
        (None, _) => Ok(if arguments.exit_zero { Exit::Fine } else { exit }),
    }
}

/// Makes sure of the suites before anything is paid for: offline the cases that can be read would be judged.
fn whole(suites: &[String], options: &eval::Options, world: &World<'_>) -> Result<(), CliError> {
    if suites.is_empty() {
        return Ok(());
    }
    let options = eval::Options { unrecorded: true, ..options.clone() };
    let work = Work::prepare(suites, &Shelf::Disk(world.directory.clone()), &options);
    match work.problems() {
        [] => Ok(()),
        problems => {
            let error = CliError::usage(ScriptErrors(problems.to_vec()).to_string());
            Err(error.hint("nobody was asked: correct the suite first"))
        }
    }
}

/// The settings of a counterfactual run, where one is asked for.
fn instead(arguments: &Eval, world: &World<'_>) -> Result<Option<Instead>, CliError> {
    let wrong = |error: crate::engine::ScriptError| CliError::usage(error.to_string());
    let mut instead: Option<Instead> = None;
    if let Some(path) = &arguments.against_settings {
        let name = path.display().to_string();
        let text = files::read(&world.directory.join(path));
        let text = text.map_err(|reason| CliError::usage(format!("{name}: {reason}")))?;
        instead = Some(Instead::read(&name, &text).map_err(wrong)?);
    }
    if let Some(path) = &arguments.against_script {
        let script = scripts::read(path, &world.directory, &Settings::default(), CliError::usage)?;
        let prompts = Instead::prompts(script);
        instead = Some(match instead {
            Some(first) => first.and(prompts),
            None => prompts,
        });
    }
    let mut rules = Vec::new();
    for rule in &arguments.disable_rule {
        rules.push((rule.as_str(), "off"));
    }
    for both in &arguments.severity {
        let message = || CliError::usage(format!("`{}` is no RULE=SEVERITY, as in build-once=warning", visible(both)));
        rules.push(both.split_once('=').ok_or_else(message)?);
    }
    let known = rule_ids();
    if let Some((rule, _)) = rules.iter().find(|(rule, _)| !known.contains(rule)) {
        return Err(CliError::usage(unknown_rule(rule)));
    }
    let words = ["error", "warning", "note", "off"];
    if let Some((_, severity)) = rules.iter().find(|(_, severity)| !words.contains(severity)) {
        let message = format!("`{}` is no severity: it is {}", visible(severity), words.join(", "));
        return Err(CliError::usage(message));
    }
    if !rules.is_empty() {
        let map: serde_json::Map<String, serde_json::Value> =
            rules.into_iter().map(|(rule, severity)| (rule.to_owned(), severity.into())).collect();
        let more =
            Instead::read("the command line", &serde_json::json!({ "rules": map }).to_string()).map_err(wrong)?;
        instead = Some(match instead {
            Some(first) => first.and(more),
            None => more,
        });
    }
    Ok(instead)
}

fn shard(text: &str, world: &World<'_>) -> Result<Option<Shard>, CliError> {
    if text != "auto" {
        return text.parse().map(Some).map_err(CliError::usage);
    }
    let variable = |name: &str| world.environment.get(name).map(String::as_str);
    let shard = Shard::of_steps(variable("BITBUCKET_PARALLEL_STEP"), variable("BITBUCKET_PARALLEL_STEP_COUNT"));
    shard.map_err(CliError::usage)
}

/// The file of scores that were kept before.
fn kept(path: &Path, world: &World<'_>) -> Result<Keep, CliError> {
    // Another build may judge otherwise, also under the same version.
    let build = std::env::current_exe().and_then(std::fs::metadata).and_then(|file| Ok((file.len(), file.modified()?)));
    let program = format!("{} {:?}", env!("CARGO_PKG_VERSION"), build.ok());
    let keep = Keep::open(&world.directory.join(path), &program);
    keep.map_err(|error| CliError::undone(format!("{}: {error}", path.display())))
}
