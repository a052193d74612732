//! `pipewright plan`: what an event does.

use std::path::{Path, PathBuf};

use super::args::{Global, Plan, PlanFormat};
use super::config::{Configuration, Overrides};
use super::files::STDIN;
use super::{CliError, Exit, World, files};
use crate::engine::leads_out;
use crate::pipeline::{File, Section};
use crate::plan::{Event, EventKind};
use crate::report::{self, WirePlan, visible};
use crate::settings::Settings;
use crate::text::{command, with_files};
use crate::yaml::Document;

/// Writes the plans of the events that the arguments name, or of all.
pub(super) fn run(arguments: &Plan, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let over = Overrides { main_branch: arguments.policy.main_branch.clone(), ..Overrides::default() };
    let configuration = Configuration::load(global, over, world)?;
    let settings = &configuration.settings;
    let events = events(arguments, settings)?;
    let path = arguments.file.clone().unwrap_or_else(|| configuration.file_path(&world.directory));
    if arguments.file.is_none()
        && let Some(reason) = leads_out(&configuration.file_folder(&world.directory), &world.directory.join(&path))
    {
        return Err(CliError::undone(format!("{}: {reason}", path.display())));
    }
    let (name, document) = open(&path, world)?;
    let checker = configuration.checker()?.with_files(&root(&path, &world.directory));
    let document = checker.with_imports(document);
    let plans = checker.plan_with(&document, |mut planner| {
        if events.is_empty() {
            let mut wired: Vec<WirePlan> =
                planner.listed().iter().map(|plan| WirePlan::new(plan, &document, settings)).collect();
            for trigger in planner.triggers() {
                let started = planner.started(&trigger);
                wired.extend(started.iter().map(|plan| WirePlan::triggered(plan, &trigger, &document, settings)));
            }
            let queues = planner.merge_queues();
            wired.extend(queues.iter().map(|plan| WirePlan::new(plan, &document, settings)));
            // That main runs nothing is the first thing to know of a file, and not told by what it has.
            let main = Event::new(EventKind::Main, settings.main_branch.as_str());
            if !wired.is_empty() && planner.all_of(&main).is_empty() {
                wired.insert(0, WirePlan::nothing(&main));
            }
            return wired;
        }
        let mut wired = Vec::new();
        for event in &events {
            let plans = planner.all_of(event);
            wired.extend(plans.iter().map(|plan| WirePlan::new(plan, &document, settings)));
            if plans.is_empty() {
                wired.push(WirePlan { unclear: known_custom(&document, event), ..WirePlan::nothing(event) });
            }
        }
        wired
    });
    let plans = plans.ok_or_else(|| no_tree(&name))?;
    match arguments.format {
        PlanFormat::Human => report::plans_human(&plans, configuration.look(world), world.out)?,
        PlanFormat::Json => report::plans_json(plans, world.out)?,
    }
    Ok(Exit::Fine)
}

/// What there is instead of a custom pipeline that is not there.
fn known_custom(document: &Document, event: &Event) -> Option<String> {
    let file = File::new(document).filter(|_| event.kind == EventKind::Custom)?;
    let names: Vec<String> =
        file.selectors_in(Section::Custom).iter().map(|selector| format!("`{}`", selector.name())).collect();
    Some(match names.as_slice() {
        [] => "the file has no custom pipeline".to_owned(),
        names => format!("the file's custom pipelines: {}", names.join(", ")),
    })
}

/// The events that the arguments name; none means all.
fn events(arguments: &Plan, settings: &Settings) -> Result<Vec<Event>, CliError> {
    let mut events = Vec::new();
    let [branches, tags, customs] = [&arguments.branch, &arguments.tag, &arguments.custom];
    for (option, names) in [("--branch main", branches), ("--tag release-1.0.0", tags), ("--custom nightly", customs)] {
        if names.iter().any(|name| name.trim().is_empty()) {
            let flag = option.split(' ').next().unwrap_or(option);
            return Err(CliError::usage(format!("`{flag}` has no name")).hint(format!("write it as in `{option}`")));
        }
    }
    for name in branches {
        let kind = if *name == settings.main_branch { EventKind::Main } else { EventKind::Branch };
        events.push(Event::new(kind, name));
    }
    events.extend(tags.iter().map(|name| Event::new(EventKind::Tag, name)));
    for both in &arguments.pull_request {
        let ends = both.split_once("..").filter(|(source, destination)| !source.is_empty() && !destination.is_empty());
        let Some((source, destination)) = ends else {
            let message = format!("`{}` is no pull request", visible(both));
            return Err(CliError::usage(message).hint("write SOURCE..DESTINATION, as in feature/x..main"));
        };
        let destination = Some(destination.to_owned());
        events.push(Event { destination, ..Event::new(EventKind::PullRequest, source) });
    }
    events.extend(customs.iter().map(|name| Event::new(EventKind::Custom, name)));
    Ok(events)
}

/// Reads the one file of a command.
pub(super) fn open(path: &Path, world: &mut World<'_>) -> Result<(String, Document), CliError> {
    if path.as_os_str() == "-" {
        let input = files::standard_input(world);
        return match input.text {
            Ok(text) => Ok((input.name, Document::read(text))),
            Err(reason) => Err(CliError::undone(format!("{}: {reason}", input.name))),
        };
    }
    let name = path.display().to_string();
    match files::read(&world.directory.join(path)) {
        Ok(text) => Ok((name, Document::read(text))),
        Err(reason) => Err(CliError::undone(format!("{name}: {reason}"))),
    }
}

/// The repository of a file, for the scripts that it calls: the folder that holds it.
pub(super) fn root(path: &Path, directory: &Path) -> PathBuf {
    let full = directory.join(path);
    full.parent().map_or_else(|| directory.to_owned(), Path::to_owned)
}

/// What is said of a file that is no map.
pub(super) fn no_tree(name: &str) -> CliError {
    let words = if name == STDIN { command(&["check", "-"]) } else { command(&with_files(["check"], &[name])) };
    let hint = format!("`{words}` tells what is wrong");
    CliError::undone(format!("{name}: it could not be read as a pipeline file")).hint(hint)
}
