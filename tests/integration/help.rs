//! Help, usage mistakes, completions and manual pages.

use insta::assert_snapshot;

use crate::support::pipewright;

#[test]
fn usage_mistakes_end_with_2() {
    for arguments in [&["check", "--format", "xml"][..], &["chekc"], &["check", "--layer", "style"], &["rules", "x"]] {
        let ended = pipewright().args(arguments.iter().copied()).run();
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(!ended.err.is_empty());
    }
    assert_snapshot!(pipewright().args(["check", "--fail-on", "fatal"]).run().block(), @r"
    --- stderr
    error: invalid value 'fatal' for '--fail-on <SEVERITY>'
      [possible values: error, warning, note, never]

    For more information, try '--help'.
    --- exit 2
    ");
}

#[test]
fn completions_and_manual_pages_are_written() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = pipewright().args(["completions", shell]).run();
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
        assert!(ended.out.contains("pipewright") && ended.out.contains("fail-on"), "{shell}");
    }
    assert!(pipewright().args(["man"]).run().out.contains(".TH pipewright 1"));
    assert!(pipewright().args(["man", "check"]).run().out.contains("fail\\-on"));
    assert_eq!(pipewright().args(["man", "nothing"]).run().code, Some(2));
    assert!(pipewright().args(["man", "chekc"]).run().err.contains("did you mean `check`?"));
    for page in [&["man"][..], &["man", "check"]] {
        let out = pipewright().args(page.iter().copied()).run().out;
        assert!(out.contains(".SH \"EXIT STATUS\"\n.TP\n0\nfine\n") && !out.contains("EXTRA"), "{out}");
    }
}

#[test]
fn shells_complete_the_words_that_are_known() {
    let script = pipewright().args(["completions", "bash"]).run().out;
    let words = |option: &str| {
        let part = script.split("pipewright__subcmd__check)").nth(1).unwrap_or(&script);
        let part = part.split(&format!("{option})")).nth(1).expect("the option").lines().nth(1).expect("its words");
        part.to_owned()
    };
    assert!(words("--severity").contains("-W \"error warning note\""), "{}", words("--severity"));
    assert!(words("--fail-on").contains("-W \"error warning note never\""), "{}", words("--fail-on"));
    assert!(words("--layer").contains("-W \"syntax schema semantic policy\""), "{}", words("--layer"));
    assert!(words("--color").contains("-W \"auto always never\""), "{}", words("--color"));
    assert!(words("--only").contains(" build-once "), "{}", words("--only"));
    assert!(!words("--main-branch").contains("compgen"), "{}", words("--main-branch"));
    for (arguments, meant) in
        [(["check", "--severity", "warn"], "'warning'"), (["check", "--layer", "polciy"], "'policy'")]
    {
        let err = pipewright().args(arguments).run().err;
        assert!(err.contains(&format!("a similar value exists: {meant}")), "{err}");
    }
    assert!(pipewright().args(["rules", "BUILD_ONCE"]).run().err.contains("did you mean `build-once`?"));
    let help = |arguments: &[&str]| pipewright().args(arguments.iter().copied()).run().out;
    assert_eq!(help(&["help", "check"]), help(&["check", "--help"]));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let ended = std::process::Command::new("sh")
        .args(["-c", "\"$0\" completions bash | true; \"$0\" completions bash 2>&1 >/dev/full | cat"])
        .arg(env!("CARGO_BIN_EXE_pipewright"))
        .output()
        .expect("a shell");
    let err = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(err, "", "nothing is said of a closed pipe");
    let out = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(out.starts_with("error: standard output: "), "a full disk is told: {out}");
}

/// `docs/cli.md` is the text of every `--help`.
#[test]
fn the_reference_of_the_command_line_is_up_to_date() {
    let mut page = "# Command line\n\nWritten by a test from the program's own help; `UPDATE_DOCS=1 cargo test --test \
                    integration` renews it.\n"
        .to_owned();
    let mut add = |title: &str, arguments: &[&str]| {
        let ended = pipewright().args(arguments.iter().copied()).run();
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{title}");
        let help: Vec<&str> = ended.out.lines().map(str::trim_end).collect();
        page.push_str(&format!("\n## {title}\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    };
    add("pipewright", &["--help"]);
    for command in pipewright::cli::command().get_subcommands() {
        add(&format!("pipewright {}", command.get_name()), &[command.get_name(), "--help"]);
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/cli.md is not up to date: run `UPDATE_DOCS=1 cargo test --test integration`");
}
