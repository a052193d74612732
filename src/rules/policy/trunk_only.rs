//! `trunk-only`: no pipeline of a develop or release branch.

use std::collections::HashMap;

use super::{meta, page};
use crate::effect::Site;
use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::expression::{self, Expr, Literal, Operator};
use crate::pipeline::{Matching, Pattern, Section};
use crate::plan::{Plan, PlannedStep};
use crate::rules::{Flow, Rule};
use crate::settings::Settings;
use crate::shell::Value;
use crate::yaml::{NodeId, Span};

static META: RuleMeta = meta(
    "trunk-only",
    Severity::Error,
    "a pipeline or a command works with a develop or release branch",
    page!("trunk-only"),
);

pub(super) struct TrunkOnly;

impl Rule for TrunkOnly {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let help = format!("keep `{}` as the only long-lived branch; release by tag", flow.settings.main_branch);
        for section in [Section::Branches, Section::PullRequests] {
            for selector in flow.file.selectors_in(section) {
                let of_pattern = forbidden(selector.name(), flow.settings);
                if let Some(name) = of_pattern.first() {
                    out.violated(selector.key.span(), names(selector.name(), name))
                        .through(selector.key)
                        .alternatives(of_pattern.len())
                        .help(help.as_str());
                }
                for target in selector.body.get("destinations").into_iter().flat_map(|map| map.entries()) {
                    let of_target = forbidden(target.name(), flow.settings);
                    if let Some(name) = of_target.first() {
                        out.violated(target.key.span(), names(target.name(), name))
                            .alternatives(of_target.len())
                            .help(help.as_str());
                    }
                }
            }
        }
        for trigger in flow.file.triggers() {
            let Some(condition) = trigger.condition else { continue };
            let Ok(expression) = expression::parse(condition.text().unwrap_or("")) else { continue };
            let mut patterns = Vec::new();
            selected(&expression, &mut patterns);
            if let Some((pattern, name)) = patterns
                .iter()
                .find_map(|pattern| Some((pattern, forbidden(pattern, flow.settings).into_iter().next()?)))
            {
                out.violated(condition.span(), names(pattern, &name)).through(condition).help(help.as_str());
            }
        }
        for plan in flow.plans {
            for step in &plan.steps {
                scripts(flow.settings, plan, step, out);
            }
        }
    }
}

fn names(pattern: &str, name: &str) -> String {
    if pattern == name {
        format!("`{pattern}` is a develop or release branch")
    } else {
        format!("`{pattern}` takes `{name}`, a develop or release branch")
    }
}

/// The forbidden names that a pattern names, one for each alternative that does.
fn forbidden(pattern: &str, settings: &Settings) -> Vec<String> {
    let pattern = Pattern::new(pattern);
    pattern.alternatives().iter().filter_map(|alternative| settings.forbidden(alternative)).collect()
}

/// The branch names and patterns for which a condition holds; what is negated is left out.
fn selected(expression: &Expr, out: &mut Vec<String>) {
    match expression {
        Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| selected(part, out)),
        Expr::Compare { left, operator: Operator::Equal, right, .. } => {
            for (variable, literal) in [(left, right), (right, left)] {
                if let (Expr::Variable(name), Some(text)) = (variable.as_ref(), word(literal))
                    && name.text.contains("BRANCH")
                {
                    out.push(text);
                }
            }
        }
        Expr::Glob { variable, pattern, .. } if variable.text.contains("BRANCH") => out.push(pattern.text.clone()),
        _ => {}
    }
}

/// A text on one side of a comparison; a page of Bitbucket's shows it without quotes.
fn word(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Literal { value: Literal::String(text), .. } => Some(text.clone()),
        Expr::Variable(word) if !word.text.contains("BITBUCKET") => Some(word.text.clone()),
        _ => None,
    }
}

