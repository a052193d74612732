//! Credentials in texts that are made from a file: a script may put one into an image's tag.

use super::secret_commands::Credentials;
use crate::yaml::Document;

/// Shorter values are words that stand anywhere.
const LEAST: usize = 5;

/// The credentials of a file, to be kept out of what is said about it.
pub struct Hidden(Vec<String>);

impl Hidden {
    /// Those of a file, read for the purpose.
    pub fn of(document: &Document) -> Self {
        Self::of_all([(document, &Credentials::of(document))])
    }

    /// Those of files of which the credentials are known.
    pub fn of_all<'d>(files: impl IntoIterator<Item = (&'d Document, &'d Credentials)>) -> Self {
        let mut values: Vec<String> = Vec::new();
        for (document, credentials) in files {
            values.extend(credentials.secrets().map(|span| document.slice(span).to_owned()));
        }
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
