//! What is told of two whole texts.

use super::Checker;
use super::difference::difference;
use crate::settings::{EnvironmentNames, Settings};

/// The lines, with `weaker: ` before what takes a safeguard away.
pub(super) fn told(before: &str, after: &str) -> Vec<String> {
    let checker = Checker::new(Settings::default());
    let (before, after) = (checker.check(before), checker.check(after));
    let mark = |weakens: bool| if weakens { "weaker: " } else { "" };
    let found = difference((&checker, &before), (&checker, &after)).into_iter();
    found.map(|change| format!("{}{}: {}", mark(change.weakens), change.event, change.text)).collect()
}

pub(super) const FLOW: &str = "image: a:1
pipelines:
  branches:
    main:
      - step: { name: Image, services: [docker], script: [docker build -t r/x:$BITBUCKET_COMMIT ., docker push r/x:$BITBUCKET_COMMIT] }
      - step: { name: Staging, deployment: staging, script: [kubectl set image d/x x=r/x:$BITBUCKET_COMMIT] }
  tags:
    rc-*:
      - step: { name: Retag, script: [crane copy r/x:$BITBUCKET_COMMIT r/x:$BITBUCKET_TAG] }
";

#[test]
fn what_takes_the_place_of_another_is_told_in_one_line() {
    assert_eq!(
        told(FLOW, &FLOW.replace("r/x:", "r/y:")),
        [
            "push to main: `Image` now builds `r/y:$BITBUCKET_COMMIT` instead of `r/x:$BITBUCKET_COMMIT`",
            "push to main: `Image` now pushes `r/y:$BITBUCKET_COMMIT` instead of `r/x:$BITBUCKET_COMMIT`",
            "push to main: `Staging` now deploys `r/y:$BITBUCKET_COMMIT` instead of `r/x:$BITBUCKET_COMMIT`",
            "push of tag rc-*: `Retag` now gives `r/y:$BITBUCKET_COMMIT` the name `r/y:$BITBUCKET_TAG` instead of `r/x:$BITBUCKET_COMMIT` the name `r/x:$BITBUCKET_TAG`",
        ]
    );
    let source = told(FLOW, &FLOW.replace("[crane copy r/x:$BITBUCKET_COMMIT", "[crane copy r/x:latest"));
    let text = "push of tag rc-*: `Retag` now gives `r/x:latest` the name `r/x:$BITBUCKET_TAG` instead of `r/x:$BITBUCKET_COMMIT`";
    assert!(source.contains(&text.to_owned()), "{source:?}");
}

#[test]
fn a_new_gate_and_a_new_sibling_are_told_as_such() {
    let gate = FLOW.replace(
        "      - step: { name: Staging",
        "      - step: { name: Ask, trigger: manual, script: [date] }\n      - step: { name: Staging",
    );
    let found = told(FLOW, &gate);
    assert!(found.contains(&"push to main: `Ask` is new, and waits for a person".to_owned()), "{found:?}");
    let image =
        &FLOW[FLOW.find("      - step: { name: Image").unwrap()..FLOW.find("      - step: { name: Staging").unwrap()];
    let group = format!("      - parallel:\n          - step: {{ name: Test, script: [date] }}\n    {image}");
    let found = told(FLOW, &FLOW.replace(image, &group));
    assert_eq!(found, ["push to main: `Test` is new, beside `Image`"]);
}

#[test]
fn a_new_step_with_no_gate_is_told_of_the_environment_that_the_settings_call_production() {
    let new = "      - step: { name: Go, deployment: kite, script: [kubectl set image d/x x=r/x:$BITBUCKET_TAG] }\n";
    let environments = EnvironmentNames { candidate: "staging".to_owned(), release: "kite".to_owned() };
    for (settings, open) in
        [(Settings { environments, ..Settings::default() }, ", with no gate"), (Settings::default(), "")]
    {
        let checker = Checker::new(settings);
        let (before, after) = (checker.check(FLOW), checker.check(format!("{FLOW}{new}")));
        let texts: Vec<String> =
            difference((&checker, &before), (&checker, &after)).into_iter().map(|change| change.text).collect();
        let wanted = format!("`Go` is new: it deploys `r/x:$BITBUCKET_TAG` to `kite`{open}");
        assert!(texts.contains(&wanted), "{texts:?}");
    }
}

