//! What one JSON text of an answer says: a streamed chunk, a whole completion, or an error in place of either. Those of the
//! Responses API have a reader of their own.

use serde_json::Value;

use super::backend::{Finish, Usage};
use super::response;

/// What a chunk adds to the reply.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Piece {
    /// Text of the answer.
    pub(super) text: String,
    /// Whether there is reasoning beside the answer.
    pub(super) reasoning: bool,
    /// Whether the text is the whole reply and not an addition.
    pub(super) whole: bool,
    pub(super) finish: Option<Finish>,
    pub(super) usage: Option<Usage>,
    /// Whether this is a part of a reply at all.
    pub(super) known: bool,
}

/// An error that came as an answer.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    /// A status, where one is given.
    pub(super) status: Option<u16>,
    /// The server's own kind of error.
    pub(super) kind: String,
    pub(super) message: String,
}

/// Reads a chunk; every field of it may be missing or null.
pub(super) fn read(value: &Value) -> Result<Piece, Said> {
    if let Some(read) = response::read(value) {
        return read;
    }
    if let Some(said) = error(value) {
        return Err(said);
    }
    let mut piece = Piece { usage: usage(value), ..Piece::default() };
    piece.known = piece.usage.is_some() || value.get("choices").is_some();
    let choices = value.get("choices").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let Some(choice) = choices.iter().find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
    else {
        return Ok(piece);
    };
    piece.finish = match choice.get("finish_reason").and_then(Value::as_str).map(Finish::from_word) {
        None | Some(Finish::Unknown) => None,
        reason => reason,
    };
    let said = [choice.get("delta"), choice.get("message")].into_iter().flatten().find(|part| part.is_object());
    piece.whole = choice.get("delta").is_none_or(Value::is_null) && choice.get("message").is_some();
    match said {
        Some(said) => {
            piece.text = text(said.get("content")).or_else(|| text(said.get("refusal"))).unwrap_or_default();
            piece.reasoning = ["reasoning_content", "reasoning", "thinking", "reasoning_text"]
                .iter()
                .any(|key| text(said.get(*key)).is_some_and(|text| !text.is_empty()));
        }
        None => piece.text = text(choice.get("text")).unwrap_or_default(),
    }
    Ok(piece)
}

/// Text as a string or as a list of parts, reasoning parts left out.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            let kind = |part: &Value| part.get("type").and_then(Value::as_str).unwrap_or("text").to_owned();
            let texts = parts.iter().filter(|part| matches!(kind(part).as_str(), "text" | "output_text"));
            Some(texts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect())
        }
        _ => None,
    }
}

/// The count of tokens, in the words of either API.
pub(super) fn usage(value: &Value) -> Option<Usage> {
    let usage = value.get("usage").filter(|usage| usage.is_object())?;
    let count = |names: [&str; 2]| names.iter().find_map(|name| usage.get(*name).and_then(Value::as_u64));
    Some(Usage {
        prompt: count(["prompt_tokens", "input_tokens"])?,
        completion: count(["completion_tokens", "output_tokens"]).unwrap_or(0),
    })
}

/// The error that a body or a chunk carries, in any of the usual shapes.
pub(super) fn error(value: &Value) -> Option<Said> {
    let error = match value.get("error") {
        Some(Value::Null) | None => {
            // `{"detail": ..}` and `{"message": ..}` are how frameworks around models complain.
            let plain = ["detail", "message"].iter().find_map(|key| value.get(*key));
            let plain = plain.filter(|_| value.get("choices").is_none())?;
            let message = plain.as_str().map_or_else(|| plain.to_string(), str::to_owned);
            return Some(Said { status: None, kind: String::new(), message });
        }
        Some(error) => error,
    };
    let word = |key: &str| match error.get(key) {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let message = match error {
        Value::String(message) => message.clone(),
        _ if error.get("message").is_some() => word("message"),
        _ => error.to_string(),
    };
    let status = [word("code"), word("status"), word("status_code")].iter().find_map(|word| word.parse::<u16>().ok());
    let kind = [word("code"), word("type")].join(" ").trim().to_owned();
    Some(Said { status: status.filter(|status| (400..600).contains(status)), kind, message })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_chunks_of_many_servers() {
        let text = |value| read(&value).unwrap().text;
        assert_eq!(text(json!({"choices": [{"delta": {"content": "a"}}]})), "a");
        assert_eq!(
            text(
                json!({"choices": [{"delta": {"content": [{"type": "text", "text": "a"}, {"type": "thinking", "text": "b"}]}}]})
            ),
            "a"
        );
        assert_eq!(text(json!({"choices": [{"text": "old"}]})), "old");
        assert_eq!(text(json!({"choices": [{"index": 1, "delta": {"content": "other"}}]})), "");
        for empty in
            [json!([]), json!(null), json!([{}]), json!([{"delta": null}]), json!([{"delta": {"content": null}}])]
        {
            let piece = read(&json!({"choices": empty})).unwrap();
            assert!(piece.text.is_empty() && piece.known && piece.finish.is_none());
        }
        let usage =
            read(&json!({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "more": {}}})).unwrap();
        assert_eq!(usage.usage, Some(Usage { prompt: 3, completion: 4 }));
        let thought = read(&json!({"choices": [{"delta": {"reasoning_content": "hm", "content": null}}]})).unwrap();
        assert!(thought.reasoning && thought.text.is_empty());
        let whole = read(&json!({"choices": [{"message": {"content": "all"}, "finish_reason": "length"}]})).unwrap();
        assert!(whole.whole && whole.finish == Some(Finish::Length));
        assert_eq!(read(&json!({"choices": [{"delta": {}, "finish_reason": ""}]})).unwrap().finish, None);
    }

    #[test]
    fn reads_errors_of_many_servers() {
        let said = |value| read(&value).unwrap_err();
        assert_eq!(said(json!({"error": {"message": "m", "code": 429}})).status, Some(429));
        assert_eq!(said(json!({"error": "m"})).message, "m");
        assert_eq!(said(json!({"detail": "Not Found"})).message, "Not Found");
        assert_eq!(said(json!({"error": {"message": "m", "type": "server_error", "code": null}})).kind, "server_error");
        assert!(!read(&json!({"hello": 1})).unwrap().known);
        assert!(!read(&json!(17)).unwrap().known);
    }
}
