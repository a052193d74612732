//! What a step runs otherwise, command by command, where its effects don't tell it already.

use std::collections::{BTreeMap, HashMap};

use super::bearing::{is_heard_of, weighed};
use super::behind::behind;
use super::calls::pipes;
use super::checks::{checks_the_same, is_safeguard, may_be_run_by, name_the_same};
use super::decides::{ends, forgiven, goes_on, is_asked, is_of_shell, set_by, sets_nothing, spares};
use super::does::{hidden, sites_of, told_at};
use super::filled::take_out_same;
use super::kinds::{checks_as_much, loses, same_program};
use super::model::PlannedStep;
use super::script::{Line, LineKind, followed, lines};
use super::switches::is_laxer;
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

/// What a step runs otherwise than before, each with whether a safeguard is lost.
#[derive(Default)]
pub(super) struct Otherwise {
    told: Vec<(String, bool)>,
    /// Commands that it runs no more, with nothing in their place.
    lost: Vec<Line>,
    /// What it runs that is not followed, and did not run before: it may run what is lost.
    hidden: Vec<String>,
    fresh: Vec<(String, bool)>,
}

impl Otherwise {
    fn told(told: Vec<(String, bool)>) -> Self {
        Self { told, ..Self::default() }
    }

    /// Whether a command is told as one in the place of another.
    pub(super) fn tells_of(&self, command: &str) -> bool {
        let own = format!("runs `{command}` in place of ");
        self.told.iter().any(|(text, _)| text.starts_with(&own))
    }

    /// All of it, where `runs` says whether another step runs a command wherever this one did.
    pub(super) fn all(&self, runs: impl Fn(&str) -> bool) -> impl Iterator<Item = (String, bool)> {
        let lost = of_lost(&self.lost, &self.hidden, runs);
        self.told.clone().into_iter().chain(lost).chain(self.fresh.clone())
    }
}

/// What a step runs otherwise than before. `hide` puts stars in place of credentials before a text is cut.
pub(super) fn otherwise(before: &PlannedStep<'_>, now: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> Otherwise {
    let (old_sites, new_sites) = (told_at(before, now), told_at(now, before));
    let mut told = pipes(before, now, &old_sites, &new_sites, hide);
    let (was, is) = (lines(before, hide), lines(now, hide));
    let (script_was, script_is) = (followed(before, hide), followed(now, hide));
    told.extend(in_scripts((&was, &script_was), (&is, &script_is)));
    let (mut gone, mut fresh) = (beyond(&was, &is), beyond(&is, &was));
    // What a script at hand runs, the step runs; and `set -e` is set by itself.
    let idle = |line: &Line, all: &[Line]| {
        matches!(line.text.as_str(), "set -e" | "set -o errexit")
            && !all.iter().any(|line| errexit(&line.text) == Some(false))
    };
    let is_same = gone.is_empty() && fresh.is_empty();
    gone.retain(|line| !script_is.contains_key(&line.text) && !idle(line, &was));
    fresh.retain(|line| !script_was.contains_key(&line.text) && !idle(line, &is));
    // The same commands may stand in other surroundings.
    told.extend(weighed((before, now), hide, &mut gone, &mut fresh));
    let in_order = texts(&was) == texts(&is) || was.iter().filter(|line| line.kind != LineKind::Pipe).count() < 2;
    let late = behind((before, &was), (now, &is));
    if is_same && !in_order && late.is_empty() {
        told.push(("runs its commands in another order".to_owned(), false));
    }
    told.extend(late);
    take_out_same((before, now), &mut gone, &mut fresh);
    if gone.is_empty() && fresh.is_empty() {
        return Otherwise::told(told);
    }
    let is_text = |line: &&Line| line.kind == LineKind::Text;
    if gone.iter().chain(&fresh).any(is_text) {
        told.push(("has other text in a here-document".to_owned(), false));
    }
    // What stands on a line with an effect that is told is told with it.
    let is_told_here = |line: &&Line| !is_text(line);
    let is_forgiven = |line: &&&Line| line.kind == LineKind::Script && forgiven(&line.text).is_some();
    let forgives = |lines: &[&Line]| lines.iter().any(|line| is_forgiven(&line));
    let (old_told, gone): (Vec<&Line>, Vec<&Line>) =
        gone.into_iter().filter(is_told_here).partition(|line| old_sites.meet(line.node, line.range));
    let (new_told, mut fresh): (Vec<&Line>, Vec<&Line>) =
        fresh.into_iter().filter(is_told_here).partition(|line| new_sites.meet(line.node, line.range));
    if let Some(line) = new_told.iter().find(is_forgiven).filter(|_| !forgives(&old_told)) {
        told.push((format!("goes on now where {} fails", shown(forgiven(&line.source).unwrap_or(&line.source))), true));
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
            Some(at) => told.push(replaced(old, fresh.remove(at))),
            None => match new_told.iter().find(|line| is_done_by(&old.text, &line.text)) {
                Some(line) => told.push(replaced(old, line)),
                None => lost.push(old),
            },
        }
    }
    let is_run = |line: &&Line| is.iter().any(|other| (other.kind, &other.text) == (line.kind, &line.text));
    let (less, lost): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(is_run);
    // One of several that another command runs now: `sh -c 'npm ci && npm test'`.
    let run_by = |line: &&Line| new.iter().any(|other| other.kind == line.kind && wraps(&other.text, &line.text));
    told.extend(list(&less).map(|names| (format!("runs {names} less often"), false)));
    let kept = sites_of(before);
    let lost = lost.into_iter().filter(|line| many || !run_by(line));
    // What it did to the world is done by another command.
    let (kept, lost): (Vec<&Line>, Vec<&Line>) = lost.partition(|line| kept.meet(line.node, line.range));
    // What the shell is told by another line, or without one, is no loss.
    let (idle, lost): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(|line| sets_nothing(line, &is));
    let (asked, lost): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(|line| is_asked(line, &fresh, &is));
    let kept: Vec<&Line> = kept.into_iter().chain(idle).chain(asked).collect();
    told.extend(list(&kept).map(|names| (format!("no longer runs {names}"), false)));
    let set = fresh.iter().any(|line| errexit(&line.text) == Some(false));
    let is_heard_of = set && is_heard_of((before, now), hide);
    Otherwise {
        told,
        lost: lost.into_iter().cloned().collect(),
        hidden: hidden(before, now),
        fresh: of_fresh(fresh, &is, is_heard_of),
    }
}

