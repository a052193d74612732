//! Text from outside, made harmless for a terminal: what would move the cursor or turn the text is shown instead.

use std::borrow::Cow;

/// The character that is shown for `c`; `c` itself when it is harmless.
pub(super) fn shown(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        // The last two of each plane are no characters; XML takes none of the first plane's.
        _ if c as u32 & 0xfffe == 0xfffe => '\u{fffd}',
        _ => c,
    }
}

/// Whether each byte of a text is a character of one column that is shown as it is.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// One line of text with every control and every direction mark made visible.
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) || text.chars().all(|c| shown(c) == c) {
        return Cow::Borrowed(text);
    }
    let mut before = '\0';
    let mut rest = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = rest.next() {
        // Between two pictures the joiner makes one of them, and hides nothing.
        let joins = c == '\u{200d}' && is_picture(before) && rest.peek().copied().is_some_and(is_picture);
        out.push(if joins { c } else { shown(c) });
        before = c;
    }
    Cow::Owned(out)
}

/// An emoji, its colour of skin, or the sign that a symbol is shown as one.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{fe0f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_are_shown() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\n"), "a␛[31mb\u{fffd}c␊");
        assert_eq!(visible("a\u{fffe}b\u{ffff}\u{1ffff}"), "a\u{fffd}b\u{fffd}\u{fffd}");
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
        assert_eq!(visible(&format!("{family} a\u{200d}b \u{200d}")), format!("{family} a\u{fffd}b \u{fffd}"));
        assert!(matches!(visible("grün `x` 日本"), Cow::Borrowed(_)));
    }
}
