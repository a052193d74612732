//! `pipewright check`.

use insta::assert_snapshot;

use crate::support::pipewright;

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_checked() {
    let ended = pipewright()
        .file("fine.yml", "pipelines: {default: [step: {script: [make]}]}\n")
        .file("latin.yml", b"a: \xe9\n")
        .file("wide.yml", b"\xff\xfea\0")
        .file("huge.yml", vec![b' '; 17 << 20])
        .file("empty/readme.txt", "")
        .args(["check", "--format", "short", "gone.yml", "latin.yml", "wide.yml", "huge.yml", "empty", "fine.yml"])
        .run();
    assert_snapshot!(ended.err, @r"
    error: gone.yml: is not there
    error: latin.yml: is not UTF-8: byte 3 can't be read
    error: wide.yml: is not UTF-8 but UTF-16: save it as UTF-8
    error: huge.yml: is too large (17 MiB): the limit is 16 MiB
    error: empty: is a folder with no `bitbucket-pipelines.yml` in it
    ");
    assert_eq!(ended.code, Some(3));
}

#[test]
fn without_a_file_the_usual_one_is_meant() {
    assert_snapshot!(pipewright().args(["check"]).run().block(), @r"
    --- stderr
    error: bitbucket-pipelines.yml: is not there; name the files to check
    --- exit 3
    ");
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let ended = pipewright().say("\u{0}").args(["check", "--format", "json", "-"]).run();
    assert!(ended.out.contains(r#""path": "<stdin>""#), "{}", ended.out);
}

#[test]
fn a_settings_file_can_be_checked_as_well() {
    let ended = pipewright().file("other/pipewright.yaml", "mainbranch: x\n");
    let ended = ended.args(["check", "--format", "short", "other/pipewright.yaml"]).run();
    assert_snapshot!(ended.block(), @r"
    other/pipewright.yaml:1:1: error: unknown setting `mainbranch` [known-settings]
    --- stderr
    --- exit 1
    ");
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let run = pipewright().file("other/pipewright.yaml", "mainbranch: x\n");
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.args(["check", "other/pipewright.yaml"]).args(arguments.iter().copied()).run().out.contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "a pipe is no terminal");
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--color", "always", "--format", "json"], &[]), "colours are for people");
}
