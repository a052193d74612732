//! A command's words, told apart: subcommands, flags with their values, plain words.

use super::catalogue::{Catalogue, Command, Tool};
use super::selector::Selected;
use crate::shell::{Invocation, Place, Scope, Value, Word};

/// One flag as it is written.
struct Flag {
    name: String,
    value: Option<(Value, Place)>,
}

/// The words after the phrase that an entry matched.
pub(super) struct Arguments<'i> {
    phrase: &'i [String],
    place: Place,
    plain: Vec<(Value, Place)>,
    flags: Vec<Flag>,
    assignments: &'i [(String, Vec<Value>)],
    named: Vec<(String, Value, Place)>,
}

impl<'i> Arguments<'i> {
    fn read(phrase: &'i [String], words: &[&Word], values: WithValue<'_>, invocation: &'i Invocation) -> Self {
        let takes_value = |name: &str| values.has(name);
        let mut plain = Vec::new();
        let mut flags = Vec::new();
        let mut index = 0;
        let mut only_plain = false;
        while let Some(word) = words.get(index) {
            index += 1;
            let value = word.value();
            let prefix = value.literal_prefix();
            if only_plain || !prefix.starts_with('-') || prefix == "-" {
                plain.push((value.into_owned(), word.place));
                continue;
            }
            if value.as_literal() == Some("--") {
                only_plain = true;
                continue;
            }
            if let Some((name, right)) = value.split_once("=")
                && let Some(name) = name.as_literal()
            {
                flags.push(Flag { name: name.to_owned(), value: Some((right, word.place)) });
                continue;
            }
            let name = value.as_literal().unwrap_or(prefix).to_owned();
            if takes_value(&name) && value.as_literal().is_some() {
                let value = words.get(index).map(|next| (next.value().into_owned(), next.place));
                index += usize::from(value.is_some());
                flags.push(Flag { name, value });
                continue;
            }
            // `-tname`, `-uname`: a short flag with its value in the same word.
            let short = name.get(..2).unwrap_or("").to_owned();
            if !name.starts_with("--") && takes_value(&short) && (name.len() > 2 || value.as_literal().is_none()) {
                let attached = value.strip_prefix(&short).unwrap_or_default();
                flags.push(Flag { name: short, value: Some((attached, word.place)) });
                continue;
            }
            flags.push(Flag { name, value: None });
        }
        Self { phrase, place: invocation.place, plain, flags, assignments: &invocation.assignments, named: Vec::new() }
    }

