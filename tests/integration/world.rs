//! The program in-process: what it touches is handed in, so a terminal and a broken stream can be played.

use std::collections::BTreeMap;
use std::io::{self, Write};

use pipewright::cli::{Exit, Terminal, World, run};

fn ended(arguments: &[&str], terminal: Terminal, out: &mut dyn Write) -> (Exit, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!("pipelines: {{default: [step: {{scripts: {}}}]}}\n", "x".repeat(200));
    std::fs::write(folder.path().join("bitbucket-pipelines.yml"), text).expect("a file");
    let mut err = Vec::new();
    let exit = run(
        ["pipewright"].iter().chain(arguments).map(Into::into),
        &mut World {
            input: &mut io::empty(),
            out,
            err: &mut err,
            terminal,
            environment: &BTreeMap::new(),
            directory: folder.path().to_owned(),
            config_directory: None,
            state_directory: None,
        },
    );
    (exit, String::from_utf8(err).expect("UTF-8"))
}

#[test]
fn a_terminal_has_colours_and_a_width() {
    let mut out = Vec::new();
    let terminal = Terminal { output: true, width: Some(60), ..Terminal::default() };
    let (exit, err) = ended(&["check", "--layer", "schema"], terminal, &mut out);
    assert_eq!((exit, err.as_str()), (Exit::Found, ""));
    let out = String::from_utf8(out).expect("UTF-8");
    assert!(out.contains('\u{1b}') && out.contains("xxx...") && !out.contains(&"x".repeat(60)), "{out}");
}

#[test]
fn a_stream_that_fails_is_told() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (exit, err) = ended(&["check"], Terminal::default(), &mut Full);
    assert_eq!(exit, Exit::Undone);
    assert!(err.starts_with("error: standard output: "), "{err}");
}
