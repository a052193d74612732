//! The pages of the policy rules: their examples are whole flows, judged by all layers.

use std::collections::BTreeSet;

use pipewright::check::{self, Checker};
use pipewright::finding::{Finding, Layer, RuleMeta, Severity, Verdict};
use pipewright::settings::{self, Settings};
use pipewright::yaml::Document;

use crate::pages::{example, holds_parts};

fn metas() -> Vec<&'static RuleMeta> {
    let policy = pipewright::rules::all().iter().map(|rule| rule.meta()).filter(|meta| meta.layer == Layer::Policy);
    policy.chain([&check::REASON, &check::USED]).collect()
}

fn loud(findings: &[Finding]) -> Vec<(&'static str, Severity)> {
    let loud = findings.iter().filter(|finding| finding.severity > Severity::Note);
    loud.map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn bad_examples_break_their_rule_alone_and_good_ones_none() {
    let checker = Checker::new(Settings::default());
    for meta in metas() {
        let bad = checker.check(example(meta.page, "Bad"));
        let weight = meta.severity.max(Severity::Warning);
        assert_eq!(loud(&bad.findings), [(meta.id, weight)], "the bad example of {}", meta.id);
        let verdict = if weight == Severity::Error { Verdict::Refused } else { Verdict::Accepted };
        assert_eq!(bad.verdict, verdict, "the bad example of {}", meta.id);

        let good = checker.check(example(meta.page, "Good"));
        assert_eq!(loud(&good.findings), [], "the good example of {}", meta.id);
        assert_eq!(good.verdict, Verdict::Accepted, "the good example of {}", meta.id);
    }
}

#[test]
fn pages_have_their_parts_and_are_short() {
    holds_parts(&metas(), 80);
}

/// The settings of each example of a page; none has a finding.
fn documented(page: &str) -> Vec<Settings> {
    let rules: Vec<&str> = pipewright::rules::all().iter().map(|rule| rule.meta().id).collect();
    let mut found = Vec::new();
    for block in page.split("```yaml\n").skip(1) {
        let text = block.split("```").next().unwrap_or("");
        let (settings, findings) = settings::read(&Document::read(text), &rules);
        assert!(findings.is_empty(), "{text}{findings:?}");
        found.push(settings);
    }
    found
}

#[test]
fn documented_settings_are_read_and_the_defaults_are_the_defaults() {
    let policy = documented(include_str!("../../docs/policy.md"));
    assert_eq!(policy.len(), 5);
    let defaults = Settings { file: None, catalogue: None, ..policy[0].clone() };
    assert_eq!(defaults, Settings::default());
    assert!(!documented(include_str!("../../docs/configuration.md")).is_empty());

    let meta = metas().into_iter().find(|meta| meta.id == "manual-production").expect("the rule");
    let flow = example(meta.page, "Good");
    let deploy = "gcloud run deploy quay --image $REGISTRY/quay:$BITBUCKET_COMMIT";
    let told = |command: &str, checker: &Checker| {
        let checked = checker.check(flow.replace(deploy, command));
        checked.findings.iter().map(|finding| finding.rule).collect::<BTreeSet<_>>()
    };
    let plain = Checker::new(Settings::default());
    let entries = policy[2].catalogue.as_ref().expect("a catalogue").to_string();
    let taught = plain.clone().with_catalogue(&entries).expect("entries of the catalogue");
    let (unknown, latest) = ("fleetctl roll --to staging", "fleetctl roll --to staging --image acme/quay:latest");
    assert!(flow.contains(deploy), "{flow}");
    assert_eq!(told(unknown, &plain), BTreeSet::from(["release-flow"]));
    assert_eq!(told(latest, &taught), BTreeSet::from(["deploy-what-was-promoted"]));

    // What is said to deploy and tells of no image may deploy none, which `image: none` says.
    let entries = policy[3].catalogue.as_ref().expect("a catalogue").to_string();
    let store = plain.clone().with_catalogue(&entries).expect("entries of the catalogue");
    let unsaid = "{commands: [{run: [fastlane supply], effect: deploy}]}";
    let unsaid = plain.clone().with_catalogue(unsaid).expect("an entry of the catalogue");
    assert_eq!(told("fastlane supply", &store), BTreeSet::new());
    assert_eq!(told("fastlane supply", &unsaid), BTreeSet::from(["deploy-what-was-promoted"]));
}
