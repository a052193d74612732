//! Answers that no model is asked for: findings, plans, differences, rules. Each is read from a text that is at hand.

use std::io;

use super::commands::nearest;
use super::screen::Screen;
use crate::check::difference;
use crate::check::{Checked, Checker};
use crate::finding::{Finding, RuleMeta, Severity};
use crate::plan::{Event, EventKind};
use crate::report::{self, Report, WirePlan, visible};
use crate::settings::Settings;
use crate::transcript::{Shown, write_diff};
use crate::{rules, schema, settings};

/// The gravest findings with their excerpts, `most` of them; the rest is counted. Those that stood in `before` already
/// are summed up.
pub(super) fn first_findings(
    screen: &mut Screen<'_>,
    file: &Shown<'_>,
    before: Option<&Shown<'_>>,
    most: usize,
) -> io::Result<()> {
    let report = file.report();
    let (same, mut all) = before.map_or_else(
        || (Vec::new(), file.checked.findings.iter().collect()),
        |before| again(before.checked, file.checked),
    );
    all.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let look = screen.look();
    for finding in all.iter().take(most) {
        report::finding(&report, finding, look, screen.out())?;
        screen.gap()?;
    }
    for (layers, reason) in report.skipped_layers() {
        screen.note(&format!("the {layers} did not run: {reason}"))?;
    }
    if let Some(before) = before.filter(|_| !same.is_empty()) {
        let words = words(&same);
        screen.note(&format!("the same {words} as {}; `/check` shows them", before.name))?;
    }
    match all.len().saturating_sub(most) {
        0 => Ok(()),
        more => screen.note(&format!("{more} more; `/check` shows all")),
    }
}

/// The findings that `before` had as well, with the same words about the same text, and the others.
fn again<'c>(before: &Checked, after: &'c Checked) -> (Vec<&'c Finding>, Vec<&'c Finding>) {
    let mut known: Vec<(&str, Severity, &str, &str)> =
        before.findings.iter().map(|finding| key(before, finding)).collect();
    after.findings.iter().partition(|finding| {
        let key = key(after, finding);
        let at = known.iter().position(|known| *known == key);
        at.map(|at| known.swap_remove(at)).is_some()
    })
}

fn key<'c>(checked: &'c Checked, finding: &'c Finding) -> (&'c str, Severity, &'c str, &'c str) {
    (finding.rule, finding.severity, &finding.message, checked.document.slice(finding.span))
}

/// Such as `1 error, 2 warnings`.
fn words(findings: &[&Finding]) -> String {
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    let words = severities.iter().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == *severity).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {}{plural}", severity.word()))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// All findings with their excerpts.
pub(super) fn findings(screen: &mut Screen<'_>, settings: &Settings, file: &Shown<'_>) -> io::Result<()> {
    let settings = settings.clone();
    let report = Report { files: vec![file.report()], settings, ..Report::default() };
    let look = screen.look();
    report::human(&report, look, screen.out())
}

/// The text with line numbers, secrets masked.
pub(super) fn show(screen: &mut Screen<'_>, file: &Shown<'_>) -> io::Result<()> {
    screen.file(&report::masked_text(&file.report()))
}

/// What changed between two texts, and what that means.
pub(super) fn diff(screen: &mut Screen<'_>, checker: &Checker, a: &Shown<'_>, b: &Shown<'_>) -> io::Result<()> {
    let look = screen.look();
    write_diff(Some(a), b, look, screen.out())?;
    let changes = difference((checker, a.checked), (checker, b.checked));
    writeln!(screen.out())?;
    report::diff_meaning(&changes, look, screen.out())
}

/// What events do, by the words behind `/plan`; `Err` has what is wrong with the words.
pub(super) fn plan(
    screen: &mut Screen<'_>,
    checker: &Checker,
    file: &Shown<'_>,
    words: &[String],
) -> io::Result<Result<(), String>> {
    let event = match event(words, &checker.settings().main_branch) {
        Ok(event) => event,
        Err(why) => return Ok(Err(why)),
    };
    let document = &file.checked.document;
    let wire = |plan: &crate::plan::Plan<'_>| WirePlan::new(plan, document, checker.settings());
    let plans: Option<Vec<WirePlan>> = checker.plan_with(document, |mut planner| match &event {
        None => planner.listed().iter().map(wire).collect(),
        Some(event) => vec![planner.of(event).map_or_else(|| WirePlan::nothing(event), |plan| wire(&plan))],
    });
    let Some(plans) = plans else {
        return Ok(Err(format!("{} has no pipelines that could be read; `/check` tells what is wrong", file.name)));
    };
    if plans.is_empty() {
        return Ok(Err(format!("{} starts nothing, whatever happens", file.name)));
    }
    let look = screen.look();
    report::plans_human(&plans, look, screen.out())?;
    Ok(Ok(()))
}

