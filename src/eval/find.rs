//! The recordings of a case, and the prompt script that they answer.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::case::{Case, Recordings};
use super::job::{Job, Of};
use super::shelf::{Shelf, beside, seen_from};
use super::suite::Suite;
use super::turn::TurnName;
use crate::engine::{PromptScript, ScriptError, ScriptErrors};
use crate::session::read;
use crate::settings::{Settings, nearest};
use crate::text::counted;

/// Prompt scripts, each file read once.
pub(super) struct Scripts<'s> {
    shelf: &'s Shelf,
    read: BTreeMap<String, Result<String, String>>,
}

/// What a file is that should be a prompt script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherFile {
    /// A suite.
    Suite,
    /// A recording.
    Recording,
}

/// What a file is that can't be read as a prompt script; `None` where it is nothing else that is known either.
pub fn other_than_script(path: &str, text: &str) -> Option<OtherFile> {
    if Suite::read(path, text, &Settings::default()).is_ok() {
        return Some(OtherFile::Suite);
    }
    read(path, text.as_bytes()).is_ok().then_some(OtherFile::Recording)
}

/// What a file is that can't be read as a recording, where it is known, in words that go on after its name.
pub fn other_than_recording(path: &str, text: &str) -> Option<&'static str> {
    if Suite::read(path, text, &Settings::default()).is_ok() {
        return Some("is a suite, and no recording: `pipewright eval` judges it by itself");
    }
    let beside = |_: &str| Ok(String::new());
    let script = PromptScript::read_with(path, text, &Settings::default(), &beside).is_ok();
    script.then_some("is a prompt script, and no recording: a case names it as its `script`")
}

/// Why there is no prompt script.
enum NoScript {
    /// The file can't be read, or is something else: why, as words that go on after its name.
    Unreadable(String),
    /// What is wrong in it, at its place.
    Wrong(ScriptErrors),
}

impl<'s> Scripts<'s> {
    pub(super) fn new(shelf: &'s Shelf) -> Self {
        Self { shelf, read: BTreeMap::new() }
    }

    fn script(&mut self, path: &str, case: &Case) -> Result<PromptScript, NoScript> {
        let shelf = self.shelf;
        let text = self
            .read
            .entry(path.to_owned())
            .or_insert_with(|| shelf.read_text(path).map_err(|why| format!("can't be read: {why}")));
        let beside = |file: &str| shelf.read_beside(path, file);
        let text = text.as_ref().map_err(|why| NoScript::Unreadable(why.clone()))?;
        let mut script = PromptScript::read_with(path, text, &case.settings, &beside).map_err(|error| {
            match other_than_script(path, text) {
                Some(OtherFile::Suite) => NoScript::Unreadable("is a suite; a prompt script has `turns`".to_owned()),
                Some(OtherFile::Recording) => {
                    NoScript::Unreadable("is a recording; without `script` its own prompts are played".to_owned())
                }
                None => NoScript::Wrong(error),
            }
        })?;
        case.fill(&mut script);
        Ok(script)
    }
}

impl Case {
    /// Its patterns, each with the recordings that it takes, on the shelf; `suite` is its file.
    fn found<'c>(&'c self, suite: &'c str, shelf: &'c Shelf) -> impl Iterator<Item = (&'c Recordings, Vec<String>)> {
        self.recordings.iter().map(move |own| (own, shelf.expand(&beside(suite, &own.path))))
    }

    /// The paths of those that the suite does not call written by hand.
    pub fn paths_of_models(&self, suite: &str, shelf: &Shelf) -> BTreeSet<String> {
        self.found(suite, shelf).filter(|(own, _)| !own.authored).flat_map(|(_, found)| found).collect()
    }

    /// The paths of its recordings on the shelf, each once.
    pub fn paths(&self, suite: &str, shelf: &Shelf) -> BTreeSet<String> {
        self.found(suite, shelf).flat_map(|(_, found)| found).collect()
    }
}

