//! `known-import`: the source of an import is among `definitions.imports`, and a file at hand has the pipeline.

use super::refused;
use super::site::{Told, meant_or};
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{INCLUDED, IS_A_FOLDER, Unseen};
use crate::rules::{Flow, Rule};
use crate::yaml::Entry;

static META: RuleMeta = meta!("known-import", Error, "an import names a source or a pipeline that is not defined");

pub(super) struct KnownImport;

impl Rule for KnownImport {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let refused = refused::names(&flow.file, "imports");
        let mut told = Told::default();
        for source in flow.file.definitions().entries("imports") {
            misnamed(source, out);
        }
        for selector in flow.selectors() {
            let pipeline = selector.pipeline();
            let Some(import) = pipeline.sourced_import() else { continue };
            let Err(unseen) = flow.file.imported(&pipeline) else { continue };
            if matches!(unseen, Unseen::Undeclared) && refused.contains(import.source) {
                continue;
            }
            let span = import.node.span();
            if !told.first(span) {
                continue;
            }
            let sources = || flow.file.definitions().entries("imports").iter().map(|entry| entry.name()).collect();
            let draft = match &unseen {
                Unseen::Unreadable(path, reason) if *reason != IS_A_FOLDER => out
                    .cannot_tell(
                        span,
                        format!("`{path}` {reason}, so whether it has `{}` can't be told", import.pipeline),
                    )
                    .help("make it a text file in UTF-8 of at most 1 MiB, which is read here"),
                unseen => match words(unseen, import.pipeline, import.source, sources) {
                    Some((message, help)) => out.violated(span, message).help(help),
                    None => continue,
                },
            };
            draft.trace([selector.place()]).through(selector.body);
        }
    }
}

/// Tells of a file of this repository whose name Bitbucket does not take for one of pipelines.
fn misnamed(source: Entry<'_>, out: &mut Findings<'_>) {
    let Some(path) = source.value.string().filter(|path| !path.contains(':') && !path.is_empty()) else { return };
    // What has no ending may be a folder, which is told where it is imported.
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file && !path.ends_with(INCLUDED) {
        let name = path.trim_end_matches(".yaml").trim_end_matches(".yml").trim_end_matches('/');
        out.violated(
            source.value.span(),
            format!("`{path}` is not read: the name of an included file ends in `pipelines.yml`"),
        )
        .severity(Severity::Warning)
        .help(format!("rename it, for example to `{name}-pipelines.yml`"))
        .through(source.value);
    }
}

/// What is wrong and the next move; `None` where nothing is known to be wrong.
fn words<'d>(
    unseen: &Unseen<'_>,
    pipeline: &str,
    source: &str,
    sources: impl Fn() -> Vec<&'d str>,
) -> Option<(String, String)> {
    Some(match unseen {
        Unseen::Undeclared => (
            format!("no import source `{source}` is defined"),
            meant_or(source, sources(), &format!("define it under `definitions.imports`: `{source}: repository:ref`")),
        ),
        Unseen::Missing(path, names) => {
            let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let help = match names.as_slice() {
                [] => format!("define it under `definitions.pipelines` of `{path}`"),
                _ => format!("it has {list}; define `{pipeline}` there, or import one of these"),
            };
            (format!("`{path}` defines no pipeline `{pipeline}`"), help)
        }
        Unseen::Imports(path) => (
            format!("`{pipeline}` is an import itself in `{path}`, and imports are not followed twice"),
            "import it from where its steps are written".to_owned(),
        ),
        Unseen::Unreadable(path, _) => (
            format!("the source `{source}` is `{path}`, which is a folder"),
            format!("write the path of the file that defines `{pipeline}`"),
        ),
        // What is wrong with the file itself is said by the layers that read it.
        Unseen::Elsewhere | Unseen::NotAtHand(_) | Unseen::Broken(_) => return None,
    })
}
