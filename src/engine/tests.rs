//! Conversations with a backend that answers from a list.

use std::collections::VecDeque;

use tempfile::tempdir;

use super::*;
use crate::chat::{Message, Role};
use crate::check::Checker;
use crate::finding::Verdict;
use crate::model::{Backend, BackendError, Finish, Reply, Request, Usage};
use crate::session::{self, Entry, Origin, Source};
use crate::settings::Settings;

/// Answers from a list and keeps what it was asked.
#[derive(Default)]
pub(super) struct Listed {
    replies: VecDeque<Result<Reply, BackendError>>,
    pub(super) asked: Vec<Request>,
}

impl Listed {
    pub(super) fn new(replies: impl IntoIterator<Item = String>) -> Self {
        Self { replies: replies.into_iter().map(|text| Ok(said(text))).collect(), asked: Vec::new() }
    }
}

fn said(text: impl Into<String>) -> Reply {
    let usage = Some(Usage { prompt: 10, completion: 5 });
    Reply { text: text.into(), finish: Finish::Stop, usage, elapsed_ms: 100 }
}

impl Backend for Listed {
    fn reply(&mut self, request: &Request, on_delta: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        self.asked.push(request.clone());
        let reply = self.replies.pop_front().unwrap_or(Err(BackendError::NoModel))?;
        on_delta(&reply.text);
        Ok(reply)
    }

    fn name(&self) -> String {
        "listed".to_owned()
    }
}

/// No policy: what is tried here is the way, not the rules.
pub(super) fn conversation(rounds: usize) -> Conversation {
    let options = Options { repairs: Repairs::Automatic { rounds }, ..Options::default() };
    Conversation::new(options, Checker::new(Settings { policy: false, ..Settings::default() }))
}

pub(super) fn file(command: &str) -> String {
    format!(
        "image: node:20\npipelines:\n  default:\n    - step:\n        name: Test\n        script:\n          - {command}\n"
    )
}

/// A file with so many unknown keys.
pub(super) fn wrong(keys: usize) -> String {
    let keys: String = (0..keys).map(|key| format!("unknown{key}: 1\n")).collect();
    format!("{}{keys}", file("npm test"))
}

pub(super) fn reply(text: &str) -> String {
    format!("Here it is.\n\n```yaml\n{text}```\n\nDone.")
}

fn run(rounds: usize, replies: &[String]) -> (Conversation, Listed, Vec<Entry>) {
    let (mut conversation, mut backend, mut entries) =
        (conversation(rounds), Listed::new(replies.to_vec()), Vec::new());
    conversation.turn(Prompt::user("write it"), &mut backend, &mut entries).unwrap();
    (conversation, backend, entries)
}

#[test]
fn a_prompt_becomes_a_checked_revision_and_a_file() {
    let (mut conversation, backend, mut entries) = run(3, &[reply(&file("npm test"))]);
    let turn = &conversation.turns()[0];
    assert_eq!((turn.attempts.len(), turn.revision, &turn.stop), (1, Some(1), &Stop::Accepted));
    let present = conversation.present().unwrap();
    assert_eq!((present.text(), present.verdict()), (file("npm test").as_str(), Verdict::Accepted));
    assert_eq!(conversation.diff(None, 1).unwrap().counts(), "+7 -0");
    assert_eq!(
        backend.asked[0].messages.iter().map(|message| message.role).collect::<Vec<_>>(),
        [Role::System, Role::User]
    );
    assert_eq!(conversation.tokens(), 15);
    let root = tempdir().unwrap();
    let written = conversation.accept(None, root.path(), false, &mut entries).unwrap();
    assert_eq!(std::fs::read_to_string(&written.path).unwrap(), file("npm test"));
    let kinds: Vec<String> =
        entries.iter().map(|entry| serde_json::to_value(entry).unwrap()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["prompt", "reply", "revision", "verdict", "accepted"]);
    // Accepted again after a change of ours, and refused after a change of somebody else's.
    conversation.edit(file("npm ci"), &mut entries);
    conversation.accept(None, root.path(), false, &mut entries).unwrap();
    std::fs::write(&written.path, "theirs").unwrap();
    conversation.edit(file("npm run x"), &mut entries);
    assert!(matches!(
        conversation.accept(None, root.path(), false, &mut entries),
        Err(EngineError::Accept(AcceptError::Changed { .. }))
    ));
    assert_eq!(std::fs::read_to_string(&written.path).unwrap(), "theirs");
    conversation.accept(None, root.path(), true, &mut entries).unwrap();
}

