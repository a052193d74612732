//! Credentials in texts that are made from a file: a script may put one into an image's tag.

use super::secret::Weight;
use super::secret_commands::credentials;
use crate::yaml::Document;

/// Shorter values are words that stand anywhere.
const LEAST: usize = 5;

/// The credentials of a file, to be kept out of what is said about it.
pub struct Hidden(Vec<String>);

impl Hidden {
    /// Those of one file.
    pub fn of(document: &Document) -> Self {
        Self::of_all(&[document])
    }

    /// Those of several files.
    pub fn of_all(documents: &[&Document]) -> Self {
        let hits = |document: &Document| {
            let hits = credentials(document).into_iter().filter(|hit| hit.weight == Weight::Credential);
            hits.map(|hit| document.slice(hit.span).to_owned()).collect::<Vec<_>>()
        };
        let mut values: Vec<String> = documents.iter().flat_map(|document| hits(document)).collect();
        values.retain(|value| value.len() >= LEAST);
        // The longest first, so that one inside another leaves nothing of it.
        values.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        values.dedup();
        Self(values)
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts stars in place of the credentials in a text.
    pub fn mask(&self, text: &mut String) {
        for value in &self.0 {
            if text.contains(value.as_str()) {
                *text = text.replace(value.as_str(), &"*".repeat(value.chars().count()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_and_guessable_words_are_not() {
        let document = Document::read("- export API_TOKEN=q7Zt19kfuW\n- DB_PASSWORD=postgres x\n");
        let mut text = "deploys `postgres/app:q7Zt19kfuW-1`".to_owned();
        Hidden::of(&document).mask(&mut text);
        assert_eq!(text, "deploys `postgres/app:**********-1`");
    }
}
