//! The way of a request under async-openai: a middleware that sends it, keeps the key at home, and hands an odd
//! server's answer on as a plain event stream.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use async_openai::config::Config;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use bytes::Bytes;
use futures_util::stream;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response, redirect};
use secrecy::SecretString;

use super::backend::BackendError;
use super::failure::{Failure, Scene};
use super::options::{Address, LiveOptions, key_variable};
use super::retry::retry_after;
use super::sse::Events;

/// Where Azure looks for its key.
const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// Bytes of a refusal that are read: enough for any message.
const REFUSAL: usize = 64 << 10;

/// Address and key, as async-openai asks for them.
#[derive(Clone)]
pub(super) struct Server {
    base: String,
    key: SecretString,
    headers: HeaderMap,
    /// The API version of Azure OpenAI, and the deployment that is asked.
    azure: Option<(String, String)>,
}

impl Server {
    pub(super) fn new(address: &Address, key: Option<&str>) -> Result<Self, BackendError> {
        let wrong = |why: String| BackendError::Configuration { why };
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let (name, text) = match address.azure {
                Some(_) => (API_KEY, key.to_owned()),
                None => (AUTHORIZATION, format!("Bearer {key}")),
            };
            let mut value = HeaderValue::from_str(&text).map_err(|_| {
                wrong(
                    "the key has characters that no header can carry (a line break, a quote mark pasted with it?)"
                        .to_owned(),
                )
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        } else if address.azure.is_some() {
            // Another server's key must not stand in for it.
            return Err(wrong(format!("there is no key for Azure OpenAI; set {}", key_variable(true))));
        }
        Ok(Self {
            base: address.base.clone(),
            key: SecretString::from(key.unwrap_or_default()),
            headers,
            azure: address.azure.clone().map(|version| (version, String::new())),
        })
    }

    /// The same server for requests to one model: Azure has the deployment in the path.
    pub(super) fn asked_for(&self, model: &str) -> Self {
        let azure = self.azure.as_ref().map(|(version, _)| (version.clone(), model.to_owned()));
        Self { azure, ..self.clone() }
    }
}

impl Config for Server {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        match &self.azure {
            None => format!("{}{path}", self.base),
            Some((_, deployment)) if path == "/chat/completions" => {
                format!("{}/openai/deployments/{deployment}{path}", self.base)
            }
            Some(_) => format!("{}/openai{path}", self.base),
        }
    }

    fn query(&self) -> Vec<(&str, &str)> {
        self.azure.iter().map(|(version, _)| ("api-version", version.as_str())).collect()
    }

