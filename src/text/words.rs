//! The words of two short texts, such as prompts: what differs between them, and how alike they are.

use similar::{ChangeTag, TextDiff};

/// Words around a difference that are shown with it.
const CONTEXT: usize = 4;

/// The words that differ between two texts, with a few around them: `[-before-]`, `{+after+}`.
pub fn differing_words(before: &str, after: &str) -> String {
    let diff = TextDiff::from_words(before, after);
    let changes: Vec<(ChangeTag, String)> = diff
        .iter_all_changes()
        .map(|change| (change.tag(), change.value().to_owned()))
        .filter(|(_, word)| !word.trim().is_empty())
        .collect();
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(changes.len()));
        changes.get(from..to).is_some_and(|near| near.iter().any(|(tag, _)| *tag != ChangeTag::Equal))
    };
    let mut parts: Vec<String> = Vec::new();
    let mut open = ChangeTag::Equal;
    for (at, (tag, word)) in changes.iter().enumerate() {
        if !near(at) {
            if parts.last().is_none_or(|last| last != "…") {
                parts.push("…".to_owned());
            }
            open = ChangeTag::Equal;
            continue;
        }
        let word = match tag {
            ChangeTag::Equal => word.clone(),
            ChangeTag::Delete => format!("[-{word}-]"),
            ChangeTag::Insert => format!("{{+{word}+}}"),
        };
        match parts.last_mut() {
            // Neighbours of one kind read as one piece.
            Some(last) if open == *tag && open != ChangeTag::Equal => {
                last.truncate(last.len() - 2);
                last.push(' ');
                last.push_str(word.get(2..).unwrap_or_default());
            }
            _ => parts.push(word),
        }
        open = *tag;
    }
    if changes.iter().all(|(tag, _)| *tag == ChangeTag::Equal) {
        return "the words are the same, the blanks between them differ".to_owned();
    }
    parts.join(" ")
}

/// How much of two texts is the same, in hundredths of their words; blanks don't count.
pub fn alike(one: &str, other: &str) -> u8 {
    let [one, other] = [one, other].map(|text| text.split_whitespace().collect::<Vec<_>>());
    let ratio = TextDiff::from_slices(&one, &other).ratio();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a ratio is between 0 and 1")]
    let hundredths = (ratio * 100.0).floor() as u8;
    hundredths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_shown_with_a_few_words_around_it() {
        let before = "please write the file for the service that we deploy from trunk every day at noon";
        let after = before.replace("trunk", "main branches").replace("please ", "");
        assert_eq!(
            differing_words(before, &after),
            "[-please-] write the file for … that we deploy from [-trunk-] {+main branches+} every day at noon"
        );
        assert_eq!(differing_words("a b", "a  b"), "the words are the same, the blanks between them differ");
    }

    #[test]
    fn likeness_is_of_words() {
        assert_eq!([alike("a b\nc d", "a b c d"), alike("a b c d", "a b x y"), alike("a", "b")], [100, 50, 0]);
        assert_eq!(alike("", ""), 100);
    }
}