/// A whole flow that the policy takes.
const FLOW: &str = "image: a/b:1
pipelines:
  branches:
    main:
      - step:
          services: [docker]
          script: [docker build -t r/x:$BITBUCKET_COMMIT ., docker push r/x:$BITBUCKET_COMMIT]
      - step: { deployment: staging, script: [kubectl set image d/x x=r/x:$BITBUCKET_COMMIT] }
  tags:
    rc-*:
      - step: &tag { script: [crane tag r/x:$BITBUCKET_COMMIT $BITBUCKET_TAG] }
      - step: { deployment: staging, script: [kubectl set image d/x x=r/x:$BITBUCKET_TAG] }
    release-*:
      - step: *tag
      - step: { deployment: production, trigger: manual, script: [kubectl set image d/x x=r/x:$BITBUCKET_TAG] }
";

#[test]
fn what_a_repair_adds_as_asked_breaks_nothing() {
    let stop = |texts: &[String]| {
        let options = Options { repairs: Repairs::Automatic { rounds: 3 }, ..Options::default() };
        let mut conversation = Conversation::new(options, Checker::new(Settings::default()));
        let mut backend = Listed::new(texts.iter().map(|text| reply(text)));
        let turn = conversation.turn(Prompt::user("write it"), &mut backend, &mut Silent).unwrap();
        (turn.stop.clone(), turn.attempts.len(), turn.ending())
    };
    let at = |text: &str| FLOW.find(text).unwrap();
    // No plan of a release; then one, but with no gate before production; then the whole.
    let no_release = FLOW[..at("    release-*:")].to_owned();
    let no_gate = FLOW.replace(" trigger: manual,", "");
    let (stopped, attempts, ending) = stop(&[no_release, no_gate.clone(), FLOW.to_owned()]);
    assert_eq!((stopped, attempts, ending.as_deref()), (Stop::Accepted, 3, Some("accepted after 2 repairs")));
    // A promotion that was none before takes the wrong image: the rule had nothing to hold of.
    let no_retag = FLOW
        .replace("crane tag r/x:$BITBUCKET_COMMIT $BITBUCKET_TAG", "date")
        .replace("r/x:$BITBUCKET_TAG", "r/x:$BITBUCKET_COMMIT");
    let wrong_source = FLOW.replace("crane tag r/x:$BITBUCKET_COMMIT", "crane tag r/x:latest");
    let (stopped, attempts, _) = stop(&[no_retag, wrong_source, FLOW.to_owned()]);
    assert_eq!((stopped, attempts), (Stop::Accepted, 3));
    // A gate that was there, and a build where none was.
    let two_wrong = format!("{FLOW}one: 1\ntwo: 2\n");
    let (stopped, _, ending) = stop(&[two_wrong.clone(), no_gate]);
    assert_eq!(stopped, Stop::Broke(vec!["manual-production".to_owned()]));
    assert_eq!(ending.as_deref(), Some("the last repair broke what held, so no other is sent: manual-production"));
    let rebuilt = FLOW.replace(
        "{ script: [crane tag",
        "{ services: [docker], script: [docker build -t r/x:$BITBUCKET_TAG ., crane tag",
    );
    assert_eq!(stop(&[two_wrong, rebuilt]).0, Stop::Broke(vec!["build-once".to_owned()]));
}

#[test]
fn findings_go_back_until_the_file_is_accepted() {
    let (conversation, backend, entries) = run(3, &[reply(&wrong(2)), reply(&wrong(1)), reply(&file("npm test"))]);
    let turn = &conversation.turns()[0];
    assert_eq!((turn.attempts.len(), turn.revision, &turn.stop), (3, Some(3), &Stop::Accepted));
    assert_eq!(
        backend.asked.iter().map(|request| (request.turn, request.attempt)).collect::<Vec<_>>(),
        [(1, 0), (1, 1), (1, 2)]
    );
    insta::assert_snapshot!(turn.attempts[1].prompt.text, @"
    The checker refused revision 1 of the file. Its findings, each with the place and the rule:

    1. known-key (line 8): unknown key `unknown0` in the file
       line: unknown0: 1
       mend: known here: `image`, `clone`, `options`, `definitions`, `export`, `labels`, `triggers`, `pipelines`
    2. known-key (line 9): unknown key `unknown1` in the file
       line: unknown1: 1
       mend: known here: `image`, `clone`, `options`, `definitions`, `export`, `labels`, `triggers`, `pipelines`

    Mend these findings and change nothing else. What the conversation has agreed on stays as it is, so don't remove a step,
    a test or a deployment to silence a finding. Answer with one or two sentences about what you changed and the whole
    corrected bitbucket-pipelines.yml in one yaml block.
    If a finding can't be mended without something that only the user can decide, say so and ask.
    ");
    let origins: Vec<Origin> = entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Prompt { origin, .. } => Some(*origin),
            _ => None,
        })
        .collect();
    assert_eq!(origins, [Origin::User, Origin::Repair, Origin::Repair]);
}

