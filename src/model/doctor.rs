//! Probes a server: who answers, whether it streams, whether it counts.

use std::time::Instant;

use super::backend::{Backend, BackendError, Finish, Request};
use super::live::Live;
use super::options::LiveOptions;
use crate::chat::{Message, Role};

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What was tried.
    pub what: &'static str,
    /// Whether the program can do with what came.
    pub fine: bool,
    /// What came.
    pub says: String,
}

/// Tries the configured server with two requests (the list of models, one short prompt), no retries; the key is in
/// no word of the answer.
pub fn doctor(options: LiveOptions) -> Vec<Probe> {
    let mut probes = Vec::new();
    let mut tell = |what, fine, says: String| probes.push(Probe { what, fine, says });
    let key = if options.key().is_some() { "with a key" } else { "with no key" };
    let retry = super::retry::Retry { most: 0, ..options.retry.clone() };
    let mut live = match Live::new(LiveOptions { retry, ..options }) {
        Ok(live) => live,
        Err(error) => {
            tell("configuration", false, error.to_string());
            return probes;
        }
    };
    tell("configuration", true, format!("{} {key}", live.server()));
    match live.models() {
        Ok(models) if models.is_empty() => tell("models", true, "the server lists none".to_owned()),
        Ok(models) => {
            let few = models.get(..8).unwrap_or(&models).join(", ");
            let more = if models.len() > 8 { format!(" and {} more", models.len() - 8) } else { String::new() };
            tell("models", true, format!("{few}{more}"));
        }
        Err(BackendError::NotFound { .. } | BackendError::Refused { .. } | BackendError::BadAnswer { .. }) => {
            tell("models", true, "not listed, which is no hindrance where a model is named".to_owned());
        }
        Err(error) => {
            tell("models", false, error.to_string());
            return probes;
        }
    }
    let prompt = Message { role: Role::User, text: "Answer with the numbers from one to ten, in words.".to_owned() };
    let request = Request { turn: 1, attempt: 0, messages: vec![prompt], model: None };
    let began = Instant::now();
    let (mut pieces, mut first) = (0, None);
    let reply = live.reply(&request, &mut |_| {
        pieces += 1;
        first.get_or_insert_with(|| began.elapsed());
    });
    let reply = match reply {
        Ok(reply) => reply,
        Err(error) => {
            tell("reply", false, error.to_string());
            return probes;
        }
    };
    let name = live.name();
    tell("reply", true, format!("{name} answers in {} ms", reply.elapsed_ms));
    tell(
        "stream",
        true,
        match first {
            Some(first) if pieces > 1 => format!("in {pieces} pieces, the first after {} ms", first.as_millis()),
            _ => "in one piece: the server does not stream".to_owned(),
        },
    );
    tell(
        "tokens",
        true,
        match reply.usage {
            Some(usage) => format!("counted: {} sent, {} received", usage.prompt, usage.completion),
            None => "not counted: caps on tokens can't be kept".to_owned(),
        },
    );
    let end = match &reply.finish {
        Finish::Unknown => "no reason given: a reply that is cut off is known by its text only".to_owned(),
        finish => finish.word().to_owned(),
    };
    tell("end", true, end);
    probes
}
