//! What a person has to rely on in a chat: nothing is written unsaid, nothing is lost unseen, no key is shown.

use std::path::Path;

use pipewright::repl::Options;

use crate::chat::{CANARY, Desk, asked, fenced, good};
use crate::server::{End, Server, says, status, stream};
use crate::support::pipewright;

#[test]
fn a_session_of_another_folder_writes_here_only_when_a_file_is_named() {
    let server = Server::with([says(&fenced(&good()))]);
    let run = pipewright().args(["chat", "--model", "small", "--server", server.base().as_str()]);
    let ended = run.say("write it\n").run();
    let session = ended.sessions();
    assert!(session.contains("\"folder\":\""), "{session}");
    let again = |arguments: &[&'static str]| {
        let run = pipewright().file("s.jsonl", &session).args(["chat", "--resume", "./s.jsonl"]);
        run.args(arguments.iter().copied()).say("/accept\n").run()
    };
    let silent = again(&[]);
    assert_eq!((silent.code, silent.exists("bitbucket-pipelines.yml")), (Some(2), false), "{}", silent.block());
    assert!(silent.err.contains("and this is another folder\nhint: resume it there"), "{}", silent.err);
    let named = again(&["--file", "here.yml"]);
    assert_eq!((named.code, named.read("here.yml")), (Some(0), good()), "{}", named.block());
    assert!(
        named.out.contains("it was held in ") && named.out.contains("its file is here.yml of this"),
        "{}",
        named.out
    );
    assert!(named.out.contains("is kept: `pipewright chat --resume ./s.jsonl`"), "{}", named.out);
}

#[test]
fn last_is_the_last_session_of_this_folder() {
    let desk = Desk::new();
    desk.live([says("fine")], "hello\n");
    let mut other = desk.options(Some("last"));
    other.directory = desk.root().to_owned();
    let error = desk.fails(other);
    assert!(error.contains("there is no session of this folder (") && error.contains("and 1 of others"), "{error}");
}

#[test]
fn messages_name_the_file_as_the_user_did() {
    let desk = Desk::new();
    let named = |desk: &Desk| {
        let options = desk.options(None);
        Options {
            root: desk.root().to_owned(),
            within: None,
            named: "../bitbucket-pipelines.yml".to_owned(),
            ..options
        }
    };
    let (out, _, _) = desk.with(named(&desk), [says(&fenced(&good()))], "write it\n/accept\n");
    assert!(out.contains("There is no ../bitbucket-pipelines.yml yet."), "{out}");
    assert!(out.contains("`/accept` writes it to ../bitbucket-pipelines.yml\n"), "{out}");
    assert!(out.contains("revision 1 is written: ../bitbucket-pipelines.yml"), "{out}");
    std::fs::write(desk.root().join("bitbucket-pipelines.yml"), "mine: 1\n").unwrap();
    let (out, _, _) = desk.with(named(&desk), [says(&fenced(&good()))], "/accept\nwrite it\n");
    assert!(out.contains("revision 0 is incomplete") || out.contains("revision 0 is refused"), "{out}");
}

#[test]
fn the_file_of_this_session_is_no_stranger_and_a_strangers_is_taken_up() {
    let second = good().replace("tide", "wave");
    let desk = Desk::new();
    desk.live([says(&fenced(&good()))], "write it\n/accept\n/undo\n");
    let acts = [says(&fenced(&good())), says(&fenced(&second))];
    let (out, _, _) = desk.resumed(Some("last"), acts, "again\n/accept\nother\n/accept\n");
    assert!(out.contains("revision 2 stands there already") && out.contains("revision 3 is written"), "{out}");

    let path = desk.root().join("work/bitbucket-pipelines.yml");
    let theirs = format!("# by hand\n{second}");
    std::fs::write(&path, &theirs).unwrap();
    let said = "/accept 2\n/reload\n/reload\n/accept 2\n";
    let (out, ending, _) = desk.resumed(Some("last"), [], said);
    assert!(out.contains("on disk is none of the revisions; `/reload` takes it as one"), "{out}");
    assert!(out.contains("it has changed since it was read") && out.contains("(`/reload`, `/accept force`)"), "{out}");
    assert!(out.contains("revision 4: accepted; +1 -0") && out.contains("is revision 4 as it is"), "{out}");
    assert!(out.contains("revision 2 is written: bitbucket-pipelines.yml") && ending.failed, "{out}");
    assert_eq!(desk.file(), Some(good()));
}