    /// The variables of a pipe as arguments.
    pub(super) fn of_pipe(place: Place, named: Vec<(String, Value, Place)>) -> Arguments<'static> {
        // What a chart is given, as the command has it.
        let set = named.iter().filter(|(name, ..)| name == "SET");
        let flag = |(_, value, place): &(String, Value, Place)| Flag {
            name: "--set".to_owned(),
            value: Some((value.clone(), *place)),
        };
        Arguments { phrase: &[], place, plain: Vec::new(), flags: set.map(flag).collect(), assignments: &[], named }
    }

    /// The subcommands that the entry's phrase matched.
    pub(super) fn phrase(&self) -> &'i [String] {
        self.phrase
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn plain_count(&self) -> usize {
        self.plain.len()
    }

    /// A plain word, from 1.
    pub(super) fn plain(&self, number: usize) -> Option<Selected> {
        let (value, place) = self.plain.get(number.checked_sub(1)?)?;
        Some(Selected { value: value.clone(), place: *place })
    }

    /// The values of flags.
    pub(super) fn flag(&self, names: &[String]) -> Vec<Selected> {
        let found = self.flags.iter().filter(|flag| names.contains(&flag.name));
        found
            .filter_map(|flag| flag.value.as_ref())
            .map(|(value, place)| Selected { value: value.clone(), place: *place })
            .collect()
    }

    /// Whether a flag stands there, with or without a value; `--flag=false` counts as absent.
    pub(super) fn has(&self, name: &str) -> bool {
        let off = |flag: &Flag| flag.value.as_ref().is_some_and(|(value, _)| value.as_literal() == Some("false"));
        let cluster = |flag: &Flag| {
            // `-af` holds `-a`.
            name.len() == 2
                && !flag.name.starts_with("--")
                && flag.value.is_none()
                && flag.name.len() > 2
                && flag.name.len() <= 5
                && flag.name.contains(name.trim_start_matches('-'))
        };
        self.flags.iter().any(|flag| (flag.name == name && !off(flag)) || cluster(flag))
    }

    /// `-Dname=value` and its kin.
    pub(super) fn property(&self, names: &[String]) -> Vec<Selected> {
        let mut found = Vec::new();
        for flag in &self.flags {
            let bare = flag.name.trim_start_matches("--").trim_start_matches("-D").trim_start_matches("-P");
            let bare = bare.strip_prefix("-p:").or_else(|| bare.strip_prefix("property:")).unwrap_or(bare);
            if let Some((value, place)) = &flag.value
                && names.iter().any(|name| name == bare)
            {
                found.push(Selected { value: value.clone(), place: *place });
            }
        }
        // `/p:Name=value`
        for (word, place) in &self.plain {
            if let Some((name, value)) = word.strip_prefix("/p:").and_then(|word| word.split_once("="))
                && name.as_literal().is_some_and(|name| names.iter().any(|own| own == name))
            {
                found.push(Selected { value, place: *place });
            }
        }
        found
    }

    /// A variable: set before the command, in the script, or known by name only.
    pub(super) fn variable(&self, name: &str, scope: &Scope) -> Option<Value> {
        let own = self.assignments.iter().find(|(assigned, _)| assigned == name).map(|(_, values)| values.as_slice());
        match own.or_else(|| scope.get(name)) {
            Some([one]) => Some(one.clone()),
            Some(_) => None,
            None => Some(Value::variable(name)),
        }
    }

    /// A variable of a pipe.
    pub(super) fn named(&self, names: &[String]) -> Vec<Selected> {
        for name in names {
            if name == "registry" {
                return vec![Selected { value: Value::opaque("the pipe's registry"), place: self.place }];
            }
            let found: Vec<Selected> = self
                .named
                .iter()
                .filter(|(own, ..)| own == name)
                .flat_map(|(_, value, place)| {
                    value.split_on(char::is_whitespace).into_iter().map(|value| Selected { value, place: *place })
                })
                .collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The plain words.
    pub(super) fn plain_values(&self) -> impl Iterator<Item = &Value> {
        self.plain.iter().map(|(value, _)| value)
    }

    /// All flags with values, in order.
    pub(super) fn flag_values(&self) -> impl Iterator<Item = (&str, &Value, Place)> {
        self.flags.iter().filter_map(|flag| {
            let (value, place) = flag.value.as_ref()?;
            Some((flag.name.as_str(), value, *place))
        })
    }
}

impl Catalogue {
    /// The entries that hold for a command, the longest phrase first; empty where the tool is not known.
    pub(super) fn find<'i>(&'i self, invocation: &'i Invocation) -> Vec<(&'i Command, Arguments<'i>)> {
        let Some(tool) = invocation.name() else { return Vec::new() };
        let tools: Vec<&'i Tool> = self.tool(tool).collect();
        if tools.is_empty() {
            return Vec::new();
        }
        let words: Vec<&Word> = invocation.words.iter().skip(1).collect();
        let mut found: Vec<(usize, &'i Command, Arguments<'i>)> = Vec::new();
        for (phrase, command) in tools.iter().copied().flat_map(|tool| &tool.commands) {
            // Most phrases of a tool begin with another word, which is told at once; `goal` reads words in its own way.
            let begins = |first: &String| words.iter().any(|word| word.literal() == Some(first));
            if command.reader.as_deref() != Some("goal") && !phrase.first().is_none_or(begins) {
                continue;
            }
            let values = WithValue { tools: &tools, own: &command.values };
            let Some(rest) = after_phrase(phrase, &words, values, command.reader.as_deref()) else { continue };
            let arguments = Arguments::read(phrase, &rest, values, invocation);
            if !command.when.is_empty() && !command.when.iter().any(|flag| arguments.has(flag)) {
                continue;
            }
            if command.unless.iter().any(|flag| arguments.has(flag)) {
                continue;
            }
            if !arguments.fits(command) {
                continue;
            }
            found.push((phrase.len(), command, arguments));
        }
        let longest = found.iter().map(|(length, ..)| *length).max().unwrap_or(0);
        found.retain(|(length, ..)| *length == longest);
        found.into_iter().map(|(_, command, arguments)| (command, arguments)).collect()
    }
}

