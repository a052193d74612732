//! Replies of a live server, over async-openai. The asynchronous world begins and ends in this room.

use std::time::{Duration, Instant};

use async_openai::Client;
use secrecy::SecretString;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::answer::{Answer, broken, failure};
use super::backend::{Backend, BackendError, Reply, Request};
use super::body::{Body, Spared};
use super::failure::{Failure, Scene, Without};
use super::options::{Address, DEFAULT_BASE, LiveOptions};
use super::transport::{self, Server, Transport};

/// The model that is asked where there is a key of OpenAI's and no model is chosen.
const DEFAULT_MODEL: &str = "gpt-4.1";

/// A model behind an OpenAI-compatible server.
pub struct Live {
    options: LiveOptions,
    address: Address,
    connection: Option<Connection>,
    /// The one model that the server has, once it was asked.
    found: Option<String>,
    spared: Spared,
    reasoned: bool,
    retries: u64,
    notice: Option<Notice>,
}

type Notice = Box<dyn FnMut(&str)>;

struct Connection {
    runtime: Runtime,
    http: reqwest::Client,
    server: Server,
    transport: Transport,
}

impl Connection {
    fn client(&self, model: &str) -> Client<Server> {
        let server = self.server.asked_for(model);
        Client::build(self.http.clone(), server).with_http_service(self.transport.clone())
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").field("server", &self.address.label).field("model", &self.name()).finish_non_exhaustive()
    }
}

impl Live {
    /// Checks what was configured; nothing is sent yet.
    ///
    /// # Errors
    /// [`BackendError::NoModel`] if neither a server nor a key is given, [`BackendError::Configuration`] if one of
    /// them can't be used.
    pub fn new(options: LiveOptions) -> Result<Self, BackendError> {
        if !options.configured() {
            return Err(BackendError::NoModel);
        }
        let address = Address::of(&options)?;
        Server::new(&address, options.key())?;
        Ok(Self {
            options,
            address,
            connection: None,
            found: None,
            spared: Spared::default(),
            reasoned: false,
            retries: 0,
            notice: None,
        })
    }

    /// Hears one line whenever a request is going to be sent again.
    pub fn on_notice(&mut self, notice: impl FnMut(&str) + 'static) {
        self.notice = Some(Box::new(notice));
    }

    /// How often a request was sent again because of the network or the server; repairs are not counted here.
    pub fn retries(&self) -> u64 {
        self.retries
    }

