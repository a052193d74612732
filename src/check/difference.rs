//! What one text does otherwise than another: plans, rules, suppressions, anchors, comments.

use std::collections::BTreeMap;

use super::comments;
use super::ratchet::{answers, suppressions};
use super::started::started;
use super::{Checked, Checker};
use crate::plan::{Change, Plan, compare, given_to_all};
use crate::rules::policy::Hidden;
use crate::text::counted;
use crate::yaml::{Document, Node};

/// How much of a node is compared, in bytes: aliases in aliases make any amount.
const LARGEST: usize = 1 << 18;

/// Everything that is different in meaning; what takes a safeguard away is marked.
pub fn difference(before: (&Checker, &Checked), after: (&Checker, &Checked)) -> Vec<Change> {
    let (old, new) = (before.1, after.1);
    let (mut was, mut is) = (before.0.plans_to_compare(&old.document), after.0.plans_to_compare(&new.document));
    let (was_too, told_of_was) = before.0.plans_of(&old.document, &is, &was);
    let (is_too, told_of_is) = after.0.plans_of(&new.document, &was, &is);
    was.retain(|plan| !told_of_is.contains(&plan.event));
    is.retain(|plan| !told_of_was.contains(&plan.event));
    let (was, is) = (join(was, was_too), join(is, is_too));
    let hidden = Hidden::of_all([old, new].map(|checked| (&checked.document, checked.credentials())));
    let mut changes = compare(&was, &is, after.0.settings(), &|text| hidden.mask(text));
    changes.extend(given_to_all((&old.document, &was), (&new.document, &is)));
    changes.extend(started(&old.document, &new.document));
    changes.extend(answers(old, new));
    changes.extend(suppressions(old, new));
    // How far an edit reaches is of interest where it means something.
    if !changes.is_empty() {
        changes.extend(anchors(&old.document, &new.document));
    }
    changes.extend(comments::gone(&old.document, &new.document));
    for change in &mut changes {
        hidden.mask_told(&mut change.text);
        hidden.mask(&mut change.event);
    }
    changes
}

pub(super) fn change(event: &str, text: String, weakens: bool) -> Change {
    Change { event: event.to_owned(), text, weakens }
}

fn join<'d>(mut plans: Vec<Plan<'d>>, more: Vec<Plan<'d>>) -> Vec<Plan<'d>> {
    plans.extend(more);
    plans
}

/// Anchors whose node was edited and reaches more than one place.
fn anchors(old: &Document, new: &Document) -> Vec<Change> {
    let named = |document: &Document| -> BTreeMap<String, String> {
        let anchored = document.nodes().filter_map(|node| Some((node.anchor_name()?.to_owned(), resolved(node))));
        anchored.collect()
    };
    let was = named(old);
    let mut uses: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (span, target) in new.aliases() {
        if let Some(name) = target.anchor_name() {
            uses.entry(name.to_owned()).or_default().push(new.position(span.start).line);
        }
    }
    let edited = named(new).into_iter().filter(|(name, text)| was.get(name).is_some_and(|before| before != text));
    edited
        .filter_map(|(name, _)| {
            let lines = uses.get(&name).filter(|lines| !lines.is_empty())?;
            let list: Vec<String> = lines.iter().map(usize::to_string).collect();
            let (places, line) = (counted(lines.len(), "other place"), if list.len() == 1 { "line" } else { "lines" });
            let text = format!("the edit of `&{name}` reaches {places}: {line} {}", list.join(", "));
            Some(change("anchors", text, false))
        })
        .collect()
}

/// What a node comes to, however it is written; of one that is too large the beginning.
fn resolved(node: Node<'_>) -> String {
    let mut text = String::new();
    resolve(node, &mut text);
    text
}