impl Arguments<'_> {
    /// Conditions of readers that decide whether an entry holds at all.
    fn fits(&self, command: &Command) -> bool {
        match command.reader.as_deref() {
            Some("upload") => self.uploads(),
            // `dotnet publish` makes an image where it is told to.
            Some("dotnet") => {
                let says = |text: &str| {
                    let text = text.to_ascii_lowercase();
                    text.ends_with("t:publishcontainer") || text.ends_with("target:publishcontainer")
                };
                self.plain_values().any(|word| says(word.literal_prefix()))
                    || self.flags.iter().any(|flag| says(&flag.name))
                    || self
                        .property(&["PublishProfile".to_owned()])
                        .iter()
                        .any(|one| one.value.as_literal() == Some("DefaultContainer"))
            }
            // `NODE|20-lts` is no image.
            Some("runtime") => self
                .flags
                .iter()
                .filter_map(|flag| flag.value.as_ref())
                .any(|(value, _)| value.literal_prefix().to_ascii_uppercase().starts_with("DOCKER|")),
            // `rsync a b` on one machine is a copy; `scp host:x .` is a download.
            Some("copy") => {
                let target = self.plain(self.plain_count());
                target.is_some_and(|word| word.value.literal_contains(":"))
            }
            Some("bazel") => {
                self.plain_values().any(|value| value.literal_contains("push") || value.literal_contains("image"))
            }
            Some("earthly") => self.plain_values().any(|value| value.literal_prefix().contains('+')),
            Some("capistrano") => true,
            _ => true,
        }
    }
}

/// Whether a word is a goal: by its plugin's prefix, or by the plugin's coordinates, with or without an execution's id
/// (`jib:build`, `com.google.cloud.tools:jib-maven-plugin:3.4.3:build@image`).
fn is_goal(word: &str, goal: &str) -> bool {
    let word = word.split('@').next().unwrap_or(word);
    if word == goal {
        return true;
    }
    let parts: Vec<&str> = word.split(':').collect();
    let (Some((prefix, last)), [_, plugin, .., own]) = (goal.split_once(':'), parts.as_slice()) else { return false };
    let named = plugin.strip_suffix("-maven-plugin").or_else(|| plugin.strip_prefix("maven-")?.strip_suffix("-plugin"));
    *own == last && named == Some(prefix)
}

impl Arguments<'_> {
    /// Whether what is copied goes to a store: `s3://bucket/x .` is a download, `s3://a s3://b` none. One of the two is a
    /// store always, so a target that is not known is one where the source is a path.
    fn uploads(&self) -> bool {
        let store = |value: &Value| STORES.iter().any(|store| value.literal_prefix().starts_with(store));
        let mut words = self.plain_values();
        let Some(source) = words.next() else { return true };
        let path = !source.literal_prefix().is_empty() && !store(source);
        words.any(|word| store(word) || path && word.literal_prefix().is_empty())
    }
}

/// How the address of a store begins.
const STORES: [&str; 4] = ["s3://", "gs://", "https://", "r2://"];

/// The words after a phrase whose words stand in order, flags between them passed over.
fn after_phrase<'w>(
    phrase: &[String],
    words: &[&'w Word],
    values: WithValue<'_>,
    reader: Option<&str>,
) -> Option<Vec<&'w Word>> {
    if reader == Some("goal") {
        // Build tools take their goals in any order, among properties.
        let all = phrase.iter().all(|goal| {
            words.iter().any(|word| {
                let text = word.value();
                let text = text.literal_prefix();
                is_goal(text, goal) || text.rsplit(':').next() == Some(goal) && text.starts_with(':')
            })
        });
        return all.then(|| words.to_vec());
    }
    let mut rest = Vec::new();
    let mut at = 0;
    let mut index = 0;
    while index < words.len() && at < phrase.len() {
        let word = words[index];
        index += 1;
        let text = word.value();
        let prefix = text.literal_prefix();
        if prefix.starts_with('-') {
            rest.push(word);
            if text.as_literal().is_some_and(|flag| values.has(flag)) && index < words.len() {
                rest.push(words[index]);
                index += 1;
            }
        } else if text.as_literal() == phrase.get(at).map(String::as_str) {
            at += 1;
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

/// Flags whose value is the next word: those of the tool, and those of the entry.
#[derive(Clone, Copy)]
struct WithValue<'a> {
    tools: &'a [&'a Tool],
    own: &'a [String],
}

impl WithValue<'_> {
    /// The lists are short: to search them is quicker than to hash.
    fn has(self, flag: &str) -> bool {
        let listed = |values: &[String]| values.iter().any(|value| value == flag);
        self.tools.iter().any(|tool| listed(&tool.values)) || listed(self.own)
    }
}
