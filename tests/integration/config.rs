//! `pipewright config`, and the order of the places that configure.

use insta::assert_snapshot;

use crate::server::{Server, says, status};
use crate::support::pipewright;

#[test]
fn every_value_has_its_origin_and_the_key_is_masked() {
    let ended = pipewright()
        .file("pipewright.yaml", "main-branch: trunk\ntags:\n  candidate: c-\npolicy: none\n")
        .user_config("model: small\nserver: http://me:pass@localhost:1/v1\ncolor: never\n")
        .env("OPENAI_API_KEY", "sk-123456")
        .env("PIPEWRIGHT_MODEL", "large")
        .env("PIPEWRIGHT_TIMEOUT", "30")
        .args(["config"])
        .run();
    assert_snapshot!(ended.block(), @r"
    model                   large                                             environment: PIPEWRIGHT_MODEL
    server                  http://***@localhost:1/v1                         [FOLDER]/home/pipewright/config.yaml:2
    api                     chat                                              default
    key                     ******** (9 characters)                           environment: OPENAI_API_KEY
    timeout                 30 s                                              environment: PIPEWRIGHT_TIMEOUT
    proxy                   (not set)                                         default
    ca-file                 (not set)                                         default
    temperature             (not set)                                         default
    max-tokens              (not set)                                         default
    color                   never                                             [FOLDER]/home/pipewright/config.yaml:3
    hyperlinks              auto                                              default
    rule-pages              (not set)                                         default
    file                    bitbucket-pipelines.yml                           default
    policy                  none                                              pipewright.yaml:4
    main-branch             trunk                                             pipewright.yaml:1
    forbidden-branches      develop, development, release, releases, release/**, releases/**, release-*  default
    tags.candidate          c-                                                pipewright.yaml:2
    tags.release            release-                                          pipewright.yaml:2
    environments.candidate  staging                                           default
    environments.release    production                                        default

    settings of the repository: [FOLDER]/work/pipewright.yaml
    your own configuration:     [FOLDER]/home/pipewright/config.yaml
    --- stderr
    --- exit 0
    ");
    assert!(!ended.out.contains("sk-") && !ended.out.contains("pass"), "{}", ended.out);
}

#[test]
fn a_wrong_settings_file_is_told_with_its_place() {
    let ended = pipewright().file("pipewright.yaml", "main_branch: x\nserver: http://evil\n").args(["check"]).run();
    assert_snapshot!(ended.block(), @r"
    --- stderr
    error[known-settings]: unknown setting `main_branch`
     --> pipewright.yaml:1:1
      |
    1 | main_branch: x
      | ^^^^^^^^^^^
      = help: did you mean `main-branch`?

    error[known-settings]: `server` can't be set in a repository
     --> pipewright.yaml:2:1
      |
    2 | server: http://evil
      | ^^^^^^
      = help: a stranger's repository must not say where keys are sent: set it in your own configuration file, the environment or the command line (`pipewright config` names the file)

    refused: pipewright.yaml: 2 errors
    error: pipewright.yaml can't be used: mend what is told above
    --- exit 2
    ");
}

#[test]
fn azure_is_shown_with_its_own_key() {
    let ended = pipewright()
        .user_config("azure:\n  endpoint: https://own.example\n  deployment: own\n")
        .env("OPENAI_API_KEY", "sk-123456")
        .env("AZURE_OPENAI_API_KEY", "azure-canary")
        .env("OPENAI_MODEL", "not-a-deployment")
        .args(["config"])
        .run();
    assert_snapshot!(ended.out.lines().take(5).collect::<Vec<_>>().join("\n"), @r"
    model                   own                                               [FOLDER]/home/pipewright/config.yaml:1
    server                  https://own.example                               [FOLDER]/home/pipewright/config.yaml:1
    azure.api-version       2024-10-21                                        default
    api                     chat                                              default
    key                     ******** (12 characters)                          environment: AZURE_OPENAI_API_KEY
    ");
}

#[test]
fn the_first_place_that_names_a_server_or_azure_decides() {
    let chosen = |variables: &[(&str, &str)], own: &str, arguments: &[&str]| {
        let run = variables.iter().fold(pipewright().user_config(own), |run, (name, value)| run.env(name, value));
        let run = run.env("OPENAI_API_KEY", "sk-1").env("AZURE_OPENAI_API_KEY", "az");
        let out = run.args(["config"]).args(arguments.iter().copied()).run().out;
        let word = |row: &str, at: usize| {
            let line = out.lines().find(|line| line.starts_with(row)).expect("a row");
            line.split_whitespace().nth(at).expect("a word").to_owned()
        };
        (word("server", 1), word("key", 5))
    };
    let is = |server: &str, key: &str| (server.to_owned(), key.to_owned());
    let azure = ("AZURE_OPENAI_ENDPOINT", "https://a");
    let server = ("OPENAI_BASE_URL", "http://s");
    assert_eq!(chosen(&[azure], "", &["--server", "http://f"]), is("http://f", "OPENAI_API_KEY"));
    assert_eq!(chosen(&[azure, server], "", &[]), is("http://s", "OPENAI_API_KEY"));
    assert_eq!(chosen(&[azure], "server: http://own\n", &[]), is("https://a", "AZURE_OPENAI_API_KEY"));
    assert_eq!(chosen(&[], "azure: {endpoint: https://own}\n", &[]), is("https://own", "AZURE_OPENAI_API_KEY"));
    assert_eq!(chosen(&[server], "azure: {endpoint: https://own}\n", &[]), is("http://s", "OPENAI_API_KEY"));
}

#[test]
fn a_settings_file_above_the_repository_is_not_read() {
    let main_branch = |marker: &str| {
        let run = pipewright().file("pipewright.yaml", "main-branch: theirs\n").file(marker, "").at("repo/sub");
        let out = run.args(["config"]).run().out;
        out.lines().find(|line| line.starts_with("main-branch")).expect("a line").contains("theirs")
    };
    assert!(main_branch(".git/HEAD"), "the repository is the folder of the file");
    assert!(!main_branch("repo/.git/HEAD"), "the file lies above the repository");
    assert!(!main_branch("other"), "there is no repository");
}

#[test]
fn the_named_settings_file_must_be_there() {
    assert_snapshot!(pipewright().args(["config", "--config", "none.yaml"]).run().block(), @r"
    --- stderr
    error: the settings in none.yaml: is not there
    --- exit 2
    ");
}

#[test]
fn the_command_line_wins_over_the_environment_and_that_over_files() {
    let color = |arguments: &[&str], variables: &[(&str, &str)], own: &str| {
        let run = variables.iter().fold(pipewright().user_config(own), |run, (name, value)| run.env(name, value));
        let out = run.args(["config"]).args(arguments.iter().copied()).run().out;
        let line = out.lines().find(|line| line.starts_with("color")).expect("a line");
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    let all = [("PIPEWRIGHT_COLOR", "auto"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
    assert_eq!(color(&["--color", "always"], &all, "color: never\n"), "always command line: --color");
    assert_eq!(color(&[], &all, "color: never\n"), "auto environment: PIPEWRIGHT_COLOR");
    assert_eq!(color(&[], &all[1..], "color: auto\n"), "never environment: NO_COLOR");
    assert_eq!(color(&[], &all[2..], "color: never\n"), "always environment: CLICOLOR_FORCE");
    assert_eq!(color(&[], &[("NO_COLOR", "")], "color: always\n"), "always [FOLDER]/home/pipewright/config.yaml:1");
    assert_eq!(color(&[], &[], ""), "auto default");
}

#[test]
fn the_configured_server_is_probed_by_the_doctor_and_by_its_other_name() {
    let nothing = pipewright().args(["doctor"]).run();
    assert_snapshot!(nothing.block(), @r"
    --- stderr
    error: no model is configured
    hint: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own
    --- exit 3
    ");

    for words in [&["doctor"][..], &["config", "--check"]] {
        let models = status(200, r#"{"data":[{"id":"small"}]}"#);
        let server = Server::with([models, says("one two three"), says("heron"), says("one")]);
        let base = server.base();
        let run = pipewright().env("OPENAI_API_KEY", "sk-canary").args(words.iter().copied());
        let ended = run.args(["--server", &base, "--model", "small"]).run();
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", ended.out);
        assert!(ended.out.starts_with("ok  configuration") && !ended.out.contains("canary"), "{}", ended.out);
        assert!(ended.out.contains("\nok  system role   taken and followed\n"), "{}", ended.out);
        let asked = server.asked();
        assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer sk-canary")));
        assert_eq!(asked[3].body["max_completion_tokens"], 4);

        let gone = pipewright().env("OPENAI_BASE_URL", "http://127.0.0.1:1/v1").args(words.iter().copied()).run();
        assert_eq!(gone.code, Some(3));
        assert!(gone.out.contains("\nno  models"), "{}", gone.out);
    }
}

#[test]
fn what_holds_unset_is_told_too() {
    let row = |out: &str, name: &str| {
        let line = out.lines().find(|line| line.starts_with(name)).expect("a row");
        line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    let keyed = pipewright().env("OPENAI_API_KEY", "sk-123456").args(["config"]).run();
    assert_eq!(row(&keyed.out, "server"), "https://api.openai.com/v1 default");
    assert_eq!(row(&keyed.out, "timeout"), "120 s default");
    let none = pipewright().args(["config"]).run();
    assert_eq!(row(&none.out, "server"), "(not set) default", "nobody is asked");
}
