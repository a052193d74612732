//! Shell text inside of another one's double quotes, or in its here-document: what the outer shell fills in is filled in between
//! single quotes of the inner one, too.

use super::piece::Piece;

/// What the outer shell's backslash takes away from itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outer {
    /// Double quotes.
    Quotes,
    /// A here-document whose delimiter is not quoted.
    Document,
}

/// The piece as the inner shell reads it.
pub(super) fn seen(piece: Piece, outer: Outer) -> Piece {
    match inner(&piece.text, outer) {
        Some((text, places)) => piece.edited(&text, &places),
        None => piece,
    }
}

/// The piece without the backslashes that keep something from the outer shell, quotes left as they are: what stands between
/// backquotes.
pub(super) fn unkept(piece: Piece, outer: Outer) -> Piece {
    if !piece.text.contains('\\') {
        return piece;
    }
    let letters = letters(&piece.text, outer);
    let mut out = Out::default();
    out.copy(&letters, 0, letters.len());
    piece.edited(&out.text, &out.places)
}

/// A character that the inner shell sees.
#[derive(Clone, Copy)]
struct Letter {
    at: usize,
    c: char,
    /// Whether a backslash keeps the outer shell from it.
    kept: bool,
}

/// The text as the inner shell reads it, with the offset in `raw` of each of its bytes; `None` where it is `raw` itself. What stands
/// in single quotes and is filled in by the outer shell comes in double quotes, so that one walk does both.
fn inner(raw: &str, outer: Outer) -> Option<(String, Vec<usize>)> {
    let filled = raw.contains('\'') && raw.contains(['$', '`']);
    if !raw.contains('\\') && !filled {
        return None;
    }
    let letters = letters(raw, outer);
    let mut out = Out::default();
    let mut at = 0;
    // A here-document inside has quotes that are none.
    if raw.contains("<<") {
        out.copy(&letters, 0, letters.len());
        return Some((out.text, out.places));
    }
    while let Some(letter) = letters.get(at) {
        at = match letter.c {
            '\'' => out.single_quoted(&letters, at),
            '"' => out.double_quoted(&letters, at),
            '\\' => out.copy(&letters, at, at + 2),
            // An apostrophe in a comment is no quote.
            '#' if begins_word(&letters, at) => {
                let length = letters.iter().skip(at).position(|letter| letter.c == '\n');
                out.copy(&letters, at, length.map_or(letters.len(), |length| at + length))
            }
            '$' if begins_substitution(&letters, at) => out.copy(&letters, at, substitution_end(&letters, at + 1)),
            _ => out.copy(&letters, at, at + 1),
        };
    }
    Some((out.text, out.places))
}

fn letters(raw: &str, outer: Outer) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut characters = raw.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let kept = match (c, characters.peek()) {
            ('\\', Some((_, '\\' | '`' | '$'))) => true,
            ('\\', Some((_, '"'))) => outer == Outer::Quotes,
            _ => false,
        };
        let (at, c) = if kept { characters.next().unwrap_or((at, c)) } else { (at, c) };
        letters.push(Letter { at, c, kept });
    }
    letters
}

fn begins_word(letters: &[Letter], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| letters.get(before));
    before.is_none_or(|before| before.c.is_whitespace() || matches!(before.c, ';' | '&' | '|' | '('))
}

/// Whether the outer shell puts in what a command prints.
fn begins_substitution(letters: &[Letter], at: usize) -> bool {
    let begins = letters.get(at).is_some_and(|letter| letter.c == '$' && !letter.kept);
    begins && letters.get(at + 1).is_some_and(|next| next.c == '(')
}

