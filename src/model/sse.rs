//! The byte stream of an answer, cut into JSON texts: server-sent events as servers really write them, or plain JSON.
//!
//! Tolerated: any split of the bytes, CR, LF and CRLF, a byte order mark, comments, several `data:` lines, events with
//! no blank line between them, a last event with no end, and a plain JSON body where a stream was asked for.

/// More than this in one event or in one plain body is no reply that anybody waits for.
const MOST: usize = 32 << 20;

/// Cuts bytes into the JSON texts that they carry.
#[derive(Debug, Default)]
pub(super) struct Events {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were searched for a line end already.
    searched: usize,
    shape: Shape,
    /// `data:` lines of the event that is being read.
    data: Vec<String>,
    error_event: bool,
    done: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Shape {
    #[default]
    Unknown,
    Stream,
    Json,
}

impl Events {
    /// Whether `[DONE]` came: nothing after it counts.
    pub(super) fn done(&self) -> bool {
        self.done
    }

    /// Takes the next bytes and gives the JSON texts that are complete by now, each on one line.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut out = Vec::new();
        if self.done {
            return Ok(out);
        }
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() > MOST {
            return Err(format!("more than {} MiB in one piece", MOST >> 20));
        }
        if self.shape == Shape::Unknown {
            self.recognise()?;
        }
        if self.shape == Shape::Stream {
            self.lines(&mut out);
        }
        Ok(out)
    }

    /// The bytes are at an end: what is left of them.
    pub(super) fn end(&mut self) -> Result<Vec<String>, String> {
        let mut out = Vec::new();
        match self.shape {
            _ if self.done => {}
            Shape::Unknown => {}
            Shape::Json => {
                let text = String::from_utf8_lossy(&self.buffer).into_owned();
                out.push(one_line(&text));
                self.done = true;
            }
            Shape::Stream => {
                if !self.buffer.is_empty() {
                    let line = String::from_utf8_lossy(&self.buffer).into_owned();
                    self.buffer.clear();
                    self.line(line.trim_end_matches('\r'), &mut out);
                }
                self.dispatch(&mut out);
            }
        }
        Ok(out)
    }

    fn recognise(&mut self) -> Result<(), String> {
        if self.buffer.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.buffer.drain(..3);
        }
        let blank = self.buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.shape = match self.buffer.get(blank) {
            None => return Ok(()),
            // A byte order mark that is not whole yet.
            Some(0xef) if self.buffer.len() - blank < 3 => return Ok(()),
            Some(b'{' | b'[') => Shape::Json,
            Some(b'<') => return Err("an HTML page".to_owned()),
            Some(_) => Shape::Stream,
        };
        Ok(())
    }

    fn lines(&mut self, out: &mut Vec<String>) {
        let mut start = 0;
        let mut at = self.searched;
        while !self.done {
            let Some(end) = self.buffer.get(at..).and_then(|rest| rest.iter().position(|b| matches!(b, b'\n' | b'\r')))
            else {
                break;
            };
            let end = at + end;
            let mut next = end + 1;
            if self.buffer.get(end) == Some(&b'\r') {
                match self.buffer.get(next) {
                    Some(b'\n') => next += 1,
                    Some(_) => {}
                    // The line feed may come with the next bytes.
                    None => break,
                }
            }
            let line = String::from_utf8_lossy(self.buffer.get(start..end).unwrap_or_default()).into_owned();
            self.line(&line, out);
            start = next;
            at = next;
        }
        self.buffer.drain(..start);
        self.searched = match self.buffer.last() {
            Some(b'\r') => self.buffer.len() - 1,
            _ => self.buffer.len(),
        };
    }

    fn line(&mut self, line: &str, out: &mut Vec<String>) {
        if line.is_empty() {
            return self.dispatch(out);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if !self.data.is_empty() && is_json(&self.data.join("\n")) {
                    self.dispatch(out);
                }
                if value.trim() == "[DONE]" {
                    self.dispatch(out);
                    self.done = true;
                } else {
                    self.data.push(value.to_owned());
                }
            }
            "event" => self.error_event = value.trim() == "error",
            _ => {}
        }
    }

    fn dispatch(&mut self, out: &mut Vec<String>) {
        let data = std::mem::take(&mut self.data).join("\n");
        let error = std::mem::take(&mut self.error_event);
        if data.trim().is_empty() {
            return;
        }
        let text = one_line(&data);
        out.push(match error && !text.contains("\"error\"") {
            true if is_json(&text) => format!("{{\"error\":{text}}}"),
            true => serde_json::json!({ "error": { "message": text } }).to_string(),
            false => text,
        });
    }
}

/// Line breaks mean nothing between the tokens of JSON, and may not stand inside one.
fn one_line(text: &str) -> String {
    text.trim().replace(['\n', '\r'], " ")
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str, cut: usize) -> Vec<String> {
        let mut events = Events::default();
        let mut out = Vec::new();
        for piece in text.as_bytes().chunks(cut.max(1)) {
            out.extend(events.feed(piece).unwrap());
        }
        out.extend(events.end().unwrap());
        out
    }

    #[test]
    fn reads_what_servers_write() {
        let cases = [
            (
                "data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\ndata: {\"c\":3}\n\n",
                vec!["{\"a\":1}", "{\"b\":2}"],
            ),
            ("data: {\"a\":1}\r\n\r\ndata: {\"b\":2}\r\n\r\n", vec!["{\"a\":1}", "{\"b\":2}"]),
            (": busy\n\nid: 4\ndata:{\"a\":1}\n\n", vec!["{\"a\":1}"]),
            ("data: {\"a\":\ndata: 1}\n\n", vec!["{\"a\": 1}"]),
            ("data: {\"a\":1}\ndata: {\"b\":2}\n", vec!["{\"a\":1}", "{\"b\":2}"]),
            ("data: {\"a\":1}", vec!["{\"a\":1}"]),
            ("\u{feff}data: {\"a\":\"ü\"}\n\n", vec!["{\"a\":\"ü\"}"]),
            ("  {\"a\":\n 1}\n", vec!["{\"a\":  1}"]),
            ("event: error\ndata: {\"message\":\"full\"}\n\n", vec!["{\"error\":{\"message\":\"full\"}}"]),
            ("event: error\ndata: full\n\n", vec!["{\"error\":{\"message\":\"full\"}}"]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            for cut in [1, 2, 3, 7, 1000] {
                assert_eq!(read(text, cut), expected, "{text:?} in pieces of {cut}");
            }
        }
    }

    #[test]
    fn a_page_of_html_is_told_from_a_stream() {
        assert_eq!(Events::default().feed(b"\n<!doctype html>").unwrap_err(), "an HTML page");
    }

    #[test]
    fn a_line_of_a_megabyte_is_read_in_linear_time() {
        let long = format!("data: {{\"a\":\"{}\"}}\n\n", "x".repeat(4 << 20));
        let began = std::time::Instant::now();
        assert_eq!(read(&long, 64).len(), 1);
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    }

    proptest! {
        #[test]
        fn any_split_reads_the_same(text in "(data: ?\\{\"a\":[0-9]\\}|: c|event: x|data|\r\n|\n|\r|\n\n|ü){0,30}", cut in 1usize..9) {
            let text = format!("data: 0\n\n{text}");
            prop_assert_eq!(read(&text, cut), read(&text, text.len()));
        }
    }
}
