//! `pipewright` and `pipewright chat` as a program, with prompts piped in.

use crate::server::{Server, says, status};
use crate::support::pipewright;

/// The good example of a rule's page, which is held to be accepted.
fn accepted() -> String {
    let page = include_str!("../../docs/rules/tag-prefix.md");
    let good = page.split("## Good").nth(1).and_then(|rest| rest.split("```yaml\n").nth(1)).expect("an example");
    good.split("```").next().expect("its end").to_owned()
}

#[test]
fn without_a_model_a_recording_is_played_and_nothing_is_written() {
    let ended = pipewright().say("\n/accept\n").run();
    assert!(ended.out.contains("No model is configured") && ended.out.contains("OPENAI_API_KEY"), "{}", ended.out);
    assert!(ended.out.contains("A good baseline"), "the recording's first reply: {}", ended.out);
    assert!(!ended.exists("bitbucket-pipelines.yml"));
}

#[test]
fn the_recording_plays_to_its_end_whatever_the_checker_says_in_other_words_today() {
    let ended = pipewright().say(&"\n".repeat(9)).run();
    let out = &ended.out;
    assert!(out.contains("plays a recording (flask-gke-") && !out.contains("evals/"), "{out}");
    assert!(out.contains("accepted after one repair") || out.contains("revision 2 stands"), "{out}");
    assert!(out.ends_with("the recording is at its end\n"), "{out}");
    assert!(!out.contains("stale") && !out.contains("record anew") && !out.contains("[-"), "{out}");
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let ended = pipewright().say("\n\n\n\n/repair\n").run();
    assert!(!ended.out.contains("record anew"), "{}", ended.out);
}

#[test]
fn a_reply_becomes_a_checked_revision_and_an_accepted_one_a_file() {
    let yaml = accepted();
    let server = Server::with([says(&format!("Here it is:\n\n```yaml\n{yaml}```\n"))]);
    let run = pipewright().env("OPENAI_API_KEY", "sk-canary-123456").args(["chat", "--server", &server.base()]);
    let ended =
        run.args(["--model", "small"]).say("make me a pipeline, my key is sk-canary-123456\n/send\n/accept\n").run();
    // The prompt that was held back counts as something that could not be done.
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{}", ended.out);
    assert!(!ended.out.contains("sk-canary"), "a key is shown: {}", ended.out);
    assert!(ended.out.contains("revision 1: accepted"), "{}", ended.out);
    assert_eq!(ended.read("bitbucket-pipelines.yml"), yaml);
    assert!(!ended.sessions().contains("sk-canary"), "a key stands in a session");
    assert!(ended.sessions().contains("\"type\":\"accepted\""), "{}", ended.sessions());
}