/// Where the single quotes end that begin at a place. A quote in what the outer shell puts in is its own.
fn closing(letters: &[Letter], open: usize) -> Option<usize> {
    let mut at = open + 1;
    while let Some(letter) = letters.get(at) {
        match letter.c {
            '\'' => return Some(at),
            _ if begins_substitution(letters, at) => at = substitution_end(letters, at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Behind the bracket that closes the one at a place; brackets in quotes count for nothing.
fn substitution_end(letters: &[Letter], open: usize) -> usize {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, letter) in letters.iter().enumerate().skip(open) {
        match (quote, letter.c) {
            (None, '\'' | '"') => quote = Some(letter.c),
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    letters.len()
}

#[derive(Default)]
struct Out {
    text: String,
    places: Vec<usize>,
}

impl Out {
    fn push(&mut self, c: char, at: usize) {
        self.text.push(c);
        self.places.extend(std::iter::repeat_n(at, c.len_utf8()));
    }

    /// Copies letters, and returns where they end.
    fn copy(&mut self, letters: &[Letter], from: usize, to: usize) -> usize {
        let to = to.min(letters.len());
        letters.iter().take(to).skip(from).for_each(|letter| self.push(letter.c, letter.at));
        to
    }

    fn single_quoted(&mut self, letters: &[Letter], open: usize) -> usize {
        let Some(close) = closing(letters, open) else {
            return self.copy(letters, open, letters.len());
        };
        let inside = || letters.iter().take(close).skip(open + 1);
        if !inside().any(|letter| !letter.kept && matches!(letter.c, '$' | '`')) {
            return self.copy(letters, open, close + 1);
        }
        self.push('"', letters[open].at);
        let mut at = open + 1;
        while let Some(letter) = letters.get(at).filter(|_| at < close) {
            if begins_substitution(letters, at) {
                // What stands in it has quotes of its own.
                at = self.copy(letters, at, substitution_end(letters, at + 1).min(close));
                continue;
            }
            let is_plain = match letter.c {
                '"' | '\\' => false,
                '$' | '`' => !letter.kept,
                _ => true,
            };
            if !is_plain {
                self.push('\\', letter.at);
            }
            self.push(letter.c, letter.at);
            at += 1;
        }
        self.push('"', letters[close].at);
        close + 1
    }

    fn double_quoted(&mut self, letters: &[Letter], open: usize) -> usize {
        let mut at = open + 1;
        while let Some(letter) = letters.get(at) {
            match letter.c {
                '"' => return self.copy(letters, open, at + 1),
                '\\' => at += 2,
                _ => at += 1,
            }
        }
        self.copy(letters, open, letters.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Outer, inner};

    fn read(raw: &str) -> String {
        inner(raw, Outer::Quotes).map_or_else(
            || raw.to_owned(),
            |(text, places)| {
                assert_eq!(text.len(), places.len());
                text
            },
        )
    }

    #[test]
    fn what_the_outer_shell_fills_in_is_not_kept_by_inner_quotes() {
        for (raw, text) in [
            ("a b", "a b"),
            ("a 'b c' $D", "a 'b c' $D"),
            ("a 'b=$C'", "a \"b=$C\""),
            (r#"a '{\"t\": \"$C\"}'"#, r#"a "{\"t\": \"$C\"}""#),
            (r"a '\$C $D'", r#"a "\$C $D""#),
            (r"a '\$C'", r"a '$C'"),
            (r"a \$C", "a $C"),
            (r#"a \"it's $C\" 'd'"#, r#"a "it's $C" 'd'"#),
            ("a $(b 'c $D') 'e'", "a $(b 'c $D') 'e'"),
            ("a 'b $C", "a 'b $C"),
            (r#"a 'b:$(c --d \"e*\" ')')'"#, r#"a "b:$(c --d "e*" ')')""#),
            ("a # don't\nb $C 'd'", "a # don't\nb $C 'd'"),
            ("a#b 'c=$D'", "a#b \"c=$D\""),
        ] {
            assert_eq!(read(raw), text, "{raw}");
        }
    }

    #[test]
    fn a_word_in_inner_quotes_is_filled_in_where_it_is_sent() {
        let last = |script: &str| super::super::tests::run(script).last().cloned().unwrap_or_default();
        assert_eq!(last("T=1; ssh h \"docker run 'x:$T' '\\$T'\""), "h: docker run x:1 $T");
        assert_eq!(last("T=1; bash <<EOF\nU='x:$T'\ndocker run \\$U\nEOF"), "docker run x:1");
    }

    #[test]
    fn a_here_document_keeps_its_double_quotes() {
        let (text, _) = inner(r#"a "b" \"c\" 'd=$E' \$F"#, Outer::Document).unwrap();
        assert_eq!(text, r#"a "b" \"c\" "d=$E" $F"#);
    }
}
