//! What a reply or a file has to say.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer};

/// The demands on a text; what is not named is not demanded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct TextExpectation {
    /// Texts that stand in it.
    #[serde(default, deserialize_with = "some")]
    pub contains: Vec<String>,
    /// Texts that don't.
    #[serde(default, deserialize_with = "some")]
    pub not_contains: Vec<String>,
    /// Regular expressions that match somewhere in it; `^` and `$` are the ends of a line.
    #[serde(default, deserialize_with = "some")]
    pub matches: Vec<String>,
}

/// The demands on a turn's words.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TurnText {
    /// On the last reply of the turn.
    #[serde(default)]
    pub reply: TextExpectation,
    /// On the best file of the turn.
    #[serde(default)]
    pub file: TextExpectation,
}

/// The demands on the file that stands at the end.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileExpectation {
    /// Texts that stand in it.
    #[serde(default, deserialize_with = "some")]
    pub contains: Vec<String>,
    /// Texts that don't.
    #[serde(default, deserialize_with = "some")]
    pub not_contains: Vec<String>,
    /// Regular expressions that match somewhere in it.
    #[serde(default, deserialize_with = "some")]
    pub matches: Vec<String>,
    /// A file that it equals, seen from the suite's file.
    pub equals: Option<String>,
    /// Whether it is the text that was accepted when the recording was made.
    #[serde(default)]
    pub same_as_accepted: bool,
}

impl FileExpectation {
    /// The part that speaks of the text itself.
    pub(super) fn text(&self) -> TextExpectation {
        let Self { contains, not_contains, matches, .. } = self.clone();
        TextExpectation { contains, not_contains, matches }
    }
}

/// A text, or a list of them.
pub(super) fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a list of texts")]
    enum Some {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Some::deserialize(deserializer)? {
        Some::One(text) => vec![text],
        Some::Many(texts) => texts,
    })
}

/// Bytes that a compiled expression may take.
const EXPRESSION: usize = 1 << 20;

fn compiled(expression: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(expression).multi_line(true).size_limit(EXPRESSION).build();
    built.map_err(|error| {
        let said = error.to_string();
        let last = said.lines().next_back().unwrap_or(&said);
        format!("`{expression}` is no regular expression: {}", last.trim_start_matches("error: "))
    })
}

impl TextExpectation {
    /// What is wrong with the demands themselves.
    pub(super) fn wrong(&self) -> Option<String> {
        self.matches.iter().find_map(|expression| compiled(expression).err())
    }

    /// Whether nothing is demanded.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The demands that a text does not meet: their key, and words after `what`.
    pub(super) fn failures(&self, what: &str, text: Option<&str>) -> Vec<(&'static str, String)> {
        if self.is_empty() {
            return Vec::new();
        }
        let Some(text) = text else { return vec![("", format!("{what}: there is none"))] };
        let missing = self.contains.iter().filter(|part| !text.contains(part.as_str()));
        let missing = missing.map(|part| ("contains", format!("{what}: does not contain `{part}`")));
        let mut failures: Vec<(&'static str, String)> = missing.collect();
        let there = self.not_contains.iter().filter_map(|part| Some((part, text.find(part.as_str())?)));
        failures.extend(there.map(|(part, at)| {
            let line = text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
            ("not-contains", format!("{what}: contains `{part}` (line {line})"))
        }));
        let apart = |expression: &&String| compiled(expression).is_ok_and(|compiled| !compiled.is_match(text));
        let apart = self.matches.iter().filter(apart);
        failures.extend(apart.map(|part| ("matches", format!("{what}: `{part}` does not match"))));
        failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_says_is_told_against_the_demands() {
        let demands = "{contains: [one, three], not-contains: two, matches: ['^t.o$', '^one two']}";
        let demands: TextExpectation = serde_yaml::from_str(demands).unwrap();
        assert_eq!(
            demands.failures("reply", Some("one\ntwo\n")),
            [
                ("contains", "reply: does not contain `three`".to_owned()),
                ("not-contains", "reply: contains `two` (line 2)".to_owned()),
                ("matches", "reply: `^one two` does not match".to_owned())
            ]
        );
        assert_eq!(demands.failures("file", None), [("", "file: there is none".to_owned())]);
        let bad: TextExpectation = serde_yaml::from_str("{matches: 'a('}").unwrap();
        assert_eq!(bad.wrong().unwrap(), "`a(` is no regular expression: unclosed group");
        let large = TextExpectation { matches: vec!["(a{1000}){1000}".to_owned()], ..TextExpectation::default() };
        assert!(large.wrong().is_some(), "a bound on what it costs");
    }
}
