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
