//! Credentials in what is said of a file.

use super::Checked;
use crate::finding::Layer;

/// A reference that a script puts together may hold a credential: none is said.
pub(super) fn hide_credentials(checked: &mut Checked) {
    // Only what stands on effects speaks of values that were put together.
    if !checked.findings.iter().any(|finding| finding.layer == Layer::Policy) {
        return;
    }
    let hidden = checked.hidden();
    if hidden.is_empty() {
        return;
    }
    for finding in &mut checked.findings {
        let related = finding.related.iter_mut().map(|related| &mut related.message);
        let told = std::iter::once(&mut finding.message).chain(&mut finding.help).chain(related);
        told.for_each(|text| hidden.mask_told(text));
        finding.trace.iter_mut().for_each(|text| hidden.mask(text));
    }
}
