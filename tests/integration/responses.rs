//! The Responses API: what is asked, and what is read of events, whole responses and faults.

use insta::assert_snapshot;
use pipewright::model::{BackendError, Finish, Live, LiveOptions, Reply, Usage, doctor};
use pipewright::settings::Api;
use serde_json::json;

use crate::live::{CANARY, ask, options};
use crate::server::{Act, End, Server, says, status, stream};
use crate::support::pipewright;

fn responses(server: &Server) -> LiveOptions {
    LiveOptions { api: Api::Responses, ..options(&server.base()) }
}

/// A stream of events as OpenAI writes them: each has its name beside the data too, and there is no `[DONE]`.
fn events(all: &[serde_json::Value]) -> Act {
    let line = |event: &serde_json::Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    stream(all.iter().map(line).collect::<String>())
}

fn delta(text: &str) -> serde_json::Value {
    json!({"type": "response.output_text.delta", "output_index": 1, "content_index": 0, "delta": text, "logprobs": []})
}

/// An event with a response of `Hello, wörld` in it.
fn end(event: &str, more: &[(&str, serde_json::Value)]) -> serde_json::Value {
    let mut response = json!({
        "object": "response", "status": event, "error": null, "incomplete_details": null,
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello, wörld"}]},
        ],
        "usage": {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15},
    });
    for (key, value) in more {
        response[key] = value.clone();
    }
    json!({"type": format!("response.{event}"), "response": response})
}

fn start() -> Vec<serde_json::Value> {
    let response = json!({"object": "response", "status": "in_progress", "error": null, "output": [], "usage": null});
    vec![
        json!({"type": "response.created", "response": response}),
        json!({"type": "response.output_item.added", "item": {"type": "reasoning", "summary": []}}),
        json!({"type": "response.reasoning_summary_text.delta", "delta": "Let me think."}),
        json!({"type": "response.output_item.added", "item": {"type": "message", "content": []}}),
    ]
}

fn with(more: &[serde_json::Value]) -> Act {
    events(&[start(), more.to_vec()].concat())
}

fn against(acts: Vec<Act>) -> (Server, Result<Reply, BackendError>, u64) {
    let server = Server::with(acts);
    let mut live = Live::new(responses(&server)).unwrap();
    let result = ask(&mut live);
    (server, result, live.retries())
}