fn scripts(settings: &Settings, plan: &Plan<'_>, step: &PlannedStep<'_>, out: &mut Findings<'_>) {
    for test in &step.found.branch_tests {
        // A shell's `release/*` is told as it is written, not as the name of the settings that it means.
        let named = test.with.iter().filter_map(Value::as_literal).find(|text| !forbidden(text, settings).is_empty());
        if let Some(name) = named {
            warn(
                out,
                test.site.span(),
                format!("the branch is compared with `{name}`, a develop or release branch"),
                plan,
                step,
            );
        }
    }
    let mut told: Vec<((NodeId, usize), String)> = Vec::new();
    let mut tags: Vec<String> = Vec::new();
    let mut checked_out: Vec<String> = Vec::new();
    // The branch of such a name on which the commands work, in each clone.
    let mut work: HashMap<Option<&str>, String> = HashMap::new();
    let clones = step.found.git.iter().any(|call| call.words.iter().any(|word| word.as_literal() == Some("clone")));
    for call in &step.found.git {
        let words: Vec<String> = call.words.iter().map(Value::to_string).collect();
        let plain: Vec<&str> = plain_words(&words);
        // Where nothing is cloned, all folders of the checkout are of one.
        let folder = match call.folder.as_deref() {
            Some(path) if clones || path.starts_with('/') => Some(path),
            None if clones => None,
            _ => Some(""),
        };
        // A folder within a clone is of that clone.
        let on = |work: &HashMap<Option<&str>, String>| {
            let is_around = |around: &str| {
                folder.and_then(|path| path.strip_prefix(around)).is_some_and(|rest| rest.starts_with('/'))
            };
            let around = || work.iter().find(|(path, _)| path.is_some_and(|path| !path.is_empty() && is_around(path)));
            work.get(&folder).or_else(|| around().map(|(_, name)| name)).cloned()
        };
        let branch = |text: &str| {
            let text = text.strip_prefix("refs/heads/").or_else(|| text.strip_prefix("origin/")).unwrap_or(text);
            is_forbidden_name(text, settings).then(|| text.to_owned())
        };
        let found = match plain.as_slice() {
            ["tag", rest @ ..] => {
                tags.extend(rest.iter().map(|tag| (*tag).to_owned()));
                None
            }
            ["checkout" | "switch", rest @ ..] => {
                let name = rest.iter().take_while(|word| **word != "--").find_map(|word| branch(word));
                // `git checkout develop -- README.md` takes files from there, and goes nowhere.
                let takes_files = rest.iter().skip_while(|word| **word != "--").nth(1).is_some();
                let name = name.filter(|_| !takes_files);
                checked_out.extend(name.clone());
                let name = name.filter(|name| !tags.contains(name));
                // What stands behind dashes are files of the branch on which it is; another folder is another checkout, and the
                // name of a tag leaves no branch.
                let creates = words.iter().any(|word| matches!(word.as_str(), "-b" | "-B" | "-c"));
                let elsewhere = words.first().is_some_and(|word| word == "-C");
                let gone_to = if creates { rest.first().and_then(|word| branch(word)) } else { name.clone() };
                let may_be_tag = |name: &String| {
                    name.starts_with(&settings.tags.release) || name.starts_with(&settings.tags.candidate)
                };
                if !rest.contains(&"--") && !elsewhere {
                    work.remove(&folder);
                    work.extend(gone_to.filter(|name| creates || !may_be_tag(name)).map(|name| (folder, name)));
                }
                name
            }
            // A path stands before the branch, which is called after it where it is left out.
            ["worktree", "add", rest @ ..] => match (new_branch(&words), rest) {
                (Some(name), _) => branch(name),
                (None, [_, name, ..]) => branch(name),
                (None, [path]) if !detached(&words) => branch(path.rsplit('/').next().unwrap_or(path)),
                (None, _) => None,
            },
            // A branch that is cleaned away is what the policy wants.
            ["push", ..] if words.iter().any(|word| matches!(word.as_str(), "-d" | "--delete")) => None,
            ["push"] | ["push", _] | ["push", _, "HEAD"] if !only_tags(&words) => on(&work),
            ["push", _, references @ ..] => {
                references.iter().find_map(|reference| pushed(reference, &tags, &checked_out, settings))
            }
            ["merge", _, ..] => on(&work),
            _ => None,
        };
        // One line that checks a branch out and pushes it says one thing.
        let place = (call.site.node.id(), line_in(&call.site));
        if let Some(name) = found.filter(|name| !told.contains(&(place, name.clone()))) {
            told.push((place, name.clone()));
            let verb = plain.first().copied().unwrap_or("");
            warn(
                out,
                call.site.span(),
                format!("`git {verb}` works with `{name}`, a develop or release branch"),
                plan,
                step,
            );
        }
    }
}

