//! `pipewright eval --live` as a program: what is recorded, and what is not.

use crate::server::{Server, says, status};
use crate::support::pipewright;

#[test]
fn several_conversations_are_recorded_at_once_until_a_cap_is_reached() {
    let script = "name: s\nsettings: {policy: none}\nturns:\n  - {id: a, prompt: 'about ${of}'}\n";
    let suite = "name: mine\ncases:\n  - name: the ${of}\n    matrix: {of: [api, ui, job]}\n    script: s.yaml\n    recordings: ['r/${of}/*.jsonl']\n";
    let prepared = |more: &[&str], server: &Server| {
        let run =
            pipewright().file("s.yaml", script).file("mine.yaml", suite).env("OPENAI_API_KEY", "sk-canary-123456");
        let run = run.args(["eval", "mine.yaml", "--live", "--server", &server.base(), "--model", "small"]);
        run.args(more.to_vec())
    };
    let server = Server::with((0..6).map(|_| says("Well.")));
    let ended = prepared(&["--jobs", "3", "--samples", "2", "--format", "json"], &server).run();
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let report: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
    assert_eq!((&report["summary"]["recordings"], report["cases"].as_array().map(Vec::len)), (&6.into(), Some(3)));
    let asked: Vec<String> = server.asked().iter().map(|request| request.body.to_string()).collect();
    assert!(["api", "ui", "job"].iter().all(|of| asked.iter().any(|request| request.contains(&format!("about {of}")))));

    // A cap ends what has not begun; what is whole stays, and what is not is no recording.
    let server = Server::with((0..6).map(|_| says("Well.")));
    let capped = prepared(&["--max-tokens", "1", "--samples", "2"], &server).run();
    assert_eq!(capped.code, Some(3), "{}{}", capped.out, capped.err);
    assert!(
        capped.err.contains("the api: recorded to r/api/") && capped.err.contains("the cap of 1 tokens is reached"),
        "{}",
        capped.err
    );
    assert_eq!(server.asked().len(), 1);
    // What was recorded is reported, and of what was not begun nothing is left.
    assert!(capped.out.contains("and not all were recorded that were to be"), "{}", capped.out);
    assert!(capped.out.contains("1 recording") && !capped.err.contains("no recording is called"), "{}", capped.err);
    assert!(capped.err.contains("error: 1 of 6 conversations were recorded\n"), "{}", capped.err);
    assert_eq!(capped.err.matches("not recorded to its end").count(), 1, "{}", capped.err);
    assert!(
        !capped.err.contains(".part") && capped.files().iter().all(|path| !path.ends_with(".part")),
        "{}",
        capped.err
    );
    let again = format!(
        "hint: what was recorded stays; go on with `pipewright eval mine.yaml --live --server {} --model small --max-tokens 1 --samples 2`\n",
        server.base()
    );
    assert!(capped.err.ends_with(&again), "{}", capped.err);

    // What ends several at once is told once, and where nothing was recorded nothing stays.
    let server = Server::with((0..3).map(|_| status(400, "{}")));
    let refused = prepared(&["--jobs", "3"], &server).run();
    assert_eq!((refused.code, refused.out.as_str()), (Some(3), ""), "{}", refused.err);
    assert_eq!(refused.err.matches("refuses the request").count(), 1, "{}", refused.err);
    assert!(refused.err.ends_with("error: 0 of 3 conversations were recorded\n"), "{}", refused.err);
}

