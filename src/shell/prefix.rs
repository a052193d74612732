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
    /// Whether a `--` anywhere behind it begins the command, whatever stands before.
    separated: bool,
    /// Whether the last word of the phrase is the command's own name: `gcloud docker -- push`.
    names: bool,
}

const fn prefix(phrase: &'static [&'static str], own: usize, values: &'static [&'static str]) -> Prefix {
    Prefix { phrase, own, values, separated: false, names: false }
}

/// A tool whose own words end at `--`.
const fn separated(phrase: &'static [&'static str], own: usize) -> Prefix {
    Prefix { phrase, own, values: &[], separated: true, names: false }
}

/// A tool that hands the words to another one, which the phrase names last.
const fn handed(phrase: &'static [&'static str], values: &'static [&'static str]) -> Prefix {
    Prefix { phrase, own: 0, values, separated: false, names: true }
}

/// The prefixes; of two that fit the longer phrase stands first.
const PREFIXES: [Prefix; 69] = [
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
    prefix(&["limactl", "shell"], 1, &["--workdir", "--shell"]),
    prefix(&["lima"], 0, &[]),
    // tools with another tool inside
    handed(&["gcloud", "docker"], &["-s", "--server", "--docker-host", "--project", "--account"]),
    handed(&["colima", "nerdctl"], &["-p", "--profile"]),
    handed(&["minikube", "kubectl"], &["-p", "--profile"]),
    handed(&["microk8s", "kubectl"], &[]),
    handed(&["k3s", "kubectl"], &[]),
];

/// Tools that take a command as one text: in the value of a flag, or, where no flag is named, in the last plain word.
const TEXTS: [(&[&str], &[&str]); 9] = [
    (&["az", "aks", "command", "invoke"], &["--command", "-c"]),
    (&["su"], &["-c", "--command"]),
    (&["runuser"], &["-c", "--command"]),
    (&["flock"], &["-c", "--command"]),
    (&["script"], &["-c", "--command"]),
    (&["nix-shell"], &["--run", "--command"]),
    (&["doppler", "run"], &["--command"]),
    (&["infisical", "run"], &["--command"]),
    (&["sops", "exec-env"], &[]),
];

/// The shell text that a tool is given to run. `base` is the first word without its folder.
pub(super) fn text(invocation: &Invocation, base: &str) -> Option<Value> {
    let words = &invocation.words;
    let fits = |phrase: &[&str]| {
        phrase.first() == Some(&base)
            && phrase.iter().skip(1).zip(words.iter().skip(1)).all(|(part, word)| word.literal() == Some(*part))
    };
    let (phrase, flags) = TEXTS.iter().find(|(phrase, _)| fits(phrase))?;
    if flags.is_empty() {
        return words.get(phrase.len() + 1..)?.last().map(|word| word.value().into_owned());
    }
    words.iter().enumerate().find_map(|(at, word)| match word.value().split_once("=") {
        _ if word.literal().is_some_and(|text| flags.contains(&text)) => {
            words.get(at + 1).map(|word| word.value().into_owned())
        }
        Some((flag, text)) if flag.as_literal().is_some_and(|flag| flags.contains(&flag)) => Some(text),
        _ => None,
    })
}

/// The command behind a prefix such as `sudo`. `base` is the first word without its folder.
pub(super) fn unwrapped(invocation: &Invocation, base: &str) -> Option<Invocation> {
    let words = &invocation.words;
    let (prefix, mut index) =
        PREFIXES.iter().filter(|prefix| prefix.phrase.first() == Some(&base)).find_map(|prefix| {
            let index = after_phrase(words, prefix)?;
            Some((prefix, index))
        })?;
    let named = index - 1;
    let separator = words.iter().skip(index).position(|word| word.literal() == Some("--")).map(|at| index + at + 1);
    match separator.filter(|_| prefix.separated) {
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
    while let Some(text) = words.get(index).and_then(Word::literal).filter(|text| text.starts_with('-')) {
        if text == "--" {
            break;
        }
        index += if prefix.values.contains(&text) { 2 } else { 1 };
    }
    index
}
