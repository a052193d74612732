//! What a step runs otherwise, command by command, where its effects don't tell it already.

use std::collections::{BTreeSet, HashMap};

use super::bearing::weighed;
use super::calls::pipes;
use super::checks::{checks_the_same, fails_on_findings, is_safeguard, passes_without};
use super::does::told_at;
use super::filled::take_out_same;
use super::model::PlannedStep;
use super::script::{Line, LineKind, followed, lines};
use super::wrapped::wraps;
use crate::shell::{errexit, pipefail};
use crate::text::named;

/// The longest text of a command that is shown, in characters.
const LONGEST: usize = 90;

/// The longest text of a command that is shown whole beside the one that takes its place, in bytes.
const SHORT: usize = 50;

/// How many of its first words name a long command.
const FIRST: usize = 2;

/// How many pairs of commands are looked at, and how many words of each: nobody writes so many, but a reply may.
pub(super) const MOST_PAIRS: usize = 10_000;
const MOST_WORDS: usize = 50;

/// Words of shell syntax that are no command by themselves.
const SYNTAX: [&str; 10] = ["then", "else", "fi", "do", "done", "esac", ";;", "{", "}", "in"];

/// What a step runs otherwise than before, each with whether a safeguard is lost.
#[derive(Default)]
pub(super) struct Otherwise {
    told: Vec<(String, bool)>,
    /// Commands that it runs no more, with nothing in their place.
    lost: Vec<String>,
    fresh: Vec<(String, bool)>,
}

impl Otherwise {
    fn told(told: Vec<(String, bool)>) -> Self {
        Self { told, ..Self::default() }
    }

    /// All of it, where `runs` says whether another step runs a command wherever this one did.
    pub(super) fn all(&self, runs: impl Fn(&str) -> bool) -> impl Iterator<Item = (String, bool)> {
        let lost = of_lost(&self.lost, runs);
        self.told.clone().into_iter().chain(lost).chain(self.fresh.clone())
    }
}

