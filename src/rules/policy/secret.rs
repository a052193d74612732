//! What looks like a credential, and what only looks like one.

use super::secret_lines::is_telling;
use super::secret_weak::is_throw_away;
use super::template::is_template;
use crate::yaml::Span;

/// How much a value gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A credential.
    Credential,
    /// A throw-away value such as `postgres` for a test database.
    ThrowAway,
    /// Such a value, or a number, with which a command logs in elsewhere.
    Guessed,
    /// `<your-key>`, `changeme`, `xxx`.
    Placeholder,
}

/// Something found in a text. The value itself is never kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Where the value stands in the text.
    pub span: Span,
    /// What it is, without the value.
    pub what: String,
    /// How much it gives away.
    pub weight: Weight,
}

/// Beginnings of values that say where a secret is kept.
const REFERENCES: [&str; 9] =
    ["@microsoft.keyvault(", "secretref:", "keyvaultref:", "op://", "arn:aws", "vault:", "ssm:", "awssm:", "gcpsm:"];

/// Whether a variable's name says that it holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    if !is_telling(name) {
        return false;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // A chart is told the name of a secret that is there.
        [.., "existing" | "pull" | "tls", "secret"] => false,
        // So is it in `db.passwordSecret`: what holds the password, and not the password.
        [.., "password" | "passwd" | "credential" | "credentials", "secret"] if name.ends_with("Secret") => false,
        // What `sshpass` and `mysql` read, by its only name: of others `PWD` may be a folder.
        ["sshpass"] | ["mysql", "pwd"] => true,
        [.., last] if last.ends_with("password") || last.ends_with("passwd") => true,
        [.., "access", "key", "id"]
        | [.., "secret" | "token" | "credential" | "credentials" | "apikey"]
        | [.., "api" | "access" | "secret" | "private", "key"] => true,
        _ => false,
    }
}

fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower) {
            words.push(String::new());
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a literal value of a secret's name is; `None` for references, booleans, numbers and paths.
pub fn weigh(value: &str) -> Option<Weight> {
    let value = value.trim();
    // What holds where the variable has no value is a value as well.
    let default =
        value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).and_then(|rest| rest.split_once('-'));
    if let Some((name, default)) = default
        && name.trim_end_matches(':').bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        // Words such as `unset` say that there is none.
        let is_random = default.len() >= 8 && default.bytes().any(|byte| byte.is_ascii_digit());
        return if default.contains('$') {
            None
        } else {
            weigh(default).filter(|weight| *weight != Weight::Credential || is_random)
        };
    }
    let lower = value.to_lowercase();
    if value.is_empty()
        || value.contains(['$', '`'])
        || value.contains("{{")
        || value.contains("%(")
        || is_template(value)
    {
        return None;
    }
    if matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "none")
        || value.parse::<f64>().is_ok()
    {
        return None;
    }
    // `@password.txt` is what stands in the file.
    let path = value.strip_prefix('@').filter(|path| path.contains(['/', '.'])).map_or(value, |_| "/");
    if path.starts_with(['/', '~']) || path.starts_with("./") || path.starts_with("../") {
        return None;
    }
    if lower.starts_with("http://")
        || lower.starts_with("https://")
        || REFERENCES.iter().any(|begin| lower.starts_with(begin))
    {
        return None;
    }
    let bare: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let stars = !value.is_empty() && value.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-' | '_' | '?'));
    let begins = [
        "changeme",
        "placeholder",
        "xxx",
        "your",
        "insert",
        "replace",
        "todo",
        "dummy",
        "redacted",
        "fillin",
        "putyour",
        "tobe",
        "notasecret",
        "notsecret",
        "notareal",
        "notreal",
        "notapassword",
    ];
    if stars
        || value.starts_with('<')
        || value.starts_with('[')
        || begins.iter().any(|word| bare.starts_with(word))
        || bare.ends_with("here")
    {
        return Some(Weight::Placeholder);
    }
    if is_throw_away(&lower) {
        return Some(Weight::ThrowAway);
    }
    Some(Weight::Credential)
}

/// The value of a word of a command as the shell takes it: a dollar in single quotes, or behind a backslash, is no variable.
pub(super) fn weigh_word(word: &str, inner: &str) -> Option<Weight> {
    let kept = word.starts_with('\'') && !is_one_variable(inner) && has_plain_dollar(inner);
    let escaped = inner.replace("\\$", "$");
    let kept = kept || escaped.len() < inner.len() && !is_one_variable(&escaped) && has_plain_dollar(&escaped);
    if kept { weigh(&escaped.replace('$', "S")) } else { weigh(inner) }
}

