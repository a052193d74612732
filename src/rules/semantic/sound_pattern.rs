//! `sound-pattern`: patterns are globs as Bitbucket reads them.

use crate::finding::{Findings, RuleMeta, Severity};
use crate::pipeline::{Pattern, Section};
use crate::rules::{Flow, Rule};

static META: RuleMeta =
    meta!("sound-pattern", Warning, "a pattern is no glob, or matches other names than it seems to");

pub(super) struct SoundPattern;

impl Rule for SoundPattern {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check(&self, flow: &Flow<'_>, out: &mut Findings<'_>) {
        let sections = [Section::Branches, Section::Tags, Section::PullRequests, Section::MergeQueues];
        for selector in sections.into_iter().flat_map(|section| flow.file.selectors_in(section)) {
            let text = selector.name();
            let (message, help) = if text.is_empty() {
                out.violated(selector.key.span(), "an empty pattern matches no name")
                    .help("write the name of a branch or a tag, or a pattern such as `'**'`");
                continue;
            } else if let Some((message, help)) = no_name(text) {
                out.violated(selector.key.span(), format!("`{text}` {message}")).help(help);
                continue;
            } else if is_regular_expression(text) {
                ("is written as a regular expression, and patterns are globs", "use `*`, `**`, `?` and `{a,b}`")
            } else if !Pattern::new(text).is_balanced('{', '}') {
                ("has a brace without its partner, which is taken as it is", "close the brace")
            } else if spaced(text) {
                ("has a blank inside its braces, which is part of the name", "write `{a,b}` without blanks")
            } else if text.contains(char::is_whitespace) {
                match text.contains(',') {
                    true => ("has a blank, which no name of a branch or a tag has", "write several as `{a,b}`"),
                    false => ("has a blank, which no name of a branch or a tag has", "write the name as it is, or `*`"),
                }
            } else if text.contains('[') && text.contains(']') {
                let message = format!("no page of Bitbucket's says what the brackets of `{text}` mean");
                out.cannot_tell(selector.key.span(), message)
                    .help("write `*`, or name what may stand there: `{0,1,2}`");
                continue;
            } else if selector.section == Section::PullRequests && text == flow.settings.main_branch {
                let message = format!(
                    "`{text}` is matched against the source of a pull request, so those into {text} run nothing of it"
                );
                out.violated(selector.key.span(), message)
                    .severity(Severity::Note)
                    .help("write `'**'` for any source; for a destination use `triggers` with `BITBUCKET_PR_DESTINATION_BRANCH`");
                continue;
            } else {
                continue;
            };
            out.violated(selector.key.span(), format!("`{text}` {message}")).help(help);
        }
    }
}

/// What is said of a pattern that matches nothing, as no name of a branch or a tag is so.
fn no_name(text: &str) -> Option<(&'static str, String)> {
    if let Some(name) = text.strip_prefix("refs/heads/").or_else(|| text.strip_prefix("refs/tags/")) {
        return Some(("is a whole reference, and a pattern is held against the name alone", format!("write `{name}`")));
    }
    if text.strip_prefix('!').is_some_and(|rest| !rest.is_empty()) {
        let help = "name what it is for; a pattern of its own takes a name away from a wider one";
        return Some(("begins with `!`, which excludes nothing here", help.to_owned()));
    }
    if text.starts_with('$') && text.len() > 1 {
        return Some(("begins with `$`, and no variable is filled in here", "write the name, or a pattern".to_owned()));
    }
    if text.contains(',') && !text.contains(['{', '[', '(']) && !text.contains(char::is_whitespace) {
        return Some(("is one name with a comma in it", format!("write several as `{{{text}}}`")));
    }
    let inner = text.trim_matches('/');
    let slash = inner.len() + 1 == text.len() && !inner.is_empty();
    if slash && !is_regular_expression(inner) {
        let (end, name) = match text.ends_with('/') {
            true => ("ends with a slash, as no name does", format!("{inner}/**")),
            false => ("begins with a slash, as no name does", inner.to_owned()),
        };
        return Some((end, format!("write `{name}`")));
    }
    None
}

/// Whether a text has signs of a regular expression that no name of a branch or a tag has, or hardly any: a part of a name never
/// begins with a dot, and a name neither begins nor ends with a slash.
fn is_regular_expression(text: &str) -> bool {
    let repeats = text.match_indices(".*").map(|(at, _)| text.get(..at).and_then(|before| before.chars().next_back()));
    text.starts_with(['^', '/'])
        || text.ends_with('/')
        || repeats.into_iter().any(|before| before.is_none_or(|c| matches!(c, '-' | '_' | '/' | ')')))
        || text.ends_with('$')
        || text.contains(['\\', '|'])
        || text.contains('(') && text.contains(')')
        || ["/.*", "/.+", "]+", "].*"].iter().any(|sign| text.contains(sign))
        || text.ends_with(".+")
}

/// Whether a blank stands at an end of an alternative.
fn spaced(text: &str) -> bool {
    text.contains('{') && [", ", " ,", "{ ", " }"].iter().any(|blank| text.contains(blank))
}

#[cfg(test)]
mod tests {
    use super::no_name;

    #[test]
    fn what_no_name_can_be_is_told_with_what_is_meant() {
        for (text, help) in [
            ("refs/heads/main", "write `main`"),
            ("main,hotfix", "write several as `{main,hotfix}`"),
            ("feature/", "write `feature/**`"),
            ("/feature/*", "write `feature/*`"),
            ("$BRANCH", "write the name, or a pattern"),
        ] {
            assert_eq!(no_name(text).map(|(_, help)| help).as_deref(), Some(help), "{text}");
        }
        assert!(no_name("!main").is_some());
        for sound in ["main", "feature/*", "{main,hotfix}", "^a$", "/x/", "release/**", "a!b"] {
            assert_eq!(no_name(sound), None, "{sound}");
        }
    }
}
