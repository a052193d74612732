//! `pipewright replay` as a program.

use crate::server::{Server, says};
use crate::support::pipewright;

#[test]
fn alone_it_plays_what_is_compiled_in_and_writes_an_accepted_file() {
    let ended = pipewright().args(["replay"]).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
    let written = ended.read("bitbucket-pipelines.yml");
    assert_eq!(pipewright().file("x.yml", &written).args(["check", "x.yml"]).run().code, Some(0));

    let other = pipewright().file("bitbucket-pipelines.yml", "mine: 1\n").args(["replay"]).run();
    assert_eq!(other.code, Some(3));
    assert_eq!(other.read("bitbucket-pipelines.yml"), "mine: 1\n");
    assert!(other.err.contains("--output"), "{}", other.err);
    let named = pipewright().file("bitbucket-pipelines.yml", "mine: 1\n").args(["replay", "--output", "new.yml"]).run();
    assert_eq!((named.code, named.read("new.yml")), (Some(0), written));
}

#[test]
fn what_a_live_model_says_is_kept_and_played_again() {
    let page = include_str!("../../docs/rules/tag-prefix.md");
    let good = page.split("## Good").nth(1).and_then(|rest| rest.split("```yaml\n").nth(1)).expect("an example");
    let good = good.split("```").next().expect("its end");
    let script = "name: one\ndescription: one turn\nturns:\n  - id: all\n    prompt: a pipeline, please\n    expect: \
                  {yaml: file, verdict: accepted}\n";
    let server = Server::with([says(&format!("```yaml\n{good}```\n"))]);
    let run = pipewright().file("one.yaml", script).env("OPENAI_API_KEY", "sk-canary-123456").args(["replay"]);
    let live = run
        .args(["one.yaml", "--live", "--server", &server.base(), "--model", "small"])
        .args(["--record", "one.jsonl"])
        .run();
    assert_eq!((live.code, live.err.as_str()), (Some(0), "note: recorded to one.jsonl\n"), "{}", live.out);
    assert_eq!(live.read("bitbucket-pipelines.yml"), good);
    let recording = live.read("one.jsonl");
    assert!(recording.contains("\"script\":\"one\"") && !recording.contains("sk-canary"), "{recording}");

    let run = pipewright().file("one.yaml", script).file("one.jsonl", &recording).args(["replay", "one.yaml"]);
    let again = run.args(["--recording", "one.jsonl"]).run();
    assert_eq!((again.code, again.read("bitbucket-pipelines.yml").as_str()), (Some(0), good), "{}", again.out);

    let other = script.replace("please", "now");
    let run = pipewright().file("one.yaml", other).file("one.jsonl", &recording).args(["replay", "one.yaml"]);
    let stale = run.args(["--recording", "one.jsonl"]).run();
    assert_eq!(stale.code, Some(3), "{}", stale.out);
    assert!(!stale.exists("bitbucket-pipelines.yml"));
}

#[test]
fn what_is_missing_is_told_with_the_next_move() {
    let told = |arguments: &[&str]| {
        let run = pipewright().file("x.yaml", "name: x\nturns: [{id: a, prompt: b}]\n").file("r.jsonl", "");
        let ended = run.args(["replay"]).args(arguments.iter().copied()).run();
        (ended.code, ended.err.lines().next().unwrap_or("").to_owned())
    };
    assert_eq!(told(&["gone.yaml"]), (Some(3), "error: gone.yaml: is not there".to_owned()));
    assert_eq!(told(&["x.yaml"]), (Some(2), "error: x.yaml: no recording answers `x`".to_owned()));
    let none = "error: no model is configured, so nobody can be asked".to_owned();
    assert_eq!(told(&["--live"]), (Some(3), none));
    assert_eq!(told(&["--record", "r.jsonl"]).0, Some(2));
    assert_eq!(told(&["--live", "--recording", "r.jsonl"]).0, Some(2));
    assert_eq!(told(&["r.jsonl"]).0, Some(3));
}

