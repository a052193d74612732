//! Azure OpenAI: what is asked of it, and that keys stay with their owners.

use insta::assert_snapshot;
use pipewright::model::{BackendError, Finish, Live, LiveOptions, Usage, doctor};

use crate::live::{CANARY, ask, options};
use crate::server::{Act, Server, says, status, stream};
use crate::support::pipewright;

fn azure(server: &Server) -> LiveOptions {
    let endpoint = server.base().replace("/v1", "");
    LiveOptions { azure: Some("2024-10-21".into()), model: Some("my-deployment".into()), ..options(&endpoint) }
}

fn refused(act: Act) -> String {
    let server = Server::with([act]);
    let host = server.base().replace("http://", "").replace("/v1", "");
    ask(&mut Live::new(azure(&server)).unwrap()).unwrap_err().to_string().replace(&host, "HOST")
}

#[test]
fn a_deployment_is_asked_with_its_version_and_the_key_in_azures_header() {
    let server = Server::with([says("fine")]);
    assert_eq!(ask(&mut Live::new(azure(&server)).unwrap()).unwrap().text, "fine");
    let asked = server.asked().remove(0);
    let path = "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21";
    assert_eq!(asked.line, format!("POST {path} HTTP/1.1"));
    assert_eq!((asked.header("api-key"), asked.header("authorization")), (Some(CANARY), None));
    assert_eq!((&asked.body["model"], &asked.body["stream"]), (&"my-deployment".into(), &true.into()));
    assert!(!asked.body.to_string().contains(CANARY));
}

#[test]
fn what_azure_adds_to_a_stream_is_read_over() {
    let events = concat!(
        "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":",
        "[{\"prompt_index\":0,\"content_filter_results\":{\"hate\":{\"filtered\":false}}}]}\n\n",
        "data: {\"choices\":[{\"content_filter_results\":{},\"delta\":{\"content\":\"\",\"role\":\"assistant\"},",
        "\"finish_reason\":null,\"index\":0}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"half a\"},\"finish_reason\":null,\"index\":0}]}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\",\"index\":0}]}\n\n",
        "data: {\"choices\":[],\"usage\":{\"completion_tokens\":2,\"prompt_tokens\":7,\"total_tokens\":9}}\n\n",
        "data: [DONE]\n\n",
    );
    let server = Server::with([stream(events).in_pieces(5)]);
    let reply = ask(&mut Live::new(azure(&server)).unwrap()).unwrap();
    assert_eq!((reply.text.as_str(), reply.finish), ("half a", Finish::Other("content_filter".into())));
    assert_eq!(reply.usage, Some(Usage { prompt: 7, completion: 2 }));
}

