//! Credentials that are told by their shape: private keys, vendors' tokens and addresses, passwords in URLs.

use super::secret::{Hit, Weight, is_secret_name, weigh};
use super::secret_lines::Signs;
use crate::yaml::Span;

/// Beginnings of tokens that vendors give out, the least length of what follows, and what it is.
const TOKENS: [(&str, usize, &str); 41] = [
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
    // Any text in JSON that is encoded begins so: see [`is_signed`].
    ("eyJ", 60, "a JSON web token"),
];

/// What stands in the middle of each key that begins with no more than `sk-`.
const OPENAI: &str = "T3BlbkFJ";

/// How much of a token is weighed, in bytes.
const LONGEST: usize = 300;

/// So many letters of one kind are no chance.
const LEAST_FILLER: usize = 6;

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
    let mut hits: Vec<Hit> = Vec::new();
    for (shape, at) in shaped {
        // What begins in one that is told is a part of it.
        if !hits.last().is_some_and(|last| last.span.start <= at && at < last.span.end) {
            hits.extend(hit((shape, at)));
        }
    }
    hits
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
    let head = line.find("PRIVATE KEY").map(|name| at + name)?;
    holds_key(text.get(..at)?, text.get(head..)?).then(|| Hit {
        span: Span::new(at, at + line.len()),
        what: "a private key".to_owned(),
        weight: Weight::Credential,
    })
}

/// How far behind its head the text of a key is looked for, in characters, and how long a line of it is at least.
const NEAR: usize = 400;
const LINE: usize = 40;

/// Whether a key stands behind its head: not where a variable or a format brings it, nor where the head alone is searched for.
fn holds_key(before: &str, from_head: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("");
    if ["grep", "sed ", "awk "].iter().any(|search| line.contains(search)) {
        return false;
    }
    let behind = from_head.split_once("-----").map_or("", |(_, behind)| behind);
    let near: String = behind.chars().take(NEAR).collect();
    let near = near.split("-----END").next().unwrap_or("").replace("\\n", " ").replace("\\r", " ");
    let of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let is_line =
        |word: &str| word.len() >= LINE && word.chars().all(of_key) && word.contains(|c: char| c.is_ascii_digit());
    let brought = near.contains('$') || near.trim_start().starts_with('%');
    !brought || near.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).any(is_line)
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
    if prefix == "sk-" && !body.contains(OPENAI) || prefix == "eyJ" && !is_signed(body) {
        return None;
    }
    if length < least {
        return None;
    }
    let span = Span::new(at, at + prefix.len() + length);
    // No token is longer.
    let body = body.get(..body.len().min(LONGEST)).unwrap_or(body);
    let made_up = if is_address { body.split(['/', ':', '@']).any(is_made_up) } else { is_made_up(body) };
    let weight = if made_up { Weight::Placeholder } else { Weight::Credential };
    Some(Hit { span, what: what.to_owned(), weight })
}

/// Whether what follows the beginning of a token is the rest of its head, its claims and a signature.
fn is_signed(body: &str) -> bool {
    let mut parts = body.split('.').skip(1);
    let claims = parts.next().is_some_and(|claims| claims.starts_with("eyJ"));
    claims && parts.next().is_some_and(|signature| signature.len() >= 20) && parts.next().is_none()
}

/// Whether a part of a token or an address only shows where the real one goes: `XXXXXXXX`, `YOUR_BOT_TOKEN_HERE`.
fn is_made_up(part: &str) -> bool {
    let filler = |c: char| matches!(c, 'X' | 'x' | '0' | '*' | '.' | '-' | '_');
    part.len() >= LEAST_FILLER && (part.chars().all(filler) || weigh(part) == Some(Weight::Placeholder))
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
    // The name of the user is no secret.
    let is_name = user == password && password.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    let weight = weigh(password).map(|weight| if is_name { Weight::ThrowAway } else { weight })?;
    Some(Hit { span: Span::new(start, start + password.len()), what: "a password in a URL".to_owned(), weight })
}

/// Where the credential of a header begins: `Authorization: Bearer …`, `x-api-key: …`.
pub(super) fn header_value(text: &str) -> Option<usize> {
    let schemes = ["bearer ", "basic ", "authorization: token "];
    let lower = text.contains(' ').then(|| text.to_ascii_lowercase());
    let behind = lower.and_then(|lower| schemes.iter().find_map(|scheme| Some(lower.find(scheme)? + scheme.len())));
    behind.or_else(|| {
        let (name, value) = text.split_once(':')?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let one = !value.trim().is_empty() && !value.trim().contains(char::is_whitespace);
        (plain && one && is_secret_name(name)).then(|| text.len() - value.trim_start().len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_behind_its_head() {
        let line = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn1ygWyF8PbnGy0";
        let found = |text: &str| shapes(text).len();
        let head = "-----BEGIN RSA PRIVATE KEY-----";
        assert_eq!(found(&format!("{head}\n{line}\n-----END RSA PRIVATE KEY-----")), 1);
        assert_eq!(found(&format!("{head}\\nMIIE\\n-----END")), 1);
        assert_eq!(found(&format!("echo \"{head}\" > k.pem")), 1);
        assert_eq!(found(&format!("git grep -e \"{head}\"; then exit 1; fi")), 0);
        assert_eq!(found(&format!("echo \"{head}\"; echo \"{line}\"")), 1);
        for none in ["\n$KEY_BODY\n-----END RSA PRIVATE KEY-----", "\\n%s\\n-----END' \"$KEY\"", "\"; echo \"$B\""] {
            assert_eq!(found(&format!("{head}{none}")), 0, "{none}");
        }
    }

    #[test]
    fn shapes_are_found_and_the_span_is_the_value() {
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
        ] {
            assert!(hook(&nothing).is_empty(), "{nothing}");
        }
        let jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.k9Zt41xk9Zt41xk9Zt41xk9Zt41xk9Zt41";
        assert_eq!(hook(&format!("export JWT={jwt}")), ["a JSON web token"]);
        for nothing in [&jwt[..62], "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJ$HEAD.eyJ$CLAIMS.$SIGNATURE"] {
            assert!(hook(nothing).is_empty(), "{nothing}");
        }
        assert!(shapes("git@bitbucket.org:a/b.git https://x/y:z@").is_empty());
    }

    #[test]
    fn what_shows_where_the_real_one_goes_is_a_placeholder() {
        let guid = "1f2e3d4c-1111-2222-3333-444455556666";
        for made_up in [
            format!("https://hooks.slack.com/services/T00000000/B00000000/{}", "X".repeat(24)),
            format!("https://discord.com/api/webhooks/{}/{}", "0".repeat(18), "x".repeat(60)),
            "https://api.telegram.org/bot0123456789:YOUR_TELEGRAM_BOT_TOKEN_HERE/sendMessage".to_owned(),
            format!("https://a.webhook.office.com/webhookb2/your-team-guid-here@{guid}/IncomingWebhook/{guid}"),
            format!("ghp_{}", "x".repeat(36)),
        ] {
            let weights: Vec<Weight> = shapes(&made_up).iter().map(|hit| hit.weight).collect();
            assert_eq!(weights, [Weight::Placeholder], "{made_up}");
        }
        // One short part is none, nor is a real token with such letters in it.
        let slack = "https://hooks.slack.com/services/T0ABCD123/B0ABCD123/k9Zt41xxXX00here0k9Zt41k";
        assert_eq!(shapes(slack).first().map(|hit| hit.weight), Some(Weight::Credential));
    }
}
