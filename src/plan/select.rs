//! From an event to the pipeline that it selects.

use crate::pipeline::{Alternative, File, Matching, Pattern, Section, Selector};

/// How many patterns that may fit one name are compared to find a contest. A file that people write has a few.
const COMPARED: usize = 256;

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

/// The pipelines of a section with their patterns. Each pattern is read once, and those that may fit a name are found by the
/// text before their first wildcard, so that many patterns don't cost each name a look at all of them.
#[derive(Debug)]
pub struct Patterns<'d> {
    pipelines: Vec<(Selector<'d>, Pattern)>,
    /// Each alternative as the number of its pipeline and its own, in the order of the literal text before its first wildcard.
    by_prefix: Vec<(usize, usize)>,
}

impl<'d> Patterns<'d> {
    /// Reads the patterns of a section.
    pub fn new(file: &File<'d>, section: Section) -> Self {
        let read = |selector: Selector<'d>| (selector, Pattern::new(selector.name()));
        let pipelines: Vec<(Selector<'d>, Pattern)> = file.selectors_in(section).into_iter().map(read).collect();
        let numbers = |(at, (_, pattern)): (usize, &(Selector<'d>, Pattern))| {
            (0..pattern.alternatives().len()).map(move |own| (at, own))
        };
        let mut patterns = Self { by_prefix: pipelines.iter().enumerate().flat_map(numbers).collect(), pipelines };
        let mut by_prefix = std::mem::take(&mut patterns.by_prefix);
        by_prefix.sort_by(|one, other| patterns.prefix(*one).cmp(patterns.prefix(*other)));
        Self { by_prefix, ..patterns }
    }

    /// The pipelines in the order of the file, each with its pattern.
    pub fn pipelines(&self) -> &[(Selector<'d>, Pattern)] {
        &self.pipelines
    }

    /// The pipeline whose pattern fits a name best: an exact name, else more literal text, else fewer wildcards, else the
    /// first in the file. Ties of literal text are unclear, and so is an exact name that stands in braces, too; the plain
    /// name is then taken first.
    pub fn select(&self, name: &str) -> Option<Selection<'d>> {
        let take = |at: usize| {
            let (selector, pattern) = &self.pipelines[at];
            Some((selector, pattern, pattern.alternative_for(name)?))
        };
        let mut found: Vec<(&Selector<'d>, &Pattern, &Alternative)> =
            self.candidates(name).into_iter().filter_map(take).collect();
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
            .take_while(|(.., other)| other.ties_with(alternative))
            .map(|(other, ..)| *other)
            .filter(|other| other.body.id() != selector.body.id())
            .collect();
        if let Some(rival) = rivals.first() {
            unclear = Some(contest(rival.name()));
        }
        Some(Selection { selector: *selector, alternative: Some(alternative.clone()), unclear, rivals })
    }

    /// Why an alternative's own pipeline may not be the one that its tags or branches start: another pattern takes what it
    /// takes, and which one wins is not documented.
    pub(super) fn contested(&self, own: &Selector<'_>, alternative: &Alternative) -> Option<String> {
        let example = alternative.example();
        if self.candidates(&example).len() > COMPARED {
            return Some(format!(
                "more than {COMPARED} patterns begin like `{}`, and were not compared",
                alternative.text
            ));
        }
        let selected = self.select(&example)?;
        let mut all = std::iter::once(&selected.selector).chain(&selected.rivals);
        let is_own = |one: &&Selector<'_>| one.body.id() == own.body.id();
        if !all.clone().any(|one| is_own(&one)) {
            return None;
        }
        all.find(|one| !is_own(one)).map(|other| contest(other.name()))
    }

    fn prefix(&self, (pipeline, own): (usize, usize)) -> &str {
        self.pipelines[pipeline].1.alternatives()[own].literal_prefix()
    }

    /// The pipelines one of whose alternatives begins as a name does, in the order of the file.
    fn candidates(&self, name: &str) -> Vec<usize> {
        let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
        let mut found: Vec<usize> = Vec::new();
        for prefix in ends.filter_map(|end| name.get(..end)) {
            let from = self.by_prefix.partition_point(|one| self.prefix(*one) < prefix);
            let same = self.by_prefix[from..].iter().take_while(|one| self.prefix(**one) == prefix);
            found.extend(same.map(|(pipeline, _)| *pipeline));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
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
        let patterns = Patterns::new(&file, Section::Tags);
        let mut found = Vec::new();
        for (selector, pattern) in patterns.pipelines() {
            for alternative in pattern.alternatives() {
                found.extend(patterns.contested(selector, alternative).map(|_| alternative.text.clone()));
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
    fn where_very_many_begin_alike_it_is_not_told_which_one_wins() {
        let many = |count: usize| (0..count).map(|number| format!("*-{number}")).collect::<Vec<_>>();
        let contests = |patterns: Vec<String>| contests(&patterns.iter().map(String::as_str).collect::<Vec<_>>()).len();
        assert_eq!(contests(many(COMPARED)), 0);
        assert_eq!(contests(many(COMPARED + 1)), COMPARED + 1);
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
