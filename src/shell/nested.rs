//! Commands that stand in the text of another one, for the same machine: `bash -c '…'`, `bash <<X`, `eval "…"`.

use tree_sitter::Node;

use crate::yaml::Span;

/// How many texts in texts of one script are read, and how deep they stand.
pub(super) const MOST_NESTED: usize = 50;
pub(super) const DEEPEST: usize = 4;

const SHELLS: [&str; 5] = ["sh", "bash", "dash", "zsh", "ksh"];

/// The text of a command in which other commands stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Nested {
    /// Where, in the text around.
    pub(super) span: Span,
    /// The shell of its own that runs it; `None` where the one around does.
    pub(super) own: Option<OwnShell>,
}

/// What a shell is started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OwnShell {
    pub(super) errexit: bool,
    pub(super) pipefail: bool,
}

/// The commands that a command is given as a text, in which nothing stands for something else; `documents` are its redirects.
pub(super) fn nested(command: Node<'_>, documents: &[Node<'_>], text: &str) -> Option<Nested> {
    let of = |node: Node<'_>| text.get(node.byte_range()).unwrap_or("");
    let mut cursor = command.walk();
    let mut words = command.named_children(&mut cursor).skip_while(|child| child.kind() == "variable_assignment");
    let name = of(words.next().filter(|child| child.kind() == "command_name")?);
    let mut rest = words.peekable();
    if name == "eval" {
        let only = rest.next().filter(|_| rest.peek().is_none())?;
        return Some(Nested { span: inside(only, of(only))?, own: None });
    }
    if !SHELLS.contains(&name.rsplit('/').next()?) {
        return None;
    }
    let mut own = OwnShell { errexit: false, pipefail: false };
    let (mut reads_word, mut reads_input) = (false, false);
    while let Some(word) = rest.next() {
        let written = of(word);
        let Some(letters) = written.strip_prefix('-').filter(|letters| !letters.starts_with('-')) else {
            if reads_word {
                return Some(Nested { span: inside(word, written)?, own: Some(own) });
            }
            // A long option has no text; what is none is a script.
            if written.starts_with("--") || reads_input {
                continue;
            }
            return None;
        };
        own.errexit |= letters.contains('e');
        if letters.contains('o') {
            match rest.next().map(of) {
                Some("pipefail") => own.pipefail = true,
                Some("errexit") => own.errexit = true,
                _ => {}
            }
        }
        reads_word |= letters.contains('c');
        reads_input |= letters.contains('s') || letters.is_empty();
    }
    if reads_word {
        return None;
    }
    let document = documents.iter().find(|node| node.kind() == "heredoc_redirect")?;
    let mut cursor = document.walk();
    let parts: Vec<Node<'_>> = document.named_children(&mut cursor).collect();
    let body = parts.iter().find(|part| part.kind() == "heredoc_body")?;
    let is_kept = parts.iter().any(|part| part.kind() == "heredoc_start" && of(*part).starts_with(['\'', '"', '\\']));
    (is_kept || is_plain(of(*body)))
        .then(|| Nested { span: Span::new(body.start_byte(), body.end_byte()), own: Some(own) })
}

/// Where the text stands that is between quotes.
fn inside(word: Node<'_>, written: &str) -> Option<Span> {
    let is_read = match word.kind() {
        "raw_string" => true,
        "string" => is_plain(written),
        _ => false,
    };
    (is_read && written.len() >= 2).then(|| Span::new(word.start_byte() + 1, word.end_byte() - 1))
}

/// Whether the shell around leaves a text as it is, but for variables.
fn is_plain(text: &str) -> bool {
    !text.contains(['\\', '`']) && !text.contains("$(")
}
