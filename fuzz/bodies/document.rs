//! Reading a document: every node, key, comment and problem stands inside the text, and the text is kept.

use pipewright::yaml::{Document, Span};

/// Holds for any text.
pub(super) fn holds(text: &str) {
    let document = Document::read(text);
    assert_eq!(document.text(), text);
    let inside = |span: Span| {
        assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "{span:?} is outside the text");
        document.position(span.start);
        document.position(span.end);
    };
    for problem in document.problems() {
        inside(problem.span);
    }
    for comment in document.comments() {
        inside(comment.span);
    }
    for (span, target) in document.aliases() {
        inside(span);
        inside(target.span());
    }
    for node in document.nodes() {
        inside(node.span());
        let length = node.text().map_or(0, str::len);
        inside(node.source_span(Span::new(0, length)));
        for entry in node.entries() {
            inside(entry.key.span());
        }
    }
}
