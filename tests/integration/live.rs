//! The live backend against what servers really send.

use std::path::Path;
use std::time::{Duration, Instant};

use pipewright::chat::{Message, Role};
use pipewright::model::{Backend, BackendError, Finish, Interrupt, Live, LiveOptions, Reply, Request, Retry, Usage};
use pipewright::settings::Api;
use secrecy::SecretString;

use crate::server::{Act, End, Server, says, status, stream};

pub(crate) const CANARY: &str = "sk-canary-5e1f0c";

pub(crate) fn options(base: &str) -> LiveOptions {
    LiveOptions {
        base_url: Some(base.to_owned()),
        key: Some(SecretString::from(CANARY)),
        model: Some("test-model".into()),
        connect_timeout: Duration::from_secs(2),
        idle_timeout: Duration::from_secs(5),
        total_timeout: Duration::from_secs(10),
        retry: Retry { most: 2, first: Duration::from_millis(10), longest: Duration::from_secs(1) },
        ..LiveOptions::default()
    }
}

fn request() -> Request {
    let message = |role, text: &str| Message { role, text: text.into() };
    let messages = vec![
        message(Role::System, "rules"),
        message(Role::User, "prompt one"),
        message(Role::Assistant, "reply one"),
        message(Role::User, "prompt two"),
    ];
    Request { turn: 2, attempt: 0, messages, model: None }
}

/// Asks once; also checks that what was shown is what was kept, and that no key is in any word of it.
pub(crate) fn ask(live: &mut Live) -> Result<Reply, BackendError> {
    let mut shown = String::new();
    let result = live.reply(&request(), &mut |delta| shown.push_str(delta));
    let kept = match &result {
        Ok(reply) => reply.text.as_str(),
        Err(error) => error.text().unwrap_or_default(),
    };
    assert_eq!(shown, kept);
    if let Err(error) = &result {
        for words in [error.to_string(), format!("{error:?}"), format!("{live:?}")] {
            assert!(!words.contains(CANARY), "a key in {words}");
            assert!(!words.contains('\u{1b}'), "a control character in {words}");
        }
    }
    result
}

fn against(acts: impl IntoIterator<Item = Act>) -> (Server, Result<Reply, BackendError>, u64) {
    let server = Server::with(acts);
    let mut live = Live::new(options(&server.base())).unwrap();
    let result = ask(&mut live);
    (server, result, live.retries())
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new("tests/fixtures/server").join(name)).unwrap()
}

#[test]
fn replies_of_many_servers_read_the_same() {
    let stop = || Finish::Stop;
    let counted = Some(Usage { prompt: 12, completion: 3 });
    let cases = [
        ("openai.sse", stop(), counted),
        ("crlf.sse", stop(), counted),
        ("byte-order-mark.sse", stop(), None),
        ("no-done.sse", stop(), None),
        ("comments.sse", stop(), None),
        ("multi-line-data.sse", stop(), None),
        ("no-blank-lines.sse", stop(), None),
        ("empty-choices.sse", stop(), None),
        ("content-parts.sse", stop(), None),
        ("reasoning-field.sse", stop(), None),
        ("think-tags.sse", stop(), None),
        ("plain-json.sse", stop(), counted),
        ("finish-missing.sse", Finish::Unknown, None),
        ("finish-length.sse", Finish::Length, None),
    ];
    for (name, finish, usage) in cases {
        for piece in [1, 7, 4096] {
            let (_, reply, retries) = against([stream(fixture(name)).in_pieces(piece)]);
            let reply = reply.unwrap_or_else(|error| panic!("{name} in pieces of {piece}: {error}"));
            assert_eq!(reply.text, "Hello, wörld", "{name} in pieces of {piece}");
            assert_eq!((reply.finish, reply.usage, retries), (finish.clone(), usage, 0), "{name}");
        }
    }
}

#[test]
fn a_missing_or_wrong_content_type_is_no_matter() {
    for kind in ["", "text/plain", "application/json"] {
        let (_, reply, _) = against([stream(fixture("openai.sse")).header("Content-Type", kind)]);
        assert_eq!(reply.unwrap().text, "Hello, wörld", "{kind:?}");
    }
}

