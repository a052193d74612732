//! Commands whose words are another command: `sudo`, `timeout 60`, `op run --`, `gcloud docker --`.

use super::invocation::{Invocation, Word};
use super::value::Value;

/// What stands before the command that is run.
#[derive(Clone, Copy)]
struct Prefix {
    /// Its name and subcommands.
    phrase: &'static [&'static str],
    /// How many plain words of its own follow them.
    own: usize,
    /// Flags that take a value.
    values: &'static [&'static str],
    /// A word of these anywhere behind it begins the command, whatever stands before.
    separators: &'static [&'static str],
    /// Whether the last word of the phrase is the command's own name: `gcloud docker -- push`.
    names: bool,
}

const fn prefix(phrase: &'static [&'static str], own: usize, values: &'static [&'static str]) -> Prefix {
    Prefix { phrase, own, values, separators: &[], names: false }
}

/// A tool whose own words end at `--`.
const fn separated(phrase: &'static [&'static str], own: usize) -> Prefix {
    Prefix { phrase, own, values: &[], separators: &["--"], names: false }
}

/// A tool with a flag behind which the command stands, and which runs none without it.
const fn flagged(phrase: &'static [&'static str], separators: &'static [&'static str]) -> Prefix {
    Prefix { phrase, own: usize::MAX, values: &[], separators, names: false }
}

/// A tool that hands the words to another one, which the phrase names last.
const fn handed(phrase: &'static [&'static str], values: &'static [&'static str]) -> Prefix {
    Prefix { phrase, own: 0, values, separators: &[], names: true }
}

/// The prefixes; of two that fit the longer phrase stands first.
const PREFIXES: [Prefix; 75] = [
    // another user, another priority, another terminal
    prefix(&["sudo"], 0, &["-u", "-g", "-h", "-p", "-C", "-D", "-R", "-T", "-U"]),
    prefix(&["doas"], 0, &["-u", "-C"]),
    prefix(&["gosu"], 1, &[]),
    prefix(&["su-exec"], 1, &[]),
    prefix(&["runuser"], 0, &["-u", "-g", "-G"]),
    prefix(&["setpriv"], 0, &[]),
    prefix(&["fakeroot"], 0, &["-i", "-s"]),
    prefix(&["nohup"], 0, &[]),
    prefix(&["nice"], 0, &["-n"]),
    prefix(&["ionice"], 0, &["-c", "-n", "-p"]),
    prefix(&["chrt"], 1, &[]),
    prefix(&["taskset"], 1, &[]),
    prefix(&["stdbuf"], 0, &["-i", "-o", "-e"]),
    prefix(&["setsid"], 0, &[]),
    prefix(&["unbuffer"], 0, &[]),
    prefix(&["winpty"], 0, &[]),
    prefix(&["xvfb-run"], 0, &["-n", "-e", "-f", "-p", "-s"]),
    prefix(&["dbus-run-session"], 0, &[]),
    prefix(&["tini"], 0, &["-p", "-e"]),
    prefix(&["dumb-init"], 0, &["-r"]),
    prefix(&["sshpass"], 0, &["-p", "-f", "-d", "-P"]),
    prefix(&["ssh-agent"], 0, &["-a", "-t", "-E", "-O", "-P"]),
    prefix(&["catchsegv"], 0, &[]),
    prefix(&["eatmydata"], 0, &[]),
    prefix(&["exec"], 0, &["-a"]),
    prefix(&["command"], 0, &[]),
    prefix(&["builtin"], 0, &[]),
    prefix(&["busybox"], 0, &[]),
    // time, once more, one at a time
    prefix(&["time"], 0, &["-f", "-o"]),
    prefix(&["timeout"], 1, &["-k", "-s", "--signal", "--kill-after"]),
    prefix(&["gtimeout"], 1, &["-k", "-s", "--signal", "--kill-after"]),
    prefix(&["retry"], 0, &["-t", "-d", "-m", "-n", "--times", "--delay", "--tries", "--max-attempts"]),
    prefix(&["travis_retry"], 0, &[]),
    prefix(&["chronic"], 0, &[]),
    prefix(&["flock"], 1, &["-w", "--timeout", "-E"]),
    separated(&["wait-for-it"], 1),
    separated(&["wait-for-it.sh"], 1),
    prefix(&["dockerize"], 0, &["-wait", "-timeout", "-template", "-wait-retry-interval", "-stdout", "-stderr"]),
    // variables and secrets
    prefix(&["env"], 0, &["-u", "-C", "-S"]),
    prefix(&["cross-env"], 0, &[]),
    prefix(&["cross-env-shell"], 0, &[]),
    prefix(&["dotenv", "run"], 0, &[]),
    prefix(&["dotenv"], 0, &["-e", "-f", "-c"]),
    prefix(&["env-cmd"], 0, &["-f", "--file", "-e", "--environments", "-r", "--rc-file"]),
    prefix(&["with-contenv"], 0, &[]),
    prefix(&["direnv", "exec"], 1, &[]),
    separated(&["op", "run"], 0),
    separated(&["doppler", "run"], 0),
    separated(&["infisical", "run"], 0),
    separated(&["aws-vault", "exec"], 1),
    separated(&["aws-okta", "exec"], 1),
    separated(&["saml2aws", "exec"], 0),
    separated(&["chamber", "exec"], 1),
    separated(&["teller", "run"], 0),
    separated(&["berglas", "exec"], 0),
    separated(&["vals", "exec"], 0),
    separated(&["envconsul"], 0),
    prefix(&["summon"], 0, &["-f", "-p", "-e", "-D", "--environment", "--provider", "--yaml"]),
    // another place for tools
    prefix(&["conda", "run"], 0, &["-n", "--name", "-p", "--prefix", "--cwd"]),
    prefix(&["mamba", "run"], 0, &["-n", "--name", "-p", "--prefix"]),
    separated(&["devbox", "run"], 0),
    separated(&["mise", "exec"], 0),
    separated(&["mise", "x"], 0),
    separated(&["colima", "ssh"], 0),
    separated(&["lerna", "exec"], 0),
    separated(&["nx", "exec"], 0),
    flagged(&["nix", "develop"], &["-c", "--command"]),
    flagged(&["nix", "shell"], &["-c", "--command"]),
    prefix(&["limactl", "shell"], 1, &["--workdir", "--shell"]),
    prefix(&["lima"], 0, &[]),
    // tools with another tool inside
    handed(&["gcloud", "docker"], &["-s", "--server", "--docker-host", "--project", "--account"]),
    handed(&["colima", "nerdctl"], &["-p", "--profile"]),
    handed(&["minikube", "kubectl"], &["-p", "--profile"]),
    handed(&["microk8s", "kubectl"], &[]),
    handed(&["k3s", "kubectl"], &[]),
];

