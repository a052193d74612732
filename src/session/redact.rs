//! Secrets are masked before they reach a file.
//!
//! A mask has the length and the kinds of characters of what it hides, and keeps a known beginning: places in a file
//! stay where they are, and a rule that looks for credentials still finds one.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value;

use super::masker::Masker;

/// Beginnings of credentials, and how many characters have to follow.
const PREFIXES: [(&str, usize); 24] = [
    ("sk-", 16),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 18),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ATBB", 24),
    ("ATATT3", 30),
    ("ATCTT3", 30),
    ("npm_", 30),
    ("dckr_pat_", 20),
    ("hf_", 30),
    ("gsk_", 30),
    ("pypi-", 30),
    ("eyJ", 40),
];

/// Words after which a credential stands.
const SCHEMES: [&str; 3] = ["bearer ", "basic ", "token "];

/// The fewest bytes of what is hidden.
const LEAST: usize = 6;

/// What hides secrets: known values, and what looks like a credential.
#[derive(Clone, Default)]
pub struct Redact {
    known: Vec<String>,
}

impl std::fmt::Debug for Redact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redact({} known)", self.known.len())
    }
}

impl Redact {
    /// Hides these values wherever they stand, besides what looks like a credential. Short values are left out: they would
    /// hide words.
    pub fn new(known: impl IntoIterator<Item = String>) -> Self {
        Self {
            known: known
                .into_iter()
                .filter(|value| value.trim().chars().count() >= LEAST)
                .map(|value| value.trim().to_owned())
                .collect(),
        }
    }

    /// The text with secrets masked.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut hidden: Vec<(Range<usize>, usize)> = Vec::new();
        for known in &self.known {
            hidden.extend(text.match_indices(known.as_str()).map(|(at, _)| (at..at + known.len(), 0)));
        }
        shapes(text, &mut hidden);
        if hidden.is_empty() {
            return Cow::Borrowed(text);
        }
        hidden.sort_by_key(|(range, _)| range.start);
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (range, keep) in hidden {
            let start = range.start.max(at);
            if range.end <= start {
                continue;
            }
            out.push_str(text.get(at..start).unwrap_or(""));
            for (index, c) in text.get(start..range.end).unwrap_or("").char_indices() {
                out.push(if start + index < range.start + keep { c } else { mask(c) });
            }
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or(""));
        Cow::Owned(out)
    }

    /// Whether no value is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Whether a known value stands in the text.
    pub fn knows(&self, text: &str) -> bool {
        self.known.iter().any(|known| text.contains(known.as_str()))
    }

    /// Hides the known values, and nothing else, in a text that comes in pieces.
    pub fn masker(&self) -> Masker {
        Masker::new(self.known.clone())
    }

    /// Masks every string of a JSON value.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.text(text) {
                    *text = masked;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.value(field)),
            _ => {}
        }
    }
}

/// Whether a text may hold something that [`Redact`] has masked.
pub fn looks_masked(text: &str) -> bool {
    text.contains("xxxxxx") || text.contains("XXXXXX")
}

/// Whether `masked` is what [`Redact`] makes of `text`, whatever it was told to hide: each character is the same or its mask,
/// and masks stand only where so much is masked that it may have been hidden.
pub fn masks(masked: &str, text: &str) -> bool {
    let (mut length, mut differs) = (0, false);
    let ends = |length: &mut usize, differs: &mut bool| {
        let fits = !*differs || *length >= LEAST;
        (*length, *differs) = (0, false);
        fits
    };
    let fits = masked.chars().zip(text.chars()).all(|(masked, c)| {
        if masked == mask(c) {
            length += usize::from(!c.is_whitespace());
            differs |= masked != c;
            return true;
        }
        masked == c && ends(&mut length, &mut differs)
    });
    fits && ends(&mut length, &mut differs) && masked.chars().count() == text.chars().count()
}

fn mask(c: char) -> char {
    match c {
        'a'..='z' => 'x',
        'A'..='Z' | '0'..='9' => 'X',
        c if c.is_alphanumeric() => 'x',
        c => c,
    }
}