#[test]
fn what_is_sent_is_a_response_request_that_leaves_nothing_with_the_server() {
    let server = Server::with([with(&[delta("fine"), end("completed", &[])])]);
    let options = LiveOptions { max_tokens: Some(900), temperature: Some(0.5), ..responses(&server) };
    assert_eq!(ask(&mut Live::new(options).unwrap()).unwrap().text, "fine");
    let asked = server.asked().remove(0);
    assert_eq!(asked.line, "POST /v1/responses HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert!(!asked.body.to_string().contains(CANARY));
    assert_snapshot!(asked.body, @r#"{"input":[{"type":"message","role":"user","content":"prompt one"},{"type":"message","role":"assistant","content":"reply one"},{"type":"message","role":"user","content":"prompt two"}],"instructions":"rules","max_output_tokens":900,"model":"test-model","store":false,"stream":true,"temperature":0.5}"#);
}

#[test]
fn replies_read_the_same_in_any_split_and_shape() {
    let counted = Some(Usage { prompt: 12, completion: 3 });
    let hello = [delta("Hello, "), delta("wörld")];
    let length = end("incomplete", &[("incomplete_details", json!({"reason": "max_output_tokens"}))]);
    let filter = end("incomplete", &[("incomplete_details", json!({"reason": "content_filter"}))]);
    let whole = end("completed", &[])["response"].clone();
    let cases = [
        ("streamed", with(&[&hello[..], &[end("completed", &[])]].concat()), Finish::Stop, counted),
        ("cut off by the limit", with(&[&hello[..], &[length]].concat()), Finish::Length, counted),
        (
            "cut off by a filter",
            with(&[&hello[..], &[filter]].concat()),
            Finish::Other("content_filter".into()),
            counted,
        ),
        ("with no end", with(&hello), Finish::Unknown, None),
        ("only the end", events(&[end("completed", &[])]), Finish::Stop, counted),
        ("plain JSON", stream(whole.to_string()).header("Content-Type", "application/json"), Finish::Stop, counted),
        ("a chat completion", says("Hello, wörld"), Finish::Stop, None),
    ];
    for (name, act, finish, usage) in cases {
        for piece in [1, 7, 4096] {
            let (_, reply, retries) = against(vec![act.clone().in_pieces(piece)]);
            let reply = reply.unwrap_or_else(|error| panic!("{name} in pieces of {piece}: {error}"));
            assert_eq!(reply.text, "Hello, wörld", "{name} in pieces of {piece}");
            assert_eq!((reply.finish, reply.usage, retries), (finish.clone(), usage, 0), "{name}");
        }
    }
}

#[test]
fn comments_between_the_events_are_read_over_and_a_hang_after_the_end_is_no_matter() {
    let text = format!(": ping\n\ndata: {}\n\n: ping\n\ndata: {}\n\n", delta("fine"), end("completed", &[]));
    let (_, reply, _) = against(vec![stream(text).then(End::Stall)]);
    let reply = reply.unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("fine", Finish::Stop));
}

#[test]
fn failures_are_one_clear_line_and_only_what_may_pass_is_sent_again() {
    let failed = |code: &str| {
        end("failed", &[("error", json!({"code": code, "message": "it\u{1b}[31m went wrong"})), ("output", json!([]))])
    };
    let error = |code: &str| json!({"type": "error", "code": code, "message": "no", "param": null});
    let thought = end(
        "incomplete",
        &[
            ("incomplete_details", json!({"reason": "max_output_tokens"})),
            ("output", json!([{"type": "reasoning", "summary": []}])),
        ],
    );
    let cases = [
        with(&[failed("server_error")]),
        with(&[failed("rate_limit_exceeded")]),
        with(&[failed("invalid_prompt")]),
        events(&[error("server_error")]),
        events(&[error("insufficient_quota")]),
        with(&[thought]),
        status(404, r#"{"detail":"Not Found"}"#),
        status(200, r#"{"hello": 1}"#),
    ];
    let line = |act: Act| {
        let (server, result, retries) = against(vec![act; 3]);
        let host = server.base().replace("http://", "").replace("/v1", "");
        format!("{retries}: {}", result.unwrap_err().to_string().replace(&host, "HOST"))
    };
    assert_snapshot!(cases.map(line).join("\n"), @r"
    2: HOST has trouble of its own (500: it [31m went wrong): retry later
    2: HOST takes no more requests now (429: it [31m went wrong): retry later
    0: HOST refuses the request (400: it [31m went wrong)
    2: HOST has trouble of its own (500: no): retry later
    0: HOST refuses the request (429: no; the account has used up what it may spend: see its plan and billing)
    0: HOST sent no reply: reasoning came and no answer after it; retry, or allow more tokens
    0: HOST knows no model `test-model` at this address (404: Not Found): check the model's name, the base URL, and whether the server has the Responses API (`api: chat` asks for chat completions)
    0: HOST sent no reply: an answer with no choices in it; check that the base URL is that of an OpenAI-compatible API
    ");
}

#[test]
fn a_failure_in_the_middle_keeps_what_came_and_nothing_is_sent_twice() {
    let failed = end("failed", &[("error", json!({"code": "server_error", "message": "down"}))]);
    for act in [with(&[delta("half"), failed]), with(&[delta("half")]).then(End::Cut)] {
        let (server, result, _) = against(vec![act, says("again")]);
        assert!(matches!(result.unwrap_err(), BackendError::Broken { text, .. } if text == "half"));
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_server_that_does_not_stream_is_asked_without() {
    let refusal = status(400, r#"{"error":{"message":"streaming is not supported"}}"#);
    let whole = status(200, &end("completed", &[])["response"].to_string());
    let (server, reply, _) = against(vec![refusal, whole]);
    assert_eq!(reply.unwrap().text, "Hello, wörld");
    assert_eq!(server.asked()[1].body["stream"], false);
}

#[test]
fn azure_has_responses_beside_its_deployments() {
    let server = Server::with([with(&[delta("fine"), end("completed", &[])])]);
    let base_url = Some(server.base().replace("/v1", ""));
    let options = LiveOptions { azure: Some("2025-04-01-preview".into()), base_url, ..responses(&server) };
    assert_eq!(ask(&mut Live::new(options).unwrap()).unwrap().text, "fine");
    let asked = server.asked().remove(0);
    assert_eq!(asked.line, "POST /openai/responses?api-version=2025-04-01-preview HTTP/1.1");
    assert_eq!((asked.header("api-key"), asked.header("authorization")), (Some(CANARY), None));
    assert_eq!(asked.body["model"], "test-model");
}

#[test]
fn the_doctor_stays_within_what_the_api_allows() {
    let models = status(200, r#"{"data":[{"id":"test-model"}]}"#);
    let says = |text: &str| with(&[delta(text), end("completed", &[])]);
    let server = Server::with([models, says("one two"), says("heron"), says("one")]);
    let probes = doctor(responses(&server));
    assert!(probes.iter().all(|probe| probe.fine), "{probes:?}");
    assert_eq!(server.asked()[3].body["max_output_tokens"], 16);
}

#[test]
fn the_api_is_chosen_on_the_command_line_in_the_environment_and_in_a_persons_own_file() {
    let row = |own: &str, variable: &str, arguments: &[&str]| {
        let run = pipewright().user_config(own).env("PIPEWRIGHT_API", variable).args(["config"]);
        let out = run.args(arguments.iter().copied()).run().out;
        let line = out.lines().find(|line| line.starts_with("api")).unwrap().to_owned();
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(row("", "", &[]), "chat default");
    assert_eq!(row("api: responses\n", "", &[]), "responses [FOLDER]/home/pipewright/config.yaml:1");
    assert_eq!(row("api: chat\n", "responses", &[]), "responses environment: PIPEWRIGHT_API");
    assert_eq!(row("", "responses", &["--api", "chat"]), "chat command line: --api");

    let wrong = pipewright().env("PIPEWRIGHT_API", "rest").args(["config"]).run();
    assert_eq!((wrong.code, wrong.err.as_str()), (Some(2), "error: PIPEWRIGHT_API is not chat or responses\n"));

    let models = status(200, r#"{"data":[{"id":"small"}]}"#);
    let says = |text: &str| with(&[delta(text), end("completed", &[])]);
    let server = Server::with([models, says("one two"), says("heron"), says("one")]);
    let ended =
        pipewright().args(["doctor", "--api", "responses", "--model", "small", "--server", &server.base()]).run();
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(server.asked()[1..].iter().all(|asked| asked.line == "POST /v1/responses HTTP/1.1"));
}
