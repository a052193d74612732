//! Credentials in texts that are made from a file: a script may put one into an image's tag.

use std::collections::HashSet;

use super::secret_commands::Credentials;
use crate::schema::is_keyword;
use crate::yaml::{Document, Part};

/// Shorter values are words that stand anywhere.
const LEAST: usize = 5;

/// The longest value of letters alone that may be a word of our own.
const LONGEST_WORD: usize = 12;

/// The credentials of a file, to be kept out of what is said about it.
pub struct Hidden {
    values: Vec<Value>,
    /// Whether the files themselves hold the sign that a sentence quotes with: what it quotes can't be told then.
    backticks: bool,
}

struct Value {
    text: String,
    /// Whether it is spelt like a word of ours: it is hidden only as a whole word.
    word: bool,
}

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
        let mut documents: Vec<&Document> = Vec::new();
        for (document, credentials) in files {
            documents.push(document);
            keep(document, credentials);
            for part in document.parts().iter().map(Part::document) {
                keep(part, &Credentials::of(part));
            }
        }
        values.retain(|value| value.len() >= LEAST);
        // The longest first, so that one inside another leaves nothing of it.
        values.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
        values.dedup();
        if values.iter().any(|value| is_word(value)) {
            // What names an environment or a key is said by the file itself.
            let public: HashSet<&str> = documents.iter().flat_map(|document| environments(document)).collect();
            values.retain(|value| !(is_word(value) && (public.contains(value.as_str()) || is_keyword(value))));
        }
        let backticks = !values.is_empty() && documents.iter().any(|document| document.text().contains('`'));
        Self { values: values.into_iter().map(|text| Value { word: is_word(&text), text }).collect(), backticks }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Puts stars in place of the credentials in a text that is the file's own.
    pub fn mask(&self, text: &mut String) {
        for value in &self.values {
            if text.contains(value.text.as_str()) {
                *text = value.masked(text);
            }
        }
    }

    /// The same in a sentence of ours: a credential that is spelt like a word is hidden only in what the sentence quotes.
    pub fn mask_told(&self, text: &mut String) {
        for value in &self.values {
            if !text.contains(value.text.as_str()) {
                continue;
            }
            *text = match value.word && !self.backticks {
                false => value.masked(text),
                true => {
                    let parts = text.split('`').enumerate();
                    let parts: Vec<String> = parts
                        .map(|(at, part)| if at % 2 == 1 { value.masked(part) } else { part.to_owned() })
                        .collect();
                    parts.join("`")
                }
            };
        }
    }
}

impl Value {
    fn masked(&self, text: &str) -> String {
        let stars = "*".repeat(self.text.chars().count());
        if !self.word {
            return text.replace(&self.text, &stars);
        }
        let mut out = String::with_capacity(text.len());
        let mut rest = 0;
        for (at, found) in text.match_indices(&self.text) {
            let end = at + found.len();
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(end..).and_then(|after| after.chars().next());
            if [before, after].into_iter().flatten().any(char::is_alphanumeric) {
                continue;
            }
            out.push_str(text.get(rest..at).unwrap_or(""));
            out.push_str(&stars);
            rest = end;
        }
        out + text.get(rest..).unwrap_or("")
    }
}

/// Whether a credential is hidden wherever its value stands, and not only in its own place.
pub(super) fn is_kept_out(value: &str) -> bool {
    value.len() >= LEAST && !is_word(value)
}

/// Whether a value is spelt like a word of a sentence.
fn is_word(value: &str) -> bool {
    value.len() <= LONGEST_WORD && value.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// The names of environments: the three that each repository has, and those of a file.
fn environments(document: &Document) -> Vec<&str> {
    let names = document.nodes().flat_map(|node| {
        let keys = node.entries().filter(|entry| matches!(entry.name(), "deployment" | "environment"));
        keys.filter_map(|entry| entry.value.text()).collect::<Vec<_>>()
    });
    ["test", "staging", "production"].into_iter().chain(names).collect()
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

    #[test]
    fn a_credential_that_is_spelt_like_a_word_hides_no_word_of_ours() {
        let text =
            "A_TOKEN: write\nB_TOKEN: staging\nC_TOKEN: services\nD_TOKEN: blue\nE_TOKEN: canary\ndeployment: blue\n";
        let hidden = Hidden::of(&Document::read(text));
        let told = |text: &str| {
            let mut text = text.to_owned();
            hidden.mask_told(&mut text);
            text
        };
        assert_eq!(told("write `max-time`, not `write`"), "write `max-time`, not `*****`");
        assert_eq!(told("`staging` and `services` in `blue`"), "`staging` and `services` in `blue`");
        assert_eq!(told("a canary as `x:canary-1` and `canaryx`"), "a canary as `x:******-1` and `canaryx`");
        let mut own = "canary, write".to_owned();
        hidden.mask(&mut own);
        assert_eq!(own, "******, *****");
    }
}