fn resolve(node: Node<'_>, out: &mut String) {
    if out.len() > LARGEST {
        return;
    }
    if node.is_mapping() {
        out.push('{');
        for entry in node.entries() {
            out.push_str(&format!("{:?}:", entry.name()));
            resolve(entry.value, out);
        }
        out.push('}');
    } else if node.is_sequence() {
        out.push('[');
        for item in node.items() {
            resolve(item, out);
        }
        out.push(']');
    } else {
        // Commands are the same in one line, in several, and as items of a list.
        let pieces = node.text().unwrap_or("").lines().flat_map(|line| line.split("&&")).map(str::trim);
        pieces.for_each(|piece| out.push_str(&format!("{piece:?},")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn changes(before: &str, after: &str) -> Vec<(String, bool)> {
        let checker = Checker::new(Settings::default());
        let (before, after) = (checker.check(before), checker.check(after));
        let found = difference((&checker, &before), (&checker, &after));
        found.into_iter().map(|change| (format!("{}: {}", change.event, change.text), change.weakens)).collect()
    }

    const FLOW: &str = "image: a:1\n# keep me\npipelines:\n  tags:\n    release-*:\n      - step:\n          name: Check\n          script: [make check]\n      - step: &go\n          name: Go\n          deployment: production\n          trigger: manual\n          script:\n            - kubectl set image d/a a=r/x:$BITBUCKET_TAG\n    rc-*:\n      - step: *go\n";

    #[test]
    fn a_lost_gate_is_told_and_marked() {
        let found = changes(FLOW, &FLOW.replace("          trigger: manual\n", ""));
        let has = |text: &str, weakens| found.iter().any(|(other, weaker)| other.contains(text) && *weaker == weakens);
        assert!(
            has("push of tag release-* and push of tag rc-*: `Go` was behind a gate, now is not", true),
            "{found:?}"
        );
        assert!(has("rules: `manual-production` held, now is violated", true), "{found:?}");
        assert!(has("the edit of `&go` reaches 1 other place: line", false), "{found:?}");
    }

    #[test]
    fn a_rule_that_is_violated_in_more_places_is_weaker() {
        let open = FLOW.replace("          trigger: manual\n", "");
        let again = format!(
            "{open}    release-two-*:\n      - step: {{ name: Two, deployment: production, script: [kubectl apply -f k] }}\n"
        );
        let told = |found: Vec<(String, bool)>| {
            found.into_iter().filter(|(text, _)| text.contains("`manual-production`")).collect::<Vec<_>>()
        };
        let text = |is, was| format!("rules: `manual-production` is violated in {is}, before in {was}");
        let two = text("3 cases", 2) + ": `Two` reaches production with no gate";
        assert_eq!(told(changes(&open, &again)), [(two, true)]);
        assert_eq!(told(changes(&again, &open)), [(text("2 cases", 3), false)]);
        assert_eq!(told(changes(&open, &open)), []);
    }

    #[test]
    fn what_violates_a_rule_does_so_as_often_however_it_is_written() {
        let step = |keys: &str| format!("      - step: {{ {keys}script: [kubectl apply -f k] }}\n");
        let file = |top: &str, name: &str, keys: &str| {
            let steps = step(keys).repeat(2);
            format!(
                "{top}pipelines:\n  branches:\n    main:\n{steps}    develop:\n{steps}  tags:\n    {name}:\n{steps}"
            )
        };
        let alternatives = |text: &str| {
            let [x, y] = ["x", "y"].map(|name| format!("    {name}:\n{}", step("image: a, ").repeat(2)));
            text.replace(&format!("    '{{x,y}}':\n{}", step("image: a, ").repeat(2)), &format!("{x}{y}"))
        };
        let (one, each) = (file("image: a\n", "'{x,y}'", ""), file("", "'{x,y}'", "image: a, "));
        let anchored =
            each.replacen("- step: {", "- step: &s {", 1).replace(step("image: a, ").as_str(), "      - step: *s\n");
        assert_ne!(anchored, each);
        for (left, right) in [(&one, &each), (&each, &anchored), (&each, &alternatives(&each))] {
            assert_ne!(left, right);
            for (before, after) in [(left, right), (right, left)] {
                assert_eq!(changes(before, after), [], "{before} to {after}");
            }
        }
    }

    #[test]
    fn a_pipeline_that_begins_by_hand_counts_however_it_is_written() {
        let step = "{name: S, trigger: manual, script: [npm test]}";
        let text = |first: &str, second: &str| {
            format!(
                "image: a:1\npipelines:\n  custom:\n    a:\n      - step: {first}\n    b:\n      - step: {second}\n"
            )
        };
        let (anchored, written) = (text(&format!("&s {step}"), "*s"), text(step, step));
        assert_eq!(changes(&anchored, &written), []);
        assert_eq!(changes(&written, &anchored), []);
    }

    #[test]
    fn what_a_step_is_given_is_told_once() {
        let given = |keys: &str| STEPS.replace("{ name: Sign,", &format!("{{ name: Sign, {keys},"));
        let found =
            |before: &str, after: &str| changes(before, after).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
        let sign = |text: &str| format!("push of tag rc-*: `Sign` {text}");
        assert_eq!(found(STEPS, &given("oidc: true")), [sign("gets an OIDC token now")]);
        assert_eq!(found(STEPS, &given("image: b:2")), [sign("runs in `b:2`, before in `a:1`")]);
        assert_eq!(found(STEPS, &given("image: a:1")), [""; 0]);
        assert_eq!(found(STEPS, &given("image: {name: a:1}")), [""; 0]);
        assert_eq!(found(&given("size: 1x"), &given("size: 2x")), [sign("has the `size` `2x`, before `1x`")]);
        let (was, is) = (given("caches: [pip, node], max-time: 5"), given("caches: [node, gradle]"));
        let texts =
            [sign("has the cache `gradle` instead of the cache `pip`"), sign("has no `max-time` any more, before `5`")];
        assert_eq!(found(&was, &is), texts);
        let (was, is) = (given("artifacts: [a, b]"), given("artifacts: {upload: [{name: x, paths: [c]}]}"));
        assert_eq!(found(&was, &given("artifacts: [b, a]")), [""; 0]);
        assert_eq!(found(&was, &is), [sign("has other values under `artifacts`")]);
        let all = STEPS.replace("image: a:1", "image: a:2\noptions: {docker: true, size: 2x}");
        let texts = ["runs in `a:2`, before in `a:1`", "has the `size` `2x` now"].iter().zip(["image", "size"]);
        let mut texts: Vec<String> =
            texts.map(|(text, key)| format!("every event: a step that sets no `{key}` {text}")).collect();
        texts.push("every event: each step has the service `docker` now".to_owned());
        assert_eq!(found(STEPS, &all), texts);
    }

    #[test]
    fn a_new_suppression_and_a_lost_comment_are_told() {
        let allow = |rule: &str| {
            let open = FLOW.replace("# keep me\n", "").replace("          trigger: manual\n", "");
            let comment = format!("          # pipewright: allow {rule} -- because\n          deployment");
            open.replace("          deployment", &comment)
        };
        let found = changes(FLOW, &allow("manual-production"));
        let allowed = "suppressions: `manual-production` is allowed";
        assert!(found.iter().any(|(text, weakens)| text.starts_with(allowed) && *weakens), "{found:?}");
        // A comment where nothing is found allows nothing.
        let idle = changes(FLOW, &allow("trunk-only"));
        assert!(!idle.iter().any(|(text, _)| text.starts_with("suppressions")), "{idle:?}");
        assert!(
            idle.iter()
                .any(|(text, _)| text.contains("`suppression-used` held, now is violated by the comment of line 10")),
            "{idle:?}"
        );
        assert!(
            found.iter().any(|(text, _)| text == "comments: the comment of line 2 is gone: `keep me`"),
            "{found:?}"
        );
        assert!(changes(FLOW, FLOW).is_empty());
    }

    #[test]
    fn an_anchor_that_is_written_otherwise_reaches_nothing() {
        let again = FLOW.replace("script: [make check]", "script:\n            - make check").replace(
            "          script:\n            - kubectl set image d/a a=r/x:$BITBUCKET_TAG\n",
            "          script: ['kubectl set image d/a a=r/x:$BITBUCKET_TAG']\n",
        );
        assert_ne!(again, FLOW);
        assert_eq!(changes(FLOW, &again), []);
    }

    const STEPS: &str = "image: a:1
pipelines:
  branches:
    main:
      - step: { name: Test, script: [go vet, go test, go build] }
  tags:
    rc-*:
      - step: { name: Build, script: [go vet, go build] }
      - step: { name: Image, services: [docker], script: [docker build -t x .] }
      - step: { name: Sign, script: [cosign sign x] }
";

    #[test]
    fn a_step_with_another_name_is_not_gone() {
        let found = changes(
            STEPS,
            &STEPS.replace("Test, script: [go vet, go test, go build]", "Unit, script: [go vet, go test, go run x]"),
        );
        assert!(found.contains(&("push to main: `Test` is called `Unit` now".to_owned(), false)), "{found:?}");
        assert!(!found.iter().any(|(text, _)| text.contains("is new") || text.contains("is gone")), "{found:?}");
        // Another name and other commands are another step.
        let found = changes(STEPS, &STEPS.replace("Test, script: [go vet, go test, go build]", "Unit, script: [date]"));
        assert!(
            found.contains(&(
                "push to main: `Test` is gone: it runs `go vet`, `go test` and `go build`".to_owned(),
                true
            )),
            "{found:?}"
        );
        assert!(found.contains(&("push to main: `Unit` is new".to_owned(), false)), "{found:?}");
    }

    #[test]
    fn a_step_whose_commands_are_in_others_is_told_with_them() {
        let split = "{ name: Vet, script: [go vet] }
      - step: { name: Rest, script: [go test, go build] }";
        let found = changes(STEPS, &STEPS.replace("{ name: Test, script: [go vet, go test, go build] }", split));
        let text = "push to main: `Test` is gone; its commands are in `Vet` and `Rest` now";
        assert!(found.contains(&(text.to_owned(), false)), "{found:?}");
    }

    #[test]
    fn a_tag_that_no_longer_builds_is_no_weaker() {
        let (at, sign) =
            (STEPS.find("      - step: { name: Build").unwrap(), STEPS.find("      - step: { name: Sign").unwrap());
        let found = changes(STEPS, &format!("{}{}", &STEPS[..at], &STEPS[sign..]));
        let told = |text: &str| (format!("push of tag rc-*: {text}"), false);
        assert!(found.contains(&told("`Build` is gone; a push to main runs its commands")), "{found:?}");
        assert!(found.contains(&told("`Image` is gone; it built an image, which no tag should")), "{found:?}");
        let found = changes(STEPS, &STEPS[..sign]);
        assert!(
            found.contains(&("push of tag rc-*: `Sign` is gone: it runs `cosign sign x`".to_owned(), true)),
            "{found:?}"
        );
    }

    #[test]
    fn other_commands_are_told_once_with_all_their_events() {
        let found = changes(STEPS, &STEPS.replace("go test,", "go test ./..., "));
        assert_eq!(found, [("push to main: `Test` runs `go test ./...` in place of `go test`".to_owned(), false)]);
        let aliased = changes(FLOW, &FLOW.replace("          script:\n", "          script:\n            - date\n"));
        let texts: Vec<&str> = aliased.iter().map(|(text, _)| text.split(": line").next().unwrap_or("")).collect();
        let once = "push of tag release-* and push of tag rc-*: `Go` runs `date` too";
        assert_eq!(texts, [once, "anchors: the edit of `&go` reaches 1 other place"]);
    }

    #[test]
    fn an_import_in_the_place_of_steps_is_told_as_that() {
        let at = STEPS.find("    rc-*:").unwrap();
        let (none, import) = (&STEPS[..at], |name: &str| format!("{}    rc-*: {{ import: {name}@a }}\n", &STEPS[..at]));
        let told = |before: &str, after: &str| -> Vec<(String, bool)> {
            let tags = |(text, _): &(String, bool)| text.starts_with("push of tag");
            changes(before, after).into_iter().filter(tags).collect()
        };
        let one = |text: &str, weakens| vec![(format!("push of tag rc-*: {text}"), weakens)];
        let (x, unseen) = (import("x"), "`x@a`, which is imported and can't be seen here");
        let steps = "`Build`, `Image`, `Sign`";
        assert_eq!(told(STEPS, &x), one(&format!("now runs {unseen}, in place of {steps}"), true));
        assert_eq!(told(&x, STEPS), one(&format!("now runs {steps}; before, it ran {unseen}"), false));
        let other = one("now runs `y@a` instead of `x@a`; neither can be seen here", false);
        assert_eq!(told(&x, &import("y")), other);
        assert_eq!(told(&x, &x.replace("go vet", "go fmt")), []);
        assert_eq!(told(none, &x), one(&format!("now runs {unseen}"), false));
        assert_eq!(told(&x, none), one(&format!("nothing runs any more; it ran {unseen}"), true));
    }

    #[test]
    fn conditions_and_failures_that_pass_are_told() {
        let found = |to: &str| changes(STEPS, &STEPS.replace("name: Test,", &format!("name: Test, {to},")));
        let told = |text: &str| vec![(format!("push to main: `Test` {text}"), true)];
        let condition = "condition: {changesets: {includePaths: [src/**]}}";
        assert_eq!(found(condition), told("may be skipped now: it has a condition"));
        assert_eq!(found("on-fail: {strategy: ignore}"), told("may fail now, and the pipeline goes on"));
    }

    #[test]
    fn a_step_that_waits_no_longer_is_told() {
        let group = STEPS.replace(
            "      - step: { name: Image, services: [docker], script: [docker build -t x .] }\n      - step: { name: Sign, script: [cosign sign x] }\n",
            "      - parallel:\n          - step: { name: Image, services: [docker], script: [docker build -t x .] }\n          - step: { name: Sign, script: [cosign sign x] }\n",
        );
        let found = changes(STEPS, &group);
        assert!(
            found.contains(&("push of tag rc-*: `Sign` no longer waits for `Image`".to_owned(), true)),
            "{found:?}"
        );
        let back = changes(&group, STEPS);
        assert!(back.contains(&("push of tag rc-*: `Sign` waits for `Image` now".to_owned(), false)), "{back:?}");
    }

    #[test]
    fn a_push_that_is_made_otherwise_is_still_one() {
        let script = |text: &str| STEPS.replace("[docker build -t x .]", &format!("[{text}]"));
        let before = script("docker pull r/x:1, 'docker tag r/x:1 r/x:2', 'docker push r/x:2'");
        let found = changes(&before, &script("'crane copy r/x:1 r/x:2'"));
        assert!(!found.iter().any(|(text, _)| text.contains("no longer pushes")), "{found:?}");
        let guarded =
            script("docker pull r/x:1, 'docker tag r/x:1 r/x:2', 'if [ -n \"$P\" ]; then docker push r/x:2; fi'");
        let text = "push of tag rc-*: `Image` pushes `r/x:2` only in some cases now";
        assert!(changes(&before, &guarded).contains(&(text.to_owned(), false)), "{:?}", changes(&before, &guarded));
    }

    #[test]
    fn an_environment_of_a_step_that_deploys_nothing_is_no_deployment() {
        let found = changes(STEPS, &STEPS.replace("name: Test,", "name: Test, deployment: test,"));
        let text = "push to main: `Test` has the environment `test`, before none";
        assert!(found.contains(&(text.to_owned(), false)), "{found:?}");
    }
}
