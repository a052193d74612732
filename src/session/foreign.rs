//! Conversations as other programs keep them: logs of requests and responses, and cassettes.
//!
//! A request carries the whole conversation up to its prompt, so what is new in it is what counts: the prompt, and the
//! reply that came. System messages are no part of the conversation that we play.

use serde_json::Value;

use super::body::Bodies;
use super::entry::{Entry, Origin, Usage};
use super::reader::{Session, content};
use crate::yaml::{Document, Node};

/// The most bytes of a file that is read as one document.
const MOST: usize = 16 << 20;
/// Where a body may stand in a line of a log, outermost first.
const BODIES: [&str; 3] = ["body", "json", "data"];

/// One request and what came of it.
struct Exchange {
    /// Roles and texts of the request, those of user and model.
    asked: Vec<(bool, String)>,
    reply: Option<Said>,
}

/// A reply.
#[derive(Default)]
struct Said {
    text: String,
    finish: Option<String>,
    usage: Option<Usage>,
}

/// Takes one object of a log into the session; `false` where it is none.
pub(super) fn object(value: &Value, session: &mut Session) -> Result<bool, String> {
    let request = [Some(value), value.get("request"), value.get("input"), value.get("kwargs")].into_iter().flatten();
    let Some(request) = request.map(bare).find(|request| request.get("messages").is_some()) else { return Ok(false) };
    let response = [Some(value), value.get("response"), value.get("output"), value.get("completion")];
    let response = response.into_iter().flatten().map(bare).find(|response| response.get("choices").is_some());
    let reply = response.map(|response| whole(&response)).transpose()?;
    if session.header.model.is_none() {
        session.header.model = request.get("model").and_then(Value::as_str).map(str::to_owned);
    }
    take(Exchange { asked: messages(&request)?, reply }, session)?;
    Ok(true)
}

/// A list of chat lines, or of objects of a log.
pub(super) fn objects(values: &[Value], session: &mut Session) -> Result<bool, String> {
    if !values.is_empty() && values.iter().all(|value| value.get("role").is_some()) {
        let asked = messages(&serde_json::json!({ "messages": values }))?;
        take(Exchange { asked, reply: None }, session)?;
        return Ok(true);
    }
    let mut any = false;
    for value in values {
        any |= object(value, session)?;
    }
    Ok(any)
}

/// The body of a request or response, which may be a text of JSON below a key of its own.
fn bare(value: &Value) -> Value {
    let body = BODIES.iter().find_map(|key| value.get(key)).unwrap_or(value);
    match body {
        Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
        body => body.clone(),
    }
}

fn messages(request: &Value) -> Result<Vec<(bool, String)>, String> {
    let Some(list) = request.get("messages").and_then(Value::as_array) else {
        return Err("`messages` is no list".to_owned());
    };
    let mut asked = Vec::new();
    for message in list {
        let user = match message.get("role").and_then(Value::as_str) {
            Some("user" | "human") => true,
            Some("assistant" | "model") => false,
            Some("system" | "developer" | "tool" | "function") => continue,
            Some(other) => return Err(format!("unknown role `{other}`: user, assistant and system are known")),
            None => return Err("a message has no `role`".to_owned()),
        };
        asked.push((user, content(message)?));
    }
    Ok(asked)
}

/// A response that came in one piece.
fn whole(response: &Value) -> Result<Said, String> {
    let Some(choice) = response.pointer("/choices/0") else { return Err("the response has no choice".to_owned()) };
    let text = match choice.get("message") {
        Some(message) => content(message)?,
        None => choice.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
    };
    Ok(Said { text, finish: finish(choice), usage: usage(response) })
}

fn finish(choice: &Value) -> Option<String> {
    choice.get("finish_reason").and_then(Value::as_str).map(str::to_owned)
}

fn usage(response: &Value) -> Option<Usage> {
    let number = |key: &str| response.get("usage")?.get(key)?.as_u64();
    Some(Usage { prompt: number("prompt_tokens")?, completion: number("completion_tokens")? })
}

/// A response that came as a stream of events.
fn streamed(body: &str) -> Said {
    let mut said = Said::default();
    for data in body.lines().filter_map(|line| line.strip_prefix("data:")) {
        let Ok(chunk) = serde_json::from_str::<Value>(data.trim()) else { continue };
        if let Some(choice) = chunk.pointer("/choices/0") {
            said.text.push_str(choice.pointer("/delta/content").and_then(Value::as_str).unwrap_or_default());
            said.finish = finish(choice).or(said.finish);
        }
        said.usage = usage(&chunk).or(said.usage);
    }
    said
}