#[test]
fn refusals_name_what_azure_calls_things() {
    let denied = r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key."}}"#;
    let missing = r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment does not exist."}}"#;
    let all = [refused(status(401, denied)), refused(status(404, missing))].join("\n");
    assert_snapshot!(all, @r"
    HOST refuses the key (401: Access denied due to invalid subscription key): check AZURE_OPENAI_API_KEY and whether it belongs to this server
    HOST knows no model `my-deployment` at this address (404: The API deployment does not exist): check the deployment's name, the endpoint and the API version
    ");
}

#[test]
fn the_key_follows_no_redirect_to_another_host() {
    let other = Server::with([says("stolen")]);
    for code in [302, 307, 308] {
        let target = format!("{}/chat/completions", other.base());
        let server = Server::with([status(code, "").header("Location", &target)]);
        let error = ask(&mut Live::new(azure(&server)).unwrap()).unwrap_err();
        assert!(matches!(error, BackendError::Redirected { .. }), "{error}");
    }
    assert!(other.asked().is_empty());
}

#[test]
fn without_key_deployment_or_a_name_of_one_nothing_is_sent() {
    let server = Server::with([]);
    let told = |options: LiveOptions| match Live::new(options) {
        Ok(mut live) => ask(&mut live).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    };
    let all = [
        LiveOptions { key: None, ..azure(&server) },
        LiveOptions { model: None, ..azure(&server) },
        LiveOptions { model: Some("../../files?x=".into()), ..azure(&server) },
        LiveOptions { base_url: None, ..azure(&server) },
    ];
    assert_snapshot!(all.map(told).join("\n"), @r"
    the model's configuration can't be used: there is no key for Azure OpenAI; set AZURE_OPENAI_API_KEY
    the model's configuration can't be used: no deployment of Azure OpenAI is named; set AZURE_OPENAI_DEPLOYMENT
    the model's configuration can't be used: `../../files?x=` names no deployment of Azure OpenAI: letters, digits, `-`, `_` and `.` do
    the model's configuration can't be used: no endpoint of Azure OpenAI is given; set AZURE_OPENAI_ENDPOINT
    ");
    assert!(server.asked().is_empty());
}

#[test]
fn the_doctor_says_what_it_does_not_ask_and_probes_the_rest() {
    let server = Server::with([says("one two three"), says("heron"), says("one")]);
    let probes = doctor(azure(&server));
    let says = |what: &str| probes.iter().find(|probe| probe.what == what).unwrap().says.clone();
    assert_eq!(says("models"), "not asked: Azure lists what could be deployed, not what is");
    assert!(says("reply").starts_with("my-deployment answers"), "{probes:?}");
    assert!(probes.iter().all(|probe| probe.fine), "{probes:?}");
    assert!(server.asked().iter().all(|asked| asked.line.starts_with("POST /openai/deployments/my-deployment/")));
}

#[test]
fn each_key_goes_to_its_owner_alone() {
    let keys = |run: crate::support::Run| {
        run.env("OPENAI_API_KEY", "sk-canary")
            .env("PIPEWRIGHT_API_KEY", "pw-canary")
            .env("AZURE_OPENAI_API_KEY", "az-canary")
    };
    let acts = || [says("one two three"), says("heron"), says("one")];
    let of_azure = Server::with(acts());
    let ended = keys(pipewright())
        .env("AZURE_OPENAI_ENDPOINT", &of_azure.base().replace("/v1", "/"))
        .env("AZURE_OPENAI_DEPLOYMENT", "dep")
        .env("OPENAI_API_VERSION", "2025-01-01-preview")
        .args(["doctor"])
        .run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    assert!(!ended.out.contains("canary"), "{}", ended.out);
    for asked in of_azure.asked() {
        let path = "/openai/deployments/dep/chat/completions?api-version=2025-01-01-preview";
        assert_eq!(asked.line, format!("POST {path} HTTP/1.1"));
        assert_eq!(asked.header("api-key"), Some("az-canary"));
        assert!(!format!("{asked:?}").contains("sk-canary") && !format!("{asked:?}").contains("pw-canary"));
    }
    assert_eq!(of_azure.asked().len(), 3);

    let other = Server::with(acts());
    let run = keys(pipewright()).env("AZURE_OPENAI_ENDPOINT", "https://azure.invalid");
    run.args(["doctor", "--server", &other.base(), "--model", "small"]).run();
    assert!(!other.asked().is_empty());
    assert!(other.asked().iter().all(|asked| !format!("{asked:?}").contains("az-canary")));

    let keyless = Server::with(acts());
    let run = pipewright().env("OPENAI_API_KEY", "sk-canary").env("AZURE_OPENAI_DEPLOYMENT", "dep");
    let ended = run.env("AZURE_OPENAI_ENDPOINT", &keyless.base()).args(["doctor"]).run();
    assert_eq!(ended.code, Some(3));
    assert!(ended.out.contains("set AZURE_OPENAI_API_KEY"), "{}", ended.out);
    assert!(keyless.asked().is_empty());
}

#[test]
fn a_repository_says_nothing_of_azure() {
    let file = "azure:\n  endpoint: https://evil.example\n";
    let ended = pipewright().file("pipewright.yaml", file).args(["config"]).run();
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("`azure` can't be set in a repository"), "{}", ended.err);
}
