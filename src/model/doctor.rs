//! Probes a server: who answers, whether it streams, counts, takes a system prompt and keeps to a limit.

use std::time::Instant;

use super::backend::{Backend, BackendError, Finish, Request};
use super::live::Live;
use super::options::LiveOptions;
use crate::chat::{Message, Role};
use crate::settings::Api;

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

/// Tokens that the reply may have in the last probe: too few for what is asked. The Responses API allows no fewer than 16.
const fn least(api: Api) -> u32 {
    match api {
        Api::Chat => 4,
        Api::Responses => 16,
    }
}

/// Tries the configured server with four requests (the list of models, three short prompts), no retries; the key is in no
/// word of the answer.
pub fn doctor(options: LiveOptions) -> Vec<Probe> {
    let mut probes = Vec::new();
    let mut tell = |what, fine, says: String| probes.push(Probe { what, fine, says });
    let key = if options.key().is_some() { "with a key" } else { "with no key" };
    let retry = super::retry::Retry { most: 0, ..options.retry.clone() };
    let options = LiveOptions { retry, ..options };
    let mut live = match Live::new(options.clone()) {
        Ok(live) => live,
        Err(error) => {
            tell("configuration", false, error.to_string());
            return probes;
        }
    };
    tell("configuration", true, format!("{} {key}", live.server()));
    match live.lists_models().then(|| live.models()) {
        None => tell("models", true, "not asked: Azure lists what could be deployed, not what is".to_owned()),
        Some(Ok(models)) if models.is_empty() => tell("models", true, "the server lists none".to_owned()),
        Some(Ok(models)) => {
            let few = models.get(..8).unwrap_or(&models).join(", ");
            let more = if models.len() > 8 { format!(" and {} more", models.len() - 8) } else { String::new() };
            tell("models", true, format!("{few}{more}"));
        }
        Some(Err(BackendError::NotFound { .. } | BackendError::Refused { .. } | BackendError::BadAnswer { .. })) => {
            tell("models", true, "not listed, which is no hindrance where a model is named".to_owned());
        }
        Some(Err(error)) => {
            tell("models", false, error.to_string());
            return probes;
        }
    }
    let counting =
        |to: &str| vec![message(Role::User, &format!("Answer with the numbers from one to {to}, in words."))];
    let began = Instant::now();
    let (mut pieces, mut first) = (0, None);
    let reply = live.reply(&request(counting("ten")), &mut |_| {
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
    tell("reply", true, format!("{name} answers; the whole reply came in {} ms", reply.elapsed_ms));
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
            None => "not counted: caps on tokens go by an estimate".to_owned(),
        },
    );
    let end = match &reply.finish {
        Finish::Unknown => "no reason given: a reply that is cut off is known by its text only".to_owned(),
        finish => finish.word().to_owned(),
    };
    tell("end", true, end);
    let (fine, says) = system_role(&mut live);
    tell("system role", fine, says);
    let quirks = live.quirks();
    tell("limit", true, limit(options, counting("thirty")));
    tell("quirks", true, if quirks.is_empty() { "none".to_owned() } else { quirks.join("; ") });
    probes
}

fn message(role: Role, text: &str) -> Message {
    Message { role, text: text.to_owned() }
}

fn request(messages: Vec<Message>) -> Request {
    Request { turn: 1, attempt: 0, messages, model: None }
}

/// Whether a system prompt is taken, and followed. Without it a model knows nothing of what is asked of its files.
fn system_role(live: &mut Live) -> (bool, String) {
    let system = message(Role::System, "Whatever you are asked, answer with the one word heron.");
    let prompt = message(Role::User, "Which animal barks?");
    match live.reply(&request(vec![system, prompt]), &mut |_| {}) {
        Ok(reply) if reply.text.to_lowercase().contains("heron") => (true, "taken and followed".to_owned()),
        Ok(_) => (true, "taken, but not followed: repairs may need more rounds".to_owned()),
        Err(error) => (false, error.to_string()),
    }
}

/// Whether a limit of tokens is kept; it is where replies are cut off when `max-tokens` is set.
fn limit(options: LiveOptions, messages: Vec<Message>) -> String {
    let least = least(options.api);
    let options = LiveOptions { max_tokens: Some(least), ..options };
    match Live::new(options).and_then(|mut live| live.reply(&request(messages), &mut |_| {})) {
        Ok(reply) if reply.finish == Finish::Length => "kept, and the reply says that it was cut off".to_owned(),
        Ok(reply) => match reply.usage {
            Some(usage) if usage.completion > u64::from(least) => {
                format!("not kept: {} tokens came where {least} were allowed", usage.completion)
            }
            _ => "can't tell: the reply does not say that it was cut off".to_owned(),
        },
        Err(error) => format!("no reply under a limit of {least} tokens: {error}"),
    }
}
