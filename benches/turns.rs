//! What a turn costs us, early and late in a conversation: prompt, reply, check, revision, and the context that is sent.

#![expect(clippy::expect_used, reason = "a bench that can't set itself up fails")]

use pipewright::check::Checker;
use pipewright::engine::{Answers, Conversation, Cue, Cues, Options, Prompt, Recording, Silent, TurnExpectation, play};
use pipewright::model::{Backend, BackendError, Reply, Request};
use pipewright::session::read;
use pipewright::settings::Settings;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// A whole file of the rules' own pages, and words around it: no two replies are the same.
fn reply(turn: usize) -> String {
    let page = include_str!("../docs/rules/build-once.md");
    let good = page.split("## Good").nth(1).and_then(|rest| rest.split("```yaml\n").nth(1));
    let good = good.and_then(|rest| rest.split("```").next()).expect("an example on the page");
    format!(
        "{}\n\n```yaml\n# turn {turn}\n{good}```\n\nThat is all.\n",
        "I looked at every step once more. ".repeat(40)
    )
}

/// Answers at once, with a file.
struct Ready;

impl Backend for Ready {
    fn reply(&mut self, request: &Request, _: &mut dyn FnMut(&str)) -> Result<Reply, BackendError> {
        Ok(Reply { text: reply(request.turn), ..Reply::default() })
    }

    fn name(&self) -> String {
        "ready".to_owned()
    }
}

fn prompt(turn: usize) -> String {
    format!("Change the name of the step that deploys to number {turn}, and leave the rest as it is, please.")
}

/// One turn, and back, after so many turns.
#[divan::bench(args = [10, 100, 1_000])]
fn turn(bencher: divan::Bencher<'_, '_>, turns: usize) {
    let mut conversation = Conversation::new(Options::default(), Checker::new(Settings::default()));
    for number in 1..=turns {
        conversation.turn(Prompt::user(prompt(number)), &mut Ready, &mut Silent).expect("a reply");
    }
    bencher.bench_local(|| {
        conversation.turn(Prompt::user("And now?"), &mut Ready, &mut Silent).expect("a reply");
        conversation.undo(1, &mut Silent).expect("a turn to take back");
    });
}

/// A recording of so many turns, played; the time is for all of them.
#[divan::bench(args = [10, 100, 1_000], sample_count = 3)]
fn replay(bencher: divan::Bencher<'_, '_>, turns: usize) {
    let line = |role: &str, text: String| serde_json::json!({ "role": role, "content": text }).to_string();
    let lines = (1..=turns).flat_map(|turn| [line("user", prompt(turn)), line("assistant", reply(turn))]);
    let text = lines.collect::<Vec<_>>().join("\n");
    let cue = |turn| Cue {
        id: format!("turn-{turn}"),
        prompt: Prompt::script(prompt(turn)),
        expect: TurnExpectation::default(),
    };
    let cues = Cues { file: None, prompts: (1..=turns).map(cue).collect() };
    bencher.counter(divan::counter::ItemsCount::new(turns)).bench_local(|| {
        let recording = Recording::new(read("long.jsonl", text.as_bytes()).expect("a recording"));
        let checker = Checker::new(Settings::default());
        let played = play(&cues, Answers::Recorded(&recording), checker, Options::default(), &mut Silent);
        assert!(played.ended.is_none());
        played.played.len()
    });
}
