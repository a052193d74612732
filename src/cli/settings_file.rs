//! Settings files: where the repository's is, and what is said of one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::args::Global;
use super::config::look_of_errors;
use super::files;
use super::origin::Origin;
use super::{CliError, World};
use crate::finding::{Finding, Severity, Verdict};
use crate::report::{self, FileReport, Report};
use crate::yaml::Document;

/// The name of a repository's settings file.
pub(super) const REPOSITORY_FILE: &str = "pipewright.yaml";

/// Names that mean it, and are not read.
const UNREAD: [&str; 3] = ["pipewright.yml", ".pipewright.yaml", ".pipewright.yml"];

/// A settings file with what is said of it.
#[derive(Debug)]
pub(super) struct SettingsFile {
    /// The path as the current folder reaches it.
    pub(super) shown: String,
    pub(super) document: Document,
    pub(super) findings: Vec<Finding>,
}

impl SettingsFile {
    /// Reads a file, and what it sets.
    pub(super) fn read<T>(
        path: &Path,
        world: &World<'_>,
        read: impl FnOnce(&Document) -> (T, Vec<Finding>),
    ) -> Result<(Self, T), CliError> {
        let shown = files::seen_from(path, &world.directory).display().to_string();
        let shown = if shown.is_empty() { ".".to_owned() } else { shown };
        match files::read(path) {
            Ok(text) => {
                let document = Document::read(text);
                let (set, findings) = read(&document);
                Ok((Self { shown, document, findings }, set))
            }
            // By its own name everybody knows it.
            Err(reason) if path.ends_with(REPOSITORY_FILE) => Err(CliError::usage(format!("{shown}: {reason}"))),
            Err(reason) => Err(CliError::usage(format!("the settings in {shown}: {reason}"))),
        }
    }

    /// Whether something is wrong with it, so that nothing can be done by it.
    pub(super) fn is_wrong(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    /// Where each key stands.
    pub(super) fn lines(&self, origin: fn(String) -> Origin) -> BTreeMap<String, Origin> {
        let entries = self.document.root().into_iter().flat_map(|root| root.entries());
        let place = |offset| format!("{}:{}", self.shown, self.document.position(offset).line);
        entries.map(|entry| (entry.name().to_owned(), origin(place(entry.key.span().start)))).collect()
    }

    /// Tells the findings on standard error; an error among them ends the run.
    pub(super) fn tell(&self, global: &Global, world: &mut World<'_>) -> Result<(), CliError> {
        if self.findings.is_empty() {
            return Ok(());
        }
        let look = look_of_errors(global, world)?;
        let file = FileReport {
            path: &self.shown,
            document: &self.document,
            findings: &self.findings,
            verdict: Verdict::of(&self.findings, true),
            skipped: &[],
            allowed: &[],
            secrets: &[],
            rules: &[],
        };
        report::human(&Report { files: vec![file], ..Report::default() }, look, world.err)?;
        match self.is_wrong() {
            true => Err(CliError::Settings { path: self.shown.clone() }),
            false => Ok(()),
        }
    }
}

/// The folder and those above it up to the repository's root. Outside a repository no folder above is looked into: what
/// lies there may be anybody's.
fn folders(directory: &Path) -> impl Iterator<Item = &Path> {
    let root = directory.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(directory);
    directory.ancestors().take_while(move |folder| folder.starts_with(root))
}

/// `pipewright.yaml` of the folder, or of one above it up to the repository's root. A link that leads nowhere is one, too:
/// whoever put it there has settings in mind.
pub(super) fn repository_file(directory: &Path) -> Option<PathBuf> {
    folders(directory).map(|folder| folder.join(REPOSITORY_FILE)).find(|path| path.symlink_metadata().is_ok())
}

/// What is said of a file that means to be the repository's settings and has another name.
pub(super) fn unread(directory: &Path) -> Option<String> {
    let paths = folders(directory).flat_map(|folder| UNREAD.map(|name| folder.join(name)));
    let path = paths.into_iter().find(|path| path.is_file())?;
    let shown = files::seen_from(&path, directory).display().to_string();
    Some(format!("{shown}: pipewright reads `{REPOSITORY_FILE}` alone: rename it"))
}
