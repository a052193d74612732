//! What a streamed reply costs us: the screen per chunk, the way from the socket to the text, and what is made of the whole.
//!
//! Each takes a reply of a quarter of a MiB, of half a MiB and of a whole one: twice the reply may cost twice the time.
//! `benches/chat.sh` has the same as whole processes.

#![expect(clippy::expect_used, reason = "a bench that can't set itself up fails")]

use std::fmt::Write as _;
use std::io::{Read, Write};

use pipewright::chat::{Message, Role};
use pipewright::check::Checker;
use pipewright::engine::{Conversation, Options, Prompt, Silent};
use pipewright::model::{Backend, BackendError, Live, LiveOptions, Reply, Request};
use pipewright::repl::Screen;
use pipewright::report::Look;
use pipewright::session::Redact;
use pipewright::settings::Settings;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

const SIZES: [usize; 3] = [1 << 18, 1 << 19, 1 << 20];

const PIECE: &str = "word `code` and **more**\n```yaml\nimage: x # why\n```\n";

/// A reply on a terminal with colours and a key to hide, in chunks of five characters; the terminal itself takes no time.
#[divan::bench(args = SIZES)]
fn screen(bencher: divan::Bencher<'_, '_>, bytes: usize) {
    let text = PIECE.repeat(bytes / PIECE.len());
    let chars: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = chars.chunks(5).map(|piece| piece.iter().collect()).collect();
    let key = Redact::new(["word-of-a-key".to_owned()]);
    bencher.counter(divan::counter::ItemsCount::new(pieces.len())).bench_local(|| {
        let mut nowhere = std::io::sink();
        let mut screen = Screen::new(&mut nowhere, Look { color: true, width: 100, wrap: true }, true).hiding(&key);
        screen.reply_begins("model").expect("a screen");
        pieces.iter().for_each(|piece| screen.reply_grows(piece).expect("a screen"));
        screen.reply_ends().expect("a screen");
    });
}

/// Has its reply ready.
struct Ready(String);

impl Backend for Ready {
    fn reply(&mut self, _: &Request, _: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        Ok(Reply { text: self.0.clone(), ..Reply::default() })
    }

    fn name(&self) -> String {
        "ready".to_owned()
    }
}

/// What a conversation makes of a whole reply: its candidates, the revision, the verdict.
fn concluded(bencher: divan::Bencher<'_, '_>, reply: String) {
    let mut ready = Ready(reply);
    bencher
        .with_inputs(|| Conversation::new(Options::default(), Checker::new(Settings::default())))
        .bench_local_values(|mut conversation| {
            conversation.turn(Prompt::user("prompt"), &mut ready, &mut Silent).expect("a reply");
            conversation
        });
}

/// Words and thousands of small blocks.
#[divan::bench(args = SIZES, sample_count = 20)]
fn concluded_of_blocks(bencher: divan::Bencher<'_, '_>, bytes: usize) {
    concluded(bencher, PIECE.repeat(bytes / PIECE.len()));
}

/// One file, of so many bytes, and a sentence around it.
#[divan::bench(args = SIZES, sample_count = 5)]
fn concluded_of_a_file(bencher: divan::Bencher<'_, '_>, bytes: usize) {
    let mut reply = "The file:\n\n```yaml\nimage: x:1\npipelines:\n  custom:\n".to_owned();
    for number in 0.. {
        if reply.len() >= bytes {
            break;
        }
        write!(reply, "    p{number}:\n      - step:\n          name: Step {number}\n          script:\n            - ./x.sh {number}\n")
            .expect("a string");
    }
    concluded(bencher, reply + "```\n");
}

/// A reply in chunks of 16 characters from a server on loopback that has it ready.
#[divan::bench(args = SIZES, sample_count = 10)]
fn live(bencher: divan::Bencher<'_, '_>, bytes: usize) {
    let chunks = bytes / 16;
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