#[test]
fn a_loop_of_repairs_ends_and_the_best_is_kept() {
    let stop = |rounds, replies: &[String]| {
        let (conversation, backend, _) = run(rounds, replies);
        let turn = &conversation.turns()[0];
        assert_eq!(turn.revision, conversation.present().map(|revision| revision.number));
        (turn.stop.clone(), turn.revision, backend.asked.len())
    };
    let [three, two, one] = [3, 2, 1].map(|keys| reply(&wrong(keys)));
    assert_eq!(stop(0, std::slice::from_ref(&two)), (Stop::NotAsked, Some(1), 1));
    assert_eq!(stop(2, &[three.clone(), two.clone(), one.clone()]), (Stop::Rounds(2), Some(3), 3));
    assert_eq!(stop(3, &[two.clone(), three.clone()]), (Stop::NoProgress, Some(1), 2));
    assert_eq!(stop(3, &[two.clone(), two.clone()]), (Stop::NoProgress, Some(1), 2), "the same again");
    assert_eq!(stop(3, &[two.clone(), "I can't.".to_owned()]), (Stop::Words, Some(1), 2));
    let broken = reply(&file("npm test").replace("image: node:20", "image: [node]"));
    let (stopped, best, asked) = stop(3, &[two.clone(), broken]);
    assert!(matches!(&stopped, Stop::Broke(rules) if rules.len() == 1), "{stopped:?}");
    assert_eq!((best, asked), (Some(2), 2), "fewer errors is better all the same");
    assert!(matches!(stop(3, &[two]), (Stop::Failed(BackendError::NoModel), Some(1), 2)));
    assert_eq!(stop(3, &["No file yet.".to_owned()]), (Stop::NoFile, None, 1));
}

