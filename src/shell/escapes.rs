//! Text with escapes: `$'…'`, and the end of what stands between backquotes.

/// The offset of the quote that ends a text with escapes which begins before `from`.
pub(super) fn closing_escapes(raw: &str, from: usize) -> usize {
    closing(raw, from, b'\'')
}

/// The offset of the backquote that ends a substitution which begins before `from`.
pub(super) fn closing_backquote(raw: &str, from: usize) -> usize {
    closing(raw, from, b'`')
}

/// The offset of a mark with no backslash before it, or the end.
fn closing(raw: &str, from: usize, mark: u8) -> usize {
    let bytes = raw.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == mark => return at,
            _ => at += 1,
        }
    }
    raw.len()
}

/// The text for which escapes stand.
pub(super) fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut letters = after.chars();
        let letter = letters.next();
        rest = letters.as_str();
        match letter {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('a') => text.push('\u{7}'),
            Some('b') => text.push('\u{8}'),
            Some('e' | 'E') => text.push('\u{1b}'),
            Some('f') => text.push('\u{c}'),
            Some('v') => text.push('\u{b}'),
            Some(own @ ('\\' | '\'' | '"' | '?')) => text.push(own),
            Some('x') => rest = numbered(rest, 16, 2, &mut text),
            Some('u') => rest = numbered(rest, 16, 4, &mut text),
            Some('U') => rest = numbered(rest, 16, 8, &mut text),
            Some('0'..='7') => rest = numbered(after, 8, 3, &mut text),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text.push_str(rest);
    text
}

/// Appends the character of a number, and gives what stands behind its digits.
fn numbered<'t>(rest: &'t str, base: u32, most: usize, text: &mut String) -> &'t str {
    let digits = rest.chars().take(most).take_while(|c| c.is_digit(base)).count();
    let (number, behind) = rest.split_at(digits);
    text.extend(u32::from_str_radix(number, base).ok().and_then(char::from_u32));
    behind
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;

    #[test]
    fn escapes_stand_for_characters() {
        for (word, means) in [
            (r"$'\x31\062\u0033'", "123"),
            (r"$'a\'b'", "a'b"),
            (r"$'a\\n'", r"a\n"),
            (r"$'a\qb'", r"a\qb"),
            (r"x$'\x'y", "xy"),
        ] {
            assert_eq!(run(&format!("p {word}")), [format!("p {means}")], "{word}");
        }
    }

    #[test]
    fn what_stands_between_backquotes_has_escapes_of_its_own() {
        for (script, means) in [
            (r"p `echo \`echo a\``", "p a"),
            (r"p x`echo \`echo a\``y", "p xay"),
            ("p \"`echo \\\"a b\\\"`\"", "p a b"),
            (r"A=1; p `echo \$A`", "p 1"),
            (r"p `echo '\\$A'`", r"p \$A"),
            ("p `echo a` `echo b`", "p a b"),
        ] {
            assert_eq!(run(script).last().map(String::as_str), Some(means), "{script}");
        }
    }
}
