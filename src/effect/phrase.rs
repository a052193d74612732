//! Which entries of the catalogue hold for a command: by the words that name it, flags between them passed over.

use std::sync::Arc;

use super::arguments::{Arguments, WithValue};
use super::catalogue::{Catalogue, Command};
use super::known::Tool;
use crate::shell::{Invocation, Word};

/// An entry that may hold, with the number of its tool: the settings' own come first.
type Candidate<'i> = (usize, &'i (Vec<String>, Arc<Command>));

impl Catalogue {
    /// The entries that hold for a command, those with the longest phrase; empty where the tool is not known.
    pub(super) fn find<'i>(&'i self, invocation: &'i Invocation) -> Vec<(&'i Command, Arguments<'i>)> {
        let Some(tool) = invocation.name() else { return Vec::new() };
        let tools: Vec<&'i Tool> = self.tool(tool).collect();
        if tools.is_empty() {
            return Vec::new();
        }
        let words: Vec<&Word> = invocation.words.iter().skip(1).collect();
        let literals = || words.iter().filter_map(|word| word.literal());
        let of_tool = |(rank, tool): (usize, &&'i Tool)| {
            tool.candidates(literals()).into_iter().map(move |candidate| (rank, candidate))
        };
        let mut candidates: Vec<Candidate<'i>> = tools.iter().enumerate().flat_map(of_tool).collect();
        // The longest phrases that fit are what is asked for: shorter ones need no reading once one has.
        candidates.sort_by_key(|(_, (phrase, _))| std::cmp::Reverse(phrase.len()));
        let mut found = matching(&candidates, &tools, &words, invocation, false);
        // Without a flag there is none that could have a value, and without a phrase none that could hide a word of it.
        let has_phrase = candidates.first().is_some_and(|(_, (longest, _))| !longest.is_empty());
        let has_flag = || words.iter().any(|word| word.value().literal_prefix().starts_with('-'));
        if found.iter().all(|(length, ..)| *length == 0) && has_phrase && has_flag() {
            let behind_values = matching(&candidates, &tools, &words, invocation, true);
            if !behind_values.is_empty() {
                found = behind_values;
            }
        }
        found.into_iter().map(|(_, command, arguments)| (command, arguments)).collect()
    }
}

/// The candidates whose phrase stands in a command, of which the longest ones, each with the phrase's length; they come in that
/// order. `lenient` takes a word behind a flag that is not listed for the flag's value, where it is none of the phrase.
fn matching<'i>(
    candidates: &[Candidate<'i>],
    tools: &[&'i Tool],
    words: &[&'i Word],
    invocation: &'i Invocation,
    lenient: bool,
) -> Vec<(usize, &'i Command, Arguments<'i>)> {
    let mut found: Vec<(usize, &'i Command, Arguments<'i>)> = Vec::new();
    let mut from = 0;
    for (rank, (phrase, command)) in candidates {
        // An entry of the settings stands in the place of a built-in one for the same words.
        if !found.is_empty() && *rank > from {
            break;
        }
        if found.first().is_some_and(|(longest, ..)| phrase.len() < *longest) {
            break;
        }
        let values = WithValue { tools, command };
        let Some(rest) = after_phrase(phrase, words, values, lenient) else { continue };
        let arguments = Arguments::read(phrase, &rest, values, invocation);
        if !command.when.is_empty() && !command.when.iter().any(|flag| arguments.has(flag)) {
            continue;
        }
        if command.unless.iter().any(|flag| arguments.surely_has(flag)) {
            continue;
        }
        if !arguments.fits(command) {
            continue;
        }
        found.push((phrase.len(), command, arguments));
        from = *rank;
    }
    found
}

/// Whether a word is a goal: by its plugin's prefix, or by the plugin's coordinates, with or without an execution's id
/// (`jib:build`, `com.google.cloud.tools:jib-maven-plugin:3.4.3:build@image`).
fn is_goal(word: &str, goal: &str) -> bool {
    let word = word.split('@').next().unwrap_or(word);
    if word == goal {
        return true;
    }
    // The coordinates are a group, the plugin, perhaps a version, and the goal's own name.
    let (Some((prefix, last)), Some((_, coordinates))) = (goal.split_once(':'), word.split_once(':')) else {
        return false;
    };
    let (Some((plugin, _)), Some((_, own))) = (coordinates.split_once(':'), coordinates.rsplit_once(':')) else {
        return false;
    };
    let named = plugin.strip_suffix("-maven-plugin").or_else(|| plugin.strip_prefix("maven-")?.strip_suffix("-plugin"));
    own == last && named == Some(prefix)
}

/// The words after a phrase whose words stand in order, flags between them passed over.
fn after_phrase<'w>(
    phrase: &[String],
    words: &[&'w Word],
    values: WithValue<'_>,
    lenient: bool,
) -> Option<Vec<&'w Word>> {
    if values.command.reader.as_deref() == Some("goal") {
        // Build tools take their goals in any order, among properties.
        let all = phrase.iter().all(|goal| {
            let last = goal.rsplit(':').next().unwrap_or(goal);
            words.iter().any(|word| {
                let text = word.value();
                let text = text.literal_prefix();
                // Whatever is before it and behind an `@`, a goal's own name is there; most words are told by that.
                let may_be = text.ends_with(last) || text.contains('@');
                may_be && is_goal(text, goal) || text.starts_with(':') && text.rsplit(':').next() == Some(goal)
            })
        });
        return all.then(|| words.to_vec());
    }
    let mut rest = Vec::new();
    let mut at = 0;
    let mut index = 0;
    let mut after_unlisted = false;
    while index < words.len() && at < phrase.len() {
        let word = words[index];
        index += 1;
        let text = word.value();
        let prefix = text.literal_prefix();
        let may_be_value = std::mem::take(&mut after_unlisted);
        if prefix.starts_with('-') {
            after_unlisted = lenient && !prefix.contains('=');
            rest.push(word);
            if text.as_literal().is_some_and(|flag| values.has(flag)) && index < words.len() {
                rest.push(words[index]);
                index += 1;
                after_unlisted = false;
            }
        } else if text.as_literal() == phrase.get(at).map(String::as_str) {
            at += 1;
        } else if may_be_value {
            rest.push(word);
        } else {
            return None;
        }
    }
    if at < phrase.len() {
        return None;
    }
    rest.extend(words.iter().skip(index));
    Some(rest)
}
