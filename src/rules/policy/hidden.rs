//! Credentials in texts that are made from a file: a script may put one into an image's tag.

use super::secret_commands::Credentials;
use crate::yaml::{Document, Part};

/// Shorter values are words that stand anywhere.
const LEAST: usize = 5;

/// The credentials of a file, to be kept out of what is said about it.
pub struct Hidden(Vec<String>);

impl Hidden {
    /// Those of a file, read for the purpose.
    pub fn of(document: &Document) -> Self {
        Self::of_all([(document, &Credentials::of(document))])
    }

    /// Those of files of which the credentials are known, and of what they import.
    pub fn of_all<'d>(files: impl IntoIterator<Item = (&'d Document, &'d Credentials)>) -> Self {
        let mut values: Vec<String> = Vec::new();
        let mut keep = |document: &Document, credentials: &Credentials| {
            for value in credentials.secrets().map(|span| document.slice(span)) {
                // They are found in raw lines, where what closes a list in flow style clings to a plain value.
                let plain = value.trim_end_matches([',', ']', '}']);
                values.extend([value, plain].map(str::to_owned));
            }
        };
        for (document, credentials) in files {
            keep(document, credentials);
            for part in document.parts().iter().map(Part::document) {
                keep(part, &Credentials::of(part));
            }
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
