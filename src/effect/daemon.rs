//! The docker daemon that a command talks to: the build machine's, or another one.

use super::arguments::Arguments;
use super::command::Reading;
use crate::shell::{Value, Word};

/// How the addresses of daemons begin that run beside the step.
const BESIDE: [&str; 6] = ["unix://", "npipe://", "tcp://localhost", "tcp://127.0.0.1", "tcp://docker:", "tcp://[::1]"];

/// Where a daemon runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Daemon {
    /// It is the docker service of the step.
    Service,
    /// The command is told its address, which is one beside the step.
    Beside,
    /// On another machine.
    Elsewhere,
}

impl Reading<'_, '_> {
    /// The daemon that a docker command talks to.
    pub(super) fn daemon(&self, arguments: &Arguments<'_>) -> Daemon {
        if self.invocation.remote.is_some() || self.names_daemon(arguments) {
            return Daemon::Elsewhere;
        }
        let by_host = |values: &[Value]| if values.iter().all(is_beside) { Daemon::Beside } else { Daemon::Elsewhere };
        let by_context =
            |values: &[Value]| if values.iter().all(is_own_context) { Daemon::Service } else { Daemon::Elsewhere };
        if let Some(values) = self.assigned("DOCKER_HOST") {
            return by_host(values);
        }
        if let Some(values) = self.assigned("DOCKER_CONTEXT") {
            return by_context(values);
        }
        let addresses = self.scope.get("DOCKER_HOST").filter(|values| values.iter().all(is_address));
        match (addresses, self.scope.get("DOCKER_CONTEXT")) {
            (Some(values), _) => by_host(values),
            (None, Some(values)) => by_context(values),
            (None, None) if self.run.found_mut().docker_elsewhere => Daemon::Elsewhere,
            (None, None) => Daemon::Service,
        }
    }

    /// The values of a variable that is set before the command itself.
    fn assigned(&self, wanted: &str) -> Option<&[Value]> {
        let own = self.invocation.assignments.iter().find(|(name, _)| name == wanted);
        own.map(|(_, values)| values.as_slice())
    }

    /// The values of a variable that the command sees: set before it, or by the script.
    pub(super) fn seen(&self, name: &str) -> Option<&[Value]> {
        self.assigned(name).or_else(|| self.scope.get(name))
    }

    /// The addresses and contexts that a docker command or its surroundings name.
    pub(super) fn hosts(&self) -> Vec<String> {
        let set = ["DOCKER_HOST", "DOCKER_CONTEXT"].into_iter();
        let set = set.filter_map(|name| self.seen(name));
        let words: Vec<String> = self.invocation.words.iter().map(Word::shown).collect();
        let own = words.windows(2).filter(|pair| matches!(pair[0].as_str(), "-H" | "--host" | "--context"));
        let own = own.map(|pair| pair[1].clone());
        let joined = words.iter().filter_map(|word| word.split_once('='));
        let joined =
            joined.filter(|(flag, _)| matches!(*flag, "--host" | "--context")).map(|(_, host)| host.to_owned());
        set.flatten().map(Value::to_string).chain(own).chain(joined).collect()
    }

    /// Whether a docker command talks to the daemon of another machine.
    pub(super) fn elsewhere(&self, arguments: &Arguments<'_>) -> bool {
        self.daemon(arguments) == Daemon::Elsewhere
    }

    /// `docker --context x`, `docker -H ssh://…`: before the subcommand or behind it.
    fn names_daemon(&self, arguments: &Arguments<'_>) -> bool {
        let second = self.invocation.words.get(1).and_then(|word| word.literal()).unwrap_or("");
        ["-H", "--host", "--context"].iter().any(|flag| arguments.has(flag))
            || matches!(second, "-c" | "--context" | "-H" | "--host")
            || second.starts_with("--context=")
            || second.starts_with("--host=")
    }

    /// `docker context use x` is meant for the docker commands after it.
    pub(super) fn uses_context(&self) {
        let context = self.invocation.words.get(3).and_then(|word| word.literal());
        self.run.found_mut().docker_elsewhere = context != Some("default");
    }
}

fn is_address(value: &Value) -> bool {
    ["ssh://", "tcp://", "unix://"].iter().any(|begin| value.literal_prefix().starts_with(begin))
}

/// Whether an address is one of a daemon beside the step.
fn is_beside(value: &Value) -> bool {
    let own = value.symbols().next().is_some_and(|first| first.is_variable("BITBUCKET_DOCKER_HOST_INTERNAL"));
    own || value.is_empty() || BESIDE.iter().any(|begin| value.literal_prefix().starts_with(begin))
}

fn is_own_context(value: &Value) -> bool {
    matches!(value.as_literal(), Some("" | "default"))
}
