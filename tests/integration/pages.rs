//! The pages of the syntax, schema and semantic rules: what they show is what the rules say.

use std::collections::BTreeSet;

use pipewright::check::Checked;
use pipewright::finding::{Layer, RuleMeta, Severity};
use proptest::prelude::*;

use crate::oracle::findings;

fn metas() -> Vec<&'static RuleMeta> {
    let semantic = pipewright::rules::all().iter().map(|rule| rule.meta()).filter(|meta| meta.layer == Layer::Semantic);
    pipewright::schema::rules().iter().copied().chain(semantic).collect()
}

/// The text below a heading, to the next one.
pub(crate) fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let start = page.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no `{heading}` in\n{page}"));
    let rest = &page[start + heading.len() + 5..];
    &rest[..rest.find("\n## ").unwrap_or(rest.len())]
}

pub(crate) fn example(page: &str, heading: &str) -> String {
    let text = section(page, heading);
    let start = text.find("```yaml\n").unwrap_or_else(|| panic!("no example under `{heading}` in\n{page}")) + 8;
    let end = text[start..].find("```").expect("an end of the example");
    text[start..start + end].to_owned()
}

/// The rules with an error or a warning on a text, and the rule that is asked about with whatever it says.
fn weighty(text: &str, rule: &str) -> BTreeSet<&'static str> {
    let found = findings(text).findings;
    found.iter().filter(|one| one.severity > Severity::Note || one.rule == rule).map(|one| one.rule).collect()
}

#[test]
fn bad_examples_raise_their_rule_alone_and_good_ones_none() {
    for meta in metas() {
        let bad = weighty(&example(meta.page, "Bad"), meta.id);
        assert_eq!(bad, BTreeSet::from([meta.id]), "the bad example of {}", meta.id);
        let good = weighty(&example(meta.page, "Good"), meta.id);
        assert_eq!(good, BTreeSet::new(), "the good example of {}", meta.id);
    }
}

/// Each id stands once, and each page has its parts and fewer than `most` lines.
pub(crate) fn holds_parts(metas: &[&RuleMeta], most: usize) {
    let mut ids = BTreeSet::new();
    for meta in metas {
        assert!(ids.insert(meta.id), "{} stands twice", meta.id);
        assert!(meta.page.starts_with(&format!("# {}\n\n## Summary\n", meta.id)), "{}", meta.id);
        for heading in ["Summary", "Why", "Limits"] {
            assert!(section(meta.page, heading).trim().len() > 20, "`{heading}` of {}", meta.id);
        }
        assert!(meta.page.lines().count() < most, "the page of {} is long", meta.id);
        let summary = meta.summary;
        assert!(!summary.ends_with('.') && summary.len() < 100, "the summary of {}", meta.id);
    }
}

#[test]
fn pages_have_their_parts_and_are_short() {
    holds_parts(&metas(), 60);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Whatever is done to a file, each layer ends, and what it says lies in the file.
    #[test]
    fn damaged_examples_are_read_too(
        page in any::<prop::sample::Index>(),
        lines in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        damage in prop::collection::vec("(  |- |: |\\{|\\[|!|&a |\\*a|null|1|'|é|# |\t|step:|script:|<<: \\*a)?", 6),
    ) {
        let metas = metas();
        let page = metas[page.index(metas.len())].page;
        let mut text: Vec<String> = example(page, "Bad").lines().map(str::to_owned).collect();
        for (line, damage) in lines.iter().zip(&damage) {
            let at = line.index(text.len());
            if damage.is_empty() && text.len() > 1 {
                text.remove(at);
            } else {
                let middle = text[at].len() - text[at].trim_start().len();
                text[at].insert_str(middle, damage);
            }
        }
        let Checked { document, findings, .. } = findings(&text.join("\n"));
        for finding in findings {
            let spans = finding.related.iter().map(|related| related.span).chain([finding.span]);
            for span in spans {
                prop_assert!(document.text().get(span.start..span.end).is_some(), "{finding:?}");
            }
            prop_assert!(!finding.message.ends_with('.'), "{}", finding.message);
            prop_assert!(!finding.message.contains('\n'), "{}", finding.message);
        }
    }
}
