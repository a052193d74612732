//! `pipewright rules`.

use insta::assert_snapshot;

use crate::support::pipewright;

#[test]
fn the_list_has_every_rule_and_a_page_is_printed() {
    let list = pipewright().args(["rules"]).run();
    assert_eq!((list.code, list.out.lines().count()), (Some(0), pipewright::cli::rules().len()));
    assert!(list.out.lines().any(|line| line.starts_with("build-once ") && line.contains("policy")), "{}", list.out);
    for meta in pipewright::cli::rules().iter().filter(|meta| meta.id.starts_with('m')) {
        assert_eq!(pipewright().args(["rules", meta.id]).run().out, meta.page);
    }
    let colored = pipewright().args(["rules", "manual-production", "--color", "always"]).run().out;
    assert!(colored.contains('\u{1b}') && colored.contains("trigger: manual"), "{colored}");
}

#[test]
fn a_misspelt_id_gets_the_nearest() {
    assert_snapshot!(pipewright().args(["rules", "build-onse"]).run().block(), @r"
    --- stderr
    error: no rule is called `build-onse`
    hint: did you mean `build-once`?
    --- exit 2
    ");
    let part = |id: &str| pipewright().args(["rules", id]).run().err;
    assert!(part("manual-prod").contains("did you mean `manual-production`?"), "{}", part("manual-prod"));
    assert!(part("pinned").contains("did you mean `pinned-image` or `pinned-pipe`?"), "{}", part("pinned"));
    assert!(pipewright().args(["rules", "qqqqqqqqqqqqqq"]).run().err.contains("`pipewright rules` lists them"));
}

#[test]
fn the_list_has_the_severities_of_the_settings() {
    let settings = "policy: none\nrules: {pinned-image: note, known-key: off}\n";
    let rows = |arguments: &[&str], name: &str| -> Vec<String> {
        let run = pipewright().file(name, settings).args(["rules"]).args(arguments.iter().copied());
        let out = run.run().out;
        let row = |id: &str| out.lines().find(|line| line.starts_with(&format!("{id} "))).expect("a row").to_owned();
        let severity = |id: &str| row(id).split_whitespace().nth(2).expect("a severity").to_owned();
        ["build-once", "pinned-image", "known-key", "right-type"].map(severity).to_vec()
    };
    assert_eq!(rows(&[], "other.yaml"), ["error", "warning", "error", "error"]);
    assert_eq!(rows(&["--config", "other.yaml"], "other.yaml"), ["off", "note", "off", "error"]);
    assert_eq!(rows(&[], "pipewright.yaml"), ["off", "note", "off", "error"]);
    let wrong = |arguments: &[&str]| {
        pipewright().file("pipewright.yaml", "nix: 1\n").args(["rules"]).args(arguments.iter().copied()).run().code
    };
    assert_eq!((wrong(&[]), wrong(&["--config", "pipewright.yaml"])), (Some(0), Some(2)));
}
