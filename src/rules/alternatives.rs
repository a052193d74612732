//! What is said of a reference that may be one of several.

use crate::effect::Reference;
use crate::finding::{Answer, Finding, Findings};

/// Judges a reference, and each that it may be: what holds for all is certain; what holds for some is a note that names one of
/// them.
pub(super) fn judge_each<'d>(
    reference: &Reference<'d>,
    out: &mut Findings<'_>,
    judge: impl Fn(&Reference<'d>, &mut Findings<'_>),
) {
    if !reference.is_choice() {
        return judge(reference, out);
    }
    let whole = out.aside(|out| judge(reference, out));
    let each = reference.alternatives();
    let said: Vec<Vec<Finding>> = each.iter().map(|one| out.aside(|out| judge(one, out))).collect();
    let is_violated = |said: &[Finding]| said.iter().any(|finding| finding.answer == Answer::Violated);
    let all_violated = !said.is_empty() && said.iter().all(|one| is_violated(one));
    if all_violated {
        let certain = if is_violated(&whole) { Some(whole) } else { said.into_iter().next() };
        return out.say(certain.unwrap_or_default());
    }
    if !said.is_empty() && said.iter().all(Vec::is_empty) {
        return;
    }
    let violated = each.iter().zip(said).find(|(_, said)| is_violated(said));
    let Some((one, said)) = violated else { return out.say(whole) };
    for finding in said.into_iter().filter(|finding| finding.answer == Answer::Violated) {
        let message = format!("`{reference}` may be `{one}`, and then {}", finding.message);
        let draft = out.cannot_tell(finding.span, message).trace(finding.trace);
        let draft = match finding.help {
            Some(help) => draft.help(help),
            None => draft,
        };
        let _ = finding.related.into_iter().fold(draft, |draft, one| draft.related(one.span, one.message));
    }
}
