//! Commands that are not understood: what they carry, and what surely only looks.

use super::collected::Unread;
use super::command::Reading;
use super::model::{Kind, Opaque};
use super::reference::Reference;
use crate::shell::{Invocation, SymbolKind, Value, Word};

/// Subcommands that look, choose or clean up, whatever the tool.
const LOOKS: [&str; 71] = [
    "get",
    "list",
    "ls",
    "describe",
    "show",
    "status",
    "version",
    "wait",
    "logs",
    "log",
    "login",
    "logout",
    "auth",
    "config",
    "configure",
    "inspect",
    "images",
    "ps",
    "info",
    "help",
    "whoami",
    "search",
    "events",
    "top",
    "diff",
    "template",
    "lint",
    "validate",
    "dependency",
    "dep",
    "repo",
    "plan",
    "init",
    "fmt",
    "output",
    "test",
    "verify",
    "head",
    "cat",
    "stat",
    "exists",
    "history",
    "explain",
    "scan",
    "rm",
    "rmi",
    "remove",
    "delete",
    "prune",
    "down",
    "stop",
    "kill",
    "start",
    "system",
    "network",
    "volume",
    "exec",
    "components",
    "account",
    "update-kubeconfig",
    "get-credentials",
    "port-forward",
    "digest",
    "manifest",
    "catalog",
    "blob",
    "select",
    "use",
    "switch",
    "workspace",
    "tags",
];

/// Those of them that change what runs.
const CHANGES: [&str; 10] = ["rm", "rmi", "remove", "delete", "prune", "down", "stop", "kill", "start", "exec"];

fn changes(word: &str) -> bool {
    CHANGES.contains(&word) || word.starts_with("delete-")
}

/// Beginnings of such subcommands in the tools that join verb and noun.
const LOOKS_BEGIN: [&str; 7] = ["get-", "list-", "describe-", "show-", "batch-get-", "wait-", "delete-"];

/// Words that say that something is put where others can fetch it.
const PUSHES: [&str; 5] = ["push", "publish", "upload", "promote", "trigger"];

impl<'d> Reading<'_, 'd> {
    /// A command of a tool that the catalogue knows, and of which no entry fits what it is asked.
    /// `machine` tells that it is about the daemon of the build machine, which is gone with it.
    pub(super) fn of_known_tool(&self, machine: bool) {
        self.run.harmless();
        if !machine && !self.asks_for_help() && self.plain_words().skip(1).take(4).any(|word| changes(&word)) {
            self.change();
        }
        let mut subcommands = self.plain_words().skip(1).take(4).peekable();
        let alone = subcommands.peek().is_none() && !self.has_unreadable_words();
        let looks = subcommands
            .any(|word| LOOKS.contains(&word.as_str()) || LOOKS_BEGIN.iter().any(|begin| word.starts_with(begin)));
        let understood = alone || self.asks_for_help() || looks && !self.says_push();
        if !understood {
            self.not_read(self.short());
        }
    }

    /// Whether a tool that has subcommands is asked for one that can't be read: `terraform $ARGS`.
    pub(super) fn hides_subcommand(&self, name: &str) -> bool {
        let has_subcommands =
            || self.catalogue.tool(name).any(|tool| tool.commands.iter().any(|(words, _)| !words.is_empty()));
        self.has_unreadable_words() && self.plain_words().nth(1).is_none() && has_subcommands()
    }

    /// The command without what can't be read before its first plain word: `docker $OPTIONS build .` has its options there.
    pub(super) fn past_options(&self) -> Option<Invocation> {
        let is_hidden = |word: &Word| word.literal().is_none();
        let (name, words) = self.invocation.words.split_first()?;
        let before = words.iter().position(|word| word.literal().is_some_and(|text| !text.starts_with('-')))?;
        let (leading, rest) = words.split_at(before);
        if !leading.iter().any(is_hidden) {
            return None;
        }
        let read = leading.iter().filter(|word| !is_hidden(word));
        let words = std::iter::once(name).chain(read).chain(rest).cloned().collect();
        Some(Invocation { words, ..self.invocation.clone() })
    }

    /// Whether there are words that may ask for anything.
    fn has_unreadable_words(&self) -> bool {
        self.invocation.words.iter().any(|word| word.literal().is_none())
    }

    /// Keeps a command that is not understood, with the words of it that may name an image.
    pub(super) fn not_read(&self, command: String) {
        let site = self.run.site(self.invocation.place);
        let references = self.invocation.words.iter().skip(1).flat_map(|word| {
            word.values.iter().filter_map(|value| {
                let value = match value.split_once("=") {
                    Some((name, right)) if !name.literal_contains("/") => right,
                    _ => value.clone(),
                };
                names_image(&value).then(|| Reference::read(&value, self.run.site(word.place)))
            })
        });
        let pushes = self.says_push();
        let references = references.collect();
        let variables = bitbucket(self.invocation.words.iter().skip(1).flat_map(|word| &word.values));
        let mut found = self.run.found_mut();
        let after = found.effects.len();
        found.unread.push(Unread { command, references, variables, pushes, after, site });
    }

    /// What a command does, as far as it can be told whether it runs.
    pub(super) fn told_to_run(&self, kind: Kind<'d>, command: &str) -> Option<Kind<'d>> {
        match kind {
            kind if !self.invocation.untold => Some(kind),
            Kind::Docker => None,
            Kind::Build { .. } | Kind::Push { .. } | Kind::Retag { .. } | Kind::Deploy { weak: false, .. } => {
                Some(Kind::Opaque(Opaque::Untold { command: command.to_owned() }))
            }
            kind => Some(kind),
        }
    }

    fn says_push(&self) -> bool {
        self.plain_words().any(|word| word.split([':', '-']).any(|part| PUSHES.contains(&part)))
    }

    fn plain_words(&self) -> impl Iterator<Item = String> {
        let words = self.invocation.words.iter().filter_map(|word| word.literal());
        words.filter(|text| !text.starts_with('-')).map(str::to_owned)
    }

    fn asks_for_help(&self) -> bool {
        self.invocation.words.iter().any(|word| matches!(word.literal(), Some("--help" | "-h" | "--version")))
    }
}

/// The variables of Bitbucket in some texts.
pub(super) fn bitbucket<'v>(texts: impl IntoIterator<Item = &'v Value>) -> Vec<String> {
    let symbols = texts.into_iter().flat_map(Value::symbols).filter(|symbol| symbol.kind == SymbolKind::Variable);
    symbols.map(|symbol| symbol.name.clone()).filter(|name| name.starts_with("BITBUCKET_")).collect()
}

/// Whether a word has the look of an image's name: a path or a tag, no flag and no address.
pub(super) fn names_image(value: &Value) -> bool {
    let begin = value.literal_prefix();
    let named = value.literal_contains("/") || value.literal_contains(":") || value.symbols().next().is_some();
    named && !begin.starts_with('-') && !begin.starts_with("http")
}
