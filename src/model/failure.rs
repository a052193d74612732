//! A server's refusals, turned into one line each; what servers say passes through here before anybody sees it.

use std::time::Duration;

use serde_json::Value;

use super::backend::BackendError;
use super::chunk::{self, Said};
use super::options::key_variable;
use crate::settings::Api;

/// What is known of the exchange when it fails.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    /// How messages name the server.
    pub(super) server: String,
    /// The model that was asked for.
    pub(super) model: String,
    /// The key, to be blanked wherever a server repeats it.
    pub(super) key: Option<secrecy::SecretString>,
    /// Whether the server is a resource of Azure OpenAI.
    pub(super) azure: bool,
    /// The API that was asked.
    pub(super) api: Api,
}

/// Why a request failed, and whether to send it again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    pub(super) error: BackendError,
    /// Whether the server may answer if asked again.
    pub(super) again: bool,
    /// How long it asks to wait.
    pub(super) after: Option<Duration>,
    /// What the server does not know about our request, and does without.
    pub(super) without: Option<Without>,
}

/// Parts of a request that some servers refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Without {
    StreamOptions,
    Stream,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Failure {}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        let again = error.worth_a_retry();
        Self { error, again, after: None, without: None }
    }
}

impl Scene {
    /// The failure behind a status other than success.
    pub(super) fn status(&self, status: u16, after: Option<Duration>, body: &str) -> Failure {
        let body = event(body).unwrap_or(body);
        let said =
            serde_json::from_str::<Value>(body).ok().and_then(|value| chunk::error(&value)).unwrap_or_else(|| {
                // Pages of proxies say nothing that the status does not say.
                let plain = if body.trim_start().starts_with('<') || body.trim() == "{}" { "" } else { body };
                Said { status: None, kind: String::new(), message: plain.to_owned() }
            });
        self.refusal(status, after, &said)
    }

    /// The failure behind an error that came as an answer with a status of success.
    pub(super) fn said(&self, said: &Said) -> Failure {
        let kind = said.kind.to_lowercase();
        let status = said.status.unwrap_or_else(|| match () {
            () if kind.contains("rate_limit") || kind.contains("quota") => 429,
            () if kind.contains("api_key") || kind.contains("authentication") => 401,
            () if kind.contains("model_not_found") => 404,
            () if kind.contains("invalid_request")
                || kind.contains("invalid_prompt")
                || kind.contains("context_length") =>
            {
                400
            }
            () => 500,
        });
        self.refusal(status, None, said)
    }

    fn refusal(&self, status: u16, after: Option<Duration>, said: &Said) -> Failure {
        let (server, mut words) = (self.server.clone(), self.words(&said.message));
        let kind = format!("{} {}", said.kind, said.message).to_lowercase();
        if status < 500
            && ["context_length", "context length", "context window", "too many tokens"]
                .iter()
                .any(|it| kind.contains(it))
        {
            words.push_str("; take turns back (`/undo`), begin a chat anew, or choose a model that takes more");
        }
        // Nothing is left to spend: waiting does not help.
        let spent = said.kind.contains("insufficient_quota") || said.kind.contains("billing");
        let error = match status {
            401 | 403 => BackendError::Unauthorized { server, status, said: words, variable: key_variable(self.azure) },
            404 => {
                let check = match (self.azure, self.api) {
                    (true, _) => "the deployment's name, the endpoint and the API version",
                    (false, Api::Chat) => "the model's name and the base URL, which often ends in /v1",
                    (false, Api::Responses) => {
                        "the model's name, the base URL, and whether the server has the Responses API (`api: chat` asks for chat completions)"
                    }
                };
                BackendError::NotFound { server, model: self.model.clone(), said: words, check }
            }
            429 if spent => {
                words.push_str("; the account has used up what it may spend: see its plan and billing");
                BackendError::Refused { server, status, said: words }
            }
            429 => BackendError::RateLimited { server, after, said: words },
            408 | 500.. => BackendError::Server { server, status, said: words },
            _ => BackendError::Refused { server, status, said: words },
        };
        let again = error.worth_a_retry() && !spent && status != 501;
        let mut failure = Failure { error, again, after, without: None };
        if matches!(status, 400 | 422) {
            let text = said.message.to_lowercase();
            failure.without = match () {
                () if text.contains("stream_options") || text.contains("include_usage") => Some(Without::StreamOptions),
                () if text.contains("stream") => Some(Without::Stream),
                () => None,
            };
        }
        failure
    }