#[test]
fn nobody_is_asked_before_the_suites_are_sound() {
    let script = "name: s\nsettings: {policy: none}\nturns: [{id: a, prompt: one}]\n";
    let live = |suite: &str| {
        let server = Server::with([says("Well.")]);
        let run =
            pipewright().file("s.yaml", script).file("mine.yaml", suite).env("OPENAI_API_KEY", "sk-canary-123456");
        let run = run.args(["eval", "mine.yaml", "--live", "--server", &server.base(), "--model", "small"]).run();
        (server.asked().len(), run)
    };
    let one = "  - {name: one, script: s.yaml, recordings: ['r/*.jsonl']}\n";
    for (other, why) in [
        ("  - {name: two, script: none.yaml, recordings: ['r/*.jsonl']}\n", "none.yaml"),
        ("  - {name: two, script: s.yaml, recordings: ['r/*.jsonl'], expect: {turn: 1}}\n", "did you mean `turns`?"),
    ] {
        let (asked, ended) = live(&format!("name: mine\ncases:\n{one}{other}"));
        assert_eq!((asked, ended.code), (0, Some(2)), "{}", ended.err);
        assert!(ended.err.contains(why) && ended.err.contains("nobody was asked"), "{}", ended.err);
    }
    let offline = pipewright().args(["eval", "none.yaml"]).run();
    let absent = pipewright().args(["eval", "none.yaml", "--live"]).run();
    assert_eq!((absent.code, offline.code), (Some(2), Some(2)), "{}", absent.err);
    let told = "error: none.yaml:1:1: there is no such file\n";
    assert!(
        offline.err == told && absent.err == format!("{told}hint: nobody was asked: correct the suite first\n"),
        "{}",
        absent.err
    );
    // A case without a script has nothing to ask; where that is all, nothing is to be done.
    let silent = "  - {name: two, recordings: ['r/*.jsonl']}\n";
    let (asked, ended) = live(&format!("name: mine\ncases:\n{one}{silent}"));
    assert_eq!((asked, ended.code), (1, Some(0)), "{}{}", ended.out, ended.err);
    assert!(
        ended.err.contains("note: `two` (mine.yaml:4) has no `script`, so nothing is recorded for it"),
        "{}",
        ended.err
    );
    let (asked, ended) = live(&format!("name: mine\ncases:\n{silent}"));
    assert_eq!((asked, ended.code), (0, Some(2)), "{}", ended.err);
    assert!(ended.err.contains("error: `two` (mine.yaml:3) has no `script`"), "{}", ended.err);
    let (asked, ended) = live("name: mine\ncases: []\n");
    assert_eq!((asked, ended.code), (0, Some(2)), "{}", ended.err);
    assert_eq!(ended.err, "error: there is no case, so there is nothing to ask\n");
}

