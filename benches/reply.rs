//! What a streamed reply costs us: the screen per chunk, and the way from the socket to the text.

#![expect(clippy::expect_used, reason = "a bench that can't set itself up fails")]

use pipewright::chat::{Message, Role};
use pipewright::model::{Backend, Live, LiveOptions, Request};
use pipewright::repl::Markdown;
use pipewright::report::Look;
use std::io::{Read, Write};

fn main() {
    divan::main();
}

const PIECE: &str = "word `code` and **more**\n```yaml\nimage: x # why\n```\n";

/// Markdown for a terminal, a reply of so many bytes in chunks of five characters.
#[divan::bench(args = [1 << 14, 1 << 17, 1 << 20])]
fn screen(bencher: divan::Bencher<'_, '_>, bytes: usize) {
    let text = PIECE.repeat(bytes / PIECE.len());
    let chars: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = chars.chunks(5).map(|piece| piece.iter().collect()).collect();
    bencher.counter(divan::counter::ItemsCount::new(pieces.len())).bench_local(|| {
        let mut markdown = Markdown::new(Look { color: true, width: 100, wrap: false });
        pieces.iter().map(|piece| markdown.feed(piece).len()).sum::<usize>() + markdown.end().len()
    });
}

/// A reply of so many chunks from a server on loopback that has it ready.
#[divan::bench(args = [1 << 10, 1 << 13, 1 << 16], sample_count = 10)]
fn live(bencher: divan::Bencher<'_, '_>, chunks: usize) {
    let chunk = r#"data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"0123456789abcde "},"finish_reason":null}]}"#;
    let body = format!("{}\n\n", chunk).repeat(chunks) + "data: [DONE]\n\n";
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a bench that can't set itself up fails");
    let base = format!("http://{}/v1", listener.local_addr().expect("a bench that can't set itself up fails"));
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let answer = answer.clone();
            std::thread::spawn(move || {
                let mut request = [0; 8192];
                while connection.read(&mut request).is_ok_and(|read| read > 0) {
                    let _ = connection.write_all(answer.as_bytes());
                }
            });
        }
    });
    let mut live = Live::new(LiveOptions { base_url: Some(base), model: Some("m".into()), ..LiveOptions::default() })
        .expect("a bench that can't set itself up fails");
    let messages = vec![Message { role: Role::User, text: "prompt".into() }];
    let request = Request { turn: 1, attempt: 0, messages, model: None };
    bencher.counter(divan::counter::ItemsCount::new(chunks)).bench_local(|| {
        live.reply(&request, &mut |delta| {
            divan::black_box(delta);
        })
        .expect("a bench that can't set itself up fails")
        .text
        .len()
    });
}