/// What is new in an exchange, after what the session holds.
fn take(exchange: Exchange, session: &mut Session) -> Result<(), String> {
    let known: Vec<&String> = session
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Prompt { text, .. } => Some(text),
            _ => None,
        })
        .collect();
    let prompts = || exchange.asked.iter().filter(|(user, _)| *user).map(|(_, text)| text);
    let is_same = |count: usize| known.iter().take(count).copied().eq(prompts().take(count));
    let (have, asks) = (known.len(), prompts().count());
    if asks == 0 {
        return Err("no message of a user is in it".to_owned());
    }
    if asks < have.max(1) || !is_same(have) {
        return Err(
            "another conversation begins here: a recording holds one, so give each a file of its own".to_owned()
        );
    }
    // Asked again: the later reply is the one that the conversation went on with.
    let first = if asks == have { have - 1 } else { have };
    session.entries.retain(|entry| entry.turn() <= first);
    let mut turn = 0;
    for (user, text) in exchange.asked {
        if user {
            turn += 1;
        }
        if turn <= first {
            continue;
        }
        if user {
            session.entries.push(Entry::Prompt { turn, origin: Origin::User, text });
        } else {
            reply(turn, Said { text, ..Said::default() }, session);
        }
    }
    if let Some(said) = exchange.reply {
        reply(turn, said, session);
    }
    Ok(())
}

fn reply(turn: usize, said: Said, session: &mut Session) {
    if let Some(Entry::Reply { text, .. }) = session.entries.last_mut() {
        text.push_str(&said.text);
        return;
    }
    let Said { text, finish, usage } = said;
    session.entries.push(Entry::Reply { turn, text, finish, usage, elapsed_ms: None });
}

/// Whether a text may be a cassette: the key of its interactions begins a line, or stands in its first brackets.
pub(super) fn may_be_cassette(text: &str) -> bool {
    let keys = ["interactions:", "http_interactions:"];
    text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)))
        || (text.starts_with('{') && text.contains("\"interactions\""))
}

/// Reads a cassette of VCR (version 1 of vcrpy's form, or Ruby's), in YAML or JSON. What is wrong is told with its line.
pub(super) fn cassette(text: &str, session: &mut Session) -> Result<(), (usize, String)> {
    if text.len() > MOST {
        return Err((1, format!("is larger than {} MiB, the most of a cassette", MOST >> 20)));
    }
    let document = Document::read(text);
    let line = |node: Node<'_>| document.position(node.place().start).line;
    if let Some(problem) = document.problems().first() {
        return Err((document.position(problem.span.start).line, problem.message.clone()));
    }
    let root = document.root().ok_or((1, "can't be read as YAML".to_owned()))?;
    if let Some(version) = root.get("version").filter(|version| version.integer() != Some(1)) {
        let told = version.text().unwrap_or_default();
        return Err((line(version), format!("version {told} of a cassette; version 1 is known")));
    }
    let list = root.get("interactions").or_else(|| root.get("http_interactions"));
    let list = list.ok_or((1, "has no `interactions`".to_owned()))?;
    let mut bodies = Bodies::new();
    for interaction in list.items() {
        let at = |reason: String| (line(interaction), reason);
        let Some(request) = interaction.get("request") else { continue };
        let Some(request) = bodies.read(request).map_err(at)? else { continue };
        let Ok(request) = serde_json::from_str::<Value>(&request) else { continue };
        // Other endpoints, and requests that the server refused, are no part of the conversation.
        let code = interaction.get("response").and_then(|response| response.get("status")?.get("code")?.integer());
        if request.get("messages").is_none() || code.is_some_and(|code| !(200..300).contains(&code)) {
            continue;
        }
        let response = interaction.get("response").map(|response| bodies.read(response));
        let response = response.transpose().map_err(at)?.flatten();
        let Some(response) = response else { return Err(at("the response has no body".to_owned())) };
        let reply = if response.trim_start().starts_with('{') {
            let value: Value = serde_json::from_str(&response)
                .map_err(|error| at(format!("the body of the response is no JSON: {error}")))?;
            whole(&value).map_err(at)?
        } else {
            streamed(&response)
        };
        if session.header.model.is_none() {
            session.header.model = request.get("model").and_then(Value::as_str).map(str::to_owned);
        }
        let asked = messages(&request).map_err(at)?;
        take(Exchange { asked, reply: Some(reply) }, session).map_err(at)?;
    }
    if session.entries.is_empty() {
        return Err((line(list), "no interaction is a chat: none has `messages` in its request".to_owned()));
    }
    Ok(())
}
