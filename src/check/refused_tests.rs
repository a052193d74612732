//! What the schema refuses is told once: no rule takes it for absent.

use super::Checker;
use crate::finding::Layer;
use crate::settings::Settings;

/// `rule` of each finding below the policy, in order.
fn rules(text: &str) -> Vec<&'static str> {
    let found = Checker::new(Settings::default()).check(text).findings;
    found.into_iter().filter(|finding| finding.layer != Layer::Policy).map(|finding| finding.rule).collect()
}

/// The help of each finding of a rule.
fn help(rule: &str, text: &str) -> Vec<String> {
    let found = Checker::new(Settings::default()).check(text).findings;
    let found = found.into_iter().filter(|finding| finding.rule == rule);
    found.map(|finding| format!("{} | {}", finding.message, finding.help.unwrap_or_default())).collect()
}

fn step(body: &str) -> String {
    format!("image: a:1\npipelines:\n  default:\n    - step: {{{body}}}\n")
}

#[test]
fn a_name_in_a_map_that_is_refused_is_no_undefined_one() {
    let cache = step("caches: [npm], script: [date]");
    for (refused, rule) in [
        ("definition: {caches: {npm: x}}", "known-key"),
        ("definitions: {cache: {npm: x}}", "known-key"),
        ("definitions: {caches: [npm: x]}", "right-type"),
        ("caches: {npm: x}", "known-key"),
    ] {
        assert_eq!(rules(&format!("{refused}\n{cache}")), [rule], "{refused}");
    }
    assert_eq!(rules(&cache.replace("pipelines:\n", "pipelines:\n  definitions: {caches: {npm: x}}\n")), ["known-key"]);
    let agent = step("script: [agent: r]");
    assert_eq!(rules(&format!("definitions: {{agent: {{r: {{prompt: x}}}}}}\n{agent}")), ["known-key"]);
    let child = step("type: pipeline, custom: a");
    let own = "[step: {script: [date]}]";
    assert_eq!(rules(&format!("{child}  customs: {{a: {own}}}\n")), ["known-key"]);
    assert_eq!(rules(&format!("{child}  custom: [a: {own}]\n")), ["right-type"]);
    assert_eq!(rules(&format!("{child}custom: {{a: {own}}}\n")), ["known-key"]);
    let import = "image: a:1\npipelines:\n  default: {import: b@a}\n";
    assert_eq!(rules(&format!("definitions: {{imports: [a: x]}}\n{import}")), ["right-type"]);
    let uploads = "uploads: [{name: a, paths: [x]}]";
    let steps = format!(
        "{}    - step: {{script: [date], artifacts: {{download: [a]}}}}\n",
        step(&format!("script: [date], artifacts: {{{uploads}}}"))
    );
    assert_eq!(rules(&steps), ["known-key"]);
    // What is nowhere is told.
    assert_eq!(rules(&format!("definitions: {{caches: {{pip2: x}}}}\n{cache}")), ["known-cache"]);
}

#[test]
fn docker_that_is_asked_for_in_a_way_that_is_refused_may_be_there() {
    let docker = |more: &str| step(&format!("{more}script: [docker ps]"));
    for (asked, rule) in [
        ("services: docker, ", "right-type"),
        ("services: {docker: {}}, ", "right-type"),
        ("service: [docker], ", "known-key"),
        ("services: [Docker], ", "known-service"),
        ("docker: true, ", "known-key"),
        ("options: {docker: true}, ", "known-key"),
        ("runs_on: [self.hosted, linux.shell], ", "known-key"),
    ] {
        assert_eq!(rules(&docker(asked)), [rule], "{asked}");
    }
    for (asked, rule) in [
        ("options: {docker: \"true\"}", "right-type"),
        ("options: {dockr: true}", "known-key"),
        ("docker: true", "known-key"),
    ] {
        assert_eq!(rules(&format!("{asked}\n{}", docker(""))), [rule], "{asked}");
    }
    let typed = "definitions: {services: {dd: {type: Docker}}}\n";
    assert_eq!(rules(&format!("{typed}{}", docker("services: [dd], "))), ["known-value"]);
    assert_eq!(rules(&docker("")), ["docker-service"]);
    assert_eq!(rules(&format!("options: {{docker: false}}\n{}", docker(""))), ["docker-service"]);
    assert_eq!(rules(&format!("{typed}{}", docker(""))), ["known-value", "docker-service"]);
}

