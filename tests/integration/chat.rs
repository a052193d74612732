//! The chat as a person drives it: lines in, a transcript out, a server on loopback that answers.

use std::path::Path;
use std::time::{Duration, SystemTime};

use pipewright::check::Checker;
use pipewright::engine::{self, Recording};
use pipewright::model::{Interrupt, Live, LiveOptions, Retry};
use pipewright::repl::{Answers, Ending, Lines, Options, Screen, run};
use pipewright::report::Look;
use pipewright::session::{Redact, read};
use pipewright::settings::Settings;
use secrecy::SecretString;

use crate::server::{Act, End, Server, says, status, stream};

pub(crate) const CANARY: &str = "canary-key-91b7e2";

/// A file that holds the whole policy.
pub(crate) fn good() -> String {
    let page = include_str!("../../docs/rules/release-flow.md");
    let (_, good) = page.split_once("## Good").unwrap();
    good.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

pub(crate) fn fenced(text: &str) -> String {
    format!("Here it is.\n\n```yaml\n{text}```\n")
}

pub(crate) struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn options(&self, resume: Option<&str>) -> Options {
        let root = self.root().join("work");
        std::fs::create_dir_all(&root).unwrap();
        Options {
            checker: Checker::new(Settings::default()),
            engine: engine::Options::default(),
            named: "bitbucket-pipelines.yml".to_owned(),
            above: None,
            within: Some(root.clone()),
            directory: root.clone(),
            root,
            sessions: Some(self.root().join("sessions")),
            resume: resume.map(str::to_owned),
            redact: Redact::new([CANARY.to_owned()]),
            editor: "true".to_owned(),
            interrupt: Interrupt::new(),
            now: SystemTime::now(),
        }
    }

    pub(crate) fn file(&self) -> Option<String> {
        std::fs::read_to_string(self.root().join("work/bitbucket-pipelines.yml")).ok()
    }

    pub(crate) fn with_file(self, text: &str) -> Self {
        std::fs::create_dir_all(self.root().join("work")).unwrap();
        std::fs::write(self.root().join("work/bitbucket-pipelines.yml"), text).unwrap();
        self
    }

    pub(crate) fn session(&self) -> String {
        let mut texts: Vec<String> = std::fs::read_dir(self.root().join("sessions"))
            .map(|files| files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect())
            .unwrap_or_default();
        texts.sort();
        texts.concat()
    }

    /// Says these lines to a chat with a live server.
    pub(crate) fn live(&self, acts: impl IntoIterator<Item = Act>, said: &str) -> (String, Ending, Server) {
        self.resumed(None, acts, said)
    }

    pub(crate) fn resumed(
        &self,
        resume: Option<&str>,
        acts: impl IntoIterator<Item = Act>,
        said: &str,
    ) -> (String, Ending, Server) {
        self.with(self.options(resume), acts, said)
    }

    /// Says these lines to a chat that is opened otherwise.
    pub(crate) fn with(
        &self,
        options: Options,
        acts: impl IntoIterator<Item = Act>,
        said: &str,
    ) -> (String, Ending, Server) {
        let server = Server::with(acts);
        let live = Live::new(LiveOptions {
            base_url: Some(server.base()),
            key: Some(SecretString::from(CANARY)),
            model: Some("test-model".into()),
            idle_timeout: Duration::from_secs(5),
            retry: Retry { most: 0, ..Retry::default() },
            interrupt: options.interrupt.clone(),
            ..LiveOptions::default()
        });
        let (out, ending) = self.say(Answers::Live(Box::new(live.unwrap())), options, said);
        (out.replace(&server.base(), "SERVER"), ending, server)
    }

    /// Why a chat with these options does not open.
    pub(crate) fn fails(&self, options: Options) -> String {
        let (mut out, recorded) = (Vec::new(), read("r", b"{\"role\":\"user\",\"content\":\"x\"}\n").unwrap());
        let mut screen = Screen::new(&mut out, Look::default(), false);
        let answers = Answers::Recorded(Box::new(Recording::new(recorded)));
        run(answers, options, &mut Lines::piped(&mut &b""[..]), &mut screen).unwrap_err().to_string()
    }

    fn say(&self, answers: Answers, options: Options, said: &str) -> (String, Ending) {
        let mut out = Vec::new();
        let mut input = said.as_bytes();
        let ending = {
            let mut screen = Screen::new(&mut out, Look::default(), false).hiding(&options.redact);
            run(answers, options, &mut Lines::piped(&mut input), &mut screen).unwrap()
        };
        let out = String::from_utf8(out).unwrap();
        let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        assert!(!out.contains(control), "a control character in {out:?}");
        assert!(!out.contains(CANARY) && !self.session().contains(CANARY), "a key in {out}");
        (out, ending)
    }
}

