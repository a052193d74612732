//! Where a plain word ends: quotes, variables and substitutions in it.

use super::plain::{Plain, read};

/// Where a plain word ends: `None` where it is none. A bracket ends it only in a substitution, `>` everywhere.
pub(super) fn word_end(text: &str, from: usize, inner: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        at = match byte {
            b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'>' => return Some(at),
            b')' if inner => return Some(at),
            b'\'' => at + 2 + bytes.get(at + 1..)?.iter().position(|byte| *byte == b'\'')?,
            b'"' => quote_end(text, at + 1, inner)?,
            b'$' => dollar_end(text, at + 1, inner)?,
            byte if ITSELF[usize::from(*byte)] => at + 1,
            _ => return None,
        };
    }
    Some(at)
}

/// The bytes that stand for themselves in a plain word, or are left to whoever expands it; a table, since it is asked of each.
static ITSELF: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let others = b"_-./:=@%+,~*?";
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
};

/// How many bytes stand for themselves from a place on.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| ITSELF[usize::from(**byte)]).count()
}

/// The offset after the quote that ends a double-quoted string.
fn quote_end(text: &str, from: usize, inner: bool) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at + 2,
            b'`' => return None,
            b'$' => dollar_end(text, at + 1, inner)?,
            _ => at + 1,
        };
    }
}

/// The offset after what begins with the `$` before `at`: a variable, or a substitution that is not within another one.
fn dollar_end(text: &str, at: usize, inner: bool) -> Option<usize> {
    match text.as_bytes().get(at)? {
        b'(' if !inner => substitution_end(text, at + 1),
        _ => variable_end(text.as_bytes(), at),
    }
}

/// The offset after the bracket that ends a substitution of plain commands on one line.
fn substitution_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        at = match bytes.get(at)? {
            b')' => break,
            b' ' | b'|' | b'&' => at + 1,
            _ => word_end(text, at, true).filter(|end| *end > at)?,
        };
    }
    let inside = text.get(from..at)?;
    let commands = read(inside, true)?;
    let sure = !inside.starts_with([' ', '(']) && commands.iter().all(Plain::is_command);
    (sure && !commands.is_empty()).then_some(at + 1)
}

/// The offset after a variable whose `$` stands before `at`: `$NAME`, or `${NAME…}` with nothing but plain text in it.
fn variable_end(bytes: &[u8], at: usize) -> Option<usize> {
    let length = |from: usize, of: fn(&u8) -> bool| {
        bytes.get(from..).map(|rest| rest.iter().take_while(|byte| of(byte)).count())
    };
    let in_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match bytes.get(at)? {
        b'{' => {
            let name = length(at + 1, in_name).filter(|length| *length > 0)?;
            let rest = length(at + 1 + name, |byte| byte.is_ascii_alphanumeric() || b"_-.:/#%".contains(byte))?;
            let end = at + 1 + name + rest;
            (bytes.get(end) == Some(&b'}')).then_some(end + 1)
        }
        byte if byte.is_ascii_alphabetic() || *byte == b'_' => Some(at + length(at, in_name)?),
        _ => None,
    }
}

/// Whether a word begins something else than a command, where it stands first.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "if" | "then"
            | "else"
            | "elif"
            | "fi"
            | "for"
            | "while"
            | "until"
            | "do"
            | "done"
            | "case"
            | "esac"
            | "in"
            | "select"
            | "function"
            | "time"
            | "coproc"
            | "unset"
            | "unsetenv"
            | "test"
            | "true"
            | "false"
    )
}

/// Whether a text can name a variable.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the grammar sees a word as one node: letters, one variable, or one quoted text.
pub(super) fn is_one(raw: &str) -> bool {
    let plain =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-./~".contains(&b));
    plain(raw)
        || raw.strip_prefix('$').is_some_and(is_name)
        || raw.strip_prefix("${").and_then(|raw| raw.strip_suffix('}')).is_some_and(is_name)
        || raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).is_some_and(|raw| !raw.contains(['"', '\\']))
}

/// How long the name is of an assignment `name=value`.
pub(super) fn name_length(raw: &str) -> Option<usize> {
    let (name, _) = raw.split_once('=')?;
    is_name(name).then_some(name.len())
}
