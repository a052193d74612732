//! How long a value stays what it is: for the commit, or for one run or event only.

use crate::shell::{Symbol, SymbolKind};

/// How long a value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lasting {
    /// As long as the commit and the settings are the same.
    Stays,
    /// For one run: the clock, chance, a number that counts runs.
    Run,
    /// For one kind of event: a branch's or a tag's name.
    Event,
    /// It can't be told: `git describe` answers by the tags that are there.
    Unknown,
}

/// Variables of which no two runs have the same value, Bitbucket's and the shell's.
pub(super) const EACH_RUN: [&str; 9] = [
    "BITBUCKET_BUILD_NUMBER",
    "BITBUCKET_PIPELINE_UUID",
    "BITBUCKET_STEP_UUID",
    "BITBUCKET_STEP_RUN_NUMBER",
    "RANDOM",
    "SRANDOM",
    "EPOCHSECONDS",
    "EPOCHREALTIME",
    "HOSTNAME",
];

/// Variables whose value differs between runs of different events.
const EACH_EVENT: [&str; 2] = ["BITBUCKET_TAG", "BITBUCKET_BRANCH"];

/// Commands whose answer is another in each run, by how they begin.
const OF_RUN: [&str; 7] =
    ["uuidgen", "openssl rand", "hostname", "mktemp", "shuf", "cat /proc/sys/kernel/random", "pwgen"];

/// Commands that answer with the branch or the tag that was checked out.
const OF_EVENT: [&str; 3] = ["git branch --show-current", "git rev-parse --abbrev-ref", "git symbolic-ref"];

/// Commands that answer by the names which the repository has at the time.
const OF_NAMES: [&str; 6] =
    ["git describe", "git tag", "git name-rev", "git for-each-ref", "git ls-remote", "git branch"];

/// How long the value of an unknown holds.
pub(super) fn lasting(symbol: &Symbol) -> Lasting {
    match symbol.kind {
        SymbolKind::Variable if EACH_RUN.contains(&symbol.name.as_str()) => Lasting::Run,
        SymbolKind::Variable if EACH_EVENT.contains(&symbol.name.as_str()) => Lasting::Event,
        SymbolKind::Command => printed(&symbol.name),
        _ => Lasting::Stays,
    }
}

/// What a command prints.
fn printed(command: &str) -> Lasting {
    let begins = |names: &[&str]| {
        names.iter().any(|name| command.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric)))
    };
    // `date -d @…` shows another time than now.
    let asks_for_time = ["-d", "--date", "-r", "-f", "-j"];
    let shows = |word: &str| asks_for_time.iter().any(|flag| word.starts_with(flag));
    let now = begins(&["date"]) && !command.split(" | ").next().unwrap_or("").split_whitespace().any(shows);
    if now || begins(&OF_RUN) || command.contains("/dev/urandom") || command.contains("/dev/random") {
        Lasting::Run
    } else if begins(&OF_EVENT) {
        Lasting::Event
    } else if begins(&OF_NAMES) {
        Lasting::Unknown
    } else {
        Lasting::Stays
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_answers_for_a_commit_an_event_or_a_run() {
        for (command, holds) in [
            ("date +%s", Lasting::Run),
            ("date -u +%Y%m%d | tr -d -", Lasting::Run),
            ("date -d @$(git log -1 --format=%ct) +%F", Lasting::Stays),
            ("uuidgen", Lasting::Run),
            ("head -c 4 /dev/urandom | xxd -p", Lasting::Run),
            ("git log -1 --format=%h", Lasting::Stays),
            ("git rev-parse --abbrev-ref HEAD", Lasting::Event),
            ("git branch --show-current", Lasting::Event),
            ("git describe --tags", Lasting::Unknown),
            ("cat VERSION", Lasting::Stays),
            ("dateless", Lasting::Stays),
        ] {
            assert_eq!(printed(command), holds, "{command}");
        }
    }
}
