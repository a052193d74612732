//! The house keeps its shape: who may import whom, how long a file is, what a rule must have.

#![expect(clippy::expect_used, reason = "a test that can't read the sources fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The rooms with their floors: a room imports lower floors only.
const FLOORS: [(&str, u32); 22] = [
    ("yaml", 0),
    ("chat", 1),
    ("text", 0),
    ("finding", 1),
    ("pipeline", 1),
    ("shell", 1),
    ("settings", 2),
    ("schema", 2),
    ("effect", 3),
    ("session", 2),
    ("plan", 4),
    ("model", 3),
    ("rules", 5),
    ("check", 6),
    ("engine", 7),
    ("report", 7),
    ("mutate", 8),
    ("transcript", 8),
    ("repl", 9),
    ("replay", 9),
    ("eval", 9),
    ("cli", 10),
];

/// Walls beyond the floors: what is judged knows nothing of who said it.
const WALLS: [(&str, &[&str]); 5] = [
    ("settings", &["chat", "text"]),
    ("schema", &["chat", "text"]),
    ("effect", &["chat", "text"]),
    ("plan", &["chat", "session"]),
    ("rules", &["chat", "text", "session", "model"]),
];

/// The most lines of a file, tests included; and the files that are longer for now, each with its own bound.
const LINES: usize = 400;
const LONGER: [(&str, usize); 8] = [
    ("effect/read.rs", 650),
    ("pipeline/expression.rs", 450),
    ("rules/policy/secret.rs", 450),
    ("schema/explain.rs", 450),
    ("shell/interpret.rs", 450),
    ("shell/walk.rs", 550),
    ("shell/wrapper.rs", 450),
    ("yaml/build.rs", 450),
];

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in folder.read_dir().expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a source");
        (path.strip_prefix(&root).expect("below src").to_owned(), text)
    };
    found.into_iter().map(read).collect()
}

/// The rooms that a source names after `crate::`, in groups too. Comments may name any room.
fn imports(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    let code = code.join("\n");
    let mut rooms = BTreeSet::new();
    for (at, found) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(group) => rooms.extend(names_of_group(group)),
            None => rooms.extend(name(rest)),
        }
    }
    rooms
}

fn name(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn names_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut start) = (1, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            names.extend(name(&group[start..at]));
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    names
}

#[test]
fn imports_are_found() {
    let text = "use crate::yaml::{Node, Span};\nuse crate::{finding::{Finding, Layer}, plan, text::diff};\n// crate::cli\n\
                fn f() -> crate::model::Reply { mycrate::engine::x() }\n";
    let found: Vec<String> = imports(text).into_iter().collect();
    assert_eq!(found, ["finding", "model", "plan", "text", "yaml"]);
}

#[test]
fn a_room_imports_lower_floors_only() {
    let floor = |room: &str| FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor);
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let first = path.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
        let room = first.trim_end_matches(".rs");
        if room == "lib" || room == "main" {
            continue;
        }
        let Some(own) = floor(room) else {
            wrong.push(format!("{}: `{room}` has no floor", path.display()));
            continue;
        };
        for import in imports(&text).into_iter().filter(|import| import != room) {
            let wall = WALLS.iter().any(|(name, walls)| *name == room && walls.contains(&import.as_str()));
            match floor(&import) {
                Some(theirs) if theirs < own && !wall => {}
                _ => wrong.push(format!("{}: `{room}` may not import `{import}`", path.display())),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_begin_with_a_word_about_themselves() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        let longer = LONGER.iter().find(|(name, _)| path == Path::new(name)).map(|(_, most)| *most);
        let most = if path == Path::new("main.rs") { 40 } else { longer.unwrap_or(LINES) };
        if lines > most {
            wrong.push(format!("{}: {lines} lines, more than {most}", path.display()));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{}: no header", path.display()));
        }
        let named = path.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
        for name in named.filter(|name| {
            ["utils", "util", "common", "helpers", "imp", "core", "manager"].contains(&name.trim_end_matches(".rs"))
        }) {
            wrong.push(format!("{}: `{name}` says nothing of what it holds", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_an_id_of_its_own_and_a_page() {
    let rules = pipewright::cli::rules();
    let ids: Vec<&str> = rules.iter().map(|meta| meta.id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "sorted, and each once: {ids:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut wrong = Vec::new();
    for meta in rules.iter().filter(|meta| meta.id != "known-settings") {
        let kept = std::fs::read_to_string(folder.join(format!("{}.md", meta.id))).unwrap_or_default();
        if kept != meta.page || !kept.starts_with(&format!("# {}\n", meta.id)) {
            wrong.push(format!("{}: its page is not docs/rules/{}.md", meta.id, meta.id));
        }
        if kept.lines().count() >= 80 {
            wrong.push(format!("{}: its page has 80 lines or more", meta.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `docs/rules/README.md` is the registry, layer by layer.
#[test]
fn the_index_of_the_rules_is_up_to_date() {
    use pipewright::finding::Layer;
    let mut page =
        "# Rules\n\nWritten by a test from the registry; `UPDATE_DOCS=1 cargo test --test house` renews it. \
                    `pipewright rules ID` prints a page.\n"
            .to_owned();
    for layer in Layer::ALL {
        page.push_str(&format!("\n## {}\n\n| rule | severity | violated when |\n| --- | --- | --- |\n", layer.word()));
        let rules = pipewright::cli::rules();
        for meta in rules.iter().filter(|meta| meta.layer == layer && meta.id != "known-settings") {
            let summary = meta.summary.replace('|', "\\|");
            page.push_str(&format!("| [{0}]({0}.md) | {1} | {summary} |\n", meta.id, meta.severity.word()));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules/README.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the index is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/rules/README.md is not up to date: run `UPDATE_DOCS=1 cargo test --test house`");
}
