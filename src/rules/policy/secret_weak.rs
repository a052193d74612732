//! Passwords that anybody would guess, of containers that live for one step.

/// Words of which throw-away passwords are made.
const WEAK: [&str; 77] = [
    "postgres",
    "postgresql",
    "root",
    "test",
    "testing",
    "tests",
    "password",
    "passw0rd",
    "p@ssw0rd",
    "passwd",
    "passwort",
    "pass",
    "pwd",
    "pw",
    "secret",
    "secrets",
    "admin",
    "administrator",
    "example",
    "sample",
    "demo",
    "guest",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "mongodb",
    "rabbit",
    "rabbitmq",
    "minio",
    "elastic",
    "kafka",
    "keycloak",
    "mssql",
    "sql",
    "oracle",
    "neo",
    "database",
    "db",
    "user",
    "username",
    "docker",
    "ci",
    "cd",
    "pipeline",
    "pipelines",
    "bitbucket",
    "sa",
    "app",
    "application",
    "service",
    "server",
    "letmein",
    "foo",
    "bar",
    "baz",
    "local",
    "localhost",
    "dev",
    "development",
    "default",
    "token",
    "none",
    "empty",
    "laravel",
    "django",
    "wordpress",
    "symfony",
    "spring",
    "my",
    "super",
    "strong",
    "welcome",
    "qwerty",
    "dummy",
    "temp",
    "changeit",
];

/// Words that say that a value is for nothing but tests, and those that such a value may have beside them.
const FOR_TESTS: [&str; 15] = [
    "test",
    "tests",
    "testing",
    "unit",
    "integration",
    "ci",
    "dummy",
    "fake",
    "mock",
    "local",
    "dev",
    "insecure",
    "unsafe",
    "demo",
    "only",
];
const BESIDE: [&str; 9] = ["time", "not", "for", "in", "use", "production", "key", "jwt", "build"];

/// Whether a value is made of such words, joined as people join them: `my-secret-pw`, `rootpass1`, `Passw0rd!`, or says that it is
/// for tests: `unit-tests-only`. Lower case.
pub(super) fn is_throw_away(value: &str) -> bool {
    let words = || value.split(|c: char| !c.is_alphanumeric() && c != '@').filter(|word| !word.is_empty());
    if words().next().is_none() || words().any(|word| word.len() > 40) {
        return false;
    }
    let for_tests = words().any(|word| FOR_TESTS.contains(&word));
    let is_known = |word: &str| FOR_TESTS.contains(&word) || BESIDE.contains(&word);
    words().all(|word| is_joined(word.trim_end_matches(|c: char| c.is_ascii_digit())) || for_tests && is_known(word))
}

/// Whether a password is made of such words in the letters, digits and signs that a database asks of each: `Str0ng!Passw0rd`.
pub(super) fn is_spelt_for_rules(value: &str) -> bool {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' => 's',
        c => c.to_ascii_lowercase(),
    };
    let bare = value.trim_end_matches(|c: char| !c.is_alphabetic());
    is_throw_away(&bare.chars().map(letter).collect::<String>())
}

/// Whether a text is made of such words with nothing between them.
fn is_joined(text: &str) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for at in 0..text.len() {
        let rest = text.as_bytes().get(at..).filter(|_| reached[at]).unwrap_or(&[]);
        for word in WEAK.iter().filter(|word| rest.starts_with(word.as_bytes())) {
            reached[at + word.len()] = true;
        }
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_letters_and_signs_that_a_server_asks_for_is_made_of_words_still() {
        assert!(is_spelt_for_rules("Str0ng!Passw0rd") && is_spelt_for_rules("P@ssw0rd2024!"));
        assert!(!is_spelt_for_rules("k9-Zt41!Qx") && !is_spelt_for_rules("!!"));
    }
}