    /// What a server said, fit for one line of ours: short, no control characters, no key.
    pub(super) fn words(&self, said: &str) -> String {
        use secrecy::ExposeSecret;
        let mut said = said.to_owned();
        if let Some(key) = &self.key {
            let key = key.expose_secret().trim();
            if !key.is_empty() {
                said = said.replace(key, "***");
            }
        }
        let words: Vec<String> = said
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .map(|word| word.find("sk-").map_or_else(|| plain(word), |at| plain(word.get(..at).unwrap_or("")) + "***"))
            .collect();
        let line = words.join(" ");
        if line.is_empty() {
            return String::new();
        }
        let mut short: String = line.chars().take(200).collect();
        if short.len() < line.len() {
            short.push('…');
        }
        format!(": {}", short.trim_end_matches('.'))
    }
}

/// The data of the first event, where the refusal of a stream is a stream itself (LiteLLM).
fn event(body: &str) -> Option<&str> {
    let body = body.trim_start();
    let framed = body.starts_with("data:") || body.starts_with("event:");
    body.lines().filter(|_| framed).find_map(|line| line.strip_prefix("data:")).map(str::trim)
}

/// Without characters that turn or hide text.
fn plain(word: &str) -> String {
    word.chars()
        .filter(
            |c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'),
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> Scene {
        Scene {
            server: "host".into(),
            model: "m".into(),
            key: Some("canary-7f3a".into()),
            azure: false,
            api: Api::Chat,
        }
    }

    #[test]
    fn each_status_has_its_line() {
        let line = |status, body| scene().status(status, None, body).error.to_string();
        insta::assert_snapshot!(line(401, r#"{"error":{"message":"Incorrect API key provided: canary-7f3a."}}"#), @"host refuses the key (401: Incorrect API key provided: ***): check OPENAI_API_KEY and whether it belongs to this server");
        insta::assert_snapshot!(line(404, r#"{"detail":"Not Found"}"#), @"host knows no model `m` at this address (404: Not Found): check the model's name and the base URL, which often ends in /v1");
        insta::assert_snapshot!(line(429, "slow\u{1b}[31m down"), @"host takes no more requests now (429: slow [31m down): retry later");
        insta::assert_snapshot!(line(502, "<html>bad gateway</html>"), @"host has trouble of its own (502): retry later");
        let framed = "event: error\ndata: {\"error\":{\"message\":\"no stream\"}}\n\ndata: [DONE]\n\n";
        insta::assert_snapshot!(line(500, framed), @"host has trouble of its own (500: no stream): retry later");
        insta::assert_snapshot!(line(413, ""), @"host refuses the request (413)");
        let spent = r#"{"error":{"message":"quota exceeded","code":"insufficient_quota"}}"#;
        insta::assert_snapshot!(line(429, spent), @"host refuses the request (429: quota exceeded; the account has used up what it may spend: see its plan and billing)");
        let long = r#"{"error":{"message":"maximum context length is 8192 tokens","code":"context_length_exceeded"}}"#;
        insta::assert_snapshot!(line(400, long), @"host refuses the request (400: maximum context length is 8192 tokens; take turns back (`/undo`), begin a chat anew, or choose a model that takes more)");
    }

    #[test]
    fn azure_has_its_own_next_move() {
        let line = |status| Scene { azure: true, ..scene() }.status(status, None, "").error.to_string();
        insta::assert_snapshot!(line(401), @"host refuses the key (401): check AZURE_OPENAI_API_KEY and whether it belongs to this server");
        insta::assert_snapshot!(line(404), @"host knows no model `m` at this address (404): check the deployment's name, the endpoint and the API version");
    }

    #[test]
    fn only_what_may_pass_is_sent_again() {
        let again = |status, body| scene().status(status, None, body).again;
        assert!([408, 429, 500, 502, 503, 504, 529].iter().all(|&status| again(status, "")));
        assert!([400, 401, 403, 404, 413, 422, 501].iter().all(|&status| !again(status, "")));
        assert!(!again(429, r#"{"error":{"message":"m","code":"insufficient_quota"}}"#));
    }

    #[test]
    fn a_refused_option_is_recognised() {
        let without = |body| scene().status(400, None, body).without;
        assert_eq!(without(r#"{"error":"unknown field stream_options"}"#), Some(Without::StreamOptions));
        assert_eq!(without(r#"{"error":"streaming is not supported"}"#), Some(Without::Stream));
        assert_eq!(without(r#"{"error":"bad"}"#), None);
    }

    #[test]
    fn keys_of_any_server_are_blanked() {
        assert_eq!(scene().words("bad key sk-abcdef12 (sk-x)"), ": bad key *** (***");
    }
}
