//! Keeps a model's reasoning out of its answer, where servers leave it in the text between tags.
//!
//! A tag counts at the start of a line and outside a fenced block only: a reply may speak about `<think>`.

const TAGS: [&str; 4] = ["think", "thinking", "thought", "reasoning"];

/// Takes text piece by piece and lets the answer through.
#[derive(Debug, Default)]
pub(super) struct Thinking {
    /// The answer so far.
    text: String,
    held: String,
    inside: Option<&'static str>,
    middle_of_line: bool,
    fence: Option<(char, usize)>,
    thought: bool,
}

impl Thinking {
    /// The answer so far.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether any reasoning was left out.
    pub(super) fn thought(&self) -> bool {
        self.thought
    }

    /// The part of the answer that is certain with `piece`.
    pub(super) fn feed(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let mut out = String::new();
        while self.step(&mut out, false) {}
        self.keep(out)
    }

    /// What was held back, at the end of the reply.
    pub(super) fn end(&mut self) -> String {
        let mut out = String::new();
        while self.step(&mut out, true) {}
        self.keep(out)
    }

    fn keep(&mut self, mut out: String) -> String {
        if self.thought && self.text.is_empty() {
            out = out.trim_start().to_owned();
        }
        self.text.push_str(&out);
        out
    }

    /// One move over what is held; false when nothing more can be said of it.
    fn step(&mut self, out: &mut String, last: bool) -> bool {
        if self.held.is_empty() {
            return false;
        }
        if let Some(tag) = self.inside {
            return self.skip_to_close(tag, last);
        }
        if self.middle_of_line {
            let end = self.held.find('\n').map(|at| at + 1);
            self.middle_of_line = end.is_none();
            let end = end.unwrap_or(self.held.len());
            out.extend(self.held.drain(..end));
            return true;
        }
        match line_start(&self.held, self.fence, last) {
            Start::Unsure => return false,
            Start::Open(tag, end) => {
                self.held.drain(..end);
                self.inside = Some(tag);
                self.thought = true;
            }
            // No opening tag was seen: some servers put it into the prompt. All before it was reasoning.
            Start::Close(end) => {
                self.held.drain(..end);
                out.clear();
                self.text.clear();
                self.thought = true;
            }
            Start::Fence(fence) => {
                self.fence = fence;
                self.middle_of_line = true;
            }
            Start::Text => self.middle_of_line = true,
        }
        true
    }

    fn skip_to_close(&mut self, tag: &str, last: bool) -> bool {
        let close = format!("</{tag}>");
        if let Some(at) = self.held.find(&close) {
            self.held.drain(..at + close.len());
            self.inside = None;
            return true;
        }
        let mut from = if last { self.held.len() } else { self.held.len().saturating_sub(close.len()) };
        while !self.held.is_char_boundary(from) {
            from += 1;
        }
        self.held.drain(..from);
        false
    }
}

enum Start {
    Unsure,
    Open(&'static str, usize),
    Close(usize),
    Fence(Option<(char, usize)>),
    Text,
}

fn line_start(held: &str, fence: Option<(char, usize)>, last: bool) -> Start {
    let indent = held.len() - held.trim_start_matches([' ', '\t']).len();
    let rest = held.get(indent..).unwrap_or_default();
    let Some(first) = rest.chars().next() else { return if last { Start::Text } else { Start::Unsure } };
    if matches!(first, '`' | '~') {
        let run = rest.chars().take_while(|&c| c == first).count();
        let after = rest.get(run..).unwrap_or_default();
        if after.is_empty() && !last {
            return Start::Unsure;
        }
        return match fence {
            None if run >= 3 => Start::Fence(Some((first, run))),
            Some((mark, long)) if mark == first && run >= long && after.starts_with(['\n', '\r', ' ']) => {
                Start::Fence(None)
            }
            _ => Start::Text,
        };
    }
    if fence.is_some() || first != '<' {
        return Start::Text;
    }
    for tag in TAGS {
        let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
        if rest.starts_with(&open) {
            return Start::Open(tag, indent + open.len());
        }
        if rest.strip_prefix(&close).is_some_and(|after| after.starts_with(['\n', '\r'])) {
            return Start::Close(indent + close.len());
        }
        if !last && (open.starts_with(rest) || close.starts_with(rest)) {
            return Start::Unsure;
        }
    }
    Start::Text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn answer(text: &str, cut: usize) -> String {
        let mut thinking = Thinking::default();
        let chars: Vec<char> = text.chars().collect();
        let mut shown = String::new();
        for piece in chars.chunks(cut) {
            shown.push_str(&thinking.feed(&piece.iter().collect::<String>()));
        }
        shown.push_str(&thinking.end());
        thinking.text().to_owned()
    }

    #[test]
    fn reasoning_is_left_out_however_it_is_split() {
        let cases = [
            ("<think>\nimage: x\n</think>\n\nHello\n", "Hello\n"),
            ("  <thinking>a</thinking>Hello", "Hello"),
            ("Hello\n<think>again</think>\nworld", "Hello\n\nworld"),
            ("a <think> in a line stays</think>", "a <think> in a line stays</think>"),
            ("```html\n<think>\n```\n<think>x</think>", "```html\n<think>\n```\n"),
            ("````\n```\n<think>\n````\n", "````\n```\n<think>\n````\n"),
            ("I reason\n</think>\nHello", "Hello"),
            ("<think>never closed", ""),
            ("<thinker>stays</thinker>", "<thinker>stays</thinker>"),
            ("<th", "<th"),
        ];
        for (text, expected) in cases {
            for cut in [1, 2, 3, 5, 100] {
                assert_eq!(answer(text, cut), expected, "{text:?} in pieces of {cut}");
            }
        }
    }

    proptest! {
        #[test]
        fn text_without_tags_passes_whole(text in "[a-z<>/`~ \n]{0,60}", cut in 1usize..9) {
            prop_assume!(!TAGS.iter().any(|tag| text.contains(tag)));
            prop_assert_eq!(answer(&text, cut), text);
        }
    }
}