    fn api_base(&self) -> &str {
        &self.base
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// Builds the HTTP client: redirects stay with the server, certificates are read only where they are needed.
pub(super) fn client(options: &LiveOptions, address: &Address) -> Result<Client, BackendError> {
    // A second call finds the provider in place, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let wrong = |why: String| BackendError::Configuration { why };
    let proxy = options.proxy.as_deref().map(reqwest::Proxy::all).transpose();
    let proxy = proxy.map_err(|_| wrong("the proxy's address is no URL".to_owned()))?;
    let own = match &options.ca_file {
        None => Vec::new(),
        Some(path) => {
            let shown = path.display();
            let text =
                std::fs::read(path).map_err(|error| wrong(format!("the CA file `{shown}` can't be read: {error}")))?;
            let found = reqwest::Certificate::from_pem_bundle(&text);
            found.ok().filter(|found| !found.is_empty()).ok_or_else(|| {
                wrong(format!("the CA file `{shown}` has no certificate in PEM form (`-----BEGIN CERTIFICATE-----`)"))
            })?
        }
    };
    let over_tls = options.proxy.as_deref().is_some_and(|proxy| proxy.starts_with("https:"));
    let build = |system: bool| {
        let builder = Client::builder()
            .redirect(redirect::Policy::custom(stay))
            .connect_timeout(options.connect_timeout)
            .user_agent(concat!("pipewright/", env!("CARGO_PKG_VERSION")));
        let builder = match &proxy {
            Some(proxy) => builder.no_proxy().proxy(proxy.clone()),
            None if address.here => builder.no_proxy(),
            None => builder,
        };
        let builder = if system { builder.tls_certs_merge(own.clone()) } else { builder.tls_certs_only(own.clone()) };
        builder.build().map_err(|error| wrong(format!("no client can be set up: {}", cause(&error))))
    };
    match build(address.encrypted || over_tls) {
        // A machine with no certificates of its own: those that were named have to do.
        Err(_) if !own.is_empty() => build(false),
        built => built,
    }
}

fn stay(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let same = attempt.previous().last().is_some_and(|from| from.origin() == attempt.url().origin());
    // Other statuses turn a POST into a GET, which no completion answers.
    let keeps_method = matches!(attempt.status().as_u16(), 307 | 308);
    if same && keeps_method && attempt.previous().len() < 4 { attempt.follow() } else { attempt.stop() }
}

/// The middleware. Clones share the client's connections.
#[derive(Clone)]
pub(super) struct Transport {
    client: Client,
    idle: Duration,
    /// Of the request under way; requests follow one another.
    scene: Arc<Mutex<Scene>>,
    /// The server has answered before, so the next request may go over a connection that it has closed meanwhile.
    answered: Arc<AtomicBool>,
}

impl Transport {
    pub(super) fn new(client: Client, idle: Duration, scene: Scene) -> Self {
        Self { client, idle, scene: Arc::new(Mutex::new(scene)), answered: Arc::default() }
    }

    /// Names the model of the next request, for messages.
    pub(super) fn asks_for(&self, model: &str) {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner).model = model.to_owned();
    }

    pub(super) fn scene(&self) -> Scene {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a request. llama.cpp's server promises to keep a connection and closes it after each stream: a connection that
    /// was used before and ends with no byte of an answer is one of those, and a new one is as good as the old one was.
    async fn execute(&self, request: reqwest::Request) -> reqwest::Result<Response> {
        let again = request.try_clone().filter(|_| self.answered.load(Ordering::Relaxed));
        match (self.client.execute(request).await, again) {
            (Err(error), Some(again)) if error.is_request() && !error.is_connect() && !error.is_timeout() => {
                self.client.execute(again).await
            }
            (sent, _) => sent,
        }
    }

    async fn send(self, factory: HttpRequestFactory) -> Result<Response, OpenAIError> {
        let scene = self.scene();
        let request = factory.build().await?;
        let streams = request.method() == reqwest::Method::POST;
        let failed = |failure: Failure| OpenAIError::Boxed(Box::new(failure));
        let response = match tokio::time::timeout(self.idle, self.execute(request)).await {
            Err(_) => return Err(failed(silence(&scene, self.idle).into())),
            Ok(Err(error)) => return Err(failed(unreachable(&scene, &error).into())),
            Ok(Ok(response)) => response,
        };
        self.answered.store(true, Ordering::Relaxed);
        if response.status().is_redirection() {
            return Err(failed(redirected(&scene, &response).into()));
        }
        if !response.status().is_success() {
            return Err(failed(refused(&scene, response, self.idle).await));
        }
        if !streams {
            return Ok(response);
        }
        let reading =
            Reading { response, events: Events::default(), ready: VecDeque::new(), idle: self.idle, ended: false };
        let body = reqwest::Body::wrap_stream(stream::unfold(reading, Reading::next));
        let answer = http::Response::builder().header("content-type", "text/event-stream").body(body);
        answer.map(Response::from).map_err(|error| OpenAIError::InvalidArgument(error.to_string()))
    }
}

impl tower_service::Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        Box::pin(self.clone().send(factory))
    }
}

/// The key of an event of ours that tells why a stream ended early.
pub(super) const BROKEN: &str = "pipewright-broken";

struct Reading {
    response: Response,
    events: Events,
    /// Events that came and are not handed on yet: one at a time, since the reader behind us copies all that it has for each.
    ready: VecDeque<String>,
    idle: Duration,
    ended: bool,
}