#[test]
fn an_event_that_another_pipeline_takes_is_compared_with_it() {
    let file = |section: &str| {
        format!("image: a:1\npipelines:\n  {section}\n      - step: {{ name: Test, script: [date] }}\n")
    };
    let (branch, default) = (file("branches:\n    master:"), file("default:"));
    let found = told(&branch, &default);
    assert!(!found.iter().any(|line| line.contains("push to master")), "{found:?}");
    let tags = |pattern: &str| file(&format!("tags:\n    {pattern}:"));
    let found = told(&tags("rc-*"), &tags("rc-[0-9]*"));
    assert_eq!(found[0], "weaker: push of tag rc-*: nothing runs any more but for `rc-[0-9]*`; it ran 1 step");
}

#[test]
fn the_final_step_is_told_from_one_that_a_failure_skips() {
    let file = |key: &str| {
        format!(
            "image: a:1\npipelines:\n  default:\n      - step: {{ name: Test, script: [date] }}\n      - {key}: {{ name: Clean, script: [date] }}\n"
        )
    };
    let found = told(&file("step"), &file("final"));
    assert_eq!(
        found,
        ["push to main and push to any other branch: `Clean` is the final step now, which runs after a failure too"]
    );
    assert!(
        told(&file("final"), &file("step"))[0]
            .ends_with("is not the final step any more: after a failure it does not run")
    );
}

const CUSTOM: &str = "image: a:1
triggers:
  repository-push:
    - condition: BITBUCKET_BRANCH == \"feature\"
      pipelines: [quality]
pipelines:
  custom:
    quality:
      - variables:
          - name: WHY
            default: drill
            allowed-values: [drill, incident]
      - step: { name: Test, script: [date] }
";

#[test]
fn a_variable_that_stands_twice_differs_from_itself_in_nothing() {
    let twice = CUSTOM.replace("      - step", "          - name: WHY\n      - step");
    assert_eq!(told(&twice, &twice), [""; 0]);
}

#[test]
fn what_a_custom_pipeline_asks_and_what_starts_it_is_told() {
    let one = |from: &str, to: &str| told(CUSTOM, &CUSTOM.replace(from, to));
    let asked = |text: &str| vec![format!("custom pipeline quality: {text}")];
    assert_eq!(one("default: drill", "default: incident"), asked("`WHY` is `incident` by default, before `drill`"));
    assert_eq!(one("[drill, incident]", "[drill]"), asked("`WHY` may no longer be `incident`"));
    assert_eq!(one("            allowed-values: [drill, incident]\n", ""), asked("`WHY` may be anything now"));
    assert_eq!(
        one("name: WHY", "name: REASON"),
        [asked("`WHY` is no longer asked for"), asked("`REASON` is asked for")].concat()
    );
    let otherwise = one("== \"feature\"", "!= \"feature\"");
    let text = "triggers: `repository-push` starts `quality` where `BITBUCKET_BRANCH != \"feature\"`, before where `BITBUCKET_BRANCH == \"feature\"`";
    assert!(otherwise.contains(&text.to_owned()), "{otherwise:?}");
    let none = &CUSTOM[CUSTOM.find("triggers").unwrap()..CUSTOM.find("pipelines:\n  custom").unwrap()];
    assert_eq!(told(CUSTOM, &CUSTOM.replace(none, ""))[0], "triggers: `repository-push` no longer starts `quality`");
}