#[test]
fn a_file_that_is_cut_off_or_leaves_parts_out_is_no_revision() {
    let half = "```yaml\npipelines:\n  default:\n    - step:\n        script:\n".to_owned();
    let short = reply("pipelines:\n  default: []\n  # ... rest unchanged\n");
    let (conversation, backend, _) = run(3, &[half, short, reply(&file("npm test"))]);
    let turn = &conversation.turns()[0];
    assert_eq!((conversation.revisions().len(), turn.revision, turn.attempts.len()), (1, Some(1), 3));
    insta::assert_snapshot!(turn.attempts[1].prompt.text, @"
    The file in your last reply can't be taken:

    - the block is not closed, and its last line is not whole: it ends at line 4 with `script:`

    Give the whole bitbucket-pipelines.yml again, from its first line to its last, in one yaml block, with nothing left out or
    abbreviated, and as few words around it as you can.
    ");
    assert!(backend.asked[2].messages[2].text.contains("rest unchanged"), "the reply in question is sent along");
    let mut cut = Listed::default();
    cut.replies.push_back(Ok(Reply { finish: Finish::Length, ..said(reply(&file("x")).replace("```\n\nDone.", "")) }));
    let mut conversation = super::tests::conversation(0);
    let turn = conversation.turn(Prompt::user("x"), &mut cut, &mut Silent).unwrap();
    assert_eq!(turn.attempts[0].yaml(), YamlKind::Flawed);
}

#[test]
fn the_file_as_found_is_revision_0_and_keeps_its_dress() {
    let found = file("npm test").replace('\n', "\r\n");
    let mut conversation = conversation(0);
    let mut entries = Vec::new();
    conversation.begin_with(found.trim_end(), &mut entries);
    let mut backend = Listed::new([reply(&file("npm test")), reply(&file("npm run all"))]);
    conversation.turn(Prompt::user("check it"), &mut backend, &mut entries).unwrap();
    assert!(backend.asked[0].messages[0].text.contains("- npm test"), "the model is shown the file");
    assert_eq!(conversation.present().unwrap().number, 0, "the same text is no new revision");
    conversation.turn(Prompt::user("change it"), &mut backend, &mut entries).unwrap();
    let present = conversation.present().unwrap();
    assert_eq!((present.number, present.text()), (1, found.trim_end().replace("npm test", "npm run all").as_str()));
    assert!(matches!(&entries[0], Entry::Revision { number: 0, source: Source::File, text: Some(_), .. }));
}

#[test]
fn a_failed_reply_keeps_its_prompt() {
    let (mut conversation, mut entries) = (conversation(0), Vec::new());
    let mut backend = Listed::default();
    let broken = BackendError::Broken { text: "half an ans".to_owned(), why: "reset".to_owned() };
    backend.replies.extend([Err(broken), Ok(said("an answer"))]);
    let error = conversation.turn(Prompt::user("a question"), &mut backend, &mut entries).unwrap_err();
    assert!(matches!(error, EngineError::Backend { turn: 1, .. }));
    assert_eq!(conversation.unanswered().map(|prompt| prompt.text.as_str()), Some("a question"));
    assert!(matches!(&entries[1], Entry::Failure { text, .. } if text == "half an ans"));
    conversation.retry(&mut backend, &mut entries).unwrap();
    assert_eq!((conversation.turns().len(), conversation.unanswered()), (1, None));
    assert_eq!(session::exchanges(&entries).len(), 1);
    assert!(matches!(
        Conversation::new(Options::default(), Checker::new(Settings::default())).retry(&mut backend, &mut entries),
        Err(EngineError::NothingToRetry)
    ));
}

#[test]
fn a_cap_is_looked_at_before_each_request() {
    let (mut conversation, mut backend) = (conversation(3), Listed::new([reply(&wrong(1)), reply(&wrong(0))]));
    conversation.options_mut().limits.tokens = Some(15);
    let turn = conversation.turn(Prompt::user("x"), &mut backend, &mut Silent).unwrap();
    assert!(matches!(&turn.stop, Stop::Cap(reason) if reason.contains("15 tokens")));
    assert!(matches!(conversation.turn(Prompt::user("y"), &mut backend, &mut Silent), Err(EngineError::Cap(_))));
    assert_eq!(backend.asked.len(), 1);
}

#[test]
fn undo_retry_and_fork_move_turns_and_revisions_together() {
    let (mut conversation, mut entries) = (conversation(0), Vec::new());
    let mut backend = Listed::new(["one", "two", "three", "again"].map(|command| reply(&file(command))));
    for prompt in ["p1", "p2", "p3"] {
        conversation.turn(Prompt::user(prompt), &mut backend, &mut entries).unwrap();
    }
    let undone = conversation.undo(1, &mut entries).unwrap().unwrap();
    assert_eq!((undone.text.as_str(), conversation.present().unwrap().number), ("p3", 2));
    assert!(matches!(conversation.undo(3, &mut entries), Err(EngineError::NothingToUndo { have: 2, asked: 3 })));
    conversation.retry(&mut backend, &mut entries).unwrap();
    assert_eq!((conversation.turns().len(), conversation.present().unwrap().text()), (2, file("again").as_str()));
    assert!(conversation.revision(3).unwrap_err().to_string().ends_with("no revision 3 any more; there are 1 to 4"));
    let mut resumed = self::conversation(0);
    resumed.restore(&entries, &mut Silent);
    assert_eq!(resumed.revisions().iter().map(|revision| revision.number).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(backend.asked[3].messages.last().unwrap().text, "p2");
    conversation.edit(file("mine"), &mut entries);
    let mut once = Vec::new();
    conversation.edit(file("other"), &mut once);
    assert_eq!((conversation.undo_edit(&mut once), conversation.present().unwrap().text()), (Some(6), &*file("mine")));
    entries.append(&mut once);
    let mut forked = Vec::new();
    let fork = conversation.fork(1, &mut forked).unwrap();
    assert_eq!((fork.turns().len(), fork.present().unwrap().text()), (1, file("one").as_str()));
    assert_eq!(session::exchanges(&forked).len(), 1);
    // A session says the same after all of this.
    let mut restored = super::tests::conversation(0);
    let mut told = Vec::new();
    restored.restore(&entries, &mut told);
    assert_eq!(restored.present().unwrap().text(), file("mine"));
    assert_eq!((restored.turns().len(), restored.revisions().len()), (2, 3));
    assert_eq!(told, conversation.entries(), "what is concluded again is what was concluded");
}

#[test]
fn a_session_with_repairs_is_restored() {
    let (conversation, _, mut entries) = run(3, &[reply(&wrong(2)), reply(&wrong(1)), reply(&wrong(2))]);
    entries.push(Entry::Prompt { turn: 2, origin: Origin::User, text: "unanswered".to_owned() });
    let mut restored = super::tests::conversation(0);
    restored.restore(&entries, &mut Silent);
    assert_eq!(restored.turns()[0].attempts.len(), 3);
    assert_eq!(restored.present().unwrap().number, conversation.present().unwrap().number);
    assert_eq!(restored.unanswered().unwrap().text, "unanswered");
    assert_eq!(restored.tokens(), conversation.tokens());
}

#[test]
fn masks_of_a_session_file_are_never_written() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s.jsonl");
    let found = file("psql postgres://app:hunter22@db/app");
    std::fs::write(folder.path().join("bitbucket-pipelines.yml"), &found).unwrap();
    let mut writer = session::Writer::create(&path, &session::Header::new("s", ""), session::Redact::default());
    let mut told = Vec::new();
    let mut conversation = conversation(0);
    conversation.begin_with(&found, &mut told);
    let mut backend = Listed::new([reply(&file("psql postgres://app:hunter23@db/app"))]);
    conversation.turn(Prompt::user("another password"), &mut backend, &mut told).unwrap();
    told.iter().for_each(|entry| writer.write(entry).unwrap());
    drop(writer);
    let entries = session::open(&path).unwrap().entries;
    let mut restored = super::tests::conversation(0);
    restored.restore_over(&entries, Some(&found), &mut Silent);
    assert_eq!(restored.revision(0).unwrap().text(), found, "the file's own bytes");
    let error = restored.accept(None, folder.path(), true, &mut Silent).unwrap_err();
    assert!(matches!(error, EngineError::Masked { number: 1 }), "{error}");
    assert_eq!(std::fs::read_to_string(folder.path().join("bitbucket-pipelines.yml")).unwrap(), found);
    // A replay of it does not call the mask a drift.
    let recording = Recording::new(session::open(&path).unwrap());
    let checker = Checker::new(Settings { policy: false, ..Settings::default() });
    let cues = cues_of_recording(&recording);
    let play = play(&cues, Answers::Recorded(&recording), checker, Options::default(), &mut Silent);
    assert_eq!(play.played[0].drift, []);
}

#[test]
fn superseded_files_are_left_out_of_what_is_sent() {
    let mut conversation = conversation(0);
    let mut backend = Listed::new(["one", "two", "words only"].map(|command| match command {
        "words only" => command.to_owned(),
        command => reply(&file(command)),
    }));
    for prompt in ["p1", "p2", "p3"] {
        conversation.turn(Prompt::user(prompt), &mut backend, &mut Silent).unwrap();
    }
    let context = conversation.context();
    let told: Vec<&str> = context.messages[1..].iter().map(|message: &Message| message.text.as_str()).collect();
    insta::assert_debug_snapshot!(told, @r#"
    [
        "p1",
        "Here it is.\n\n(Here stood revision 1, which no longer counts.)\n\n\nDone.",
        "p2",
        "Here it is.\n\n```yaml\nimage: node:20\npipelines:\n  default:\n    - step:\n        name: Test\n        script:\n          - two\n```\n\nDone.",
        "p3",
        "words only",
    ]
    "#);
    insta::assert_debug_snapshot!(context.left_out, @r#"
    [
        "revision 1, of turn 1",
    ]
    "#);
    conversation.options_mut().context = 10;
    let context = conversation.context();
    assert_eq!(context.messages.iter().filter(|message| message.role == Role::User).count(), 3, "prompts always stay");
    assert!(context.messages.iter().any(|message| message.text.contains("- two")), "and so does the present file");
    assert!(context.left_out.contains(&"the reply of turn 1".to_owned()), "{:?}", context.left_out);
    conversation.edit(file("mine"), &mut Silent);
    assert!(conversation.context().messages[0].text.contains("- mine"));
}

#[test]
fn settings_are_told_to_the_model() {
    let settings = Settings { main_branch: "trunk".to_owned(), ..Settings::default() };
    let context = Conversation::new(Options::default(), Checker::new(settings)).context();
    assert!(context.messages[0].text.ends_with("- The one long-lived branch is `trunk`, not `main`."));
}
