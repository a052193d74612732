//! Ctrl-C in the middle of an eval: what is finished is kept if that was asked for, and the next command is told.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::server::{End, Server, says, stream};

/// Enough recordings that the run is still busy when its first scores stand in the file.
const RECORDINGS: usize = 600;

fn suite(folder: &Path) {
    std::fs::create_dir(folder.join("r")).expect("a folder");
    std::fs::write(folder.join("mine.yaml"), "name: mine\ncases:\n  - {name: all, recordings: ['r/*.jsonl']}\n")
        .expect("a suite");
    for number in 0..RECORDINGS {
        let file =
            format!("image: node:{number}\\npipelines:\\n  default:\\n    - step:\\n        script: [npm test]\\n");
        let line = |role: &str, text: &str| format!("{{\"role\":\"{role}\",\"content\":\"{text}\"}}\n");
        let chat = line("user", "a file") + &line("assistant", &format!("```yaml\\n{file}```"));
        std::fs::write(folder.join(format!("r/{number}.jsonl")), chat).expect("a recording");
    }
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pipewright"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program")
}

/// Interrupts the program as soon as something is so.
fn interrupted(child: Child, is_time: impl Fn() -> bool) -> Output {
    while !is_time() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("a signal");
    assert!(kill.success());
    child.wait_with_output().expect("an end")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn ctrl_c_tells_how_far_it_was_and_the_command_that_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    suite(folder);
    let scores = folder.join("my scores");
    let arguments = ["eval", "mine.yaml", "--format", "json", "--resume", "my scores"];
    let kept = || std::fs::metadata(&scores).is_ok_and(|file| file.len() > 0);
    let first = interrupted(start(folder, &arguments), kept);
    let said = text(&first.stderr);
    assert_eq!((first.status.code(), first.stdout.len()), (Some(130), 0), "{said}");
    let done = std::fs::read_to_string(&scores).expect("scores").lines().count();
    assert!(done < RECORDINGS, "it was not busy any more");
    assert_eq!(
        said,
        format!(
            "error: interrupted: {done} of {RECORDINGS} recordings were judged; their scores are in my scores\n\
             hint: go on with `pipewright eval mine.yaml --format json --resume 'my scores'`\n"
        )
    );
    let second = start(folder, &arguments).wait_with_output().expect("an end");
    assert_eq!(text(&second.stderr), format!("my scores: {done} of {RECORDINGS} scores were known\n"));
    let whole = start(folder, &["eval", "mine.yaml", "--format", "json"]).wait_with_output().expect("an end");
    assert_eq!(second.stdout, whole.stdout, "an interruption leaves no trace in the report");
}

#[test]
fn ctrl_c_while_a_model_is_asked_keeps_what_was_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let script = "name: two\nturns:\n  - {id: a, prompt: What about tests?}\n";
    std::fs::write(folder.join("s.yaml"), script).expect("a script");
    std::fs::create_dir(folder.join("r")).expect("a folder");
    let suite = "name: mine\ncases:\n  - {name: all, script: s.yaml, recordings: ['r/*.jsonl']}\n";
    std::fs::write(folder.join("mine.yaml"), suite).expect("a suite");
    let server = Server::with([says("Run them."), stream("").then(End::Stall), stream("").then(End::Stall)]);
    let base = server.base();
    let model = ["--live", "--server", &base, "--model", "small"];
    let ended = |arguments: &[&str], asked: usize| {
        interrupted(start(folder, &[arguments, &model].concat()), || server.asked().len() == asked)
    };
    let eval = ended(&["eval", "mine.yaml", "--samples", "2"], 2);
    let said = text(&eval.stderr);
    assert_eq!(eval.status.code(), Some(130), "{said}");
    assert!(said.contains("error: interrupted: 1 of 2 conversations were recorded\n"), "{said}");
    assert!(
        said.contains("\nall: not recorded to its end: interrupted\n"),
        "nothing was said, so no `.part` is: {said}"
    );
    let left = std::fs::read_dir(folder.join("r")).expect("a folder").filter_map(Result::ok);
    assert!(left.map(|file| file.path()).all(|path| path.extension().is_some_and(|end| end == "jsonl")), "{said}");
    let line = format!("pipewright eval mine.yaml --samples 2 --live --server {base} --model small");
    assert!(said.ends_with(&format!("hint: what was recorded stays; go on with `{line}`\n")), "{said}");
    let replay = ended(&["replay", "s.yaml", "--record", "x.jsonl"], 3);
    let said = text(&replay.stderr);
    assert_eq!(replay.status.code(), Some(130), "{said}");
    assert!(said.ends_with("note: not recorded to the end: what was said is in x.jsonl\n"), "{said}");
}