#[test]
fn a_conversation_whose_repair_got_no_reply_is_no_recording() {
    let script = "name: s\nturns:\n  - {id: file, prompt: a file}\n  - {id: more, prompt: more}\n";
    let suite = "name: mine\ncases:\n  - {name: one, script: s.yaml, recordings: ['r/*.jsonl']}\n";
    let refused = "```yaml\npipelines:\n  default:\n    - step: {script: [make], trigger: manual}\n```\n";
    let server = Server::with([says(refused), status(400, "{}"), says("Well.")]);
    let run = pipewright().file("s.yaml", script).file("mine.yaml", suite).env("OPENAI_API_KEY", "sk-canary-123456");
    let ended = run.args(["eval", "mine.yaml", "--live", "--server", &server.base(), "--model", "small"]).run();
    assert_eq!(ended.code, Some(3), "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("one: not recorded to its end: the repair got no reply"), "{}", ended.err);
    assert_eq!(server.asked().len(), 2, "nothing more is paid for");
    assert!(ended.err.contains(".part)") && ended.files().iter().any(|path| path.ends_with(".part")), "{}", ended.err);
}

#[test]
fn samples_are_those_that_answer_the_prompts_of_today() {
    // As an editor of another system writes them: with a byte order mark.
    let script = |prompt: &str| {
        format!("\u{feff}name: s\nsettings: {{policy: none}}\nturns:\n  - {{id: a, prompt: {prompt}}}\n")
    };
    let suite = "\u{feff}name: mine\ncases:\n  - {name: one, script: s.yaml, recordings: ['r/*.jsonl']}\n";
    let run = |script: String, before: Option<&str>, server: &Server| {
        let run =
            pipewright().file("s.yaml", script).file("mine.yaml", suite).env("OPENAI_API_KEY", "sk-canary-123456");
        let run = match before {
            Some(text) => run.file("r/before.jsonl", text),
            None => run,
        };
        run.args(["eval", "mine.yaml", "--live", "--samples", "1", "--server", &server.base(), "--model", "small"])
            .run()
    };
    let server = Server::with([says("Well.")]);
    let first = run(script("one"), None, &server);
    assert_eq!(first.code, Some(0), "{}{}", first.out, first.err);
    let path = first.err.trim().rsplit(' ').next().unwrap_or_default().to_owned();
    let recording = first.read(&path);
    for (prompt, asked) in [("one", 0), ("two", 1)] {
        let server = Server::with([says("Well.")]);
        run(script(prompt), Some(&recording), &server);
        assert_eq!(server.asked().len(), asked, "the prompt is {prompt}");
    }
    // What lies beside them and no pattern of the case takes is another case's.
    let server = Server::with([says("Well.")]);
    let neighbour = pipewright().file("s.yaml", script("one")).file("r/sub/mine.jsonl", &recording);
    let neighbour = neighbour.file("mine.yaml", suite.replace("r/*", "r/2026*")).file("r/other.jsonl", &recording);
    let neighbour = neighbour.env("OPENAI_API_KEY", "sk-canary-123456");
    let neighbour = neighbour.args(["eval", "mine.yaml", "--live", "--samples", "1", "--server", &server.base()]);
    let ended = neighbour.args(["--model", "small"]).run();
    assert_eq!((ended.code, server.asked().len()), (Some(0), 1), "{}{}", ended.out, ended.err);
    // What is masked in a recording is known again, also by a run that does not know what was hidden.
    let secret = "log in with sk-canary-123456";
    let first = run(script(secret), None, &Server::with([says("Well.")]));
    let recording = first.read(first.err.trim().rsplit(' ').next().unwrap_or_default());
    assert!(first.code == Some(0) && !recording.contains("sk-canary"), "{}{recording}", first.err);
    let server = Server::with([says("Well.")]);
    let again = run(script(secret), Some(&recording), &server);
    assert_eq!((again.code, server.asked().len()), (Some(0), 0), "{}{}", again.out, again.err);
    let offline = pipewright().file("s.yaml", script(secret)).file("mine.yaml", suite).file("r/a.jsonl", &recording);
    assert_eq!(offline.args(["eval", "mine.yaml"]).run().code, Some(0));
}

#[test]
fn a_recording_that_no_pattern_would_take_is_not_begun() {
    let script = "name: s\nsettings: {policy: none}\nturns: [{id: a, prompt: one}]\n";
    for (pattern, asked) in [("r/day-*.jsonl", 0), ("r/fixed.jsonl", 0), ("./r//*.jsonl", 1)] {
        let suite = format!("name: mine\ncases:\n  - {{name: one, script: s.yaml, recordings: ['{pattern}']}}\n");
        let server = Server::with([says("Well.")]);
        let run =
            pipewright().file("s.yaml", script).file("mine.yaml", suite).env("OPENAI_API_KEY", "sk-canary-123456");
        let ended = run.args(["eval", "mine.yaml", "--live", "--server", &server.base(), "--model", "small"]).run();
        let code = if asked == 1 { 0 } else { 2 };
        assert_eq!((ended.code, server.asked().len()), (Some(code), asked), "{pattern}: {}{}", ended.out, ended.err);
        let told = ended.err.contains("error: mine.yaml:3:45: `one`: a new recording is called as r/");
        assert_eq!(
            (told, ended.err.contains("none of its patterns takes that")),
            (asked == 0, asked == 0),
            "{}",
            ended.err
        );
    }
}

#[test]
fn stale_recordings_are_told_left_out_or_recorded_anew() {
    let chat = |prompt: &str| {
        let turn = format!("{{\"type\":\"prompt\",\"turn\":1,\"origin\":\"script\",\"text\":\"{prompt}\"}}");
        format!(
            "{{\"type\":\"session\",\"version\":1,\"id\":\"r\",\"created\":\"2026-11-22\"}}\n{turn}\n{{\"type\":\"reply\",\"turn\":1,\"text\":\"Well.\"}}\n"
        )
    };
    let run = |recordings: &[(&str, String)]| {
        let script = "name: s\nsettings: {policy: none}\nturns: [{id: a, prompt: two}]\n";
        let suite = "name: mine\ncases:\n  - {name: one, script: s.yaml, recordings: ['r/*.jsonl']}\n";
        let run =
            pipewright().file("s.yaml", script).file("mine.yaml", suite).env("OPENAI_API_KEY", "sk-canary-123456");
        recordings
            .iter()
            .fold(run, |run, (name, text)| run.file(&format!("r/{name}.jsonl"), text))
            .args(["eval", "mine.yaml"])
    };
    let both = [("old", chat("one")), ("today", chat("two"))];
    let told = run(&both).run();
    assert_eq!(told.code, Some(3), "{}", told.out);
    let next = "stale: 1 recording made for other prompts than today's: `--stale leave-out` judges without, `pipewright eval mine.yaml --live";
    assert!(told.out.contains(next), "{}", told.out);
    // The command that is shown is the one that was given, as far as it holds for the next one.
    let configured = run(&both).file("my settings.yaml", "main-branch: main\n");
    let configured = configured.args(["--config", "my settings.yaml", "--model", "small", "--repairs", "1"]).run();
    let next = "`pipewright eval mine.yaml --config 'my settings.yaml' --model small --repairs 1 --live --stale record` records anew";
    assert!(configured.out.contains(next), "{}", configured.out);
    let secret = run(&both).args(["--server", "http://me:geheim@127.0.0.1:1/v1"]).run();
    assert!(
        secret.out.contains("--live --stale record` records anew") && !secret.out.contains("geheim"),
        "{}",
        secret.out
    );
    let without = run(&both).args(["--stale", "leave-out"]).run();
    assert!(without.code == Some(0) && without.out.contains("than today's: left out\n"), "{}", without.out);
    let junit = run(&both).args(["--stale", "leave-out", "--format", "junit"]).run();
    assert!(junit.out.contains("<skipped message=\"stale") && !junit.out.contains("<error"), "{}", junit.out);
    // A case of which nothing else is there was not judged, whatever is left out.
    let alone = run(&both[..1]).args(["--stale", "leave-out"]).run();
    assert!(alone.code == Some(3) && alone.out.contains("but for cases that have no other"), "{}", alone.out);
    let alone = |format: &str| run(&both[..1]).args(["--stale", "leave-out", "--format", format]).run();
    let (junit, markdown) = (alone("junit"), alone("markdown"));
    assert!(junit.code == Some(3) && junit.out.contains("<error message=\"the recording"), "{}", junit.out);
    assert!(!junit.out.contains("<skipped") && markdown.code == Some(3), "{}", junit.out);
    assert!(markdown.out.contains("- undecided mine / one / r/old.jsonl: the recording"), "{}", markdown.out);
    // What is left out takes no good score out of a baseline.
    let kept = run(&both).file("b.json", "{}").args(["--stale", "leave-out", "--write-baseline", "b.json"]).run();
    assert!(kept.code == Some(3) && kept.read("b.json") == "{}", "{}", kept.err);
    assert!(kept.err.contains("b.json: not written: stale recordings are left out"), "{}", kept.err);
    let written = run(&both[1..]).args(["--stale", "leave-out", "--write-baseline", "b.json"]).run();
    assert!(written.exists("b.json"), "nothing is left out: {}", written.err);
    // A recording that was judged before is not gone and not worse by being left out; else it is worse.
    let before = pipewright().file("s.yaml", "name: s\nsettings: {policy: none}\nturns: [{id: a, prompt: one}]\n");
    let suite = "name: mine\ncases:\n  - {name: one, script: s.yaml, recordings: ['r/*.jsonl']}\n";
    let before = before.file("mine.yaml", suite).file("r/old.jsonl", chat("one"));
    let before = before.args(["eval", "mine.yaml", "--format", "json"]).run();
    let gate = |mode: &str| {
        let run = run(&both).file("b.json", &before.out);
        run.args(["--baseline", "b.json", "--fail-on-worse", "--stale", mode]).run()
    };
    let (out, fail) = (gate("leave-out"), gate("fail"));
    assert_eq!((out.code, fail.code), (Some(0), Some(1)), "{}{}", out.out, fail.out);
    assert!(out.out.contains("0 worse, 0 the same, 1 new, 0 gone"), "{}", out.out);
    // Parts carry the choice to the whole.
    let part = run(&both).args(["--stale", "leave-out", "--shard", "1/1", "--format", "json"]).run();
    let whole = pipewright().file("p.json", &part.out).args(["eval", "merge", "p.json"]).run();
    assert_eq!((whole.code, whole.out), (Some(0), without.out), "{}", whole.err);
    // Recorded anew under its own name; the former one is kept.
    let server = Server::with([says("Anew."), says("Shared.")]);
    let live = |run: crate::support::Run| run.args(["--live", "--server", &server.base(), "--model", "small"]).run();
    let anew = live(run(&both).args(["--stale", "record"]));
    assert_eq!((anew.code, server.asked().len()), (Some(0), 1), "{}{}", anew.out, anew.err);
    assert!(
        anew.err.contains("one: recorded to r/old.jsonl; the former recording is in r/old.jsonl.old"),
        "{}",
        anew.err
    );
    assert!(anew.read("r/old.jsonl").contains("Anew.") && anew.read("r/old.jsonl.old") == chat("one"));
    // Cases with the same prompts share what is recorded; for others nothing is asked and nothing lost.
    let shared = |second: &str| {
        let script =
            |prompt: &str| format!("name: s\nsettings: {{policy: none}}\nturns: [{{id: a, prompt: {prompt}}}]\n");
        let suite = "name: mine\ncases:\n  - {name: one, script: s.yaml, recordings: ['r/*.jsonl']}\n  - {name: other, script: o.yaml, recordings: [r/old.jsonl]}\n";
        let run = pipewright().file("s.yaml", script("two")).file("o.yaml", script(second)).file("mine.yaml", suite);
        let run = run.file("r/old.jsonl", chat("one")).env("OPENAI_API_KEY", "sk-canary-123456");
        live(run.args(["eval", "mine.yaml", "--stale", "record"]))
    };
    let both_served = shared("two");
    assert_eq!((both_served.code, server.asked().len()), (Some(0), 2), "{}{}", both_served.out, both_served.err);
    assert!(both_served.err.contains("one, other: recorded to r/old.jsonl"), "{}", both_served.err);
    for second in ["one", "three"] {
        let refused = shared(second);
        assert_eq!((refused.code, server.asked().len()), (Some(2), 2), "{}", refused.err);
        assert!(refused.err.contains("`one` and `other` have other prompts for r/old.jsonl"), "{}", refused.err);
        assert!(!refused.exists("r/old.jsonl.old"));
    }
    let nothing = live(run(&both[1..]).args(["--stale", "record"]));
    assert_eq!((nothing.code, server.asked().len()), (Some(0), 2), "{}", nothing.err);
    let offline = run(&both).args(["--stale", "record"]).run();
    assert!(offline.code == Some(2) && offline.err.contains("add `--live`"), "{}", offline.err);
}

#[test]
fn a_suite_with_mistakes_loses_no_recording_to_another_case() {
    let server = Server::with([says("Anew.")]);
    let session = "{\"type\":\"session\",\"version\":1,\"id\":\"r\",\"created\":\"2026-11-22\"}\n{\"type\":\"prompt\",\"turn\":1,\"origin\":\"script\",\"text\":\"one\"}\n{\"type\":\"reply\",\"turn\":1,\"text\":\"Well.\"}\n";
    let run = |other: &str| {
        let script =
            |prompt: &str| format!("name: s\nsettings: {{policy: none}}\nturns: [{{id: a, prompt: {prompt}}}]\n");
        let suite = format!(
            "name: mine\ncases:\n  - {{name: one, script: s.yaml, recordings: [r.jsonl]}}\n  - {{name: other, recordings: [r.jsonl], {other}}}\n"
        );
        let run = pipewright().file("s.yaml", script("two")).file("o.yaml", script("one")).file("mine.yaml", suite);
        let run = run.file("r.jsonl", session).env("OPENAI_API_KEY", "sk-canary-123456");
        let run = run.args(["eval", "mine.yaml", "--live", "--stale", "record", "--only", "one"]);
        run.args(["--server", &server.base(), "--model", "small"]).run()
    };
    for (other, why) in [
        ("script: o.yaml, expect: {turn: 1}", "mine.yaml:4:67: `expect` has no key `turn`; did you mean `turns`?"),
        ("script: none.yaml", "none.yaml"),
    ] {
        let refused = run(other);
        assert_eq!((refused.code.is_some_and(|code| code > 0), server.asked().len()), (true, 0), "{}", refused.err);
        assert!(refused.err.contains(why), "{}", refused.err);
        assert!(refused.read("r.jsonl") == session && !refused.exists("r.jsonl.old"));
    }
    let anew = run("script: s.yaml");
    assert_eq!((anew.code, server.asked().len()), (Some(0), 1), "{}{}", anew.out, anew.err);
}

#[test]
fn what_was_written_by_hand_is_no_sample_and_stays_as_it_is() {
    let script = "name: s\nsettings: {policy: none}\nturns: [{id: a, prompt: one}]\n";
    let suite = "name: mine\ncases:\n  - {name: one, script: s.yaml, recordings: [{path: 'hand/*.jsonl', authored: true}, 'model/*.jsonl']}\n";
    let chat = |prompt: &str| {
        format!("{{\"role\":\"user\",\"content\":\"{prompt}\"}}\n{{\"role\":\"assistant\",\"content\":\"Well.\"}}\n")
    };
    let live = |files: &[(&str, &str)], more: &[&str]| {
        let server = Server::with([says("Well."), says("Well.")]);
        let run = pipewright().file("s.yaml", script).file("mine.yaml", suite);
        let run = files.iter().fold(run, |run, (path, text)| run.file(path, *text));
        let run = run.env("OPENAI_API_KEY", "sk-canary-123456").args(["eval", "mine.yaml", "--live"]);
        let run = run.args(more.to_vec()).args(["--server", &server.base(), "--model", "small"]).run();
        (server.asked().len(), run)
    };
    let (asked, ended) = live(&[("hand/a.jsonl", &chat("one"))], &["--samples", "1"]);
    assert_eq!((asked, ended.code), (1, Some(0)), "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("one: recorded to model/"), "{}", ended.err);
    let (asked, ended) =
        live(&[("hand/a.jsonl", &chat("two")), ("model/a.jsonl", &chat("one"))], &["--stale", "record"]);
    assert_eq!(asked, 0, "{}", ended.err);
    assert!(ended.out.contains("it was written by hand, and is not recorded anew"), "{}", ended.out);
    assert!(ended.out.contains("judges without\n"), "no command records it: {}", ended.out);
    assert_eq!(ended.err, "note: nothing is recorded: no recording that may be replaced is stale\n");
    assert!(ended.read("hand/a.jsonl") == chat("two") && !ended.exists("hand/a.jsonl.old"), "{}", ended.err);
}

#[test]
fn what_another_program_made_is_kept_and_advised_on_by_what_the_case_can_take() {
    let script = "name: s\nsettings: {policy: none}\nturns: [{id: a, prompt: one}]\n";
    let chat = "{\"role\":\"user\",\"content\":\"two\"}\n{\"role\":\"assistant\",\"content\":\"Well.\"}\n";
    let live = |pattern: &str, more: &[&str]| {
        let server = Server::with([says("Well.")]);
        let suite = format!("name: mine\ncases:\n  - {{name: one, script: s.yaml, recordings: ['{pattern}']}}\n");
        let run = pipewright().file("s.yaml", script).file("mine.yaml", suite).file("r/a.jsonl", chat);
        let run = run.env("OPENAI_API_KEY", "sk-canary-123456").args(["eval", "mine.yaml", "--live"]);
        let run = run.args(more.to_vec()).args(["--server", &server.base(), "--model", "small"]).run();
        (server.asked().len(), run)
    };
    // Where a pattern takes one beside it, the command that is told records it.
    let (asked, kept) = live("r/*.jsonl", &["--stale", "record"]);
    assert_eq!((asked, kept.code), (0, Some(3)), "{}", kept.err);
    assert!(kept.out.contains("--live --stale leave-out` records beside what other programs made"), "{}", kept.out);
    let (asked, beside) = live("r/*.jsonl", &["--stale", "leave-out"]);
    assert_eq!((asked, beside.code), (1, Some(0)), "{}{}", beside.out, beside.err);
    // A case of single files can take none, so no command says so.
    let (asked, kept) = live("r/a.jsonl", &["--stale", "record"]);
    assert_eq!((asked, kept.code), (0, Some(3)), "{}", kept.err);
    assert!(kept.out.contains("a pattern among the case's `recordings` lets `--live` record one"), "{}", kept.out);
    assert!(kept.out.contains("judges without\n") && kept.read("r/a.jsonl") == chat, "{}", kept.out);
}