/// What a step runs otherwise than before. `hide` puts stars in place of credentials before a text is cut.
pub(super) fn otherwise(before: &PlannedStep<'_>, now: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> Otherwise {
    let (old_sites, new_sites) = (told_at(before, now), told_at(now, before));
    let mut told = pipes(before, now, &old_sites, &new_sites);
    let (was, is) = (lines(before, hide), lines(now, hide));
    let (script_was, script_is) = (followed(before, hide), followed(now, hide));
    told.extend(in_scripts((&was, &script_was), (&is, &script_is)));
    if texts(&was) == texts(&is) {
        return Otherwise::told(told);
    }
    let (mut gone, mut fresh) = (beyond(&was, &is), beyond(&is, &was));
    let in_order = was.iter().filter(|line| line.kind != LineKind::Pipe).count() < 2;
    if gone.is_empty() && fresh.is_empty() {
        if !in_order {
            told.push(("runs its commands in another order".to_owned(), false));
        }
        return Otherwise::told(told);
    }
    // What a script at hand runs, the step runs; and `set -e` is set by itself.
    let idle = |line: &Line, all: &[Line]| {
        matches!(line.text.as_str(), "set -e" | "set -o errexit")
            && !all.iter().any(|line| errexit(&line.text) == Some(false))
    };
    gone.retain(|line| !script_is.contains(&line.text) && !idle(line, &was));
    fresh.retain(|line| !script_was.contains(&line.text) && !idle(line, &is));
    if gone.is_empty() && fresh.is_empty() {
        return Otherwise::told(told);
    }
    told.extend(weighed((before, now), hide, &mut gone, &mut fresh));
    take_out_same((before, now), &mut gone, &mut fresh);
    let is_command = |line: &&Line| !is_syntax(&line.text);
    if told.is_empty() && !gone.iter().chain(&fresh).any(is_command) {
        // Functions and groups by themselves change nothing.
        let parts = |line: &&Line| !matches!(line.text.as_str(), "{" | "}") && !line.text.ends_with('{');
        if gone.iter().chain(&fresh).any(parts) {
            told.push(("has other branches".to_owned(), false));
        }
        return Otherwise::told(told);
    }
    let is_text = |line: &&Line| line.kind == LineKind::Text;
    if gone.iter().chain(&fresh).any(is_text) {
        told.push(("has other text in a here-document".to_owned(), false));
    }
    // What stands on a line with an effect that is told is told with it.
    let is_told_here = |line: &&Line| is_command(line) && !is_text(line);
    let forgives = |lines: &[&Line]| lines.iter().any(|line| forgiven(&line.text).is_some());
    let (old_told, gone): (Vec<&Line>, Vec<&Line>) =
        gone.into_iter().filter(is_told_here).partition(|line| old_sites.meet(line.node, line.range));
    let (new_told, mut fresh): (Vec<&Line>, Vec<&Line>) =
        fresh.into_iter().filter(is_told_here).partition(|line| new_sites.meet(line.node, line.range));
    if let Some(line) = new_told.iter().find(|line| forgiven(&line.text).is_some()).filter(|_| !forgives(&old_told)) {
        told.push((format!("goes on now where {} fails", shown(forgiven(&line.text).unwrap_or(&line.text))), true));
    }
    let new: Vec<&Line> = fresh.clone();
    let many = gone.len().saturating_mul(fresh.len() + new_told.len()) > MOST_PAIRS;
    let mut lost: Vec<&Line> = Vec::new();
    for old in gone {
        if let Some(at) = fresh.iter().position(|line| line.text == old.text) {
            told.push(to_another_script(old, fresh.remove(at)));
            continue;
        }
        if many {
            lost.push(old);
            continue;
        }
        let still = fresh.iter().position(|line| line.kind == old.kind && stands_in(&old.text, &line.text));
        let alike = || fresh.iter().position(|line| line.kind == old.kind && checks_the_same(&old.text, &line.text));
        match still.or_else(|| likest(old, &fresh)).or_else(alike) {
            Some(at) => told.push(replaced(&old.text, &fresh.remove(at).text)),
            None => match new_told.iter().find(|line| checks_the_same(&old.text, &line.text)) {
                Some(line) => told.push(replaced(&old.text, &line.text)),
                None => lost.push(old),
            },
        }
    }
    let is_run = |line: &&Line| is.iter().any(|other| (other.kind, &other.text) == (line.kind, &line.text));
    let (less, lost): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(is_run);
    // One of several that another command runs now: `sh -c 'npm ci && npm test'`.
    let run_by = |line: &&Line| new.iter().any(|other| other.kind == line.kind && wraps(&other.text, &line.text));
    told.extend(list(&commands(&less)).map(|names| (format!("runs {names} less often"), false)));
    let lost = lost.into_iter().filter(|line| many || !run_by(line)).map(|line| line.text.clone()).collect();
    Otherwise { told, lost, fresh: of_fresh(fresh, &is) }
}

/// What is told of checks in the scripts at hand that a step runs.
fn in_scripts(
    (was, script_was): (&[Line], &BTreeSet<String>),
    (is, script_is): (&[Line], &BTreeSet<String>),
) -> Vec<(String, bool)> {
    let beyond = |one: &BTreeSet<String>, other: &BTreeSet<String>, lines: &[Line]| -> Vec<String> {
        let is_check =
            |text: &&String| is_safeguard(text) && !text.starts_with("set ") && !is_syntax(text) && !is_branch(text);
        let more = one.difference(other).filter(is_check);
        more.filter(|text| !lines.iter().any(|line| line.text == **text)).map(|text| shown(text)).collect()
    };
    let (gone, fresh) = (beyond(script_was, script_is, is), beyond(script_is, script_was, was));
    let mut told = Vec::new();
    if !gone.is_empty() {
        told.push((format!("no longer runs {}, which a script at hand ran", named(&gone)), true));
    }
    if !fresh.is_empty() {
        told.push((format!("runs {} by a script at hand", named(&fresh)), false));
    }
    told
}