/// The event that the words mean; none is all of them.
fn event(words: &[String], main: &str) -> Result<Option<Event>, String> {
    const KINDS: [&str; 5] = ["branch", "tag", "pull-request", "custom", "all"];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let kind = match words.as_slice() {
        [] | ["all"] => return Ok(None),
        ["branch" | "push", name] if *name == main => EventKind::Main,
        ["branch" | "push", _] => EventKind::Branch,
        ["tag", _] => EventKind::Tag,
        ["pull-request" | "pr", _] => EventKind::PullRequest,
        ["custom", _] => EventKind::Custom,
        [kind @ ("branch" | "push" | "tag" | "pull-request" | "pr" | "custom")] => {
            return Err(format!("`/plan {kind}` wants a name, as in `/plan {kind} {}`", example(kind, main)));
        }
        [word, ..] => {
            let near = nearest(word, KINDS.into_iter());
            let near = near.map(|near| format!("; did you mean `/plan {near} {}`?", example(near, main)));
            let near = near.unwrap_or_default().replace(" `?", "`?");
            return Err(format!("`{word}` is no event{near} (branch, tag, pull-request, custom, all)"));
        }
    };
    let name = words.last().copied().unwrap_or_default();
    let (name, destination) = match (kind, name.split_once("..")) {
        (EventKind::PullRequest, Some((source, destination))) => (source, Some(destination.to_owned())),
        _ => (name, None),
    };
    Ok(Some(Event { destination, ..Event::new(kind, name) }))
}

fn example<'e>(kind: &str, main: &'e str) -> &'e str {
    match kind {
        "tag" => "release-1.0.0",
        "pull-request" | "pr" => "feature/x",
        "custom" => "NAME",
        "all" => "",
        _ => main,
    }
}

/// Everything that can say a finding, by id.
pub(super) fn metas() -> Vec<&'static RuleMeta> {
    let mut all: Vec<&'static RuleMeta> = rules::all().iter().map(|rule| rule.meta()).collect();
    all.extend(schema::rules());
    all.push(&settings::META);
    all.sort_by_key(|meta| meta.id);
    all.dedup_by_key(|meta| meta.id);
    all
}

