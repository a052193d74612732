//! The whole check, and what stands on it: findings stand inside the text, are in order, and come out the same again.

use std::sync::LazyLock;

use pipewright::check::{Checker, difference};
use pipewright::settings::Settings;

static CHECKER: LazyLock<Checker> = LazyLock::new(|| Checker::new(Settings::default()));

/// Holds for any text.
pub(super) fn holds(text: &str) {
    let checked = CHECKER.check(text);
    for finding in &checked.findings {
        let related = finding.related.iter().map(|related| related.span);
        for span in std::iter::once(finding.span).chain(related) {
            assert!(
                span.start <= span.end && text.get(span.start..span.end).is_some(),
                "{}: {span:?} is outside the text",
                finding.rule
            );
        }
    }
    assert!(checked.findings.is_sorted_by_key(|finding| finding.span.start));
    let changes = difference((&CHECKER, &checked), (&CHECKER, &checked));
    assert!(changes.is_empty(), "a text differs from itself: {changes:?}");
}
