//! The names that no pattern of a section takes: what `default` is left with.

use std::collections::BTreeSet;

use super::select::Patterns;
use crate::pipeline::Alternative;

/// The most names that are told to be none of a class; a file that people write has a few.
const MOST: usize = 64;

/// What patterns leave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// A pattern that all of it fit; `None` where it may be any name.
    pub(super) pattern: Option<String>,
    /// Names that have a pattern of their own.
    pub(super) except: Vec<String>,
}

/// What is left of all names; `None` where the patterns take every one. Only patterns of nothing but wildcards take all names
/// of a kind: those with as many slashes, or with so many and more.
pub(super) fn left(patterns: &Patterns<'_>) -> Option<Left> {
    let mut exactly = BTreeSet::new();
    let mut from: Option<usize> = None;
    let mut except = Vec::new();
    for (_, pattern) in patterns.pipelines() {
        for alternative in pattern.alternatives() {
            match slashes(alternative) {
                Some((count, false)) => drop(exactly.insert(count)),
                Some((count, true)) => from = Some(from.map_or(count, |least| least.min(count))),
                None if alternative.is_exact() && except.len() < MOST => except.push(alternative.text.clone()),
                None => {}
            }
        }
    }
    let first = (0..).find(|count| !exactly.contains(count)).unwrap_or_default();
    if from.is_some_and(|from| from <= first) {
        return None;
    }
    let is_alone = from.is_some_and(|from| (first + 1..from).all(|count| exactly.contains(&count)));
    let pattern = "*/".repeat(first) + if is_alone { "*" } else { "**" };
    Some(Left { pattern: Some(pattern).filter(|pattern| pattern != "**"), except })
}

/// How many slashes the names have of which an alternative takes every one, and whether it takes those with more, too. No name
/// begins or ends with a slash, or has two side by side.
fn slashes(alternative: &Alternative) -> Option<(usize, bool)> {
    let parts: Vec<&str> = alternative.text.split('/').collect();
    let is_any = |part: &str| part.contains('*') && part.bytes().all(|byte| matches!(byte, b'*' | b'?'));
    let is_whole = |part: &&str| is_any(part) && part.bytes().filter(|byte| *byte == b'?').count() < 2;
    parts.iter().all(is_whole).then(|| (parts.len() - 1, parts.iter().any(|part| part.contains("**"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effect::{Catalogue, NoFiles};
    use crate::pipeline::{File, Section};
    use crate::settings::Settings;
    use crate::yaml::Document;

    fn of(patterns: &str) -> Option<String> {
        let branches: String = patterns.split(' ').map(|pattern| format!("    '{pattern}': []\n")).collect();
        let document = Document::read(format!("pipelines:\n  branches:\n{branches}"));
        let file = File::new(&document).unwrap();
        let left = left(&Patterns::new(&file, Section::Branches))?;
        Some(left.pattern.unwrap_or_else(|| "any".to_owned()))
    }

    #[test]
    fn patterns_of_wildcards_leave_names_with_other_counts_of_slashes() {
        for none in ["**", "{*,**/*}", "* */**", "x * */* */*/** y", "?*  */**", "a* **"] {
            assert_eq!(of(none), None, "{none}");
        }
        let any = Some("any".to_owned());
        for some in ["main", "a*", "a** **b", "?", "**/x", "*/*", "[a-z]**", "??* */**"] {
            assert_eq!(of(some), if some.starts_with("??") { Some("*".to_owned()) } else { any.clone() }, "{some}");
        }
        assert_eq!(of("*").as_deref(), Some("*/**"));
        assert_eq!(of("* */* feature/**").as_deref(), Some("*/*/**"));
        assert_eq!(of("*/**").as_deref(), Some("*"));
        assert_eq!(of("* */*/**").as_deref(), Some("*/*"));
    }

    /// The events of a file with these patterns beside `default`, each with the names of its steps.
    fn events(patterns: &[&str], condition: &str) -> Vec<String> {
        let one = |pattern: &&str| format!("    '{pattern}': [step: {{name: own, script: [a]}}]\n");
        let branches: String = patterns.iter().map(one).collect();
        let text = format!(
            "pipelines:\n  branches:\n{branches}  default: [step: {{name: D, condition: {{state: '{condition}'}}, script: [a]}}]\n"
        );
        let document = Document::read(text);
        let (settings, file) = (Settings::default(), File::new(&document).unwrap());
        let plans = crate::plan::plans(file, &settings, Catalogue::built_in(), &NoFiles);
        let steps = |plan: &crate::plan::Plan<'_>| plan.steps.iter().map(|step| step.name()).collect::<String>();
        plans.iter().map(|plan| format!("{}: {}", plan.event, steps(plan))).collect()
    }

    #[test]
    fn a_default_that_no_branch_is_left_for_has_no_plan() {
        assert_eq!(events(&["main", "**"], "X == \"1\""), ["push to main: own", "push to **: own"]);
        let all = ["push to main: own", "push to *: own", "push to **/*: own"];
        assert_eq!(events(&["{*,**/*}"], "X == \"1\""), all);
    }

    #[test]
    fn what_is_left_has_none_of_the_names_that_have_patterns() {
        let left = |pattern: &str, condition: &str| events(&[pattern], condition).pop();
        let (runs, skips) =
            (Some("push to any other branch: D".to_owned()), Some("push to any other branch: ".to_owned()));
        assert_eq!(left("*", "BITBUCKET_BRANCH == \"dev\""), skips, "every name in it has a slash");
        assert_eq!(left("*", "BITBUCKET_BRANCH == \"a/dev\""), runs);
        assert_eq!(left("a/dev", "BITBUCKET_BRANCH == \"a/dev\""), skips);
        assert_eq!(left("x*", "BITBUCKET_BRANCH == \"dev\""), runs);
    }
}
