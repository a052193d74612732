//! Commands whose name is not written out: what another command printed is run, or a name carries its version.

use super::command::Reading;
use super::family;
use super::model::{Kind, Opaque};
use crate::shell::{Invocation, Value};

/// Tools that print what a shell has to set, whatever they are asked for.
const SETTERS: [&str; 6] = ["ssh-agent", "direnv", "rbenv", "pyenv", "fnm", "brew"];

/// Subcommands of other tools that do: `eval "$(minikube docker-env)"`, `eval "$(mise activate bash)"`.
const SETS: [&str; 8] =
    ["env", "docker-env", "podman-env", "shellenv", "activate", "hook", "export-credentials", "completion"];

/// How many commands a word may name that are looked at.
const FEW: usize = 8;

impl Reading<'_, '_> {
    /// Reads a command that may be one of several, where some of those are known: `${DOCKER:-docker} build`. A word that may not
    /// be there is passed over, too: `${DRY_RUN:+echo} docker push`. Whether there are such.
    pub(super) fn one_of_several(&self) -> bool {
        let Some((first, rest)) = self.invocation.words.split_first().filter(|(first, _)| first.values.len() > 1)
        else {
            return false;
        };
        let named = first.values.iter().filter_map(|value| value.as_literal());
        let calls = named.filter_map(|name| {
            let words = match name {
                "" if !first.quoted => rest.to_vec(),
                name => {
                    let mut words = self.invocation.words.clone();
                    words[0].values = vec![Value::literal(name)];
                    words
                }
            };
            (!words.is_empty()).then(|| Invocation { words, certain: false, ..self.invocation.clone() })
        });
        let known = |call: &Invocation| {
            call.name().is_some_and(|name| self.catalogue.is_harmless(name) || self.catalogue.has_commands(name))
        };
        let calls: Vec<Invocation> = calls.filter(known).take(FEW).collect();
        calls.iter().for_each(|call| Reading { invocation: call, phrase: &[], ..*self }.read());
        !calls.is_empty()
    }

    /// A command of which only the run knows the name.
    pub(super) fn nameless(&self) {
        if self.one_of_several() {
            return;
        }
        let shown = self.invocation.words.first().map(|word| word.value().to_string()).unwrap_or_default();
        let printed = shown.strip_prefix("$(").map(|printed| printed.trim_end_matches(')'));
        if printed.is_some_and(|printed| printed.starts_with("aws ecr get-login")) {
            self.push(Kind::Login, "aws ecr get-login".to_owned(), Vec::new());
            return;
        }
        if printed.is_some_and(sets) {
            self.run.harmless();
            return;
        }
        if printed.is_some_and(|printed| family::installs(printed, self.catalogue)) {
            self.nothing();
            return;
        }
        self.push(Kind::Opaque(Opaque::Command { name: shown.clone() }), shown, Vec::new());
    }

    /// The command under its plain name, where only a version stands between that and a known one: `python3.12`, `clang-15`.
    pub(super) fn without_version(&self, name: &str) -> Option<Invocation> {
        let known = |name: &str| self.catalogue.is_harmless(name) || self.catalogue.has_commands(name);
        let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
        let first = self.invocation.words.first()?;
        let own = first.literal().is_some_and(|word| word.contains('/') && !word.starts_with('/'));
        if own || plain.len() == name.len() || known(name) || !known(plain) {
            return None;
        }
        let mut words = self.invocation.words.clone();
        words.first_mut()?.values = vec![Value::literal(plain)];
        Some(Invocation { words, ..self.invocation.clone() })
    }
}

/// Whether a command prints settings for the shell.
fn sets(printed: &str) -> bool {
    let mut words = printed.split_whitespace();
    let tool = words.next().unwrap_or("");
    SETTERS.contains(&tool) || (!tool.contains('/') && words.any(|word| SETS.contains(&word)))
}
