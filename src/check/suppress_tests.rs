//! What a comment allows, and what it does not.

use super::{Checked, Checker};
use crate::settings::Settings;

fn check(text: &str) -> Checked {
    Checker::new(Settings::default()).check(text)
}

/// The lines at which a rule is violated.
fn lines(text: &str, rule: &str) -> Vec<usize> {
    let checked = check(text);
    let found = checked.findings.iter().filter(|finding| finding.rule == rule);
    found.map(|finding| checked.document.position(finding.span.start).line).collect()
}

/// A step that deploys, used in two pipelines, with a comment beside the first use.
fn uses(at_first: &str, at_anchor: &str) -> String {
    format!(
        "image: a:1\ndefinitions:\n  steps:\n    - step: &go\n        name: Go\n        script: [kubectl set image d/a a=b:$BITBUCKET_COMMIT]\n{at_anchor}        deployment: production\npipelines:\n  custom:\n    back:\n{at_first}      - step: *go\n"
    )
}

const ON_MAIN: &str = "  branches:\n    main:\n      - step: *go\n";
const ALLOWED: &str = "# pipewright: allow manual-production -- a person starts it\n";

#[test]
fn a_comment_at_an_alias_allows_that_use() {
    let rule = "manual-production";
    let beside = uses(&format!("      {ALLOWED}"), "");
    assert_eq!(lines(&uses("", ""), rule), [7]);
    assert!(lines(&beside, rule).is_empty());
    assert!(lines(&beside, "suppression-used").is_empty());
    let more = format!("{beside}{ON_MAIN}");
    let checked = check(&more);
    let finding = checked.findings.iter().find(|finding| finding.rule == rule).unwrap();
    assert_eq!((finding.trace[0].as_str(), finding.related.len()), ("push to main", 1));
    assert!(!finding.trace.iter().any(|line| line.contains("custom")), "{:?}", finding.trace);
    // At the anchor a comment is about all uses.
    let anchored = uses("", &format!("        {ALLOWED}"));
    assert!(lines(&format!("{anchored}{ON_MAIN}"), rule).is_empty());
}

#[test]
fn a_comment_that_reaches_another_event_is_weaker() {
    let before = uses("", &format!("        {ALLOWED}"));
    let after = format!("{before}{ON_MAIN}");
    let checker = Checker::new(Settings::default());
    let changes = super::difference((&checker, &check(&before)), (&checker, &check(&after)));
    let told = changes.iter().find(|change| change.event == "suppressions").unwrap();
    assert_eq!(told.text, "the comment of line 7 allows `manual-production` on push to main, too");
    assert!(told.weakens);
    let back = super::difference((&checker, &check(&after)), (&checker, &check(&before)));
    assert!(!back.iter().any(|change| change.event == "suppressions"));
}

#[test]
fn what_is_allowed_hides_no_other_command_of_the_step() {
    let text = "image: a:1\npipelines:\n  default:\n    - step:\n        script:\n          # pipewright: allow declared-environment -- scratch\n          - kubectl set image d/x x=a/x:1\n          - helm upgrade api ./chart --namespace live\n          - helm upgrade web ./chart --namespace live\n";
    assert_eq!(lines(text, "declared-environment"), [8]);
    let none = text.replace("          # pipewright: allow declared-environment -- scratch\n", "");
    assert_eq!(lines(&none, "declared-environment"), [6]);
}

#[test]
fn a_comment_above_a_command_covers_all_its_lines() {
    let rule = "deploy-what-was-promoted";
    let allow = format!("# pipewright: allow {rule} -- demo\n");
    for item in [
        "- |\n              @kubectl set image \\\n                d/a a=b:latest \\\n                --namespace x\n",
        "@- >-\n              kubectl set image\n              d/a a=b:latest\n",
        "@- kubectl set image\n              d/a a=b:latest\n",
        "@- \"kubectl set image\n              d/a a=b:latest\"\n",
    ] {
        let text = |comment: &str| {
            format!(
                "image: a:1\npipelines:\n  default:\n    - step:\n        deployment: staging\n        script:\n            {}",
                item.replace('@', comment)
            )
        };
        assert_eq!(lines(&text(""), rule).len(), 1, "{item}");
        let deeper = if item.starts_with('@') { "            " } else { "              " };
        assert!(lines(&text(&format!("{allow}{deeper}")), rule).is_empty(), "{item}");
    }
}

