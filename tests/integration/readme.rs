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

// One test, since the blocks stand in one file.
#[test]
fn shows_what_the_program_writes() {
    holds("check", &shown("pipewright check", 1, FILE));
    let gated = FILE.replace("deployment: production", "deployment: production\n          trigger: manual");
    holds("plan", &shown("pipewright plan --tag release-1.0.0", 0, &gated));
}