#[test]
fn what_is_sent_is_a_chat_completion_and_the_key_is_in_its_header_only() {
    let (server, reply, _) = against([says("fine")]);
    assert_eq!(reply.unwrap().text, "fine");
    let asked = server.asked().remove(0);
    assert_eq!(asked.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert_eq!(asked.header("content-type"), Some("application/json"));
    assert!(!asked.body.to_string().contains(CANARY));
    insta::assert_snapshot!(asked.body, @r#"{"messages":[{"role":"system","content":"rules"},{"role":"user","content":"prompt one"},{"role":"assistant","content":"reply one"},{"role":"user","content":"prompt two"}],"model":"test-model","stream":true,"stream_options":{"include_usage":true}}"#);
}

#[test]
fn a_server_without_a_key_gets_none() {
    let server = Server::with([says("fine")]);
    let mut live = Live::new(LiveOptions { key: None, ..options(&server.base()) }).unwrap();
    assert_eq!(ask(&mut live).unwrap().text, "fine");
    assert_eq!(server.asked()[0].header("authorization"), None);
}

#[test]
fn the_only_model_of_a_server_is_taken_and_several_are_named() {
    let server = Server::with([status(200, r#"{"data":[{"id":"bridge"}]}"#), says("fine")]);
    let mut live = Live::new(LiveOptions { model: None, ..options(&server.base()) }).unwrap();
    assert_eq!(ask(&mut live).unwrap().text, "fine");
    assert_eq!(live.name(), "bridge");
    assert_eq!(server.asked()[1].body["model"], "bridge");

    let server = Server::with([status(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#)]);
    let mut live = Live::new(LiveOptions { model: None, ..options(&server.base()) }).unwrap();
    insta::assert_snapshot!(ask(&mut live).unwrap_err(), @"the model's configuration can't be used: no model is chosen; set PIPEWRIGHT_MODEL to one of a, b");
}

#[test]
fn an_option_that_the_server_does_not_know_is_left_out_for_good() {
    let refusal =
        r#"{"error":{"message":"Unrecognized request argument: stream_options","type":"invalid_request_error"}}"#;
    let server = Server::with([status(400, refusal), says("one"), says("two")]);
    let mut live = Live::new(options(&server.base())).unwrap();
    assert_eq!(ask(&mut live).unwrap().text, "one");
    assert_eq!(ask(&mut live).unwrap().text, "two");
    let with: Vec<bool> = server.asked().iter().map(|asked| asked.body.get("stream_options").is_some()).collect();
    assert_eq!((with, live.retries()), (vec![true, false, false], 0));
}

#[test]
fn a_server_that_does_not_stream_is_asked_without() {
    let refusal = status(400, r#"{"error":{"message":"streaming is not supported"}}"#);
    let (server, reply, _) = against([refusal, stream(fixture("plain-json.sse"))]);
    assert_eq!(reply.unwrap().text, "Hello, wörld");
    assert_eq!(server.asked()[1].body["stream"], false);
}

#[test]
fn refusals_are_one_clear_line() {
    let said = format!(r#"{{"error":{{"message":"no good \u001b[2J: {CANARY}","type":"t"}}}}"#);
    let line = |code: u16| {
        let (server, result, _) = against(vec![status(code, &said); 3]);
        let host = server.base().replace("http://", "").replace("/v1", "");
        (result.unwrap_err().to_string().replace(&host, "HOST"), server.asked().len())
    };
    let lines: Vec<String> = [401, 403, 404, 408, 413, 429, 500, 503]
        .into_iter()
        .map(|code| {
            let (line, asked) = line(code);
            format!("{asked} x {line}")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    1 x HOST refuses the key (401: no good [2J: ***): check OPENAI_API_KEY and whether it belongs to this server
    1 x HOST refuses the key (403: no good [2J: ***): check OPENAI_API_KEY and whether it belongs to this server
    1 x HOST knows no model `test-model` at this address (404: no good [2J: ***): check the model's name and the base URL, which often ends in /v1
    3 x HOST has trouble of its own (408: no good [2J: ***): retry later
    1 x HOST refuses the request (413: no good [2J: ***)
    3 x HOST takes no more requests now (429: no good [2J: ***): retry later
    3 x HOST has trouble of its own (500: no good [2J: ***): retry later
    3 x HOST has trouble of its own (503: no good [2J: ***): retry later
    "#);
}

#[test]
fn retry_after_is_honoured_and_a_long_one_is_left_to_the_user() {
    let limit = |after: &str| status(429, "{}").header("Retry-After", after);
    let began = Instant::now();
    let (server, reply, retries) = against([limit("0.3"), status(503, ""), says("fine")]);
    assert_eq!((reply.unwrap().text.as_str(), retries, server.asked().len()), ("fine", 2, 3));
    assert!(began.elapsed() >= Duration::from_millis(300));

    let (server, reply, retries) = against([limit("3600"), says("never")]);
    assert!(matches!(reply, Err(BackendError::RateLimited { after: Some(after), .. }) if after.as_secs() == 3600));
    assert_eq!((retries, server.asked().len()), (0, 1));
}

#[test]
fn retries_are_told() {
    let server = Server::with([status(503, "busy"), says("fine")]);
    let mut live = Live::new(options(&server.base())).unwrap();
    let heard = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
    let ears = heard.clone();
    live.on_notice(move |line| ears.borrow_mut().push(line.to_owned()));
    ask(&mut live).unwrap();
    let heard = heard.borrow();
    assert!(
        heard.len() == 1 && heard[0].contains("trouble of its own (503: busy)") && heard[0].contains("again in"),
        "{heard:?}"
    );
}

#[test]
fn a_reply_that_stops_in_the_middle_keeps_what_came_and_is_not_sent_twice() {
    let half = b"data: {\"choices\":[{\"delta\":{\"content\":\"Hello, \"}}]}\n\n".to_vec();
    let cases = [
        stream(half.clone()).then(End::Cut),
        stream(half.clone()).announcing(5000),
        stream(fixture("error-midway.sse")),
        stream(fixture("garbage-chunk.sse")),
    ];
    for act in cases {
        let (server, result, _) = against([act, says("never")]);
        let Err(BackendError::Broken { text, why }) = result else { panic!("{result:?}") };
        assert_eq!((text.as_str(), server.asked().len()), ("Hello, ", 1), "{why}");
        assert!(!why.is_empty());
    }
}

#[test]
fn a_connection_that_was_kept_and_is_closed_is_opened_anew_at_once() {
    let closed = || says("never").then(End::Closed);
    let server = Server::with([says("one"), closed(), says("two"), closed(), closed()]);
    let retry = Retry { most: 0, ..Retry::default() };
    let mut live = Live::new(LiveOptions { retry: retry.clone(), ..options(&server.base()) }).unwrap();
    assert_eq!(ask(&mut live).unwrap().text, "one");
    assert_eq!(ask(&mut live).unwrap().text, "two");
    assert_eq!((server.asked().len(), live.retries()), (3, 0));
    // Twice is no chance.
    assert!(matches!(ask(&mut live), Err(BackendError::Unreachable { .. })));
    assert_eq!(server.asked().len(), 5);

    // A first connection was not kept: the server hangs up on us.
    let server = Server::with([closed(), says("never")]);
    let mut live = Live::new(LiveOptions { retry, ..options(&server.base()) }).unwrap();
    assert!(matches!(ask(&mut live), Err(BackendError::Unreachable { .. })));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_cut_before_the_first_word_is_tried_again() {
    let (server, reply, retries) =
        against([stream("").then(End::Cut), stream(": wait\n\n").then(End::Cut), says("fine")]);
    assert_eq!((reply.unwrap().text.as_str(), retries, server.asked().len()), ("fine", 2, 3));
}

#[test]
fn an_end_that_breaks_after_all_was_said_is_no_matter() {
    let (_, reply, _) = against([stream(fixture("no-done.sse")).then(End::Cut)]);
    assert_eq!(reply.unwrap().text, "Hello, wörld");
    let (_, reply, _) = against([stream(fixture("plain-json.sse")).announcing(9999)]);
    assert_eq!(reply.unwrap().text, "Hello, wörld");
    // Nothing after the end, and no goodbye: not waited for.
    let began = Instant::now();
    let (_, reply, _) = against([stream(fixture("no-done.sse")).then(End::Stall)]);
    assert_eq!(reply.unwrap().text, "Hello, wörld");
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[test]
fn stalls_end_by_the_clock() {
    let patience = |base: &str| LiveOptions {
        idle_timeout: Duration::from_millis(150),
        retry: Retry { most: 0, ..Retry::default() },
        ..options(base)
    };
    let server = Server::with([
        stream("").then(End::Stall),
        stream(fixture("error-midway.sse")[..54].to_vec()).then(End::Stall),
    ]);
    let mut live = Live::new(patience(&server.base())).unwrap();
    assert!(
        matches!(ask(&mut live), Err(BackendError::Unreachable { why, .. }) if why.contains("nothing came for 0.15 s"))
    );
    assert!(matches!(ask(&mut live), Err(BackendError::Broken { text, .. }) if text == "Hello, "));

    // Comments keep an idle clock from running out, but not the clock of the whole reply.
    let slow = stream(": busy\n\n".repeat(100)).in_pieces(8).slowly(Duration::from_millis(50));
    let server = Server::with([slow]);
    let mut live =
        Live::new(LiveOptions { total_timeout: Duration::from_millis(600), ..patience(&server.base()) }).unwrap();
    assert!(matches!(ask(&mut live), Err(BackendError::Timeout { what: "the whole reply", .. })));
}

#[test]
fn an_interrupt_ends_a_stalled_reply_at_once_and_hangs_up() {
    for body in [String::new(), "data: {\"choices\":[{\"delta\":{\"content\":\"Hello, \"}}]}\n\n".to_owned()] {
        let server = Server::with([stream(body.clone()).then(End::Stall), says("fine")]);
        let interrupt = Interrupt::new();
        let mut live = Live::new(LiveOptions { interrupt: interrupt.clone(), ..options(&server.base()) }).unwrap();
        let hand = interrupt.clone();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            hand.raise();
            Instant::now()
        });
        let result = ask(&mut live);
        let lag = thread.join().unwrap().elapsed();
        let text = if body.is_empty() { "" } else { "Hello, " };
        assert_eq!(result, Err(BackendError::Interrupted { text: text.into() }));
        assert!(lag < Duration::from_millis(100), "{lag:?}");
        assert_eq!(server.left(), 1, "the server was not told");
        interrupt.clear();
        assert_eq!(ask(&mut live).unwrap().text, "fine");
    }
}

#[test]
fn an_interrupt_ends_the_wait_before_a_retry() {
    let server = Server::with([status(503, "")]);
    let interrupt = Interrupt::new();
    let retry = Retry { most: 3, first: Duration::from_secs(30), longest: Duration::from_secs(30) };
    let set = LiveOptions {
        interrupt: interrupt.clone(),
        retry,
        total_timeout: Duration::from_secs(100),
        ..options(&server.base())
    };
    let mut live = Live::new(set).unwrap();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        interrupt.raise();
    });
    let began = Instant::now();
    assert!(ask(&mut live).unwrap_err().interrupted());
    assert!(began.elapsed() < Duration::from_secs(3));
}

#[test]
fn the_key_goes_to_its_own_server_only() {
    let other = Server::with([says("stolen")]);
    for code in [301, 302, 307, 308] {
        let target = format!("{}/chat/completions?x=1", other.base());
        let (_, result, _) = against([status(code, "").header("Location", &target)]);
        let error = result.unwrap_err();
        assert!(matches!(&error, BackendError::Redirected { target, .. } if target.contains(&other.base())), "{error}");
    }
    assert!(other.asked().is_empty());

    // A redirect within the server is followed, key and all.
    let (server, reply, _) = against([status(307, "").header("Location", "/v2/chat/completions"), says("fine")]);
    assert_eq!(reply.unwrap().text, "fine");
    let asked = server.asked();
    assert_eq!(asked[1].line, "POST /v2/chat/completions HTTP/1.1");
    assert!(asked[1].header("authorization").is_some());
}

#[test]
fn a_proxy_that_is_named_is_used() {
    let proxy = Server::with([says("through")]);
    let at = proxy.base().replace("/v1", "");
    let mut live = Live::new(LiveOptions { proxy: Some(at), ..options("http://model.invalid/v1") }).unwrap();
    assert_eq!(ask(&mut live).unwrap().text, "through");
    assert_eq!(proxy.asked()[0].line, "POST http://model.invalid/v1/chat/completions HTTP/1.1");
}

#[test]
fn a_private_certificate_is_trusted_once_its_authority_is_named() {
    let tls = Path::new("tests/fixtures/server/tls");
    let server = Server::with([says("encrypted")]);
    let base = format!("https://localhost:{}/v1", server.behind_tls(tls));
    let retry = Retry { most: 0, ..Retry::default() };
    let mut live = Live::new(LiveOptions { retry: retry.clone(), ..options(&base) }).unwrap();
    let error = ask(&mut live).unwrap_err().to_string();
    assert!(error.contains("certificate"), "{error}");
    assert!(server.asked().is_empty());

    let mut live = Live::new(LiveOptions { ca_file: Some(tls.join("ca.pem")), retry, ..options(&base) }).unwrap();
    assert_eq!(ask(&mut live).unwrap().text, "encrypted");

    for bad in ["tests/fixtures/server/no-such.pem", "tests/fixtures/server/README.md"] {
        let mut live = Live::new(LiveOptions { ca_file: Some(bad.into()), ..options(&base) }).unwrap();
        assert!(matches!(ask(&mut live), Err(BackendError::Configuration { why }) if why.contains(bad)));
    }
}

#[test]
fn rubbish_is_told_as_such() {
    let cases = [
        stream("<!doctype html><title>Welcome</title>").header("Content-Type", "text/html"),
        status(200, "{\"hello\": 1}"),
        status(200, ""),
        stream("data: [DONE]\n\n"),
        stream("nonsense\n\n"),
        stream("data: nonsense\n\n"),
        stream(fixture("only-reasoning.sse")),
        stream(fixture("error-first.sse")),
    ];
    let lines: Vec<String> = cases
        .into_iter()
        .map(|act| {
            let (server, result, _) = against(vec![act; 3]);
            let host = server.base().replace("http://", "").replace("/v1", "");
            result.unwrap_err().to_string().replace(&host, "HOST")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    HOST sent no reply: an HTML page; check that the base URL is that of an OpenAI-compatible API
    HOST sent no reply: an answer with no choices in it; check that the base URL is that of an OpenAI-compatible API
    HOST sent no reply: an answer with no choices in it; check that the base URL is that of an OpenAI-compatible API
    HOST sent no reply: an answer with no choices in it; check that the base URL is that of an OpenAI-compatible API
    HOST sent no reply: an answer with no choices in it; check that the base URL is that of an OpenAI-compatible API
    HOST sent no reply: what came is no JSON: nonsense; check that the base URL is that of an OpenAI-compatible API
    HOST sent no reply: reasoning came and no answer after it; retry, or allow more tokens
    HOST has trouble of its own (502: Provider returned error): retry later
    "#);
}

#[test]
fn nobody_there_and_nothing_configured() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut live = Live::new(options(&format!("http://127.0.0.1:{port}/v1"))).unwrap();
    let error = ask(&mut live).unwrap_err();
    assert!(matches!(&error, BackendError::Unreachable { why, .. } if why.contains("refused")), "{error}");
    assert_eq!(live.retries(), 2);

    assert_eq!(Live::new(LiveOptions::default()).unwrap_err(), BackendError::NoModel);
    let bad = LiveOptions { key: Some(SecretString::from(format!("{CANARY}\nx"))), ..LiveOptions::default() };
    let error = Live::new(bad).unwrap_err().to_string();
    assert!(error.contains("no header can carry") && !error.contains(CANARY), "{error}");
}

#[test]
fn the_doctor_tells_what_a_server_can_do() {
    let say = |server: Server| {
        let host = server.base().replace("http://", "").replace("/v1", "");
        let line = |probe: pipewright::model::Probe| format!("{} {}: {}", probe.fine, probe.what, probe.says);
        let text =
            pipewright::model::doctor(options(&server.base())).into_iter().map(line).collect::<Vec<_>>().join("\n");
        assert!(!text.contains(CANARY));
        // Times and pieces differ from run to run.
        let mut before = String::new();
        let scrub = |word: &str| {
            let number = matches!(before.as_str(), "in" | "after") && word.parse::<u64>().is_ok();
            before = word.to_owned();
            if number { "N".to_owned() } else { word.to_owned() }
        };
        text.replace(&host, "HOST").split(' ').map(scrub).collect::<Vec<_>>().join(" ")
    };
    let fine = Server::with([
        status(200, r#"{"data":[{"id":"a"},{"id":"b"}]}"#),
        stream(fixture("openai.sse")).in_pieces(64),
        says("Heron."),
        stream("data: {\"choices\":[{\"delta\":{\"content\":\"one two\"},\"finish_reason\":\"length\"}]}\n\n"),
    ]);
    let odd = r#"{"error":{"message":"stream_options is not supported"}}"#;
    let plain = stream(fixture("plain-json.sse"));
    let plain = Server::with([status(404, "{}"), status(400, odd), plain.clone(), plain.clone(), plain.clone()]);
    let strict = r#"{"error":{"message":"role system is not allowed"}}"#;
    let strict = Server::with([status(404, "{}"), says("one"), status(400, strict), status(500, "{}")]);
    let closed = Server::with([status(401, "{}")]);
    insta::assert_snapshot!([say(fine), say(plain), say(strict), say(closed)].join("\n\n"), @"
    true configuration: HOST with a key
    true models: a, b
    true reply: test-model answers; the whole reply came in N ms
    true stream: in N pieces, the first after N ms
    true tokens: counted: 12 sent, 3 received
    true end: stop
    true system role: taken and followed
    true limit: kept, and the reply says that it was cut off
    true quirks: none

    true configuration: HOST with a key
    true models: not listed, which is no hindrance where a model is named
    true reply: test-model answers; the whole reply came in N ms
    true stream: in one piece: the server does not stream
    true tokens: counted: 12 sent, 3 received
    true end: stop
    true system role: taken, but not followed: repairs may need more rounds
    true limit: can't tell: the reply does not say that it was cut off
    true quirks: refuses `stream_options`, so it is asked without

    true configuration: HOST with a key
    true models: not listed, which is no hindrance where a model is named
    true reply: test-model answers; the whole reply came in N ms
    true stream: in one piece: the server does not stream
    true tokens: not counted: caps on tokens go by an estimate
    true end: stop
    false system role: HOST refuses the request (400: role system is not allowed)
    true limit: no reply under a limit of 4 tokens: HOST has trouble of its own (500): retry later
    true quirks: none

    true configuration: HOST with a key
    false models: HOST refuses the key (401): check OPENAI_API_KEY and whether it belongs to this server
    ");
}

#[test]
fn a_megabyte_of_reply_arrives_whole() {
    let word = "0123456789abcde ";
    let server = Server::with([says(&word.repeat(1 << 16))]);
    // What is told here is wholeness; a busy machine may take its time.
    let patient = LiveOptions { total_timeout: Duration::from_secs(120), ..options(&server.base()) };
    let reply = ask(&mut Live::new(patient).unwrap()).unwrap();
    assert_eq!(reply.text.len(), 1 << 20);
}

/// Run by `tests/servers/try.sh`.
#[test]
#[ignore = "needs a server: tests/servers/try.sh starts one"]
fn a_server_that_others_wrote() {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let url = variable("PIPEWRIGHT_TRY_URL").expect("PIPEWRIGHT_TRY_URL");
    let key = variable("PIPEWRIGHT_TRY_KEY");
    let set = LiveOptions {
        key: key.clone().map(SecretString::from),
        model: variable("PIPEWRIGHT_TRY_MODEL"),
        total_timeout: Duration::from_secs(120),
        ..options(&url)
    };
    let probes = pipewright::model::doctor(set.clone());
    for probe in &probes {
        println!("{:14} {}", probe.what, probe.says);
    }
    assert!(probes.iter().all(|probe| probe.fine) && probes.last().is_some_and(|last| last.what == "quirks"));

    let once = Retry { most: 0, ..Retry::default() };
    for api in [Api::Chat, Api::Responses] {
        let mut live = Live::new(LiveOptions { api, retry: once.clone(), ..set.clone() }).unwrap();
        let first = match ask(&mut live) {
            // Not every server has it, and LiteLLM has it with no mock.
            Err(error @ (BackendError::NotFound { .. } | BackendError::Server { .. })) if api == Api::Responses => {
                println!("responses      {error}");
                continue;
            }
            first => first.unwrap(),
        };
        println!("{:14} {first:?}", api.word());
        // Whatever becomes of the connection between them, prompt after prompt is answered.
        assert!((0..20).all(|_| ask(&mut live).is_ok_and(|reply| !reply.text.is_empty())));
    }

    let mut live = Live::new(LiveOptions { model: Some("no-such-model".into()), ..set.clone() }).unwrap();
    println!(
        "{}",
        ask(&mut live).map_or_else(|error| error.to_string(), |reply| format!("answers all the same: {reply:?}"))
    );
    if key.is_some() {
        let mut live = Live::new(LiveOptions { key: Some(SecretString::from(CANARY)), ..set }).unwrap();
        let error = ask(&mut live).unwrap_err();
        println!("{error}");
        // LiteLLM without a database answers 400 to a foreign key.
        assert!(matches!(error, BackendError::Unauthorized { .. } | BackendError::Refused { .. }), "{error}");
    }
}