#[test]
fn a_script_begins_with_the_file_that_it_names() {
    let script = "name: own\nfile: found.yml\nsettings: {policy: none}\nturns: [{id: look, prompt: What is wrong?}]\n";
    let found = "# kept\nimage: node:18\npipelines:\n  default:\n    - step:\n        script: [npm test]\n";
    let server = Server::with([says("Nothing.")]);
    let run =
        pipewright().file("p/own.yaml", script).file("p/found.yml", found).env("OPENAI_API_KEY", "sk-canary-123456");
    let live = run.args(["replay", "p/own.yaml", "--live", "--server", &server.base(), "--model", "small"]);
    let live = live.args(["--record", "own.jsonl"]).run();
    assert_eq!((live.code, live.err.as_str()), (Some(0), "note: recorded to own.jsonl\n"), "{}", live.out);
    let told = server.asked()[0].body.to_string();
    assert!(told.contains("# kept\\nimage: node:18"), "the model is shown the file: {told}");
    let suite = "name: s\ncases: [{name: own, script: p/own.yaml, recordings: [own.jsonl], expect: {drift: 0}}]\n";
    let judged = |found: &str| {
        let run = pipewright().file("p/own.yaml", script).file("p/found.yml", found).file("s.yaml", suite);
        run.file("own.jsonl", live.read("own.jsonl")).args(["eval", "s.yaml"]).run()
    };
    assert_eq!(judged(found).code, Some(0), "{}", judged(found).out);
    let stale = judged(&found.replace("18", "20"));
    assert_eq!(stale.code, Some(3), "{}", stale.out);
    assert!(stale.out.contains("-image: node:18"), "{}", stale.out);
}

#[test]
fn the_same_input_gives_the_same_bytes_on_any_machine() {
    // Two machines: another width, another time zone, another language, another number of cores.
    let machines: [&[(&str, &str)]; 2] = [
        &[("COLUMNS", "40"), ("LINES", "9"), ("TZ", "Pacific/Kiritimati"), ("LC_ALL", "C"), ("RAYON_NUM_THREADS", "1")],
        &[("COLUMNS", "200"), ("TERM", "dumb"), ("TZ", "UTC"), ("LANG", "tr_TR.UTF-8"), ("RAYON_NUM_THREADS", "7")],
    ];
    let files = pipewright::engine::embedded::FILES;
    let recordings: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".jsonl")).collect();
    assert!(recordings.len() > 20, "{}", recordings.len());
    let played = |(path, text): &(&str, &str), machine: &[(&str, &str)]| {
        let run = pipewright().file(path, text).args(["replay", path, "--output", "out.yml"]);
        let ended = machine.iter().fold(run, |run, (name, value)| run.env(name, value)).run();
        let written = if ended.exists("out.yml") { ended.read("out.yml") } else { String::new() };
        (ended.code, ended.out, ended.err, written)
    };
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(recording) = recordings.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let [one, other] = machines.map(|machine| played(recording, machine));
                    assert!(one.1.contains("== turn 1 of "), "{}: {}{}", recording.0, one.1, one.2);
                    assert_eq!(one, other, "{}", recording.0);
                }
            });
        }
    });
}

#[test]
fn all_mistakes_of_a_prompt_script_are_told_a_line_each() {
    let script = "name: x\nturns:\n  - {id: a, prompt: ' '}\n  - {id: a, promt: b}\n";
    let ended = pipewright().file("p.yaml", script).args(["replay", "p.yaml"]).run();
    insta::assert_snapshot!(ended.block(), @r"
    --- stderr
    error: p.yaml:3:21: the prompt of `a` is empty
    error: p.yaml:4:10: `a` is the id of two turns
    error: p.yaml:4:13: an item of `turns` has no key `promt`; did you mean `prompt`?
    --- exit 2
    ");
}
