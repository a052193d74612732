//! A command behind a here-document on its own line: `cat > f <<EOF; next`. The grammar loses all that follows it, so it is read as
//! if it stood behind the document's text.

use super::bounds::{past, word_end};
use super::piece::Piece;

/// How many here-documents of one text are looked at.
const DOCUMENTS: usize = 200;

/// The piece with each such command behind its document; `None` where it has none.
pub(super) fn moved(piece: &Piece) -> Option<Piece> {
    let moves = moves(&piece.text)?;
    let (mut text, mut places) = (String::with_capacity(piece.text.len() + moves.len()), Vec::new());
    let mut copied = 0;
    let mut copy = |from: usize, to: usize| {
        text.push_str(piece.text.get(from..to).unwrap_or(""));
        places.extend(from..to);
    };
    for Move { from, line_end, to } in moves {
        copy(copied, from);
        copy(line_end, to);
        copy(from + 1, line_end + 1);
        copied = to;
    }
    copy(copied, piece.text.len());
    Some(piece.edited(&text, &places))
}

/// What stands between a `;` and the end of its line goes behind the end of a document.
struct Move {
    from: usize,
    line_end: usize,
    to: usize,
}

/// `None` where nothing is to be moved, or where that is not plain to see.
fn moves(text: &str) -> Option<Vec<Move>> {
    memchr::memmem::find(text.as_bytes(), b"<<")?;
    let bytes = text.as_bytes();
    let (mut moves, mut words, mut from): (Vec<Move>, Vec<&str>, Option<(usize, usize)>) =
        (Vec::new(), Vec::new(), None);
    let (mut at, mut seen) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'#' if at == 0 || b" \t\n;&|(".contains(&bytes[at - 1]) => at += text.get(at..)?.find('\n')?,
            b'<' if text.get(at..)?.starts_with("<<<") => at += 3,
            b'<' if text.get(at..)?.starts_with("<<") => {
                at += 2 + usize::from(bytes.get(at + 2) == Some(&b'-'));
                at += bytes.get(at..)?.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                let end = word_end(text, at);
                words.push(text.get(at..end).filter(|word| !word.is_empty())?);
                seen += 1;
                at = end;
            }
            b';' if bytes.get(at + 1) == Some(&b';') => at += 2,
            b';' if from.is_none() && !words.is_empty() => {
                from = Some((at, words.len()));
                at += 1;
            }
            b'\n' if !words.is_empty() => {
                let line_end = at;
                at += 1;
                for (index, word) in std::mem::take(&mut words).into_iter().enumerate() {
                    at = document_end(text, at, word)?;
                    if let Some((from, _)) = from.filter(|(_, count)| *count == index + 1) {
                        moves.push(Move { from, line_end, to: at });
                    }
                }
                from = None;
            }
            _ => at = past(text, at).max(at + 1),
        }
        if seen > DOCUMENTS {
            return None;
        }
    }
    Some(moves).filter(|moves| !moves.is_empty())
}

/// Behind the line that ends a document whose text begins at a place; `None` where none does, or where no line follows it.
fn document_end(text: &str, from: usize, word: &str) -> Option<usize> {
    let word = word.replace(['"', '\'', '\\'], "");
    let mut at = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        at += line.len();
        if line.trim_end_matches('\n').trim_start_matches('\t') == word {
            return Some(at).filter(|_| line.ends_with('\n'));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use super::moves;

    #[test]
    fn a_command_behind_a_document_is_run() {
        for (script, told) in [
            ("cat > f <<EOF; p 1\nx\nEOF\np 2", vec!["cat", "p 1", "p 2"]),
            ("cat > f <<'EOF' ; p 1; p 3\np $x\nEOF\np 2", vec!["cat", "p 1", "p 3", "p 2"]),
            ("if cat <<EOF; then p 1; fi\nx\nEOF\np 2", vec!["cat", "? p 1", "p 2"]),
            ("f() { cat <<-EOF; }\n\tit's\n\tEOF\nf; p 2", vec!["cat", "p 2"]),
            ("a <<A; b <<B\nx\nA\ny\nB\np 2", vec!["a", "b", "p 2"]),
            ("T=a; cat > f <<EOF; T=b\n$T\nEOF\n. ./f; p $T", vec!["cat", "a", "p b"]),
        ] {
            assert_eq!(run(script), told, "{script}");
        }
    }

    #[test]
    fn what_needs_no_moving_stays() {
        for text in [
            "cat <<EOF\na; b\nEOF\np",
            "cat <<EOF && p; q <<< x; r",
            "echo '<<EOF; a'\nb",
            "# <<EOF; a\nb",
            "a <<< b; c\nd",
            "case a in b) c <<E ;;\nx\nE\nesac",
            "(( a << 2 )); b\nc",
        ] {
            assert!(moves(text).is_none(), "{text}");
        }
    }
}
