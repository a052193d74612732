//! Unknown keys of `definitions` hold anchors; one that is nearly a keyword and holds none was meant to be it.

use super::{keys, metas};
use crate::finding::{Finding, Findings, Severity};
use crate::yaml::{Document, Entry};

/// The keywords of `definitions`, which the schema knows, too: a good file is no reason to read all of it.
const KNOWN: [&str; 5] = ["caches", "services", "pipelines", "imports", "agents"];

/// Whether an anchor inside the entry's value is used somewhere.
pub(super) fn holds_anchors(document: &Document, entry: &Entry<'_>) -> bool {
    let span = entry.key.span().to(entry.value.span());
    document.aliases().any(|(_, target)| span.contains(target.span().start))
}

/// Warns of `definitions.service` and the like.
pub(super) fn near_misses(document: &Document, found: &mut Vec<Finding>) {
    let Some(definitions) = document.root().and_then(|root| root.get("definitions")) else { return };
    for entry in definitions.entries() {
        let name = entry.name();
        let near =
            keys::nearest(name, &KNOWN).filter(|near| !KNOWN.contains(&name) && near.len().abs_diff(name.len()) < 2);
        let Some(near) = near.filter(|_| !holds_anchors(document, &entry)) else { continue };
        let message = format!("`definitions` reads `{near}`, not `{}`, which defines nothing", keys::shown(name));
        let mut findings = Findings::new(&metas::KNOWN_KEY, found);
        findings.violated(entry.key.span(), message).severity(Severity::Warning).help(format!("rename it to `{near}`"));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_keywords_are_those_of_the_schema() {
        let of_schema = super::super::compiled::TREE["definitions"]["definitions"]["properties"].as_object().unwrap();
        assert_eq!(of_schema.keys().collect::<Vec<_>>(), super::KNOWN);
    }
}