    /// What the server does otherwise than others, as far as its replies have shown.
    pub fn quirks(&self) -> Vec<&'static str> {
        let all = [
            (self.spared.stream_options, "refuses `stream_options`, so it is asked without"),
            (self.spared.stream, "refuses to stream, so it is asked for whole replies"),
            (self.reasoned, "sends its reasoning, which is left out of the reply"),
        ];
        all.into_iter().filter_map(|(seen, words)| seen.then_some(words)).collect()
    }

    /// Host and port of the server.
    pub fn server(&self) -> &str {
        &self.address.label
    }

    /// Whether the server's list of models is of those that can be asked; Azure lists what could be deployed.
    pub fn lists_models(&self) -> bool {
        self.address.azure.is_none()
    }

    /// The models that the server lists.
    ///
    /// # Errors
    /// As for a reply.
    pub fn models(&mut self) -> Result<Vec<String>, BackendError> {
        self.connect()?;
        let Some(connection) = &self.connection else { return Err(BackendError::NoModel) };
        let (interrupt, patience) = (self.options.interrupt.clone(), self.options.idle_timeout);
        let scene = connection.transport.scene();
        let client = connection.client("");
        connection.runtime.block_on(async {
            let listed = async { client.models().list_byot::<Value>().await };
            tokio::select! {
                biased;
                () = interrupt.raised() => Err(BackendError::Interrupted { text: String::new() }),
                listed = tokio::time::timeout(patience, listed) => match listed {
                    Err(_) => Err(transport::silence(&scene, patience)),
                    Ok(Err(error)) => Err(failure(&scene, error).error),
                    Ok(Ok(list)) => Ok(ids(&list)),
                },
            }
        })
    }

    fn connect(&mut self) -> Result<(), BackendError> {
        if self.connection.is_some() {
            return Ok(());
        }
        let server = Server::new(&self.address, self.options.key())?;
        let http = transport::client(&self.options, &self.address)?;
        let scene = Scene {
            server: self.address.label.clone(),
            model: self.name(),
            key: self.options.key().map(SecretString::from),
            azure: self.address.azure.is_some(),
            api: self.options.api,
        };
        let transport = Transport::new(http.clone(), self.options.idle_timeout, scene);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| BackendError::Configuration { why: format!("no network can be set up: {error}") })?;
        self.connection = Some(Connection { runtime, http, server, transport });
        Ok(())
    }

    /// Drops the connection with all that is under way on it, so that a server stops at once too.
    fn disconnect(&mut self) {
        if let Some(connection) = self.connection.take() {
            connection.runtime.shutdown_background();
        }
    }

    fn model(&mut self, request: &Request) -> Result<String, BackendError> {
        let chosen = request.model.clone().or_else(|| self.options.model.clone()).or_else(|| self.found.clone());
        if let Some(model) = chosen.filter(|model| !model.trim().is_empty()) {
            if self.address.azure.is_some() {
                Address::deployment(&model)?;
            }
            return Ok(model);
        }
        if self.address.azure.is_some() {
            let why = "no deployment of Azure OpenAI is named; set AZURE_OPENAI_DEPLOYMENT".to_owned();
            return Err(BackendError::Configuration { why });
        }
        if self.address.base == DEFAULT_BASE {
            return Ok(DEFAULT_MODEL.to_owned());
        }
        let why = match self.models() {
            Ok(models) => match models.as_slice() {
                [one] => {
                    self.found = Some(one.clone());
                    return Ok(one.clone());
                }
                [] => "the server lists none, so set PIPEWRIGHT_MODEL".to_owned(),
                some => format!("set PIPEWRIGHT_MODEL to one of {}", some.get(..8).unwrap_or(some).join(", ")),
            },
            Err(BackendError::NotFound { .. } | BackendError::Refused { .. } | BackendError::BadAnswer { .. }) => {
                "the server does not list its models, so set PIPEWRIGHT_MODEL".to_owned()
            }
            Err(error) => return Err(error),
        };
        Err(BackendError::Configuration { why: format!("no model is chosen; {why}") })
    }

    /// Takes out what the server refuses; false if it was out already.
    fn do_without(&mut self, part: Without) -> bool {
        let flag = match part {
            Without::StreamOptions => &mut self.spared.stream_options,
            Without::Stream => &mut self.spared.stream,
        };
        !std::mem::replace(flag, true)
    }

    /// Waits before the next try; `Err` when the user or the clock ends it.
    fn pause(
        &mut self,
        wait: Duration,
        error: &BackendError,
        on_delta: &mut dyn FnMut(&str),
    ) -> Result<(), BackendError> {
        self.retries += 1;
        if let Some(notice) = &mut self.notice {
            let why = error.to_string();
            let why = why.strip_suffix(": retry later").unwrap_or(&why);
            notice(&format!("{why}; sent again in {:.1} s", wait.as_secs_f32()));
            // Whoever listens to both can tell it before the wait.
            on_delta("");
        }
        let Some(connection) = &self.connection else { return Err(BackendError::NoModel) };
        connection.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.options.interrupt.raised() => Err(BackendError::Interrupted { text: String::new() }),
                () = tokio::time::sleep(wait) => Ok(()),
            }
        })
    }

    fn exchange(
        &mut self,
        (model, body): (&str, &Body),
        deadline: Instant,
        on_delta: &mut dyn FnMut(&str),
    ) -> (Answer, Result<(), Failure>) {
        let mut answer = Answer::default();
        if let Err(error) = self.connect() {
            return (answer, Err(error.into()));
        }
        let Some(connection) = &self.connection else { return (answer, Err(BackendError::NoModel.into())) };
        connection.transport.asks_for(model);
        let scene = connection.transport.scene();
        let (client, total) = (connection.client(model), self.options.total_timeout);
        let ended = connection.runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.options.interrupt.raised() => Err(BackendError::Interrupted { text: String::new() }.into()),
                () = tokio::time::sleep_until(deadline.into()) => Err(Failure {
                    again: false,
                    ..BackendError::Timeout { server: scene.server.clone(), what: "the whole reply", after: total }.into()
                }),
                ended = answer.take(&client, &scene, body, on_delta) => ended,
            }
        });
        if ended.is_err() {
            self.disconnect();
        }
        (answer, ended)
    }
}

impl Backend for Live {
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        let began = Instant::now();
        let deadline = began + self.options.total_timeout;
        let model = self.model(request)?;
        let mut tried = 0;
        loop {
            let body = Body::new(&self.options, &model, &request.messages, self.spared);
            let (answer, ended) = self.exchange((&model, &body), deadline, on_delta);
            self.reasoned |= answer.reasoned();
            let failure = match ended {
                Ok(()) => return Ok(answer.reply(began.elapsed())),
                Err(failure) => failure,
            };
            if failure.without.is_some_and(|part| self.do_without(part)) {
                continue;
            }
            let text = answer.text().to_owned();
            if failure.error.interrupted() {
                return Err(BackendError::Interrupted { text });
            }
            if !text.is_empty() {
                return Err(broken(text, failure.error));
            }
            let wait = self.options.retry.wait(tried, failure.after, chance());
            match wait.filter(|wait| failure.again && Instant::now() + *wait < deadline) {
                None => return Err(failure.error),
                Some(wait) => {
                    self.connect()?;
                    self.pause(wait, &failure.error, on_delta)?;
                }
            }
            tried += 1;
        }
    }

    fn name(&self) -> String {
        let chosen = self.options.model.clone().or_else(|| self.found.clone());
        chosen.filter(|model| !model.trim().is_empty()).unwrap_or_else(|| match self.address.base.as_str() {
            DEFAULT_BASE => DEFAULT_MODEL.to_owned(),
            _ => format!("the model of {}", self.address.label),
        })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // A name that is being looked up must not hold the program's end up.
        self.disconnect();
    }
}

fn ids(list: &Value) -> Vec<String> {
    let models = list.get("data").or_else(|| list.get("models")).unwrap_or(list).as_array();
    let id = |model: &Value| ["id", "name"].iter().find_map(|key| model.get(*key)?.as_str().map(str::to_owned));
    models.map(|models| models.iter().filter_map(id).collect()).unwrap_or_default()
}

/// A number in 0 to 1 that differs between programs and moments.
fn chance() -> f64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = RandomState::new().build_hasher().finish();
    (random % 1024) as f64 / 1023.0
}
