//! What looks like a credential, and what only looks like one.

use super::secret_lines::{Signs, is_telling};
use super::template::is_template;
use crate::yaml::Span;

/// How much a value gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A credential.
    Credential,
    /// A throw-away value such as `postgres` for a test database.
    ThrowAway,
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

/// Beginnings of tokens that vendors give out, the least length of what follows, and what it is.
const TOKENS: [(&str, usize, &str); 40] = [
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 30, "a GitHub token"),
    ("gho_", 30, "a GitHub token"),
    ("ghs_", 30, "a GitHub token"),
    ("github_pat_", 30, "a GitHub token"),
    ("glpat-", 18, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("xoxa-", 20, "a Slack token"),
    ("hooks.slack.com/services/T", 20, "a Slack webhook"),
    ("discord.com/api/webhooks/", 30, "a Discord webhook"),
    ("discordapp.com/api/webhooks/", 30, "a Discord webhook"),
    ("api.telegram.org/bot", 40, "a token of a Telegram bot"),
    ("webhook.office.com/webhookb2/", 60, "a Teams webhook"),
    ("outlook.office.com/webhook/", 60, "a Teams webhook"),
    ("squ_", 40, "a SonarQube token"),
    ("sqp_", 40, "a SonarQube token"),
    ("sqa_", 40, "a SonarQube token"),
    ("sk_live_", 16, "a Stripe key"),
    ("rk_live_", 16, "a Stripe key"),
    ("AIza", 35, "a Google API key"),
    ("ya29.", 30, "a Google access token"),
    ("npm_", 36, "an npm token"),
    ("dop_v1_", 40, "a DigitalOcean token"),
    ("ATATT3", 40, "an Atlassian API token"),
    ("ATBB", 28, "a Bitbucket app password"),
    ("ATCTT3", 40, "a Bitbucket access token"),
    ("SG.", 40, "a SendGrid key"),
    ("sk-proj-", 30, "an OpenAI key"),
    ("sk-ant-", 30, "an Anthropic key"),
    ("hf_", 30, "a Hugging Face token"),
    ("pypi-AgE", 40, "a PyPI token"),
    ("dckr_pat_", 20, "a Docker Hub token"),
    ("ghu_", 30, "a GitHub token"),
    ("ghr_", 30, "a GitHub token"),
    ("xapp-", 20, "a Slack token"),
    // Older ones, and those of service accounts: see [`OPENAI`].
    ("sk-", 40, "an OpenAI key"),
    ("nfp_", 30, "a Netlify token"),
    ("hvs.", 20, "a Vault token"),
];

/// What stands in the middle of each key that begins with no more than `sk-`.
const OPENAI: &str = "T3BlbkFJ";

/// Beginnings of values that say where a secret is kept.
const REFERENCES: [&str; 5] = ["@microsoft.keyvault(", "secretref:", "keyvaultref:", "op://", "arn:aws"];

/// Whether a variable's name says that it holds a secret.
pub fn is_secret_name(name: &str) -> bool {
    if !is_telling(name) {
        return false;
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        // A chart is told the name of a secret that is there.
        [.., "existing", "secret"] => false,
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
    ];
    if stars
        || value.starts_with('<')
        || value.starts_with('[')
        || begins.iter().any(|word| bare.starts_with(word))
        || bare.ends_with("here")
    {
        return Some(Weight::Placeholder);
    }
    let weak = [
        "postgres",
        "root",
        "test",
        "testing",
        "password",
        "secret",
        "admin",
        "example",
        "guest",
        "mysql",
        "mariadb",
        "redis",
        "mongo",
        "user",
        "pass",
        "docker",
        "ci",
        "rabbitmq",
        "testpassword",
        "testsecret",
        "pipelines",
        "secretpassword",
        "minio",
        "minioadmin",
        "sa",
        "app",
        "letmein",
        "password1",
        "rootpassword",
        "testtest",
        "foo",
        "bar",
        "foobar",
        "local",
        "dev",
        "default",
        "token",
        "none",
        "empty",
        "laravel",
    ];
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    if weak.contains(&bare.as_str()) || words.all(|word| weak.contains(&word)) {
        return Some(Weight::ThrowAway);
    }
    Some(Weight::Credential)
}

/// What a credential may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    PrivateKey,
    /// An index into [`TOKENS`].
    Token(usize),
    Url,
}

const PRIVATE_KEY: &str = "-----BEGIN ";
const URL: &str = "://";

/// What all shapes begin with.
pub(super) const BEGINNINGS: [&str; TOKENS.len() + 2] = {
    let mut begin = [PRIVATE_KEY; TOKENS.len() + 2];
    let mut at = 0;
    while at < TOKENS.len() {
        begin[at] = TOKENS[at].0;
        at += 1;
    }
    begin[at] = URL;
    begin
};

/// Credentials by their shape: private keys, then vendors' tokens, then passwords in URLs.
pub(super) fn shapes(text: &str) -> Vec<Hit> {
    shapes_at(text, Signs::of(text).begun())
}

/// The same, where it is known at which offsets they may begin.
pub(super) fn shapes_at(text: &str, begun: &[usize]) -> Vec<Hit> {
    let shaped = |at: &usize| Some((text.get(*at..).and_then(shape)?, *at));
    let mut shaped: Vec<(Shape, usize)> = begun.iter().filter_map(shaped).collect();
    shaped.sort_unstable();
    let hit = |(shape, at)| match shape {
        Shape::PrivateKey => private_key(text, at),
        Shape::Token(token) => vendors_token(text, at, TOKENS[token]),
        Shape::Url => url(text, at),
    };
    shaped.into_iter().filter_map(hit).collect()
}

