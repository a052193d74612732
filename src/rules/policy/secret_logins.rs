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
    let reaches = tokens.iter().any(|token| token.text == "sshpass");
    (logs_in(tokens) && !behind("login")) || (reaches && !behind("sshpass"))
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
        assert_eq!(weights("docker run -p 8080:80 x"), []);
    }
}
