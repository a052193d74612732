//! What the catalogue knows of one tool.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::catalogue::Command;

/// What is known of one tool, which is the first word of a command.
#[derive(Debug, Default)]
pub(super) struct Tool {
    /// Flags that take a value, whatever the command.
    pub(super) values: Vec<String>,
    /// The words that it may be asked for without an effect, `x*` for all that begin so; without any it has none.
    pub(super) knows: Vec<String>,
    /// How many of its plain words say what it is asked for.
    pub(super) depth: usize,
    /// The words after the tool's name, and the entry.
    pub(super) commands: Vec<(Vec<String>, Arc<Command>)>,
    /// The numbers of the entries whose phrase begins with a word, in order.
    by_word: BTreeMap<String, Vec<usize>>,
    /// The numbers of those that hold whatever the words are, or read them in their own way.
    by_any: Vec<usize>,
}

impl Tool {
    pub(super) fn add(&mut self, phrase: Vec<String>, command: Arc<Command>) {
        let number = self.commands.len();
        match phrase.first() {
            // `goal` reads words in its own way.
            Some(first) if command.reader.as_deref() != Some("goal") => {
                self.by_word.entry(first.clone()).or_default().push(number);
            }
            _ => self.by_any.push(number),
        }
        self.commands.push((phrase, command));
    }

    /// The entries that may hold for words, in order.
    pub(super) fn candidates<'w>(&self, words: impl Iterator<Item = &'w str>) -> Vec<&(Vec<String>, Arc<Command>)> {
        let by_word = words.filter_map(|word| self.by_word.get(word)).flatten();
        let mut numbers: Vec<usize> = by_word.chain(&self.by_any).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.iter().filter_map(|number| self.commands.get(*number)).collect()
    }
}