/// The number of the line of a scalar in which a command begins.
fn line_in(site: &Site<'_>) -> usize {
    site.node.text().and_then(|text| text.get(..site.range.start)).map_or(0, |before| before.matches('\n').count())
}

/// `git worktree add -b name path`
fn new_branch(words: &[String]) -> Option<&str> {
    let at = words.iter().position(|word| matches!(word.as_str(), "-b" | "-B"))?;
    words.get(at + 1).map(String::as_str)
}

/// Whether a push sends tags alone.
fn only_tags(words: &[String]) -> bool {
    words.iter().any(|word| word == "--tags")
}

fn detached(words: &[String]) -> bool {
    words.iter().any(|word| matches!(word.as_str(), "-d" | "--detach"))
}

/// The words of a git call without flags and their values.
fn plain_words(words: &[String]) -> Vec<&str> {
    let mut plain = Vec::new();
    let mut skip = false;
    for word in words {
        if std::mem::take(&mut skip) {
            continue;
        }
        if word.starts_with('-') && word != "--" {
            skip = matches!(
                word.as_str(),
                "-C" | "-c" | "-m" | "--message" | "-u" | "--local-user" | "-o" | "--push-option" | "-F"
            );
            // `git push -u origin x`, `git switch -c x`: there the flag is followed by a word of the command.
            skip &= !(word == "-u" && plain.first() == Some(&"push"));
            skip &= !(matches!(word.as_str(), "-c" | "-C") && plain.first() == Some(&"switch"));
            continue;
        }
        plain.push(word.as_str());
    }
    plain
}

/// The forbidden branch that a refspec pushes to.
fn pushed(reference: &str, tags: &[String], checked_out: &[String], settings: &Settings) -> Option<String> {
    let reference = reference.trim_start_matches('+');
    // `:branch` deletes it.
    if reference.starts_with(':') {
        return None;
    }
    let target = reference.rsplit_once(':').map_or(reference, |(_, target)| target);
    if target.starts_with("refs/tags/") || target.contains("BITBUCKET_TAG") || tags.iter().any(|tag| tag == target) {
        return None;
    }
    let (name, full) = match target.strip_prefix("refs/heads/") {
        Some(name) => (name, true),
        None => (target, false),
    };
    if !is_forbidden_name(name, settings) {
        return None;
    }
    // `git push origin release-1.2` may push a tag; a name that only a branch has is one.
    let release_like = name.starts_with(&settings.tags.release) || name.starts_with(&settings.tags.candidate);
    (full || !release_like || checked_out.iter().any(|branch| branch == name)).then(|| name.to_owned())
}

/// Whether a name, of which variables may be a part, is one of a forbidden branch.
fn is_forbidden_name(name: &str, settings: &Settings) -> bool {
    settings.forbidden_branches.iter().any(|entry| {
        let pattern = Pattern::new(entry);
        pattern.matches(name) == Matching::Yes
            || pattern.alternatives().iter().any(|entry| {
                let literal = entry.literal_prefix();
                !entry.is_exact() && !literal.is_empty() && name.starts_with(literal)
            })
    })
}

fn warn(out: &mut Findings<'_>, place: Span, message: String, plan: &Plan<'_>, step: &PlannedStep<'_>) {
    out.violated(place, message)
        .severity(Severity::Warning)
        .trace(plan.trace(step))
        .help("work on main and on tags; a branch for releases is not part of the flow");
}
