//! Links: from a rule's id to its page, and from a place to the file.
//!
//! On a terminal they are escape sequences (OSC 8). A URL in one has printable ASCII alone, so that nothing from outside
//! can end the sequence.

use std::path::{Path, PathBuf};

use super::sarif::encoded;

/// What a report links to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// The URL of a rule's page with `{rule}` where the id stands.
    pub pages: Option<String>,
    /// Whether the screen shows links.
    pub screen: bool,
    /// The folder from which the files' paths start, where the screen's machine has these files.
    pub folder: Option<PathBuf>,
}

impl Links {
    /// The URL of a rule's page.
    pub(super) fn page(&self, rule: &str) -> Option<String> {
        Some(self.pages.as_ref()?.replace("{rule}", rule)).filter(|url| is_plain(url))
    }

    /// A rule's id as the screen shows it.
    pub(super) fn rule(&self, rule: &str) -> String {
        match self.page(rule).filter(|_| self.screen) {
            Some(url) => linked(rule, &url),
            None => rule.to_owned(),
        }
    }

    /// A place in a file, harmless already, as the screen shows it.
    pub(super) fn place(&self, path: &str, shown: String) -> String {
        // `<stdin>` is no file.
        let folder = self.folder.as_ref().filter(|_| self.screen && !path.starts_with('<'));
        let url = folder.and_then(|folder| file_url(&folder.join(path)));
        url.map_or_else(|| shown.clone(), |url| linked(&shown, &url))
    }
}

/// Whether a text can stand for the pages of rules: a URL with `{rule}` in it.
pub fn is_page_url(text: &str) -> bool {
    let known = ["https://", "http://", "file://"].iter().any(|scheme| text.starts_with(scheme));
    known && is_plain(text) && text.contains("{rule}")
}

fn is_plain(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii_graphic())
}

fn file_url(path: &Path) -> Option<String> {
    let path = path.to_str().filter(|_| path.is_absolute())?;
    let path = if cfg!(windows) { format!("/{}", path.replace('\\', "/")) } else { path.to_owned() };
    Some(format!("file://{}", encoded(&path)))
}

fn linked(shown: &str, url: &str) -> String {
    format!("\u{1b}]8;;{url}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        let pages = Some("https://docs.example/rules/{rule}.md".to_owned());
        Links { pages, screen: true, folder: Some(PathBuf::from(if cfg!(windows) { "C:\\w" } else { "/w" })) }
    }

    #[test]
    fn ids_and_places_are_linked_on_a_screen_alone() {
        let links = links();
        let linked = "\u{1b}]8;;https://docs.example/rules/build-once.md\u{1b}\\build-once\u{1b}]8;;\u{1b}\\";
        assert_eq!(links.rule("build-once"), linked);
        let plain = Links { screen: false, ..links };
        assert_eq!(
            (plain.rule("build-once"), plain.place("a.yml", "a.yml:1:1".to_owned())),
            ("build-once".into(), "a.yml:1:1".into())
        );
        assert_eq!(Links::default().page("build-once"), None);
    }

    #[test]
    fn a_path_can_not_end_the_sequence() {
        let place = links().place("a\u{1b}\\b\u{7}ü \u{9c};c.yml", "shown".to_owned());
        let url = place.strip_prefix("\u{1b}]8;;").and_then(|rest| rest.split_once("\u{1b}\\shown")).unwrap().0;
        assert!(url.ends_with("/a%1B%5Cb%07%C3%BC%20%C2%9C%3Bc.yml") || cfg!(windows), "{url}");
        assert!(url.starts_with("file:///") && is_plain(url), "{url}");
        assert_eq!(links().place("<stdin>", "<stdin>:1:1".to_owned()), "<stdin>:1:1");
    }

    #[test]
    fn pages_are_urls_with_a_place_for_the_rule() {
        assert!(is_page_url("https://docs.example/{rule}.html") && is_page_url("file:///docs/rules/{rule}.md"));
        for text in
            ["https://docs.example/", "javascript:{rule}", "docs/{rule}", "https://a/\u{1b}{rule}", "https://a/ {rule}"]
        {
            assert!(!is_page_url(text), "{text}");
        }
    }
}
