//! What a plan of the file at the end has to do.

use serde::Deserialize;

use super::texts::some;
use crate::check::{Checked, Checker};
use crate::effect::{Kind, kind_of};
use crate::plan::{Deployment, Event, EventKind, Plan};
use crate::settings::{Settings, nearest};

/// The demands on one plan; what is not named is not demanded.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PlanExpectation {
    /// The pipeline that is selected, as `tags.release-*`; `none` for none at all.
    pub pipeline: Option<String>,
    /// Environments that are deployed to, each deployment behind a gate.
    #[serde(default, deserialize_with = "some")]
    pub gate_before: Vec<String>,
    /// Environments that are deployed to with no gate.
    #[serde(default, deserialize_with = "some")]
    pub no_gate_before: Vec<String>,
    /// The environments that are deployed to: these and no others.
    pub deploys_to: Option<Vec<String>>,
    /// Whether images are built.
    pub builds: Option<bool>,
    /// Whether an image gets another name.
    pub retags: Option<bool>,
}

/// The kinds of events as keys name them.
const KINDS: [&str; 4] = ["branch", "tag", "pull-request", "custom"];

/// The event that a key names: `branch main`, `tag release-1.0.0`, `pull-request feature/x..main`, `custom nightly`.
pub(super) fn event(key: &str, settings: &Settings) -> Result<Event, String> {
    let (kind, name) = key.split_once(' ').unwrap_or((key, ""));
    let name = name.trim();
    let event = match kind {
        "branch" if name == settings.main_branch => EventKind::Main,
        "branch" => EventKind::Branch,
        "tag" => EventKind::Tag,
        "pull-request" => EventKind::PullRequest,
        "custom" => EventKind::Custom,
        _ => {
            let next = nearest(kind, KINDS).map_or_else(
                || "write `branch NAME`, `tag NAME`, `pull-request FROM..TO` or `custom NAME`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(format!("`{key}` is no event; {next}"));
        }
    };
    if name.is_empty() {
        return Err(format!(
            "`{key}` has no name; a pattern of the file may stand for its events, as in `tag release-*`"
        ));
    }
    match (event, name.split_once("..")) {
        (EventKind::PullRequest, Some((source, destination))) if !source.is_empty() && !destination.is_empty() => {
            Ok(Event { destination: Some(destination.to_owned()), ..Event::new(event, source) })
        }
        // A pattern stands for pull requests to anywhere.
        (EventKind::PullRequest, None) if is_pattern(name) => Ok(Event::new(event, name)),
        (EventKind::PullRequest, _) => {
            let main = &settings.main_branch;
            Err(format!("`{key}` does not say from where to where; write it as in `pull-request feature/x..{main}`"))
        }
        (_, Some(_)) => Err(format!("`{key}` has two names, which only a pull request has")),
        (_, None) => Ok(Event::new(event, name)),
    }
}

fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?', '{', '['])
}

impl PlanExpectation {
    /// The demands that the plan of an event does not meet: their key, and words that begin with the event.
    pub(super) fn failures(&self, key: &str, checker: &Checker, checked: &Checked) -> Vec<(&'static str, String)> {
        let settings = checker.settings();
        let Ok(event) = event(key, settings) else { return Vec::new() };
        let told = checker.plan_with(&checked.document, |mut planner| {
            let plan = if is_pattern(&event.name) {
                // A pattern stands for the class of events that it takes.
                planner.class(&event)
            } else {
                planner.of(&event)
            };
            match plan {
                Some(plan) => self.against(&plan, settings),
                None if self.pipeline.as_deref() == Some("none") => Vec::new(),
                None => vec![("", "selects no pipeline".to_owned())],
            }
        });
        let told = told.unwrap_or_else(|| vec![("", "the file has no pipelines that could be read".to_owned())]);
        told.into_iter().map(|(below, text)| (below, format!("{key}: {text}"))).collect()
    }

    fn against(&self, plan: &Plan<'_>, settings: &Settings) -> Vec<(&'static str, String)> {
        let mut failures = Vec::new();
        let selected = plan.selector.label();
        if let Some(expected) = self.pipeline.as_ref().filter(|expected| **expected != selected) {
            failures.push(("pipeline", format!("expected the pipeline {expected}, got {selected}")));
        }
        let sites = plan.deployments(settings);
        let to = |name: &String| -> Vec<&Deployment<'_, '_>> {
            sites.iter().filter(|site| goes_to(site, name, settings)).collect()
        };
        for (key, names, gated) in
            [("gate-before", &self.gate_before, true), ("no-gate-before", &self.no_gate_before, false)]
        {
            for name in names {
                let there = to(name);
                if there.is_empty() {
                    failures.push((key, format!("nothing is deployed to {name}")));
                } else if let Some(site) = there.iter().find(|site| site.step.gated != gated) {
                    let word = if gated { "no gate" } else { "a gate" };
                    failures.push((key, format!("`{}` reaches {name} with {word} before it", site.step.name())));
                }
            }
        }
        if let Some(expected) = &self.deploys_to {
            let missing = expected.iter().filter(|name| to(name).is_empty());
            failures.extend(missing.map(|name| ("deploys-to", format!("nothing is deployed to {name}"))));
            let other = sites.iter().find(|site| !expected.iter().any(|name| goes_to(site, name, settings)));
            if let Some(site) = other {
                let kind = site.kind.map_or("an environment that can't be told", |kind| kind.word());
                let name = site.step.declared_name().unwrap_or(kind);
                let text = format!("`{}` deploys to {name}, which is not expected", site.step.name());
                failures.push(("deploys-to", text));
            }
        }
        let does = |which: fn(&Kind<'_>) -> bool| plan.effects().find(|(_, effect)| which(&effect.kind));
        let builds = does(|kind| matches!(kind, Kind::Build { .. }));
        let retags = does(|kind| matches!(kind, Kind::Retag { .. }));
        let both = [("builds", self.builds, builds), ("retags", self.retags, retags)];
        for (key, expected, found) in both {
            let what = format!("{key} an image");
            match (expected, found) {
                (Some(true), None) => failures.push((key, format!("nothing {what}"))),
                (Some(false), Some((step, effect))) => {
                    let text = format!("`{}` {what} (`{}`), which is not expected", step.name(), effect.command);
                    failures.push((key, text));
                }
                _ => {}
            }
        }
        failures
    }
}

/// Whether a deployment goes to an environment: by its name, else by what the name means.
fn goes_to(site: &Deployment<'_, '_>, name: &str, settings: &Settings) -> bool {
    let declared = site.step.declared_name();
    declared.is_some_and(|declared| declared.eq_ignore_ascii_case(name))
        || site
            .kind
            .is_some_and(|kind| kind.word() == name || (declared.is_none() && kind_of(name, settings) == Some(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../docs/rules/tag-prefix.md");

    fn told(key: &str, demands: &str) -> Vec<String> {
        let good =
            PAGE.split("## Good").nth(1).unwrap().split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let checker = Checker::new(Settings::default());
        let expectation: PlanExpectation = serde_yaml::from_str(demands).unwrap();
        let told = expectation.failures(key, &checker, &checker.check(good));
        told.into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn what_a_plan_does_is_told_against_the_demands() {
        let none: [&str; 0] = [];
        for key in ["tag release-*", "tag release-1.2.3"] {
            let met = "{pipeline: tags.release-*, gate-before: production, deploys-to: [production], builds: false, retags: true}";
            assert_eq!(told(key, met), none);
        }
        assert_eq!(told("branch main", "{no-gate-before: staging, deploys-to: [staging], builds: true}"), none);
        assert_eq!(told("branch other", "{pipeline: none}"), none);
        assert_eq!(told("branch other", "{builds: false}"), ["branch other: selects no pipeline"]);
        let wrong =
            "{pipeline: default, gate-before: [staging, production], deploys-to: [live], builds: false, retags: true}";
        insta::assert_debug_snapshot!(told("branch main", wrong), @r#"
        [
            "branch main: expected the pipeline default, got branches.main",
            "branch main: `a step without a name` reaches staging with no gate before it",
            "branch main: nothing is deployed to production",
            "branch main: nothing is deployed to live",
            "branch main: `a step without a name` deploys to staging, which is not expected",
            "branch main: `a step without a name` builds an image (`docker build`), which is not expected",
            "branch main: nothing retags an image",
        ]
        "#);
        let wrong = ["push main", "tga x", "tag", "tag a..b", "pull-request feature/x", "pull-request ..main"];
        let wrong = wrong.map(|key| event(key, &Settings::default()).unwrap_err());
        insta::assert_debug_snapshot!(wrong, @r#"
        [
            "`push main` is no event; write `branch NAME`, `tag NAME`, `pull-request FROM..TO` or `custom NAME`",
            "`tga x` is no event; did you mean `tag`?",
            "`tag` has no name; a pattern of the file may stand for its events, as in `tag release-*`",
            "`tag a..b` has two names, which only a pull request has",
            "`pull-request feature/x` does not say from where to where; write it as in `pull-request feature/x..main`",
            "`pull-request ..main` does not say from where to where; write it as in `pull-request feature/x..main`",
        ]
        "#);
        for right in ["pull-request feature/*", "pull-request feature/x..main", "branch release/*"] {
            assert!(event(right, &Settings::default()).is_ok(), "{right}");
        }
    }
}
