//! What a live backend is told: server, key, model, patience.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::backend::BackendError;
use super::interrupt::Interrupt;
use super::retry::Retry;

/// Where a key alone leads to.
pub const DEFAULT_BASE: &str = "https://api.openai.com/v1";

/// How to reach a model.
#[derive(Debug, Clone)]
pub struct LiveOptions {
    /// Base URL of an OpenAI-compatible API, such as `http://127.0.0.1:8080/v1`; none is OpenAI's own.
    pub base_url: Option<String>,
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
}

impl Address {
    pub(super) fn read(base_url: Option<&str>) -> Result<Self, BackendError> {
        let wrong = |why: String| BackendError::Configuration { why };
        let text = base_url.map(str::trim).filter(|text| !text.is_empty()).unwrap_or(DEFAULT_BASE);
        let shown: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
        let url = reqwest::Url::parse(text).map_err(|error| {
            wrong(format!("the base URL `{shown}` is none ({error}); write it as http://host:port/v1"))
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(format!("the base URL `{shown}` must begin with http:// or https://")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("the base URL has a user or a password in it; set OPENAI_API_KEY instead".to_owned()));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(wrong(format!("the base URL `{shown}` has a `?` or `#` part, which a base can't have")));
        }
        let Some(host) = url.host_str() else { return Err(wrong(format!("the base URL `{shown}` names no host"))) };
        let here = host == "localhost"
            || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let base = url.as_str().trim_end_matches('/');
        let base = base.strip_suffix("/chat/completions").unwrap_or(base).to_owned();
        let label = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { base, label, here, encrypted: url.scheme() == "https" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_are_read_as_people_write_them() {
        let read = |url| Address::read(Some(url)).unwrap();
        assert_eq!(read("http://127.0.0.1:8080/v1/").base, "http://127.0.0.1:8080/v1");
        assert_eq!(read(" https://x.example/v1/chat/completions ").base, "https://x.example/v1");
        assert_eq!(read("http://[::1]:9/v1").label, "[::1]:9");
        assert!(read("http://[::1]:9/v1").here && read("http://localhost").here && !read("https://x.example").here);
        assert_eq!(Address::read(None).unwrap().label, "api.openai.com");
        assert_eq!(Address::read(Some("  ")).unwrap().base, DEFAULT_BASE);
    }

    #[test]
    fn a_bad_base_url_is_told_and_a_password_is_not_repeated() {
        for bad in ["127.0.0.1:8080", "ftp://x", "http://", "http://x/?key=1", "nonsense"] {
            assert!(matches!(Address::read(Some(bad)), Err(BackendError::Configuration { .. })), "{bad}");
        }
        let error = Address::read(Some("https://me:canary@x.example/v1")).unwrap_err().to_string();
        assert!(!error.contains("canary"), "{error}");
    }

    #[test]
    fn blanks_are_no_key() {
        let options = LiveOptions { key: Some(SecretString::from("  \n")), ..LiveOptions::default() };
        assert!(!options.configured());
    }
}
