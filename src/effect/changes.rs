//! Commands that change something outside the build container and are no deployment by themselves: packages that are
//! published, databases, servers, what a cluster runs. What changes nothing there is harmless.

use super::arguments::Arguments;
use super::catalogue::Does;
use super::collected::Change;
use super::command::Reading;
use super::model::{Images, Kind};
use super::tool;
use crate::shell::{Container, Invocation, Value};

/// Commands that only look, choose or wait, also on another machine.
const LOOKS: [&str; 40] = [
    "echo", "printf", "cd", "ls", "cat", "pwd", "true", "false", ":", "test", "[", "[[", "set", "unset", "export",
    "read", "sleep", "date", "env", "printenv", "id", "whoami", "hostname", "uname", "which", "type", "command",
    "head", "tail", "grep", "egrep", "awk", "wc", "stat", "file", "du", "df", "ps", "exit", "uptime",
];

/// Commands that keep a machine in order and bring nothing new to it.
const KEEPS: [&str; 30] = [
    "kill",
    "killall",
    "pkill",
    "pidof",
    "pgrep",
    "mkdir",
    "rmdir",
    "rm",
    "touch",
    "chmod",
    "chown",
    "chgrp",
    "apt",
    "apt-get",
    "apk",
    "yum",
    "dnf",
    "crontab",
    "ufw",
    "journalctl",
    "mysqldump",
    "pg_dump",
    "mongodump",
    "mysql",
    "psql",
    "ssh-keyscan",
    "ssh-keygen",
    "curl",
    "wget",
    "trap",
];

impl Reading<'_, '_> {
    /// Counts a command that does nothing of interest where it runs; on another machine that is one which only looks.
    pub(super) fn nothing(&self) {
        self.run.harmless();
        let looks = || self.invocation.name().is_some_and(|name| LOOKS.contains(&name));
        if self.invocation.remote.is_some() && !looks() {
            self.change();
        }
    }

    /// Keeps a command that changes something outside the build container.
    pub(super) fn change(&self) {
        let site = self.run.site(self.invocation.place);
        let machine = self.invocation.remote.as_ref().map(Value::to_string);
        let keeps = |word: &str| KEEPS.contains(&word);
        let tidies = |word: &str| matches!(word, "prune" | "rm" | "rmi" | "stop" | "logs" | "login" | "logout");
        let words = self.invocation.words.iter().skip(1).take(2).filter_map(|word| word.literal());
        let may_deploy =
            machine.is_some() && !self.invocation.name().is_some_and(keeps) && !words.into_iter().any(tidies);
        self.run.found_mut().changes.push(Change { command: self.short(), machine, may_deploy, site });
    }

    /// A package in a registry is the deployment of a library, where a step says that it deploys. The registry's name says
    /// nothing of an environment.
    pub(super) fn publish(&self) {
        let kind = Kind::Deploy { images: Images::None, to: None, weak: true, restart: true };
        self.push(kind, self.short(), Vec::new());
        if self.carries_run() {
            self.not_read(self.short());
        }
    }

    /// What is run in a container that runs already, or in one of compose. `machine` tells that it is one of the build machine.
    pub(super) fn executed(&self, arguments: &Arguments<'_>, machine: bool) {
        let words = arguments.words_from(2, self.invocation);
        let inner = words.map(|words| Invocation { words: words.to_vec(), ..self.invocation.clone() });
        let Some(inner) = inner else {
            return if machine && self.run.is_declared() { self.not_read(self.short()) } else { self.run.harmless() };
        };
        let running = !self.phrase.iter().any(|word| word == "run");
        let own_cluster = machine && running && is_of_cluster(&inner);
        let known = self.knows(&inner);
        if known && (!own_cluster || self.run.is_declared()) {
            Reading { invocation: &inner, phrase: &[], ..*self }.read();
        } else if known {
            self.not_read(self.short());
        } else if machine && !self.is_plain(&inner) && (self.run.is_declared() || self.carries_run()) {
            // It may be what the step declares, or promote the image that it is told of.
            self.not_read(self.short());
        } else if machine {
            self.run.harmless();
        } else {
            self.change();
        }
    }

    /// Whether a command that stands in the text of a container's shell is the container's own affair: one that the catalogue
    /// does not know, as of a container without a shell, or one for a cluster that runs in it. In a step that declares an
    /// environment it may be what the step declares, and one that is told of an image may promote it.
    pub(super) fn is_of_container(&self, container: Container) -> bool {
        let declared = self.run.is_declared();
        let behind = || tool::behind(self.invocation).is_some_and(|inner| self.knows(&inner));
        let known = self.knows(self.invocation) || behind();
        if !known && (declared || self.carries_run()) && !self.is_plain(self.invocation) {
            self.not_read(self.short());
        }
        let own_cluster = container == Container::Running && is_of_cluster(self.invocation) && !declared;
        own_cluster || !known
    }

    /// Whether a command changes nothing anywhere, by its name.
    fn is_plain(&self, inner: &Invocation) -> bool {
        inner.name().is_some_and(|name| self.catalogue.is_harmless(name) || self.catalogue.is_of_family(name))
    }

    fn knows(&self, inner: &Invocation) -> bool {
        self.catalogue.find(inner).iter().any(|(command, _)| !matches!(command.does, Does::Runner | Does::Program))
    }
}

/// Whether a command talks to a cluster: one in a container of the build machine is gone with it, where nothing says otherwise.
fn is_of_cluster(inner: &Invocation) -> bool {
    matches!(inner.name(), Some("kubectl" | "helm" | "kustomize" | "k3s" | "oc"))
}
