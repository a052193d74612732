//! Sessions written and read, whole and torn, old and foreign.

use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::tempdir;

use super::*;
use crate::finding::Verdict;

const VERSION_1: &str = include_str!("../../tests/fixtures/sessions/version-1.jsonl");
const TORN: &str = include_str!("../../tests/fixtures/sessions/torn-end.jsonl");
const CHAT: &str = include_str!("../../tests/fixtures/sessions/chat-lines.jsonl");

fn prompt(turn: usize, text: &str) -> Entry {
    Entry::Prompt { turn, origin: Origin::User, text: text.to_owned() }
}

fn reply(turn: usize, text: &str) -> Entry {
    Entry::Reply { turn, text: text.to_owned(), finish: Some("stop".to_owned()), usage: None, elapsed_ms: Some(7) }
}

fn header() -> Header {
    Header::new("a", "2026-11-23T20:00:00Z")
}

fn wrong(text: &str) -> String {
    read("x.jsonl", text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn version_1_stays_readable_and_what_it_does_not_know_is_passed_over() {
    let session = read("v1", VERSION_1.as_bytes()).unwrap();
    assert_eq!(session.header.settings["main-branch"], "trunk");
    assert_eq!(session.header.path.as_deref(), Some("ci/bitbucket-pipelines.yml"));
    assert_eq!((session.entries.len(), session.notices.len()), (13, 0));
    let told: Vec<_> = exchanges(&session.entries)
        .into_iter()
        .map(|exchange| (exchange.turn, exchange.attempt, exchange.prompt, exchange.reply.unwrap()))
        .collect();
    let own = |turn, attempt, prompt: &str, reply: &str| (turn, attempt, prompt.to_owned(), reply.to_owned());
    assert_eq!(told, [own(1, 0, "a question", "an answer"), own(1, 1, "mend it", "mended")]);
}

#[test]
fn the_recorded_chats_are_sessions() {
    for text in [
        include_str!("../../evals/recordings/node-ecs/2026-11-22.jsonl"),
        include_str!("../../evals/recordings/java-aks/2026-11-22.jsonl"),
    ] {
        let session = read("r", text.as_bytes()).unwrap();
        assert_eq!(exchanges(&session.entries).len(), 8);
    }
}

#[test]
fn a_torn_end_is_told_and_left_out() {
    let session = read("torn.jsonl", TORN.as_bytes()).unwrap();
    assert_eq!(session.entries, [prompt(1, "a question")]);
    insta::assert_debug_snapshot!(session.notices, @r#"
    [
        "torn.jsonl:3: the last line is torn and was left out",
    ]
    "#);
    assert!(TORN.as_bytes()[..usize::try_from(session.whole).unwrap()].ends_with(b"\"a question\"}\n"));
    // A whole line without its line break is no torn one.
    assert_eq!(read("x", VERSION_1.trim_end().as_bytes()).unwrap().entries.len(), 13);
}

#[test]
fn plain_chat_lines_are_a_session() {
    let session = read("chat.jsonl", CHAT.as_bytes()).unwrap();
    let told: Vec<_> = exchanges(&session.entries).into_iter().map(|e| (e.turn, e.prompt, e.reply.unwrap())).collect();
    let own = |turn, prompt: &str, reply: &str| (turn, prompt.to_owned(), reply.to_owned());
    assert_eq!(told, [own(1, "first", "one"), own(2, "second, in parts\n\nand one more thing", "two")]);
    assert_eq!(read("c", CHAT.replace('\n', "\r\n").as_bytes()).unwrap().entries, session.entries);
}

#[test]
fn a_line_means_the_same_however_its_keys_stand() {
    let read = |line: &str| read("x", format!("{CHAT}{line}\n").as_bytes()).unwrap().entries.pop();
    let said = r#"{"type":"prompt","turn":9,"origin":"user","text":"\"role\""}"#;
    let turned = r#"{"text":"\"role\"","origin":"user","turn":9,"type":"prompt"}"#;
    assert_eq!((read(said), read(turned)), (Some(prompt(9, "\"role\"")), Some(prompt(9, "\"role\""))));
    // The line of another program, whatever else it calls itself.
    let other = r#"{"type":"prompt","turn":9,"origin":"user","text":"a","role":"assistant","content":"b"}"#;
    assert!(matches!(read(other), Some(Entry::Reply { text, .. }) if text.ends_with('b')));
}

#[test]
fn any_other_bad_line_is_an_error_at_its_place() {
    let head = VERSION_1.lines().next().unwrap();
    let told = [
        "".to_owned(),
        "\n\n".to_owned(),
        "rubbish".to_owned(),
        "[1]\n".to_owned(),
        "{\"a\": 1}\n".to_owned(),
        "{\"type\":\"prompt\",\"turn\":1,\"origin\":\"user\",\"text\":\"x\"}\n".to_owned(),
        head.replace("\"version\":1", "\"version\":2"),
        head.replace("\"version\":1,", ""),
        head.replace("\"v1\"", "3"),
        format!("{head}\n{{\"type\": \"prompt\"\n{{}}\n"),
        format!("{head}\n{{\"type\":\"prompt\",\"turn\":-1,\"origin\":\"user\",\"text\":\"x\"}}\n"),
        format!("{head}\n{{\"type\":\"reply\",\"turn\":1}}\n"),
        format!("{head}\n{head}\n"),
        format!("{head}\n{{\"role\":\"robot\",\"content\":\"x\"}}\n"),
        format!("{head}\n{{\"turn\":1}}\n"),
    ]
    .map(|text| wrong(&text));
    insta::assert_debug_snapshot!(told, @r#"
    [
        "x.jsonl: is empty: there is no session in it",
        "x.jsonl: is empty: there is no session in it",
        "x.jsonl:1: is no JSON: expected value at column 1",
        "x.jsonl:1: is no JSON object",
        "x.jsonl:1: none of these: the header of a session, a line of a chat (`role` and `content`), a request with `messages`",
        "x.jsonl:1: none of these: the header of a session, a line of a chat (`role` and `content`), a request with `messages`",
        "x.jsonl: version 2 of the session format, and this program reads up to 1; use a newer pipewright",
        "x.jsonl:1: the header has no `version`",
        "x.jsonl:1: the header is wrong: invalid type: integer `3`, expected a string",
        "x.jsonl:2: is no JSON: EOF while parsing an object at column 17",
        "x.jsonl:2: the entry `prompt` is wrong: invalid value: integer `-1`, expected usize",
        "x.jsonl:2: the entry `reply` is wrong: missing field `text`",
        "x.jsonl:2: a second header: a file has one session",
        "x.jsonl:2: unknown role `robot`: user, assistant and system are known",
        "x.jsonl:2: has no `type`",
    ]
    "#);
    assert_eq!(read("x", b"{\"role\":\"user\",\"content\":\"\xff\"}\n").unwrap_err().to_string(), "x:1: is not UTF-8");
}

#[test]
fn a_session_that_is_not_there_or_is_a_folder_is_told() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("none.jsonl");
    assert!(open(&path).unwrap_err().to_string().ends_with("none.jsonl: there is no such file"));
    assert!(open(folder.path()).unwrap_err().to_string().ends_with("is a folder, not a session file"));
}

#[test]
fn entries_are_appended_and_gone_on_with() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("deep/a.jsonl");
    let mut writer = Writer::create(&path, &header(), Redact::default());
    assert!(!path.exists(), "nothing said, nothing written");
    writer.write(&prompt(1, "one")).unwrap();
    writer.write(&reply(1, "uno")).unwrap();
    drop(writer);
    // Killed in the middle of a line.
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.push_str("{\"type\":\"prompt\",\"tu");
    std::fs::write(&path, &text).unwrap();
    let (mut writer, session) = Writer::resume(&path, Redact::default()).unwrap();
    assert_eq!((session.entries.len(), session.notices.len()), (2, 1));
    writer.write(&prompt(2, "two")).unwrap();
    drop(writer);
    let session = open(&path).unwrap();
    assert_eq!(session.entries, [prompt(1, "one"), reply(1, "uno"), prompt(2, "two")]);
    assert_eq!((session.header, session.notices), (header(), Vec::new()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_file_without_its_last_line_break_is_gone_on_with() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, VERSION_1.trim_end()).unwrap();
    let (mut writer, _) = Writer::resume(&path, Redact::default()).unwrap();
    writer.write(&prompt(2, "two")).unwrap();
    assert_eq!(open(&path).unwrap().entries.len(), 14);
}

#[test]
fn a_second_program_is_told() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut writer = Writer::create(&path, &header(), Redact::default());
    writer.write(&prompt(1, "one")).unwrap();
    assert!(matches!(Writer::resume(&path, Redact::default()), Err(SessionError::Locked { .. })));
    drop(writer);
    Writer::resume(&path, Redact::default()).unwrap();
}

#[test]
fn trouble_is_told_once_and_what_was_said_waits() {
    let folder = tempdir().unwrap();
    let blocked = folder.path().join("sessions");
    std::fs::write(&blocked, "a file where a folder should be").unwrap();
    let mut writer = Writer::create(blocked.join("a.jsonl"), &header(), Redact::default());
    assert!(writer.write(&prompt(1, "one")).is_err());
    assert!(writer.write(&reply(1, "uno")).is_ok(), "told once");
    std::fs::remove_file(&blocked).unwrap();
    writer.write(&prompt(2, "two")).unwrap();
    assert_eq!(open(&blocked.join("a.jsonl")).unwrap().entries, [prompt(1, "one"), reply(1, "uno"), prompt(2, "two")]);
}

#[test]
fn no_secret_reaches_the_file() {
    let folder = tempdir().unwrap();
    let path: PathBuf = folder.path().join("a.jsonl");
    let mut writer = Writer::create(&path, &header(), Redact::new(["canary \"1\" key".to_owned()]));
    let secrets = [
        "canary \"1\" key",
        "sk-proj-abcdefghijklmnopqrst1234",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_0123456789abcdefghijABCDEFGHIJ0123456789",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ];
    for (turn, secret) in secrets.iter().enumerate() {
        writer.write(&prompt(turn + 1, &format!("use {secret} please"))).unwrap();
    }
    writer
        .write(&reply(9, "curl -H 'Authorization: Bearer abcdef0123456789abcdef' https://user:hunter22@host/x"))
        .unwrap();
    writer.write(&reply(9, "-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\n-----END RSA PRIVATE KEY-----")).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    for secret in secrets.iter().chain(&["abcdef0123456789abcdef", "hunter22", "MIIEabc"]) {
        assert!(!text.contains(serde_json::to_string(secret).unwrap().trim_matches('"')), "{secret} in {text}");
    }
    assert!(text.contains("sk-xxxx-xxxxxxxxxxxxxxxxxxxxXXXX") && text.contains("AKIAXXXX"), "{text}");
}

#[test]
fn variables_placeholders_and_words_are_no_secrets() {
    let fine = [
        "Authorization: Bearer $TOKEN_FOR_THE_REGISTRY_1",
        "https://x-token-auth:${REPO_TOKEN}@bitbucket.org/x",
        "https://user:<password>@host",
        "sk-...",
        "task-runner-of-the-whole-team-2",
        "the token is a long-explanation-without-digits",
        "http://localhost:8080/path@x",
        "sha256:0123456789abcdef0123456789abcdef",
        "$BITBUCKET_COMMIT",
    ];
    for text in fine {
        assert_eq!(Redact::default().text(text), text);
    }
}

#[test]
fn sessions_are_listed_and_found() {
    let folder = tempdir().unwrap();
    assert_eq!(list(&folder.path().join("none")).unwrap().0, []);
    for (id, created) in [("2026a", "2026-01-01T00:00:00Z"), ("2026b", "2026-02-01T00:00:00Z")] {
        let mut writer =
            Writer::create(folder.path().join(format!("{id}.jsonl")), &Header::new(id, created), Redact::default());
        writer.write(&prompt(1, "hello")).unwrap();
        writer
            .write(&Entry::Verdict { turn: 1, revision: 1, verdict: Verdict::Refused, findings: Vec::new() })
            .unwrap();
    }
    std::fs::write(folder.path().join("bad.jsonl"), "rubbish").unwrap();
    let (sessions, wrong) = list(folder.path()).unwrap();
    assert_eq!(sessions.iter().map(|session| session.id.as_str()).collect::<Vec<_>>(), ["2026b", "2026a"]);
    assert_eq!(
        (sessions[0].verdict, sessions[0].first_prompt.as_str(), wrong.len()),
        (Some(Verdict::Refused), "hello", 1)
    );
    let find = |word: &str| find(folder.path(), word, folder.path());
    assert!(find("last").unwrap_err().to_string().contains("no session of this folder"), "they name none");
    let mut here = Header::new("2025", "2025-01-01T00:00:00Z");
    here.folder = Some(folder_name(folder.path()));
    here.forked_from = Some("2024".to_owned());
    here.model = Some("small".to_owned());
    let mut writer = Writer::create(folder.path().join("2025.jsonl"), &here, Redact::default());
    writer.write(&prompt(1, "hello")).unwrap();
    assert!(find("last").unwrap().ends_with("2025.jsonl"));
    let listed = list(folder.path()).unwrap().0;
    let [head, origin, first] = listed[2].lines(4);
    assert_eq!((head.as_str(), first.as_str()), ("2025  0 turns, no file", "    hel…"));
    assert!(
        origin.starts_with("    2025-01-01 00:00, in /") && origin.ends_with(", with small, forked from 2024"),
        "{origin}"
    );
    assert!(find("2026a").unwrap().ends_with("2026a.jsonl"));
    assert!(find("2026").unwrap_err().to_string().contains("2 sessions"));
    assert!(find("x").unwrap_err().to_string().contains("no session"));
}

#[test]
fn the_verdict_of_a_session_is_that_of_the_revision_that_stands() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut writer = Writer::create(&path, &Header::new("a", ""), Redact::default());
    let verdict = |turn, verdict| Entry::Verdict { turn, revision: turn, verdict, findings: Vec::new() };
    let reply = |turn| Entry::Reply { turn, text: "x".into(), finish: None, usage: None, elapsed_ms: None };
    let mut came_to = |entries: &[Entry]| {
        entries.iter().for_each(|entry| writer.write(entry).unwrap());
        let listed = list(folder.path()).unwrap().0.remove(0);
        (listed.turns, listed.verdict)
    };
    let first = [prompt(1, "one"), reply(1), verdict(1, Verdict::Refused)];
    assert_eq!(came_to(&first), (1, Some(Verdict::Refused)));
    let second = [prompt(2, "two"), reply(2), verdict(2, Verdict::Accepted), verdict(2, Verdict::Refused)];
    assert_eq!(came_to(&second), (2, Some(Verdict::Accepted)), "the better one of a turn stands");
    assert_eq!(
        came_to(&[Entry::Undo { turn: 2, revision: None }, prompt(2, "unanswered")]),
        (1, Some(Verdict::Refused))
    );
}

#[test]
fn the_schema_holds_for_what_is_written_and_read() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schemas/session.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let recorded = include_str!("../../evals/recordings/node-ecs/2026-11-22.jsonl");
    for line in VERSION_1.lines().chain(CHAT.lines()).chain(recorded.lines()) {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            validator.is_valid(&value),
            "{line}: {:?}",
            validator.iter_errors(&value).map(|e| e.to_string()).collect::<Vec<_>>()
        );
    }
    for line in [
        "{}",
        "{\"type\":\"prompt\",\"turn\":0,\"origin\":\"robot\",\"text\":\"x\"}",
        "{\"type\":\"reply\",\"turn\":1}",
    ] {
        assert!(!validator.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let text = ".{0,30}";
    prop_oneof![
        (1usize..9, text, prop_oneof![Just(Origin::User), Just(Origin::Script), Just(Origin::Repair)])
            .prop_map(|(turn, text, origin)| Entry::Prompt { turn, origin, text }),
        (
            1usize..9,
            text,
            prop::option::of("[a-z]{1,8}"),
            prop::option::of(any::<(u64, u64)>()),
            prop::option::of(any::<u64>())
        )
            .prop_map(|(turn, text, finish, usage, elapsed_ms)| {
                let usage = usage.map(|(prompt, completion)| Usage { prompt, completion });
                Entry::Reply { turn, text, finish, usage, elapsed_ms }
            }),
        (1usize..9).prop_map(|turn| Entry::Undo { turn, revision: None }),
        (1usize..9, text, text).prop_map(|(turn, reason, text)| Entry::Failure { turn, reason, text }),
        (0usize..9, text, prop::option::of(text)).prop_map(|(turn, path, text)| Entry::Revision {
            turn,
            number: turn,
            path,
            sha256: sha256(b"x"),
            source: Source::Edit,
            text
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_session_survives_write_and_read_and_any_torn_end(entries in prop::collection::vec(any_entry(), 1..8), cut in any::<prop::sample::Index>()) {
        let folder = tempdir().unwrap();
        let path = folder.path().join("a.jsonl");
        let mut writer = Writer::create(&path, &header(), Redact::default());
        for entry in &entries {
            writer.write(entry).unwrap();
        }
        drop(writer);
        let bytes = std::fs::read(&path).unwrap();
        let session = read("a", &bytes).unwrap();
        prop_assert_eq!(&session.entries, &entries);
        // Whatever is lost of the end, what stood before it is read.
        let cut = cut.index(bytes.len());
        let whole = bytes[..cut].iter().filter(|byte| **byte == b'\n').count();
        match read("a", &bytes[..cut]) {
            Ok(session) => {
                prop_assert!(session.entries.len() + 1 >= whole && session.entries == entries[..session.entries.len()]);
            }
            Err(_) => prop_assert_eq!(whole, 0),
        }
        let _ = exchanges(&entries);
    }

    #[test]
    fn no_bytes_make_it_fail(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "(\\{\"(type|role|content|turn)\":(\"(session|prompt|user|undo)\"|1|null)\\}?,?\n?){0,6}") {
        let _ = read("x", &bytes);
        let _ = read("x", text.as_bytes());
        let _ = Redact::new(["secret".to_owned()]).text(&text);
    }

    #[test]
    fn a_mask_keeps_the_length(text in "(sk-|AKIA|Bearer |://|:|@|[a-zA-Z0-9]{1,20}|é|-----BEGIN |PRIVATE KEY-----| ){0,12}") {
        prop_assert_eq!(Redact::default().text(&text).chars().count(), text.chars().count());
    }
}
