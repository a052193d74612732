//! `pipewright diff`: two files, their texts and what the difference means.

use super::args::{Diff, Global};
use super::config::{Configuration, Overrides};
use super::plan::{no_tree, open, root};
use super::{CliError, Exit, World};
use crate::check::{Checked, difference};
use crate::report::{self, FileReport};
use crate::yaml::Span;

/// Writes the difference of two files.
pub(super) fn run(arguments: &Diff, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    if [&arguments.before, &arguments.after].iter().all(|path| path.as_os_str() == "-") {
        let error = CliError::usage("standard input is one file, and two are compared");
        return Err(error.hint("name the other file, as in `pipewright diff - bitbucket-pipelines.yml`"));
    }
    let over = Overrides { main_branch: arguments.policy.main_branch.clone(), ..Overrides::default() };
    let configuration = Configuration::load(global, over, world)?;
    let checker = configuration.checker()?;
    let read = |path, world: &mut World<'_>| {
        let (name, document) = open(path, world)?;
        let checker = checker.clone().with_files(&root(path, &world.directory));
        Ok::<_, CliError>((name, checker.check_document(document), checker))
    };
    let (old_name, old, old_checker) = read(&arguments.before, world)?;
    let (new_name, new, new_checker) = read(&arguments.after, world)?;
    let look = configuration.look(world);
    let masks = |checked: &Checked| checked.credentials().masks(checked.document.text());
    let (old_masks, new_masks) = (masks(&old), masks(&new));
    report::diff_text(&file(&old_name, &old, &old_masks), &file(&new_name, &new, &new_masks), look, world.out)?;
    writeln!(world.out)?;
    for (name, checked) in [(&old_name, &old), (&new_name, &new)] {
        if checked.document.root().is_none_or(|root| !root.is_mapping()) {
            return Err(no_tree(name));
        }
    }
    let changes = difference((&old_checker, &old), (&new_checker, &new));
    report::diff_meaning(&changes, look, world.out)?;
    Ok(Exit::Fine)
}

fn file<'a>(path: &'a str, checked: &'a Checked, secrets: &'a [Span]) -> FileReport<'a> {
    FileReport {
        path,
        document: &checked.document,
        findings: &checked.findings,
        verdict: checked.verdict,
        skipped: &checked.skipped,
        allowed: &checked.allowed,
        secrets,
        rules: &[],
    }
}
