//! Pipelines whose steps are imported: followed where the file is at hand, told of without their steps where it is not.

use super::given::shape;
use super::model::Plan;
use crate::pipeline::{File, Pipeline, Unseen};

/// The pipeline that runs: the one that is written, or the one that it imports; and why the steps of an import are not known.
pub(super) fn followed<'d>(file: &File<'d>, written: Pipeline<'d>) -> (Pipeline<'d>, Option<String>) {
    let Some(import) = written.import() else { return (written, None) };
    match file.imported(&written) {
        Ok(pipeline) => (pipeline, None),
        Err(unseen) => (written, Some(format!("`{}` is imported{}", import.text().unwrap_or(""), because(&unseen)))),
    }
}

fn because(unseen: &Unseen<'_>) -> String {
    match unseen {
        Unseen::Undeclared => ", and where from is not declared".to_owned(),
        Unseen::Elsewhere => " from another repository, which is not followed".to_owned(),
        Unseen::NotAtHand(path) => format!(" from `{path}`, which is not at hand"),
        Unseen::Unreadable(path, reason) => format!(" from `{path}`, which {reason}"),
        Unseen::Broken(path) => format!(" from `{path}`, which could not be read as YAML to its end"),
        Unseen::Missing(path, _) => format!(" from `{path}`, which has no such pipeline"),
        Unseen::Imports(path) => format!(" from `{path}`, where it is an import itself"),
    }
}

/// The import of a plan whose steps are not known.
fn import<'p>(plan: &'p Plan<'_>) -> Option<&'p str> {
    plan.pipeline.import().map(|import| import.text().unwrap_or(""))
}

/// Where an import comes from, as the file names it: `qa-suite:v2`.
fn source(plan: &Plan<'_>) -> Option<String> {
    let name = plan.pipeline.sourced_import()?.source;
    let sources = File::new(plan.pipeline.node().document())?.definitions().entries("imports");
    let source = sources.into_iter().find(|entry| entry.name() == name)?.value;
    Some(match source.text() {
        Some(text) => format!("`{text}`"),
        None => shape(Some(source))?.iter().map(|part| format!("`{part}`")).collect::<Vec<_>>().join(", "),
    })
}

/// What a plan runs, in words: its import, else `steps`.
pub(super) fn ran(plan: &Plan<'_>, steps: impl Fn() -> String) -> String {
    import(plan).map_or_else(steps, |import| format!("`{import}`, which is imported and can't be seen here"))
}

/// What is told where an import came, went or is another one, with whether a safeguard may be lost; `None` where the steps
/// tell.
pub(super) fn imported(before: &Plan<'_>, now: &Plan<'_>) -> Option<(String, bool)> {
    let steps = |plan: &Plan<'_>| {
        let names: Vec<String> = plan.steps.iter().map(|step| step.shown()).collect();
        if names.is_empty() { "no step".to_owned() } else { names.join(", ") }
    };
    match (import(before), import(now)) {
        (None, None) => None,
        (Some(was), Some(is)) if was == is => match (source(before), source(now)) {
            (Some(old), Some(new)) if old != new => {
                let text = format!("now runs `{is}` from {new}, before from {old}; neither can be seen here");
                Some((text, false))
            }
            _ => None,
        },
        (Some(was), Some(is)) => Some((format!("now runs `{is}` instead of `{was}`; neither can be seen here"), false)),
        (None, Some(_)) => Some((format!("now runs {}, in place of {}", ran(now, || steps(now)), steps(before)), true)),
        (Some(_), None) => {
            Some((format!("now runs {}; before, it ran {}", steps(now), ran(before, || steps(before))), false))
        }
    }
}
