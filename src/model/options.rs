//! What a live backend is told: server, key, model, patience.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::backend::BackendError;
use super::interrupt::Interrupt;
use super::retry::Retry;
use crate::settings::Api;

/// Where a key alone leads to.
pub const DEFAULT_BASE: &str = "https://api.openai.com/v1";

/// How to reach a model.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// Base URL of an OpenAI-compatible API, such as `http://127.0.0.1:8080/v1`; none is OpenAI's own.
    pub base_url: Option<String>,
    /// The API version of Azure OpenAI: with it `base_url` is a resource's endpoint, the key is Azure's, and a model is
    /// the name of a deployment.
    pub azure: Option<String>,
    /// The API that is asked for replies.
    pub api: Api,
    /// The key; none sends no key.
    pub key: Option<SecretString>,
    /// The model; none asks the server, and takes its model if it has only one.
    pub model: Option<String>,
    /// Patience until there is a connection.
    pub connect_timeout: Duration,
    /// Patience while nothing comes, not even a comment.
    pub idle_timeout: Duration,
    /// Patience with one whole reply.
    pub total_timeout: Duration,
    /// When a request is sent again.
    pub retry: Retry,
    /// A file of certificates (PEM) to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// A proxy for this server; none follows the environment, except to a server on this machine.
    pub proxy: Option<String>,
    /// Sampling temperature, where it is to be set.
    pub temperature: Option<f32>,
    /// The most tokens of a reply, where it is to be set.
    pub max_tokens: Option<u32>,
    /// Raised to end a reply.
    pub interrupt: Interrupt,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            base_url: None,
            azure: None,
            api: Api::default(),
            key: None,
            model: None,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(120),
            total_timeout: Duration::from_secs(900),
            retry: Retry::default(),
            ca_file: None,
            proxy: None,
            temperature: None,
            max_tokens: None,
            interrupt: Interrupt::new(),
        }
    }
}

impl LiveOptions {
    /// Whether anything says where a model is: a key or a server.
    pub fn configured(&self) -> bool {
        self.base_url.as_deref().is_some_and(|url| !url.trim().is_empty()) || self.key().is_some()
    }

    /// The key, if it is more than blanks.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.expose_secret().trim()).filter(|key| !key.is_empty())
    }
}

/// A server's address, checked once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The base URL, with no slash at its end.
    pub(super) base: String,
    /// Host, and port where one is written: how messages name the server.
    pub(super) label: String,
    /// Whether the server is on this machine.
    pub(super) here: bool,
    /// Whether what is sent is encrypted.
    pub(super) encrypted: bool,
    /// The API version, if this is a resource of Azure OpenAI.
    pub(super) azure: Option<String>,
}

impl Address {
    /// Where the options lead to.
    pub(super) fn of(options: &LiveOptions) -> Result<Self, BackendError> {
        Self::read(options.base_url.as_deref(), options.azure.as_deref())
    }

    fn read(base_url: Option<&str>, azure: Option<&str>) -> Result<Self, BackendError> {
        let wrong = |why: String| BackendError::Configuration { why };
        let named = base_url.map(str::trim).filter(|text| !text.is_empty());
        if azure.is_some() && named.is_none() {
            return Err(wrong("no endpoint of Azure OpenAI is given; set AZURE_OPENAI_ENDPOINT".to_owned()));
        }
        let text = named.unwrap_or(DEFAULT_BASE);
        let shown: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
        let url = reqwest::Url::parse(text).map_err(|error| {
            wrong(format!("the base URL `{shown}` is none ({error}); write it as http://host:port/v1"))
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(format!("the base URL `{shown}` must begin with http:// or https://")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let variable = key_variable(azure.is_some());
            return Err(wrong(format!("the base URL has a user or a password in it; set {variable} instead")));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong(format!("the base URL `{shown}` has a `?` or `#` part, which a base can't have")));
        }
        let Some(host) = url.host_str() else { return Err(wrong(format!("the base URL `{shown}` names no host"))) };
        let here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let base = url.as_str().trim_end_matches('/');
        let endings: &[&str] = if azure.is_some() { &["/openai"] } else { &["/chat/completions", "/responses"] };
        let base = endings.iter().find_map(|ending| base.strip_suffix(ending)).unwrap_or(base).to_owned();
        let label = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { base, label, here, encrypted: url.scheme() == "https", azure: azure.map(str::to_owned) })
    }

    /// The name of a deployment as a part of a path. It may come from a prompt's command, so it chooses no other path.
    pub(super) fn deployment(name: &str) -> Result<(), BackendError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.chars().all(fits) && name.contains(|c: char| c != '.') {
            return Ok(());
        }
        let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        let why = format!("`{shown}` names no deployment of Azure OpenAI: letters, digits, `-`, `_` and `.` do");
        Err(BackendError::Configuration { why })
    }
}

/// The variable that a key comes from, for messages.
pub(super) fn key_variable(azure: bool) -> &'static str {
    if azure { "AZURE_OPENAI_API_KEY" } else { "OPENAI_API_KEY" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_read_as_people_write_them() {
        let read = |url| Address::read(Some(url), None).unwrap();
        assert_eq!(read("http://127.0.0.1:8080/v1/").base, "http://127.0.0.1:8080/v1");
        assert_eq!(read(" https://x.example/v1/chat/completions ").base, "https://x.example/v1");
        assert_eq!(read("https://x.example/v1/responses").base, "https://x.example/v1");
        assert_eq!(read("http://[::1]:9/v1").label, "[::1]:9");
        assert!(read("http://[::1]:9/v1").here && read("http://localhost").here && !read("https://x.example").here);
        assert_eq!(Address::read(None, None).unwrap().label, "api.openai.com");
        assert_eq!(Address::read(Some("  "), None).unwrap().base, DEFAULT_BASE);
    }

    #[test]
    fn a_bad_base_url_is_told_and_a_password_is_not_repeated() {
        for bad in ["127.0.0.1:8080", "ftp://x", "http://", "http://x/?key=1", "nonsense"] {
            assert!(matches!(Address::read(Some(bad), None), Err(BackendError::Configuration { .. })), "{bad}");
        }
        for (azure, variable) in [(None, " OPENAI_API_KEY"), (Some("v"), " AZURE_OPENAI_API_KEY")] {
            let error = Address::read(Some("https://me:canary@x.example/v1"), azure).unwrap_err().to_string();
            assert!(!error.contains("canary") && error.contains(variable), "{error}");
        }
    }

    #[test]
    fn an_endpoint_is_read_as_people_write_it_and_must_be_there() {
        for text in ["https://x.example", "https://x.example/", "https://x.example/openai/"] {
            assert_eq!(Address::read(Some(text), Some("v")).unwrap().base, "https://x.example", "{text}");
        }
        let error = Address::read(None, Some("v")).unwrap_err().to_string();
        assert!(error.contains("AZURE_OPENAI_ENDPOINT"), "{error}");
    }

    #[test]
    fn the_name_of_a_deployment_is_one_part_of_a_path() {
        assert!(["gpt-4.1", "my_model", "0"].iter().all(|name| Address::deployment(name).is_ok()));
        assert!(
            ["", "..", "a/b", "a?b", "a#b", "a%2fb", "a b", "\u{e4}"]
                .iter()
                .all(|name| Address::deployment(name).is_err())
        );
    }

    #[test]
    fn blanks_are_no_key() {
        let options = LiveOptions { key: Some(SecretString::from("  \n")), ..LiveOptions::default() };
        assert!(!options.configured());
    }
}