/// A number for a word, by its ends and its length: few words share one.
const fn mark(word: &[u8]) -> usize {
    if word.is_empty() {
        return 0;
    }
    let (first, last) = (word[0] as usize & 31, word[word.len() - 1] as usize & 31);
    first << 8 | last << 3 | word.len() & 7
}

/// The marks of the words that begin a prefix. Most commands have none, and are told by one look instead of by the whole list.
static MARKS: [u64; 1 << 7] = {
    let mut marks = [0; 1 << 7];
    let mut at = 0;
    while at < PREFIXES.len() {
        let mark = mark(PREFIXES[at].phrase[0].as_bytes());
        marks[mark >> 6] |= 1 << (mark & 63);
        at += 1;
    }
    marks
};

/// Whether a word may begin a prefix.
fn may_begin(word: &str) -> bool {
    let mark = mark(word.as_bytes());
    MARKS[mark >> 6] >> (mark & 63) & 1 != 0
}

/// Tools that take a command as one text: in the value of a flag, or, where no flag is named, in the last plain word; and whether
/// it runs on another machine.
const TEXTS: [(&[&str], &[&str], bool); 12] = [
    (&["az", "aks", "command", "invoke"], &["--command", "-c"], false),
    (&["az", "vm", "run-command", "invoke"], &["--scripts"], true),
    (&["gcloud", "compute", "ssh"], &["--command"], true),
    (&["gcloud", "beta", "compute", "ssh"], &["--command"], true),
    (&["su"], &["-c", "--command"], false),
    (&["runuser"], &["-c", "--command"], false),
    (&["flock"], &["-c", "--command"], false),
    (&["script"], &["-c", "--command"], false),
    (&["nix-shell"], &["--run", "--command"], false),
    (&["doppler", "run"], &["--command"], false),
    (&["infisical", "run"], &["--command"], false),
    (&["sops", "exec-env"], &[], false),
];

/// Flags of `concurrently` that take a value.
const CONCURRENTLY: [&str; 10] =
    ["-n", "--names", "-c", "--prefix-colors", "-p", "--prefix", "-s", "--success", "-m", "--max-processes"];

/// Shell text that a tool is given to run.
pub(super) struct Given {
    pub(super) text: Value,
    /// The other machine on which it runs.
    pub(super) machine: Option<Value>,
}

/// The shell text that a tool is given to run. `base` is the first word without its folder.
pub(super) fn text(invocation: &Invocation, base: &str) -> Option<Given> {
    if let Some(inner) = packaged(invocation, base) {
        let call = |word: &Word| matches!(word.literal(), Some("-c" | "--call"));
        if inner.words.first().is_some_and(call) {
            return Some(Given { text: inner.words.get(1)?.value().into_owned(), machine: None });
        }
        return text(&inner, inner.name()?);
    }
    if base == "concurrently" {
        return concurrent(&invocation.words);
    }
    let words = &invocation.words;
    let fits = |phrase: &[&str]| {
        phrase.first() == Some(&base)
            && phrase.iter().skip(1).zip(words.iter().skip(1)).all(|(part, word)| word.literal() == Some(*part))
    };
    let (phrase, flags, elsewhere) = TEXTS.iter().find(|(phrase, ..)| fits(phrase))?;
    let behind = words.get(phrase.len()..)?;
    let plain = || behind.iter().find(|word| !word.value().literal_prefix().starts_with('-'));
    let machine =
        elsewhere.then(|| plain().map_or_else(|| Value::opaque("a server"), |word| word.value().into_owned()));
    let text = if flags.is_empty() {
        words.get(phrase.len() + 1..)?.last().map(|word| word.value().into_owned())
    } else {
        words.iter().enumerate().find_map(|(at, word)| match word.value().split_once("=") {
            _ if word.literal().is_some_and(|text| flags.contains(&text)) => {
                words.get(at + 1).map(|word| word.value().into_owned())
            }
            Some((flag, text)) if flag.as_literal().is_some_and(|flag| flags.contains(&flag)) => Some(text),
            _ => None,
        })
    }?;
    Some(Given { text, machine })
}

