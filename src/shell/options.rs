//! What `set` makes of the options that say which failures end a script.

/// What a command makes of `pipefail`; `None` where it leaves it as it is.
pub fn pipefail(command: &str) -> Option<bool> {
    set_options(command).filter(|(name, _)| *name == "pipefail").last().map(|(_, on)| on)
}

/// What a command makes of `errexit`.
pub fn errexit(command: &str) -> Option<bool> {
    set_options(command).filter(|(name, _)| matches!(*name, "e" | "errexit")).last().map(|(_, on)| on)
}

/// The options that `set -euo pipefail +x` sets, each with whether it sets or unsets it.
fn set_options(command: &str) -> impl Iterator<Item = (&str, bool)> {
    let words = command.strip_prefix("set ").unwrap_or("").split_whitespace();
    let mut named: Option<bool> = None;
    words.take_while(|word| !matches!(*word, "--" | "-")).flat_map(move |word| {
        let (letters, on) = match (word.strip_prefix('-'), word.strip_prefix('+')) {
            (Some(letters), _) => (letters, Some(true)),
            (_, Some(letters)) => (letters, Some(false)),
            _ => ("", None),
        };
        let long = named.take().filter(|_| on.is_none()).map(|on| (word, on));
        if letters.contains('o') {
            named = on;
        }
        let letters = letters
            .char_indices()
            .filter_map(move |(at, letter)| Some((letters.get(at..at + letter.len_utf8())?, on?)));
        long.into_iter().chain(letters)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_is_read_in_all_its_forms() {
        for (command, ends, pipes) in [
            ("set -e", Some(true), None),
            ("set -exo pipefail", Some(true), Some(true)),
            ("set -x +e", Some(false), None),
            ("set +o pipefail -x", None, Some(false)),
            ("set -o errexit -o pipefail", Some(true), Some(true)),
            ("set +euo pipefail", Some(false), Some(false)),
            ("set -- -e", None, None),
            ("set -u", None, None),
            ("settle -e", None, None),
        ] {
            assert_eq!((errexit(command), super::pipefail(command)), (ends, pipes), "{command}");
        }
    }
}