/// What is told of commands that are gone, with nothing in their place.
fn of_lost(lost: &[String], runs: impl Fn(&str) -> bool) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let (branches, lost): (Vec<&str>, Vec<&str>) =
        lost.iter().map(String::as_str).partition(|command| is_branch(command));
    told.extend(branches.iter().map(|branch| (format!("has no branch {} any more", shown(branch)), false)));
    let (elsewhere, lost): (Vec<&str>, Vec<&str>) = lost.into_iter().partition(|command| runs(command));
    told.extend(list(&elsewhere).map(|names| (format!("no longer runs {names}, which another step runs"), false)));
    let (safeguards, others): (Vec<&str>, Vec<&str>) = lost.into_iter().partition(|command| is_safeguard(command));
    told.extend(list(&safeguards).map(|names| (format!("no longer runs {names}"), true)));
    told.extend(list(&others).map(|names| (format!("no longer runs {names}"), false)));
    told
}

/// What is told of commands that are new, in a step that runs `all`.
fn of_fresh(fresh: Vec<&Line>, all: &[Line]) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let last = all.iter().rev().find(|line| line.kind == LineKind::Script);
    let is_last = |line: &Line| last.is_some_and(|last| (last.node, last.range) == (line.node, line.range));
    let (branches, fresh): (Vec<&Line>, Vec<&Line>) = fresh.into_iter().partition(|line| is_branch(&line.text));
    told.extend(branches.iter().map(|line| (format!("has the branch {} now", shown(&line.text)), false)));
    let is_early =
        |line: &&Line| line.kind == LineKind::Script && (goes_on(&line.text) || ends(&line.text) && !is_last(line));
    let (early, plain): (Vec<&Line>, Vec<&Line>) = fresh.into_iter().partition(is_early);
    for line in early {
        let text = if ends(&line.text) { "may end before its last command" } else { "goes on where a command fails" };
        told.push((format!("{text} now: {}", shown(&line.text)), true));
    }
    told.extend(list(&commands(&plain)).map(|names| (format!("runs {names} too"), false)));
    told
}

/// What is told of a command that went from the script to what runs after it, or came from there.
fn to_another_script(old: &Line, new: &Line) -> (String, bool) {
    let command = shown(&old.text);
    match new.kind {
        LineKind::After => {
            (format!("runs {command} after its script now, where a failure stops nothing"), is_safeguard(&old.text))
        }
        _ => (format!("runs {command} in its script now, and no longer after it"), false),
    }
}

fn commands<'l>(lines: &[&'l Line]) -> Vec<&'l str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

/// The commands of a step's script by their texts.
pub(super) fn commands_of(step: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> Vec<String> {
    lines(step, hide).into_iter().filter(|line| line.kind == LineKind::Script).map(|line| line.text).collect()
}

fn texts(lines: &[Line]) -> Vec<(LineKind, &str)> {
    lines.iter().map(|line| (line.kind, line.text.as_str())).collect()
}

/// The lines that one side has more often than the other.
fn beyond<'l>(all: &'l [Line], others: &[Line]) -> Vec<&'l Line> {
    let mut left: HashMap<(LineKind, &str), usize> = HashMap::new();
    for line in others {
        *left.entry((line.kind, &line.text)).or_default() += 1;
    }
    let more = all.iter().filter(|line| match left.get_mut(&(line.kind, line.text.as_str())) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    more.filter(|line| line.kind != LineKind::Pipe).collect()
}

/// Of the new commands of the same program the one with most words in common.
fn likest(old: &Line, fresh: &[&Line]) -> Option<usize> {
    let words: Vec<&str> = old.text.split_whitespace().take(MOST_WORDS).collect();
    let likeness = |line: &Line| {
        if line.kind != old.kind {
            return None;
        }
        let mut own = line.text.split_whitespace().take(MOST_WORDS);
        let same = own.next() == words.first().copied();
        same.then(|| own.filter(|word| words.contains(word)).count())
    };
    let scored = fresh.iter().enumerate().filter_map(|(at, line)| Some((likeness(line)?, at)));
    // `set -e` and `set -x` are two things.
    let scored = scored.filter(|(score, _)| *score > 0 || words.len() < 2);
    scored.max_by_key(|(score, at)| (*score, std::cmp::Reverse(*at))).map(|(_, at)| at)
}

