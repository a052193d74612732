//! Which cases are run.

use serde::{Deserialize, Serialize};

use crate::text::option;

/// Chooses cases by their names and tags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Only cases whose name holds one of these words, or that have it as a tag; all without any.
    pub only: Vec<String>,
    /// Only cases with one of these tags; all without any.
    pub tags: Vec<String>,
    /// No cases whose name holds one of these words, or that have it as a tag.
    pub exclude: Vec<String>,
}

impl Filter {
    /// The options that ask for it.
    pub(super) fn options(&self) -> Vec<String> {
        let options = [("--only", &self.only), ("--tag", &self.tags), ("--exclude", &self.exclude)];
        options.into_iter().flat_map(|(name, words)| words.iter().flat_map(move |word| option(name, word))).collect()
    }

    /// Whether a case of this name and these tags is run.
    pub fn takes(&self, name: &str, tags: &[String]) -> bool {
        let meant = |word: &String| name.contains(word.as_str()) || tags.contains(word);
        let only = self.only.is_empty() || self.only.iter().any(meant);
        let tagged = self.tags.is_empty() || self.tags.iter().any(|tag| tags.contains(tag));
        only && tagged && !self.exclude.iter().any(meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_tags_choose_and_exclude() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let takes = |only: &str, tags: &str, exclude: &str| {
            let filter = Filter { only: words(only), tags: words(tags), exclude: words(exclude) };
            filter.takes("flask-gke", &words("slow gke"))
        };
        assert!(takes("", "", "") && takes("flask", "", "") && takes("none slow", "", "") && takes("", "slow", "ecs"));
        assert!(!takes("ecs", "", "") && !takes("", "flask", "") && !takes("flask", "slow", "gke"));
    }
}
