//! A command's words, told apart: subcommands, flags with their values, plain words.

use super::catalogue::Command;
use super::known::Tool;
use super::selector::Selected;
use crate::shell::{Invocation, Place, Scope, Value, Word};

/// One flag as it is written.
#[derive(Clone)]
struct Flag {
    name: String,
    value: Option<(Value, Place)>,
    /// Whether it stands there for sure.
    sure: bool,
}

/// One word that is neither a flag nor known as the value of one.
#[derive(Clone)]
pub(super) struct Plain<'i> {
    pub(super) value: Value,
    word: &'i Word,
    /// Whether it follows a flag that is not listed, and so may be the flag's value.
    pub(super) doubtful: bool,
}

/// The words after the phrase that an entry matched.
#[derive(Clone)]
pub(super) struct Arguments<'i> {
    phrase: &'i [String],
    place: Place,
    pub(super) plain: Vec<Plain<'i>>,
    flags: Vec<Flag>,
    assignments: &'i [(String, Vec<Value>)],
    named: Vec<(String, Value, Place)>,
}

impl<'i> Arguments<'i> {
    pub(super) fn read(
        phrase: &'i [String],
        words: &[&'i Word],
        values: WithValue<'_>,
        invocation: &'i Invocation,
    ) -> Self {
        let takes_value = |name: &str| values.has(name);
        let mut plain = Vec::new();
        let mut flags = Vec::new();
        let mut index = 0;
        let mut only_plain = false;
        let mut doubtful = false;
        while let Some(word) = words.get(index) {
            index += 1;
            let value = word.value();
            let sure = !word.may_be_missing();
            let prefix = value.literal_prefix();
            let after_unlisted = std::mem::take(&mut doubtful);
            if only_plain || !prefix.starts_with('-') || prefix == "-" {
                plain.push(Plain { value: value.into_owned(), word, doubtful: after_unlisted });
                continue;
            }
            if value.as_literal() == Some("--") {
                only_plain = true;
                continue;
            }
            if let Some((name, right)) = value.split_once("=")
                && let Some(name) = name.as_literal()
            {
                flags.push(Flag { name: name.to_owned(), value: Some((right, word.place)), sure });
                continue;
            }
            let name = value.as_literal().unwrap_or(prefix).to_owned();
            if takes_value(&name) && value.as_literal().is_some() {
                let value = words.get(index).map(|next| (next.value().into_owned(), next.place));
                index += usize::from(value.is_some());
                flags.push(Flag { name, value, sure });
                continue;
            }
            // `-tname`, `-uname`: a short flag with its value in the same word.
            let short = name.get(..2).unwrap_or("").to_owned();
            if !name.starts_with("--") && takes_value(&short) && (name.len() > 2 || value.as_literal().is_none()) {
                let attached = value.strip_prefix(&short).unwrap_or_default();
                flags.push(Flag { name: short, value: Some((attached, word.place)), sure });
                continue;
            }
            doubtful = !values.is_bare(&name);
            flags.push(Flag { name, value: None, sure });
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
            sure: true,
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
        let Plain { value, word, .. } = self.plain.get(number.checked_sub(1)?)?;
        Some(Selected { value: value.clone(), place: word.place })
    }

    /// The words of a command from a plain one on, which is counted from 1. Places don't tell it: in a script at hand all words
    /// have that of the call.
    pub(super) fn words_from<'w>(&self, number: usize, invocation: &'w Invocation) -> Option<&'w [Word]> {
        let first = self.plain.get(number.checked_sub(1)?)?.word;
        let at = invocation.words.iter().position(|word| std::ptr::eq(word, first))?;
        invocation.words.get(at..)
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
        self.any(name, |_| true)
    }

    /// The same of those that stand there for sure.
    pub(super) fn surely_has(&self, name: &str) -> bool {
        self.any(name, |flag| flag.sure)
    }

    fn any(&self, name: &str, counts: impl Fn(&Flag) -> bool) -> bool {
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
        self.flags.iter().any(|flag| counts(flag) && ((flag.name == name && !off(flag)) || cluster(flag)))
    }

    /// Whether it is told to show only what it would do.
    pub(super) fn is_dry(&self, command: &Command) -> bool {
        let shows = |flag: &&Flag| {
            let really = flag.value.as_ref().is_some_and(|(value, _)| value.as_literal() == Some("none"));
            matches!(flag.name.as_str(), "--dry-run" | "-dry-run") && !really && flag.sure
        };
        self.flags.iter().find(shows).is_some_and(|flag| self.has(&flag.name))
            || command.dry.iter().any(|flag| self.surely_has(flag))
    }