/// Whether one of two commands runs the other, behind words of its own.
fn stands_in(old: &str, new: &str) -> bool {
    let (old, new) = (forgiven(old).unwrap_or(old), forgiven(new).unwrap_or(new));
    wraps(new, old) || wraps(old, new)
}

/// What is told of a command in the place of another one.
fn replaced(old: &str, new: &str) -> (String, bool) {
    match (forgiven(old), forgiven(new)) {
        (None, Some(bare)) if bare == old || stands_in(old, bare) => {
            (format!("goes on now where {} fails", shown(old)), true)
        }
        (Some(bare), None) if bare == new => (format!("stops now where {} fails", shown(new)), false),
        (was, is) => {
            let (old_text, new_text) = brief(old, new);
            let unheard = was.is_none() && is.is_some() || unsets(old, new);
            (format!("runs {} in place of {}", shown(&new_text), shown(&old_text)), unheard)
        }
    }
}

/// Whether a failure that ended the step by what one command sets no longer does with the other.
fn unsets(old: &str, new: &str) -> bool {
    let piped = pipefail(old) == Some(true) && pipefail(new) != Some(true);
    let lenient = fails_on_findings(old) && !fails_on_findings(new);
    let hollow = passes_without(new) && !passes_without(old);
    piped || lenient || hollow || errexit(old) == Some(true) && errexit(new) == Some(false)
}

/// Two long commands with little more than the words in which they differ: the first words, and one on each side.
fn brief(old: &str, new: &str) -> (String, String) {
    if old.len().max(new.len()) <= SHORT {
        return (old.to_owned(), new.to_owned());
    }
    let [was, is] = [old, new].map(|text| text.split(' ').collect::<Vec<_>>());
    let same = |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(one, other)| one == other).count();
    let before = same(&mut was.iter().zip(&is));
    let after = same(&mut was.iter().rev().zip(is.iter().rev())).min(was.len().min(is.len()) - before);
    let cut = |words: &[&str]| {
        let (from, to) = (before.saturating_sub(1), words.len() - after.saturating_sub(1));
        let mut kept: Vec<&str> = words.iter().take(from.min(FIRST)).copied().collect();
        kept.extend((from > FIRST).then_some("…"));
        kept.extend(words.iter().take(to).skip(from.min(words.len())));
        kept.extend((to < words.len()).then_some("…"));
        kept.join(" ")
    };
    (cut(&was), cut(&is))
}

/// A command without the part that forgives its failure: `|| true`.
fn forgiven(text: &str) -> Option<&str> {
    let (bare, after) = text.rsplit_once("||")?;
    let after = after.trim();
    let forgives =
        ["true", ":", "exit 0", "/bin/true"].contains(&after) || after.starts_with("echo ") && !after.contains("exit");
    forgives.then(|| bare.trim_end())
}

/// Whether from here on the failure of a command stops nothing.
fn goes_on(text: &str) -> bool {
    // `trap 'exit 0' EXIT`: whatever failed, the script ends well.
    let forgives = text.starts_with("trap ")
        && text.contains("exit 0")
        && text.split(' ').any(|word| matches!(word, "EXIT" | "ERR" | "0"));
    errexit(text) == Some(false) || pipefail(text) == Some(false) || forgives
}

/// Whether it is no command by itself.
pub(super) fn is_syntax(text: &str) -> bool {
    SYNTAX.contains(&text) || text.strip_suffix("() {").is_some_and(|name| !name.trim_end().contains(' '))
}

/// Whether it only decides what else runs.
pub(super) fn is_branch(text: &str) -> bool {
    ["if ", "elif ", "case ", "while ", "until ", "for "].iter().any(|word| text.starts_with(word))
}

/// Whether it ends the script.
pub(super) fn ends(text: &str) -> bool {
    matches!(text, "exit 0" | "exit" | "return 0")
}

/// Commands in words; nothing where there are none.
fn list(commands: &[&str]) -> Option<String> {
    let shown: Vec<String> = commands.iter().map(|command| shown(command)).collect();
    (!shown.is_empty()).then(|| named(&shown))
}

/// A command as a message names it.
pub(super) fn shown(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { format!("`{}…`", cut.trim_end()) } else { format!("`{text}`") }
}
