//! Commands that log in somewhere, whose password is one however weak it is.

use super::secret::Weight;
use super::secret_words::{Token, unquoted};

/// The fewest digits of a password: `docker run -p 80` has a port.
const LEAST_DIGITS: usize = 4;

/// Whether a command logs in at a registry: `docker login`, `oras registry login`.
pub(super) fn logs_in(tokens: &[Token<'_>]) -> bool {
    let tools = ["docker", "podman", "nerdctl", "buildah", "skopeo", "auth", "registry"];
    tokens.windows(2).any(|pair| tools.contains(&pair[0].text) && pair[1].text == "login")
}

/// Whether a command is given a password for ssh.
fn reaches(tokens: &[Token<'_>]) -> bool {
    tokens.first().is_some_and(|token| token.text == "sshpass")
}

/// Whether it is surely a registry to which a command logs in.
fn is_registry(tokens: &[Token<'_>]) -> bool {
    let tools = ["docker", "podman", "nerdctl", "buildah", "skopeo", "helm", "oras", "regctl", "crane"];
    logs_in(tokens) && tokens.iter().take(2).any(|token| tools.contains(&token.text))
}

/// The words of a command in which `-p` is a password: those of `sshpass` end where its own command begins.
pub(super) fn is_behind_own_command(tokens: &[Token<'_>], index: usize) -> bool {
    if !reaches(tokens) {
        return false;
    }
    let takes_value = |flag: &str| matches!(flag, "-p" | "-f" | "-d" | "-P");
    let mut at = 1;
    while let Some(token) = tokens.get(at).filter(|token| token.text.starts_with('-')) {
        at += if takes_value(token.text) { 2 } else { 1 };
    }
    index >= at
}

/// Whether a command logs in somewhere else than at a container of its own step.
pub(super) fn opens_another(tokens: &[Token<'_>]) -> bool {
    let is_own = |token: &Token<'_>| {
        let name = unquoted(token.text).0;
        let name = name.split_once("://").map_or(name, |(_, rest)| rest);
        let host = name.split(['/', ':']).next().unwrap_or("");
        let host = host.rsplit('@').next().unwrap_or("");
        matches!(host, "localhost" | "127.0.0.1" | "host.docker.internal" | "registry" | "docker")
    };
    let behind = |name: &str| tokens.iter().skip_while(|token| token.text != name).skip(1).any(is_own);
    // Where a variable names the registry, it may be one of the step's own.
    let named_by_variable = || match tokens {
        [.., flag, last] => last.text.contains('$') && !flag.text.starts_with('-'),
        _ => false,
    };
    if reaches(tokens) {
        return !behind("sshpass");
    }
    is_registry(tokens) && !behind("login") && !named_by_variable()
}

/// What a password is that a command is given to log in with: one that anybody would guess opens the door all the same, and so does
/// a number.
pub(super) fn weigh_login(weight: Option<Weight>, value: &str, opens: bool) -> Option<Weight> {
    let digits = || value.len() >= LEAST_DIGITS && value.bytes().all(|byte| byte.is_ascii_digit());
    match weight {
        Some(Weight::ThrowAway) if opens => Some(Weight::Guessed),
        None if opens && digits() => Some(Weight::Guessed),
        weight => weight,
    }
}

#[cfg(test)]
mod tests {
    use super::super::secret_commands::in_commands;
    use super::*;

    #[test]
    fn a_guess_opens_what_is_no_container_of_the_step() {
        let weights = |text: &str| in_commands(text).iter().map(|hit| hit.weight).collect::<Vec<_>>();
        for text in [
            "docker login -u ci -p Welcome1 r.example",
            "docker login -u ci -p 8675309 r.example",
            "echo password | docker login -u ci --password-stdin r.example",
            "docker login --password-stdin r.example <<< letmein",
            "sshpass -p 12345678 ssh a@b",
        ] {
            assert_eq!(weights(text), [Weight::Guessed], "{text}");
        }
        assert_eq!(weights("docker login -u test -p test localhost:5000"), [Weight::ThrowAway]);
        assert_eq!(weights("mysql -uroot -proot"), [Weight::ThrowAway]);
        assert_eq!(weights("docker login -p changeme r.example"), [Weight::Placeholder]);
        for none in [
            "docker run -p 8080:80 x",
            "sshpass -p \"$PASS\" ssh -p 2222 u@host ls",
            "sshpass -f pw ssh -p 2222 u@host mkdir -p 20240101",
            "npm run registry login -- -p 3000",
        ] {
            assert_eq!(weights(none), [], "{none}");
        }
        assert_eq!(weights("docker login -u test -p test $REG"), [Weight::ThrowAway]);
    }
}
