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
    error: latin.yml: is not UTF-8: line 1, column 4 can't be read; save it as UTF-8
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

#[test]
fn links_are_for_those_who_ask_and_a_repository_names_no_pages() {
    let run = |own: &str, variables: &[(&str, &str)]| {
        let run = pipewright().file("bitbucket-pipelines.yml", UNKNOWN_KEY).user_config(own);
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        run.args(["check", "--layer", "schema"]).run()
    };
    let pages = "rule-pages: 'https://docs.example/{rule}.md'\n";
    let always = ("PIPEWRIGHT_HYPERLINKS", "always");
    assert!(!run(pages, &[("TERM", "xterm-kitty")]).out.contains('\u{1b}'), "a pipe shows no links");
    let out = run(pages, &[always]).out;
    assert!(out.contains("[\u{1b}]8;;https://docs.example/known-key.md\u{1b}\\known-key\u{1b}]8;;\u{1b}\\]"), "{out}");
    assert!(out.contains("/work/bitbucket-pipelines.yml\u{1b}\\bitbucket-pipelines.yml:4:9\u{1b}]8;;"), "{out}");
    let far = run(pages, &[always, ("SSH_CONNECTION", "1 2 3 4")]).out;
    assert!(far.contains("]8;;https:") && !far.contains("file://"), "{far}");
    let without = run("hyperlinks: always\n", &[]).out;
    assert!(without.contains("error[known-key]") && without.contains("]8;;file://"), "{without}");
    let wrong = run("", &[("PIPEWRIGHT_RULE_PAGES", "https://docs.example/")]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("PIPEWRIGHT_RULE_PAGES") && wrong.err.contains("{rule}"), "{}", wrong.err);
    let theirs =
        pipewright().file("pipewright.yaml", "rule-pages: 'https://evil.example/{rule}'\n").args(["check"]).run();
    assert_eq!(theirs.code, Some(2));
}

/// A file with an unknown key, on which the layers syntax and schema decide.
const UNKNOWN_KEY: &str = "pipelines:\n  default:\n    - step:\n        scripts: [make]\n        script: [make]\n";

#[test]
fn exit_codes_follow_from_what_was_asked_for() {
    let code = |arguments: &[&str]| {
        let run = pipewright().file("bitbucket-pipelines.yml", UNKNOWN_KEY).args(["check"]);
        run.args(arguments.iter().copied()).run().code
    };
    assert_eq!(code(&["--layer", "syntax,schema"]), Some(1));
    assert_eq!(code(&["--layer", "syntax"]), Some(0));
    assert_eq!(code(&["--layer", "syntax,schema", "--fail-on", "never"]), Some(0));
    assert_eq!(code(&["--only", "unique-keys"]), Some(0));
    assert_eq!(code(&["--only", "unique-keys,known-key"]), Some(1));
    assert_eq!(code(&["--only", "known-keys"]), Some(2));
    assert_eq!(code(&["--layer", "syntax", "gone.yml", "bitbucket-pipelines.yml"]), Some(3));
}

#[test]
fn a_severity_hides_findings_and_changes_no_exit_code() {
    let run = |text: &str, severity: &str, fail_on: &str| {
        let run = pipewright().file("bitbucket-pipelines.yml", text).args(["check", "--layer", "syntax,schema"]);
        let ended = run.args(["--format", "short", "--severity", severity, "--fail-on", fail_on]).run();
        (ended.out.lines().count(), ended.code)
    };
    let both = format!("definitions: {{services: {{x: {{image: a, environment: {{A: b}}}}}}}}\n{UNKNOWN_KEY}");
    assert_eq!(run(&both, "note", "error"), (2, Some(1)));
    assert_eq!(run(&both, "error", "error"), (1, Some(1)));
    let warning = both.replace("        scripts: [make]\n", "");
    assert_eq!(run(&warning, "error", "warning"), (0, Some(1)));
    assert_eq!(run(&warning, "note", "error"), (1, Some(0)));
}

#[test]
fn a_folder_is_searched_and_threads_change_nothing() {
    let run = |threads: &str| {
        let run = pipewright()
            .file("all/b/bitbucket-pipelines.yml", UNKNOWN_KEY)
            .file("all/a/deep/bitbucket-pipelines.yml", "pipelines: [\n")
            .file("all/bitbucket-pipelines.yml", "")
            .file("all/node_modules/x/bitbucket-pipelines.yml", "")
            .file("all/.git/bitbucket-pipelines.yml", "")
            .file("all/c/readme.txt", "")
            .file("all/d/z.yml", "")
            .file("all/d/a.yaml", "")
            .file("all/d/below/x.yml", "");
        run.env("RAYON_NUM_THREADS", threads).args(["check", "--format", "json", "all", "all", "all/c", "all/d"]).run()
    };
    let one = run("1");
    assert_eq!(one.block(), run("4").block());
    let report: serde_json::Value = serde_json::from_str(&one.out).expect("JSON");
    let files = report["files"].as_array().expect("a list");
    let paths: Vec<&str> = files.iter().filter_map(|file| file["path"].as_str()).collect();
    let found = ["all/a/deep/bitbucket-pipelines.yml", "all/b/bitbucket-pipelines.yml", "all/bitbucket-pipelines.yml"];
    let named_as_they_like = ["all/d/a.yaml", "all/d/z.yml"];
    assert_eq!(paths, [&found[..], &named_as_they_like[..]].concat(), "a file that is named twice is checked once");
    assert_eq!(report["unreadable"][0]["path"], "all/c");
}

