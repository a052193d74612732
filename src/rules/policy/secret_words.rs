//! The words of a command line, and what stands in their quotes.

/// A word of a line.
pub(super) struct Token<'t> {
    /// It, with its quotes.
    pub(super) text: &'t str,
    /// Where it begins in the line.
    pub(super) start: usize,
    /// The number of the command in its line.
    pub(super) command: usize,
}

/// A value without its quotes and without the line break of a format behind it, and how many bytes stand before it.
pub(super) fn unquoted(text: &str) -> (&str, usize) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            let whole = without_breaks(inner);
            return (without_breaks(whole.strip_suffix(quote).unwrap_or(whole)), 1);
        }
    }
    (without_breaks(text), 0)
}

fn without_breaks(text: &str) -> &str {
    let mut text = text;
    while let Some(shorter) = ["\\n", "\\r", "\\t"].into_iter().find_map(|escape| text.strip_suffix(escape)) {
        text = shorter;
    }
    text
}

/// The words of a line; quotes keep blanks together.
pub(super) fn tokenize(line: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut escaped = false;
    let mut command = 0;
    for (at, c) in line.char_indices() {
        // Most characters are part of a word and nothing else.
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '$' | '=') {
            start.get_or_insert(at);
            escaped = false;
            continue;
        }
        // A backslash before a line break is nothing to the shell.
        let goes_on = || c == '\\' && !escaped && line.get(at + 1..).is_some_and(|rest| rest.starts_with(['\n', '\r']));
        let ends = quote.is_none() && (c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | ')') || goes_on());
        if ends {
            if let Some(begin) = start.take() {
                tokens.push(Token { text: line.get(begin..at).unwrap_or(""), start: begin, command });
            }
            command += usize::from(matches!(c, ';' | '|' | '&'));
        } else {
            start.get_or_insert(at);
        }
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"') | None, '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    if let Some(begin) = start {
        tokens.push(Token { text: line.get(begin..).unwrap_or(""), start: begin, command });
    }
    tokens
}