/// The commands of `concurrently`, one a line; `npm:test` is `npm run test`.
fn concurrent(words: &[Word]) -> Option<Given> {
    let mut lines = Vec::new();
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        let value = word.value();
        if value.as_literal().is_some_and(|flag| CONCURRENTLY.contains(&flag)) {
            words.next();
        } else if let Some(script) = value.strip_prefix("npm:") {
            lines.push(super::value::join([&Value::literal("npm run "), &script], ""));
        } else if !value.literal_prefix().starts_with('-') {
            lines.push(value.into_owned());
        }
    }
    (!lines.is_empty()).then(|| Given { text: super::value::join(&lines, "\n"), machine: None })
}

/// What stands behind a runner of packages of JavaScript: `npx cross-env A=b x`, `npm exec -c 'x'`.
fn packaged(invocation: &Invocation, base: &str) -> Option<Invocation> {
    let second = invocation.words.get(1).and_then(Word::literal);
    let mut index = match (base, second) {
        ("npx" | "bunx" | "pnpx", _) => 1,
        ("npm" | "pnpm" | "yarn" | "bun", Some("exec" | "dlx" | "x")) => 2,
        _ => return None,
    };
    while let Some(flag) = invocation.words.get(index).and_then(Word::literal) {
        match flag {
            "-p" | "--package" | "-w" | "--workspace" => index += 2,
            "-c" | "--call" => break,
            _ if flag.starts_with('-') => index += 1,
            _ => break,
        }
    }
    let words = invocation.words.get(index..).filter(|words| !words.is_empty())?;
    Some(Invocation { words: words.to_vec(), ..invocation.clone() })
}

/// The command behind a prefix such as `sudo`. `base` is the first word without its folder.
pub(super) fn unwrapped(invocation: &Invocation, base: &str) -> Option<Invocation> {
    if let Some(inner) = packaged(invocation, base) {
        return unwrapped(&inner, inner.name()?);
    }
    if !may_begin(base) {
        return None;
    }
    let words = &invocation.words;
    let (prefix, mut index) =
        PREFIXES.iter().filter(|prefix| prefix.phrase.first() == Some(&base)).find_map(|prefix| {
            let index = after_phrase(words, prefix)?;
            Some((prefix, index))
        })?;
    let named = index - 1;
    let separates = |word: &Word| word.literal().is_some_and(|text| prefix.separators.contains(&text));
    match words.iter().skip(index).position(separates).map(|at| index + at + 1) {
        Some(after) => index = after,
        None => index = after_own(words, prefix, index),
    }
    let behind = words.get(index..).filter(|behind| !behind.is_empty())?;
    let name = words.get(named).filter(|_| prefix.names);
    let words: Vec<Word> = name.into_iter().chain(behind).cloned().collect();
    Some(Invocation { words, ..invocation.clone() })
}

/// The index behind a phrase; flags may stand between its words.
fn after_phrase(words: &[Word], prefix: &Prefix) -> Option<usize> {
    let mut index = 1;
    for wanted in prefix.phrase.iter().skip(1) {
        index = skip_flags(words, prefix, index);
        if words.get(index)?.literal() != Some(*wanted) {
            return None;
        }
        index += 1;
    }
    Some(index)
}

/// The index behind flags and the plain words that are the prefix's own.
fn after_own(words: &[Word], prefix: &Prefix, mut index: usize) -> usize {
    let mut own = prefix.own;
    loop {
        index = skip_flags(words, prefix, index);
        match words.get(index).map(|word| word.literal()) {
            Some(Some("--")) => return index + 1,
            Some(_) if own > 0 => {
                own -= 1;
                index += 1;
            }
            // `retry 3 docker push x`: a number is no command.
            Some(Some(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => index += 1,
            _ => return index,
        }
    }
}

fn skip_flags(words: &[Word], prefix: &Prefix, mut index: usize) -> usize {
    while let Some(word) = words.get(index).filter(|word| word.value().literal_prefix().starts_with('-')) {
        index += match word.literal() {
            Some("--") => break,
            Some(flag) if prefix.values.contains(&flag) => 2,
            _ => 1,
        };
    }
    index
}