#[test]
fn a_key_of_another_server_is_masked_and_held_back_too() {
    let server = Server::with([says("Your key az-canary-123456 is fine.")]);
    let run = pipewright().env("OPENAI_API_KEY", "sk-canary-123456").env("AZURE_OPENAI_API_KEY", "az-canary-123456");
    let run = run.args(["chat", "--server", &server.base(), "--model", "small"]);
    let ended = run.say("is az-canary-123456 right?\n/send\n").run();
    assert!(ended.out.contains("a key of your environment stands in this prompt"), "{}", ended.out);
    assert!(ended.out.contains("Your key **************** is fine."), "{}", ended.out);
    assert!(!ended.out.contains("canary") && !ended.sessions().contains("az-canary"), "{}", ended.out);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn no_command_shows_a_key_and_a_word_that_stands_for_none_is_shown() {
    let script = "name: sk-canary-123456\nturns:\n  - id: a\n    prompt: is sk-canary-123456 right?\n";
    let file = "image: sk-canary-123456:1\npipelines: {default: [{step: {script: [make], name: sk-canary-123456}}, sk-canary-123456]}\n";
    let of = |key: &str, arguments: &[&'static str]| {
        let run = pipewright().file("s.yaml", script).file("bitbucket-pipelines.yml", file).env("OPENAI_API_KEY", key);
        run.env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1").args(arguments.iter().copied()).run()
    };
    for arguments in [
        &["replay", "s.yaml", "--live", "--model", "sk-canary-123456"][..],
        &["check"],
        &["plan", "--all"],
        &["diff", "s.yaml", "bitbucket-pipelines.yml"],
        &["check", "sk-canary-123456.yml"],
        &["sk-canary-123456"],
    ] {
        let shown = of("sk-canary-123456", arguments).block();
        assert!(shown.contains("****************") && !shown.contains("canary"), "{arguments:?}: {shown}");
        assert!(of("sk-no-key-required", arguments).block().contains("canary"), "{arguments:?}");
    }
    assert!(of("ollama", &["rules", "ollama"]).err.contains("`ollama`"));
}

#[test]
fn a_server_that_is_not_there_costs_no_prompt() {
    let run = pipewright().env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1").env("PIPEWRIGHT_MODEL", "small");
    let ended = run.say("hello there\n").run();
    assert_eq!(ended.code, Some(3), "{}", ended.out);
    assert!(ended.out.contains("can't be reached") && ended.out.contains("/retry"), "{}", ended.out);
    assert!(ended.sessions().contains("hello there"), "{}", ended.sessions());
    let none = pipewright().env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1").args(["chat", "--no-session"]);
    assert_eq!(none.say("hello there\n").run().sessions(), "");
}

#[test]
fn a_repository_does_not_say_where_prompts_go() {
    let server = Server::with([]);
    let settings = format!("server: {}\n", server.base());
    let ended = pipewright().file("pipewright.yaml", settings).env("OPENAI_API_KEY", "sk-canary").say("hi\n").run();
    assert_eq!(ended.code, Some(2), "{}", ended.out);
    assert!(ended.err.contains("`server` can't be set in a repository"), "{}", ended.err);
    assert!(server.asked().is_empty());
}

#[test]
fn a_session_that_is_resumed_is_about_the_file_that_it_began_with() {
    let yaml = accepted();
    let server = Server::with([says(&format!("Here it is:\n\n```yaml\n{yaml}```\n"))]);
    let run = pipewright().file("ci/keep", "").args(["chat", "--file", "ci/p.yml", "--model", "small", "--server"]);
    let ended = run.args([server.base().as_str()]).say("write it\n").run();
    assert_eq!(ended.code, Some(0), "{}", ended.block());
    let session = ended.sessions();
    // A session from before folders were kept.
    let (head, rest) = session.split_once(",\"folder\":\"").expect("the folder is kept");
    let session = format!("{head}{}", rest.split_once('"').expect("its end").1);
    let again = |session: &str, file: &[&'static str]| {
        let run = pipewright().file("ci/keep", "").file("s.jsonl", session).args(["chat", "--resume", "./s.jsonl"]);
        run.args(file.iter().copied()).say("/accept\n").run()
    };
    let resumed = again(&session, &[]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.block());
    assert!(resumed.read("ci/p.yml") == yaml && !resumed.exists("bitbucket-pipelines.yml"), "{}", resumed.block());
    let named = again(&session, &["--file", "other.yml"]);
    assert!(named.read("other.yml") == yaml && !named.exists("ci/p.yml"), "{}", named.block());
    // Nobody else's session says where outside the folder something is written.
    for path in ["../p.yml", "/tmp/p.yml"] {
        let outside = again(&session.replace("\"ci/p.yml\"", &format!("\"{path}\"")), &[]);
        assert_eq!(outside.code, Some(2), "{}", outside.block());
        assert!(outside.err.contains("--file"), "{}", outside.err);
    }
}

#[test]
fn a_block_that_was_never_closed_is_no_file_and_one_of_another_ci_is_named() {
    let yaml = accepted();
    let (start, _) = yaml.rsplit_once("    - step:").unwrap_or((&yaml, ""));
    let foreign = "Here:\n\n```yaml\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n```\n";
    let server = Server::with([says(&format!("Pinned:\n\n```yaml\n{start}")), says(foreign)]);
    let run = pipewright().args(["chat", "--repairs", "0", "--model", "small", "--server", server.base().as_str()]);
    let ended = run.say("pin it\n/accept\nand on GitHub?\n").run();
    assert!(ended.out.contains("no revision") && ended.out.contains("never closed"), "{}", ended.out);
    let other = "no revision: the reply holds a file of GitHub Actions at line 3, no YAML of a pipeline file\n";
    assert!(ended.out.contains(other), "{}", ended.out);
    assert!(!ended.exists("bitbucket-pipelines.yml"));
}

#[test]
fn below_the_top_of_a_repository_the_file_that_counts_is_named() {
    let top = || pipewright().file(".git/HEAD", "ref: x\n").file("bitbucket-pipelines.yml", accepted());
    let ended = top().args(["check"]).at("src/deep").run();
    let named = "the one at the top of the repository is ../../bitbucket-pipelines.yml: name it";
    assert!(ended.code == Some(3) && ended.err.contains(named), "{}", ended.block());
    let run = top().env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1").env("PIPEWRIGHT_MODEL", "small");
    let ended = run.args(["chat"]).at("src/deep").say("/quit\n").run();
    assert!(
        ended.out.contains("Bitbucket reads the file there alone: `--file ../../bitbucket-pipelines.yml`"),
        "{}",
        ended.out
    );
    let run = pipewright().env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1").env("PIPEWRIGHT_MODEL", "small");
    let ended = run.args(["chat"]).say("/quit\n").run();
    assert!(!ended.out.contains("Bitbucket reads"), "no repository, no top: {}", ended.out);
    let nowhere = pipewright().args(["chat", "--file", "nodir/x.yml"]).say("").run();
    assert!(
        nowhere.code == Some(2) && nowhere.err.contains("nodir/x.yml: its folder is not there"),
        "{}",
        nowhere.block()
    );
    let folder = pipewright().args(["chat", "--file", "/"]).say("").run();
    assert!(folder.code == Some(2) && folder.err.contains("/: is a folder"), "{}", folder.block());
}

#[test]
fn a_request_that_is_sent_again_is_told() {
    let server = Server::with([status(429, "slow down"), says("Trunk.")]);
    let base = server.base();
    let ended = pipewright().args(["chat", "--model", "small", "--server", base.as_str()]).say("which?\n").run();
    let (before, after) = ended.out.split_once("Trunk.").expect("a reply");
    assert!(before.contains("takes no more requests now (429: slow down); sent again in 0."), "{before}");
    assert!(ended.code == Some(0) && !after.contains("429"), "{}", ended.block());
}
