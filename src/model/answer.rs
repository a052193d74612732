//! A live reply while it grows: chunks in, the answer out, and the line that tells why there is none.

use std::time::Duration;

use async_openai::Client;
use async_openai::error::OpenAIError;
use futures_util::{Stream, StreamExt};
use serde_json::Value;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::backend::{BackendError, Finish, Reply, Usage};
use super::body::Body;
use super::chunk;
use super::failure::{Failure, Scene};
use super::thinking::Thinking;
use super::transport::{BROKEN, Server};

/// What may follow the end of a reply (the count of tokens) is waited for no longer than this.
const AFTERMATH: Duration = Duration::from_secs(2);

/// How often a wait is told.
const PULSE: Duration = Duration::from_secs(1);

/// Waits, and says so with an empty piece every second.
async fn pulsed<T>(wait: impl Future<Output = T>, pulse: &mut Interval, on_delta: &mut dyn FnMut(&str)) -> T {
    tokio::pin!(wait);
    loop {
        tokio::select! {
            biased;
            came = &mut wait => return came,
            _ = pulse.tick() => on_delta(""),
        }
    }
}

/// A reply while it grows.
#[derive(Debug, Default)]
pub(super) struct Answer {
    thinking: Thinking,
    reasoning: bool,
    known: bool,
    finish: Option<Finish>,
    usage: Option<Usage>,
}

impl Answer {
    /// Asks, and takes chunk after chunk to the end; `on_delta` is given the answer's text as it comes.
    pub(super) async fn take(
        &mut self,
        client: &Client<Server>,
        scene: &Scene,
        body: &Body,
        on_delta: &mut dyn FnMut(&str),
    ) -> Result<(), Failure> {
        let mut pulse = tokio::time::interval_at(Instant::now() + PULSE, PULSE);
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let asked = async {
            match body {
                Body::Chat(request) => client.chat().create_stream_byot::<_, Value>(request).await,
                Body::Response(request) => client.responses().create_stream_byot::<_, Value>(request).await,
            }
        };
        let stream = pulsed(asked, &mut pulse, on_delta).await;
        let mut stream = stream.map_err(|error| failure(scene, error))?;
        while let Some(event) = pulsed(next(&mut stream, self.finish.is_some()), &mut pulse, on_delta).await {
            match event {
                Ok(value) => match value.get(BROKEN).and_then(Value::as_str) {
                    // All was said; what broke was the goodbye.
                    Some(_) if self.finish.is_some() => break,
                    Some(why) => return Err(self.broke(scene, why)),
                    None => self.add(scene, &value, on_delta)?,
                },
                Err(OpenAIError::JSONDeserialize(_, text)) => {
                    let why = format!("what came is no JSON{}", scene.words(&text));
                    return Err(foreign(scene, &why));
                }
                Err(error) => return Err(failure(scene, error)),
            }
        }
        let rest = self.thinking.end();
        if !rest.is_empty() {
            on_delta(&rest);
        }
        self.whole(scene)
    }

    fn add(&mut self, scene: &Scene, value: &Value, on_delta: &mut dyn FnMut(&str)) -> Result<(), Failure> {
        let piece = chunk::read(value).map_err(|said| scene.said(&said))?;
        self.known |= piece.known;
        self.reasoning |= piece.reasoning;
        self.usage = piece.usage.or(self.usage);
        self.finish = piece.finish.or(self.finish.take());
        // Some servers repeat the whole reply at the end.
        if piece.whole && !self.thinking.text().is_empty() {
            return Ok(());
        }
        let text = self.thinking.feed(&piece.text);
        if !text.is_empty() {
            on_delta(&text);
        }
        Ok(())
    }

    fn broke(&self, scene: &Scene, why: &str) -> Failure {
        if why == "an HTML page" {
            return foreign(scene, why);
        }
        if why.starts_with("nothing came") && !self.known {
            let error = BackendError::Unreachable { server: scene.server.clone(), why: why.to_owned() };
            return error.into();
        }
        Failure { again: true, ..BackendError::Broken { text: String::new(), why: why.to_owned() }.into() }
    }

    fn whole(&self, scene: &Scene) -> Result<(), Failure> {
        if !self.thinking.text().trim().is_empty() {
            return Ok(());
        }
        Err(match &self.finish {
            _ if !self.known => foreign(scene, "an answer with no choices in it"),
            _ if self.reasoned() => bad(scene, "reasoning came and no answer after it; retry, or allow more tokens"),
            Some(Finish::Other(word)) => bad(scene, &format!("the text is empty{}; retry", scene.words(word))),
            _ => bad(scene, "the text is empty; retry"),
        })
    }

    /// Whether reasoning came with it.
    pub(super) fn reasoned(&self) -> bool {
        self.reasoning || self.thinking.thought()
    }

    /// The answer's text so far.
    pub(super) fn text(&self) -> &str {
        self.thinking.text()
    }

    /// The whole reply.
    pub(super) fn reply(self, elapsed: Duration) -> Reply {
        Reply {
            text: self.thinking.text().to_owned(),
            finish: self.finish.unwrap_or(Finish::Unknown),
            usage: self.usage,
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

async fn next<T>(stream: &mut (impl Stream<Item = T> + Unpin), finished: bool) -> Option<T> {
    if !finished {
        return stream.next().await;
    }
    tokio::time::timeout(AFTERMATH, stream.next()).await.ok().flatten()
}

fn bad(scene: &Scene, why: &str) -> Failure {
    BackendError::BadAnswer { server: scene.server.clone(), why: why.to_owned() }.into()
}

/// An answer of something else than a model.
fn foreign(scene: &Scene, what: &str) -> Failure {
    bad(scene, &format!("{what}; check that the base URL is that of an OpenAI-compatible API"))
}

/// An error of async-openai, which carries ours where it comes from our middleware.
pub(super) fn failure(scene: &Scene, error: OpenAIError) -> Failure {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<Failure>() {
            Ok(failure) => *failure,
            Err(other) => bad(scene, &format!("the request failed{}", scene.words(&other.to_string()))),
        },
        OpenAIError::JSONDeserialize(_, text) => foreign(scene, &format!("what came is no JSON{}", scene.words(&text))),
        OpenAIError::Reqwest(error) => {
            let why = scene.words(&error.without_url().to_string()).trim_start_matches(": ").to_owned();
            BackendError::Unreachable { server: scene.server.clone(), why }.into()
        }
        other => bad(scene, &format!("the request failed{}", scene.words(&other.to_string()))),
    }
}

/// What had arrived, with the reason for the end in few words.
pub(super) fn broken(text: String, error: BackendError) -> BackendError {
    let why = match error {
        BackendError::Broken { why, .. }
        | BackendError::BadAnswer { why, .. }
        | BackendError::Unreachable { why, .. } => why,
        BackendError::Timeout { after, .. } => format!("it was not whole after {} s", after.as_secs_f32()),
        other => other.to_string(),
    };
    BackendError::Broken { text, why }
}