/// Whether a text is a variable and nothing else.
fn is_one_variable(text: &str) -> bool {
    let name = text.strip_prefix('$').map(|name| name.trim_start_matches('{').trim_end_matches('}'));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// Whether a dollar stands in a text that begins no name, and nothing in it has the look of a reference that something else fills in.
fn has_plain_dollar(text: &str) -> bool {
    let names = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{' | '(');
    let plain = |(at, _)| !text.get(at + 1..).is_some_and(|rest: &str| rest.starts_with(names));
    !text.contains('{') && text.match_indices('$').any(plain)
}

#[cfg(test)]
mod tests {
    use super::super::secret_commands::in_commands;
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in [
            "DB_PASSWORD",
            "apiKey",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_ACCESS_KEY_ID",
            "NPM_TOKEN",
            "PRIVATE_KEY",
            "session-secret",
            "PGPASSWORD",
            "MYSQL_PWD",
            "PASSWORD_SECRET",
            "accessTokenSecret",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "KEY_FILE",
            "TOKEN_PATH",
            "SECRET_NAME",
            "SECRET_ARN",
            "CLIENT_ID",
            "GCLOUD_SERVICE_KEY",
            "PASSWORD_FILE",
            "KEYBOARD",
            "PWD",
            "MYSQL_BUILD_PWD",
            "auth.existingSecret",
            "global.imagePullSecret",
            "ingress.tls.secret",
            "db.passwordSecret",
            "registry.credentialsSecret",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn values_are_weighed() {
        assert_eq!(weigh("hunter2-kiosk"), Some(Weight::Credential));
        assert_eq!(weigh("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), Some(Weight::Credential));
        assert_eq!(weigh("<your-key>"), Some(Weight::Placeholder));
        assert_eq!(weigh("XXXXXXXX"), Some(Weight::Placeholder));
        assert_eq!(weigh("not-a-real-key"), Some(Weight::Placeholder));
        assert_eq!(weigh("notasecret"), Some(Weight::Placeholder));
        assert_eq!(weigh("${DB_PASSWORD:-hunter2-kiosk}"), Some(Weight::Credential));
        assert_eq!(weigh("${DB_PASSWORD-postgres}"), Some(Weight::ThrowAway));
        for weak in [
            "postgres",
            "rootpass",
            "my-secret-pw",
            "rabbit",
            "Passw0rd!",
            "redispass",
            "app_test",
            "P@ssw0rd123",
            "test1",
            "unit-tests-only",
            "test-secret-key-not-for-production",
            "build-time-only",
            "ci-only",
        ] {
            assert_eq!(weigh(weak), Some(Weight::ThrowAway), "{weak}");
        }
        for strong in
            ["rootpass-k9Zt", "k9-Zt41", "mysqlx", "passport", "secret4you2", "s3cr3tPassw0rd", "my-secret-key"]
        {
            assert_eq!(weigh(strong), Some(Weight::Credential), "{strong}");
        }
        for nothing in [
            "$TOKEN",
            "${A:-}",
            "${A:-$B}",
            "${A:-not-set}",
            "${A:-${B:-x1y2z3w4v5}}",
            "${A#x-y}",
            "true",
            "5432",
            "/run/secrets/x",
            "",
            "https://x.example/y",
            "%s",
            "{}",
            "@TOKEN@",
        ] {
            assert_eq!(weigh(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn commands_are_searched_and_the_span_is_the_value() {
        let found = |text: &str| {
            in_commands(text).iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found("docker login -u ci --password 'Tr0ub4dor-3' r"), ["Tr0ub4dor-3"]);
        assert_eq!(found("export A_SECRET=\"abc def\" B=c"), ["abc def"]);
        assert_eq!(found("docker login -u ci -p \"$PASSWORD\""), Vec::<String>::new());
        // A dollar that is kept is part of the value.
        assert_eq!(found("export DB_PASSWORD='Tr$$0ub4dor!2x'"), ["Tr$$0ub4dor!2x"]);
        assert_eq!(found("export DJANGO_SECRET_KEY='8f!k2v$1x9z'"), ["8f!k2v$1x9z"]);
        assert_eq!(found("export DB_PASSWORD=\"Tr\\$0ub4dor!2x\""), ["Tr\\$0ub4dor!2x"]);
        for nothing in [
            "echo \"//registry.npmjs.org/:_authToken=\\${NPM_TOKEN}\" > .npmrc",
            "echo \"DB_PASSWORD=\\$DB_PASSWORD\" >> .env",
            "export API_TOKEN='$${token}'",
            "TOKEN='$env:TOKEN' pwsh -c x",
        ] {
            assert_eq!(found(nothing), Vec::<String>::new(), "{nothing}");
        }
        for nothing in
            ["export DB_PASSWORD='$DB_PASSWORD'", "export DB_PASSWORD='${X}-$Y'", "X_TOKEN='$token' envsubst"]
        {
            assert_eq!(found(nothing), Vec::<String>::new(), "{nothing}");
        }
        assert_eq!(found("bash -c 'X_TOKEN=abc123 run'"), ["abc123"]);
        assert_eq!(found("curl -u me:pw123 https://x"), ["pw123"]);
        assert_eq!(found("echo hi # PASSWORD is set elsewhere"), Vec::<String>::new());
        // A mask covers the value and nothing else: no quote, no line break of a format.
        assert_eq!(found("printf \"APP_SECRET='%s'\\n\" \"$S\""), Vec::<String>::new());
        assert_eq!(found("printf \"APP_SECRET='hunter2x'\\n\" >> .env"), ["hunter2x"]);
        assert_eq!(found("printf 'APP_SECRET=hunter2x\\n' >> .env"), ["hunter2x"]);
        assert_eq!(found("X_TOKEN='abc'\"def\" run"), ["abc'\"def\""], "a value in pieces is masked whole");
    }
}
