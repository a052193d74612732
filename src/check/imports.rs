//! Pipelines that a file imports from files of its own repository: their steps are followed, and what is found in them is
//! said where they are imported.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use crate::effect::Files;
use crate::finding::{Finding, Related};
use crate::pipeline::File;
use crate::settings::DEFAULT_FILE;
use crate::yaml::{Document, Node, Part, Span};

/// The most files that are read for one document.
const MOST: usize = 50;

/// Adds to a document the files at hand of which it imports pipelines.
pub(super) fn join(document: &mut Document, files: &dyn Files) {
    let found: Vec<(String, Result<String, &'static str>)> = {
        let Some(file) = File::new(document).filter(|file| !file.definitions().entries("imports").is_empty()) else {
            return;
        };
        let paths: BTreeSet<Cow<'_, str>> =
            file.imports().filter_map(|(_, import)| file.source_path(import.source)).collect();
        let new = paths
            .into_iter()
            .filter(|path| document.part(path).is_none() && document.unreadable(path).is_none())
            .take(MOST);
        // The pipeline file itself is what is checked, whatever is on the disk.
        let read = |path: &str| match path {
            DEFAULT_FILE => Some(Ok(document.text().to_owned())),
            path => files.read(path).map(Ok).or_else(|| files.unreadable(path).map(Err)),
        };
        let with_text = |path: Cow<'_, str>| read(&path).map(|text| (path.into_owned(), text));
        new.filter_map(with_text).collect()
    };
    for (path, text) in found {
        match text {
            Ok(text) => document.add_part(&path, text),
            Err(reason) => document.add_unreadable(&path, reason),
        }
    }
}

/// Takes out of what is found in an imported file by itself what its importer's plans tell as well, and a lack of docker where the
/// importer switches it on for all steps: whose options hold is not documented.
pub(super) fn leave_out_known(own: &mut Vec<Finding>, told: &[Finding], importer: &Document) {
    let known: HashSet<_> = told.iter().map(|finding| (finding.rule, finding.span)).collect();
    let options = File::new(importer).and_then(|file| file.option("docker"));
    let docker = options.and_then(|docker| docker.boolean()) == Some(true);
    own.retain(|finding| {
        !(known.contains(&(finding.rule, finding.span)) || docker && finding.rule == "docker-service")
    });
}

/// Says of each finding in an imported pipeline where it is imported; where it stands is told in words, and is its other place.
pub(super) fn bring_home(document: &Document, findings: &mut [Finding]) {
    if document.parts().is_empty() {
        return;
    }
    for finding in findings {
        for related in &finding.related {
            if let Some(part) = document.part_at(related.span.start) {
                finding.trace.push(format!("{}: {}", there(part, related.span.start), related.message));
            }
        }
        let start = finding.span.start;
        let Some(part) = document.part_at(start) else { continue };
        let Some(import) = import(document, part, &finding.trace) else { continue };
        finding.message.push_str(&format!(" (in {})", there(part, start)));
        finding.related.insert(0, Related { message: "found here".to_owned(), span: finding.span });
        finding.span = import.span();
    }
}

/// Where a finding in an imported pipeline is imported; `None` for one of the document's own.
pub(super) fn place(document: &Document, finding: &Finding) -> Option<Span> {
    let part = document.part_at(finding.span.start)?;
    import(document, part, &finding.trace).map(|import| import.span())
}

fn there(part: &Part, offset: usize) -> String {
    format!("`{}`, line {}", part.name(), part.position(offset).line)
}

/// The import through which the pipeline of a trace takes something from a part; where the trace names none, the first one.
fn import<'d>(document: &'d Document, part: &Part, trace: &[String]) -> Option<Node<'d>> {
    let file = File::new(document)?;
    let mut first = None;
    for (selector, import) in
        file.imports().filter(|(_, import)| file.source_path(import.source).as_deref() == Some(part.name()))
    {
        if trace.contains(&selector.place()) {
            return Some(import.node);
        }
        first.get_or_insert(import.node);
    }
    first
}
