//! Hides the values that may never be shown, in a text that comes in pieces: what may be the beginning of such a value
//! waits for the next piece.

use std::borrow::Cow;
use std::io::{self, Write};

/// Replaces known values by asterisks. It holds back no more than the end of what came, and only as long as that could
/// become a value.
#[derive(Clone, Default)]
pub struct Masker {
    known: Vec<String>,
    held: Vec<u8>,
}

impl std::fmt::Debug for Masker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masker({} known)", self.known.len())
    }
}

impl Masker {
    pub(super) fn new(known: Vec<String>) -> Self {
        Self { known, held: Vec::new() }
    }

    /// Whether one of the values stands in a text.
    pub fn knows(&self, text: &str) -> bool {
        self.known.iter().any(|known| text.contains(known.as_str()))
    }

    /// What can be shown of this piece and of what waited. Whole characters in give whole characters out.
    pub fn feed<'t>(&mut self, piece: &'t [u8]) -> Cow<'t, [u8]> {
        let may_begin = |byte: &u8| self.known.iter().any(|known| known.as_bytes().first() == Some(byte));
        if self.held.is_empty() && !piece.iter().any(may_begin) {
            return Cow::Borrowed(piece);
        }
        let mut rest = std::mem::take(&mut self.held);
        rest.extend_from_slice(piece);
        let mut out = Vec::with_capacity(rest.len());
        let mut at = 0;
        while let Some(byte) = rest.get(at) {
            let tail = &rest[at..];
            if let Some(known) = self.known.iter().find(|known| tail.starts_with(known.as_bytes())) {
                out.extend(std::iter::repeat_n(b'*', known.chars().count()));
                at += known.len();
            } else if self.known.iter().any(|known| known.as_bytes().starts_with(tail)) {
                self.held = tail.to_vec();
                break;
            } else {
                out.push(*byte);
                at += 1;
            }
        }
        Cow::Owned(out)
    }

    /// What still waits, at the end.
    pub fn end(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

/// A stream with the values hidden in whatever is written to it.
pub struct Masked<'w> {
    out: &'w mut dyn Write,
    hide: Masker,
}

impl<'w> Masked<'w> {
    /// Hides in `out` what the masker knows.
    pub fn new(out: &'w mut dyn Write, hide: Masker) -> Self {
        Self { out, hide }
    }

    /// Hides what another masker knows from now on.
    pub fn hide(&mut self, hide: Masker) {
        self.hide = hide;
    }

    /// Writes what still waits: it was the beginning of no value. Nothing may be written after it.
    ///
    /// # Errors
    /// The stream's own.
    pub fn end(&mut self) -> io::Result<()> {
        let rest = self.hide.end();
        self.out.write_all(&rest)?;
        self.out.flush()
    }
}

impl Write for Masked<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(&self.hide.feed(bytes))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Redact;

    #[test]
    fn a_stream_that_ends_like_a_value_begins_loses_nothing() {
        let mut out = Vec::new();
        let mut masked = Masked::new(&mut out, Redact::new(["configured-51c2".to_owned()]).masker());
        masked.write_all(b"configured-51c2, conf").unwrap();
        masked.end().unwrap();
        assert_eq!(out, b"***************, conf");
    }

    #[test]
    fn a_value_is_hidden_however_it_is_cut() {
        let text = "the key configured-51c2 and conf and configured-51c2";
        for size in 1..text.len() {
            let mut masker = Redact::new(["configured-51c2".to_owned()]).masker();
            let mut out = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                out.extend_from_slice(&masker.feed(piece));
            }
            out.extend(masker.end());
            let out = String::from_utf8(out).unwrap();
            assert_eq!(out, "the key *************** and conf and ***************", "pieces of {size}");
        }
        let mut none = Redact::default().masker();
        assert_eq!(none.feed("grün".as_bytes()).as_ref(), "grün".as_bytes());
    }
}