#[test]
fn an_unknown_key_is_seen_as_people_see_it() {
    let run = pipewright().file("bitbucket-pipelines.yml", UNKNOWN_KEY);
    assert_snapshot!(run.args(["check", "--layer", "syntax,schema"]).run().block(), @r"
    error[known-key]: unknown key `scripts` in a step; did you mean `script`?
     --> bitbucket-pipelines.yml:4:9
      |
    4 |         scripts: [make]
      |         ^^^^^^^
      = help: rename it to `script`

    refused: bitbucket-pipelines.yml: 1 error
    --- stderr
    --- exit 1
    ");
}

#[test]
fn a_file_with_another_main_branch_is_told_the_setting() {
    let master = "image: node:22.1\npipelines:\n  branches:\n    master:\n      - step: {script: [make test]}\n";
    let told = |text: &str, words: &[&'static str]| {
        let run = pipewright().file("bitbucket-pipelines.yml", text).args(["check", "--only", "release-flow"]);
        run.args(words.iter().copied()).run().out
    };
    assert!(told(master, &[]).contains("set `main-branch: master` in pipewright.yaml"), "{}", told(master, &[]));
    // Once it is set, and where main has a pipeline of its own, nothing of the kind.
    for out in [told(master, &["--main-branch", "master"]), told(&master.replace("master", "main"), &[])] {
        assert!(out.contains("add a step with `deployment: staging`") && !out.contains("set `main-branch"), "{out}");
    }
}

#[test]
fn a_variable_that_is_printed_is_no_value_to_hide() {
    let file =
        "image: a:1\npipelines:\n  default:\n    - step:\n        script:\n          - 'echo \"with $API_TOKEN go\"'\n";
    let out = pipewright().file("f.yml", file).args(["check", "f.yml", "--only", "no-inline-secret"]).run().out;
    assert!(out.contains("echo \"with $API_TOKEN go\"") && out.contains("f.yml:6:25"), "{out}");
}

const FINE: &str = "image: acme/build:1.4.0\npipelines: {custom: {all: [step: {script: [make]}]}}\n";

#[test]
fn a_file_that_bitbucket_does_not_read_is_told_by_its_name() {
    for name in ["bitbucket-pipelines.yaml", ".bitbucket-pipelines.yml", "ci/Bitbucket_Pipelines.yml"] {
        let ended = pipewright().file(name, FINE).args(["check", "--only", "well-formed", name]).run();
        assert_eq!(ended.code, Some(0), "{}", ended.out);
        let told = format!("warning: {name}: Bitbucket reads `bitbucket-pipelines.yml` alone: rename it\n");
        assert_eq!(ended.err, told);
    }
    let missing = pipewright().file("bitbucket-pipelines.yaml", FINE).args(["check"]).run();
    assert!(
        missing.err.contains("is not there; `bitbucket-pipelines.yaml` is, and Bitbucket reads"),
        "{}",
        missing.err
    );
    let other =
        pipewright().file("pipelines.yml", FINE).args(["check", "--only", "well-formed", "pipelines.yml"]).run();
    assert_eq!((other.code, other.err.as_str()), (Some(0), ""));
}

#[test]
fn a_question_without_an_answer_is_refused() {
    let run = |arguments: &[&str]| {
        let run = pipewright().file("a.yml", FINE).args(["check", "a.yml"]);
        run.args(arguments.iter().copied()).run()
    };
    let none = run(&["--only", "pinned-image", "--layer", "syntax"]);
    assert_eq!(none.code, Some(2), "{}", none.out);
    assert!(none.err.contains("`pinned-image` is a rule of the layer policy"), "{}", none.err);
    let unnamed = run(&["--main-branch", " "]);
    assert_eq!(unnamed.code, Some(2), "{}", unnamed.out);
    assert!(unnamed.err.contains("the main branch has no name (command line: --main-branch)"), "{}", unnamed.err);
}

#[test]
fn servers_get_paths_from_the_top_of_the_repository() {
    let run = |format: &str, name: &str| {
        let run = pipewright().file(".git/HEAD", "").file("sub/bitbucket-pipelines.yml", "a: 1\n").at("sub");
        run.args(["check", "--format", format, name]).run().out
    };
    for format in ["sarif", "code-insights", "github"] {
        for name in ["bitbucket-pipelines.yml", "./bitbucket-pipelines.yml", "../sub/bitbucket-pipelines.yml"] {
            let out = run(format, name);
            assert!(out.contains("sub/bitbucket-pipelines.yml") && !out.contains("../"), "{format} {name}: {out}");
        }
    }
    assert!(run("short", "bitbucket-pipelines.yml").starts_with("bitbucket-pipelines.yml:1:1"));
}

#[test]
fn any_rule_can_be_switched_off() {
    let text = "pipelines: {custom: {all: [step: {script: [make], max-time: soon, retries: 2}]}}\n";
    let run = |rules: &str| {
        let run = pipewright().file("a.yml", text).file("pipewright.yaml", format!("rules: {{{rules}}}\n"));
        run.args(["check", "--layer", "schema", "--format", "short", "a.yml"]).run()
    };
    assert_eq!(run("").out.lines().count(), 2);
    let off = run("known-key: off, right-type: off");
    assert_eq!((off.code, off.out.as_str()), (Some(0), ""));
}

#[test]
fn an_empty_file_is_refused_as_one_with_nothing_in_it_is() {
    for text in ["", "# nothing yet\n", "---\n"] {
        let ended = pipewright().file("a.yml", text).args(["check", "--format", "short", "a.yml"]).run();
        assert_eq!(ended.code, Some(1), "{text:?}: {}{}", ended.out, ended.err);
        assert!(ended.out.contains("error: the file is empty; it should be a map [right-type]"), "{}", ended.out);
    }
}

#[test]
fn a_comment_that_means_to_allow_and_is_not_read_is_told() {
    let told = |comment: &str| {
        let text = format!("{comment}\n{FINE}");
        pipewright()
            .file("a.yml", text)
            .args(["check", "--only", "suppression-used", "--format", "short", "a.yml"])
            .run()
            .out
    };
    for comment in [
        "# Pipewright: Allow pinned-image -- ours",
        "# pipewright allow pinned-image -- ours",
        "# pipewright: ignore",
        "# pipewright: disable-next-line pinned-image",
    ] {
        assert!(
            told(comment).contains("this comment is not read, so nothing is suppressed"),
            "{comment}: {}",
            told(comment)
        );
    }
    for comment in [
        "# pipewright: our checker",
        "# pipewright: off by one, see below",
        "# pipewright skip list lives in docs",
        "# pipewright checks this file",
        "# made by hand, not by pipewright",
    ] {
        assert_eq!(told(comment), "", "{comment}");
    }
}

#[test]
fn the_name_in_a_command_hides_no_suppression_behind_it() {
    let text = "pipelines:\n  custom:\n    all:\n      - step:\n          script:\n            - |\n              export PIPE_TOKEN=pipewright-1f4c9d2ab7e8 # pipewright: allow no-inline-secret -- a test's own\n";
    let run = |text: String| {
        let run = pipewright().file("a.yml", text).args([
            "check",
            "--only",
            "no-inline-secret",
            "--only",
            "suppression-used",
        ]);
        run.args(["--format", "short", "a.yml"]).run().out
    };
    assert_eq!(run(text.to_owned()), "");
    assert!(
        run(text.replace(" # pipewright: allow no-inline-secret -- a test's own", "")).contains("[no-inline-secret]")
    );
}

#[test]
fn what_a_step_runs_is_told_by_rule() {
    let told = |rule: &str, command: &str| {
        let text = format!(
            "pipelines:\n  custom:\n    all:\n      - step:\n          services: [docker]\n          script: ['{command}']\n"
        );
        let run = pipewright().file("a.yml", text).args(["check", "--only", rule, "--format", "short", "a.yml"]);
        run.run().out.lines().filter(|line| line.contains("warning")).count()
    };
    for (platform, warnings) in
        [(" linux/amd64", 0), ("=amd64", 0), (" linux/arm64", 1), ("=linux/amd64,linux/arm64", 1)]
    {
        assert_eq!(
            told("docker-runtime", &format!("docker build --platform{platform} -t x .")),
            warnings,
            "{platform}"
        );
    }
    for (command, warnings) in [("cd $X && ./deploy.sh", 1), ("cd $X && ./lint.sh", 0), ("cd x && ./deploy.sh", 1)] {
        assert_eq!(told("visible-script", command), warnings, "{command}");
    }
}

#[test]
fn a_variable_of_one_event_is_told_where_no_other_runs_the_step() {
    let step = "&a\n          script: ['./notes.sh --from $BITBUCKET_TAG']\n";
    let main = format!("pipelines:\n  branches:\n    main:\n      - step: {step}");
    let told = |text: &str| {
        let run =
            pipewright().file("a.yml", text).args(["check", "--only", "event-variable", "--format", "short", "a.yml"]);
        run.run().out
    };
    assert!(
        told(&main).contains("`$BITBUCKET_TAG` is empty in a run that a push to a branch starts"),
        "{}",
        told(&main)
    );
    assert_eq!(told(&format!("{main}  tags:\n    v*:\n      - step: *a\n")), "");
}
