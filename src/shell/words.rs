//! The words that one argument comes to.

use tree_sitter::Node;

use super::brace;
use super::interpret::Interpreter;
use super::invocation::Word;
use super::piece::Piece;
use super::positional::Parameter;
use super::value::Value;
use super::walk::value_end;
use crate::yaml::Span;

impl Interpreter<'_> {
    /// The words that one argument comes to, and where it ends.
    pub(super) fn fields(&mut self, node: Node<'_>, piece: &Piece, out: &mut Vec<Word>) -> usize {
        let end = value_end(node, piece);
        self.words_of(Span::new(node.start_byte(), end), piece, out);
        end
    }

    /// Appends the words that a text of the script comes to.
    pub(super) fn words_of(&mut self, span: Span, piece: &Piece, out: &mut Vec<Word>) {
        let text = piece.text.clone();
        let raw = text.get(span.start..span.end).unwrap_or("");
        let place = piece.place(span);
        if is_itself(raw) {
            let values = vec![Value::literal(raw)];
            out.push(Word { values, place, quoted: false, origin: Some((piece.clone(), span)) });
            return;
        }
        let quoted = raw.contains(['"', '\'']);
        // The words of a list are no text that stands here.
        let of_list = |values: Vec<Value>, quoted| Word { values, place, quoted, origin: None };
        if let Some(values) = self.scope.positional.slice(if raw == "$*" { "$@" } else { raw }) {
            let own =
                |word: &Parameter| Word { place: word.place.unwrap_or(place), ..of_list(word.values.clone(), quoted) };
            out.extend(values.iter().map(own));
            return;
        }
        if let Some(items) = self.scope.list_words(raw).or_else(|| self.scope.map_words(raw)) {
            out.extend(items.iter().map(|item| of_list(item.values.clone(), item.quoted)));
            return;
        }
        let quoted = quoted && !raw.contains("[@]");
        match brace::words(raw) {
            brace::Words::One => {
                let values = self.expand(piece, span);
                split(out, quoted, values, |values| Word {
                    values,
                    place,
                    quoted,
                    origin: Some((piece.clone(), span)),
                });
            }
            brace::Words::Many(words) => {
                for word in words {
                    let values = self.expand_parts(piece, span.start, &word);
                    split(out, quoted, values, |values| of_list(values, quoted));
                }
            }
            brace::Words::TooMany => out.push(of_list(vec![Value::opaque("one of many values")], false)),
        }
    }
}

/// Appends what a word comes to: none where nothing is left of it, several where blanks are in what was not quoted.
fn split(out: &mut Vec<Word>, quoted: bool, values: Vec<Value>, word: impl Fn(Vec<Value>) -> Word) {
    // A test without its word would be told from nothing; to any other command it is as if nothing stood there.
    let tests = || out.first().is_some_and(|first| matches!(first.literal(), Some("[" | "[[" | "test")));
    match values.as_slice() {
        [one] if !quoted && one.as_literal() == Some("") && !tests() => {}
        [one] if !quoted && one.literal_contains(" ") => {
            out.extend(one.split_whitespace().into_iter().map(|value| word(vec![value])));
        }
        _ => out.push(word(values)),
    }
}

/// Whether a word means what is written: nothing in it is expanded, quoted or split.
fn is_itself(raw: &str) -> bool {
    !raw.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'`' | b'\'' | b'"' | b' ' | b'{'))
}