/// Whether each bracket of a pattern that opens is closed.
fn closes(pattern: &str) -> bool {
    let count = |c: char| pattern.matches(c).count();
    count('[') <= count(']') && count('{') <= count('}')
}

/// The recordings of a case, each once. `unrecorded` tells that some may not be there yet.
///
/// # Errors
/// What is wrong with its script, its settings or its patterns, each at its place.
pub(super) fn jobs_of(
    suite: &Suite,
    case: &Case,
    shelf: &Shelf,
    scripts: &mut Scripts<'_>,
    unrecorded: bool,
) -> Result<Vec<Job>, Vec<ScriptError>> {
    let wrong = |route: &[&str], message: String| {
        let (line, column) = case.place_of(route);
        ScriptError { name: suite.file.clone(), line, column, message }
    };
    let script = match &case.script {
        None => None,
        Some(path) => match scripts.script(&beside(&suite.file, path), case) {
            Ok(script) => Some(script),
            Err(NoScript::Wrong(errors)) => return Err(errors.0),
            Err(NoScript::Unreadable(why)) => {
                return Err(vec![wrong(&["script"], format!("the prompt script `{path}` {why}"))]);
            }
        },
    };
    if let Some(script) = &script {
        let ids: Vec<&str> = script.turns.iter().map(|turn| turn.id.as_str()).collect();
        let unknown = case.expect.named_turns().into_iter().filter_map(|(route, turn)| {
            let message = match turn {
                TurnName::Id(id) if !ids.contains(&id.as_str()) => {
                    let next = match nearest(id, ids.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it has {}", ids.join(", ")),
                    };
                    format!("the prompt script has no turn `{id}`; {next}")
                }
                TurnName::Number(number) if !(1..=ids.len()).contains(number) => {
                    format!("the prompt script has no turn {number}: it has {}", counted(ids.len(), "turn"))
                }
                _ => return None,
            };
            let route: Vec<&str> = std::iter::once("expect").chain(route.iter().map(String::as_str)).collect();
            Some(wrong(&route, message))
        });
        let told: Vec<ScriptError> = unknown.collect();
        if !told.is_empty() {
            return Err(told);
        }
    }
    if let Some(path) = case.expect.file.as_ref().and_then(|file| file.equals.as_ref())
        && let Err(why) = shelf.read_text(&beside(&suite.file, path))
    {
        return Err(vec![wrong(&["expect", "file", "equals"], format!("`{path}` can't be read: {why}"))]);
    }
    let of = Of::new(suite, case, script).map_err(|message| vec![wrong(&["settings"], message)])?;
    let of = Arc::new(of);
    let mut jobs: Vec<Job> = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, (own, found)) in case.found(&suite.file, shelf).enumerate() {
        let Recordings { path: pattern, authored } = own;
        if found.is_empty() && !unrecorded {
            let route = ["recordings", &index.to_string()];
            let message = match shelf.is_folder(&beside(&suite.file, pattern)) {
                true => {
                    let inside = format!("{}/*.jsonl", pattern.trim_end_matches('/'));
                    format!("`{}`: `{pattern}` is a folder; `{inside}` takes the recordings in it", case.name)
                }
                false if !closes(pattern) => {
                    format!("`{}`: a bracket of `{pattern}` is not closed; `\\[` is the bracket itself", case.name)
                }
                false => format!("`{}`: no recording is called `{pattern}`", case.name),
            };
            problems.push(wrong(&route, message));
        }
        for path in found {
            let recording = if pattern.starts_with('/') { path.clone() } else { seen_from(&suite.file, &path) };
            // Two patterns may take one recording, which is judged once.
            match taken.entry(path.clone()) {
                Entry::Occupied(first) => {
                    if let Some(job) = jobs.get_mut(*first.get()) {
                        job.authored |= authored;
                    }
                }
                Entry::Vacant(new) => {
                    new.insert(jobs.len());
                    jobs.push(Job { of: of.clone(), path, recording, authored: *authored });
                }
            }
        }
    }
    if problems.is_empty() { Ok(jobs) } else { Err(problems) }
}
