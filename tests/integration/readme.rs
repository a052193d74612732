//! What the README shows is what the program writes: each generated block is run again and compared.
//!
//! `UPDATE_DOCS=1 cargo test --test integration` renews them.

use std::path::{Path, PathBuf};

use crate::support::pipewright;

const FILE: &str = include_str!("../fixtures/readme/bitbucket-pipelines.yml");

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// A command as a person types it, and what it writes to standard output.
fn shown(command: &str, code: i32, file: &str) -> String {
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    let ended = pipewright().file("bitbucket-pipelines.yml", file).args(words.iter().copied()).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(code), ""), "{command}");
    format!("```console\n$ {command}\n{}```\n", ended.out)
}

/// Compares the block of a name, or writes it.
fn holds(name: &str, block: &str) {
    let text = std::fs::read_to_string(page()).expect("the README");
    let open = format!("<!-- generated: {name} -->\n");
    let start = text.find(&open).expect("the block begins") + open.len();
    let end = start + text[start..].find("<!-- end -->").expect("the block ends");
    if text[start..end] == *block {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_DOCS").is_some(),
        "the block `{name}` of README.md is stale; it should be\n{block}"
    );
    std::fs::write(page(), format!("{}{block}{}", &text[..start], &text[end..])).expect("a README that can be written");
}

/// What `replay` writes, line by line.
fn replayed(words: &[&str]) -> Vec<String> {
    let script = include_str!("../../prompts/node-ecs.yaml");
    let recording = include_str!("../../evals/recordings/node-ecs/2026-11-22.jsonl");
    let run = pipewright().file("node-ecs.yaml", script).file("2026-11-22.jsonl", recording);
    let ended = run.args(words.iter().copied()).run();
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    ended.out.lines().map(str::to_owned).collect()
}

/// Of each turn the lines that tell how it went, and how it all ended.
fn session() -> String {
    let lines = replayed(&["replay"]);
    let end = lines.iter().rposition(|line| line.is_empty()).expect("a blank line before the end") + 1;
    let (turns, closing) = lines.split_at(end);
    assert!(closing[1].starts_with("accepted: "), "{closing:?}");
    let begins = |line: &&String| ["== turn ", "reply: ", "revision "].iter().any(|word| line.starts_with(word));
    let kept: Vec<&String> = turns[..2].iter().chain(turns.iter().filter(begins)).chain(closing).collect();
    let text: String = kept.iter().map(|line| format!("{line}\n")).collect();
    format!("```console\n$ pipewright replay\n{text}```\n")
}

/// One turn, whole.
fn turn() -> String {
    let lines = replayed(&["replay", "node-ecs.yaml", "--recording", "2026-11-22.jsonl"]);
    let start = lines.iter().position(|line| line.ends_with(": deployment-environments")).expect("the turn");
    let length = lines[start + 1..].iter().position(|line| line.starts_with("== turn ")).expect("a turn after it");
    let text = lines[start..start + length].join("\n");
    let recording = "evals/recordings/node-ecs/2026-11-22.jsonl";
    format!("```console\n$ pipewright replay prompts/node-ecs.yaml --recording {recording}\n…\n{text}\n…\n```\n")
}

// One test, since the blocks stand in one file.
#[test]
fn shows_what_the_program_writes() {
    holds("replay", &session());
    holds("turn", &turn());
    holds("check", &shown("pipewright check", 1, FILE));
    let gated = FILE.replace("deployment: production", "deployment: production\n          trigger: manual");
    holds("plan", &shown("pipewright plan --tag release-1.0.0", 0, &gated));
}

#[test]
fn every_command_shown_is_one() {
    let text = std::fs::read_to_string(page()).expect("the README");
    let mut seen = 0;
    for line in text.split("```sh\n").skip(1).flat_map(|rest| rest.split("```").next().unwrap_or("").lines()) {
        let command = line.split(" #").next().unwrap_or("").trim();
        let words = command.strip_prefix("pipewright").or_else(|| command.strip_prefix("cargo run --release --"));
        let Some(words) = words else { continue };
        // Help ends the reading of arguments, so nothing is done; what stands before it has to be right.
        let ended = pipewright().args(words.split_whitespace().chain(["--help"])).run();
        assert_eq!(ended.code, Some(0), "{command}\n{}", ended.err);
        assert!(ended.out.contains("Usage: pipewright"), "{command}\n{}", ended.out);
        seen += 1;
    }
    assert!(seen > 8, "{seen} commands");
}

#[test]
fn every_link_of_the_docs_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = Vec::new();
    for folder in ["", "docs", "docs/rules", "docs/design", "evals/recordings"] {
        for entry in root.join(folder).read_dir().expect("a folder").flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "md") {
                pages.push(entry.path());
            }
        }
    }
    let mut seen = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page");
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if link.is_empty() || link.contains("://") || link.contains(' ') {
                continue;
            }
            assert!(page.with_file_name(link).exists(), "{}: {link}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} links");
}

#[test]
fn every_path_that_the_docs_name_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for page in
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/policy.md", "docs/session.md", "docs/evals.md"]
    {
        let text = std::fs::read_to_string(root.join(page)).expect("a page");
        // Every second piece between back quotes is code.
        for path in text.split('`').skip(1).step_by(2) {
            let ours =
                ["src/", "prompts/", "schemas/", "docs/", "evals/", "tests/"].iter().any(|top| path.starts_with(top));
            if ours && !path.contains(['<', '{', '*', ' ']) {
                assert!(root.join(path).exists(), "{page}: {path}");
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen} paths");
}
