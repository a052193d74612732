//! Typed values out of nodes; what does not fit becomes a finding at its place.

use crate::finding::{Draft, Finding, Findings, Layer, RuleMeta, Severity};
use crate::yaml::{Document, Entry, Node, Span};

/// The one rule of settings files.
pub static META: RuleMeta = RuleMeta {
    id: "known-settings",
    layer: Layer::Schema,
    severity: Severity::Error,
    summary: "a settings file says something that pipewright does not know",
    page: include_str!("../../docs/configuration.md"),
};

/// Collects what is wrong with a settings file.
pub(super) struct Reader<'a> {
    out: Findings<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(out: &'a mut Vec<Finding>) -> Self {
        Self { out: Findings::new(&META, out) }
    }

    /// The problems of the text itself.
    pub(super) fn problems(&mut self, document: &Document) {
        for problem in document.problems() {
            let draft = self.wrong(problem.span, problem.message.clone());
            let draft = match &problem.help {
                Some(help) => draft.help(help.clone()),
                None => draft,
            };
            if let Some((span, message)) = &problem.related {
                draft.related(*span, message.clone());
            }
        }
    }

    pub(super) fn wrong(&mut self, span: Span, message: impl Into<String>) -> Draft<'_> {
        self.out.violated(span, message)
    }

    pub(super) fn doubtful(&mut self, span: Span, message: impl Into<String>) -> Draft<'_> {
        self.wrong(span, message).severity(Severity::Warning)
    }

    /// The entries of a map; an empty node has none, anything else is a finding.
    pub(super) fn entries<'d>(&mut self, node: Node<'d>, what: &str) -> Vec<Entry<'d>> {
        if !node.is_mapping() && !node.is_null() {
            self.wrong(node.place(), format!("{what} is {}, not a map", node.kind().words()));
        }
        node.entries().collect()
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, node: Node<'_>, what: &str) -> Option<String> {
        match node.string() {
            Some(text) if !text.trim().is_empty() => Some(text.to_owned()),
            Some(_) => {
                self.wrong(node.place(), format!("{what} is empty"));
                None
            }
            None => {
                let message = format!("{what} is {}, not a string", node.kind().words());
                let draft = self.wrong(node.place(), message);
                if !node.is_null() && node.text().is_some() {
                    draft.help("put it in quotes");
                }
                None
            }
        }
    }

    /// A whole number above 0.
    pub(super) fn count(&mut self, node: Node<'_>, what: &str, unit: &str) -> Option<u64> {
        let number = node.integer().and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0);
        if number.is_none() {
            self.wrong(node.place(), format!("{what} is not a number of {unit} above 0"));
        }
        number
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, node: Node<'_>, what: &str) -> Option<Vec<String>> {
        if !node.is_sequence() {
            self.wrong(node.place(), format!("{what} is {}, not a list", node.kind().words()));
            return None;
        }
        node.items().map(|item| self.text(item, &format!("an item of {what}"))).collect()
    }

    /// One word of a list.
    pub(super) fn word<'w>(&mut self, node: Node<'_>, what: &str, words: &[&'w str]) -> Option<&'w str> {
        let found = node.text().and_then(|text| words.iter().find(|word| **word == text));
        if found.is_none() {
            let is = node.text().filter(|text| !text.is_empty()).map_or(node.kind().words().to_owned(), quoted);
            let meant = node.text().and_then(|text| meant(text, words));
            let draft = self.wrong(node.place(), format!("{what} is {is}, not one of {}", list(words)));
            if let Some(meant) = meant {
                draft.help(format!("did you mean `{meant}`?"));
            }
        }
        found.copied()
    }

    /// An unknown key, with the nearest known one.
    pub(super) fn unknown(&mut self, key: Node<'_>, what: &str, known: &[&str]) {
        let name = key.text().unwrap_or("");
        let near = nearest(name, known.iter().copied());
        let draft = self.wrong(key.place(), format!("unknown {what} `{name}`"));
        match near {
            Some(near) => draft.help(format!("did you mean `{near}`?")),
            None if what == "rule" && known.len() > 12 => draft.help("`pipewright rules` lists them"),
            None => draft.help(format!("known are {}", list(known))),
        };
    }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn list(words: &[&str]) -> String {
    match words {
        [] => "none".to_owned(),
        [one] => quoted(one),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| quoted(word)).collect();
            format!("{} and `{last}`", most.join(", "))
        }
    }
}

/// The word of a list that is meant: misspelt, cut short, or another word for "not at all".
fn meant<'w>(text: &str, words: &[&'w str]) -> Option<&'w str> {
    let text = text.to_lowercase();
    let begun = || words.iter().copied().find(|word| text.len() > 2 && word.starts_with(text.as_str()));
    let nothing = ["off", "none", "false", "no", "never", "disabled"].contains(&text.as_str());
    let switched_off = || words.iter().copied().find(|word| nothing && matches!(*word, "off" | "none"));
    nearest(&text, words.iter().copied()).or_else(begun).or_else(switched_off)
}

/// The candidate that a misspelt word most likely means; none where all are far from it.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let word = word.to_lowercase().replace('_', "-");
    let bound = (word.chars().count() / 3).max(1);
    let near = candidates.into_iter().map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate));
    near.filter(|(distance, _)| *distance <= bound).min().map(|(_, candidate)| candidate)
}