pub(crate) fn asked(server: &Server) -> usize {
    server.asked().len()
}

#[test]
fn from_nothing_to_an_accepted_file() {
    let desk = Desk::new();
    let said = "what is needed?\nwrite it\n/plan tag release-1.0.0\n/revisions\n/accept\n/quit\nnever sent\n";
    let (out, ending, server) = desk.live([says("Three things."), says(&fenced(&good()))], said);
    assert_eq!((asked(&server), ending.unanswered, ending.failed), (2, false, false), "{out}");
    for part in [
        "> what is needed?\nThree things.\n",
        "revision 1: accepted; +",
        "tag release-1.0.0 runs ",
        "* revision 1 (turn 2): accepted",
        "revision 1 is written: bitbucket-pipelines.yml",
        "is kept: `pipewright chat --resume ",
    ] {
        assert!(out.contains(part), "{part:?} is not in\n{out}");
    }
    assert!(!out.contains("never sent"));
    assert_eq!(desk.file(), Some(good()));
    let session = read("s", desk.session().as_bytes()).unwrap();
    let kinds: Vec<String> = session
        .entries
        .iter()
        .map(|entry| serde_json::to_value(entry).unwrap()["type"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds, ["prompt", "reply", "prompt", "reply", "revision", "verdict", "accepted"]);
}

#[test]
fn findings_go_back_by_themselves_and_the_verdict_line_tells_what_is_violated() {
    let bad = good().replace(", trigger: manual", "");
    let desk = Desk::new();
    let (out, _, server) = desk.live([says(&fenced(&bad)), says(&fenced(&good()))], "write it\n");
    assert_eq!(asked(&server), 2, "{out}");
    assert!(out.contains("revision 1: refused, 1 error; +"), "{out}");
    assert!(out.contains("; manual-production violated\nerror[manual-production]"), "{out}");
    assert!(out.contains("the findings go back to the model\n"), "{out}");
    assert!(out.contains("revision 2: accepted; +1 -1\nrevision 2 stands\n"), "{out}");
    let repair = server.asked()[1].body["messages"].to_string();
    assert!(repair.contains("manual-production"), "{repair}");
}

#[test]
fn a_refused_revision_is_the_best_so_far_and_does_not_stand() {
    let bad = good().replace(", trigger: manual", "");
    let same = fenced(&bad);
    let (out, ..) = Desk::new().live([says(&same), says(&same)], "write it\n");
    assert!(out.contains("the last repair made nothing better, so no other is sent\n"), "{out}");
    assert!(
        out.contains("revision 1 is the best of this turn, and refused; the next prompt goes on from it\n"),
        "{out}"
    );
    assert!(!out.contains("revision 1 stands"), "{out}");
}

#[test]
fn a_slip_never_reaches_the_model() {
    let (out, ending, server) = Desk::new().live(
        [],
        "/acept\n/plan tag x\n/show\n/diff\n/undo\n/retry\n/repair\n/edit\n/fork x\n/check no.yml\n/show x\n",
    );
    assert_eq!((asked(&server), ending.failed), (0, true));
    insta::assert_snapshot!(out, @r"
    pipewright 0.1.0: test-model answers. /help lists the commands.
    There is no bitbucket-pipelines.yml here yet.
    > /acept
    there is no command `/acept`; did you mean `/accept`? (`//…` sends a prompt that begins with a slash)
    > /plan tag x
    there is no file yet: no reply has brought a whole one
    > /show
    there is no file yet: no reply has brought a whole one
    > /diff
    there is no file yet: no reply has brought a whole one
    > /undo
    nothing was asked yet, so there is nothing to take back
    > /retry
    nothing was asked yet, so there is nothing to retry
    > /repair
    the last turn left nothing to repair
    > /edit
    `/edit` needs a terminal
    > /fork x
    `/fork` wants the turn after which to go on, as in `/fork 3`
    > /check no.yml
    no.yml: does not exist
    > /show x
    `x` is no number
    ");
}

#[test]
fn a_reply_that_breaks_off_leaves_the_prompt_for_retry() {
    let half = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello, \"}}]}\n\n";
    let desk = Desk::new();
    let acts = [stream(half).then(End::Cut), status(401, "{}"), says("whole")];
    let (out, ending, server) = desk.live(acts, "the prompt\n/retry\n/retry\n");
    assert!(out.contains("Hello, \nthe reply broke off after 7 characters: "), "{out}");
    assert!(out.contains("refuses the key (401): check OPENAI_API_KEY"), "{out}");
    assert!(out.contains("the prompt is kept: /retry sends it again\n> /retry\nwhole\n"), "{out}");
    assert!(!ending.unanswered);
    let sent: Vec<_> = server.asked().iter().map(|asked| asked.body["messages"].clone()).collect();
    assert!(sent[0] == sent[1] && sent[1] == sent[2]);
    assert!(desk.session().contains("\"text\":\"Hello, \""), "what had come is kept");
}

#[test]
fn nobody_there_is_one_line_and_the_chat_goes_on() {
    let desk = Desk::new();
    let options = desk.options(None);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let live = Live::new(LiveOptions {
        base_url: Some(format!("http://127.0.0.1:{port}/v1")),
        model: Some("m".into()),
        retry: Retry { most: 0, ..Retry::default() },
        ..LiveOptions::default()
    });
    let (out, ending) = desk.say(Answers::Live(Box::new(live.unwrap())), options, "hello\n/context\n");
    assert!(out.contains("can't be reached: ") && out.contains("about "), "{out}");
    assert!(ending.unanswered && desk.session().contains("hello"));
}

#[test]
fn undo_and_fork_move_conversation_and_revisions_together() {
    let second = good().replace("tide", "wave");
    let desk = Desk::new();
    let said = "one\ntwo\n/undo\n/revisions\nagain\n/fork 1\n/revisions\n/sessions\n";
    let acts = [says(&fenced(&good())), says(&fenced(&second)), says(&fenced(&second))];
    let (out, _, server) = desk.live(acts, said);
    assert!(out.contains("taken back, from the prompt: two\nrevision 1: accepted\n"), "{out}");
    let sent = server.asked()[2].body["messages"].to_string();
    assert!(!sent.contains("two") && sent.contains("again"), "{sent}");
    assert!(out.contains("goes on after turn 1; the other one stays as it is"), "{out}");
    assert_eq!(out.matches("* revision 1 (turn 1): accepted").count(), 2, "{out}");
    assert_eq!(std::fs::read_dir(desk.root().join("sessions")).unwrap().count(), 2);
}

#[test]
fn a_session_goes_on_where_it_ended() {
    let desk = Desk::new();
    desk.live([says(&fenced(&good()))], "write it\n");
    let (out, _, server) = desk.resumed(Some("last"), [says("fine")], "/revisions\nand now?\n/accept\n");
    assert!(out.contains("goes on after turn 1") && out.contains("* revision 1 (turn 1): accepted"), "{out}");
    let sent = server.asked()[0].body["messages"].to_string();
    assert!(sent.contains("write it") && sent.contains("and now?"), "{sent}");
    assert_eq!(desk.file(), Some(good()));
    assert_eq!(desk.session().matches("\"type\":\"session\"").count(), 1);
}

#[test]
fn a_file_that_is_there_is_revision_0_and_a_change_behind_our_back_is_seen() {
    let desk = Desk::new().with_file("# mine\npipelines:\n  default:\n    - step:\n        script: [make]\n");
    let (out, _, server) = desk.live([says("Hm.")], "what about it?\n/diff\n/show\n");
    assert!(
        out.contains("bitbucket-pipelines.yml is revision 0, and shown to the model.\nrevision 0: refused"),
        "{out}"
    );
    assert!(out.contains("   1 │ # mine\n"), "{out}");
    assert!(server.asked()[0].body["messages"].to_string().contains("# mine"));

    let quiet = Desk::new().with_file("pipelines: {}\n");
    let (_, _, server) = quiet.live([], "/check\n");
    assert_eq!((asked(&server), quiet.session()), (0, String::new()), "nothing was said, so nothing is kept");
}

#[test]
fn hostile_replies_move_no_cursor() {
    let reply = "\u{1b}]0;owned\u{7}\u{1b}[2J```yaml\nimage: \u{9b}31m\u{202e}x\npipelines:\n  default:\n    - step:\n        name: \"\\e[31m\"\n        script: [\"echo \u{1b}[31m\"]\n```\n";
    let (out, _, _) = Desk::new().live(vec![says(reply); 4], "go\n/show\n/check\n/diff\n/plan\n");
    assert!(out.contains("␛[2J"), "{out}");
}

#[test]
fn a_recording_answers_its_own_prompts() {
    let desk = Desk::new();
    let chat = [("user", "write it".to_owned()), ("assistant", fenced(&good()))]
        .map(|(role, content)| serde_json::json!({ "role": role, "content": content }).to_string() + "\n");
    let recorded =
        || Answers::Recorded(Box::new(Recording::new(read("chat.jsonl", chat.concat().as_bytes()).unwrap())));
    let (out, ending) = desk.say(recorded(), desk.options(None), "\n\n/accept\n");
    assert_eq!(desk.session(), "", "what a recording says is kept already");
    assert!(out.contains("No model is configured") && out.contains("OPENAI_API_KEY"), "{out}");
    assert!(out.contains("> write it\n") && out.contains("the recording is at its end") && !ending.unanswered, "{out}");
    assert_eq!(desk.file(), Some(good()));

    let (out, ending) = desk.say(recorded(), Options { sessions: None, ..desk.options(None) }, "write that\n/accept\n");
    assert!(out.contains("a recording knows its own prompts only"), "{out}");
    assert!(ending.unanswered);
}

#[test]
fn prompts_of_several_lines_come_through_a_pipe() {
    let (_, _, server) = Desk::new().live([says("a"), says("b")], "\"\"\"\none\n\n  two\n\"\"\"\n//slash \\\nthree\n");
    let prompts: Vec<String> = server
        .asked()
        .iter()
        .map(|asked| asked.body["messages"].as_array().unwrap().last().unwrap()["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(prompts, ["one\n\n  two", "/slash \nthree"]);
}

#[test]
fn a_session_that_is_resumed_without_a_model_is_for_looking() {
    let desk = Desk::new();
    desk.live([says(&fenced(&good()))], "write it\n");
    let before = desk.session();
    let prompt = concat!(
        "{\"role\":\"user\",\"content\":\"foreign\"}\n",
        "{\"role\":\"assistant\",\"content\":\"foreign too\"}\n"
    );
    let recorded = || Answers::Recorded(Box::new(Recording::new(read("chat.jsonl", prompt.as_bytes()).unwrap())));
    let (out, ending) =
        desk.say(recorded(), desk.options(Some("last")), "\n\nforeign\n/retry\n/model x\n/show\n/check\n");
    assert_eq!(out.matches("\nno model is configured: set OPENAI_API_KEY").count(), 3, "{out}");
    assert!(!out.contains("foreign too") && out.contains("open for looking") && out.contains("pipelines:"), "{out}");
    assert!(ending.unanswered);
    assert_eq!(desk.session(), before, "nothing is appended");
    let (out, ending) = desk.say(recorded(), desk.options(Some("last")), "/accept\n");
    assert_eq!((desk.file(), ending.unanswered, ending.failed), (Some(good()), false, false), "{out}");
}
