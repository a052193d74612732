//! Code blocks of a Markdown text: their content, what they are called, and whether they are closed.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// One code block.
#[derive(Debug)]
pub(super) struct Block {
    /// The first word after the fence, in lower case; `None` for none and for indented code.
    pub language: Option<String>,
    /// The whole word or words after the fence.
    pub info: String,
    /// The content; lines end in `\n`.
    pub content: String,
    /// Where it stands, fences included.
    pub range: Range<usize>,
    /// Whether the closing fence is there; true for indented code.
    pub closed: bool,
    /// Whether it has fences, and is not only indented.
    pub fenced: bool,
    /// The line of text that stands before it with nothing but blanks between.
    pub before: String,
}

/// All code blocks of a text, in order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let mut before = String::new();
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let fenced = matches!(kind, CodeBlockKind::Fenced(_));
                let (info, closed) = match &kind {
                    CodeBlockKind::Fenced(info) => (info.to_string(), closed(text, &range)),
                    CodeBlockKind::Indented => (String::new(), true),
                };
                let word = info.split([' ', '\t', ',', '{', ':', '=']).next().unwrap_or("").to_lowercase();
                let language = (!word.is_empty()).then_some(word);
                open = Some(Block {
                    language,
                    info,
                    content: String::new(),
                    range,
                    closed,
                    fenced,
                    before: std::mem::take(&mut before),
                });
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            Event::Text(piece) => match &mut open {
                Some(block) => push(&mut block.content, &piece),
                None => before.push_str(&piece),
            },
            Event::Code(piece) => before.push_str(&piece),
            Event::SoftBreak | Event::HardBreak | Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::Item) => {
                before.clear();
            }
            _ => {}
        }
    }
    found
}

/// Line ends within a block are the reply's and mean nothing: a lone `\r` goes, so does that of `\r\n`.
fn push(content: &mut String, piece: &str) {
    if piece.contains('\r') {
        content.push_str(&piece.replace("\r\n", "\n").replace('\r', "\n"));
    } else {
        content.push_str(piece);
    }
}

/// Whether the last line of a fenced block is a closing fence that fits the opening one.
fn closed(text: &str, range: &Range<usize>) -> bool {
    let block = text.get(range.clone()).unwrap_or("");
    let mark = |line: &str| {
        let line = line.trim_matches(|c: char| c.is_whitespace() || c == '>');
        let c = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let count = line.chars().take_while(|x| *x == c).count();
        (count >= 3).then_some((c, count, line.chars().count() == count))
    };
    let mut lines = block.trim_end().lines();
    let (Some(first), Some(last)) = (lines.next().and_then(mark), lines.next_back().and_then(mark)) else {
        return false;
    };
    last.2 && last.0 == first.0 && last.1 >= first.1
}