/// Whether a command that does something to the world checks what another one did, too.
fn is_done_by(old: &str, new: &str) -> bool {
    name_the_same(old, new) || same_program(old, new) && checks_as_much(old, new)
}

/// What is told of checks in the scripts at hand that a step runs.
fn in_scripts(
    (was, script_was): (&[Line], &BTreeMap<String, String>),
    (is, script_is): (&[Line], &BTreeMap<String, String>),
) -> Vec<(String, bool)> {
    let beyond = |one: &BTreeMap<String, String>, other: &BTreeMap<String, String>, lines: &[Line]| -> Vec<String> {
        let is_check = |text: &str| is_safeguard(text) && !text.starts_with("set ");
        let more = one.iter().filter(|(text, _)| !other.contains_key(*text) && is_check(text));
        more.filter(|(text, _)| !lines.iter().any(|line| line.text == **text))
            .map(|(_, source)| shown(source))
            .collect()
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
fn of_lost(lost: &[Line], hidden: &[String], runs: impl Fn(&str) -> bool) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let (branches, lost): (Vec<&Line>, Vec<&Line>) = lost.iter().partition(|line| line.kind == LineKind::Branch);
    let has = |line: &&Line| (format!("has no {} {} any more", branch(&line.text), shown(&line.source)), false);
    told.extend(branches.iter().map(has));
    // What a line sets ends with the step.
    let runs_elsewhere = |line: &&Line| !is_of_shell(&line.text) && runs(&line.text);
    let (elsewhere, lost): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(runs_elsewhere);
    told.extend(list(&elsewhere).map(|names| (format!("no longer runs {names}, which another step runs"), false)));
    let (safeguards, others): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(|line| is_lost(line));
    let (open, safeguards): (Vec<&Line>, Vec<&Line>) =
        safeguards.into_iter().partition(|line| may_be_run_by(&line.text, hidden));
    told.extend(list(&safeguards).map(|names| (format!("no longer runs {names}"), true)));
    told.extend(list(&open).map(|names| (format!("no longer runs {names}, unless what is not followed does"), false)));
    told.extend(list(&others).map(|names| (format!("no longer runs {names}"), false)));
    told
}

/// Whether a check is lost with a command: after the script a failure stops nothing.
fn is_lost(line: &Line) -> bool {
    line.kind == LineKind::Script && is_safeguard(&line.text)
}

/// What is told of commands that are new, in a step that runs `all`. What `set +e` passes over may be heard of further down.
fn of_fresh(fresh: Vec<&Line>, all: &[Line], is_heard_of: bool) -> Vec<(String, bool)> {
    let mut told = Vec::new();
    let last = all.iter().rev().find(|line| line.kind == LineKind::Script);
    let is_last = |line: &Line| last.is_some_and(|last| (last.node, last.range) == (line.node, line.range));
    let (branches, fresh): (Vec<&Line>, Vec<&Line>) = fresh.into_iter().partition(|line| line.kind == LineKind::Branch);
    let has = |line: &&Line| (format!("has the {} {} now", branch(&line.text), shown(&line.source)), false);
    told.extend(branches.iter().map(has));
    let is_early = |line: &&Line| {
        line.kind == LineKind::Script
            && (goes_on(&line.text, is_heard_of) || ends(&line.text) && !is_last(line) && !spares(line, all))
    };
    let (early, plain): (Vec<&Line>, Vec<&Line>) = fresh.into_iter().partition(is_early);
    for line in early {
        let text = if ends(&line.text) { "may end before its last command" } else { "goes on where a command fails" };
        told.push((format!("{text} now: {}", shown(&line.source)), true));
    }
    told.extend(list(&plain).map(|names| (format!("runs {names} too"), false)));
    told
}

/// What decides whether others run, as a message calls it.
fn branch(text: &str) -> &'static str {
    let is_loop = ["for ", "while ", "until ", "select "].iter().any(|word| text.starts_with(word));
    if is_loop { "loop" } else { "branch" }
}