    /// `-Dname=value` and its kin.
    pub(super) fn property(&self, names: &[String]) -> Vec<Selected> {
        let mut found = Vec::new();
        let is_meant = |written: &str| names.iter().any(|name| name == written);
        for flag in &self.flags {
            let bare = flag.name.trim_start_matches("--").trim_start_matches("-D").trim_start_matches("-P");
            let bare = bare.strip_prefix("-p:").or_else(|| bare.strip_prefix("property:")).unwrap_or(bare);
            let Some((value, place)) = &flag.value else { continue };
            if is_meant(bare) {
                found.push(Selected { value: value.clone(), place: *place });
            } else if matches!(flag.name.as_str(), "-p" | "--property")
                && let Some((name, value)) = value.split_once("=")
                && name.as_literal().is_some_and(is_meant)
            {
                // `-p Name=value`, of which a semicolon ends the value.
                let value = value.split_once(";").map_or(value, |(value, _)| value);
                found.push(Selected { value, place: *place });
            }
        }
        // `/p:Name=value`
        for Plain { value, word, .. } in &self.plain {
            if let Some((name, value)) = value.strip_prefix("/p:").and_then(|word| word.split_once("="))
                && name.as_literal().is_some_and(is_meant)
            {
                found.push(Selected { value, place: word.place });
            }
        }
        found
    }

    /// The values of a variable that is set before the command or in the script.
    pub(super) fn known<'v>(&'v self, name: &str, scope: &'v Scope) -> Option<&'v [Value]> {
        let own = self.assignments.iter().find(|(assigned, _)| assigned == name).map(|(_, values)| values.as_slice());
        own.or_else(|| scope.get(name))
    }

    /// A variable: set before the command, in the script, or known by name only.
    pub(super) fn variable(&self, name: &str, scope: &Scope) -> Option<Value> {
        match self.known(name, scope) {
            Some([one]) => Some(one.clone()),
            Some(_) => None,
            None => Some(Value::variable(name)),
        }
    }

    /// A variable of a pipe, else what a name with `=` before it says.
    pub(super) fn named(&self, names: &[String]) -> Vec<Selected> {
        for name in names {
            if name == "registry" {
                return vec![Selected { value: Value::opaque("the pipe's registry"), place: self.place }];
            }
            if let Some(text) = name.strip_prefix('=') {
                return vec![Selected { value: Value::literal(text), place: self.place }];
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

    /// The same with other plain words.
    pub(super) fn with_plain(&self, plain: Vec<Plain<'i>>) -> Self {
        Self { plain, ..self.clone() }
    }

    /// The plain words.
    pub(super) fn plain_values(&self) -> impl Iterator<Item = &Value> {
        self.plain.iter().map(|plain| &plain.value)
    }

    /// All flags with values, in order.
    pub(super) fn flag_values(&self) -> impl Iterator<Item = (&str, &Value, Place)> {
        self.flags.iter().filter_map(|flag| {
            let (value, place) = flag.value.as_ref()?;
            Some((flag.name.as_str(), value, *place))
        })
    }
}

impl Arguments<'_> {
    /// Conditions of readers that decide whether an entry holds at all.
    pub(super) fn fits(&self, command: &Command) -> bool {
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
            Some("site") => {
                let profile = self.property(&["PublishProfile".to_owned()]);
                let deploys = self.property(&["DeployOnBuild".to_owned()]);
                let on = |one: &Selected| one.value.as_literal().is_none_or(|text| text.eq_ignore_ascii_case("true"));
                profile.iter().any(|one| one.value.as_literal() != Some("DefaultContainer")) || deploys.iter().any(on)
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
            _ => true,
        }
    }
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

/// Flags whose value is the next word: those of the tool, and those of the entry.
#[derive(Clone, Copy)]
pub(super) struct WithValue<'a> {
    pub(super) tools: &'a [&'a Tool],
    pub(super) command: &'a Command,
}

impl WithValue<'_> {
    /// The lists are short: to search them is quicker than to hash.
    pub(super) fn has(self, flag: &str) -> bool {
        let listed = |values: &[String]| values.iter().any(|value| value == flag);
        self.tools.iter().any(|tool| listed(&tool.values)) || listed(&self.command.values)
    }

    /// Whether a flag is known to take no value.
    fn is_bare(self, flag: &str) -> bool {
        self.command.bare.iter().any(|bare| bare == flag)
    }
}
