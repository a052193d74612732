//! Bodies in the cassettes of other programs: as text, in base64, compressed as the server sent them.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::yaml::Node;

/// The most bytes that the bodies of one cassette unpack to, all together: a few bytes can stand for very many.
const MOST: u64 = 64 << 20;

/// The bodies of a cassette, one after the other.
pub(super) struct Bodies {
    left: u64,
}

impl Bodies {
    pub(super) fn new() -> Self {
        Self { left: MOST }
    }

    /// The body of a request or a response as text: a scalar, or `string` or `base64_string` below it. `None` where there
    /// is none.
    ///
    /// # Errors
    /// It is no base64, not UTF-8, compressed in a way that is not known, or too large when it is unpacked.
    pub(super) fn read(&mut self, message: Node<'_>) -> Result<Option<String>, String> {
        let Some(node) = message.get("body") else { return Ok(None) };
        let encoded = node.get("base64_string");
        let node = encoded.or_else(|| node.get("string")).unwrap_or(node);
        let Some(text) = node.text().filter(|_| !node.is_null()) else { return Ok(None) };
        let binary = node.tag().is_some_and(|tag| node.document().slice(tag).ends_with("binary"));
        if encoded.is_none() && !binary {
            return Ok(Some(text.to_owned()));
        }
        let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = STANDARD.decode(bare).map_err(|error| format!("the body is no base64: {error}"))?;
        let bytes = self.unpacked(bytes, encoding(message).as_deref())?;
        String::from_utf8(bytes).map(Some).map_err(|_| "the body is not UTF-8".to_owned())
    }

    /// The bytes as they were before the server compressed them; those that are not compressed as they are, whatever the
    /// headers say: some recorders unpack a body and keep its headers.
    fn unpacked(&mut self, bytes: Vec<u8>, encoding: Option<&str>) -> Result<Vec<u8>, String> {
        if bytes.starts_with(&[0x1f, 0x8b]) {
            return self.all(MultiGzDecoder::new(bytes.as_slice()));
        }
        if std::str::from_utf8(&bytes).is_ok() {
            return Ok(bytes);
        }
        match encoding {
            // By the standard it is wrapped as zlib does; some servers send it bare.
            Some("deflate") if bytes.first().is_some_and(|first| first & 0x0f == 8) => {
                let left = self.left;
                self.all(ZlibDecoder::new(bytes.as_slice())).or_else(|_| {
                    self.left = left;
                    self.all(DeflateDecoder::new(bytes.as_slice()))
                })
            }
            Some("deflate") => self.all(DeflateDecoder::new(bytes.as_slice())),
            Some(other) if other != "identity" => Err(format!(
                "the body is compressed with `{other}`; gzip and deflate are read, or record with `decode_compressed_response=True`"
            )),
            _ => Ok(bytes),
        }
    }

    fn all(&mut self, reader: impl Read) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = reader.take(self.left + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("the body can't be unpacked: {error}"))?;
        let size = bytes.len() as u64;
        self.left = self
            .left
            .checked_sub(size)
            .ok_or_else(|| format!("the bodies unpack to more than {} MiB, the most of a cassette", MOST >> 20))?;
        Ok(bytes)
    }
}

/// What the headers say of how the body is compressed, in lower case.
fn encoding(message: Node<'_>) -> Option<String> {
    let headers = message.get("headers")?;
    let header = headers.entries().find(|entry| entry.name().eq_ignore_ascii_case("content-encoding"))?.value;
    let value = header.text().or_else(|| header.items().next()?.text())?;
    Some(value.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;
    use crate::yaml::Document;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: &[u8], encoding: &str) -> Result<Option<String>, String> {
        let body = STANDARD.encode(bytes);
        let text = format!("headers: {{content-Encoding: [{encoding}]}}\nbody: {{string: !!binary {body}}}\n");
        Bodies::new().read(Document::read(text).root().unwrap())
    }

    #[test]
    fn compressed_bodies_are_read() {
        let text = "{\"choices\":[]} grün ".repeat(9);
        let zlib = {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let bare = {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let packed = gzip(text.as_bytes());
        for (bytes, encoding) in
            [(&packed[..], "gzip"), (&packed, "''"), (&zlib, "Deflate"), (&bare, "deflate"), (text.as_bytes(), "gzip")]
        {
            assert_eq!(read(bytes, encoding), Ok(Some(text.clone())), "{encoding}");
        }
        assert!(read(&bare, "br").unwrap_err().starts_with("the body is compressed with `br`"));
        assert!(read(&packed[..packed.len() / 2], "gzip").unwrap_err().starts_with("the body can't be unpacked"));
        assert_eq!(read(&bare, "identity"), Err("the body is not UTF-8".to_owned()));
    }

    #[test]
    fn a_few_bytes_that_stand_for_very_many_are_refused() {
        let half = gzip(&vec![b'a'; (MOST / 2) as usize]);
        let message = |bytes: &[u8]| Document::read(format!("body: {{base64_string: '{}'}}\n", STANDARD.encode(bytes)));
        let (mut bodies, document) = (Bodies::new(), message(&half));
        let mut next = || bodies.read(document.root().unwrap()).map(|text| text.map(|text| text.len()));
        assert_eq!(next(), Ok(Some((MOST / 2) as usize)));
        assert_eq!(next(), Ok(Some((MOST / 2) as usize)));
        assert!(next().unwrap_err().contains("64 MiB"), "the third is over the bound of all");
    }
}
