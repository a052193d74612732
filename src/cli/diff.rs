//! `pipewright diff`: two files, their texts and what the difference means.

use super::args::{Diff, Global};
use super::config::{Configuration, Overrides};
use super::plan::{no_tree, open, root};
use super::{CliError, Exit, World};
use crate::check::Checked;
use crate::plan::{Change, compare};
use crate::report::{self, FileReport};
use crate::rules::RuleAnswer;

/// Writes the difference of two files.
pub(super) fn run(arguments: &Diff, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
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
    report::diff_text(&file(&old_name, &old), &file(&new_name, &new), look, world.out)?;
    writeln!(world.out)?;
    for (name, checked) in [(&old_name, &old), (&new_name, &new)] {
        if checked.document.root().is_none_or(|root| !root.is_mapping()) {
            return Err(no_tree(name));
        }
    }
    let mut changes = compare(&old_checker.plans(&old.document), &new_checker.plans(&new.document));
    changes.extend(answers(&old, &new));
    report::diff_meaning(&changes, look, world.out)?;
    Ok(Exit::Fine)
}

fn file<'a>(path: &'a str, checked: &'a Checked) -> FileReport<'a> {
    FileReport {
        path,
        document: &checked.document,
        findings: &checked.findings,
        verdict: checked.verdict,
        skipped: &checked.skipped,
        secrets: &[],
    }
}

/// Rules that hold no more, or hold again.
fn answers(old: &Checked, new: &Checked) -> Vec<Change> {
    let change = |rule: &&'static str, was: RuleAnswer, is: RuleAnswer| {
        let weakens = was == RuleAnswer::Holds || is == RuleAnswer::Violated;
        Change { event: "rules".to_owned(), text: format!("`{rule}` {}, now {}", past(was), present(is)), weakens }
    };
    let both = old.answers.iter().filter_map(|(rule, was)| Some((rule, *was, *new.answers.get(rule)?)));
    both.filter(|(_, was, is)| was != is).map(|(rule, was, is)| change(rule, was, is)).collect()
}

fn past(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "held",
        RuleAnswer::Violated => "was violated",
        RuleAnswer::CannotTell => "could not be told",
    }
}

fn present(answer: RuleAnswer) -> &'static str {
    match answer {
        RuleAnswer::Holds => "holds",
        RuleAnswer::Violated => "is violated",
        RuleAnswer::CannotTell => "can't be told",
    }
}
