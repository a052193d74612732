//! What a step runs otherwise, command by command, where its effects don't tell it already.

use std::collections::HashMap;

use super::calls::pipes;
use super::does::told_at;
use super::model::PlannedStep;
use crate::pipeline::ScriptItem;
use crate::yaml::{Node, NodeId, Span};

/// How many commands are named together.
const NAMED: usize = 3;

/// The longest text of a command that is shown, in characters.
const LONGEST: usize = 90;

/// The longest text of a command that is shown whole beside the one that takes its place, in bytes.
const SHORT: usize = 50;

/// How many of its first words name a long command.
const FIRST: usize = 2;

/// Words of shell syntax that are no command by themselves.
const SYNTAX: [&str; 10] = ["then", "else", "fi", "do", "done", "esac", ";;", "{", "}", "in"];

/// Words of commands whose loss takes a check away.
const CHECKS: [&str; 19] = [
    "test",
    "tests",
    "lint",
    "audit",
    "scan",
    "check",
    "verify",
    "validate",
    "rollout",
    "wait",
    "typecheck",
    "e2e",
    "smoke",
    "sonar",
    "snyk",
    "trivy",
    "gitleaks",
    "pytest",
    "pipefail",
];

/// A command as it is written most plainly: one line, without quotes and needless braces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    node: NodeId,
    range: Span,
    text: String,
}

/// What a step runs otherwise than before, each with whether a safeguard is lost.
pub(super) fn otherwise(before: &PlannedStep<'_>, now: &PlannedStep<'_>) -> Vec<(String, bool)> {
    let mut told = pipes(before, now);
    let (was, is) = (lines(before), lines(now));
    if texts(&was) == texts(&is) {
        return told;
    }
    let (gone, fresh) = (beyond(&was, &is), beyond(&is, &was));
    if gone.is_empty() && fresh.is_empty() {
        told.push(("runs its commands in another order".to_owned(), false));
        return told;
    }
    // What stands on a line with an effect that is told is told with it.
    let told_by_effects = |line: &Line, sites: &[(NodeId, Span)]| {
        sites
            .iter()
            .any(|(node, range)| *node == line.node && range.start < line.range.end && line.range.start < range.end)
    };
    let (old_sites, new_sites) = (told_at(before, now), told_at(now, before));
    let gone: Vec<&Line> = gone.into_iter().filter(|line| !told_by_effects(line, &old_sites)).collect();
    let mut fresh: Vec<&Line> = fresh.into_iter().filter(|line| !told_by_effects(line, &new_sites)).collect();
    let mut lost: Vec<&Line> = Vec::new();
    for old in gone {
        match likest(old, &fresh) {
            Some(at) => told.push(replaced(&old.text, &fresh.remove(at).text)),
            None => lost.push(old),
        }
    }
    let (branches, lost): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(|line| is_branch(&line.text));
    told.extend(branches.iter().map(|line| (format!("has no branch {} any more", shown(&line.text)), false)));
    let (checks, others): (Vec<&Line>, Vec<&Line>) = lost.into_iter().partition(|line| is_check(&line.text));
    told.extend(list(&checks).map(|names| (format!("no longer runs {names}"), true)));
    told.extend(list(&others).map(|names| (format!("no longer runs {names}"), false)));
    let last = is.last().map(|line| line.range);
    let (branches, fresh): (Vec<&Line>, Vec<&Line>) = fresh.into_iter().partition(|line| is_branch(&line.text));
    told.extend(branches.iter().map(|line| (format!("has the branch {} now", shown(&line.text)), false)));
    let (early, plain): (Vec<&Line>, Vec<&Line>) =
        fresh.into_iter().partition(|line| goes_on(&line.text) || ends(&line.text) && last != Some(line.range));
    for line in early {
        let text = if ends(&line.text) { "may end before its last command" } else { "goes on where a command fails" };
        told.push((format!("{text} now: {}", shown(&line.text)), true));
    }
    told.extend(list(&plain).map(|names| (format!("runs {names} too"), false)));
    told
}

fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.text.as_str()).collect()
}

/// The lines that one side has more often than the other.
fn beyond<'l>(all: &'l [Line], others: &[Line]) -> Vec<&'l Line> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    for line in others {
        *left.entry(&line.text).or_default() += 1;
    }
    let more = all.iter().filter(|line| match left.get_mut(line.text.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    });
    more.filter(|line| !SYNTAX.contains(&line.text.as_str())).collect()
}

