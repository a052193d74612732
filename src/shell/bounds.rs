//! Where quotes, brackets and words end.

use smallvec::SmallVec;

use super::escapes::{closing_backquote, closing_escapes};

/// The offset of the quote that ends a double-quoted string which begins before `from`.
pub(super) fn closing_quote(raw: &str, from: usize) -> usize {
    let bytes = raw.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at,
            b'$' if bytes.get(at + 1) == Some(&b'(') => at = balanced(raw, at + 1, '(', ')'),
            b'$' if bytes.get(at + 1) == Some(&b'{') => at = balanced(raw, at + 1, '{', '}'),
            _ => at += 1,
        }
    }
    raw.len()
}

/// The offset after the bracket that closes the one at `open`; the end of the text if none does.
pub(super) fn balanced(raw: &str, open: usize, opening: char, closing: char) -> usize {
    let bytes = raw.as_bytes();
    let (opening, closing) = (opening as u8, closing as u8);
    // Of each bracket that is open, how many `case` are: the patterns in one end in brackets that nothing opens.
    let mut levels: SmallVec<[usize; 4]> = SmallVec::new();
    let mut documents: SmallVec<[&str; 1]> = SmallVec::new();
    let mut with_documents = opening == b'(';
    let mut at = open;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            // A here-document may have any signs in it.
            b'<' if with_documents && bytes.get(at + 1) == Some(&b'<') => {
                documents.extend(document_end(raw, at));
                at += 1;
            }
            b'\n' if !documents.is_empty() => {
                for word in &documents {
                    match behind_document(raw, at + 1, word) {
                        Some(end) => at = end - 1,
                        // One that never ends is none, and to look for each would take long.
                        None => {
                            with_documents = false;
                            break;
                        }
                    }
                }
                documents.clear();
            }
            b'\'' if opening == b'(' => {
                at = raw.get(at + 1..).and_then(|rest| rest.find('\'')).map_or(raw.len(), |end| at + 1 + end);
            }
            b'"' => at = inner_quote_end(bytes, at + 1),
            // A comment may have a quote in it.
            b'#' if opening == b'(' && at.checked_sub(1).is_some_and(|at| b" \t\n;(".contains(&bytes[at])) => {
                at = raw.get(at..).and_then(|rest| rest.find('\n')).map_or(raw.len(), |end| at + end);
            }
            byte if byte == opening => levels.push(0),
            byte if byte == closing => {
                if levels.last().is_some_and(|cases| *cases == 0) {
                    levels.pop();
                }
                if levels.is_empty() {
                    return at + 1;
                }
            }
            b'c' | b'e' if opening == b'(' => {
                if let (Some(cases), Some(begins)) = (levels.last_mut(), case_word(bytes, at)) {
                    *cases = if begins { *cases + 1 } else { cases.saturating_sub(1) };
                }
            }
            _ => {}
        }
        at += 1;
    }
    raw.len()
}

/// Whether the `$(` at a place begins arithmetic, and neither commands nor a subshell among them: `$((a; b) | c)`.
pub(super) fn begins_arithmetic(raw: &str, at: usize) -> bool {
    let rest = raw.get(at..).unwrap_or("");
    rest.starts_with("$((") && {
        let inner = balanced(raw, at + 2, '(', ')');
        inner == raw.len() || raw.get(inner..).is_some_and(|rest| rest.starts_with(')'))
    }
}

/// The word that ends the here-document whose `<<` stands at a place.
fn document_end(raw: &str, at: usize) -> Option<&str> {
    let rest = raw.get(at + 2..)?;
    let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches([' ', '\t']);
    let word = rest.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '>' | '<' | '&' | ')')).next()?;
    let word = word.trim_matches(['"', '\'', '\\']);
    word.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(word)
}

/// The end of the line that ends a here-document which begins at a place; `None` where none does.
fn behind_document(raw: &str, from: usize, word: &str) -> Option<usize> {
    let mut at = from;
    for line in raw.get(from..)?.split_inclusive('\n') {
        at += line.len();
        if line.trim() == word {
            return Some(at - usize::from(line.ends_with('\n')));
        }
    }
    None
}

/// Whether a `case` begins at a place, or ends there; `None` where neither does.
fn case_word(bytes: &[u8], at: usize) -> Option<bool> {
    let word = bytes.get(at..at + 4).filter(|word| matches!(*word, b"case" | b"esac"))?;
    let before = bytes.get(..at)?.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(b'\n', |at| bytes[at]);
    let ends = !bytes.get(at + 4).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-./=".contains(byte));
    (ends && b"\n;&|(){".contains(&before)).then_some(word == b"case")
}

/// Where a double quote inside brackets ends; nested substitutions in it are passed over by counting parentheses.
fn inner_quote_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'(' if bytes.get(at.wrapping_sub(1)) == Some(&b'$') => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'"' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Where the word that begins at `from` ends: at the first blank or operator outside quotes and brackets.
///
/// The grammar splits words such as `$A/$B/c` in odd places, so words are measured here.
pub(super) fn word_end(raw: &str, from: usize) -> usize {
    let bytes = raw.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b'<' | b'>' | b'(' | b')' => return at,
            _ => at = past(raw, at),
        }
    }
    bytes.len()
}

/// The offset behind what begins at a place: a quoted text, an expansion, or one byte.
pub(super) fn past(raw: &str, at: usize) -> usize {
    let bytes = raw.as_bytes();
    let closing =
        |quote: char| raw.get(at + 1..).and_then(|rest| rest.find(quote)).map_or(raw.len(), |end| at + 1 + end);
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\\'), _) => at + 2,
        (Some(b'$'), Some(b'\'')) => (closing_escapes(raw, at + 2) + 1).min(raw.len()),
        (Some(b'\''), _) => closing('\'') + 1,
        (Some(b'"'), _) => closing_quote(raw, at + 1) + 1,
        (Some(b'`'), _) => closing_backquote(raw, at + 1) + 1,
        (Some(b'$'), Some(b'(')) => balanced(raw, at + 1, '(', ')'),
        (Some(b'$'), Some(b'{')) => balanced(raw, at + 1, '{', '}'),
        _ => at + 1,
    }
}
