//! Values of which the words are known: shells complete them, and a slip is told the word that is meant.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error};

use super::FailOn;
use crate::cli::rules;
use crate::finding::{Layer, Severity};
use crate::settings::{Api, ColorChoice};

/// One of some words, each with its meaning; nothing else is taken.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(
    choices: [(&'static str, Option<T>); N],
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(choices.map(|(word, _)| word)).try_map(move |text| {
        let found = choices.iter().find(|(word, _)| *word == text);
        found.and_then(|(_, value)| *value).ok_or("is no such word")
    })
}

pub(super) fn layer() -> impl TypedValueParser<Value = Layer> {
    one_of(Layer::ALL.map(|layer| (layer.word(), Some(layer))))
}

/// The severities, the gravest first.
const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

pub(super) fn severity() -> impl TypedValueParser<Value = Severity> {
    one_of(SEVERITIES.map(|severity| (severity.word(), Some(severity))))
}

pub(super) fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    let [error, warning, note] = SEVERITIES.map(|severity| (severity.word(), Some(FailOn(Some(severity)))));
    one_of([error, warning, note, ("never", Some(FailOn(None)))])
}

pub(super) fn api() -> impl TypedValueParser<Value = Api> {
    one_of(Api::WORDS.map(|word| (word, Api::parse(word))))
}

pub(super) fn color() -> impl TypedValueParser<Value = ColorChoice> {
    one_of(ColorChoice::WORDS.map(|word| (word, ColorChoice::parse(word))))
}

/// Any text, of which a shell completes the words that are known: another one is told by who looks for it.
#[derive(Clone)]
pub(super) struct Known(fn() -> Vec<&'static str>);

impl TypedValueParser for Known {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new((self.0)().into_iter().map(PossibleValue::new)))
    }
}

/// The id of a rule.
pub(super) fn rule() -> Known {
    Known(|| rules().into_iter().map(|meta| meta.id).collect())
}

/// The commands that have a manual page.
const COMMANDS: [&str; 12] =
    ["chat", "replay", "eval", "check", "plan", "diff", "rules", "sessions", "config", "doctor", "completions", "man"];

/// The name of a command.
pub(super) fn subcommand() -> Known {
    Known(|| COMMANDS.to_vec())
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_is_known() {
        let program = crate::cli::command();
        let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        assert_eq!(names, super::COMMANDS);
    }
}