/// Of the new commands of the same program the one with most words in common.
fn likest(old: &Line, fresh: &[&Line]) -> Option<usize> {
    let words: Vec<&str> = old.text.split_whitespace().collect();
    let likeness = |line: &Line| {
        let mut own = line.text.split_whitespace();
        let same = own.next() == words.first().copied();
        same.then(|| own.filter(|word| words.contains(word)).count())
    };
    let scored = fresh.iter().enumerate().filter_map(|(at, line)| Some((likeness(line)?, at)));
    // `set -e` and `set -x` are two things.
    let scored = scored.filter(|(score, _)| *score > 0 || words.len() < 2);
    scored.max_by_key(|(score, at)| (*score, std::cmp::Reverse(*at))).map(|(_, at)| at)
}

/// What is told of a command in the place of another one.
fn replaced(old: &str, new: &str) -> (String, bool) {
    match (forgiven(old), forgiven(new)) {
        (None, Some(bare)) if bare == old => (format!("goes on now where {} fails", shown(old)), true),
        (Some(bare), None) if bare == new => (format!("stops now where {} fails", shown(new)), false),
        (was, is) => {
            let (old, new) = brief(old, new);
            (format!("runs {} in place of {}", shown(&new), shown(&old)), was.is_none() && is.is_some())
        }
    }
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
    let (bare, after) = text.rsplit_once("||").or_else(|| text.rsplit_once(';'))?;
    let after = after.trim();
    let forgives =
        ["true", ":", "exit 0", "/bin/true"].contains(&after) || after.starts_with("echo ") && !after.contains("exit");
    forgives.then(|| bare.trim_end())
}

/// Whether from here on the failure of a command stops nothing.
fn goes_on(text: &str) -> bool {
    matches!(text, "set +e" | "set +o errexit" | "set +euo pipefail" | "set +ex" | "set +eu")
}

/// Whether it only decides what else runs.
fn is_branch(text: &str) -> bool {
    ["if ", "elif ", "case ", "while ", "until ", "for "].iter().any(|word| text.starts_with(word))
}

fn ends(text: &str) -> bool {
    matches!(text, "exit 0" | "exit" | "return 0")
}

/// Whether a command is a check, by its words.
pub(super) fn is_check(text: &str) -> bool {
    let words = text.split(|c: char| c.is_whitespace() || [':', '-', '/', '.', '_'].contains(&c));
    let named = || words.clone().any(|word| CHECKS.contains(&word));
    matches!(text, "set -e" | "set -o errexit" | "set -ex" | "set -eu" | "set -euo pipefail") || named()
}

/// Commands in words; nothing where there are none.
fn list(lines: &[&Line]) -> Option<String> {
    let named: Vec<String> = lines.iter().take(NAMED).map(|line| shown(&line.text)).collect();
    let more = lines.len().saturating_sub(NAMED);
    let (last, before) = named.split_last()?;
    Some(match (before, more) {
        ([], 0) => last.clone(),
        (_, 0) => format!("{} and {last}", before.join(", ")),
        _ => format!("{} and {more} more", named.join(", ")),
    })
}

fn shown(text: &str) -> String {
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { format!("`{}…`", cut.trim_end()) } else { format!("`{text}`") }
}

/// The commands of a step's scripts in order; comments left aside.
fn lines(step: &PlannedStep<'_>) -> Vec<Line> {
    let mut found = Vec::new();
    for item in step.step.script().into_iter().chain(step.step.after_script()) {
        if let ScriptItem::Command(node) = item {
            commands(node, &mut found);
        }
    }
    found
}

fn commands(node: Node<'_>, out: &mut Vec<Line>) {
    let Some(text) = node.text() else { return };
    let mut start = 0;
    // A line that ends in `\` goes on in the next one.
    for line in text.replace("\\\n", "  ").split_inclusive('\n') {
        let end = start + line.len();
        if !line.trim_start().starts_with('#') {
            let mut at = start;
            for piece in line.split("&&") {
                let range = Span::new(at, at + piece.len());
                at = range.end + 2;
                let plain = plainly(piece);
                if !plain.is_empty() {
                    out.push(Line { node: node.id(), range, text: plain });
                }
            }
        }
        start = end;
    }
}

/// A command without quotes, needless braces and runs of blanks.
fn plainly(command: &str) -> String {
    let mut text = command.replace(['"', '\''], "");
    while let Some((before, after)) = text.split_once("${").map(|(a, b)| (a.to_owned(), b.to_owned())) {
        let Some((name, rest)) = after.split_once('}') else { break };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            break;
        }
        text = format!("{before}${name}{rest}");
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
