//! A server on loopback that answers as it is told, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One answer.
#[derive(Clone)]
pub(crate) struct Act {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    piece: usize,
    delay: Duration,
    length: Option<usize>,
    end: End,
}

/// What comes after the body.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum End {
    /// A proper end.
    Proper,
    /// The connection closes with the body unfinished.
    Cut,
    /// Nothing, for as long as the client stays.
    Stall,
    /// The connection closes before anything is answered.
    Closed,
}

/// The answer 200 with an event stream.
pub(crate) fn stream(body: impl Into<Vec<u8>>) -> Act {
    Act {
        status: 200,
        headers: vec![("Content-Type".into(), "text/event-stream".into())],
        body: body.into(),
        piece: usize::MAX,
        delay: Duration::ZERO,
        length: None,
        end: End::Proper,
    }
}

/// A refusal, or any other status with a JSON body.
pub(crate) fn status(status: u16, body: &str) -> Act {
    Act { status, ..stream(body) }.header("Content-Type", "application/json")
}

/// A reply of these words, streamed as chunks.
pub(crate) fn says(text: &str) -> Act {
    let mut body = String::new();
    for word in text.split_inclusive(' ') {
        let chunk = serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": word } }] });
        body.push_str(&format!("data: {chunk}\n\n"));
    }
    body.push_str("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    stream(body)
}

impl Act {
    /// Sets a header, or removes it where the value is empty.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    /// Sends the body in pieces of so many bytes.
    pub(crate) fn in_pieces(mut self, bytes: usize) -> Self {
        self.piece = bytes.max(1);
        self
    }

    /// Waits between the pieces.
    pub(crate) fn slowly(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Announces a length instead of sending chunks.
    pub(crate) fn announcing(mut self, length: usize) -> Self {
        self.length = Some(length);
        self
    }

    /// Ends in another way.
    pub(crate) fn then(mut self, end: End) -> Self {
        self.end = end;
        self
    }
}

/// What the server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: serde_json::Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// A running server; its thread ends with the test.
pub(crate) struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    left: Arc<Mutex<usize>>,
}

impl Server {
    /// Answers request after request with `acts`; more requests than acts get status 418.
    pub(crate) fn with(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let acts = Arc::new(Mutex::new(acts.into_iter().collect::<std::collections::VecDeque<_>>()));
        let (asked, left) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (all, gone) = (asked.clone(), left.clone());
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (acts, all, gone) = (acts.clone(), all.clone(), gone.clone());
                std::thread::spawn(move || {
                    let _ = serve(connection, &acts, &all, &gone);
                });
            }
        });
        Self { port, asked, left }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// Puts an encrypted door before the server; its port. Each connection carries one request.
    pub(crate) fn behind_tls(&self, certificate: &std::path::Path) -> u16 {
        use rustls::pki_types::pem::PemObject;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain = vec![CertificateDer::from_pem_file(certificate.join("server.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(certificate.join("server.key")).unwrap();
        let config =
            rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, inner) = (listener.local_addr().unwrap().port(), self.port);
        std::thread::spawn(move || {
            for outside in listener.incoming().flatten() {
                let connection = rustls::ServerConnection::new(config.clone()).unwrap();
                let _ = forward(rustls::StreamOwned::new(connection, outside), inner);
            }
        });
        port
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many clients hung up on a server that had stalled; waits a little for the news.
    pub(crate) fn left(&self) -> usize {
        for _ in 0..100 {
            if *self.left.lock().unwrap() > 0 {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        *self.left.lock().unwrap()
    }
}

fn serve(
    mut connection: TcpStream,
    acts: &Mutex<std::collections::VecDeque<Act>>,
    all: &Mutex<Vec<Asked>>,
    left: &Mutex<usize>,
) -> std::io::Result<()> {
    connection.set_nodelay(true)?;
    let mut reader = BufReader::new(connection.try_clone()?);
    while let Some(asked) = read(&mut reader)? {
        all.lock().unwrap().push(asked);
        let act = acts.lock().unwrap().pop_front().unwrap_or_else(|| status(418, "{\"error\":\"no act left\"}"));
        if act.end == End::Closed {
            return connection.shutdown(Shutdown::Both);
        }
        let chunked = act.length.is_none();
        let mut head = format!("HTTP/1.1 {} Act\r\n", act.status);
        for (name, value) in &act.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        match act.length {
            None => head.push_str("Transfer-Encoding: chunked\r\n\r\n"),
            Some(length) => head.push_str(&format!("Content-Length: {length}\r\n\r\n")),
        }
        connection.write_all(head.as_bytes())?;
        for piece in act.body.chunks(act.piece) {
            if chunked {
                let mut framed = format!("{:x}\r\n", piece.len()).into_bytes();
                framed.extend_from_slice(piece);
                framed.extend_from_slice(b"\r\n");
                connection.write_all(&framed)?;
            } else {
                connection.write_all(piece)?;
            }
            std::thread::sleep(act.delay);
        }
        match act.end {
            End::Proper if chunked => connection.write_all(b"0\r\n\r\n")?,
            End::Proper => return connection.shutdown(Shutdown::Write),
            End::Cut | End::Closed => return connection.shutdown(Shutdown::Both),
            End::Stall => {
                let gone = reader.read(&mut [0]);
                if matches!(gone, Ok(0) | Err(_)) {
                    *left.lock().unwrap() += 1;
                }
                return Ok(());
            }
        }
    }
    Ok(())
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Asked>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let (mut headers, mut length) = (Vec::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let Some((name, value)) = header.trim_end().split_once(": ") else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().unwrap_or(0);
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = serde_json::from_slice(&body).unwrap_or(serde_json::Value::Null);
    Ok(Some(Asked { line: line.trim_end().to_owned(), headers, body }))
}

/// Carries one request in and its chunked answer out.
fn forward(mut outside: impl Read + Write, port: u16) -> std::io::Result<()> {
    let mut inside = TcpStream::connect(("127.0.0.1", port))?;
    let mut request = Vec::new();
    let whole = |request: &[u8]| {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.split("content-length: ").nth(1)?.split("\r\n").next()?.parse::<usize>().ok()?;
        Some(body.len() >= length)
    };
    let mut buffer = [0; 4096];
    while whole(&request) != Some(true) {
        match outside.read(&mut buffer)? {
            0 => return Ok(()),
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    inside.write_all(&request)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"0\r\n\r\n") {
        match inside.read(&mut buffer)? {
            0 => break,
            read => {
                answer.extend_from_slice(&buffer[..read]);
                outside.write_all(&buffer[..read])?;
            }
        }
    }
    outside.flush()
}