#[test]
fn what_a_comment_allowed_did_not_hold() {
    let plain = FLOW.replace("image: a:1", "image: a");
    let allowed = FLOW.replace("image: a:1", "image: a # pipewright: allow pinned-image -- ours");
    let found = told(&allowed, &plain);
    assert!(found.contains(&"weaker: rules: `pinned-image` was allowed, now is violated".to_owned()), "{found:?}");
    let found = told(&plain, &allowed);
    assert!(found.contains(&"rules: `pinned-image` was violated, now is allowed".to_owned()), "{found:?}");
}

/// The pipeline of main with these items.
fn main_with(items: &[&str]) -> String {
    let items: String = items.iter().map(|item| format!("      - {item}\n")).collect();
    format!("image: a:1\npipelines:\n  branches:\n    main:\n{items}")
}

#[test]
fn steps_that_change_places_are_told_as_that() {
    let (test, build) = ("step: {script: [npm ci, npm test]}", "step: {script: [npm ci, uname]}");
    let (a, b) = ("step: {name: A, script: [date]}", "step: {name: B, script: [ls]}");
    let order = |before: &[&str], after: &[&str]| told(&main_with(before), &main_with(after));
    assert_eq!(
        order(&[a, b, test], &[b, a, test]),
        ["push to main: the order is now `B`, `A`, a step without a name (`npm ci`)"]
    );
    assert_eq!(order(&[test, build], &[build, test]).len(), 1);
    // What acts on the world may no longer come before what checked it.
    let push = "step: {name: Push, services: [docker], script: [docker push r/x:1]}";
    assert_eq!(
        order(&[a, push], &[push, a]),
        ["push to main: the order is now `Push`, `A`", "weaker: push to main: `Push` no longer waits for `A`"]
    );
    // One that comes between is new, and none of the others is another one.
    assert_eq!(
        order(&[test], &[build, test]),
        ["push to main: a step without a name is new: it runs `npm ci` and `uname`"]
    );
    let twice = ["step: {name: A, script: [uname]}", a];
    assert_eq!(order(&twice, &[a, twice[0]]), ["push to main: the order is now `A` (`date`), `A` (`uname`)"]);
    assert_eq!(order(&[a], &["step: {script: [date]}"]), ["push to main: `A` has no name any more"]);
    // Side by side there is no order.
    let group = |one: &str, other: &str| format!("parallel: [{{{one}}}, {{{other}}}]");
    assert_eq!(order(&[&group(a, b)], &[&group(b, a)]), [""; 0]);
    assert_eq!(order(&[a, b], &[&group(b, a)]), ["weaker: push to main: `B` no longer waits for `A`"]);
}

#[test]
fn a_step_without_a_name_is_the_same_when_it_is_written_otherwise() {
    let step = |script: &str| {
        format!(
            "image: a:1\npipelines:\n  branches:\n    main:\n    - step: {{script: ['{script}']}}\n    - step: {{script: [date]}}\n"
        )
    };
    let crane = "crane tag r/x:$BITBUCKET_COMMIT $NEXT";
    assert_eq!(told(&step(crane), &step("crane tag \"r/x:${BITBUCKET_COMMIT}\" \"$NEXT\"")), [""; 0]);
    assert_eq!(
        told(&step("npm test"), &step("npm test || true")),
        ["weaker: push to main: a step without a name goes on now where `npm test` fails"]
    );
    // What has less than half of its words in common is another one.
    assert_eq!(
        told(&step("npm test"), &step("npm ci --prefix a b")),
        [
            "weaker: push to main: a step without a name is gone: it runs `npm test`",
            "push to main: a step without a name is new: it runs `npm ci --prefix a b`"
        ]
    );
}

