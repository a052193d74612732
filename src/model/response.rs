//! What one JSON text of the Responses API says: a streamed event, or a whole response.

use serde_json::Value;

use super::backend::Finish;
use super::chunk::{self, Piece, Said};

/// Reads an event or a response; none is something else, such as a chat completion.
pub(super) fn read(value: &Value) -> Option<Result<Piece, Said>> {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind == "error" {
        // The fields stand in an object of their own, as in a refusal, or beside the type.
        return Some(Err(failed(value.get("error").filter(|error| !error.is_null()).or(Some(value)))));
    }
    if value.get("object").and_then(Value::as_str) == Some("response") {
        return Some(whole(value));
    }
    let event = kind.strip_prefix("response.")?;
    if let Some(response) = value.get("response").filter(|_| ENDS.contains(&event)) {
        return Some(whole(response));
    }
    let mut piece = Piece { known: true, ..Piece::default() };
    let delta = || value.get("delta").and_then(Value::as_str).unwrap_or_default().to_owned();
    match event {
        "output_text.delta" | "refusal.delta" => piece.text = delta(),
        "completed" => piece.finish = Some(Finish::Stop),
        "failed" => return Some(Err(failed(None))),
        _ => piece.reasoning = event.starts_with("reasoning") && !delta().is_empty(),
    }
    Some(Ok(piece))
}

/// The events that end a response and repeat the whole of it.
const ENDS: [&str; 4] = ["completed", "incomplete", "failed", "cancelled"];

fn whole(response: &Value) -> Result<Piece, Said> {
    let error = response.get("error").filter(|error| !error.is_null());
    let status = response.get("status").and_then(Value::as_str).unwrap_or_default();
    if error.is_some() || status == "failed" {
        return Err(failed(error));
    }
    let reason = || response.pointer("/incomplete_details/reason").and_then(Value::as_str).unwrap_or_default();
    let items = response.get("output").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let kind = |item: &Value| item.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let parts = items.iter().filter(|item| kind(item) == "message").filter_map(|item| item.get("content")?.as_array());
    let text = |part: &Value| match kind(part).as_str() {
        "output_text" => part.get("text").and_then(Value::as_str).map(str::to_owned),
        "refusal" => part.get("refusal").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    Ok(Piece {
        text: parts.flatten().filter_map(text).collect(),
        reasoning: items.iter().any(|item| kind(item) == "reasoning"),
        whole: true,
        finish: match (status, reason()) {
            ("completed", _) => Some(Finish::Stop),
            ("incomplete", "max_output_tokens") => Some(Finish::Length),
            ("incomplete", "") => Some(Finish::Other("incomplete".to_owned())),
            ("incomplete", reason) => Some(Finish::Other(reason.to_owned())),
            ("cancelled", _) => Some(Finish::Other("cancelled".to_owned())),
            _ => None,
        },
        usage: chunk::usage(response),
        known: true,
    })
}

fn failed(error: Option<&Value>) -> Said {
    let word = |key: &str| error.and_then(|error| error.get(key)?.as_str()).unwrap_or_default();
    let message = match (word("message"), word("code")) {
        ("", "") => "the response failed",
        ("", code) => code,
        (message, _) => message,
    };
    let kind = [word("code"), word("type")].join(" ").trim().to_owned();
    Said { status: None, kind, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::backend::Usage;
    use serde_json::json;

    #[test]
    fn a_response_is_read_whole_and_without_its_reasoning() {
        let response = |status: &str, more: Value| {
            let mut response = json!({"object": "response", "status": status, "error": null, "output": [
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
                {"type": "message", "content": [{"type": "output_text", "text": "a"}, {"type": "output_text", "text": "b"}]},
                {"type": "web_search_call"},
                {"type": "message", "content": [{"type": "refusal", "refusal": "c"}]},
            ], "usage": {"input_tokens": 3, "output_tokens": 4, "output_tokens_details": {"reasoning_tokens": 2}}});
            if let (Some(all), Value::Object(more)) = (response.as_object_mut(), more) {
                all.extend(more);
            }
            response
        };
        let piece = read(&response("completed", json!({}))).unwrap().unwrap();
        assert_eq!((piece.text.as_str(), piece.whole, piece.reasoning), ("abc", true, true));
        assert_eq!((piece.finish, piece.usage), (Some(Finish::Stop), Some(Usage { prompt: 3, completion: 4 })));
        let finish = |reason: &str| {
            let value = response("incomplete", json!({"incomplete_details": {"reason": reason}}));
            read(&json!({"type": "response.incomplete", "response": value})).unwrap().unwrap().finish
        };
        assert_eq!(finish("max_output_tokens"), Some(Finish::Length));
        assert_eq!(finish("content_filter"), Some(Finish::Other("content_filter".into())));
        let error = json!({"error": {"code": "rate_limit_exceeded", "message": "slow"}});
        let said = read(&response("failed", error)).unwrap().unwrap_err();
        assert_eq!((said.kind.as_str(), said.message.as_str()), ("rate_limit_exceeded", "slow"));
    }

    #[test]
    fn events_with_missing_fields_are_no_matter_and_other_answers_are_left_to_others() {
        for event in ["created", "output_text.delta", "output_item.added", "something.new", "reasoning_text.delta"] {
            let piece = read(&json!({"type": format!("response.{event}")})).unwrap().unwrap();
            assert!(piece.known && piece.text.is_empty() && piece.finish.is_none() && !piece.reasoning, "{event}");
        }
        let thought = json!({"type": "response.reasoning_summary_text.delta", "delta": "hm"});
        assert!(read(&thought).unwrap().unwrap().reasoning);
        let finish = read(&json!({"type": "response.completed"})).unwrap().unwrap().finish;
        assert_eq!(finish, Some(Finish::Stop));
        assert_eq!(read(&json!({"type": "response.failed"})).unwrap().unwrap_err().message, "the response failed");
        for other in [json!({"choices": []}), json!({"hello": 1}), json!(17), json!({"type": "message"})] {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}
