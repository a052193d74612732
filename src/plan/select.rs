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
}

/// The pipeline whose pattern fits a name best: an exact name, else more literal text, else fewer wildcards, else the
/// first in the file. Ties of literal text are unclear, and so is an exact name beside braces.
pub fn select<'d>(file: &File<'d>, section: Section, name: &str) -> Option<Selection<'d>> {
    let mut found: Vec<(Selector<'d>, Pattern, Alternative)> = Vec::new();
    for selector in file.selectors_in(section) {
        let pattern = Pattern::new(selector.name());
        if let Some(alternative) = pattern.alternative_for(name).cloned() {
            found.push((selector, pattern, alternative));
        }
    }
    // The sort is stable: the first in the file stays before its equals.
    found.sort_by_key(|(_, _, alternative)| std::cmp::Reverse(alternative.rank()));
    let mut ranked = found.into_iter();
    let (selector, pattern, alternative) = ranked.next()?;
    let mut unclear = None;
    if alternative.matches(name) == Matching::Unclear {
        unclear = Some(format!("Bitbucket does not document brackets, so `{}` may not match", pattern.text()));
    }
    if let Some((other, other_pattern, second)) = ranked.next() {
        let braces =
            alternative.is_exact() && pattern.is_exact() && other_pattern.alternatives().len() > 1 && second.is_exact();
        let tie = !alternative.is_exact() && second.rank().1 == alternative.rank().1;
        if braces || tie {
            unclear = Some(format!("`{}` matches too, and which one wins is not documented", other.name()));
        }
    }
    Some(Selection { selector, alternative: Some(alternative), unclear })
}
