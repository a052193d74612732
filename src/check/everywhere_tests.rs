//! Rules ask the same of every pipeline and of every name, wherever it stands.

use super::Checker;
use crate::finding::{Layer, Severity};
use crate::settings::Settings;

/// `rule: message` of each finding below the policy.
fn told(text: &str) -> Vec<String> {
    let layers = [Layer::Syntax, Layer::Schema, Layer::Semantic];
    let found = Checker::new(Settings::default()).with_layers(&layers).check(text).findings;
    found.into_iter().map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

/// A step in a merge queue, and the same in a pipeline that others import.
fn elsewhere(step: &str) -> [String; 2] {
    [
        format!("image: node:20.1\npipelines:\n  merge-queues:\n    main:\n      - step:\n{step}"),
        format!("export: true\nimage: node:20.1\ndefinitions:\n  pipelines:\n    build:\n      - step:\n{step}"),
    ]
}

#[test]
fn a_plain_word_is_a_credential_where_a_variable_stands() {
    let found = |text: &str| {
        let found = Checker::new(Settings::default()).check(text).findings.into_iter();
        found.filter(|finding| finding.rule == "no-inline-secret").count()
    };
    let step = |keys: &str| format!("pipelines:\n  default:\n    - step: {{{keys}, script: [date]}}\n");
    for keys in ["permissions: {id-token: write}", "with: {github-token: deployment}"] {
        assert_eq!(found(&step(keys)), 0, "{keys}");
    }
    for keys in [
        "with: {github-token: k9Zt41xq}",
        "env: {api_token: deployment}",
        "DEPLOY_TOKEN: deployment",
        "image: {name: 'a:1', username: me, password: orchard}",
    ] {
        assert_eq!(found(&step(keys)), 1, "{keys}");
    }
    let service = "definitions:\n  services:\n    db: {image: 'a:1', variables: {db_password: orchard}}\n";
    assert_eq!(found(&format!("{service}{}", step("services: [db]"))), 1);
}
