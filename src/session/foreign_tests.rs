//! Conversations of other programs, in the forms in which these write them.

use super::{Entry, Session, exchanges, read};

fn told(text: &str) -> Vec<String> {
    shown(&read("r", text.as_bytes()).unwrap())
}

fn shown(session: &Session) -> Vec<String> {
    let all = exchanges(&session.entries).into_iter();
    all.map(|one| format!("{} {} -> {} {:?}", one.turn, one.prompt, one.reply.unwrap_or_default(), one.finish))
        .collect()
}

fn wrong(text: &str) -> String {
    read("r", text.as_bytes()).unwrap_err().to_string()
}

/// A line of a log, from messages and a response.
type Form = Box<dyn Fn(&str, &str) -> String>;

const TWO: [&str; 2] = ["1 one -> first Some(\"stop\")", "2 two -> second Some(\"length\")"];

#[test]
fn logs_of_requests_and_responses_are_one_conversation() {
    let first = r#"{"role":"system","content":"be brief"},{"role":"user","content":"one"}"#;
    let second = format!(
        r#"{first},{{"role":"assistant","content":"first"}},{{"role":"user","content":[{{"type":"text","text":"two"}}]}}"#
    );
    let answer = |text: &str, finish: &str| {
        format!(
            r#"{{"choices":[{{"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"{finish}"}}],"usage":{{"prompt_tokens":3,"completion_tokens":4}}}}"#
        )
    };
    let (a, b) = (answer("first", "stop"), answer("second", "length"));
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let forms: Vec<Form> = vec![
        Box::new(|m, r| format!(r#"{{"request":{{"model":"m","messages":[{m}]}},"response":{r}}}"#)),
        Box::new(|m, r| {
            format!(
                r#"{{"request":{{"body":{{"model":"m","messages":[{m}]}}}},"response":{{"status_code":200,"body":{r}}}}}"#
            )
        }),
        Box::new(|m, r| format!(r#"{{"body":{{"model":"m","messages":[{m}]}},"response":{{"body":{r}}}}}"#)),
        Box::new(move |m, r| {
            let request = format!(r#"{{"model":"m","messages":[{m}]}}"#);
            format!(r#"{{"request":{{"body":{}}},"response":{{"body":{}}}}}"#, quoted(&request), quoted(r))
        }),
        Box::new(|m, r| format!(r#"{{"model":"m","messages":[{m}],{}"#, r.trim_start_matches('{'))),
    ];
    for form in forms {
        let text = format!("{}\n{}\n", form(first, &a), form(&second, &b));
        let session = read("r", text.as_bytes()).unwrap();
        assert_eq!(shown(&session), TWO, "{text}");
        assert_eq!(session.header.model.as_deref(), Some("m"));
        assert!(matches!(session.entries[1], Entry::Reply { usage: Some(usage), .. } if usage.completion == 4));
        // The same request again: its last reply is the one that the conversation went on with.
        let again = format!("{}\n{text}", form(first, &answer("other", "stop")));
        assert_eq!(told(&again), TWO);
        let other = format!("{text}{}\n", form(r#"{"role":"user","content":"three"}"#, &a));
        assert_eq!(
            wrong(&other),
            "r:3: another conversation begins here: a recording holds one, so give each a file of its own"
        );
    }
}

#[test]
fn a_whole_conversation_may_stand_in_one_object() {
    let messages =
        r#"[{"role":"user","content":"one"},{"role":"assistant","content":"first"},{"role":"user","content":"two"}]"#;
    let expected = ["1 one -> first None", "2 two ->  None"];
    assert_eq!(told(&format!("{{\"messages\":{messages}}}\n")), expected);
    assert_eq!(told(&format!("{{\n  \"messages\": {messages}\n}}\n")), expected, "over several lines");
    assert_eq!(told(&messages.replace("},", "},\n")), expected, "a list of chat lines");
    assert_eq!(
        wrong("{\"messages\":[{\"role\":\"robot\"}]}"),
        "r:1: unknown role `robot`: user, assistant and system are known"
    );
    assert_eq!(wrong("{\"messages\":[]}"), "r:1: no message of a user is in it");
    assert_eq!(wrong("{\"messages\":{}}"), "r:1: `messages` is no list");
}

#[test]
fn cassettes_are_read_whole_streamed_and_in_base64() {
    let text = r#"interactions:
- request:
    body: '{"model": "m", "messages": [{"role": "user", "content": "one"}]}'
    headers: {}
    method: POST
    uri: https://example.com/v1/chat/completions
  response:
    body: {string: 'busy'}
    status: {code: 429, message: Too Many Requests}
- request:
    body: '{"model": "m", "messages": [{"role": "user", "content": "one"}]}'
    method: POST
  response:
    body:
      string: '{"choices": [{"message": {"content": "first"}, "finish_reason": "stop"}]}'
    status: {code: 200, message: OK}
- request: {body: null, method: GET}
  response: {body: {string: '{}'}, status: {code: 200}}
- request:
    body: !!binary |
      eyJtZXNzYWdlcyI6W3sicm9sZSI6InVzZXIiLCJjb250ZW50Ijoib25lIn0seyJyb2xlIjoidXNl
      ciIsImNvbnRlbnQiOiJ0d28ifV19
    method: POST
  response:
    body:
      string: "data: {\"choices\":[{\"delta\":{\"content\":\"sec\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"ond\"},\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n"
    status: {code: 200, message: OK}
version: 1
"#;
    assert_eq!(told(text), TWO);
    let value: serde_json::Value = serde_yaml::from_str(&text.replace("!!binary |\n      eyJtZXNzYWdlcyI6W3sicm9sZSI6InVzZXIiLCJjb250ZW50Ijoib25lIn0seyJyb2xlIjoidXNl\n      ciIsImNvbnRlbnQiOiJ0d28ifV19", "'{\"messages\":[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"user\",\"content\":\"two\"}]}'")).unwrap();
    for json in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
        assert_eq!(told(&json), TWO, "{json}");
    }
    assert_eq!(wrong(&text.replace("version: 1", "version: 2")), "r:28: version 2 of a cassette; version 1 is known");
    assert_eq!(
        wrong("interactions: []\nversion: 1\n"),
        "r:1: no interaction is a chat: none has `messages` in its request"
    );
    assert!(wrong(&text.replace("'{\"choices\": [{\"mess", "'{\"choices\": [[\"mess")).starts_with("r:10: "));
    // As a server sends it that was asked for compression.
    let whole = "'{\"choices\": [{\"message\": {\"content\": \"first\"}, \"finish_reason\": \"stop\"}]}'";
    let gzip = text.replace(whole, "!!binary H4sIAAAAAAACA6tWSs7Iz0xOLVayUoiuVspNLS5OTE8FcqqVkvPzSlLzSoBspbTMouISpVodECsvszgjvig1sTg/DyRVXJJfoFQbWwsAoODRBUkAAAA=");
    assert!(gzip != text && told(&gzip) == TWO);
    let torn = gzip.replace("H4sI", "H4sI////");
    assert!(wrong(&torn).starts_with("r:10: the body can't be unpacked"), "{}", wrong(&torn));
}

#[test]
fn what_is_one_document_is_played_and_never_appended_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.json");
    let text = "[\n  {\"role\":\"user\",\"content\":\"one\"}\n]\n";
    std::fs::write(&path, text).unwrap();
    let error = super::Writer::resume(&path, super::Redact::default()).unwrap_err().to_string();
    assert!(error.ends_with("another program keeps it in a form of its own; `replay` and `eval` play it"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

proptest::proptest! {
    #[test]
    fn nothing_that_others_write_makes_it_fail(text in "(interactions:|\\{|\\}|\"messages\":|\\[|\\]|\"role\":\"user\"|,|\n|- request:|    body: |  response:|'|!!binary|\"request\":|\"choices\":){0,14}") {
        let _ = read("r", text.as_bytes());
    }
}
