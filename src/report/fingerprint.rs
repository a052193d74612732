//! Fingerprints of findings that stay when lines are added or taken away elsewhere in the file.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::FileReport;
use super::excerpt::Secrets;

/// One fingerprint for each finding of a file, in order: the rule, the text of the line and which of its like it is.
pub(super) fn fingerprints(file: &FileReport<'_>) -> Vec<String> {
    let secrets = Secrets::of(file);
    let mut last = (0, String::new());
    let mut seen: HashMap<String, usize> = HashMap::new();
    let one = |finding: &crate::finding::Finding| {
        let number = file.document.lines().line(finding.span.start);
        if last.0 != number {
            last = (number, secrets.masked_line(file, number));
        }
        let key = format!("{}\0{}", finding.rule, last.1.trim());
        let number = seen.entry(key.clone()).and_modify(|number| *number += 1).or_default();
        let digest = Sha256::digest(format!("{key}\0{number}"));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    };
    file.findings.iter().map(one).collect()
}
