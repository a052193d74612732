//! What a tool is asked for that runs tasks of the repository or of its plugins: it is harmless for the words that are known,
//! and for no other.

use super::command::Reading;
use super::family;
use super::model::{AtHand, Kind, Opaque};
use super::runner;

/// Tools of whose tasks `visible-script` is a note at most.
const QUIET: [&str; 6] = ["composer", "rake", "gradle", "gradlew", "mvn", "mvnw"];

/// A word that is not known.
pub(super) struct Task {
    word: String,
    /// Whether it says that it deploys.
    telling: bool,
}

impl Reading<'_, '_> {
    /// Whether `visible-script` says no more than a note of a tool's tasks.
    pub(super) fn is_quiet(&self, tool: &str) -> bool {
        QUIET.contains(&tool)
    }

    /// A tool with no effect, unless it is asked for a task that may have any.
    pub(super) fn harmless_tool(&self, name: &str) {
        let Some(task) = self.unknown_task(name) else {
            self.runs_nothing();
            return;
        };
        let call = format!("{name} {}", task.word);
        let at_hand = AtHand::of(runner::target_files(name).iter().any(|path| self.is_at_hand(path)));
        let telling = task.telling && !self.is_quiet(name);
        let target = Opaque::Target { name: call.clone(), telling, at_hand };
        self.push(Kind::Opaque(target), call, self.words(&[]));
    }

    /// A program that lies where packages put theirs, and of which no entry is known.
    pub(super) fn of_package(&self, name: &str) {
        let asked = self.invocation.words.get(1).and_then(|word| word.literal());
        if family::says_deploy(name) || asked.is_some_and(family::says_deploy) {
            let call = asked.map_or_else(|| name.to_owned(), |asked| format!("{name} {asked}"));
            self.push(Kind::Opaque(Opaque::Command { name: name.to_owned() }), call, self.words(&[]));
        } else {
            self.runs_nothing();
        }
    }

    /// The first word of a call that is none of those which the tool is known for.
    pub(super) fn unknown_task(&self, name: &str) -> Option<Task> {
        let tools: Vec<_> = self.catalogue.tool(name).filter(|tool| !tool.knows.is_empty()).collect();
        let depth = tools.iter().map(|tool| tool.depth).max()?;
        let mut words = self.invocation.words.iter().skip(1).filter_map(|word| word.literal());
        let mut looked = 0;
        while let Some(word) = words.next().filter(|_| looked < depth) {
            if matches!(word, "--help" | "-h" | "--version" | "help") {
                return None;
            }
            if tools.iter().any(|tool| tool.values.iter().any(|flag| flag == word)) {
                words.next();
                continue;
            }
            // Flags, settings, and the site of which a tool is asked.
            if word.starts_with(['-', '@']) || word.contains('=') {
                continue;
            }
            looked += 1;
            let word = word.trim_start_matches('+');
            // `:app:assemble` is a project's task.
            let own = if name.starts_with("gradle") { word.rsplit(':').next().unwrap_or(word) } else { word };
            let is = |pattern: &String| match pattern.strip_suffix('*') {
                Some(begin) => !begin.is_empty() && own.starts_with(begin),
                None => own == pattern,
            };
            if tools.iter().any(|tool| tool.knows.iter().any(is)) {
                if depth <= NESTED {
                    return None;
                }
                continue;
            }
            let telling = family::says_deploy(own);
            let any = tools.iter().any(|tool| tool.knows.iter().any(|pattern| pattern == "*"));
            if (telling || !any) && !self.catalogue.is_plain_task(own) {
                return Some(Task { word: word.to_owned(), telling });
            }
        }
        None
    }
}

/// The most words that name one task: `cargo make deploy`. A tool that looks at more takes several tasks.
const NESTED: usize = 2;