/// What is told of a command that went from the script to what runs after it, or came from there.
fn to_another_script(old: &Line, new: &Line) -> (String, bool) {
    let command = shown(&old.source);
    match new.kind {
        LineKind::After => {
            (format!("runs {command} after its script now, where a failure stops nothing"), is_safeguard(&old.text))
        }
        _ => (format!("runs {command} in its script now, and no longer after it"), false),
    }
}

/// The commands of a step's script.
pub(super) fn commands_of(step: &PlannedStep<'_>, hide: &dyn Fn(&mut String)) -> Vec<Line> {
    lines(step, hide).into_iter().filter(|line| line.kind == LineKind::Script).collect()
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

/// Of the new commands of the same program the one with most words in common, unless it is not told to check what the old one
/// checked.
fn likest(old: &Line, fresh: &[&Line]) -> Option<usize> {
    let words: Vec<&str> = old.text.split_whitespace().take(MOST_WORDS).collect();
    let variable = set_by(&old.text);
    if let Some(at) = fresh.iter().position(|line| variable.is_some() && set_by(&line.text) == variable) {
        return Some(at);
    }
    let likeness = |line: &Line| {
        if line.kind != old.kind {
            return None;
        }
        let mut own = line.text.split_whitespace().take(MOST_WORDS);
        let same = own.next() == words.first().copied();
        let score = same.then(|| own.filter(|word| words.contains(word)).count())?;
        (!loses(&old.text, &line.text)).then_some(score)
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
fn replaced(old: &Line, new: &Line) -> (String, bool) {
    // After the script nobody asks how a command ends.
    let forgiven = |text| if old.kind == LineKind::Script { forgiven(text) } else { None };
    match (forgiven(&old.text), forgiven(&new.text)) {
        (None, Some(bare)) if bare == old.text || stands_in(&old.text, bare) => {
            (format!("goes on now where {} fails", shown(&old.source)), true)
        }
        (Some(bare), None) if bare == new.text => (format!("stops now where {} fails", shown(&new.source)), false),
        (was, is) => {
            let (old_text, new_text) = brief(&old.source, &new.source);
            let unheard = was.is_none() && is.is_some() || unsets(&old.text, &new.text);
            let unheard = unheard && old.kind == LineKind::Script;
            (format!("runs {} in place of {}", shown(&new_text), shown(&old_text)), unheard)
        }
    }
}

/// Whether a failure that ended the step by what one command sets no longer does with the other.
fn unsets(old: &str, new: &str) -> bool {
    let piped = pipefail(old) == Some(true) && pipefail(new) != Some(true);
    piped || is_laxer(old, new) || errexit(old) == Some(true) && errexit(new) == Some(false)
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
    let (was, is) = (cut(&was), cut(&is));
    // One long word may differ at its end.
    if was.len().max(is.len()) <= LONGEST { (was, is) } else { from_where_they_differ(&was, &is) }
}

/// Two long texts without the middle of what they begin with.
fn from_where_they_differ(old: &str, new: &str) -> (String, String) {
    let same = old.char_indices().zip(new.chars()).take_while(|((_, one), other)| one == other).count();
    let begins =
        |at: &usize| old.chars().nth(at.saturating_sub(1)).is_some_and(|c| matches!(c, ' ' | '/' | ':' | '=' | ','));
    let from = (SHORT..same).rev().find(begins).unwrap_or(same);
    let cut = |text: &str| {
        let head: String = text.chars().take(SHORT / 2).collect();
        let tail: String = text.chars().skip(from).collect();
        format!("{head}…{tail}")
    };
    if from < SHORT { (old.to_owned(), new.to_owned()) } else { (cut(old), cut(new)) }
}

/// Commands in words; nothing where there are none.
fn list(commands: &[&Line]) -> Option<String> {
    let shown: Vec<String> = commands.iter().map(|line| shown(&line.source)).collect();
    (!shown.is_empty()).then(|| named(&shown))
}

/// A command as a message names it.
pub(super) fn shown(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { format!("`{}…`", cut.trim_end()) } else { format!("`{text}`") }
}