/// The shape that a text begins with.
fn shape(rest: &str) -> Option<Shape> {
    if rest.starts_with(URL) {
        return Some(Shape::Url);
    }
    if rest.starts_with(PRIVATE_KEY) {
        return Some(Shape::PrivateKey);
    }
    let first = rest.as_bytes().first()?;
    let begins = |prefix: &str| prefix.as_bytes().first() == Some(first) && rest.starts_with(prefix);
    TOKENS.iter().position(|(prefix, ..)| begins(prefix)).map(Shape::Token)
}

fn private_key(text: &str, at: usize) -> Option<Hit> {
    let line = text.get(at..).and_then(|rest| rest.lines().next())?;
    line.contains("PRIVATE KEY").then(|| Hit {
        span: Span::new(at, at + line.len()),
        what: "a private key".to_owned(),
        weight: Weight::Credential,
    })
}

fn vendors_token(text: &str, at: usize, (prefix, least, what): (&str, usize, &str)) -> Option<Hit> {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let rest = text.get(at + prefix.len()..)?;
    let is_address = prefix.contains('/');
    let goes_on = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | '.') || is_address && matches!(c, ':' | '@')
    };
    let length = rest.find(|c: char| !goes_on(c)).unwrap_or(rest.len());
    let body = rest.get(..length)?;
    if prefix == "sk-" && !body.contains(OPENAI) {
        return None;
    }
    if length < least
        || body.chars().filter(|c| !is_address || c.is_ascii_alphanumeric()).all(|c| matches!(c, 'X' | 'x' | '0' | '*'))
    {
        return None;
    }
    let span = Span::new(at, at + prefix.len() + length);
    Some(Hit { span, what: what.to_owned(), weight: Weight::Credential })
}

/// `scheme://user:password@host`.
fn url(text: &str, at: usize) -> Option<Hit> {
    let rest_at = at + URL.len();
    let rest = text.get(rest_at..)?;
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>')).unwrap_or(rest.len());
    let authority = rest.get(..end)?.split(['/', '?', '#']).next()?;
    // A password may hold `/`-free text only; an `@` must end it.
    let (user_info, _) = authority.rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let start = rest_at + user.len() + 1;
    let weight = weigh(password)?;
    Some(Hit { span: Span::new(start, start + password.len()), what: "a password in a URL".to_owned(), weight })
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
        assert_eq!(weigh("postgres"), Some(Weight::ThrowAway));
        for nothing in ["$TOKEN", "true", "5432", "/run/secrets/x", "", "https://x.example/y", "%s", "{}", "@TOKEN@"] {
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
        assert_eq!(found("bash -c 'X_TOKEN=abc123 run'"), ["abc123"]);
        assert_eq!(found("curl -u me:pw123 https://x"), ["pw123"]);
        assert_eq!(found("echo hi # PASSWORD is set elsewhere"), Vec::<String>::new());
        // A mask covers the value and nothing else: no quote, no line break of a format.
        assert_eq!(found("printf \"APP_SECRET='%s'\\n\" \"$S\""), Vec::<String>::new());
        assert_eq!(found("printf \"APP_SECRET='hunter2x'\\n\" >> .env"), ["hunter2x"]);
        assert_eq!(found("printf 'APP_SECRET=hunter2x\\n' >> .env"), ["hunter2x"]);
        assert_eq!(found("X_TOKEN='abc'\"def\" run"), ["abc'\"def\""], "a value in pieces is masked whole");
        let url = "psql postgres://u:Pa55@h:1/d";
        assert_eq!(shapes(url).iter().map(|hit| &url[hit.span.start..hit.span.end]).collect::<Vec<_>>(), ["Pa55"]);
        assert_eq!(shapes("AKIAIOSFODNN7EXAMPLE").len(), 1);
        let hook = |address: &str| shapes(address).iter().map(|hit| hit.what.clone()).collect::<Vec<_>>();
        let (bot, chat) = ("https://api.telegram.org/bot", "7431:AAk9Zt41k9Zt41k9Zt41k9Zt41k9Zt41k9Zt41");
        assert_eq!(hook(&format!("curl {bot}{chat}/sendMessage")), ["a token of a Telegram bot"]);
        let tenant = "1f2e3d4c-1111-2222-3333-444455556666";
        let teams =
            format!("https://acme.webhook.office.com/webhookb2/{tenant}@{tenant}/IncomingWebhook/k9Zt41/{tenant}");
        assert_eq!(hook(&teams), ["a Teams webhook"]);
        for nothing in [
            format!("{bot}$BOT_TOKEN/sendMessage"),
            format!("{bot}<your-bot-token>/sendMessage"),
            "https://acme.webhook.office.com/webhookb2/$TEAMS_PATH".to_owned(),
            format!("https://discord.com/api/webhooks/{}/{}", "0".repeat(18), "x".repeat(60)),
        ] {
            assert!(hook(&nothing).is_empty(), "{nothing}");
        }
        assert!(shapes("git@bitbucket.org:a/b.git https://x/y:z@").is_empty());
    }
}
