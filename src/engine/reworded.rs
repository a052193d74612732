//! A repair prompt in other words: whether it still says the same of the same places.

use crate::session::Redact;

/// Whether two repair prompts have the same findings, in the same order: the same rules at the same lines, which read the
/// same and are reached the same way. What is wrong and what would mend it may be said otherwise; all around the findings is
/// the same, word by word.
pub(super) fn has_same_findings(then: &str, now: &str) -> bool {
    // What looked like a secret was masked when it was recorded.
    bones(then) == bones(now) || bones(then) == bones(&Redact::default().text(now))
}

/// Tells how many repairs have other words today and the same findings.
pub fn reworded(repairs: usize) -> String {
    let (noun, have) = if repairs == 1 { ("repair", "has") } else { ("repairs", "have") };
    format!("reworded: {repairs} {noun} {have} other words today, about the same findings")
}

/// A prompt without the words of its findings. What has no findings keeps every word.
fn bones(prompt: &str) -> Vec<&str> {
    let mut bones = Vec::new();
    let mut in_finding = false;
    for line in prompt.trim_end().lines() {
        let head = head(line);
        in_finding = head.is_some() || in_finding && line.starts_with("   ");
        match head {
            Some(head) => bones.push(head),
            // What is said at length goes with its head; the line of the file and the way to it stay.
            None if in_finding && !["   line: ", "   when: "].iter().any(|kept| line.starts_with(kept)) => {}
            None => bones.push(line.trim_end()),
        }
    }
    bones
}

/// Number, rule and place of a finding in a prompt, as `1. build-once (line 31)`.
fn head(line: &str) -> Option<&str> {
    let (number, rest) = line.split_once(". ")?;
    let (rule, rest) = rest.split_once(" (line ")?;
    let (place, message) = rest.split_once("): ")?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_head = digits(number) && digits(place) && !rule.contains(' ');
    is_head.then(|| line.get(..line.len() - message.len() - 2)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const THEN: &str = "The checker refused revision 1. Its findings:\n\n\
        1. build-once (line 31): `docker build` builds `x` on a tag\n   line: - docker build .\n   when: push of tag rc-*\n   \
        mend: build on main only,\n         and retag\n\
        2. release-flow (line 3): nothing deploys\n   mend: add a step\nand 2 more of the kind\n\nMend these.";

    #[test]
    fn other_words_of_a_finding_are_no_other_finding() {
        assert!(has_same_findings(THEN, THEN));
        let words = THEN.replace("`docker build` builds `x` on a tag", "a tag builds `x` anew (line 4): so");
        let words = words.replace("build on main only,\n         and retag", "retag the image of the commit");
        assert!(has_same_findings(THEN, &words) && words != THEN);
        for (what, other) in [
            ("another rule", THEN.replace("release-flow", "pinned-image")),
            ("another place", THEN.replace("(line 3)", "(line 4)")),
            ("another text there", THEN.replace("- docker build .", "- docker build api")),
            ("another event", THEN.replace("tag rc-*", "tag release-*")),
            ("one more", THEN.replace("and 2 more", "3. known-key (line 9): `x`\nand 2 more")),
            ("one less", THEN.replace("2. release-flow (line 3): nothing deploys\n   mend: add a step\n", "")),
            ("another count", THEN.replace("and 2 more", "and 3 more")),
            ("another demand", THEN.replace("Mend these.", "Mend some.")),
        ] {
            assert!(other != THEN && !has_same_findings(THEN, &other), "{what}");
        }
        assert!(
            !has_same_findings("It is a patch, not a file", "It is a part of a file"),
            "words alone keep every word"
        );
    }
}
