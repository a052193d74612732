//! From an event to the pipeline that it selects.

use crate::pipeline::{Alternative, File, Matching, Pattern, Section, Selector};

/// What a name selects in a section.
#[derive(Clone, Debug)]
pub struct Selection<'d> {
    /// The pipeline.
    pub selector: Selector<'d>,
    /// The alternative of its pattern that matched; `None` for `default`.
    pub alternative: Option<Alternative>,
    /// Why another pattern might win, where Bitbucket's order is not documented.
    pub unclear: Option<String>,
    /// The other pipelines whose patterns fit as well, and that run other steps.
    pub rivals: Vec<Selector<'d>>,
}

impl<'d> Selection<'d> {
    /// A pipeline that is selected without a pattern, and for sure.
    pub fn of(selector: Selector<'d>) -> Self {
        Self { selector, alternative: None, unclear: None, rivals: Vec::new() }
    }
}

/// The pipeline whose pattern fits a name best: an exact name, else more literal text, else fewer wildcards, else the
/// first in the file. Ties of literal text are unclear, and so is an exact name that stands in braces, too; the plain name is then taken first.
pub fn select<'d>(file: &File<'d>, section: Section, name: &str) -> Option<Selection<'d>> {
    let mut found: Vec<(Selector<'d>, Pattern, Alternative)> = Vec::new();
    for selector in file.selectors_in(section) {
        let pattern = Pattern::new(selector.name());
        if let Some(alternative) = pattern.alternative_for(name).cloned() {
            found.push((selector, pattern, alternative));
        }
    }
    // The sort is stable: the first in the file stays before its equals.
    found.sort_by_key(|(_, pattern, alternative)| std::cmp::Reverse((alternative.rank(), pattern.is_exact())));
    let mut ranked = found.into_iter();
    let (selector, pattern, alternative) = ranked.next()?;
    let mut unclear = None;
    if alternative.matches(name) == Matching::Unclear {
        unclear = Some(format!("Bitbucket does not document brackets, so `{}` may not match", pattern.text()));
    }
    // Of two that run the same steps it does not matter which one wins.
    let rivals: Vec<Selector<'d>> = ranked
        .take_while(|(.., other)| other.ties_with(&alternative))
        .map(|(other, ..)| other)
        .filter(|other| other.body.id() != selector.body.id())
        .collect();
    if let Some(rival) = rivals.first() {
        unclear = Some(contest(rival.name()));
    }
    Some(Selection { selector, alternative: Some(alternative), unclear, rivals })
}

/// Why an alternative's own pipeline may not be the one that its tags or branches start: another pattern takes what it
/// takes, and which one wins is not documented.
pub(super) fn contested(file: &File<'_>, own: &Selector<'_>, alternative: &Alternative) -> Option<String> {
    let selected = select(file, own.section, &alternative.example())?;
    let mut all = std::iter::once(&selected.selector).chain(&selected.rivals);
    let is_own = |one: &&Selector<'_>| one.body.id() == own.body.id();
    if !all.clone().any(|one| is_own(&one)) {
        return None;
    }
    all.find(|one| !is_own(one)).map(|other| contest(other.name()))
}

fn contest(other: &str) -> String {
    format!("`{other}` matches too, and which one wins is not documented")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    /// For each alternative of the patterns in the section, whether another pattern may take what it takes.
    fn contests(patterns: &[&str]) -> Vec<String> {
        let tags: Vec<String> = patterns.iter().map(|pattern| format!("    '{pattern}': []\n")).collect();
        let document = Document::read(format!("pipelines:\n  tags:\n{}", tags.concat()));
        let file = File::new(&document).unwrap();
        let mut found = Vec::new();
        for selector in file.selectors_in(Section::Tags) {
            for alternative in Pattern::new(selector.name()).alternatives() {
                found.extend(contested(&file, &selector, alternative).map(|_| alternative.text.clone()));
            }
        }
        found
    }

    #[test]
    fn patterns_that_fit_as_well_contest_what_both_take() {
        assert_eq!(contests(&["{rc-*,release-*}", "release-*"]), ["release-*", "release-*"]);
        assert_eq!(contests(&["{rc-*,release-*}", "{release-*,v*}"]), ["release-*", "release-*"]);
        assert_eq!(contests(&["release-**", "release-*"]), ["release-*"], "names with a slash are its own");
        assert_eq!(contests(&["release-1", "{rc-1,release-1}"]), ["release-1", "release-1"]);
        assert_eq!(contests(&["{release-1,a}", "{release-1,b}"]), ["release-1", "release-1"]);
        assert_eq!(contests(&["{a*,x*}", "{a*,y*}", "{a*,z*}"]), ["a*", "a*", "a*"]);
    }

    #[test]
    fn what_the_documented_order_decides_is_not_contested() {
        for patterns in [
            &["rc-*", "release-*"][..],
            &["{rc-*,release-*}", "*"],
            &["{rc-*,release-*}", "release-2*"],
            &["release-*", "release-1"],
            &["{rc-*,release-*}", "release-1"],
            &["{release-*,release-*}"],
            &["release-?", "release-??"],
        ] {
            assert_eq!(contests(patterns), Vec::<String>::new(), "{patterns:?}");
        }
        assert_eq!(contests(&["release-?", "release-*"]), ["release-?"], "longer names are its own");
    }
}