impl Reading {
    async fn next(mut self) -> Option<(Result<Bytes, std::io::Error>, Self)> {
        while self.ready.is_empty() && !self.ended {
            let (texts, broken) = match tokio::time::timeout(self.idle, self.response.chunk()).await {
                Err(_) => (Vec::new(), Some(format!("nothing came for {} s", self.idle.as_secs_f32()))),
                Ok(Ok(Some(bytes))) => match self.events.feed(&bytes) {
                    Ok(texts) => (texts, None),
                    Err(why) => (Vec::new(), Some(why)),
                },
                Ok(Ok(None)) => {
                    self.ended = true;
                    (self.events.end().unwrap_or_default(), None)
                }
                // A server that announces more than it sends may have sent all the same.
                Ok(Err(error)) => {
                    let rest = self.events.end().unwrap_or_default();
                    let whole = |text: &String| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
                    (rest.into_iter().filter(whole).collect(), Some(cause(&error)))
                }
            };
            self.ready.extend(texts);
            if let Some(why) = broken {
                self.ready.push_back(serde_json::json!({ BROKEN: why }).to_string());
                self.ended = true;
            }
            self.ended |= self.events.done();
        }
        let text = self.ready.pop_front()?;
        Some((Ok(Bytes::from(format!("data: {text}\n\n"))), self))
    }
}

pub(super) fn silence(scene: &Scene, after: Duration) -> BackendError {
    BackendError::Timeout { server: scene.server.clone(), what: "not a byte came", after }
}

fn unreachable(scene: &Scene, error: &reqwest::Error) -> BackendError {
    let why = cause(error);
    let server = scene.server.clone();
    if error.is_timeout() {
        return BackendError::Unreachable { server, why: "no connection in time".to_owned() };
    }
    if why.contains("certificate") {
        let why =
            format!("its certificate is not trusted here ({why}); a private authority's CA file can be configured");
        return BackendError::Unreachable { server, why };
    }
    BackendError::Unreachable { server, why }
}

fn redirected(scene: &Scene, response: &Response) -> BackendError {
    let location = response.headers().get("location").and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
    // Scheme, host and path only: a query may carry secrets.
    let target = response.url().join(location).map_or_else(
        |_| "an address that is none".to_owned(),
        // What is to be made the base URL is that without the end that we add to it.
        |url| {
            let path = url.path();
            let base =
                path.strip_suffix("/chat/completions").or_else(|| path.strip_suffix("/responses")).unwrap_or(path);
            format!("{}{base}", url.origin().ascii_serialization())
        },
    );
    BackendError::Redirected { server: scene.server.clone(), target: target.chars().take(120).collect() }
}

async fn refused(scene: &Scene, mut response: Response, idle: Duration) -> Failure {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let exact = header("retry-after-ms").and_then(|text| text.trim().parse().ok()).map(Duration::from_millis);
    let after = exact.or_else(|| header("retry-after").and_then(|text| retry_after(&text, now)));
    let mut body = Vec::new();
    while body.len() < REFUSAL {
        match tokio::time::timeout(idle.min(Duration::from_secs(5)), response.chunk()).await {
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            _ => break,
        }
    }
    scene.status(response.status().as_u16(), after, &String::from_utf8_lossy(&body))
}

/// The innermost reason, which names no address.
fn cause(error: &reqwest::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    // The outermost message has the whole address in it.
    if std::ptr::addr_eq(source, std::ptr::from_ref(error)) {
        "the request failed".to_owned()
    } else {
        plainly(&source.to_string())
    }
}

/// What libraries say of a connection, in words for whoever asked a model.
fn plainly(said: &str) -> String {
    let known = [
        ("unexpected EOF", "the server closed the connection in the middle"),
        ("end of file before message length", "the server closed the connection in the middle"),
        ("connection closed before message completed", "the server closed the connection with no answer"),
        ("InvalidContentType", "no TLS is spoken there: is it http:// and not https://?"),
        ("invalid HTTP version parsed", "no HTTP is spoken there"),
    ];
    known
        .iter()
        .find(|(theirs, _)| said.contains(theirs))
        .map_or_else(|| said.to_owned(), |(_, ours)| (*ours).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_libraries_are_said_plainly_and_others_stay() {
        assert_eq!(plainly("unexpected EOF during chunk size line"), "the server closed the connection in the middle");
        assert!(plainly("received corrupt message of type InvalidContentType").starts_with("no TLS is spoken there"));
        assert_eq!(plainly("Connection refused (os error 111)"), "Connection refused (os error 111)");
    }
}