/// The rules, or the page of one.
pub(super) fn explain(screen: &mut Screen<'_>, id: Option<&str>) -> io::Result<Result<(), String>> {
    let all = metas();
    let Some(id) = id else {
        let wide = all.iter().map(|meta| meta.id.len()).max().unwrap_or(0);
        let look = screen.look();
        for meta in all {
            let (layer, severity) = (meta.layer.word(), meta.severity.word());
            let left = format!("{:wide$}  {layer:8}  {severity:7}  ", meta.id);
            // The summary goes on below itself where there is room for it, else below the id.
            let hang = if left.len() + 24 <= look.width { left.len() } else { 4 };
            let summary = if look.wrap {
                report::wrapped(meta.summary, look.width, left.len(), hang)
            } else {
                meta.summary.to_owned()
            };
            writeln!(screen.out(), "{left}{summary}")?;
        }
        return Ok(Ok(()));
    };
    let Some(meta) = all.iter().find(|meta| meta.id == id) else {
        let near = nearest(id, all.iter().map(|meta| meta.id));
        let near = near.map_or_else(|| "`/rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        return Ok(Err(format!("no rule is called `{}`; {near}", visible(id))));
    };
    screen.reply_shown(meta.page)?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Look;
    use crate::settings::Settings;

    const FILE: &str = "image: a:1\npipelines:\n  tags:\n    release-*:\n      - step:\n          name: Deploy\n          deployment: production\n          script:\n            - ./deploy.sh\n";

    fn shown<T>(act: impl FnOnce(&mut Screen<'_>) -> io::Result<T>) -> (T, String) {
        let mut out = Vec::new();
        let value = act(&mut Screen::new(&mut out, Look { color: false, width: 80, wrap: false }, false)).unwrap();
        (value, String::from_utf8(out).unwrap())
    }

    fn planned(words: &str) -> (Result<(), String>, String) {
        let checker = Checker::new(Settings::default());
        let checked = checker.check(FILE);
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        shown(|screen| plan(screen, &checker, &Shown::new("revision 1", &checked), &words))
    }

    #[test]
    fn what_happens_if_is_answered_from_the_text() {
        let (fine, text) = planned("tag release-1.0.0");
        assert_eq!(fine, Ok(()));
        assert!(text.starts_with("tag release-1.0.0 runs ") && text.contains("1. Deploy (production)"), "{text}");
        assert!(planned("tag v1").1.contains("runs nothing"));
        assert!(planned("all").1.contains("release-"));
        assert!(planned("").1.contains("release-"));
    }

    #[test]
    fn words_that_are_no_event_are_told() {
        let why = |words| planned(words).0.unwrap_err();
        assert_eq!(why("tag"), "`/plan tag` wants a name, as in `/plan tag release-1.0.0`");
        assert_eq!(
            why("tags x"),
            "`tags` is no event; did you mean `/plan tag release-1.0.0`? (branch, tag, pull-request, custom, all)"
        );
    }

    #[test]
    fn what_is_offered_for_a_slip_is_an_event() {
        for (slip, meant) in [
            ("tags", "/plan tag release-1.0.0"),
            ("brnach", "/plan branch main"),
            ("pull", "/plan pull-request feature/x"),
            ("customs", "/plan custom NAME"),
            ("al", "/plan all"),
        ] {
            let why = planned(slip).0.unwrap_err();
            assert!(why.contains(&format!("did you mean `{meant}`?")), "{why}");
            let words: Vec<String> = meant.split_whitespace().skip(1).map(str::to_owned).collect();
            assert!(event(&words, "main").is_ok(), "{meant}");
        }
        assert!(planned("xyz").0.unwrap_err().starts_with("`xyz` is no event (branch, "));
        for kind in ["branch", "push", "tag", "pull-request", "pr", "custom"] {
            let why = planned(kind).0.unwrap_err();
            let example = why.split('`').nth(3).unwrap_or_default();
            let words: Vec<String> = example.split_whitespace().skip(1).map(str::to_owned).collect();
            assert!(words.len() == 2 && event(&words, "main").is_ok_and(|event| event.is_some()), "{why}");
        }
    }

    #[test]
    fn findings_that_stood_before_are_summed_up_and_new_ones_shown() {
        let checker = Checker::new(Settings::default());
        let (a, b) = (checker.check(FILE), checker.check(FILE.replace("image: a:1", "image: a:latest")));
        let after = Shown::new("revision 2", &b);
        let told = |before| shown(|screen| first_findings(screen, &after, before, 9)).1;
        let all = told(None);
        assert!(all.contains("[release-flow]") && all.contains("[pinned-image]"), "{all}");
        let after = told(Some(&Shown::new("revision 1", &a)));
        assert!(!after.contains("[release-flow]") && after.contains("[pinned-image]"), "{after}");
        assert!(after.contains("as revision 1; `/check` shows them"), "{after}");
        let (same, new) = again(&a, &a);
        assert_eq!((same.len(), new.len()), (a.findings.len(), 0));
    }

    #[test]
    fn a_rule_is_explained_and_a_slip_is_told() {
        let (fine, text) = shown(|screen| explain(screen, Some("manual-production")));
        assert!(fine.is_ok() && text.contains("manual-production"));
        let (slip, _) = shown(|screen| explain(screen, Some("manual-prod")));
        assert_eq!(slip.unwrap_err(), "no rule is called `manual-prod`; did you mean `manual-production`?");
        assert!(shown(|screen| explain(screen, None)).1.contains("build-once"));
    }

    #[test]
    fn a_difference_has_text_and_meaning() {
        let checker = Checker::new(Settings::default());
        let (a, b) = (checker.check(FILE), checker.check(FILE.replace("release-", "v")));
        let (before, after) = (Shown::new("revision 1", &a), Shown::new("revision 2", &b));
        let (_, text) = shown(|screen| diff(screen, &checker, &before, &after));
        assert!(text.contains("-    release-*:") && text.contains("nothing runs any more"), "{text}");
    }
}