#[test]
fn what_a_killed_program_wrote_is_noted_when_the_session_goes_on() {
    let desk = Desk::new();
    desk.live([says(&fenced(&good()))], "write it\n");
    let desk = desk.with_file(&good());
    let (out, _, _) = desk.resumed(Some("last"), [], "/revisions\n");
    assert!(out.contains("revision 1 was written to bitbucket-pipelines.yml already"), "{out}");
    assert_eq!(desk.session().matches("\"type\":\"accepted\"").count(), 1);
    let (out, _, _) = desk.resumed(Some("last"), [], "/revisions\n");
    assert!(out.contains("bitbucket-pipelines.yml on disk is revision 1") && !out.contains("already"), "{out}");
}

#[test]
fn whoever_comes_back_sees_where_it_stood() {
    let desk = Desk::new();
    desk.live([says(&format!("{}\nTwo words at the end.\n", fenced(&good())))], "write it\nunanswered\n");
    let (out, _, _) = desk.resumed(Some("last"), [], "");
    let session = desk.session();
    let id = session.split("\"id\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    insta::assert_snapshot!(out.replace(id, "[ID]"), @r"
    pipewright 0.1.0: test-model answers. /help lists the commands.
    session [ID] goes on after turn 1
    the last prompt: write it
      Here it is.
      Two words at the end.
    revision 1: accepted
    bitbucket-pipelines.yml is not there yet
    no reply came to the prompt `unanswered`: /retry sends it again
    session [ID] is kept: `pipewright chat --resume [ID]`
    ");
}

#[test]
fn what_a_revision_takes_away_is_said_and_what_stays_wrong_is_summed_up() {
    let file = good().replace("pipelines:\n", "# keep: the registry is shared\npipelines:\n");
    let (_, worse) = (file.clone(), good().replace(", trigger: manual", ""));
    let desk = Desk::new().with_file(&file);
    let options = desk.options(None);
    let mut asked_only = options.engine.clone();
    asked_only.repairs = pipewright::engine::Repairs::Asked;
    let options = Options { engine: asked_only, ..options };
    let again = worse.replace("tide", "wave");
    let (out, ending, _) = desk.with(options, [says(&fenced(&worse)), says(&fenced(&again))], "simpler\nmore\n/undo\n");
    assert!(out.contains("\nweaker: "), "{out}");
    assert!(out.contains("a comment is gone: # keep: the registry is shared\n"), "{out}");
    assert_eq!(out.matches("error[manual-production]").count(), 1, "{out}");
    assert!(out.contains("the same 1 error as revision 1; `/check` shows them\n"), "{out}");
    assert!(ending.refused, "the file that stands is refused");
    assert!(!out.contains("`/accept` writes it"), "{out}");
}

#[test]
fn the_key_is_neither_sent_nor_shown_by_mistake() {
    let desk = Desk::new();
    let said = format!("use {CANARY} please\n/send\n/send\n");
    let (out, ending, server) = desk.live([says(&format!("Your key {CANARY} is fine."))], &said);
    assert!(out.contains("> use ***************** please\n"), "{out}");
    assert!(out.contains("stands in this prompt, so it is not sent") && out.contains("or `/send` it"), "{out}");
    assert!(out.contains("Your key ***************** is fine.") && out.contains("no prompt is held back"), "{out}");
    assert_eq!((asked(&server), ending.failed), (1, true));
    assert!(server.asked()[0].body["messages"].to_string().contains(CANARY), "what is sent is what was said");

    let file = good().replacen("pipelines:\n", &format!("# {CANARY}\npipelines:\n"), 1);
    let desk = Desk::new().with_file(&file);
    let (out, _, server) = desk.live([], "hello\n/show\n");
    assert_eq!(asked(&server), 0);
    assert!(out.contains("revision 0 holds a key") && out.contains("stands in the file, which goes along"), "{out}");
}

#[test]
fn after_a_repair_that_broke_off_the_next_move_is_a_repair() {
    let bad = good().replace(", trigger: manual", "");
    let half = "data: {\"choices\":[{\"delta\":{\"content\":\"Hello, \"}}]}\n\n";
    let desk = Desk::new();
    let acts = [says(&fenced(&bad)), stream(half).then(End::Cut), says(&fenced(&good()))];
    let (out, _, server) = desk.live(acts, "write it\n/repair\n");
    assert!(out.contains("the repair broke off: ") && !out.contains("retry"), "{out}");
    assert!(out.contains("\n/repair sends the findings again\n"), "{out}");
    assert!(out.contains("revision 2: accepted"), "{out}");
    assert_eq!(asked(&server), 3);
}

#[test]
fn tokens_that_no_server_counted_are_estimated_again_when_a_session_goes_on() {
    let desk = Desk::new();
    let used = |out: &str| out.lines().find(|line| line.starts_with("used so far: ")).unwrap().to_owned();
    let (out, ..) = desk.live([says("one"), says("two")], "first\nsecond\n/context\n");
    let (live, estimated) = (used(&out), " tokens (estimated where the server did not count), ");
    assert!(live.contains(estimated) && !live.contains(": 0 tokens"), "{live}");
    let (out, ..) = desk.resumed(Some("last"), [], "/context\n");
    let tokens = |line: &str| line.split_once(estimated).unwrap().0.to_owned();
    assert_eq!(tokens(&used(&out)), tokens(&live));
    let counted = "data: {\"choices\":[{\"delta\":{\"content\":\"one\"},\"finish_reason\":\"stop\"}],\
                   \"usage\":{\"prompt_tokens\":40,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
    let (out, ..) = Desk::new().live([stream(counted)], "first\n/context\n");
    assert!(used(&out).starts_with("used so far: 42 tokens, "), "{out}");
}

#[test]
fn what_is_undone_and_what_stays_is_told_apart() {
    let desk = Desk::new();
    let (out, _, _) = desk.live([says(&fenced(&good()))], "write it\n/accept\n/undo\n/undo\n/fork 7\n");
    assert!(out.contains("what was written to bitbucket-pipelines.yml stays there as it is\n"), "{out}");
    assert!(out.contains("nothing was asked yet, so there is nothing to take back\n"), "{out}");
    assert!(out.contains("there is no turn 7: nothing was answered yet\n"), "{out}");
    assert_eq!(desk.file(), Some(good()));
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_stops_no_chat_and_is_written_through_by_no_force() {
    let desk = Desk::new();
    let root = desk.options(None).root;
    std::os::unix::fs::symlink(Path::new("/nowhere/at/all.yml"), root.join("bitbucket-pipelines.yml")).unwrap();
    let (out, _, _) = desk.live([says(&fenced(&good()))], "write it\n/accept force\n");
    assert!(out.contains("bitbucket-pipelines.yml is a link that leads nowhere"), "{out}");
    assert!(out.contains(", so it is not written\n"), "no force is advised: {out}");
}

#[test]
fn what_a_reply_dropped_of_the_file_on_disk_is_told_until_it_is_written() {
    let kept: String = (0..30).map(|at| format!("# remark {at}\n")).collect();
    let whole = format!("{kept}{}", good());
    let desk = Desk::new().with_file(&whole);
    let bad = good().replace(", trigger: manual", "");
    let replies = [says(&fenced(&bad)), says(&fenced(&good())), says(&fenced(&whole))];
    let (out, _, server) = desk.live(replies, "tidy it\n/context\n/repair\n");
    let asked = server.asked();
    let (system, repair) = (asked[1].body["messages"][0].to_string(), asked[1].body["messages"].to_string());
    assert!(system.contains("# The file as it was found") && system.contains("# remark 29"), "{system}");
    assert!(repair.contains("dropped a large part of the file: 30 of ") && repair.contains("manual-production"));
    assert!(out.contains("revision 2: accepted; +1 -1\nagainst the file on disk: a large part"), "{out}");
    assert!(out.contains("against the file on disk: 30 comments are gone, the first: # remark 0\n"), "{out}");
    assert!(out.contains("`/accept` would take 30 of ") && !out.contains("`/accept` writes it"), "{out}");
    assert!(out.contains("also whole: the file as it was found\n"), "{out}");
    assert!(
        out.ends_with(&format!("{}\n", out.lines().last().unwrap())) && out.contains("revision 3: accepted"),
        "{out}"
    );

    let desk = Desk::new().with_file(&whole);
    let (out, ..) = desk.live([says(&fenced(&good()))], "shorter\n/accept\n");
    let lines = good().lines().count();
    assert!(
        out.contains(&format!("revision 1 is written: bitbucket-pipelines.yml (+0 -30)\n30 of {} lines", lines + 30))
    );
    assert!(out.contains("`/accept 0 force` brings them back"), "{out}");
    assert_eq!(desk.file(), Some(good()));
}

#[test]
fn a_revision_with_the_key_of_the_chat_is_written_by_no_word() {
    let desk = Desk::new();
    let holds = good().replace("pipelines:\n", &format!("# {CANARY}\npipelines:\n"));
    let (out, ending, _) = desk.live([says(&fenced(&holds))], "write it\n/accept force\n");
    assert!(out.contains("holds the key that this chat asks with, so it is not written, nor by force"), "{out}");
    assert!(ending.failed && desk.file().is_none());
}

#[cfg(unix)]
#[test]
fn a_link_of_the_repository_that_leads_out_of_it_is_not_read() {
    let secret = "# the key to everything\npipelines: {}\n";
    let linked = |name: &str, to: &str| {
        let run = pipewright().file("../secret.yml", secret).env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1");
        std::os::unix::fs::symlink(to, run.path(name)).unwrap();
        run.env("PIPEWRIGHT_MODEL", "small")
    };
    let file = "bitbucket-pipelines.yml";
    for arguments in [&["chat"][..], &["check"], &["check", "."], &["plan"]] {
        let ended = linked(file, "../secret.yml").args(arguments.iter().copied()).say("/show\n").run();
        assert_eq!(ended.code, Some(3), "{}", ended.block());
        assert!(ended.err.contains("leads out of ") && ended.err.contains("so it is not read"), "{}", ended.block());
        assert!(!ended.block().contains("the key to everything") && ended.sessions().is_empty(), "{}", ended.block());
    }
    let ended = linked("ci.yml", "../secret.yml").file("pipewright.yaml", "file: ci.yml\n").args(["check"]).run();
    assert!(ended.code == Some(3) && ended.err.contains("ci.yml: leads out of "), "{}", ended.block());
    // What a person names is read, and so is a link that stays inside.
    assert_eq!(linked(file, "../secret.yml").args(["check", file]).run().code, Some(1));
    let ended = linked(file, "../secret.yml").args(["chat", "--file", file]).say("/show\n").run();
    assert!(ended.out.contains("the key to everything"), "{}", ended.block());
    assert_eq!(linked(file, "ci.yml").file("ci.yml", secret).args(["check"]).run().code, Some(1));
}

#[test]
fn a_reply_with_something_in_place_of_a_file_names_the_next_step_which_asks_for_the_file() {
    let replies = [says("```diff\n-  - make\n+  - make test\n```\n"), says(&fenced(&good()))];
    let (out, ending, server) = Desk::new().live(replies, "make it test\n/repair\n");
    assert!(out.contains("no revision: the reply holds a patch at line 1, no YAML of a pipeline file\n"), "{out}");
    assert!(out.contains("`/repair` asks for the whole file\n") && out.contains("revision 1: accepted"), "{out}");
    let repair = server.asked()[1].body["messages"].as_array().unwrap().last().unwrap()["content"].to_string();
    assert!(repair.contains("it is a patch, not a file") && !ending.failed, "{repair}");
    let (out, _, server) = Desk::new().live([says("```yaml\n- step: {script: [make]}\n```\n")], "how?\n");
    assert!(out.contains("a fragment of 1 line, not a whole file\n`/repair` asks for the whole file\n"), "{out}");
    assert_eq!(crate::chat::asked(&server), 1, "a part may be what was asked for");
    let (out, ..) = Desk::new().live([says("Trunk.")], "which?\n");
    assert!(!out.contains("/repair"), "{out}");
}

#[test]
fn who_looks_at_a_session_with_no_reply_at_its_end_has_asked_for_none() {
    let desk = Desk::new();
    desk.live([status(500, "{}")], "hello\n");
    let (out, ending, _) = desk.resumed(Some("last"), [], "/revisions\n");
    assert!(out.contains("no reply came to the prompt `hello`") && !ending.unanswered, "{out}");
}

#[test]
fn what_is_taken_back_is_the_edit_first_and_a_list_tells_what_is_on_disk() {
    let desk = Desk::new();
    desk.live([says(&fenced(&good()))], "write it\n/accept\n");
    let mine = good().replace("pipelines:\n", "# mine\npipelines:\n");
    std::fs::write(desk.root().join("work/bitbucket-pipelines.yml"), &mine).unwrap();
    let (out, ..) = desk.resumed(Some("last"), [], "/reload\n/revisions\n/undo\n/accept\n/revisions\n/sessions\n");
    assert!(out.contains("* revision 2 (edited by hand after turn 1): accepted, 0 errors, "), "{out}");
    assert!(
        out.contains("; on disk\n> /undo\ntaken back: revision 2, edited by hand\nrevision 1: accepted\n"),
        "{out}"
    );
    assert!(out.contains("1 turn, accepted, written\n"), "{out}");
    let (again, ..) = desk.resumed(Some("last"), [], "/revisions\n/undo\n/sessions\n");
    assert!(again.contains("* revision 1 (turn 1): accepted") && !again.contains("revision 2"), "{again}");
}

#[test]
fn plain_chat_lines_are_never_appended_to() {
    let lines = "{\"role\":\"user\",\"content\":\"hi\"}\n{\"role\":\"assistant\",\"content\":\"hello\"}\n";
    let run = pipewright().file("chat.jsonl", lines).args(["chat", "--resume", "./chat.jsonl"]);
    let ended = run.say("more\n").run();
    assert_eq!((ended.code, ended.read("chat.jsonl").as_str()), (Some(3), lines), "{}", ended.block());
    assert!(ended.err.contains("`replay` and `eval` play it"), "{}", ended.block());
}