/// Ranges that look like credentials, each with the number of bytes at its start that may stay.
fn shapes(text: &str, hidden: &mut Vec<(Range<usize>, usize)>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let fresh = at == 0 || !is_token(bytes[at - 1]);
        let rest = &bytes[at..];
        if fresh && let Some((prefix, least)) = PREFIXES.iter().find(|(prefix, _)| rest.starts_with(prefix.as_bytes()))
        {
            let length = rest.iter().take_while(|byte| is_token(**byte) || **byte == b'.').count();
            let body = &rest[prefix.len()..length.max(prefix.len())];
            // Words joined by dashes (`sk-learn-example-project`) are no key.
            if body.len() >= *least && (body.iter().any(u8::is_ascii_digit) || body.iter().all(u8::is_ascii_alphabetic))
            {
                hidden.push((at..at + length, prefix.len()));
            }
            at += length.max(1);
        } else if fresh && let Some(scheme) = SCHEMES.iter().find(|scheme| starts(rest, scheme)) {
            let from = at + scheme.len();
            let length = bytes[from..].iter().take_while(|byte| is_token(**byte) || b"./+=~".contains(byte)).count();
            if length >= 16 && bytes[from..from + length].iter().any(u8::is_ascii_digit) {
                hidden.push((from..from + length, 0));
            }
            at = from + length;
        } else if rest.starts_with(b"-----BEGIN ") {
            at += private_key(text, at, hidden);
        } else if rest.starts_with(b"://") {
            at += 3 + password(&bytes[at + 3..])
                .inspect(|range| hidden.push((at + 3 + range.start..at + 3 + range.end, 0)))
                .map_or(0, |range| range.end);
        } else {
            at += 1;
        }
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn starts(rest: &[u8], word: &str) -> bool {
    rest.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word.as_bytes()))
}

/// The password of `user:password@` at the start of `rest`, unless it is a variable or a placeholder.
fn password(rest: &[u8]) -> Option<Range<usize>> {
    let end = rest.iter().take(300).position(|byte| byte.is_ascii_whitespace() || b"/@\"'`".contains(byte))?;
    let colon = rest[..end].iter().position(|byte| *byte == b':')?;
    let secret = colon + 1..end;
    // Characters are counted, as whoever knows the mask again counts them.
    let characters = rest[secret.clone()].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    let written = rest[end] == b'@' && characters >= LEAST && !b"$<{%*[".contains(&rest[secret.start]);
    written.then_some(secret)
}

/// Hides the lines of a private key that begins at `at`; the bytes that were looked at.
fn private_key(text: &str, at: usize, hidden: &mut Vec<(Range<usize>, usize)>) -> usize {
    let rest = text.get(at..).unwrap_or("");
    let Some(first) = rest.find("PRIVATE KEY-----").filter(|first| *first < 60) else { return 1 };
    let body = first + "PRIVATE KEY-----".len();
    let end = rest.get(body..).and_then(|after| after.find("-----END ")).map_or(rest.len(), |end| body + end);
    hidden.push((at + body..at + end, 0));
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_may_have_been_hidden_is_taken_for_masked() {
        for (masked, text) in [("use xxxxxx now", "use secret now"), ("XXxx-x X", "ABcd-e 1"), ("as it is", "as it is")]
        {
            assert!(masks(masked, text), "{masked}");
        }
        for (masked, text) in
            [("say xxxxx", "say hello"), ("x ab", "y ab"), ("xxxxxx", "secrets"), ("xxxxxx", "SECRET"), ("a b", "a c")]
        {
            assert!(!masks(masked, text), "{masked}");
        }
    }

    #[test]
    fn the_length_of_a_password_is_that_of_its_characters() {
        for (text, hides) in [("://a:ééé@", false), ("://a:éééééé@", true), ("://a:abcdef@", true)] {
            let masked = Redact::new([]).text(text).into_owned();
            assert!(masks(&masked, text) && (masked != text) == hides, "{masked}");
        }
    }

    proptest! {
        #[test]
        fn what_is_masked_is_known_again_whoever_masked_it(text in "(ghp_|://a:|@|[a-zA-Z0-9]{1,20}|é|-----BEGIN |PRIVATE KEY-----|\n| ){0,12}", known in "[a-zA-Z0-9-]{6,12}") {
            let text = format!("{text} {known} {text}");
            let masked = Redact::new([known]).text(&text).into_owned();
            prop_assert!(masks(&masked, &text), "{} {}", masked, text);
        }
    }
}