#[test]
fn other_keys_that_are_refused_have_values_nobody_knows() {
    let role = "image: {name: 1.dkr.ecr.eu-west-1.amazonaws.com/a:1, aws: {oidc-role: arn}}\n";
    let steps = |body: &str| format!("pipelines:\n  default:\n    - step: {{{body}}}\n");
    assert_eq!(rules(&format!("{role}{}", steps("odic: true, script: [date]"))), ["known-key"]);
    let build = "services: [docker], script: [docker buildx build .]";
    assert_eq!(rules(&step(&format!("runtime: {{cloud: {{verson: '3'}}}}, {build}"))), ["known-key"]);
    assert_eq!(rules(&step(build)), ["docker-runtime"]);
    let child = step("type: pipeline, custom: a, runs-on: [self.hosted]");
    assert_eq!(rules(&format!("{child}  custom: {{a: [step: {{script: [date]}}]}}\n")), ["known-key"]);
    assert_eq!(rules(&step("caches: [1], script: [date]")), ["right-type"]);
    let hidden = rules(&step("\u{200b}script: [date]"));
    assert_eq!(hidden, ["known-key"]);
}

#[test]
fn a_tag_of_yaml_fixes_a_type() {
    assert!(rules(&step("name: !!str 123, script: [!!str 5]")).is_empty());
    assert_eq!(
        rules("image: a:1\npipelines:\n  tags:\n    2024-01-01:\n      - step: {script: [date]}\n"),
        ["quoted-key"]
    );
}

#[test]
fn a_pipe_with_a_role_needs_a_token() {
    let pipe = "script: [{pipe: 'atlassian/aws-s3-deploy:1.1.0', variables: {AWS_OIDC_ROLE_ARN: arn}}]";
    let found = help("role-with-oidc", &step(pipe));
    assert_eq!(
        found,
        ["`AWS_OIDC_ROLE_ARN` is for steps with a token, and this one has no `oidc` | add `oidc: true` to the step"]
    );
    assert!(help("role-with-oidc", &step(&format!("oidc: true, {pipe}"))).is_empty());
}

#[test]
fn patterns_that_match_nothing_are_told() {
    let told = |pattern: &str| {
        let text = format!("image: a:1\npipelines:\n  branches:\n    '{pattern}':\n      - step: {{script: [date]}}\n");
        help("sound-pattern", &text).len()
    };
    for pattern in ["/main/", "/^main$/", ".*", "release-.*", "main, dev", "release-[0-9]*"] {
        assert_eq!(told(pattern), 1, "{pattern}");
    }
    for pattern in ["v1.*", "*.*", "release-*", "feature/**", "{a,b}"] {
        assert_eq!(told(pattern), 0, "{pattern}");
    }
}

#[test]
fn a_variable_in_a_text_of_a_condition_is_told() {
    let told =
        |state: &str| help("readable-condition", &step(&format!("condition: {{state: '{state}'}}, script: [date]")));
    assert_eq!(told("\"$BITBUCKET_BRANCH\" == \"main\"").len(), 1);
    assert!(told("BITBUCKET_BRANCH in [\"a\", \"b\"]")[0].starts_with("there is no `in`"));
    assert!(told("A == \"5$\"").is_empty());
}

#[test]
fn the_next_edit_is_the_one_that_mends() {
    let custom = "triggers: {repository-push: [{condition: A == \"b\", pipelines: [X]}]}\nimage: a:1\npipelines: {custom: {a: [step: {script: [date]}]}}\n";
    let of = |name: &str| help("known-pipeline", &custom.replace('X', name)).join("");
    assert!(of("A").contains("did you mean `a`?"), "{}", of("A"));
    assert!(of("custom.a").contains("write its name alone: `a`"));
    let last =
        help("final-last", &step("script: [date]").replace("    - step", "    - final: {script: [date]}\n    - step"));
    assert!(last[0].ends_with("move it to the end of the list"), "{last:?}");
    let twice = help("unique-names", &step("caches: [node, node], script: [date]"));
    assert!(twice[0].ends_with("| remove one"), "{twice:?}");
    let shared = "export: true\ndefinitions:\n  pipelines:\n    p:\n      - variables: [{name: A}]\n";
    assert!(help("pipeline-has-steps", shared)[0].starts_with("`definitions.pipelines.p` has nothing to run"));
    let mixed = step("script: [date], artifacts: {upload: [a, {name: b, paths: [x]}]}");
    assert_eq!(help("one-artifact-form", &mixed).len(), 1);
    let cut = "image: a:1\npipelines:\n  default:\n    - step:\n        script:\n          - echo #c\n";
    assert_eq!(help("whole-command", cut).len(), 1);
}
