//! What the docs show of formats is read by the program.

use pipewright::session::{self, Entry};

#[test]
fn the_documented_session_is_one() {
    let page = include_str!("../../docs/session.md");
    let lines = page.split("```jsonl\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let read = session::read("docs/session.md", lines.as_bytes()).expect("a session");
    assert_eq!(read.notices, Vec::<String>::new());
    assert_eq!(read.entries.len(), lines.lines().count() - 1);

    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/session.schema.json")).expect("a schema");
    let schema = jsonschema::validator_for(&schema).expect("a sound schema");
    for line in lines.lines() {
        let value = serde_json::from_str(line).expect("JSON");
        assert!(schema.is_valid(&value), "{line}");
    }
}

#[test]
fn recordings_are_sessions_with_all_turns_answered() {
    let recordings = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("evals/recordings");
    let mut seen = 0;
    for folder in recordings.read_dir().expect("the recordings") {
        let folder = folder.expect("an entry").path();
        for file in folder.read_dir().into_iter().flatten() {
            let path = file.expect("an entry").path();
            let read = session::open(&path).expect("a session");
            assert_eq!(read.notices, Vec::<String>::new(), "{}", path.display());
            // Authored replies answer no prompt script.
            let scripted = read.header.script.is_some() || folder.ends_with("authored");
            assert!(scripted && read.header.model.is_some(), "{}", path.display());
            let asked = read.entries.iter().filter(|entry| matches!(entry, Entry::Prompt { .. })).count();
            let answered = read.entries.iter().filter(|entry| matches!(entry, Entry::Reply { .. })).count();
            assert_eq!(asked, answered, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 2, "{seen} recordings");
}