#[test]
fn what_a_failure_stops_is_told_of_the_group() {
    let group = |fast: &str, own: &str| {
        let member = |name: &str, own: &str| format!("{{step: {{name: {name}, script: [date]{own}}}}}");
        main_with(&[&format!("parallel: {{{fast}steps: [{}, {}]}}", member("A", own), member("B", ""))])
    };
    let fast = "fail-fast: true, ";
    assert_eq!(
        told(&group("", ""), &group(fast, "")),
        ["push to main: a failure of `A` or `B` stops the others of its group now"]
    );
    assert_eq!(
        told(&group(fast, ""), &group("fail-fast: false, ", "")),
        ["push to main: a failure of `A` or `B` no longer stops the others of its group"]
    );
    assert_eq!(
        told(&group("", ""), &group("", ", fail-fast: true")),
        ["push to main: a failure of `A` stops the others of its group now"]
    );
    let ignored = "on-fail: {strategy: ignore}, ";
    assert_eq!(
        told(&group("", ""), &group(ignored, ""))[0],
        "weaker: push to main: `A` may fail now, and the pipeline goes on"
    );
    assert_eq!(told(&group("", ""), &group(ignored, ", on-fail: {strategy: fail}")).len(), 1);
    assert_eq!(told(&group("", ", fail-fast: false"), &group("fail-fast: false, ", "")), [""; 0]);
}

#[test]
fn what_changes_something_elsewhere_is_no_other_command_with_the_same_effects() {
    for command in ["git push origin HEAD:main", "npm publish", "flyway migrate", "kubectl delete job x"] {
        let more = FLOW.replace("script: [crane", &format!("script: ['{command}', crane"));
        let short = command.split(" origin").next().unwrap_or(command).trim_end_matches(" x").trim_end_matches(" job");
        let found = told(FLOW, &more);
        assert!(
            found.len() == 1 && found[0].starts_with(&format!("push of tag rc-*: `Retag` now runs `{short}")),
            "{found:?}"
        );
        let found = told(&more, FLOW);
        assert!(found.len() == 1 && found[0].contains("`Retag` no longer runs `"), "{found:?}");
    }
}

#[test]
fn what_is_new_and_happens_in_some_cases_is_told_as_that() {
    let guarded = FLOW.replace("[crane copy", "['docker pull r/x:1 || docker build -t r/x:2 .', crane copy");
    let found = told(FLOW, &guarded);
    let text = "push of tag rc-*: `Retag` now builds `r/x:2`, only in some cases";
    assert!(found.contains(&text.to_owned()), "{found:?}");
}

#[test]
fn one_image_that_is_deployed_in_two_places_is_counted() {
    let two =
        FLOW.replace("script: [kubectl", "script: [kubectl --context b set image d/x x=r/x:$BITBUCKET_COMMIT, kubectl");
    let count = "push to main: `Staging` now deploys `r/x:$BITBUCKET_COMMIT` ";
    for (before, after, text) in [(&*two, FLOW, "once, before twice"), (FLOW, &*two, "twice, before once")] {
        let found = told(before, after);
        assert!(found.contains(&format!("{count}{text}")), "{found:?}");
    }
}

#[test]
fn pipelines_that_take_one_name_are_each_compared_with_themselves() {
    let text = "pipelines:\n  branches:\n    '{dev,x}':\n      - step: {script: [npm test]}\n    dev:\n      - step: {script: [date]}\n";
    assert_eq!(told(text, text), [""; 0]);
    let without = text.replace("    dev:\n      - step: {script: [date]}\n", "");
    let gone = "weaker: push to dev: another pipeline that takes it is gone; it ran 1 step";
    assert!(told(text, &without).contains(&gone.to_owned()), "{:?}", told(text, &without));
}

#[test]
fn an_anchor_that_is_written_out_weakens_nothing() {
    let step = "{ name: Go, deployment: production, script: [kubectl apply -f k] }";
    let text = |first: &str, second: &str| {
        format!(
            "image: a:1\npipelines:\n  branches:\n    main:\n      - step: {first}\n  custom:\n    go:\n      - step: {second}\n"
        )
    };
    let (anchored, written) = (text(&format!("&go {step}"), "*go"), text(step, step));
    let rules = |before: &str, after: &str| -> Vec<String> {
        told(before, after).into_iter().filter(|line| line.contains("rules: ")).collect()
    };
    assert_eq!(rules(&anchored, &written), [] as [&str; 0]);
    assert_eq!(rules(&written, &anchored), [] as [&str; 0]);
}