#[test]
fn a_comment_that_is_not_read_as_meant_says_so() {
    let told = |comment: &str| {
        let found =
            check(&format!("image: a\n{comment}\npipelines:\n  default:\n    - step: {{script: [ls]}}\n")).findings;
        let mut own = found.into_iter().filter(|finding| finding.rule.starts_with("suppression"));
        own.next().map(|finding| format!("{} ({})", finding.message, finding.help.unwrap_or_default()))
    };
    let not_read = "this comment is not read, so nothing is suppressed (write `# pipewright: allow RULE -- reason`, with commas between several rules)";
    for comment in
        ["disable=pinned-image", "ignore[pinned-image]", "ignore: pinned-image -- x", "allow: pinned-image -- x"]
    {
        assert_eq!(told(&format!("# pipewright: {comment}")).as_deref(), Some(not_read), "{comment}");
    }
    assert_eq!(
        told("# pipewright: allow pinned-image: because").unwrap(),
        "`pinned-image` is allowed without a reason, so it is not (say why behind two dashes: `# pipewright: allow pinned-image -- reason`)"
    );
    assert!(told("# pipewright: allow pinned-pipe since -- x").unwrap().starts_with("`since` is no rule"));
    assert!(
        told("# pipewright: allow pined-pipe, pinned-image -- x").unwrap().ends_with("(did you mean `pinned-pipe`?)")
    );
    assert!(told("# pipewright: allow suppression-used -- x").unwrap().contains("is about comments"));
    assert_eq!(told("# pipewright checks this file"), None);
}

#[test]
fn one_comment_allows_several_rules() {
    let two = "manual-production, production-from-release-tag";
    let beside = |rules: &str| uses(&format!("      # pipewright: allow {rules} -- a person starts it\n"), "");
    assert_eq!(lines(&uses("", ""), "production-from-release-tag").len(), 1);
    for rules in [two.to_owned(), two.replace(',', "")] {
        for rule in ["manual-production", "production-from-release-tag", "suppression-used"] {
            assert!(lines(&beside(&rules), rule).is_empty(), "{rules}: {rule}");
        }
    }
    // Each is judged by itself.
    let checked = check(&beside(&format!("{two}, pinned-pipe")));
    let found = checked.findings.iter().find(|finding| finding.rule == "suppression-used").unwrap();
    assert_eq!(found.message, "`pinned-pipe` finds nothing here, so nothing is suppressed");
    assert_eq!(found.help.as_deref(), Some("take the rule out of the comment"));
}

#[test]
fn a_comment_for_a_rule_that_is_off_is_not_judged() {
    let text = format!("image: a:1\n{ALLOWED}pipelines:\n  default:\n    - step: {{script: [ls]}}\n");
    assert_eq!(lines(&text, "suppression-used"), [2]);
    let severities = [("manual-production".to_owned(), None)].into_iter().collect();
    let checked = Checker::new(Settings { severities, ..Settings::default() }).check(text);
    assert!(checked.findings.iter().all(|finding| finding.rule != "suppression-used"));
}

#[test]
fn what_is_allowed_is_kept_with_its_reason() {
    let checked = check(&uses(&format!("      {ALLOWED}"), ""));
    let allowed: Vec<_> = checked.allowed.iter().map(|one| (one.rule, one.reason.as_str())).collect();
    assert_eq!(allowed, [("manual-production", "a person starts it")]);
    assert_eq!(check(&uses("", "")).allowed, []);
}

#[test]
fn a_text_about_comments_is_none() {
    let step = |lines: &str| {
        let indented: String = lines.lines().map(|line| format!("              {line}\n")).collect();
        format!(
            "image: a:1\npipelines:\n  branches:\n    main:\n      - step:\n          script:\n            - |\n{indented}"
        )
    };
    let comment = "# pipewright: allow build-once -- an example";
    for text in [
        format!("cat > t.yml <<'EOF'\n{comment}\nEOF"),
        "cat > t.yml <<-EOF\n# pipewright: allow build-once\nEOF".to_owned(),
        "cat > t.yml << EOF\n# pipewright: allow nothing-known -- x\nEOF".to_owned(),
    ] {
        let told = |rule: &str| lines(&step(&text), rule);
        assert!(told("suppression-used").is_empty() && told("suppression-reason").is_empty(), "{text}");
    }
    assert_eq!(lines(&step(&format!("cat > t.yml <<EOF\nx\nEOF\n{comment}\ntrue")), "suppression-used"), [11]);
    // What is sent to another machine has comments of its own.
    let sent = "ssh h <<'EOF'\n# pipewright: allow deploy-what-was-promoted -- old\ndocker service update --image r/a:latest a\nEOF";
    assert!(lines(&step(sent), "deploy-what-was-promoted").is_empty());
}
