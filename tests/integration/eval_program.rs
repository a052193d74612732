//! `pipewright eval` as a program.

use crate::server::{Server, says};
use crate::support::pipewright;

#[test]
fn alone_it_judges_what_is_compiled_in() {
    let ended = pipewright().args(["eval"]).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    assert!(ended.out.contains("Recorded replies were judged"), "{}", ended.out);
    for format in ["json", "junit"] {
        assert_eq!(pipewright().args(["eval", "--format", format]).run().code, Some(0), "{format}");
    }
    let gone = pipewright().args(["eval", "gone.yaml"]).run();
    assert_eq!((gone.code, gone.err.as_str()), (Some(3), "error: gone.yaml: is not there\n"));
    assert_eq!(pipewright().args(["eval", "--live"]).run().code, Some(2), "what is compiled in stays");
    assert_eq!(pipewright().args(["eval", "--baseline", "gone.json"]).run().code, Some(2));
}

#[test]
fn a_suite_is_recorded_judged_and_compared_with_before() {
    let page = include_str!("../../docs/rules/tag-prefix.md");
    let good = page.split("## Good").nth(1).and_then(|rest| rest.split("```yaml\n").nth(1)).expect("an example");
    let good = good.split("```").next().expect("its end");
    let script = "name: one\nturns:\n  - id: all\n    prompt: a pipeline, please\n";
    let suite = "name: mine\ncases:\n  - name: one\n    script: ../prompts/one.yaml\n    recordings: [recordings/*.jsonl]\n    \
                 expect: {final: accepted}\n";
    let server = Server::with([says(&format!("```yaml\n{good}```\n"))]);
    let run = pipewright().file("prompts/one.yaml", script).file("evals/mine.yaml", suite);
    let run = run.env("OPENAI_API_KEY", "sk-canary-123456").args(["eval", "evals/mine.yaml", "--live"]);
    let run = run.args(["--server", &server.base(), "--model", "small", "--baseline", "old.json", "--bless"]);
    let live = run.run();
    assert_eq!(live.code, Some(0), "{}{}", live.out, live.err);
    assert!(live.err.contains("one: recording to evals/recordings/"), "{}", live.err);
    let old = live.read("old.json");
    let report: serde_json::Value = serde_json::from_str(&old).expect("JSON");
    assert_eq!((&report["version"], report["scores"].as_array().map(Vec::len)), (&1.into(), Some(1)));
    let recording = live.read(report["scores"][0]["recording"].as_str().expect("a path"));
    assert!(!recording.contains("sk-canary"), "{recording}");

    let again = |suite: &str, recording: &str| {
        let name = report["scores"][0]["recording"].as_str().expect("a path");
        let run = pipewright().file("prompts/one.yaml", script).file("evals/mine.yaml", suite).file(name, recording);
        run.file("old.json", &old).args(["eval", "evals/mine.yaml", "--baseline", "old.json"]).run()
    };
    let same = again(suite, &recording);
    assert_eq!(same.code, Some(0), "{}", same.out);
    assert!(same.out.contains("1 the same"), "{}", same.out);
    let failed = again(&suite.replace("final: accepted", "final: refused"), &recording);
    assert_eq!(failed.code, Some(1), "{}", failed.out);
    let torn = again(suite, "{}\n{}\n");
    assert_eq!(torn.code, Some(3), "{}", torn.out);
}

#[test]
fn what_is_wrong_with_a_suite_is_told() {
    let told = |suite: &str, format: &str| {
        let script = "name: one\nturns:\n  - id: all\n    prompt: a pipeline, please\n";
        let run = pipewright().file("one.yaml", script).file("mine.yaml", suite);
        let ended = run.args(["eval", "mine.yaml", "--format", format]).run();
        assert_eq!(ended.code, Some(2), "{}{}", ended.out, ended.err);
        ended.err
    };
    let suite = "name: mine\ncases:\n  - name: one\n    script: one.yaml\n    recordings: [recordings/*.jsonl]\n    \
                 expect: {final: accepted}\n";
    for format in ["human", "json"] {
        let slip = told(&suite.replace("final: accepted", "final: acceptedd"), format);
        assert!(slip.starts_with("error: mine.yaml:3:5: ") && slip.contains("acceptedd"), "{slip}");
        let none = told(suite, format);
        assert!(none.starts_with("error: mine.yaml:") && none.contains("recordings/*.jsonl"), "{none}");
    }
}
