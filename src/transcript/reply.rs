//! A reply's Markdown on a page. A reply is untrusted: its markup is shown as text, and nothing is fetched.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::code::{escaped, yaml_line};
use crate::report::visible;

/// Beginnings of addresses that a link may lead to.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// Markdown as HTML.
pub(super) fn reply(text: &str) -> String {
    let harmless: String = text.split_inclusive('\n').map(line).collect();
    let events = Parser::new_ext(&harmless, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH);
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, Safe { events, code: None });
    out
}

/// A line with what would turn or hide text made visible; its line break and tabs stay.
fn line(line: &str) -> String {
    let end = line.trim_end_matches(['\n', '\r']);
    let tabs: Vec<_> = end.split('\t').map(visible).collect();
    format!("{}{}", tabs.join("\t"), if line.ends_with('\n') { "\n" } else { "" })
}

/// Markdown's events without what a page must not take from a reply.
struct Safe<'t, I: Iterator<Item = Event<'t>>> {
    events: I,
    /// The code block that is being read: whether it is YAML, and its text so far.
    code: Option<(bool, String)>,
}

impl<'t, I: Iterator<Item = Event<'t>>> Iterator for Safe<'t, I> {
    type Item = Event<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let event = self.events.next()?;
            match (&mut self.code, event) {
                (_, Event::Start(Tag::CodeBlock(kind))) => self.code = Some((is_yaml(&kind), String::new())),
                (Some((_, text)), Event::Text(more)) => text.push_str(&more),
                (Some(_), Event::End(TagEnd::CodeBlock)) => {
                    let (yaml, text) = self.code.take().unwrap_or_default();
                    return Some(Event::Html(block(yaml, &text).into()));
                }
                (Some(_), _) => {}
                (None, event) => return Some(harmless(event)),
            }
        }
    }
}

fn is_yaml(kind: &CodeBlockKind<'_>) -> bool {
    let CodeBlockKind::Fenced(info) = kind else { return false };
    info.split([' ', ',', '{']).next().is_some_and(|word| matches!(word.to_lowercase().as_str(), "yaml" | "yml"))
}

fn block(yaml: bool, text: &str) -> String {
    let line = |line: &str| if yaml { yaml_line(line) } else { escaped(line) };
    let lines: Vec<String> = text.lines().map(line).collect();
    format!("<pre class=code><code>{}</code></pre>\n", lines.join("\n"))
}

fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        // Markup of the reply is text; an entity may have brought what is not to be seen.
        Event::Html(text) | Event::InlineHtml(text) | Event::Text(text) => Event::Text(line(&text).into()),
        Event::Code(text) => Event::Code(line(&text).into()),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        // The page has headings of its own above those of a reply.
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: lower(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        // A picture would be fetched from somewhere; its words stay.
        Event::Start(Tag::Image { .. }) => Event::Start(Tag::Emphasis),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Emphasis),
        Event::Start(Tag::Link { link_type, dest_url, .. }) => {
            let known = SCHEMES.iter().any(|scheme| dest_url.to_lowercase().starts_with(scheme));
            let dest_url = if known { dest_url } else { CowStr::Borrowed("#") };
            Event::Start(Tag::Link { link_type, dest_url, title: CowStr::Borrowed(""), id: CowStr::Borrowed("") })
        }
        other => other,
    }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H4,
        HeadingLevel::H3 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_html() {
        let html = reply("# Plan\n\nUse `main`, **never** develop:\n\n- one\n\n```yaml\nimage: node:22 # why\n```\n");
        assert_eq!(
            html,
            "<h4>Plan</h4>\n<p>Use <code>main</code>, <strong>never</strong> develop:</p>\n<ul>\n<li>one</li>\n</ul>\n\
             <pre class=code><code><i class=k>image</i>: node:22 <i class=c># why</i></code></pre>\n"
        );
    }

    #[test]
    fn what_a_reply_says_is_never_markup_and_nothing_is_fetched() {
        let html = reply(
            "<script>alert(1)</script>\n\ntext <b onclick=x>b</b> ![spy](https://evil.example/x.png \"t\")\n\n\
             [a](javascript:alert(1)) [b](https://example.com) [c](JAVASCRIPT:x) <https://example.com/\">\n\n\
             ```html\n<img src=x>\n```\n\n| a | b |\n| - | - |\n| <i>x</i> | y |\n",
        );
        for tag in ["<script", "<b ", "<img", "javascript:", "JAVASCRIPT:", "evil.example", "onclick=x>b</b>", "<i>x"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
        assert!(html.contains("href=\"https://example.com\""), "{html}");
        assert!(html.contains("&lt;img src=x&gt;"), "{html}");
        assert_eq!(reply("a\u{1b}[31mb\u{202e}c"), "<p>a␛[31mb\u{fffd}c</p>\n");
    }
}
